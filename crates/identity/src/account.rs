//! Accounts: who there is, what they chose, and their passphrases. A document each; the passphrase's hash is another.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use abri_data::{CreateSpace, Doc, Expect, Query, SpaceKind};
use abri_model::{Error, Kind, Millis, Result, Rev, SpaceId, Who};
use serde::{Deserialize, Serialize};

use crate::audit::Event;
use crate::identity::{From, Identity, Session, put, read, write};
use crate::kinds;
use crate::name::account_name;
use crate::passphrase;
use crate::session::NewSession;

/// Longest public name, in characters.
pub const PUBLIC_NAME_MAX: usize = 128;
/// Longest e-mail address, in bytes (RFC 5321 §4.5.3.1.3).
pub const EMAIL_LEN_MAX: usize = 254;
/// Most accounts of one page.
pub const PAGE_ACCOUNTS_MAX: usize = 1_000;
/// Languages there are words for.
pub const LOCALES: [&str; 2] = ["en", "fr"];
/// How often a change is made again because the document changed meanwhile.
const TRIES_MAX: usize = 8;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name: by which one logs in.
    pub name: String,
    /// Its name for people.
    pub public_name: String,
    /// An e-mail address; empty when there is none.
    pub email: String,
    /// The language: `fr`, `en`.
    pub locale: String,
    /// The time zone, an IANA name; empty when the browser's.
    pub tz: String,
    /// `system`, `light` or `dark`.
    pub color_scheme: String,
    /// The accent colour: a hue, 0 to 359.
    pub accent: u16,
    /// Whether it administers its organisation.
    pub admin: bool,
    /// Whether it cannot log in.
    pub disabled: bool,
    /// Its personal space.
    pub space: SpaceId,
    /// Its organisation.
    pub organisation: SpaceId,
    /// The revision of its document.
    pub rev: Rev,
    /// When it was made.
    pub created: Millis,
}

/// An account to be made.
#[derive(Clone, Default)]
pub struct NewAccount {
    /// Its name: see [`account_name`].
    pub name: String,
    /// Its name for people; the name when empty.
    pub public_name: String,
    /// Its passphrase.
    pub passphrase: String,
    /// Its language; the organisation's when empty.
    pub locale: String,
    /// An e-mail address; empty when there is none.
    pub email: String,
    /// Whether it administers its organisation.
    pub admin: bool,
    /// The quota of its personal space in bytes; `None` means no limit.
    pub quota: Option<u64>,
}

/// What people change about themselves; absent fields stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// See [`Account::public_name`].
    pub public_name: Option<String>,
    /// See [`Account::email`].
    pub email: Option<String>,
    /// See [`Account::locale`].
    pub locale: Option<String>,
    /// See [`Account::tz`].
    pub tz: Option<String>,
    /// See [`Account::color_scheme`].
    pub color_scheme: Option<String>,
    /// See [`Account::accent`].
    pub accent: Option<u16>,
}

impl fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewAccount").field("name", &self.name).finish_non_exhaustive()
    }
}

/// An account's document.
#[derive(Clone, Serialize, Deserialize)]
struct Record {
    public_name: String,
    #[serde(default)]
    email: String,
    locale: String,
    #[serde(default)]
    tz: String,
    color_scheme: String,
    accent: u16,
    #[serde(default)]
    admin: bool,
    #[serde(default)]
    disabled: bool,
    space: String,
    created: Millis,
}

/// The document of an account's passphrase.
#[derive(Serialize, Deserialize)]
struct Credential {
    argon2: String,
    changed: Millis,
}

/// The accent colour of a new account.
const ACCENT: u16 = 250;

impl Account {
    fn of_doc(doc: &Doc, organisation: SpaceId) -> Result<Account> {
        let record: Record = read(doc)?;
        let space = SpaceId::from_hex(&record.space).ok_or_else(|| Error::internal("an account without space"))?;
        Ok(Account {
            name: doc.key.id.clone(),
            public_name: record.public_name,
            email: record.email,
            locale: record.locale,
            tz: record.tz,
            color_scheme: record.color_scheme,
            accent: record.accent,
            admin: record.admin,
            disabled: record.disabled,
            space,
            organisation,
            rev: doc.rev,
            created: record.created,
        })
    }

