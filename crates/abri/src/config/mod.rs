//! Settings: what they are, where they come from, what they mean.
//!
//! One table ([`keys::KEYS`]) says everything about every key; reading, printing, the sample file and the
//! administrators' page are made from it. Later sources win: defaults, the file, the environment, the command line.

pub mod keys;
pub mod page;
pub mod read;
pub mod value;

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::listen::proxy::Network;

pub use read::{Sources, load};

/// Every setting, read and checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Where everything is kept.
    pub data: PathBuf,
    /// Addresses for plain HTTP.
    pub listen: Vec<SocketAddr>,
    /// The address people use, without a slash at the end; none: the one they came by.
    pub url: Option<String>,
    /// Which engine keeps the rows.
    pub store: StoreChoice,
    /// What is logged: a level, or `target=level` pairs.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Proxies whose word about the client is taken.
    pub proxies: Vec<Network>,
    /// TLS on our own.
    pub tls: Tls,
    /// Certificates fetched by ACME.
    pub acme: Acme,
    /// Limits of the listener.
    pub limits: Limits,
    /// The files room's policy.
    pub files: FilesConfig,
    /// What new accounts get.
    pub accounts: Accounts,
    /// Minutes between two rounds of upkeep.
    pub sweep_minutes: u64,
}

/// Which engine keeps the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StoreChoice {
    /// A SQLite file per space in the data directory.
    #[default]
    Sqlite,
    /// PostgreSQL, by connection address.
    Postgres(String),
    /// Nothing is kept: for tests and for looking around.
    Memory,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// TLS on our own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tls {
    /// Addresses for HTTPS.
    pub listen: Vec<SocketAddr>,
    /// The certificate chain, PEM.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub key: Option<PathBuf>,
    /// Whether plain HTTP only sends people to HTTPS.
    pub redirect: bool,
}

/// Certificates fetched by ACME.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Acme {
    /// Host names to get certificates for; none: no ACME.
    pub hosts: Vec<String>,
    /// Where the authority may write to.
    pub contact: Option<String>,
    /// The authority's directory.
    pub directory: String,
    /// The authority's own root certificate, PEM, when it is not a public one.
    pub root: Option<PathBuf>,
}

/// Limits of the listener.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// Connections at once; further ones wait.
    pub connections: usize,
    /// Seconds a client may take for a request's head, or rest between two.
    pub head_seconds: u64,
    /// Longest head in bytes.
    pub head_bytes: usize,
    /// Seconds a client may pause within a body.
    pub body_seconds: u64,
    /// Seconds that requests under way get at a stop.
    pub stop_seconds: u64,
    /// Spaces kept open though nobody uses them.
    pub open_spaces: usize,
    /// Threads that serve; 0: as many as the machine has cores.
    pub threads: usize,
}

/// The files room's policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilesConfig {
    /// Days until what is in the trash is removed for good; 0: never.
    pub trash_days: u32,
    /// Whether former contents are kept.
    pub versions: bool,
}

/// What new accounts get.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accounts {
    /// Bytes each may use; none: no limit.
    pub quota: Option<u64>,
    /// The language of an account that has not chosen one.
    pub locale: String,
}

impl Config {
    /// The address of this server as people write it, when it is known before anybody asks.
    pub fn address(&self, bound: SocketAddr, secure: bool) -> String {
        match &self.url {
            Some(url) => url.clone(),
            None => format!("{}://{bound}", if secure { "https" } else { "http" }),
        }
    }

    /// What is wrong between keys that are each right by themselves.
    pub fn contradiction(&self) -> Option<String> {
        if self.listen.is_empty() && self.tls.listen.is_empty() {
            return Some("nothing to listen on: set `listen` or `tls.listen`".into());
        }
        if self.tls.certificate.is_some() != self.tls.key.is_some() {
            return Some("`tls.certificate` and `tls.key` go together: set both or none".into());
        }
        let certified = self.tls.certificate.is_some() || !self.acme.hosts.is_empty();
        if !self.tls.listen.is_empty() && !certified {
            return Some(
                "`tls.listen` needs a certificate: set `tls.certificate` and `tls.key`, or `acme.hosts`".into(),
            );
        }
        if certified && self.tls.listen.is_empty() {
            return Some(
                "there is a certificate and nowhere to use it: set `tls.listen`, for example [\"0.0.0.0:443\"]".into(),
            );
        }
        if self.tls.redirect && self.tls.listen.is_empty() {
            return Some("`tls.redirect` sends people to HTTPS, but `tls.listen` is empty".into());
        }
        None
    }
}
