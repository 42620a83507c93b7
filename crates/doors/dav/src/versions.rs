//! Former contents as Nextcloud's clients see them: list, read, restore, name, forget.

use abri_data::Version;
use abri_files::Tree;
use abri_model::{Error, NodeId};
use abri_proto_dav::multistatus::PropStat;
use abri_proto_dav::{Depth, Multistatus, Ns, PropChange, PropName, PropertyUpdate, Propfind};
use axum::body::Body;
use http::StatusCode;

use crate::answer::{empty, href_of, multistatus};
use crate::area::{Area, VersionPlace, Which};
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::options::ALLOW_VERSIONS;
use crate::plan::{Plan, Prop};
use crate::request::{Asked, Verb, XML_BYTES_MAX, read_body};

/// Answers whatever is asked of former contents.
pub async fn serve(door: &Door, asked: &Asked, user: &str, at: &VersionPlace, body: &mut Option<Body>) -> Outcome {
    let tree = door.tree(&asked.session, &Which::Named(user.to_owned())).await?;
    let mut taken = || body.take().unwrap_or_default();
    match (at, asked.verb) {
        (VersionPlace::Of(file), Verb::PropFind) => list(asked, &tree, user, NodeId(*file), taken()).await,
        (VersionPlace::One(file, number), Verb::Get | Verb::Head) => {
            crate::get::file(&tree, asked, tree.open(NodeId(*file), Some(*number)).await?).await
        }
        (VersionPlace::One(file, number), Verb::Delete) => {
            tree.drop_version(NodeId(*file), *number).await?;
            Ok(empty(StatusCode::NO_CONTENT))
        }
        (VersionPlace::One(file, number), Verb::Move) => match Area::of(&asked.destination()?) {
            Area::Versions { at: VersionPlace::Restore, .. } => {
                tree.revert(NodeId(*file), *number).await?;
                Ok(empty(StatusCode::CREATED))
            }
            _ => Err(Refusal::Bad("restore by MOVE to /remote.php/dav/versions/NAME/restore/target".to_owned())),
        },
        (VersionPlace::One(file, number), Verb::PropPatch) => {
            label(asked, &tree, NodeId(*file), *number, taken()).await
        }
        _ => Err(Refusal::NotAllowed(ALLOW_VERSIONS)),
    }
}

async fn list(asked: &Asked, tree: &Tree, user: &str, file: NodeId, body: Body) -> Outcome {
    let wanted = Propfind::parse(&read_body(body, XML_BYTES_MAX).await?, XML_BYTES_MAX)?;
    let plan = Plan::of(&wanted, asked.prefer().is_minimal);
    let node = tree.node(file).await?;
    if node.is_directory() {
        return Err(Error::NotFound.into());
    }
    let mut out = Multistatus::new(plan.is_minimal);
    let base = href_of("/remote.php/dav/versions", &[user, "versions", &file.0.to_string()], false);
    let mut response = out.response(&format!("{base}/"));
    for (prop, name) in &plan.props {
        match prop {
            Prop::ResourceType => response.xml(name, "<d:collection/>"),
            _ => response.missing(name),
        }
    }
    response.end();
    if asked.depth()? != Some(Depth::Zero) {
        for version in tree.versions(file).await? {
            let mut response = out.response(&href_of(&base, &[version.number.to_string()], false));
            for (prop, name) in &plan.props {
                tell(&mut response, tree, &version, *prop, name);
            }
            response.end();
        }
    }
    Ok(multistatus(out.end()))
}

fn tell(
    response: &mut abri_proto_dav::multistatus::Response<'_>,
    tree: &Tree,
    version: &Version,
    prop: Prop,
    name: &PropName,
) {
    match prop {
        Prop::ResourceType => response.empty(name),
        Prop::ContentLength | Prop::Size => response.number(name, version.size),
        Prop::ContentType => response.text(name, &version.mime),
        Prop::LastModified => response.http_date(name, version.mtime.seconds()),
        Prop::CreationDate => response.rfc3339(name, version.at.seconds()),
        Prop::ETag => {
            let mark = tree.incarnation().get(..8).unwrap_or_default();
            response.etag(name, &format!("{mark}-{}-{}", version.node.0, version.number));
        }
        _ if name.is(&Ns::Nextcloud, "version-label") => {
            response.text(name, version.label.as_deref().unwrap_or_default())
        }
        _ if name.is(&Ns::Nextcloud, "version-author") => response.text(name, &version.author),
        _ => response.missing(name),
    }
}

/// PROPPATCH `nc:version-label`, the only thing that can be set.
async fn label(asked: &Asked, tree: &Tree, file: NodeId, number: i64, body: Body) -> Outcome {
    let update = PropertyUpdate::parse(&read_body(body, XML_BYTES_MAX).await?, XML_BYTES_MAX)?;
    let [change] = &update.0[..] else {
        return Err(Refusal::Bad("only nc:version-label can be set: send it alone".to_owned()));
    };
    let name = change.name();
    let status = if name.is(&Ns::Nextcloud, "version-label") {
        let label = match change {
            PropChange::Set(_, value) => Some(value.text.trim().to_owned()),
            PropChange::Remove(_) => None,
        };
        tree.label_version(file, number, label).await?;
        200
    } else {
        403
    };
    let mut out = Multistatus::new(false);
    out.response(&asked.href()).end_with(&[PropStat { status, names: &[name], precondition: None }]);
    Ok(multistatus(out.end()))
}
