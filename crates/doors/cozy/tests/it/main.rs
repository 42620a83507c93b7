//! Transcripts: requests as browsers and cozy-client send them, and what comes back, over the memory engine.

mod auth;
mod batch;
mod bytes;
mod changes;
mod documents;
mod house;
mod nodes;
mod settings;
mod trash;
