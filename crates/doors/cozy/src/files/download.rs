//! The bytes of a file, with conditions and ranges (RFC 9110 §13, §14).

use abri_files::{Opened, Tree};
use abri_model::{Error, NodeId, Result};
use abri_proto_dav::range::{Ranges, unsatisfied_range};
use abri_proto_dav::{Current, EntityTag, conditions};
use axum::body::Body;
use axum::extract::{Path, State};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::time::{Duration, SystemTime};

use super::id;
use crate::door::House;
use crate::error::Outcome;
use crate::json::Answer;
use crate::request::{Asker, Query, header as text_of};

/// What RFC 8187 leaves as it is in `filename*`.
const FILENAME: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// A file is a stranger's: in a browser it runs nothing and sees nothing of ours.
pub(crate) const SANDBOX: HeaderValue =
    HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'");

/// `GET /files/download/:id`.
pub(crate) async fn own(
    State(house): State<House>,
    Asker(session): Asker,
    Path(text): Path<String>,
    query: Query,
    method: Method,
    headers: HeaderMap,
) -> Outcome {
    let tree = house.tree(&session).await?;
    let node = id::read(&tree, &text)?;
    Ok(send(
        &tree,
        node,
        None,
        &Wish { as_attachment: query.is("Dl") == Some(true), method: &method, headers: &headers },
    )
    .await?)
}

/// `GET /files/download/:id/:version`.
pub(crate) async fn own_version(
    State(house): State<House>,
    Asker(session): Asker,
    Path((text, version)): Path<(String, String)>,
    query: Query,
    method: Method,
    headers: HeaderMap,
) -> Outcome {
    let tree = house.tree(&session).await?;
    let node = id::read(&tree, &text)?;
    let version = version.parse().map_err(|_| Error::NotFound)?;
    Ok(send(
        &tree,
        node,
        Some(version),
        &Wish { as_attachment: query.is("Dl") == Some(true), method: &method, headers: &headers },
    )
    .await?)
}

/// How the bytes are wanted.
pub(crate) struct Wish<'a> {
    pub as_attachment: bool,
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
}

/// The answer with a file's bytes, or those of a former content.
pub(crate) async fn send(tree: &Tree, node: NodeId, version: Option<i64>, wish: &Wish<'_>) -> Result<Answer> {
    let opened = tree.open(node, version).await?;
    let etag = EntityTag::strong(opened.etag.clone());
    let current = Current { etag: Some(&etag), modified_s: Some(opened.mtime.seconds()) };
    let mut answer = Response::new(Body::empty());
    describe(answer.headers_mut(), &opened, wish.as_attachment);
    let known = |tag: &str| tag == "*" || tag.trim_start_matches("W/").trim_matches('"') == opened.etag;
    if text_of(wish.headers, header::IF_NONE_MATCH).is_some_and(|tags| tags.split(',').map(str::trim).any(known)) {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(answer);
    }
    let range = text_of(wish.headers, header::RANGE)
        .filter(|_| conditions::may_use_range(text_of(wish.headers, header::IF_RANGE), current));
    let range = match Ranges::parse(range, opened.size) {
        Ranges::One(range) => Some(range),
        Ranges::Unsatisfiable => {
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            put(answer.headers_mut(), header::CONTENT_RANGE, &unsatisfied_range(opened.size));
            return Ok(answer);
        }
        // Several ranges at once may be answered with the whole (RFC 9110 §14.2).
        Ranges::Whole | Ranges::Many(_) => None,
    };
    let (from, to) = range.map_or((0, opened.size), |range| (range.first, range.last + 1));
    if let Some(range) = range {
        *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
        put(answer.headers_mut(), header::CONTENT_RANGE, &range.content_range(opened.size));
    }
    answer.headers_mut().insert(header::CONTENT_LENGTH, (to - from).into());
    if *wish.method != Method::HEAD {
        *answer.body_mut() = match opened.small().await? {
            Some(bytes) if range.is_none() => Body::from(bytes),
            _ => Body::from_stream(opened.read(from..to).await?),
        };
    }
    Ok(answer)
}

fn describe(headers: &mut HeaderMap, opened: &Opened, as_attachment: bool) {
    let mime = match opened.mime.as_str() {
        "" => "application/octet-stream",
        "text/plain" => "text/plain; charset=utf-8",
        mime => mime,
    };
    put(headers, header::CONTENT_TYPE, mime);
    put(headers, header::ETAG, &format!("\"{}\"", opened.etag));
    let seconds = u64::try_from(opened.mtime.seconds()).unwrap_or(0).min(253_402_300_799);
    put(
        headers,
        header::LAST_MODIFIED,
        &httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)),
    );
    put(headers, header::CONTENT_DISPOSITION, &disposition(&opened.node.name, as_attachment));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// A header from a text; one that cannot be written is left out.
pub(crate) fn put(headers: &mut HeaderMap, name: header::HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(name, value);
    }
}

/// How a browser takes it, and under which name (RFC 6266, RFC 8187).
pub(crate) fn disposition(name: &str, as_attachment: bool) -> String {
    let kind = if as_attachment { "attachment" } else { "inline" };
    let is_plain = name.bytes().all(|b| (b' '..0x7f).contains(&b) && !matches!(b, b'"' | b'\\' | b'%'));
    match is_plain {
        true => format!("{kind}; filename=\"{name}\""),
        false => format!("{kind}; filename*=UTF-8''{}", utf8_percent_encode(name, &FILENAME)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_browsers_read_them() {
        assert_eq!(disposition("a b.txt", true), "attachment; filename=\"a b.txt\"");
        assert_eq!(disposition("été.txt", false), "inline; filename*=UTF-8''%C3%A9t%C3%A9.txt");
        assert_eq!(disposition("a\"b", true), "attachment; filename*=UTF-8''a%22b");
    }
}
