//! Outcomes that are not success, in words a caller can act on.

use std::sync::Arc;

use thiserror::Error;

use crate::name::NameError;
use crate::rev::Rev;

/// What went wrong, as the caller can act on it. Causes nobody can act on are [`Error::Internal`].
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such thing, or the asker may not know of it.
    #[error("not found")]
    NotFound,
    /// The parent named does not exist.
    #[error("the parent folder does not exist: create it first")]
    NoParent,
    /// The name or id is taken.
    #[error("there is already something with this name")]
    Exists,
    /// The thing changed since the asker read it.
    #[error("it changed meanwhile: read it again, then repeat the change")]
    Conflict {
        /// The revision it has now, when there is one.
        current: Option<Rev>,
    },
    /// The name cannot be used.
    #[error("{0}")]
    Name(#[from] NameError),
    /// The name of an account or group cannot be used; the text says what to change.
    #[error("{0}")]
    AccountName(String),
    /// The passphrase is too easy to guess; the text says what to change.
    #[error("{0}")]
    WeakPassphrase(String),
    /// A folder was needed and something else was found.
    #[error("this is not a folder")]
    NotDirectory,
    /// A file was needed and a folder was found.
    #[error("this is a folder")]
    IsDirectory,
    /// A folder would be moved into itself.
    #[error("a folder cannot be moved or copied into itself")]
    Cycle,
    /// A lock held by somebody else forbids it.
    #[error("it is locked")]
    Locked,
    /// It would not fit into the quota.
    #[error("the quota is exceeded: {needed_bytes} bytes are needed and {free_bytes} are free")]
    Quota {
        /// Bytes the change needs.
        needed_bytes: u64,
        /// Bytes still free.
        free_bytes: u64,
    },
    /// The disk or object store is full.
    #[error("the server's disk is full")]
    StorageFull,
    /// It is over a limit of ours.
    #[error("{what} is too large: the limit is {limit}")]
    TooLarge {
        /// What is over the limit, with the unit.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// The asker is known and may not do this.
    #[error("this is not allowed")]
    Forbidden,
    /// Nobody we know asks.
    #[error("log in first")]
    Unauthenticated,
    /// Too many tries; wait.
    #[error("too many attempts: try again in {after_seconds} seconds")]
    Throttled {
        /// Seconds to wait.
        after_seconds: u64,
    },
    /// A cursor, token or link that is no longer good.
    #[error("this has expired: start again")]
    Expired,
    /// The bytes are not those announced.
    #[error("the checksum or size does not match the bytes received: send them again")]
    Checksum,
    /// The request makes no sense; the text names what to change.
    #[error("{0}")]
    Invalid(String),
    /// The sender went away before the end.
    #[error("the upload was cut off before its end")]
    Interrupted,
    /// It cannot be done now; later it may.
    #[error("temporarily unavailable: try again")]
    Unavailable,
    /// A fault of ours or of the machine. The cause is for the log, never for the client.
    #[error("internal error")]
    Internal(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

/// A result with our [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An internal fault from any cause.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Internal(Arc::from(cause.into()))
    }

    /// A request that makes no sense; `text` names what to change.
    pub fn invalid(text: impl Into<String>) -> Self {
        Error::Invalid(text.into())
    }
}
