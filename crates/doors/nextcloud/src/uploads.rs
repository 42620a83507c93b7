//! Uploads in parts: one server, the dialects of five clients.
//!
//! Parts are ordered by the number their name begins with: a sequence from 0 or 1, or the offset in bytes.

use abri_files::{Part, UploadAsk};
use abri_model::Error;
use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};

use crate::door::Door;
use crate::error::{Answer, Outcome, Refusal};
use crate::place::Destination;
use crate::request::{ALLOW, Ask, Asked, body_stream, read_body};
use crate::{join, listing};

/// Answers whatever is asked about uploads. The body stays in `body` when it was not read.
pub(crate) async fn serve(door: &Door, asked: &Asked, ask: Ask, body: &mut Option<Body>) -> Outcome {
    match ask {
        Ask::Options => Ok(options()),
        Ask::ListAll => listing::all(door, asked, body.take().unwrap_or_default()).await,
        Ask::List(id) => listing::one(door, asked, &id, body.take().unwrap_or_default()).await,
        Ask::Begin(id) => begin(door, asked, id, body).await,
        Ask::Part(id, name) => part(door, asked, id, name, body).await,
        Ask::Join(id) => join::join(door, asked, id).await,
        Ask::Drop(id) => drop_upload(door, asked, &id).await,
    }
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}

fn options() -> Answer {
    let mut answer = empty(StatusCode::OK);
    answer.headers_mut().insert("dav", HeaderValue::from_static("1"));
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(ALLOW));
    answer
}

/// MKCOL: 405 when it is there already, which those who resume rely on.
async fn begin(door: &Door, asked: &Asked, id: String, body: &mut Option<Body>) -> Outcome {
    if !read_body(body.take().unwrap_or_default()).await?.is_empty() {
        return Err(Refusal::Bad("an upload is begun without a body".to_owned()));
    }
    // Where it shall go decides in which space it is kept; clients that do not say mean their own.
    let destination = asked.destination().ok().flatten();
    let place = destination.as_ref().and_then(|path| Destination::of(path, &asked.session.account.name));
    let tree = match place.and_then(|place| place.shared) {
        Some(space) => door.shared(&asked.session, space).await?,
        None => door.own(&asked.session).await?,
    };
    let dest = destination.map(|path| path.to_href());
    tree.upload_begin(UploadAsk { id, dest, total: asked.total()? }).await?;
    Ok(empty(StatusCode::CREATED))
}

/// PUT of a part: again when it failed, in any order.
async fn part(door: &Door, asked: &Asked, id: String, name: String, body: &mut Option<Body>) -> Outcome {
    let tree = door.tree_of_upload(&asked.session, &id).await.map_err(|error| match error {
        // The folder was given up, or forgotten after a day: clients begin again.
        Error::NotFound => Refusal::House(Error::NotFound),
        other => other.into(),
    })?;
    abri_files::part_number(&name)?;
    let incoming = body_stream(body.take().unwrap_or_default(), asked.announced()?);
    tree.upload_part(Part { id, name, body: incoming }).await?;
    Ok(empty(StatusCode::CREATED))
}

async fn drop_upload(door: &Door, asked: &Asked, id: &str) -> Outcome {
    door.tree_of_upload(&asked.session, id).await?.upload_drop(id).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
