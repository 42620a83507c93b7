//! Positions in a space's sequence, and the tokens that protocols make of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A position in a space's sequence: counted from 1 in commit order, without gaps. 0 is before everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub i64);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A position that knows which life of the space it belongs to, written `incarnation.position`.
///
/// The incarnation is random and is renewed when a space is restored from a backup, so that a client
/// holding an older cursor starts again instead of silently missing changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Which life of the space: 16 lower-case hexadecimal digits.
    pub incarnation: String,
    /// The position.
    pub seq: Seq,
}

impl Cursor {
    /// Reads `incarnation.position`; `None` when it was not written by us.
    pub fn parse(text: &str) -> Option<Self> {
        let (incarnation, seq) = text.split_once('.')?;
        let hex =
            incarnation.len() == 16 && incarnation.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
        if !hex || seq.is_empty() || seq.len() > 18 || !seq.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some(Cursor { incarnation: incarnation.to_owned(), seq: Seq(seq.parse().ok()?) })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.incarnation, self.seq)
    }
}
