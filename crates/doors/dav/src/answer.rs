//! Pieces of answers that several verbs share.

use abri_data::Node;
use abri_files::Tree;
use abri_proto_dav::{multistatus, path};
use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use crate::request::Asked;

/// An answer.
pub type Answer = Response<Body>;

/// `OC-FileId`, byte for byte the property `oc:id` (owncloudcmd aborts when they differ).
pub const OC_FILE_ID: HeaderName = HeaderName::from_static("oc-fileid");
/// `OC-ETag`: what `ETag` says, where a proxy cannot touch it.
pub const OC_ETAG: HeaderName = HeaderName::from_static("oc-etag");
const OC_MTIME: HeaderName = HeaderName::from_static("x-oc-mtime");
const OC_CTIME: HeaderName = HeaderName::from_static("x-oc-ctime");
/// `X-Content-Type-Options`.
pub const NOSNIFF: (HeaderName, HeaderValue) = (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

/// An answer without a body.
pub fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}

/// A multistatus that is all here.
pub fn multistatus(body: Vec<u8>) -> Answer {
    multistatus_of(Body::from(body))
}

/// A multistatus.
pub fn multistatus_of(body: Body) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::MULTI_STATUS;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(multistatus::CONTENT_TYPE));
    answer
}

/// Another answer with XML.
pub fn xml(status: StatusCode, body: String) -> Answer {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(multistatus::CONTENT_TYPE));
    answer
}

/// A header value of visible ASCII.
pub fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Puts what clients read after a write: the entity tag twice, the number, and that times were taken over.
pub fn written_headers(headers: &mut HeaderMap, tree: &Tree, node: &Node, asked: &Asked) {
    node_headers(headers, tree, node);
    if asked.headers.contains_key(&OC_MTIME) {
        headers.insert(OC_MTIME, HeaderValue::from_static("accepted"));
    }
    if asked.headers.contains_key(&OC_CTIME) {
        headers.insert(OC_CTIME, HeaderValue::from_static("accepted"));
    }
}

/// Puts a node's entity tag and number.
pub fn node_headers(headers: &mut HeaderMap, tree: &Tree, node: &Node) {
    let mut text = String::with_capacity(48);
    text.push('"');
    abri_files::push_etag(&mut text, tree.incarnation(), node);
    text.push('"');
    let etag = value(&text);
    headers.insert(header::ETAG, etag.clone());
    headers.insert(OC_ETAG, etag);
    file_id_header(headers, tree, node);
}

/// Puts a node's number.
pub fn file_id_header(headers: &mut HeaderMap, tree: &Tree, node: &Node) {
    let mut text = String::with_capacity(32);
    abri_files::push_file_id(&mut text, tree.id(), node);
    headers.insert(OC_FILE_ID, value(&text));
}

/// An href from the href of a base and the names below it.
pub fn href_of<S: AsRef<str>>(base: &str, names: &[S], is_directory: bool) -> String {
    let mut href = String::with_capacity(base.len() + 32);
    href.push_str(base);
    for name in names {
        href.push('/');
        path::push_segment(&mut href, name.as_ref());
    }
    if is_directory {
        href.push('/');
    }
    href
}
