//! Browser sessions: a random value in a cookie, of which only the hash is kept.

use std::fmt;
use std::sync::Arc;

use abri_data::{Doc, Expect, Query};
use abri_model::{Error, Kind, Millis, Principal, Result, Right, SpaceId, Who};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::account::Account;
use crate::audit::Event;
use crate::identity::{From, Identity, Means, Session, of_account, read, write};
use crate::{kinds, secret};

/// Sessions of one account at most; past it, the oldest ends.
pub const SESSIONS_MAX: usize = 100;
/// Ended sessions removed by one sweep at most.
const SWEPT_MAX: usize = 10_000;

/// A session just opened.
pub struct NewSession {
    /// The value of the cookie: the only time it is known.
    pub cookie_value: String,
    /// For how long the browser should keep it; `None`: until it closes.
    pub max_age_seconds: Option<i64>,
    /// The session.
    pub session: Arc<Session>,
}

impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSession").field("session", &self.session.id).finish_non_exhaustive()
    }
}

/// A session, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionInfo {
    /// Its id: not the cookie.
    pub id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it began.
    pub created: Millis,
    /// When it was last used, give or take a few minutes.
    pub last_seen: Millis,
    /// When it ends unless it is used.
    pub expires: Millis,
    /// Whether it outlives the browser.
    pub long: bool,
    /// The browser.
    pub user_agent: String,
    /// The address it was last used from.
    pub address: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct Record {
    account: String,
    created: Millis,
    last_seen: Millis,
    expires: Millis,
    long: bool,
    address: String,
    user_agent: String,
}

impl Identity {
    /// Logs somebody in with their passphrase and opens a session, always a new one.
    ///
    /// # Errors
    /// `Unauthenticated`, whether there is such an account or not; `Throttled` after too many failures.
    pub async fn login(
        &self,
        organisation: SpaceId,
        name: &str,
        passphrase: &str,
        from: &From,
        long: bool,
    ) -> Result<NewSession> {
        let account = self.prove_passphrase(organisation, name, passphrase, from).await?;
        let opened = self.open_session(Arc::new(account), from, long).await?;
        self.record(organisation, &opened.session.account.name, Event::Login, Some(from), "").await?;
        Ok(opened)
    }

    pub(crate) async fn open_session(&self, account: Arc<Account>, from: &From, long: bool) -> Result<NewSession> {
        let space = self.system(account.organisation).await?;
        let sessions = space.find(kinds::SESSIONS_BY_ACCOUNT, &of_account(&account.name, SESSIONS_MAX)).await?.docs;
        for old in sessions.iter().take((sessions.len() + 1).saturating_sub(SESSIONS_MAX)) {
            self.remove_session(account.organisation, &old.key.id).await?;
        }
        let (value, now) = (secret::random_value(), self.now());
        let config = &self.inner.config;
        let record = Record {
            account: account.name.clone(),
            created: now,
            last_seen: now,
            expires: now.plus(if long { config.long_idle_ms } else { config.short_idle_ms }),
            long,
            address: from.address.to_canonical().to_string(),
            user_agent: from.agent(),
        };
        let id = secret::hash(&value);
        write(&space, kinds::SESSIONS, &id, Expect::Absent, &record).await?;
        let session = Arc::new(of_browser(account, id));
        Ok(NewSession { cookie_value: value, max_age_seconds: long.then_some(config.session_ms_max / 1000), session })
    }

    /// The session of a cookie's value and when it ends; `None` when there is none (any more).
    pub(crate) async fn session_of_cookie(
        &self,
        organisation: SpaceId,
        value: &str,
        from: &From,
    ) -> Result<Option<(Session, Millis)>> {
        let id = secret::hash(value);
        let space = self.system(organisation).await?;
        let Some(doc) = space.get(&Kind::known(kinds::SESSIONS), &id).await? else { return Ok(None) };
        let mut record: Record = read(&doc)?;
        if record.expires <= self.now() {
            return Ok(None);
        }
        let account = self.account(organisation, &record.account).await?.filter(|account| !account.disabled);
        let Some(account) = account else { return Ok(None) };
        if self.now().0 - record.last_seen.0 >= self.inner.config.note_ms {
            self.note_session(organisation, doc, &mut record, from).await?;
        }
        Ok(Some((of_browser(Arc::new(account), id), record.expires)))
    }

    /// Whether a session is there and good: tokens bound to it ask.
    pub(crate) async fn is_session(&self, organisation: SpaceId, id: &str) -> Result<bool> {
        let doc = self.system(organisation).await?.get(&Kind::known(kinds::SESSIONS), id).await?;
        let record: Option<Record> = doc.as_ref().map(read).transpose()?;
        Ok(record.is_some_and(|record| record.expires > self.now()))
    }

    /// Writes down that a session was used, and lets it slide on.
    pub(crate) async fn note_session_use(&self, organisation: SpaceId, id: &str, from: &From) -> Result<()> {
        let doc = self.system(organisation).await?.get(&Kind::known(kinds::SESSIONS), id).await?;
        let Some(doc) = doc else { return Ok(()) };
        let mut record: Record = read(&doc)?;
        self.note_session(organisation, doc, &mut record, from).await
    }

    async fn note_session(&self, organisation: SpaceId, doc: Doc, record: &mut Record, from: &From) -> Result<()> {
        let (now, config) = (self.now(), &self.inner.config);
        let idle = if record.long { config.long_idle_ms } else { config.short_idle_ms };
        record.last_seen = now;
        record.expires = Millis(now.plus(idle).0.min(record.created.plus(config.session_ms_max).0));
        record.address = from.address.to_canonical().to_string();
        record.user_agent = from.agent();
        let space = self.system(organisation).await?;
        match write(&space, kinds::SESSIONS, &doc.key.id, Expect::Rev(doc.rev), record).await {
            // Ended or noted by another request meanwhile.
            Err(Error::Conflict { .. }) => Ok(()),
            done => done.map(drop),
        }
    }

