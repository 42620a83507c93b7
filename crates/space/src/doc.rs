//! Documents: JSON text with a revision, byte-faithful.

use abri_model::{DocKey, NodeId, Rev, Seq};
use bytes::Bytes;

/// A document, as it is now: the winning revision. Deleted ones remain as tombstones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc {
    /// Its kind and id.
    pub key: DocKey,
    /// The position of its last change.
    pub seq: Seq,
    /// Its revision.
    pub rev: Rev,
    /// Whether it is deleted.
    pub deleted: bool,
    /// The place (calendar, address book, mailbox) it is in.
    pub place: Option<NodeId>,
    /// The JSON text, exactly as it was given.
    pub body: String,
}

/// An entry of an index: where a document is to be found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyEntry {
    /// Which index.
    pub index: String,
    /// The key, encoded by [`crate::collate::encode`] so that bytes order as CouchDB orders values.
    pub key: Bytes,
}
