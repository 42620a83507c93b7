//! MOVE of `.file`: the parts become a file, without a byte being moved.

use abri_files::{At, Condition, Found, Join, Tree};
use abri_model::Error;
use abri_proto_dav::if_header::{State, Test};
use abri_proto_dav::{EntityTag, If, TagList};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::place::Destination;
use crate::request::Asked;
use crate::uploads::empty;

const OC_FILE_ID: HeaderName = HeaderName::from_static("oc-fileid");
const OC_ETAG: HeaderName = HeaderName::from_static("oc-etag");

/// Answers MOVE of `.file`.
pub(crate) async fn join(door: &Door, asked: &Asked, id: String) -> Outcome {
    let path = asked
        .destination()?
        .ok_or_else(|| Refusal::Bad("the Destination header is needed: say where to".to_owned()))?;
    let place = Destination::of(&path, &asked.session.account.name).ok_or_else(|| {
        Refusal::Bad("the destination is not among your files: choose a path below /remote.php/dav/files/".to_owned())
    })?;
    let tree = door.tree_of_upload(&asked.session, &id).await?;
    let wanted = match place.shared {
        Some(space) => space,
        None => door.own(&asked.session).await?.id(),
    };
    if tree.id() != wanted {
        return Err(Refusal::Bad(
            "this upload was begun for another space: send the same Destination with MKCOL".to_owned(),
        ));
    }
    let found = tree.find(&place.names).await?;
    let (condition, tokens) = conditions(asked, &tree, &found).await?;
    let mut announced = asked.announced()?;
    announced.total = asked.total()?;
    let join = Join {
        id,
        at: At::Path(place.names),
        condition,
        announced,
        mtime: asked.time("X-OC-Mtime")?,
        created: asked.time("X-OC-CTime")?,
        mime: None,
        make_parents: asked.header("x-nc-webdav-auto-mkcol").is_some_and(|value| value.trim() == "1"),
        tokens,
    };
    let written = tree.upload_join(join).await.map_err(|error| match error {
        // A taken name is a failed precondition here: `Overwrite: F`.
        Error::Exists => Refusal::Failed,
        other => other.into(),
    })?;
    let mut answer = empty(if written.created { StatusCode::CREATED } else { StatusCode::NO_CONTENT });
    put_headers(answer.headers_mut(), &tree, &written.node, asked);
    Ok(answer)
}

/// `Overwrite`, `If` and `If-Match` speak of the destination.
async fn conditions(asked: &Asked, tree: &Tree, found: &Found) -> Result<(Condition, Vec<String>), Refusal> {
    let etag = found.node().map(|node| tree.etag(node));
    let mut condition = if asked.overwrite()? { Condition::Any } else { Condition::Absent };
    let mut tokens = Vec::new();
    if let Some(header) = asked.if_header()? {
        let locked = match found.missing {
            0 | 1 => found.last(),
            _ => None,
        };
        let held = match locked {
            Some(node) => tree.locks_on(node.id).await?.into_iter().map(|lock| lock.token).collect(),
            None => Vec::new(),
        };
        let state = State { etag: etag.clone().map(EntityTag::strong), lock_tokens: held };
        if !header.evaluate(|_| state.clone()) {
            return Err(Refusal::Failed);
        }
        tokens = header.tokens().map(str::to_owned).collect();
        if names_a_tag(&header) {
            condition = etag.clone().map_or(Condition::Absent, |etag| Condition::Etag(vec![etag]));
        }
    }
    if let Some(value) = asked.header("if-match") {
        let holds = match (TagList::parse(value), &etag) {
            (TagList::Any, etag) => etag.is_some(),
            (TagList::Tags(tags), Some(etag)) => tags.iter().any(|tag| !tag.is_weak && tag.value == *etag),
            (TagList::Tags(_), None) => false,
        };
        let etag = etag.filter(|_| holds).ok_or(Refusal::Failed)?;
        condition = Condition::Etag(vec![etag]);
    }
    Ok((condition, tokens))
}

fn names_a_tag(header: &If) -> bool {
    header.lists.iter().flat_map(|list| &list.conditions).any(|condition| matches!(condition.test, Test::ETag(_)))
}

/// What clients read after an upload: the entity tag twice, the number, and that times were taken over.
fn put_headers(headers: &mut HeaderMap, tree: &Tree, node: &abri_data::Node, asked: &Asked) {
    let value = |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    let etag = value(&format!("\"{}\"", tree.etag(node)));
    headers.insert(header::ETAG, etag.clone());
    headers.insert(OC_ETAG, etag);
    let mut id = String::with_capacity(32);
    abri_files::push_file_id(&mut id, tree.id(), node);
    headers.insert(OC_FILE_ID, value(&id));
    for name in [HeaderName::from_static("x-oc-mtime"), HeaderName::from_static("x-oc-ctime")] {
        if asked.headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static("accepted"));
        }
    }
}
