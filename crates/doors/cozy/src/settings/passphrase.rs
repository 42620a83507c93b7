//! `PUT /settings/passphrase`.

use abri_model::Error;
use axum::extract::State;
use serde::Deserialize;

use crate::auth::opened;
use crate::door::House;
use crate::error::{Outcome, Refusal};
use crate::json;
use crate::request::{Asker, Json, Origin};

/// What is sent.
#[derive(Deserialize)]
pub(crate) struct Change {
    current_passphrase: String,
    new_passphrase: String,
}

/// Changes it, ends the other sessions, and rotates this one's cookie.
pub(crate) async fn change(
    State(house): State<House>,
    origin: Origin,
    Asker(session): Asker,
    Json(change): Json<Change>,
) -> Outcome {
    let changed = house
        .identity
        .change_passphrase(&session, &change.current_passphrase, &change.new_passphrase, &origin.from)
        .await;
    let renewed = changed.map_err(|error| match error {
        Error::Unauthenticated | Error::Forbidden => Refusal::WrongPassphrase,
        other => Refusal::House(other),
    })?;
    Ok(match renewed {
        Some(session) => opened(json::empty(), &session, &origin.connection),
        None => json::empty(),
    })
}
