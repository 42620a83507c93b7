//! From a proof to a session: what was sent is verified, or was lately.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use abri_model::{Error, Millis, Principal, Result, Right, SpaceId, Who};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::account::Account;
use crate::audit::Event;
use crate::identity::{From, Identity, Means, Session};
use crate::known::{Key, Proof, Sent};
use crate::name::account_name;
use crate::passphrase::Verified;

/// Longest `Authorization` value or cookie looked at, in bytes.
pub const PROOF_BYTES_MAX: usize = 8_192;

/// Clients pad or do not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Identity {
    /// Who sent this `Authorization: Basic …` (the raw header value): an account's name with an app password, token or passphrase.
    ///
    /// # Errors
    /// `Unauthenticated`; `Throttled` after too many wrong passphrases; `Invalid` when it is not of that form.
    pub async fn basic(&self, organisation: SpaceId, authorization: &[u8], from: &From) -> Result<Arc<Session>> {
        let key = self.inner.known.key(Sent::Basic, organisation, authorization);
        if let Some(session) = self.known(&key, from) {
            return Ok(session);
        }
        let stamp = self.inner.known.stamp();
        let (name, password) = parse_basic(authorization)?;
        let now = self.now();
        if let Some((session, ends)) = self.owner_of_token(organisation, &password).await? {
            return Ok(self.remember(key, session, ends, stamp));
        }
        let canonical = account_name(&name).unwrap_or_default();
        if let Some(session) = self.owner_of_app_password(organisation, Some(&canonical), &password, from).await? {
            return Ok(self.remember(key, session, Millis(i64::MAX), stamp));
        }
        let account = self.prove_passphrase(organisation, &name, &password, from).await?;
        let principal = Principal::User { name: account.name.clone(), organisation };
        let who = Who { principal, right: Right::EVERYTHING, via: "passphrase".to_owned() };
        let session =
            Session { who, account: Arc::new(account), id: "passphrase".to_owned(), means: Means::Passphrase };
        Ok(self.remember(key, session, now.plus(self.inner.config.known_ms), stamp))
    }

    /// Who sent this bearer token: a token of ours or an app password.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub async fn bearer(&self, organisation: SpaceId, token: &str, from: &From) -> Result<Arc<Session>> {
        if token.len() > PROOF_BYTES_MAX {
            return Err(Error::Unauthenticated);
        }
        let key = self.inner.known.key(Sent::Bearer, organisation, token.as_bytes());
        if let Some(session) = self.known(&key, from) {
            return Ok(session);
        }
        let stamp = self.inner.known.stamp();
        if let Some((session, ends)) = self.owner_of_token(organisation, token).await? {
            return Ok(self.remember(key, session, ends, stamp));
        }
        match self.owner_of_app_password(organisation, None, token, from).await? {
            Some(session) => Ok(self.remember(key, session, Millis(i64::MAX), stamp)),
            None => Err(Error::Unauthenticated),
        }
    }

    /// Who sent this session cookie (its value).
    ///
    /// # Errors
    /// `Unauthenticated` when the session ended.
    pub async fn cookie(&self, organisation: SpaceId, cookie: &str, from: &From) -> Result<Arc<Session>> {
        if cookie.len() > PROOF_BYTES_MAX {
            return Err(Error::Unauthenticated);
        }
        let key = self.inner.known.key(Sent::Cookie, organisation, cookie.as_bytes());
        if let Some(session) = self.known(&key, from) {
            return Ok(session);
        }
        let stamp = self.inner.known.stamp();
        match self.session_of_cookie(organisation, cookie, from).await? {
            Some((session, ends)) => Ok(self.remember(key, session, ends, stamp)),
            None => Err(Error::Unauthenticated),
        }
    }

    /// The account whose passphrase this is. Takes as long for a name of no account.
    ///
    /// # Errors
    /// `Unauthenticated`, `Throttled`.
    pub(crate) async fn prove_passphrase(
        &self,
        organisation: SpaceId,
        name: &str,
        passphrase: &str,
        from: &From,
    ) -> Result<Account> {
        let given = account_name(name).unwrap_or_default();
        let throttle = &self.inner.throttle;
        throttle.check(organisation, &given, from.address, self.now())?;
        let account = self.account(organisation, &given).await?;
        let stored = match &account {
            Some(account) if !account.disabled => self.argon2_of(organisation, &account.name).await?,
            _ => None,
        };
        let verified = self.inner.hasher.verify(passphrase, stored.as_deref()).await?;
        let Some(account) = account.filter(|_| verified != Verified::No) else {
            throttle.failed(organisation, &given, from.address, self.now());
            // Names of no account go to one trail: strangers cannot fill the directory with theirs.
            let known = self.account(organisation, &given).await?.map(|account| account.name).unwrap_or_default();
            self.record(organisation, &known, Event::LoginFailed, Some(from), "").await?;
            return Err(Error::Unauthenticated);
        };
        throttle.succeeded(organisation, &account.name, from.address);
        if verified == Verified::Outdated {
            self.write_passphrase(organisation, &account.name, passphrase).await?;
        }
        Ok(account)
    }

    /// A proof verified lately; its use is written down now and then, behind the request.
    fn known(&self, key: &Key, from: &From) -> Option<Arc<Session>> {
        let now = self.now();
        let Proof { session, noted, .. } = self.inner.known.get(key, now)?;
        let last = noted.load(Ordering::Relaxed);
        let due = now.0.saturating_sub(last) >= self.inner.config.note_ms;
        if due && noted.compare_exchange(last, now.0, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            self.note_behind(session.clone(), from.clone());
        }
        Some(session)
    }

    fn note_behind(&self, session: Arc<Session>, from: From) {
        let identity = self.clone();
        tokio::spawn(async move {
            let organisation = session.organisation();
            let done = match session.means {
                Means::Browser => identity.note_session_use(organisation, &session.id, &from).await,
                Means::AppPassword => identity.note_app_password_use(organisation, &session.id, &from).await,
                Means::Passphrase | Means::Token => Ok(()),
            };
            if let Err(error) = done {
                tracing::warn!(%error, "the last use of a credential could not be written down");
            }
        });
    }

    fn remember(&self, key: Key, session: Session, ends: Millis, stamp: u64) -> Arc<Session> {
        let session = Arc::new(session);
        let now = self.now();
        let until = Millis(ends.0.min(now.plus(self.inner.config.known_ms).0));
        let proof = Proof { session: session.clone(), until, noted: Arc::new(AtomicI64::new(now.0)) };
        self.inner.known.put(key, proof, stamp);
        session
    }
}

