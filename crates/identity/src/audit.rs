//! The audit trail: security events that the account's owner can read. Bounded, ordered, newest first.
//!
//! Each account has two rings of documents that are used again: one for failed tries, one for everything else, so that a
//! guesser cannot push the owner's events out.

use std::hash::{DefaultHasher, Hash, Hasher};

use abri_data::{Expect, Query};
use abri_model::{Error, Millis, Result, SpaceId, Who};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Mutex;

use crate::identity::{From, Identity, Session, read, write};
use crate::kinds;
use crate::name::account_name;

/// Events kept of one account, beside failed tries.
pub const EVENTS_MAX: i64 = 500;
/// Failed tries kept of one account.
pub const FAILURES_MAX: i64 = 200;
/// Most events of one page.
pub const PAGE_EVENTS_MAX: usize = 200;
/// Longest detail kept, in characters.
const DETAIL_MAX: usize = 256;
/// Writers of different accounts that do not wait for one another.
const TURNS: usize = 64;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Somebody logged in.
    Login,
    /// Somebody tried to.
    LoginFailed,
    /// Somebody logged out.
    Logout,
    /// The passphrase was changed.
    PassphraseChanged,
    /// An app password was made.
    AppPasswordCreated,
    /// An app password was revoked.
    AppPasswordRevoked,
    /// A session was ended from elsewhere.
    SessionRevoked,
    /// The account was made.
    AccountCreated,
    /// The account was disabled.
    AccountDisabled,
    /// The account was enabled again.
    AccountEnabled,
    /// A token was made.
    TokenCreated,
    /// Something that a later part of the house records: its detail says what.
    Other,
}

/// A security event of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its id, by which the next page starts.
    pub id: String,
    /// When.
    pub at: Millis,
    /// What.
    pub event: Event,
    /// Whose account.
    pub account: String,
    /// From which address; empty for the command line.
    pub address: String,
    /// With which client.
    pub user_agent: String,
    /// More about it.
    pub detail: String,
}

#[derive(Serialize, Deserialize)]
struct Record {
    account: String,
    at: Millis,
    number: i64,
    ring: i64,
    slot: i64,
    event: Event,
    address: String,
    user_agent: String,
    detail: String,
}

/// Lets the writers of one account's trail go one after the other.
pub(crate) struct Turns(Vec<Mutex<()>>);

impl Turns {
    pub(crate) fn new() -> Turns {
        Turns((0..TURNS).map(|_| Mutex::new(())).collect())
    }

    fn of(&self, organisation: SpaceId, account: &str) -> &Mutex<()> {
        let mut hasher = DefaultHasher::new();
        (organisation, account).hash(&mut hasher);
        &self.0[(hasher.finish() % TURNS as u64) as usize]
    }
}

impl Event {
    /// The word for it in the API.
    pub fn word(self) -> &'static str {
        match self {
            Event::Login => "login",
            Event::LoginFailed => "login_failed",
            Event::Logout => "logout",
            Event::PassphraseChanged => "passphrase_changed",
            Event::AppPasswordCreated => "app_password_created",
            Event::AppPasswordRevoked => "app_password_revoked",
            Event::SessionRevoked => "session_revoked",
            Event::AccountCreated => "account_created",
            Event::AccountDisabled => "account_disabled",
            Event::AccountEnabled => "account_enabled",
            Event::TokenCreated => "token_created",
            Event::Other => "other",
        }
    }
}

impl Identity {
    /// A page of the security events of the asker's account, newest first; `after` is the id of the last event of the page before.
    pub async fn audit(&self, session: &Session, after: Option<&str>, limit: usize) -> Result<Vec<AuditEvent>> {
        if session.who.right != abri_model::Right::EVERYTHING {
            return Err(Error::Forbidden);
        }
        self.events(session.organisation(), &session.account.name, after, limit).await
    }

    /// The same of any account, for an administrator. The empty name: tries with names of no account.
    pub async fn audit_of(
        &self,
        by: &Who,
        organisation: SpaceId,
        name: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<AuditEvent>> {
        self.judge_admin(by, organisation).await?;
        let name = if name.is_empty() { String::new() } else { account_name(name)? };
        self.events(organisation, &name, after, limit).await
    }

    /// Records an event of another part of the house. The detail is for the owner: no secret, no file name.
    pub async fn audit_record(
        &self,
        organisation: SpaceId,
        account: &str,
        event: Event,
        from: Option<&From>,
        detail: &str,
    ) -> Result<()> {
        self.record(organisation, account, event, from, detail).await
    }

    async fn events(
        &self,
        organisation: SpaceId,
        account: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<AuditEvent>> {
        let to = match after {
            Some(after) => {
                let number: i64 = after
                    .parse()
                    .map_err(|_| Error::invalid("the cursor is not one of ours: start again without it"))?;
                vec![json!(number - 1)]
            }
            None => Vec::new(),
        };
        let limit = limit.clamp(1, PAGE_EVENTS_MAX);
        let query = Query { prefix: vec![json!(account)], to, desc: true, limit, ..Query::default() };
        let found = self.system(organisation).await?.find(kinds::AUDIT_BY_ACCOUNT, &query).await?;
        found.docs.iter().map(|doc| read::<Record>(doc).map(AuditEvent::of)).collect()
    }

    pub(crate) async fn record(
        &self,
        organisation: SpaceId,
        account: &str,
        event: Event,
        from: Option<&From>,
        detail: &str,
    ) -> Result<()> {
        let (ring, size) = if event == Event::LoginFailed { (1, FAILURES_MAX) } else { (0, EVENTS_MAX) };
        let space = self.system(organisation).await?;
        let _turn = self.inner.turns.of(organisation, account).lock().await;
        let newest = async |index, prefix| {
            let query = Query { prefix, desc: true, limit: 1, ..Query::default() };
            space.find(index, &query).await?.docs.first().map(read::<Record>).transpose()
        };
        let last = newest(kinds::AUDIT_BY_ACCOUNT, vec![json!(account)]).await?.map_or(0, |record| record.number);
        let slot = newest(kinds::AUDIT_BY_RING, vec![json!(account), json!(ring)])
            .await?
            .map_or(0, |record| (record.slot + 1) % size);
        let record = Record {
            account: account.to_owned(),
            at: self.now(),
            number: last + 1,
            ring,
            slot,
            event,
            address: from.map(|from| from.address.to_canonical().to_string()).unwrap_or_default(),
            user_agent: from.map(From::agent).unwrap_or_default(),
            detail: detail.chars().take(DETAIL_MAX).collect(),
        };
        write(&space, kinds::AUDIT, &format!("{account}/{ring}/{slot:03}"), Expect::Any, &record).await.map(drop)
    }
}

impl AuditEvent {
    fn of(record: Record) -> AuditEvent {
        AuditEvent {
            id: record.number.to_string(),
            at: record.at,
            event: record.event,
            account: record.account,
            address: record.address,
            user_agent: record.user_agent,
            detail: record.detail,
        }
    }
}
