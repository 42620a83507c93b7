//! App passwords: one per device, random, shown once, revoked at once.

use std::sync::Arc;

use abri_data::{Doc, Expect, Query};
use abri_model::{Error, Kind, Millis, Principal, Result, Right, SpaceId, Who};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::account::Account;
use crate::audit::Event;
use crate::identity::{From, Identity, Means, Session, of_account, read, write};
use crate::{kinds, secret};

/// App passwords of one account at most.
pub const APP_PASSWORDS_MAX: usize = 500;
/// Longest label, in characters.
pub const LABEL_MAX: usize = 128;

/// An app password, as its owner sees it: without the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPassword {
    /// Its id.
    pub id: String,
    /// What its owner calls the device.
    pub label: String,
    /// When it was made.
    pub created: Millis,
    /// When it was last used, give or take a few minutes.
    pub last_used: Option<Millis>,
    /// From which address.
    pub last_address: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Record {
    account: String,
    label: String,
    hash: String,
    created: Millis,
    #[serde(default)]
    last_used: Option<Millis>,
    #[serde(default)]
    last_address: Option<String>,
}

impl AppPassword {
    fn of(id: String, record: Record) -> AppPassword {
        let Record { label, created, last_used, last_address, .. } = record;
        AppPassword { id, label, created, last_used, last_address }
    }
}

impl Identity {
    /// The account's app passwords, oldest first.
    pub async fn app_passwords(&self, session: &Session) -> Result<Vec<AppPassword>> {
        session.need_manage()?;
        let space = self.system(session.organisation()).await?;
        let docs = space
            .find(kinds::APP_PASSWORDS_BY_ACCOUNT, &of_account(&session.account.name, APP_PASSWORDS_MAX))
            .await?
            .docs;
        docs.into_iter().map(|doc| Ok(AppPassword::of(doc.key.id.clone(), read(&doc)?))).collect()
    }

    /// Makes an app password: the second value is the password, known this once.
    ///
    /// # Errors
    /// `Forbidden` for a device; `TooLarge` past [`APP_PASSWORDS_MAX`]; `Invalid` for a label that cannot be.
    pub async fn add_app_password(&self, session: &Session, label: &str, from: &From) -> Result<(AppPassword, String)> {
        session.need_manage()?;
        self.make_app_password(session.organisation(), &session.account.name, label, Some(from), "").await
    }

    /// The same for an administrator or the command line.
    pub async fn add_app_password_for(
        &self,
        by: &Who,
        organisation: SpaceId,
        name: &str,
        label: &str,
    ) -> Result<(AppPassword, String)> {
        self.judge_admin(by, organisation).await?;
        let account = self.existing(organisation, name).await?;
        self.make_app_password(organisation, &account.name, label, None, &by.author()).await
    }

    async fn make_app_password(
        &self,
        organisation: SpaceId,
        name: &str,
        label: &str,
        from: Option<&From>,
        by: &str,
    ) -> Result<(AppPassword, String)> {
        let label = label.trim();
        if label.is_empty() || label.chars().count() > LABEL_MAX || label.chars().any(char::is_control) {
            return Err(Error::invalid(format!("the label has 1 to {LABEL_MAX} characters")));
        }
        let space = self.system(organisation).await?;
        let there = space.find(kinds::APP_PASSWORDS_BY_ACCOUNT, &of_account(name, APP_PASSWORDS_MAX)).await?.docs.len();
        if there >= APP_PASSWORDS_MAX {
            return Err(Error::TooLarge { what: "the list of app passwords", limit: APP_PASSWORDS_MAX as u64 });
        }
        let password = secret::app_password();
        let typed =
            secret::typed_app_password(&password).ok_or_else(|| Error::internal("an app password that is none"))?;
        let record = Record {
            account: name.to_owned(),
            label: label.to_owned(),
            hash: secret::hash(&typed),
            created: self.now(),
            last_used: None,
            last_address: None,
        };
        let id = secret::random_id();
        write(&space, kinds::APP_PASSWORDS, &id, Expect::Absent, &record).await?;
        let detail = if by.is_empty() { label.to_owned() } else { format!("{label} ({by})") };
        self.record(organisation, name, Event::AppPasswordCreated, from, &detail).await?;
        Ok((AppPassword::of(id, record), password))
    }

