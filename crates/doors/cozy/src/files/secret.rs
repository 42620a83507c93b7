//! Secret addresses of a file or of an archive: for what a browser fetches by itself, without a header of ours.

use abri_files::ARCHIVE_MIME;
use abri_model::{Error, NodeId};
use axum::body::Body;
use axum::extract::{Path, State};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::download::{SANDBOX, Wish, disposition, put, send};
use super::id;
use crate::door::House;
use crate::error::{Outcome, Refusal};
use crate::json;
use crate::request::{Asker, Json, Query, data};
use crate::secrets::Gift;

/// Things in one archive.
const IDS_MAX: usize = 10_000;
/// The name of an archive that nobody named.
const ARCHIVE_NAME: &str = "archive";

/// `POST /files/downloads?Id=` or `?Path=` or `?VersionId=`.
pub(crate) async fn download(State(house): State<House>, Asker(session): Asker, query: Query) -> Outcome {
    let tree = house.tree(&session).await?;
    let (found, version) = match (query.get("Id"), query.get("VersionId"), query.get("Path")) {
        (Some(text), _, _) => (tree.node(id::read(&tree, text)?).await?, None),
        (None, Some(text), _) => {
            let (file, version) = text.split_once('/').ok_or(Error::NotFound)?;
            let number: i64 = version.parse().map_err(|_| Error::NotFound)?;
            (tree.node(id::read(&tree, file)?).await?, Some(number))
        }
        (None, None, Some(path)) => {
            let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
            (tree.find(&names).await?.node().ok_or(Error::NotFound)?.clone(), None)
        }
        _ => return Err(Refusal::Parameter("Id", Error::invalid("the parameter Id is needed"))),
    };
    // Judged now, so that a wrong one is refused here and not when the browser fetches it.
    tree.open(found.id, version).await?;
    let word = house.secrets.make(session, Gift::File(found.id, version), tree.now());
    let name = utf8_percent_encode(&found.name, NON_ALPHANUMERIC);
    Ok(related("io.cozy.files.downloads", &word, format!("/files/downloads/{word}/{name}")))
}

/// `POST /files/archive`.
pub(crate) async fn archive(State(house): State<House>, Asker(session): Asker, Json(body): Json<Value>) -> Outcome {
    let tree = house.tree(&session).await?;
    let attributes = data(&body)?.get("attributes").unwrap_or(&Value::Null);
    let texts = |name: &str| -> Vec<&str> {
        attributes
            .get(name)
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default()
    };
    let (by_id, by_path) = (texts("ids"), texts("files"));
    if by_id.is_empty() && by_path.is_empty() {
        return Err(Refusal::Parameter("ids", Error::invalid("an archive needs ids of something to put in it")));
    }
    if by_id.len() + by_path.len() > IDS_MAX {
        return Err(Error::TooLarge { what: "the list of ids", limit: IDS_MAX as u64 }.into());
    }
    let mut ids: Vec<NodeId> = Vec::with_capacity(by_id.len());
    for text in by_id {
        ids.push(tree.node(id::read(&tree, text)?).await?.id);
    }
    for path in by_path {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        ids.push(tree.find(&names).await?.node().ok_or(Error::NotFound)?.id);
    }
    let name = attributes.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()).unwrap_or(ARCHIVE_NAME);
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let word = house.secrets.make(session, Gift::Archive(ids), tree.now());
    Ok(related("io.cozy.archives", &word, format!("/files/archive/{word}/{name}.zip")))
}

fn related(kind: &str, word: &str, address: String) -> crate::json::Answer {
    let body = json!({ "data": { "type": kind, "id": word, "attributes": {} }, "links": { "related": address } });
    json::answer(StatusCode::OK, &body)
}

/// `GET /files/downloads/:word/:name` and `GET /files/archive/:word/:name`: whoever has the address gets it.
pub(crate) async fn give(
    State(house): State<House>,
    Path((word, name)): Path<(String, String)>,
    query: Query,
    method: Method,
    headers: HeaderMap,
) -> Outcome {
    let secret = house.secrets.find(&word, house.data.clock().now())?;
    let tree = house.tree(&secret.session).await?;
    match secret.gift {
        Gift::File(node, version) => Ok(send(
            &tree,
            node,
            version,
            &Wish { as_attachment: query.is("Dl") == Some(true), method: &method, headers: &headers },
        )
        .await?),
        Gift::Archive(ids) => {
            let mut answer = Response::new(if method == Method::HEAD {
                Body::empty()
            } else {
                Body::from_stream(tree.archive(&ids).await?)
            });
            let headers = answer.headers_mut();
            put(headers, header::CONTENT_TYPE, ARCHIVE_MIME);
            put(headers, header::CONTENT_DISPOSITION, &disposition(&name, true));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
            headers.insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
            Ok(answer)
        }
    }
}
