//! `/settings/app-passwords`: passwords of programs, one for each.

use abri_identity::AppPassword;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::door::House;
use crate::error::Outcome;
use crate::request::{Asker, Json, Origin};
use crate::{json, time};

const KIND: &str = "abri.app-passwords";

/// What is sent.
#[derive(Deserialize)]
pub(crate) struct New {
    label: String,
}

fn attributes(password: &AppPassword) -> Value {
    json!({
        "label": password.label,
        "created_at": time::write(password.created),
        "last_used": password.last_used.map(time::write),
        "last_address": password.last_address,
    })
}

/// Lists them.
pub(crate) async fn list(State(house): State<House>, Asker(session): Asker) -> Outcome {
    let passwords = house.identity.app_passwords(&session).await?;
    let documents: Vec<_> =
        passwords.iter().map(|password| json::document(KIND, &password.id, None, attributes(password))).collect();
    let count = documents.len();
    Ok(json::many(documents, count, None))
}

/// Makes one; the only time its secret is told.
pub(crate) async fn add(
    State(house): State<House>,
    origin: Origin,
    Asker(session): Asker,
    Json(new): Json<New>,
) -> Outcome {
    let account = &session.account;
    let (password, secret) = house.identity.add_app_password(&session, new.label.trim(), &origin.from).await?;
    let mut attributes = attributes(&password);
    attributes["login"] = account.name.clone().into();
    attributes["password"] = secret.into();
    Ok(json::one(StatusCode::CREATED, json::document(KIND, &password.id, None, attributes)))
}

/// Revokes one at once.
pub(crate) async fn revoke(State(house): State<House>, Asker(session): Asker, Path(id): Path<String>) -> Outcome {
    house.identity.revoke_app_password(&session, &id).await?;
    Ok(json::empty())
}