    fn to_record(&self) -> Record {
        Record {
            public_name: self.public_name.clone(),
            email: self.email.clone(),
            locale: self.locale.clone(),
            tz: self.tz.clone(),
            color_scheme: self.color_scheme.clone(),
            accent: self.accent,
            admin: self.admin,
            disabled: self.disabled,
            space: self.space.to_hex(),
            created: self.created,
        }
    }
}

impl Identity {
    /// Makes an account and its personal space. Many may be made at the same time.
    ///
    /// # Errors
    /// `AccountName`, `WeakPassphrase`, `Invalid` with what to change; `Exists` when the name is taken; `Forbidden` unless `by`
    /// administers the organisation.
    pub async fn add_account(&self, by: &Who, organisation: SpaceId, new: NewAccount) -> Result<Account> {
        self.judge_admin(by, organisation).await?;
        self.make_account(organisation, new, Some(by)).await
    }

    pub(crate) async fn make_account(
        &self,
        organisation: SpaceId,
        new: NewAccount,
        by: Option<&Who>,
    ) -> Result<Account> {
        let name = account_name(&new.name)?;
        passphrase::check(&new.passphrase, &name)?;
        let locale =
            if new.locale.is_empty() { self.inner.data.organisation(organisation).await?.locale } else { new.locale };
        let public_name = if new.public_name.trim().is_empty() { name.clone() } else { new.public_name };
        let mut account = Account {
            name,
            public_name,
            email: new.email,
            locale,
            tz: String::new(),
            color_scheme: "system".to_owned(),
            accent: ACCENT,
            admin: new.admin,
            disabled: false,
            space: SpaceId(0),
            organisation,
            rev: Rev { generation: 1, hash: [0; 16] },
            created: self.now(),
        };
        check_profile(&account)?;
        if self.account(organisation, &account.name).await?.is_some() {
            return Err(Error::Exists);
        }
        let argon2 = self.inner.hasher.hash(&new.passphrase).await?;
        let cli = Who::system("identity");
        account.space = self.space_for(&cli, &account, new.quota).await?;
        let edits = vec![
            put(kinds::ACCOUNTS, account.name.as_str(), Expect::Absent, &account.to_record())?,
            put(
                kinds::CREDENTIALS,
                account.name.as_str(),
                Expect::Any,
                &Credential { argon2, changed: account.created },
            )?,
        ];
        match self.system(organisation).await?.batch_all(edits).await {
            Ok(docs) => account.rev = docs.first().map_or(account.rev, |doc| doc.rev),
            // Whoever was first has the same space: it stays.
            Err(Error::Conflict { .. }) => return Err(Error::Exists),
            Err(error) => return Err(error),
        }
        self.inner.has_accounts.store(true, Ordering::Release);
        let detail = by.map(|by| by.author()).unwrap_or_default();
        self.record(organisation, &account.name, Event::AccountCreated, None, &detail).await?;
        Ok(account)
    }

    /// The personal space of a new account: made now, or left by a creation that did not get to its end.
    async fn space_for(&self, who: &Who, account: &Account, quota: Option<u64>) -> Result<SpaceId> {
        let new = CreateSpace {
            organisation: account.organisation,
            kind: SpaceKind::Personal,
            name: account.name.clone(),
            owner: Some(account.name.clone()),
            members: Vec::new(),
            quota,
        };
        match self.inner.data.create_space(who, new).await {
            Ok(info) => Ok(info.id),
            Err(Error::Exists) => {
                let space = self.inner.data.personal_of(who, account.organisation, &account.name).await?;
                self.inner.data.set_quota(who, space.id(), quota).await?;
                Ok(space.id())
            }
            Err(error) => Err(error),
        }
    }

    /// An account by its name (in any case); `None` when there is none.
    pub async fn account(&self, organisation: SpaceId, name: &str) -> Result<Option<Account>> {
        let Ok(name) = account_name(name) else { return Ok(None) };
        let doc = self.system(organisation).await?.get(&Kind::known(kinds::ACCOUNTS), &name).await?;
        doc.map(|doc| Account::of_doc(&doc, organisation)).transpose()
    }

