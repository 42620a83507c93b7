//! `/settings/instance`: the account of the asker.

use abri_identity::{Account, ProfileChange};
use abri_model::{Error, Result, Rev};
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use crate::door::House;
use crate::error::Outcome;
use crate::json;
use crate::request::{Asker, Json, data};

const KIND: &str = "io.cozy.settings";
const ID: &str = "io.cozy.settings.instance";

/// The document of an account.
pub(crate) fn document(account: &Account) -> Value {
    let attributes = json!({
        "name": account.name,
        "public_name": account.public_name,
        "email": account.email,
        "locale": account.locale,
        "tz": account.tz,
        "color_scheme": account.color_scheme,
        "accent": account.accent,
        "admin": account.admin,
    });
    json::document(KIND, ID, Some(&account.rev.to_string()), attributes)
}

/// Shows it.
pub(crate) async fn show(State(house): State<House>, Asker(session): Asker) -> Outcome {
    // Read anew: another session may have changed it since this one was opened.
    let account = house
        .identity
        .account(session.account.organisation, &session.account.name)
        .await?
        .ok_or(Error::Unauthenticated)?;
    Ok(json::one(StatusCode::OK, document(&account)))
}

/// Changes what its owner may change; attributes that are left out stay as they are.
pub(crate) async fn change(State(house): State<House>, Asker(session): Asker, Json(body): Json<Value>) -> Outcome {
    let data = data(&body)?;
    let rev = data
        .pointer("/meta/rev")
        .and_then(Value::as_str)
        .map(|rev| Rev::parse(rev).ok_or(Error::Conflict { current: None }))
        .transpose()?;
    let attributes = data.get("attributes").unwrap_or(&Value::Null);
    let change = ProfileChange {
        public_name: text(attributes, "public_name")?,
        email: text(attributes, "email")?,
        locale: text(attributes, "locale")?,
        tz: text(attributes, "tz")?,
        color_scheme: text(attributes, "color_scheme")?,
        accent: accent(attributes)?,
    };
    let account = house.identity.update_profile(&session, rev, change).await?;
    Ok(json::one(StatusCode::OK, document(&account)))
}

fn text(attributes: &Value, name: &str) -> Result<Option<String>> {
    match attributes.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Error::invalid(format!("{name} must be a text"))),
    }
}

fn accent(attributes: &Value) -> Result<Option<u16>> {
    match attributes.get("accent") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64().and_then(|hue| u16::try_from(hue).ok()).filter(|hue| *hue < 360) {
            Some(hue) => Ok(Some(hue)),
            None => Err(Error::invalid("accent must be a hue from 0 to 359")),
        },
    }
}
