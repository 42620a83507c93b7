//! OPTIONS: what can be done (RFC 4918 §10.1, RFC 5323 §3.2).

use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::answer::{Answer, empty};
use crate::area::{Area, Hall};

/// What nodes take.
pub const ALLOW_NODE: &str =
    "OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK, REPORT, SEARCH";
/// What collections that only lead elsewhere take.
pub const ALLOW_HALL: &str = "OPTIONS, PROPFIND, SEARCH, REPORT";
/// What the trash takes.
pub const ALLOW_TRASH: &str = "OPTIONS, GET, HEAD, PROPFIND, DELETE, MOVE";
/// What former contents take.
pub const ALLOW_VERSIONS: &str = "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, DELETE, MOVE";

const DAV: HeaderName = HeaderName::from_static("dav");
const DASL: HeaderName = HeaderName::from_static("dasl");
const MS_AUTHOR_VIA: HeaderName = HeaderName::from_static("ms-author-via");

/// The answer to OPTIONS.
pub fn options(area: &Area) -> Answer {
    let mut answer = empty(StatusCode::OK);
    let headers = answer.headers_mut();
    // Windows mounts only what names `MS-Author-Via`; `oc-resource-sharing` and its like are not ours to claim.
    headers.insert(DAV, HeaderValue::from_static("1, 2, 3"));
    headers.insert(DASL, HeaderValue::from_static("<DAV:basicsearch>"));
    headers.insert(MS_AUTHOR_VIA, HeaderValue::from_static("DAV"));
    headers.insert(header::ALLOW, HeaderValue::from_static(allow(area)));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    answer
}

/// What the resources of an area take.
pub fn allow(area: &Area) -> &'static str {
    match area {
        Area::Files(_) => ALLOW_NODE,
        Area::Trash { .. } => ALLOW_TRASH,
        Area::Versions { .. } => ALLOW_VERSIONS,
        Area::Hall(Hall::Root) | Area::Hall(_) | Area::Nowhere => ALLOW_HALL,
    }
}