    /// A page of an organisation's accounts in the order of their names; `after` is the last name of the page before.
    ///
    /// # Errors
    /// `Forbidden` unless `by` administers the organisation.
    pub async fn accounts(
        &self,
        by: &Who,
        organisation: SpaceId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Account>> {
        self.judge_admin(by, organisation).await?;
        let limit = limit.min(PAGE_ACCOUNTS_MAX);
        let docs = self.system(organisation).await?.list(&Kind::known(kinds::ACCOUNTS), after, limit).await?;
        docs.iter().map(|doc| Account::of_doc(doc, organisation)).collect()
    }

    /// Changes what people choose about themselves. With `rev`, only if nothing changed since.
    ///
    /// # Errors
    /// `Conflict` when it did; `Invalid` for values that cannot be.
    pub async fn update_profile(
        &self,
        session: &Session,
        rev: Option<Rev>,
        change: ProfileChange,
    ) -> Result<Arc<Account>> {
        let account = self
            .change_account(session.organisation(), &session.account.name, rev, |account| {
                change.clone().apply(account);
                Ok(())
            })
            .await?;
        Ok(Arc::new(account))
    }

    /// Lets an account log in no more, at once; or again. Its data stays.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` unless `by` administers the organisation; `Invalid` for its last administrator.
    pub async fn disable(&self, by: &Who, organisation: SpaceId, name: &str, disabled: bool) -> Result<Account> {
        self.judge_admin(by, organisation).await?;
        let account = self.existing(organisation, name).await?;
        if disabled && account.admin && !account.disabled {
            self.need_another_admin(organisation).await?;
        }
        let set = |account: &mut Account| {
            account.disabled = disabled;
            Ok(())
        };
        let account = self.change_account(organisation, &account.name, None, set).await?;
        if disabled {
            self.end_sessions(organisation, &account.name, None).await?;
        }
        let event = if disabled { Event::AccountDisabled } else { Event::AccountEnabled };
        self.record(organisation, &account.name, event, None, &by.author()).await?;
        Ok(account)
    }

    /// Makes an account an administrator, or no longer.
    pub async fn set_admin(&self, by: &Who, organisation: SpaceId, name: &str, admin: bool) -> Result<Account> {
        self.judge_admin(by, organisation).await?;
        let account = self.existing(organisation, name).await?;
        if account.admin && !admin && !account.disabled {
            self.need_another_admin(organisation).await?;
        }
        let set = |account: &mut Account| {
            account.admin = admin;
            Ok(())
        };
        self.change_account(organisation, &account.name, None, set).await
    }

    /// Sets the quota of an account's personal space in bytes; `None` means no limit.
    pub async fn set_quota(&self, by: &Who, organisation: SpaceId, name: &str, quota: Option<u64>) -> Result<()> {
        self.judge_admin(by, organisation).await?;
        let account = self.existing(organisation, name).await?;
        self.inner.data.set_quota(&Who::system("identity"), account.space, quota).await
    }

    /// Sets an account's passphrase for its owner, who forgot it. All its sessions end; app passwords stay good.
    ///
    /// # Errors
    /// `WeakPassphrase`, `NotFound`; `Forbidden` unless `by` administers the organisation.
    pub async fn set_passphrase(&self, by: &Who, organisation: SpaceId, name: &str, new: &str) -> Result<()> {
        self.judge_admin(by, organisation).await?;
        let account = self.existing(organisation, name).await?;
        passphrase::check(new, &account.name)?;
        self.write_passphrase(organisation, &account.name, new).await?;
        self.end_sessions(organisation, &account.name, None).await?;
        self.record(organisation, &account.name, Event::PassphraseChanged, None, &by.author()).await
    }

    /// Changes one's own passphrase. All other sessions end; a browser gets a new session in place of its own.
    ///
    /// # Errors
    /// `Unauthenticated` when `current` is wrong, `Throttled` after too many of these, `WeakPassphrase`; `Forbidden` for a device.
    pub async fn change_passphrase(
        &self,
        session: &Session,
        current: &str,
        new: &str,
        from: &From,
    ) -> Result<Option<NewSession>> {
        session.need_manage()?;
        let (organisation, name) = (session.organisation(), session.account.name.as_str());
        self.prove_passphrase(organisation, name, current, from).await?;
        passphrase::check(new, name)?;
        self.write_passphrase(organisation, name, new).await?;
        let long = self.is_long(session).await?;
        self.end_sessions(organisation, name, None).await?;
        self.record(organisation, name, Event::PassphraseChanged, Some(from), "").await?;
        match long {
            Some(long) => {
                let account = self.existing(organisation, name).await?;
                self.open_session(Arc::new(account), from, long).await.map(Some)
            }
            None => Ok(None),
        }
    }

    pub(crate) async fn existing(&self, organisation: SpaceId, name: &str) -> Result<Account> {
        self.account(organisation, name).await?.ok_or(Error::NotFound)
    }

    /// The hash of an account's passphrase.
    pub(crate) async fn argon2_of(&self, organisation: SpaceId, name: &str) -> Result<Option<String>> {
        let doc = self.system(organisation).await?.get(&Kind::known(kinds::CREDENTIALS), name).await?;
        doc.map(|doc| read::<Credential>(&doc).map(|credential| credential.argon2)).transpose()
    }

    pub(crate) async fn write_passphrase(&self, organisation: SpaceId, name: &str, new: &str) -> Result<()> {
        let credential = Credential { argon2: self.inner.hasher.hash(new).await?, changed: self.now() };
        let space = self.system(organisation).await?;
        write(&space, kinds::CREDENTIALS, name, Expect::Any, &credential).await?;
        self.inner.known.forget(organisation, name);
        Ok(())
    }

    async fn change_account(
        &self,
        organisation: SpaceId,
        name: &str,
        rev: Option<Rev>,
        change: impl Fn(&mut Account) -> Result<()>,
    ) -> Result<Account> {
        let space = self.system(organisation).await?;
        for _ in 0..TRIES_MAX {
            let mut account = self.existing(organisation, name).await?;
            if rev.is_some_and(|rev| rev != account.rev) {
                return Err(Error::Conflict { current: Some(account.rev) });
            }
            change(&mut account)?;
            check_profile(&account)?;
            match write(&space, kinds::ACCOUNTS, name, Expect::Rev(account.rev), &account.to_record()).await {
                Err(Error::Conflict { .. }) if rev.is_none() => {}
                Err(error) => return Err(error),
                Ok(doc) => {
                    self.inner.known.forget(organisation, name);
                    account.rev = doc.rev;
                    return Ok(account);
                }
            }
        }
        Err(Error::Unavailable)
    }

    async fn need_another_admin(&self, organisation: SpaceId) -> Result<()> {
        let query = Query { limit: 2, ..Query::default() };
        let admins = self.system(organisation).await?.find(kinds::ACCOUNTS_ADMIN, &query).await?;
        if admins.docs.len() > 1 {
            Ok(())
        } else {
            Err(Error::invalid("this is the last administrator: make another one first"))
        }
    }
}

impl ProfileChange {
    fn apply(self, account: &mut Account) {
        account.public_name = self.public_name.unwrap_or_else(|| account.public_name.clone());
        account.email = self.email.unwrap_or_else(|| account.email.clone());
        account.locale = self.locale.unwrap_or_else(|| account.locale.clone());
        account.tz = self.tz.unwrap_or_else(|| account.tz.clone());
        account.color_scheme = self.color_scheme.unwrap_or_else(|| account.color_scheme.clone());
        account.accent = self.accent.unwrap_or(account.accent);
    }
}

fn check_profile(account: &Account) -> Result<()> {
    let bad = |text: String| Err(Error::invalid(text));
    let clean = |text: &str| !text.chars().any(char::is_control);
    let chars = account.public_name.chars().count();
    if chars == 0 || chars > PUBLIC_NAME_MAX || !clean(&account.public_name) {
        return bad(format!("the public name has 1 to {PUBLIC_NAME_MAX} characters"));
    }
    let email = &account.email;
    let shape = email
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    let good = email.len() <= EMAIL_LEN_MAX && clean(email) && !email.contains(char::is_whitespace);
    if !(email.is_empty() || shape && good) {
        return bad(format!("{email:?} is not an e-mail address"));
    }
    if !LOCALES.contains(&account.locale.as_str()) {
        return bad(format!("the language is one of {LOCALES:?}"));
    }
    let zone = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+');
    if account.tz.len() > 64 || !account.tz.bytes().all(zone) {
        return bad("the time zone is an IANA name, such as Europe/Paris".to_owned());
    }
    if !["system", "light", "dark"].contains(&account.color_scheme.as_str()) {
        return bad("the colour scheme is system, light or dark".to_owned());
    }
    if account.accent > 359 {
        return bad("the accent colour is a hue from 0 to 359".to_owned());
    }
    Ok(())
}
