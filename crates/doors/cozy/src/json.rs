//! The JSON:API envelope.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// The media type of answers.
const JSON_API: HeaderValue = HeaderValue::from_static("application/vnd.api+json");

/// An answer of this door.
pub(crate) type Answer = Response<Body>;

/// An answer with a JSON body of this type.
pub(crate) fn typed(status: StatusCode, kind: HeaderValue, body: &Value) -> Answer {
    let mut answer = Response::new(Body::from(body.to_string()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    answer
}

/// A JSON:API answer.
pub(crate) fn answer(status: StatusCode, body: &Value) -> Answer {
    typed(status, JSON_API, body)
}

/// Plain JSON.
pub(crate) fn plain(status: StatusCode, body: &Value) -> Answer {
    typed(status, HeaderValue::from_static("application/json"), body)
}

/// One document.
pub(crate) fn one(status: StatusCode, document: Value) -> Answer {
    answer(status, &json!({ "data": document }))
}

/// A list; `next` is the address of the next page.
pub(crate) fn many(documents: Vec<Value>, count: usize, next: Option<String>) -> Answer {
    let mut body = json!({ "data": documents, "meta": { "count": count } });
    if let Some(next) = next {
        body["links"] = json!({ "next": next });
    }
    answer(StatusCode::OK, &body)
}

/// Nothing to say. No content type: clients would read a body.
pub(crate) fn empty() -> Answer {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

/// A document of the JSON:API.
pub(crate) fn document(kind: &str, id: &str, rev: Option<&str>, attributes: Value) -> Value {
    let mut document = json!({ "type": kind, "id": id, "attributes": attributes });
    if let Some(rev) = rev {
        document["meta"] = json!({ "rev": rev });
    }
    document
}