/// The name and password of an `Authorization: Basic` value (RFC 7617). Bytes that are not UTF-8 are taken for Latin-1.
fn parse_basic(value: &[u8]) -> Result<(String, Zeroizing<String>)> {
    let bad = || Error::invalid("the Authorization header is not of the form: Basic, a blank, base64 of name:password");
    if value.len() > PROOF_BYTES_MAX {
        return Err(bad());
    }
    let (scheme, rest) = value.split_at_checked(6).ok_or_else(bad)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return Err(bad());
    }
    let decoded = Zeroizing::new(BASE64.decode(rest.trim_ascii()).map_err(|_| bad())?);
    let text = match std::str::from_utf8(&decoded) {
        Ok(text) => Zeroizing::new(text.to_owned()),
        Err(_) => Zeroizing::new(decoded.iter().map(|byte| char::from(*byte)).collect()),
    };
    let (name, password) = text.split_once(':').ok_or_else(bad)?;
    Ok((name.to_owned(), Zeroizing::new(password.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_read_as_clients_write_it() {
        type Case<'a> = (&'a [u8], Option<(&'a str, &'a str)>);
        let cases: [Case<'_>; 10] = [
            (b"Basic YWxpY2U6c2VjcmV0", Some(("alice", "secret"))),
            (b"basic YWxpY2U6c2VjcmV0", Some(("alice", "secret"))),
            (b"Basic  YWxpY2U6", Some(("alice", ""))),
            (b"Basic YTpiOmM=", Some(("a", "b:c"))),
            (b"Basic YTpiOmM", Some(("a", "b:c"))),
            (b"Basic YTrp", Some(("a", "é"))),
            (b"Basic YWxpY2U=", None),
            (b"Basic ***", None),
            (b"Bearer abc", None),
            (b"", None),
        ];
        for (value, wanted) in cases {
            let read = parse_basic(value).ok();
            let read = read.as_ref().map(|(name, password)| (name.as_str(), password.as_str()));
            assert_eq!(read, wanted, "{}", String::from_utf8_lossy(value));
        }
    }
}
