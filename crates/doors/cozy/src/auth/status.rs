//! `GET /public/status`: what a browser must know before anybody has logged in.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;

use crate::door::House;
use crate::error::Outcome;
use crate::json;
use crate::request::Origin;

/// Answers whoever asks.
pub(crate) async fn status(State(house): State<House>, origin: Origin) -> Outcome {
    let setup = house.identity.setup_needed().await?;
    let organisation = house.data.organisation(origin.organisation).await?;
    let body = json!({ "setup": setup, "organisation": organisation.name, "locale": organisation.locale, "version": env!("CARGO_PKG_VERSION") });
    Ok(json::plain(StatusCode::OK, &body))
}
