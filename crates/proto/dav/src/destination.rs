//! `Destination` (RFC 4918 §10.3), in the four spellings clients use.
//!
//! A full URI and an absolute path, as the RFC says; and both percent-encoded as a whole, since
//! Nextcloud's desktop client sends `https%3A//host/…` when it makes a chunk folder.

use percent_encoding::percent_decode_str;

use crate::header::trim;
use crate::path::{DavPath, PathError};

/// Why a destination was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DestinationError {
    /// It is neither a URI nor an absolute path; answer 400.
    #[error("header Destination: send an absolute http(s) URI or an absolute path")]
    Malformed,
    /// It is on another server; answer 502 (RFC 4918 §9.8.5).
    #[error("header Destination: {host:?} is not this server; copy across servers with GET and PUT")]
    OtherHost {
        /// The host it names.
        host: String,
    },
    /// Its path was refused; answer 400.
    #[error("header Destination: {0}")]
    Path(#[from] PathError),
}

/// Returns the path of the destination, which must be on one of `hosts` (`name` or `name:port`) if it names one.
pub fn parse(value: &str, hosts: &[&str]) -> Result<DavPath, DestinationError> {
    let value = trim(value);
    if value.starts_with('/') {
        return Ok(DavPath::parse(value)?);
    }
    if let Some(path) = uri_path(value, hosts)? {
        return Ok(DavPath::parse(path)?);
    }
    if value.len() > 3 * crate::path::PATH_BYTES_MAX {
        return Err(PathError::TooLong { what: "bytes", max: crate::path::PATH_BYTES_MAX }.into());
    }
    let decoded = percent_decode_str(value).decode_utf8().map_err(|_| DestinationError::Malformed)?;
    if decoded.starts_with('/') {
        return Ok(DavPath::parse_lenient(&decoded)?);
    }
    match uri_path(&decoded, hosts)? {
        Some(path) => Ok(DavPath::parse_lenient(path)?),
        None => Err(DestinationError::Malformed),
    }
}

/// Whether this can be a host with or without a port (RFC 3986 §3.2.2): a name, an IPv4 address or a bracketed IPv6 one.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if address.parse::<std::net::Ipv6Addr>().is_ok() => ("v6", port),
            _ => return false,
        },
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'~' | b'%');
    let is_port =
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    !name.is_empty() && name.bytes().all(is_name) && is_port
}

/// Returns the path of an http(s) URI after checking its host; nothing if it is no such URI.
fn uri_path<'v>(value: &'v str, hosts: &[&str]) -> Result<Option<&'v str>, DestinationError> {
    let Some((scheme, rest)) = value.split_once("://") else {
        return Ok(None);
    };
    let default_port = match scheme.to_ascii_lowercase().as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => return Ok(None),
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
    if !is_host(&host) {
        return Err(DestinationError::Malformed);
    }
    let plain = |host: &str| host.strip_suffix(default_port).unwrap_or(host).to_ascii_lowercase();
    if host.is_empty() || !hosts.iter().any(|allowed| plain(allowed) == plain(&host)) {
        return Err(DestinationError::OtherHost { host });
    }
    Ok(Some(if path.starts_with('/') { path } else { "/" }))
}
