//! Who asks? Decided from a request's headers and connection, in this one place for every door.
//!
//! An `Authorization` header counts from anywhere: its sender knows a secret. A cookie is sent by the browser whether its owner wants
//! it or not, so it counts only on a request from our own origin: that makes cross-site request forgery impossible by construction.

use std::net::IpAddr;
use std::sync::Arc;

use abri_model::{Error, Result};
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN, USER_AGENT};

use crate::identity::{From, Identity, Session};

/// The session cookie's name over plain HTTP.
pub const COOKIE_NAME: &str = "abri_session";
/// The session cookie's name over TLS: browsers keep such a cookie to this very host, secure and for the whole path.
pub const SECURE_COOKIE_NAME: &str = "__Host-abri_session";
/// The header that our shell sends with every call: no other origin can, without asking first.
pub const SHELL_HEADER: &str = "x-abri-shell";

/// How a request came; every request carries it, resolved through trusted proxies by the listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The client's address.
    pub address: IpAddr,
    /// Whether the client speaks TLS (with us or with the proxy before us).
    pub secure: bool,
    /// The host, with its port if there is one, that the client asked for.
    pub host: Option<String>,
}

impl Connection {
    /// From where somebody asks.
    pub fn from(&self, headers: &HeaderMap) -> From {
        From { address: self.address, user_agent: text(headers, USER_AGENT.as_str()).unwrap_or_default().to_owned() }
    }

    /// The name of the session cookie on this connection.
    pub fn cookie_name(&self) -> &'static str {
        if self.secure { SECURE_COOKIE_NAME } else { COOKIE_NAME }
    }

    /// The `Set-Cookie` value that keeps a session; `None` as value ends it.
    pub fn set_cookie(&self, value: Option<&str>, max_age_seconds: Option<i64>) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = match (value, max_age_seconds) {
            (None, _) => "; Max-Age=0".to_owned(),
            (_, Some(seconds)) => format!("; Max-Age={seconds}"),
            _ => String::new(),
        };
        format!("{}={}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", self.cookie_name(), value.unwrap_or_default())
    }
}

/// Who asks; `None` when nobody says so.
///
/// # Errors
/// `Unauthenticated` when an `Authorization` header proves nothing (a cookie that proves nothing is as good as none); `Throttled`.
pub async fn who(identity: &Identity, headers: &HeaderMap, connection: &Connection) -> Result<Option<Arc<Session>>> {
    let sent = authorization(headers);
    let cookie = if sent.is_none() && is_own_origin(headers, connection) { cookie(headers, connection) } else { None };
    if sent.is_none() && cookie.is_none() {
        return Ok(None);
    }
    let host = connection.host.as_deref().or_else(|| text(headers, HOST.as_str()));
    let organisation = identity.organisation_of_host(host).await?;
    let from = connection.from(headers);
    match (sent, cookie) {
        (Some(value), _) if has_scheme(value, b"basic ") => match identity.basic(organisation, value, &from).await {
            Err(Error::Invalid(_)) => Err(Error::Unauthenticated),
            proved => proved.map(Some),
        },
        (Some(value), _) if has_scheme(value, b"bearer ") => {
            let token = std::str::from_utf8(&value[7..]).map_err(|_| Error::Unauthenticated)?.trim();
            identity.bearer(organisation, token, &from).await.map(Some)
        }
        (Some(_), _) => Err(Error::Unauthenticated),
        (None, Some(cookie)) => match identity.cookie(organisation, cookie, &from).await {
            Err(Error::Unauthenticated) => Ok(None),
            proved => proved.map(Some),
        },
        (None, None) => Ok(None),
    }
}

/// The `Authorization` header, unless it says nothing: some clients send `null` or an empty token before they have one.
fn authorization(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(AUTHORIZATION)?.as_bytes().trim_ascii();
    let nothing = value.is_empty()
        || ["null", "undefined", "bearer", "bearer null", "bearer undefined"]
            .iter()
            .any(|n| value.eq_ignore_ascii_case(n.as_bytes()));
    (!nothing).then_some(value)
}

fn has_scheme(value: &[u8], scheme: &[u8]) -> bool {
    value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

/// Whether the browser says that our own pages sent the request. Then, and only then, a cookie counts.
pub fn is_own_origin(headers: &HeaderMap, connection: &Connection) -> bool {
    if headers.get_all("sec-fetch-site").iter().count() > 1 || headers.get_all(ORIGIN).iter().count() > 1 {
        return false;
    }
    let has = |name: &str| headers.contains_key(name);
    if has(ORIGIN.as_str())
        && !text(headers, ORIGIN.as_str()).is_some_and(|origin| is_origin_of(origin, headers, connection))
    {
        return false;
    }
    match text(headers, "sec-fetch-site") {
        Some(site) => site == "same-origin",
        None if has("sec-fetch-site") => false,
        // Browsers on plain HTTP send no Sec-Fetch-Site: then the Origin, or the header that only our own pages can send.
        None => has(ORIGIN.as_str()) || text(headers, SHELL_HEADER) == Some("1"),
    }
}

fn is_origin_of(origin: &str, headers: &HeaderMap, connection: &Connection) -> bool {
    let (scheme, port) = if connection.secure { ("https://", ":443") } else { ("http://", ":80") };
    let Some(host) = connection.host.as_deref().or_else(|| text(headers, HOST.as_str())) else { return false };
    let Some(theirs) = origin.strip_prefix(scheme) else { return false };
    let plain = |host: &str| host.strip_suffix(port).unwrap_or(host).to_ascii_lowercase();
    !theirs.is_empty() && plain(theirs) == plain(host)
}

/// The session cookie's value, when exactly one was sent.
fn cookie<'a>(headers: &'a HeaderMap, connection: &Connection) -> Option<&'a str> {
    let name = connection.cookie_name();
    let pairs =
        headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let mut values =
        pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(key, _)| *key == name).map(|(_, value)| value);
    let value = values.next()?;
    // Two of one name: one of them was planted by somebody else, and we cannot tell which.
    (values.next().is_none() && !value.is_empty()).then_some(value)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
