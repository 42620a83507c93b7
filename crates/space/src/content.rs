//! Contents: immutable byte strings that files, versions and upload parts point at.

use std::sync::Arc;

use abri_model::Millis;
use abri_store::{Row, V};
use bytes::Bytes;

use crate::blob::pins::Pin;

/// The number of a content within its space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentId(pub i64);

/// Hashes of a whole content; each absent until it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// SHA-256: known as soon as the bytes have been seen in order.
    pub sha256: Option<[u8; 32]>,
    /// MD5: computed while streaming for contents up to [`Digests::MD5_BYTES_MAX`], or when a client announced one.
    pub md5: Option<[u8; 16]>,
    /// SHA-1: when a client announced one.
    pub sha1: Option<[u8; 20]>,
    /// Adler-32: when a client announced one.
    pub adler32: Option<u32>,
}

impl Digests {
    /// Contents up to this many bytes get an MD5 without being asked for (the JSON dialect shows it; it is the slowest hash).
    pub const MD5_BYTES_MAX: u64 = 16 << 20;
}

/// A piece of a content: a whole chunk, named by the BLAKE3 of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Extent {
    /// The chunk's name.
    pub chunk: [u8; 32],
    /// Its bytes.
    pub len: u64,
}

/// Where the bytes of a content are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// In the space's own rows: contents up to [`crate::blob::INLINE_BYTES_MAX`].
    Inline,
    /// In chunks, in order.
    Chunks(Arc<[Extent]>),
}

/// A content, as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its number.
    pub id: ContentId,
    /// Its bytes.
    pub size: i64,
    /// Its hashes.
    pub digests: Digests,
    /// How many files, versions and the like point at it.
    pub refs: i64,
    /// Where its bytes are.
    pub body: Body,
    /// When it was stored.
    pub made: Millis,
}

/// Bytes that are stored and synced but that no document names yet.
///
/// Its chunks are pinned: they are not swept while this value lives.
#[derive(Clone, Debug)]
pub struct Staged {
    /// How many bytes.
    pub size: u64,
    /// Their hashes.
    pub digests: Digests,
    /// The bytes themselves when they are few, else the chunks.
    pub bytes: StagedBytes,
    /// Keeps the chunks from being swept.
    pub(crate) pins: Vec<Arc<Pin>>,
}

/// Where staged bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StagedBytes {
    /// Here.
    Inline(Bytes),
    /// In chunks, already durable.
    Chunks(Vec<Extent>),
}

impl Staged {
    /// The hash by which the space looks for the same bytes, if it does. Bytes kept in rows are not looked for: finding
    /// them would cost more than keeping them twice.
    pub(crate) fn shared_by(&self) -> Option<[u8; 32]> {
        match self.bytes {
            StagedBytes::Inline(_) => None,
            StagedBytes::Chunks(_) => self.digests.sha256,
        }
    }
}

/// First byte of a packed list of extents: which format follows.
const EXTENTS_FORMAT: u8 = 1;

/// Packs extents for a row: a format byte, then per extent 32 bytes of name and 8 of length (little endian).
pub(crate) fn pack_extents(extents: &[Extent]) -> Bytes {
    let mut packed = Vec::with_capacity(1 + extents.len() * 40);
    packed.push(EXTENTS_FORMAT);
    for extent in extents {
        packed.extend_from_slice(&extent.chunk);
        packed.extend_from_slice(&extent.len.to_le_bytes());
    }
    packed.into()
}

/// Reads what [`pack_extents`] wrote; `None` when it is something else.
pub fn unpack_extents(packed: &[u8]) -> Option<Vec<Extent>> {
    let (format, rest) = packed.split_first()?;
    if *format != EXTENTS_FORMAT || rest.len() % 40 != 0 {
        return None;
    }
    rest.chunks_exact(40)
        .map(|piece| {
            Some(Extent { chunk: piece[..32].try_into().ok()?, len: u64::from_le_bytes(piece[32..].try_into().ok()?) })
        })
        .collect()
}

impl Content {
    pub(crate) fn to_row(&self) -> Row {
        let digest = |bytes: Option<&[u8]>| bytes.map(Bytes::copy_from_slice).into();
        vec![
            V::I(self.id.0),
            V::I(self.size),
            digest(self.digests.sha256.as_ref().map(|d| &d[..])),
            digest(self.digests.md5.as_ref().map(|d| &d[..])),
            digest(self.digests.sha1.as_ref().map(|d| &d[..])),
            self.digests.adler32.map(i64::from).into(),
            V::I(self.refs),
            match &self.body {
                Body::Inline => V::Null,
                Body::Chunks(extents) => V::B(pack_extents(extents)),
            },
            V::I(self.made.0),
        ]
    }

    pub(crate) fn from_row(row: &Row) -> Option<Content> {
        let bytes = |at: usize| row[at].as_bytes().map(|b| &b[..]);
        Some(Content {
            id: ContentId(row[0].as_i64()?),
            size: row[1].as_i64()?,
            digests: Digests {
                sha256: bytes(2).and_then(|b| b.try_into().ok()),
                md5: bytes(3).and_then(|b| b.try_into().ok()),
                sha1: bytes(4).and_then(|b| b.try_into().ok()),
                adler32: row[5].as_i64().and_then(|n| u32::try_from(n).ok()),
            },
            refs: row[6].as_i64()?,
            body: match row[7].as_bytes() {
                None => Body::Inline,
                Some(packed) => Body::Chunks(unpack_extents(packed)?.into()),
            },
            made: Millis(row[8].as_i64()?),
        })
    }
}
