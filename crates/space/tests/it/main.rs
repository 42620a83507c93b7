//! The engine room over the memory engine (the specification) and over SQLite.
#![allow(clippy::unwrap_used, missing_docs)]

mod blobs;
mod docs;
mod house;
mod oracle;
mod tree;
