//! Who are you: accounts, groups, passphrases, sessions, app passwords, the audit trail.
//!
//! Turns a proof (a passphrase, a cookie, an app password, a token) into a [`Session`] with its `Who`, and keeps what people
//! change about themselves. Everything is kept as documents in the organisation's system space. Must not know files,
//! calendars or doors; knows header values (see [`proof`]) but routes nothing.
//! Start with [`Identity`], then [`proof`] (who asks?), `verify` (is it true?) and [`account`].

pub mod account;
mod app_password;
pub mod audit;
mod group;
mod identity;
mod kinds;
mod known;
mod name;
pub mod passphrase;
pub mod proof;
mod secret;
mod session;
mod setup;
mod throttle;
mod token;
mod verify;

pub use account::{Account, NewAccount, ProfileChange};
pub use app_password::AppPassword;
pub use audit::AuditEvent;
pub use group::Group;
pub use identity::{From, Identity, IdentityConfig, Means, Session};
pub use kinds::register;
pub use name::account_name;
pub use proof::Connection;
pub use session::{NewSession, SessionInfo};
