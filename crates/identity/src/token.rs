//! Tokens: random values for a limited time and with a limited right, bound to the session that made them. OAuth will add others.

use std::sync::Arc;

use abri_data::Expect;
use abri_model::{Error, Kind, Millis, Principal, Result, Right, SpaceId, Who};
use serde::{Deserialize, Serialize};

use crate::audit::Event;
use crate::identity::{Identity, Means, Session, read, write};
use crate::{kinds, secret};

/// How tokens begin, so that they are recognised (and found by scanners of leaked secrets).
pub(crate) const PREFIX: &str = "abri_";
/// Longest life of a token, in milliseconds.
pub const TOKEN_MS_MAX: i64 = 24 * 3600 * 1000;

#[derive(Serialize, Deserialize)]
struct Record {
    account: String,
    session: String,
    right: Right,
    created: Millis,
    expires: Millis,
}

impl Identity {
    /// Makes a token that lives as long as its browser session, at most `life_ms`; says when it ends.
    ///
    /// # Errors
    /// `Forbidden` when `right` is wider than the session's, or there is no browser session to bind it to.
    pub async fn add_token(&self, session: &Session, right: Right, life_ms: i64) -> Result<(String, Millis)> {
        if session.means != Means::Browser || !right.within(&session.who.right) {
            return Err(Error::Forbidden);
        }
        let value = format!("{PREFIX}{}", secret::random_value());
        let created = self.now();
        let expires = created.plus(life_ms.clamp(1, TOKEN_MS_MAX));
        let record =
            Record { account: session.account.name.clone(), session: session.id.clone(), right, created, expires };
        let space = self.system(session.organisation()).await?;
        write(&space, kinds::TOKENS, &secret::hash(&value), Expect::Absent, &record).await?;
        if record.right == Right::EVERYTHING {
            self.record(session.organisation(), &record.account, Event::TokenCreated, None, "").await?;
        }
        Ok((value, expires))
    }

    /// Whose a token is and when it ends; `None` when it is none (any more).
    pub(crate) async fn owner_of_token(&self, organisation: SpaceId, value: &str) -> Result<Option<(Session, Millis)>> {
        if !value.starts_with(PREFIX) {
            return Ok(None);
        }
        let id = secret::hash(value);
        let doc = self.system(organisation).await?.get(&Kind::known(kinds::TOKENS), &id).await?;
        let Some(doc) = doc else { return Ok(None) };
        let record: Record = read(&doc)?;
        if record.expires <= self.now() || !self.is_session(organisation, &record.session).await? {
            return Ok(None);
        }
        let account = self.account(organisation, &record.account).await?.filter(|account| !account.disabled);
        let Some(account) = account else { return Ok(None) };
        let principal = Principal::User { name: account.name.clone(), organisation };
        let who = Who { principal, right: record.right, via: format!("token:{}", id.get(..16).unwrap_or_default()) };
        let session = Session { who, account: Arc::new(account), id: record.session, means: Means::Token };
        Ok(Some((session, record.expires)))
    }
}
