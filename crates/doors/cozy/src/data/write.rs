//! `POST`, `PUT` and `DELETE` of a document.

use abri_data::{Doc, Expect, PutDoc};
use abri_model::Error;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::doc;
use super::error::Outcome;
use crate::door::House;
use crate::json;
use crate::request::{Asker, Json, Query, header as text_of};

fn written(status: StatusCode, written: &Doc) -> Outcome {
    let body = json!({ "ok": true, "id": written.key.id, "rev": written.rev.to_string(), "type": written.key.kind.as_str(), "data": doc::shown(written)? });
    Ok(json::plain(status, &body))
}

/// `POST /data/:doctype`: a new document, its id chosen here.
pub(crate) async fn create(
    State(house): State<House>,
    Asker(session): Asker,
    Path(kind): Path<String>,
    Json(value): Json<Value>,
) -> Outcome {
    let kind = doc::kind(&kind)?;
    let sent = doc::read(value)?;
    if sent.id.is_some() || sent.rev.is_some() {
        return Err(Error::invalid("a new document has no _id and no _rev: use PUT to choose its id").into());
    }
    let space = house.data.personal(&session.who).await?;
    let id = data_encoding::HEXLOWER.encode(&rand::random::<[u8; 16]>());
    let made = space.put(PutDoc { kind, id, expect: Expect::Absent, body: sent.text, place: None }).await?;
    written(StatusCode::CREATED, &made)
}

/// `PUT /data/:doctype/:id`: its next revision, or a new document under a chosen id.
pub(crate) async fn put(
    State(house): State<House>,
    Asker(session): Asker,
    Path((kind, id)): Path<(String, String)>,
    Json(value): Json<Value>,
) -> Outcome {
    let kind = doc::kind(&kind)?;
    let sent = doc::read(value)?;
    if sent.id.as_ref().is_some_and(|said| *said != id) {
        return Err(Error::invalid("the _id in the body is not the one in the address").into());
    }
    let expect = match (sent.id.is_some(), sent.rev) {
        (_, Some(rev)) if sent.id.is_some() => Expect::Rev(rev),
        (false, None) => Expect::Absent,
        _ => return Err(Error::invalid("a document to be replaced needs both _id and _rev, a new one neither").into()),
    };
    let space = house.data.personal(&session.who).await?;
    let is_new = expect == Expect::Absent;
    let made =
        space.put(PutDoc { kind, id, expect, body: sent.text, place: None }).await.map_err(|error| match error {
            Error::Exists => Error::Conflict { current: None },
            other => other,
        })?;
    written(if is_new { StatusCode::CREATED } else { StatusCode::OK }, &made)
}

/// `DELETE /data/:doctype/:id?rev=` or with `If-Match`.
pub(crate) async fn delete(
    State(house): State<House>,
    Asker(session): Asker,
    Path((kind, id)): Path<(String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Outcome {
    let kind = doc::kind(&kind)?;
    let rev = query
        .get("rev")
        .or_else(|| text_of(&headers, header::IF_MATCH))
        .ok_or_else(|| Error::invalid("the revision to delete is needed: ?rev= or If-Match"))?;
    let space = house.data.personal(&session.who).await?;
    let gone = space.delete(&kind, &id, Expect::Rev(doc::revision(rev)?)).await?;
    let body =
        json!({ "ok": true, "id": gone.key.id, "rev": gone.rev.to_string(), "type": kind.as_str(), "_deleted": true });
    Ok(json::plain(StatusCode::OK, &body))
}
