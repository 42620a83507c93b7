//! Transcripts: what clients send, what they must be answered. One test per quirk.
#![allow(clippy::unwrap_used)]

mod house;
mod listing;
mod reading;
mod refusals;
mod reports;
mod trash;
mod writing;
