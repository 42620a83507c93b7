//! PROPFIND on uploads: which parts are there, for those who resume.

use abri_data::Upload;
use abri_files::Tree;
use abri_model::Millis;
use abri_proto_dav::multistatus::{self, Response};
use abri_proto_dav::{Depth, Multistatus, Ns, PropName, Propfind, path};
use axum::body::Body;
use http::{HeaderValue, StatusCode, header};

use crate::door::Door;
use crate::error::{Answer, Outcome};
use crate::request::{Asked, XML_BYTES_MAX, read_body};

const ROOT: [&str; 3] = ["remote.php", "dav", "uploads"];

/// A line of the answer.
struct Line {
    href: String,
    name: String,
    /// Bytes of a part; `None` for a collection.
    size: Option<u64>,
    at: Millis,
}

/// The uploads of the asker's own space.
pub(crate) async fn all(door: &Door, asked: &Asked, body: Body) -> Outcome {
    let names = wanted(body).await?;
    let tree = door.own(&asked.session).await?;
    let account = &asked.session.account.name;
    let mut lines = vec![Line { href: href(&[account], true), name: account.clone(), size: None, at: tree.now() }];
    if asked.depth()? != Some(Depth::Zero) {
        lines.extend(tree.uploads().await?.iter().map(|upload| line(account, upload)));
    }
    Ok(answer(&lines, &names))
}

/// One upload and its parts.
pub(crate) async fn one(door: &Door, asked: &Asked, id: &str, body: Body) -> Outcome {
    let names = wanted(body).await?;
    let tree = door.tree_of_upload(&asked.session, id).await?;
    let upload = tree.upload(id).await?;
    let account = &asked.session.account.name;
    let mut lines = vec![line(account, &upload)];
    if asked.depth()? != Some(Depth::Zero) {
        lines.extend(upload.parts.iter().map(|part| Line {
            href: href(&[account, id, &part.name], false),
            name: part.name.clone(),
            size: Some(part.size),
            at: upload.touched,
        }));
    }
    Ok(answer(&lines, &names))
}

fn line(account: &str, upload: &Upload) -> Line {
    let id = Tree::upload_name(upload);
    Line { href: href(&[account, id], true), name: id.to_owned(), size: None, at: upload.touched }
}

fn href(names: &[&str], is_collection: bool) -> String {
    let mut href = String::new();
    let segments: Vec<&str> = ROOT.iter().copied().chain(names.iter().copied()).collect();
    path::push_href(&mut href, &segments, is_collection);
    href
}

/// The properties asked for; without a list, those that tell something.
async fn wanted(body: Body) -> Result<Vec<PropName>, crate::error::Refusal> {
    let asked = Propfind::parse(&read_body(body).await?, XML_BYTES_MAX)?;
    Ok(match asked {
        Propfind::Prop(names) => names,
        _ => ["resourcetype", "getcontentlength", "getlastmodified"].map(PropName::dav).to_vec(),
    })
}

fn answer(lines: &[Line], names: &[PropName]) -> Answer {
    let mut out = Multistatus::new(false);
    for line in lines {
        let mut response = out.response(&line.href);
        for name in names {
            tell(&mut response, name, line);
        }
        response.end();
    }
    let mut answer = Answer::new(Body::from(out.end()));
    *answer.status_mut() = StatusCode::MULTI_STATUS;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(multistatus::CONTENT_TYPE));
    answer
}

fn tell(response: &mut Response<'_>, name: &PropName, line: &Line) {
    match (&name.ns, &*name.local, line.size) {
        (Ns::Dav, "resourcetype", None) => response.xml(name, "<d:collection/>"),
        (Ns::Dav, "resourcetype", Some(_)) => response.empty(name),
        (Ns::Dav, "getcontentlength", Some(size)) | (Ns::Owncloud, "size", Some(size)) => {
            response.number(name, i64::try_from(size).unwrap_or(i64::MAX));
        }
        (Ns::Dav, "getlastmodified", _) => response.http_date(name, line.at.seconds()),
        (Ns::Dav, "displayname", _) => response.text(name, &line.name),
        (Ns::Dav, "getcontenttype", Some(_)) => response.text(name, "application/octet-stream"),
        _ => response.missing(name),
    }
}
