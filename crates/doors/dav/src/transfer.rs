//! Parts of a content: one range, or several as `multipart/byteranges` (RFC 9110 §14).

use abri_files::Opened;
use abri_proto_dav::byteranges::Byteranges;
use abri_proto_dav::range::ByteRange;
use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderValue, Response, StatusCode, header};

use crate::answer::{Answer, value};
use crate::error::Refusal;
use crate::get::content_type;
use crate::request::{Asked, Verb};

/// One range.
pub async fn one(asked: &Asked, opened: &Opened, range: ByteRange) -> Result<Answer, Refusal> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type(&opened.mime));
    headers.insert(header::CONTENT_RANGE, value(&range.content_range(opened.size)));
    headers.insert(header::CONTENT_LENGTH, range.size_bytes().into());
    if asked.verb == Verb::Get {
        *answer.body_mut() = Body::from_stream(opened.read(range.first..range.last + 1).await?);
    }
    Ok(answer)
}

/// Several ranges, each with its own header.
pub async fn many(asked: &Asked, opened: &Opened, ranges: &[ByteRange]) -> Result<Answer, Refusal> {
    // The boundary only has to be no line of the content; the entity tag makes it differ from file to file.
    let boundary = format!("abri-{}-{:x}", opened.etag, ranges.len());
    let parts = Byteranges { boundary: &boundary, content_type: &opened.mime, total_bytes: opened.size };
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
    let kind = HeaderValue::try_from(parts.content_type()).unwrap_or(HeaderValue::from_static("multipart/byteranges"));
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer.headers_mut().insert(header::CONTENT_LENGTH, parts.content_length(ranges).into());
    if asked.verb == Verb::Head {
        return Ok(answer);
    }
    let mut pieces = Vec::with_capacity(2 * ranges.len() + 1);
    for range in ranges {
        pieces.push(Piece::Text(parts.part_header(*range)));
        pieces.push(Piece::Content(opened.read(range.first..range.last + 1).await?));
    }
    pieces.push(Piece::Text(parts.end()));
    let stream = futures_util::stream::iter(pieces).flat_map(|piece| match piece {
        Piece::Text(text) => futures_util::stream::once(async move { Ok(Bytes::from(text)) }).boxed(),
        Piece::Content(stream) => stream,
    });
    *answer.body_mut() = Body::from_stream(stream);
    Ok(answer)
}

enum Piece {
    Text(String),
    Content(abri_data::BytesStream),
}
