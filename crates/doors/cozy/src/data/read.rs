//! `GET /data/:doctype/:id`.

use abri_model::Error;
use axum::extract::{Path, State};
use http::StatusCode;

use super::doc;
use super::error::Outcome;
use crate::door::House;
use crate::json;
use crate::request::Asker;

/// The document as it is now.
pub(crate) async fn read(
    State(house): State<House>,
    Asker(session): Asker,
    Path((kind, id)): Path<(String, String)>,
) -> Outcome {
    let space = house.data.personal(&session.who).await?;
    let found = space.get(&doc::kind(&kind)?, &id).await?.ok_or(Error::NotFound)?;
    Ok(json::plain(StatusCode::OK, &doc::shown(&found)?))
}
