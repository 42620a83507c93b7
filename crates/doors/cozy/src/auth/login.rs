//! `/auth/login`: sessions begin and end.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::cookie::{ended, opened};
use crate::door::House;
use crate::error::Outcome;
use crate::json;
use crate::request::{Asker, Json, Origin, OwnOrigin};
use crate::settings::instance;

/// What the login screen sends.
#[derive(Deserialize)]
pub(crate) struct Login {
    name: String,
    passphrase: String,
    #[serde(default)]
    long_run: Value,
}

/// Opens a session.
pub(crate) async fn login(
    State(house): State<House>,
    OwnOrigin(origin): OwnOrigin,
    Json(login): Json<Login>,
) -> Outcome {
    // Cozy's own login form says "true" as a text.
    let long = matches!(&login.long_run, Value::Bool(true))
        || login.long_run.as_str().is_some_and(|text| matches!(text, "true" | "1"));
    let session =
        house.identity.login(origin.organisation, login.name.trim(), &login.passphrase, &origin.from, long).await?;
    let answer = json::one(StatusCode::OK, instance::document(&session.session.account));
    Ok(opened(answer, &session, &origin.connection))
}

/// Ends this session.
pub(crate) async fn logout(State(house): State<House>, origin: Origin, Asker(session): Asker) -> Outcome {
    house.identity.logout(&session).await?;
    Ok(ended(json::empty(), &origin.connection))
}

/// Ends all other sessions.
pub(crate) async fn logout_others(State(house): State<House>, Asker(session): Asker) -> Outcome {
    house.identity.logout_others(&session).await?;
    Ok(json::empty())
}
