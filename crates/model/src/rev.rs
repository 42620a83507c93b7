//! Revisions: which edit of a document this is.

use std::fmt;

/// A revision: its generation (1 for the first) and the hash of the edit that made it.
///
/// Written `generation-32 hexadecimal digits`, as CouchDB does. Ordered by generation, then hash:
/// the order by which replicas agree on a winner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rev {
    /// How many edits led here.
    pub generation: i64,
    /// What the edit was: a hash of the parent, the deletion mark and the body.
    pub hash: [u8; 16],
}

impl Rev {
    /// Reads `generation-hash`; `None` when it is not of that form.
    pub fn parse(text: &str) -> Option<Self> {
        let (generation, hash) = text.split_once('-')?;
        if generation.is_empty() || generation.len() > 18 || !generation.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let generation: i64 = generation.parse().ok()?;
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(hash.as_bytes()).ok()?;
        (generation > 0).then_some(Rev { generation, hash: bytes.try_into().ok()? })
    }
}

impl fmt::Display for Rev {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.generation, data_encoding::HEXLOWER.encode(&self.hash))
    }
}
