//! Documents of any doctype, in CouchDB's shape as cozy-stack bends it.
//!
//! Enough for apps to read, write, list and follow their documents one by one; queries, bulk writes and replication are not here yet.

pub(crate) mod changes;
mod doc;
mod error;
pub(crate) mod kinds;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod write;

pub(crate) use error::Fault;
