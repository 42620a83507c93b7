//! `GET /data/_all_doctypes`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;

use super::error::Outcome;
use crate::door::House;
use crate::json;
use crate::request::Asker;

/// The doctypes there are documents of.
pub(crate) async fn kinds(State(house): State<House>, Asker(session): Asker) -> Outcome {
    let kinds = house.data.personal(&session.who).await?.kinds().await?;
    let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    Ok(json::plain(StatusCode::OK, &json!(names)))
}
