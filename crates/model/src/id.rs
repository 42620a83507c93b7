//! Identifiers. Each is a type of its own, so that a node is never taken for a space.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The identifier of a space: random, positive, 63 bits, unique in the installation.
///
/// Random rather than counted, because counted ids make one hot range on distributed engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SpaceId(pub i64);

impl SpaceId {
    /// The installation's root system space: organisations, host names and the directory of spaces.
    pub const ROOT: SpaceId = SpaceId(1);

    /// The sixteen hexadecimal digits used in paths and addresses.
    pub fn to_hex(self) -> String {
        format!("{:016x}", self.0)
    }

    /// Reads what [`SpaceId::to_hex`] wrote; `None` when it is not sixteen digits of a positive number.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 16 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return None;
        }
        i64::from_str_radix(text, 16).ok().filter(|id| *id > 0).map(SpaceId)
    }
}

impl fmt::Display for SpaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The number of a node in a tree: unique in the installation, never reused, below 2^53 (JavaScript reads it).
///
/// Its upper bits are the number of an id block, which names the space the node was made in: see [`NodeId::block`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub i64);

impl NodeId {
    /// How many bits of a node id count within its block: a block holds about a million ids.
    pub const BLOCK_BITS: u32 = 20;
    /// Parent of the roots; itself not a node.
    pub const NONE: NodeId = NodeId(0);

    /// The number of the id block this id was leased in.
    pub fn block(self) -> i64 {
        self.0 >> Self::BLOCK_BITS
    }

    /// The first usable id of block `block`.
    pub fn first_of(block: i64) -> NodeId {
        NodeId((block << Self::BLOCK_BITS) | 1)
    }

    /// The 32 hexadecimal digits by which the JSON dialects name the node.
    pub fn to_hex(self) -> String {
        format!("{:032x}", self.0)
    }

    /// Reads what [`NodeId::to_hex`] wrote.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return None;
        }
        i64::from_str_radix(text, 16).ok().filter(|id| *id > 0).map(NodeId)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The kind of a document, its doctype: `io.cozy.files`, `com.example.app`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(Arc<str>);

impl Kind {
    /// Longest kind accepted, in bytes.
    pub const LEN_MAX: usize = 128;
    /// The kind under which tree nodes appear among documents.
    pub const FILES: &'static str = "io.cozy.files";

    /// A kind from text: lower-case letters, digits, `.`, `-` and `_`, starting with a letter.
    pub fn parse(text: &str) -> Option<Self> {
        let good = !text.is_empty()
            && text.len() <= Self::LEN_MAX
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'))
            && !text.ends_with('.')
            && !text.contains("..");
        good.then(|| Kind(text.into()))
    }

    /// A kind written in our own code, trusted to be well formed (checked in debug builds).
    pub fn known(text: &'static str) -> Self {
        debug_assert!(Kind::parse(text).is_some(), "malformed kind {text}");
        Kind(text.into())
    }

    /// The text of the kind.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A document's address inside a space: its kind and its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocKey {
    /// The document's kind.
    pub kind: Kind,
    /// The document's id: any text without NUL, at most [`DocKey::ID_LEN_MAX`] bytes.
    pub id: String,
}

impl DocKey {
    /// Longest document id, in bytes.
    pub const ID_LEN_MAX: usize = 512;

    /// The address of document `id` of kind `kind`.
    pub fn new(kind: &Kind, id: impl Into<String>) -> Self {
        DocKey { kind: kind.clone(), id: id.into() }
    }
}

/// A random number from the operating system's generator.
pub fn random_u64() -> u64 {
    rand::random()
}

impl SpaceId {
    /// A new id: random, positive, never one of the small numbers that are reserved.
    pub fn random() -> SpaceId {
        SpaceId(((random_u64() >> 1) | (1 << 40)) as i64)
    }
}
