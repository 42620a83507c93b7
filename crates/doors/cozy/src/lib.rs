//! The Cozy door: the JSON API of browsers and apps.
//!
//! JSON:API as cozy-stack speaks it (`/auth`, `/settings`, `/files`, `/data`), with documented additions of ours: cursors, batches,
//! app passwords, the audit trail. `docs/developers/api.md` is the contract; clients are our own shell, cozy-client and everybody's
//! scripts. It must not know engines, SQL or other doors. Start with [`routes`] (the table), then `request` (who asks what) and
//! `error` (one total function from outcome to answer).

mod auth;
mod data;
mod door;
mod error;
mod files;
mod json;
mod request;
pub mod routes;
mod secrets;
mod settings;
mod time;

pub use routes::router;