    /// Ends the session that asks.
    pub async fn logout(&self, session: &Session) -> Result<()> {
        if session.means != Means::Browser {
            return Err(Error::invalid("there is no session to end: the request carried a password or token"));
        }
        self.remove_session(session.organisation(), &session.id).await?;
        self.record(session.organisation(), &session.account.name, Event::Logout, None, "").await
    }

    /// Ends every other session of the account; says how many.
    pub async fn logout_others(&self, session: &Session) -> Result<usize> {
        session.need_manage()?;
        let ended = self.end_sessions(session.organisation(), &session.account.name, Some(&session.id)).await?;
        if ended > 0 {
            self.record(
                session.organisation(),
                &session.account.name,
                Event::SessionRevoked,
                None,
                &format!("{ended}"),
            )
            .await?;
        }
        Ok(ended)
    }

    /// The sessions of the account, last used first.
    pub async fn sessions(&self, session: &Session) -> Result<Vec<SessionInfo>> {
        session.need_manage()?;
        let space = self.system(session.organisation()).await?;
        let docs = space.find(kinds::SESSIONS_BY_ACCOUNT, &of_account(&session.account.name, SESSIONS_MAX)).await?.docs;
        let now = self.now();
        let mut sessions = Vec::with_capacity(docs.len());
        for doc in docs {
            let record: Record = read(&doc)?;
            if record.expires > now {
                let current = doc.key.id == session.id;
                let Record { created, last_seen, expires, long, user_agent, address, .. } = record;
                sessions.push(SessionInfo {
                    id: doc.key.id,
                    current,
                    created,
                    last_seen,
                    expires,
                    long,
                    user_agent,
                    address,
                });
            }
        }
        sessions.sort_by_key(|session| std::cmp::Reverse(session.last_seen));
        Ok(sessions)
    }

    /// Ends one of the account's sessions, at once.
    ///
    /// # Errors
    /// `NotFound` when it is none of theirs.
    pub async fn end_session(&self, session: &Session, id: &str) -> Result<()> {
        session.need_manage()?;
        let space = self.system(session.organisation()).await?;
        let doc = space.get(&Kind::known(kinds::SESSIONS), id).await?.ok_or(Error::NotFound)?;
        let record: Record = read(&doc)?;
        if record.account != session.account.name {
            return Err(Error::NotFound);
        }
        self.remove_session(session.organisation(), id).await?;
        self.record(session.organisation(), &session.account.name, Event::SessionRevoked, None, &record.user_agent)
            .await
    }

    /// Ends an account's sessions, all but `except`; says how many. Whatever was verified for it is forgotten.
    pub(crate) async fn end_sessions(&self, organisation: SpaceId, name: &str, except: Option<&str>) -> Result<usize> {
        let space = self.system(organisation).await?;
        let mut ended = 0;
        let docs = space.find(kinds::SESSIONS_BY_ACCOUNT, &of_account(name, SESSIONS_MAX * 2)).await?.docs;
        for doc in docs.iter().filter(|doc| except != Some(doc.key.id.as_str())) {
            self.remove_session(organisation, &doc.key.id).await?;
            ended += 1;
        }
        self.inner.known.forget(organisation, name);
        Ok(ended)
    }

    async fn remove_session(&self, organisation: SpaceId, id: &str) -> Result<()> {
        let space = self.system(organisation).await?;
        match space.delete(&Kind::known(kinds::SESSIONS), id, Expect::Any).await {
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
        // Tokens bound to it are verified anew, and found without session.
        self.inner.known.forget_id(organisation, id);
        Ok(())
    }

    /// Whether a browser's session is a long one; `None` when it is no browser's.
    pub(crate) async fn is_long(&self, session: &Session) -> Result<Option<bool>> {
        if session.means != Means::Browser {
            return Ok(None);
        }
        let doc = self.system(session.organisation()).await?.get(&Kind::known(kinds::SESSIONS), &session.id).await?;
        Ok(Some(doc.as_ref().map(read::<Record>).transpose()?.is_some_and(|record| record.long)))
    }

    /// Removes sessions and tokens that ended by themselves; says how many. Part of the upkeep.
    pub async fn sweep(&self, by: &Who, organisation: SpaceId) -> Result<usize> {
        self.judge_admin(by, organisation).await?;
        let space = self.system(organisation).await?;
        let mut swept = 0;
        for (index, kind) in [(kinds::SESSIONS_BY_END, kinds::SESSIONS), (kinds::TOKENS_BY_END, kinds::TOKENS)] {
            let mut query = Query { to: vec![json!(self.now())], limit: 500, ..Query::default() };
            while swept < SWEPT_MAX {
                let found = space.find(index, &query).await?;
                for doc in &found.docs {
                    match space.delete(&Kind::known(kind), &doc.key.id, Expect::Rev(doc.rev)).await {
                        Ok(_) => swept += 1,
                        Err(Error::Conflict { .. } | Error::NotFound) => {}
                        Err(error) => return Err(error),
                    }
                }
                match found.bookmark {
                    Some(bookmark) => query.bookmark = Some(bookmark),
                    None => break,
                }
            }
        }
        Ok(swept)
    }
}

fn of_browser(account: Arc<Account>, id: String) -> Session {
    let principal = Principal::User { name: account.name.clone(), organisation: account.organisation };
    let who = Who { principal, right: Right::EVERYTHING, via: format!("session:{}", id.get(..16).unwrap_or_default()) };
    Session { who, account, id, means: Means::Browser }
}
