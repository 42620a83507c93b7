//! What is different since a position: the one question every protocol asks.

use abri_model::{DocKey, Kind, NodeId, Rev, Seq};

use crate::doc::Doc;
use crate::node::Node;

/// What a client follows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Every document and every node.
    All,
    /// The documents of one kind; [`Kind::FILES`] means every node.
    Kind(Kind),
    /// The direct members of a place (a directory, calendar, address book).
    In(NodeId),
    /// Everything below a directory, at any depth.
    Under(NodeId),
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A document of this scope was made, changed or (tombstone) deleted.
    Doc(Doc),
    /// A node of this scope was made or changed.
    Node {
        /// As it is now.
        node: Node,
        /// Whether it came to its present place after the position asked about: then everything below it is new here too.
        arrived: bool,
    },
    /// Something left this scope: it was moved elsewhere, went to the trash, or was destroyed.
    Gone {
        /// The document, or for a node its [`Kind::FILES`] key with the node's hexadecimal id.
        key: DocKey,
        /// Its revision then.
        rev: Rev,
        /// The position at which it left.
        seq: Seq,
        /// The place it left.
        place: NodeId,
        /// The name it had there.
        name: String,
        /// Whether it exists no more anywhere.
        destroyed: bool,
    },
}

impl Change {
    /// The position of the change.
    pub fn seq(&self) -> Seq {
        match self {
            Change::Doc(doc) => doc.seq,
            Change::Node { node, .. } => node.seq,
            Change::Gone { seq, .. } => *seq,
        }
    }
}

/// A page of differences, in the order of their positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The differences; each thing once.
    pub items: Vec<Change>,
    /// The position this page reaches: ask again from here.
    pub last: Seq,
    /// Whether there is more.
    pub more: bool,
}
