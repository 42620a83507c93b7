//! `/auth/setup`: the first account, made through the one-time link.

use abri_identity::NewAccount;
use abri_model::Error;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;

use super::cookie::opened;
use crate::door::House;
use crate::error::{Outcome, Refusal};
use crate::json;
use crate::request::{Json, Origin, OwnOrigin, Query};
use crate::settings::instance;

/// What the set-up screen sends.
#[derive(Deserialize)]
pub(crate) struct Founder {
    token: String,
    name: String,
    #[serde(default)]
    public_name: String,
    passphrase: String,
    #[serde(default)]
    locale: String,
}

/// Whether the link is good.
pub(crate) async fn check(State(house): State<House>, _: Origin, query: Query) -> Outcome {
    match house.identity.setup_token_good(query.need("token")?).await? {
        true => Ok(json::empty()),
        false => Err(Error::Expired.into()),
    }
}

/// Makes the account and opens its session.
pub(crate) async fn setup(
    State(house): State<House>,
    OwnOrigin(origin): OwnOrigin,
    Json(founder): Json<Founder>,
) -> Outcome {
    let account = NewAccount {
        public_name: if founder.public_name.is_empty() { founder.name.clone() } else { founder.public_name },
        name: founder.name,
        passphrase: founder.passphrase,
        locale: founder.locale,
        email: String::new(),
        admin: true,
        quota: None,
    };
    let session = house.identity.setup(&founder.token, account, &origin.from).await.map_err(refusal)?;
    let answer = json::one(StatusCode::CREATED, instance::document(&session.session.account));
    Ok(opened(answer, &session, &origin.connection))
}

/// What may be wrong with a new account, in this door's words.
pub(crate) fn refusal(error: Error) -> Refusal {
    match error {
        Error::Exists => Refusal::NameTaken,
        other => Refusal::House(other),
    }
}
