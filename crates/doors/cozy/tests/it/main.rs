//! Transcripts: requests as browsers and cozy-client send them, and what comes back, over the memory engine.

#![allow(clippy::unwrap_used, clippy::type_complexity)]

mod auth;
mod batch;
mod bytes;
mod changes;
mod documents;
mod house;
mod nodes;
mod settings;
mod trash;
