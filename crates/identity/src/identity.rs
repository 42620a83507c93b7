//! Who are you: the handle that doors and the command line use.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use abri_data::{Data, Doc, DocEdit, Expect, PutDoc, Query, Space};
use abri_model::{Error, Kind, Millis, Principal, Result, Right, SpaceId, Who};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::account::Account;
use crate::audit::Turns;
use crate::known::Known;
use crate::passphrase::{Cost, Hasher};
use crate::throttle::Throttle;

/// Longest user agent kept, in characters.
const USER_AGENT_MAX: usize = 256;

/// Settings of identity.
#[derive(Clone, Debug)]
pub struct IdentityConfig {
    /// What a passphrase's hash costs.
    pub cost: Cost,
    /// A long session ends after this many milliseconds without use.
    pub long_idle_ms: i64,
    /// A short session ends after this many milliseconds without use (its cookie goes with the browser).
    pub short_idle_ms: i64,
    /// No session lives longer than this many milliseconds.
    pub session_ms_max: i64,
    /// A verified proof is verified again after this many milliseconds.
    pub known_ms: i64,
    /// Last use and address are written down at most once in this many milliseconds.
    pub note_ms: i64,
}

impl Default for IdentityConfig {
    fn default() -> Self {
        const DAY_MS: i64 = 24 * 3600 * 1000;
        IdentityConfig {
            cost: Cost::default(),
            long_idle_ms: 90 * DAY_MS,
            short_idle_ms: DAY_MS,
            session_ms_max: 400 * DAY_MS,
            known_ms: 10 * 60 * 1000,
            note_ms: 5 * 60 * 1000,
        }
    }
}

/// From where somebody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct From {
    /// The client's address, already resolved through trusted proxies.
    pub address: IpAddr,
    /// What the client calls itself; shortened when kept.
    pub user_agent: String,
}

impl From {
    pub(crate) fn agent(&self) -> String {
        self.user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_MAX).collect()
    }
}

/// By which means somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Means {
    /// A browser's session.
    Browser,
    /// The passphrase, with the request.
    Passphrase,
    /// An app password.
    AppPassword,
    /// A token.
    Token,
}

/// Somebody who proved who they are.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who, and what the proof allows.
    pub who: Who,
    /// Their account, as it was when the proof was verified (at most minutes ago; a change of ours is seen at once).
    pub account: Arc<Account>,
    /// The id of what proved it: of the session, the app password or the token.
    pub id: String,
    /// How it was proved.
    pub means: Means,
}

impl Session {
    /// Whether this may change how one logs in: somebody at a browser or who knows the passphrase, not a device.
    pub fn may_manage(&self) -> bool {
        matches!(self.means, Means::Browser | Means::Passphrase) && self.who.right == Right::EVERYTHING
    }

    pub(crate) fn organisation(&self) -> SpaceId {
        self.account.organisation
    }

    pub(crate) fn need_manage(&self) -> Result<()> {
        if self.may_manage() { Ok(()) } else { Err(Error::Forbidden) }
    }
}

/// Accounts and proofs. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) data: Data,
    pub(crate) config: IdentityConfig,
    pub(crate) hasher: Hasher,
    pub(crate) known: Known,
    pub(crate) throttle: Throttle,
    pub(crate) turns: Turns,
    pub(crate) has_accounts: AtomicBool,
    pub(crate) setting_up: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl Identity {
    /// Identity over `data`, whose doctypes were [registered](crate::register).
    pub fn new(data: Data, config: IdentityConfig) -> Identity {
        let hasher = Hasher::new(config.cost);
        let inner = Inner {
            data,
            config,
            hasher,
            known: Known::new(),
            throttle: Throttle::new(),
            turns: Turns::new(),
            has_accounts: AtomicBool::new(false),
            setting_up: tokio::sync::Mutex::new(()),
        };
        Identity { inner: Arc::new(inner) }
    }

    /// The data it keeps accounts in.
    pub fn data(&self) -> &Data {
        &self.inner.data
    }

    /// The system space of the organisation reached by `host`; the first one when nobody claims it.
    pub async fn organisation_of_host(&self, host: Option<&str>) -> Result<SpaceId> {
        self.inner.data.organisation_of_host(host).await
    }

    pub(crate) fn now(&self) -> Millis {
        self.inner.data.clock().now()
    }

    /// An organisation's system space, as the system sees it.
    pub(crate) async fn system(&self, organisation: SpaceId) -> Result<Space> {
        self.inner.data.space(&Who::system("identity"), organisation).await
    }

    /// Whether `by` may administer an organisation: the system, or one of its administrators with a full right.
    pub(crate) async fn judge_admin(&self, by: &Who, organisation: SpaceId) -> Result<()> {
        if by.right != Right::EVERYTHING {
            return Err(Error::Forbidden);
        }
        match &by.principal {
            Principal::System { .. } => Ok(()),
            Principal::User { name, organisation: home } if *home == organisation => {
                let account = self.account(organisation, name).await?;
                let may = account.is_some_and(|account| account.admin && !account.disabled);
                if may { Ok(()) } else { Err(Error::Forbidden) }
            }
            _ => Err(Error::Forbidden),
        }
    }
}

/// Reads a document of ours.
pub(crate) fn read<T: DeserializeOwned>(doc: &Doc) -> Result<T> {
    serde_json::from_str(&doc.body).map_err(Error::internal)
}

/// An edit that writes a document of ours.
pub(crate) fn put(kind: &'static str, id: impl Into<String>, expect: Expect, body: &impl Serialize) -> Result<DocEdit> {
    let body = serde_json::to_string(body).map_err(Error::internal)?;
    Ok(DocEdit::Put(PutDoc { kind: Kind::known(kind), id: id.into(), expect, body, place: None }))
}

/// Writes a document of ours.
pub(crate) async fn write(
    space: &Space,
    kind: &'static str,
    id: &str,
    expect: Expect,
    body: &impl Serialize,
) -> Result<Doc> {
    let body = serde_json::to_string(body).map_err(Error::internal)?;
    space.put(PutDoc { kind: Kind::known(kind), id: id.to_owned(), expect, body, place: None }).await
}

/// A query for what an account has.
pub(crate) fn of_account(name: &str, limit: usize) -> Query {
    Query { prefix: vec![serde_json::json!(name)], limit, ..Query::default() }
}
