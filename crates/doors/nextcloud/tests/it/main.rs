//! Transcripts: what clients send, what they must be answered. One test per quirk.
#![allow(clippy::unwrap_used)]

mod house;
mod ocs;
mod uploads;