    /// Revokes an app password: from now on it opens nothing. A device may revoke its own.
    ///
    /// # Errors
    /// `NotFound` when it is none of the account's; `Forbidden` for another one's device.
    pub async fn revoke_app_password(&self, session: &Session, id: &str) -> Result<()> {
        if session.means != Means::AppPassword || session.id != id {
            session.need_manage()?;
        }
        let organisation = session.organisation();
        let space = self.system(organisation).await?;
        let kind = Kind::known(kinds::APP_PASSWORDS);
        let doc = space.get(&kind, id).await?.ok_or(Error::NotFound)?;
        let record: Record = read(&doc)?;
        if record.account != session.account.name {
            return Err(Error::NotFound);
        }
        space.delete(&kind, id, Expect::Any).await?;
        self.inner.known.forget_id(organisation, id);
        self.record(organisation, &record.account, Event::AppPasswordRevoked, None, &record.label).await
    }

    /// Who an app password belongs to; `None` when it is none (of `name`'s, when given).
    pub(crate) async fn owner_of_app_password(
        &self,
        organisation: SpaceId,
        name: Option<&str>,
        password: &str,
        from: &From,
    ) -> Result<Option<Session>> {
        let Some(typed) = secret::typed_app_password(password) else { return Ok(None) };
        let space = self.system(organisation).await?;
        let query = Query { prefix: vec![json!(secret::hash(&typed))], limit: 1, ..Query::default() };
        let Some(doc) = space.find(kinds::APP_PASSWORDS_BY_HASH, &query).await?.docs.pop() else { return Ok(None) };
        let record: Record = read(&doc)?;
        if name.is_some_and(|name| name != record.account) {
            return Ok(None);
        }
        let account = self.account(organisation, &record.account).await?.filter(|account| !account.disabled);
        let Some(account) = account else { return Ok(None) };
        let last = record.last_used.map_or(i64::MIN, |used| used.0);
        let id = doc.key.id.clone();
        if self.now().0.saturating_sub(last) >= self.inner.config.note_ms {
            self.note_app_password(organisation, doc, record, from).await?;
        }
        Ok(Some(of_device(Arc::new(account), id)))
    }

    /// Writes down that an app password was used.
    pub(crate) async fn note_app_password_use(&self, organisation: SpaceId, id: &str, from: &From) -> Result<()> {
        let doc = self.system(organisation).await?.get(&Kind::known(kinds::APP_PASSWORDS), id).await?;
        let Some(doc) = doc else { return Ok(()) };
        let record: Record = read(&doc)?;
        self.note_app_password(organisation, doc, record, from).await
    }

    async fn note_app_password(&self, organisation: SpaceId, doc: Doc, mut record: Record, from: &From) -> Result<()> {
        record.last_used = Some(self.now());
        record.last_address = Some(from.address.to_canonical().to_string());
        let space = self.system(organisation).await?;
        match write(&space, kinds::APP_PASSWORDS, &doc.key.id, Expect::Rev(doc.rev), &record).await {
            // Revoked or noted by another request meanwhile.
            Err(Error::Conflict { .. }) => Ok(()),
            done => done.map(drop),
        }
    }
}

fn of_device(account: Arc<Account>, id: String) -> Session {
    let principal = Principal::User { name: account.name.clone(), organisation: account.organisation };
    let who = Who { principal, right: Right::EVERYTHING, via: format!("app-password:{id}") };
    Session { who, account, id, means: Means::AppPassword }
}
