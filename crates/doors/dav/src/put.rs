//! PUT: a file with these bytes (RFC 9110 §9.3.4, RFC 4918 §9.7).

use abri_files::{At, Write};
use abri_proto_dav::upload;
use axum::body::Body;
use http::StatusCode;

use crate::answer::{empty, written_headers};
use crate::area::Base;
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::precondition::guard;
use crate::request::{Asked, announced, body_stream};

/// Answers PUT. Everything that can be refused is refused before the body is asked for.
pub async fn put(door: &Door, asked: &Asked, base: &Base, body: &mut Option<Body>) -> Outcome {
    upload::refuse_content_range(asked.header("content-range"))?;
    let tree = door.tree(&asked.session, &base.which).await?;
    let names = base.names(&asked.path);
    let found = tree.find(names).await?;
    let guarded = guard(door, asked, &tree, &found, false).await?;
    let make_parents = asked.header("x-nc-webdav-auto-mkcol").is_some_and(|value| value.trim() == "1");
    let mut said = announced(asked)?;
    let mtime = asked.time("X-OC-Mtime")?;
    let created = asked.time("X-OC-CTime")?;
    // Some clients send the length of the whole file with each request: only a body's own length is checked here.
    let length = asked.length("Content-Length")?;
    if length.is_some() {
        said.total = None;
    }
    let at = At::Path(names.to_vec());
    let mut incoming = body_stream(body.take().unwrap_or_default(), said);
    incoming.size = incoming.size.or(length);
    let write = Write {
        at,
        condition: guarded.condition,
        body: incoming,
        mtime,
        created,
        mime: asked.header("content-type").map(str::to_owned),
        executable: None,
        make_parents,
        tokens: guarded.tokens,
    };
    let written = tree.write(write).await.map_err(Refusal::Precondition)?;
    let mut answer = empty(if written.created { StatusCode::CREATED } else { StatusCode::NO_CONTENT });
    written_headers(answer.headers_mut(), &tree, &written.node, asked);
    Ok(answer)
}
