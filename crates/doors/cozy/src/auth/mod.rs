//! Accounts and sessions: who is let in.

mod cookie;
pub(crate) mod login;
pub(crate) mod setup;
pub(crate) mod status;

pub(crate) use cookie::opened;
