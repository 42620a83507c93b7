//! `_all_docs` and `_normal_docs`: every document of a doctype, in the order of their ids.

use abri_data::Doc;
use abri_model::{Error, Kind};
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::{Value, json};

use super::doc;
use super::error::Outcome;
use crate::door::House;
use crate::json;
use crate::request::{Asker, Json, PAGE_MAX, Query};

/// Documents shown when nobody says how many.
const LIMIT_DEFAULT: usize = 100;
/// Documents passed over by `skip` at most: further ones are reached by `startkey`.
const SKIP_MAX: usize = 100_000;

/// `GET /data/:doctype/_all_docs?limit=&skip=&startkey=&endkey=&include_docs=`.
pub(crate) async fn all_docs(
    State(house): State<House>,
    Asker(session): Asker,
    Path(kind): Path<String>,
    query: Query,
) -> Outcome {
    let kind = doc::kind(&kind)?;
    let key = |names: [&str; 2]| {
        names
            .iter()
            .find_map(|name| query.get(name))
            .map(|text| serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned()))
    };
    let (start, end) = (key(["startkey", "start_key"]), key(["endkey", "end_key"]));
    let space = house.data.personal(&session.who).await?;
    let docs = page(&space, &kind, &query, start.as_deref()).await?;
    let docs: Vec<&Doc> = docs.iter().take_while(|doc| end.as_ref().is_none_or(|end| doc.key.id <= *end)).collect();
    let with_docs = query.is("include_docs") == Some(true);
    let rows = docs.iter().map(|found| row(found, with_docs)).collect::<Result<Vec<_>, Error>>()?;
    Ok(json::plain(StatusCode::OK, &json!({ "offset": skip(&query)?, "total_rows": rows.len(), "rows": rows })))
}

/// `POST /data/:doctype/_all_docs` with `{"keys": […]}`.
pub(crate) async fn all_docs_of(
    State(house): State<House>,
    Asker(session): Asker,
    Path(kind): Path<String>,
    query: Query,
    Json(body): Json<Value>,
) -> Outcome {
    let kind = doc::kind(&kind)?;
    let keys: Vec<String> = match body.get("keys").and_then(Value::as_array) {
        Some(keys) => keys.iter().filter_map(|key| key.as_str().map(str::to_owned)).collect(),
        None => return Err(Error::invalid("the body needs {\"keys\": [\"…\"]}").into()),
    };
    let with_docs = query.is("include_docs") == Some(true);
    let space = house.data.personal(&session.who).await?;
    let found = space.get_many(&kind, &keys).await?;
    let rows = keys
        .iter()
        .zip(&found)
        .map(|(key, found)| match found {
            Some(found) => row(found, with_docs),
            None => Ok(json!({ "key": key, "error": "not_found" })),
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(json::plain(StatusCode::OK, &json!({ "offset": 0, "total_rows": rows.len(), "rows": rows })))
}

/// `GET /data/:doctype/_normal_docs?limit=&skip=`: cozy's list without design documents.
pub(crate) async fn normal_docs(
    State(house): State<House>,
    Asker(session): Asker,
    Path(kind): Path<String>,
    query: Query,
) -> Outcome {
    let kind = doc::kind(&kind)?;
    let space = house.data.personal(&session.who).await?;
    let docs = page(&space, &kind, &query, query.get("bookmark")).await?;
    let rows = docs.iter().map(doc::shown).collect::<Result<Vec<_>, Error>>()?;
    Ok(json::plain(
        StatusCode::OK,
        &json!({ "total_rows": rows.len(), "rows": rows, "bookmark": docs.last().map(|doc| doc.key.id.as_str()).unwrap_or_default() }),
    ))
}

fn row(found: &Doc, with_docs: bool) -> Result<Value, Error> {
    let mut row = json!({ "id": found.key.id, "key": found.key.id, "value": { "rev": found.rev.to_string() } });
    if with_docs {
        row["doc"] = doc::shown(found)?;
    }
    Ok(row)
}

fn skip(query: &Query) -> Result<usize, Error> {
    match query.get("skip").map(str::parse::<usize>) {
        None => Ok(0),
        Some(Ok(skip)) if skip <= SKIP_MAX => Ok(skip),
        Some(_) => Err(Error::invalid(format!("skip must be a number up to {SKIP_MAX}"))),
    }
}

/// A page from `start` on, inclusive, without the first `skip`.
async fn page(
    space: &abri_data::Space,
    kind: &Kind,
    query: &Query,
    start: Option<&str>,
) -> Result<Vec<Doc>, super::Fault> {
    let limit = query.limit(LIMIT_DEFAULT)?;
    let mut skip = skip(query)?;
    let mut docs: Vec<Doc> = Vec::new();
    if let Some(start) = start
        && let Some(first) = space.get(kind, start).await?
    {
        docs.push(first);
    }
    let mut after = start.map(str::to_owned);
    loop {
        let wanted = (limit + skip).saturating_sub(docs.len()).clamp(1, PAGE_MAX);
        let more = space.list(kind, after.as_deref(), wanted).await?;
        let ended = more.len() < wanted;
        after = more.last().map(|doc| doc.key.id.clone());
        docs.extend(more);
        let passed = skip.min(docs.len());
        docs.drain(..passed);
        skip -= passed;
        if ended || docs.len() >= limit {
            docs.truncate(limit);
            return Ok(docs);
        }
    }
}
