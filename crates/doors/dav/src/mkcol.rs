//! MKCOL: a new folder (RFC 4918 §9.3).

use abri_data::Times;
use abri_files::{MakeDirectory, Place};
use abri_model::{Error, Name};
use axum::body::Body;
use http::StatusCode;

use crate::answer::{empty, written_headers};
use crate::area::Base;
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::precondition::guard;
use crate::request::{Asked, XML_BYTES_MAX, read_body};

/// Answers MKCOL.
pub async fn mkcol(door: &Door, asked: &Asked, base: &Base, body: Body) -> Outcome {
    // §9.3: a body of a type that is not known here must be refused, and none is.
    if !read_body(body, XML_BYTES_MAX).await?.is_empty() {
        return Err(Refusal::Media("MKCOL takes no body here: send it without one, and properties with PROPPATCH"));
    }
    let tree = door.tree(&asked.session, &base.which).await?;
    let names = base.names(&asked.path);
    let found = tree.find(names).await?;
    let guarded = guard(door, asked, &tree, &found, false).await?;
    let Some((name, _)) = names.split_last().filter(|_| found.missing > 0) else { return Err(Error::Exists.into()) };
    let parent = found.parent().filter(|parent| parent.is_directory()).ok_or(Error::NoParent)?;
    let times = Times { mtime: asked.time("X-OC-Mtime")?, created: asked.time("X-OC-CTime")? };
    let place = Place { parent: parent.id, name: Name::parse(name).map_err(Error::from)? };
    let node = tree.make_directory(MakeDirectory { place, times, tokens: guarded.tokens }).await?;
    let mut answer = empty(StatusCode::CREATED);
    written_headers(answer.headers_mut(), &tree, &node, asked);
    Ok(answer)
}
