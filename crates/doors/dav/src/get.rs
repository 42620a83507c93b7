//! GET and HEAD: bytes (RFC 9110 §9.3.1), with conditions and ranges. The path most requests take: keep it short.

use abri_data::Node;
use abri_files::{Opened, Tree};
use abri_model::Error;
use abri_proto_dav::{Current, EntityTag, conditions, range::Ranges};
use axum::body::Body;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::answer::{Answer, NOSNIFF, OC_ETAG, file_id_header, value};
use crate::area::Base;
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::options::ALLOW_HALL;
use crate::precondition::guard;
use crate::request::{Asked, Verb};
use crate::transfer;

const OC_CHECKSUM: HeaderName = HeaderName::from_static("oc-checksum");
/// What RFC 8187 leaves as it is in `filename*`.
const FILENAME: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+');

/// Answers GET and HEAD.
pub async fn get(door: &Door, asked: &Asked, base: &Base) -> Outcome {
    let tree = door.tree(&asked.session, &base.which).await?;
    let found = tree.find(base.names(&asked.path)).await?;
    let node = found.node().ok_or(Error::NotFound)?.clone();
    guard(door, asked, &tree, &found, true).await?;
    if node.is_directory() {
        return folder(&tree, asked, &node).await;
    }
    let opened = tree.open_node(node)?;
    file(&tree, asked, opened).await
}

/// Answers with the bytes of a file, or of a former content of one.
pub async fn file(tree: &Tree, asked: &Asked, opened: Opened) -> Outcome {
    let mut answer = match ranges(asked, &opened) {
        Ranges::Whole => whole(asked, &opened).await?,
        Ranges::One(range) => transfer::one(asked, &opened, range).await?,
        Ranges::Many(ranges) => transfer::many(asked, &opened, &ranges).await?,
        Ranges::Unsatisfiable => return Err(Refusal::Range(opened.size)),
    };
    let headers = answer.headers_mut();
    let etag = value(&format!("\"{}\"", opened.etag));
    headers.insert(header::ETAG, etag.clone());
    headers.insert(OC_ETAG, etag);
    file_id_header(headers, tree, &opened.node);
    headers.insert(header::LAST_MODIFIED, http_date(opened.mtime.seconds()));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::CONTENT_DISPOSITION, disposition(&opened.node.name));
    safe(&mut answer);
    if let Some(checksum) = checksum(&opened).await? {
        answer.headers_mut().insert(OC_CHECKSUM, checksum);
    }
    Ok(answer)
}

/// The content is a stranger's: a browser must not run it as ours.
pub fn safe(answer: &mut Answer) {
    answer
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    answer.headers_mut().insert(NOSNIFF.0, NOSNIFF.1);
}

fn ranges(asked: &Asked, opened: &Opened) -> Ranges {
    let Some(wanted) = asked.header("range") else { return Ranges::Whole };
    let etag = EntityTag::strong(opened.etag.clone());
    let current = Current { etag: Some(&etag), modified_s: Some(opened.mtime.seconds()) };
    if !conditions::may_use_range(asked.header("if-range"), current) {
        return Ranges::Whole;
    }
    Ranges::parse(Some(wanted), opened.size)
}

async fn whole(asked: &Asked, opened: &Opened) -> Result<Answer, Refusal> {
    let mut answer = Response::new(Body::empty());
    answer.headers_mut().insert(header::CONTENT_TYPE, content_type(&opened.mime));
    if asked.verb == Verb::Head {
        answer.headers_mut().insert(header::CONTENT_LENGTH, opened.size.into());
        return Ok(answer);
    }
    if let Some(bytes) = opened.small().await? {
        *answer.body_mut() = Body::from(bytes);
        return Ok(answer);
    }
    answer.headers_mut().insert(header::CONTENT_LENGTH, opened.size.into());
    *answer.body_mut() = Body::from_stream(opened.read(0..opened.size).await?);
    Ok(answer)
}

/// What a hash that clients verify says, if one is known: they compute SHA-1 and MD5, not SHA-256.
async fn checksum(opened: &Opened) -> Result<Option<HeaderValue>, Refusal> {
    let digests = opened.digests().await?;
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let text = match (&digests.sha1, &digests.md5) {
        (Some(sha1), _) => format!("SHA1:{}", hex(sha1)),
        (None, Some(md5)) => format!("MD5:{}", hex(md5)),
        (None, None) => return Ok(None),
    };
    Ok(Some(value(&text)))
}

/// A folder as a zip for those who ask for one; else there are no bytes to get.
async fn folder(tree: &Tree, asked: &Asked, node: &Node) -> Outcome {
    let accepts_zip = asked.header("accept").is_some_and(|accept| accept.contains(abri_files::ARCHIVE_MIME));
    let query = asked.query.as_deref().unwrap_or_default();
    let asks_zip = query.split('&').any(|pair| pair == "accept=zip" || pair == "accept=application%2Fzip");
    if !accepts_zip && !asks_zip {
        return Err(Refusal::NotAllowed(ALLOW_HALL));
    }
    let name = if node.name.is_empty() { "files.zip".to_owned() } else { format!("{}.zip", node.name) };
    let mut answer = Response::new(Body::empty());
    if asked.verb == Verb::Get {
        let chosen = chosen(tree, node, asked, query).await?;
        *answer.body_mut() = Body::from_stream(tree.archive(&chosen).await?);
    }
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(abri_files::ARCHIVE_MIME));
    headers.insert(header::CONTENT_DISPOSITION, disposition(&name));
    safe(&mut answer);
    *answer.status_mut() = StatusCode::OK;
    Ok(answer)
}

/// The children that a zip is asked of, by `?files=["a","b"]` or `X-NC-Files`; without them the folder itself.
async fn chosen(tree: &Tree, node: &Node, asked: &Asked, query: &str) -> Result<Vec<abri_model::NodeId>, Refusal> {
    let in_query = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("files="))
        .map(|text| percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned());
    let Some(text) = in_query.or_else(|| asked.header("x-nc-files").map(str::to_owned)) else {
        return Ok(vec![node.id]);
    };
    let names: Vec<String> = serde_json::from_str(&text).unwrap_or_else(|_| vec![text]);
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        let found = tree.find_from(node.id, &[name]).await?;
        ids.push(found.node().ok_or(Error::NotFound)?.id);
    }
    Ok(ids)
}

/// The type of a text also says that it is UTF-8, which is what people's files are.
pub fn content_type(mime: &str) -> HeaderValue {
    match mime {
        "" => HeaderValue::from_static("application/octet-stream"),
        "text/plain" => HeaderValue::from_static("text/plain; charset=utf-8"),
        "application/octet-stream" => HeaderValue::from_static("application/octet-stream"),
        other => HeaderValue::from_str(other).unwrap_or(HeaderValue::from_static("application/octet-stream")),
    }
}

/// `Content-Disposition: attachment`, the name in both spellings (RFC 6266 §4.3, Appendix D).
pub fn disposition(name: &str) -> HeaderValue {
    let is_plain = name.bytes().all(|b| (b' '..0x7f).contains(&b) && !matches!(b, b'"' | b'\\' | b'%'));
    let text = if is_plain {
        format!("attachment; filename=\"{name}\"")
    } else {
        format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(name, &FILENAME))
    };
    value(&text)
}

/// A date as `Last-Modified` writes it.
pub fn http_date(seconds: i64) -> HeaderValue {
    let mut text = String::with_capacity(32);
    abri_proto_dav::date::push_http_date(&mut text, seconds);
    value(&text)
}
