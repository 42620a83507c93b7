//! Blobs: the bytes of files, named by hash, deduplicated per space, durable before any document names them.
//!
//! Contents up to [`INLINE_BYTES_MAX`] live in the space's rows; up to [`WHOLE_BYTES_MAX`] they are one chunk;
//! larger ones are cut where their bytes say so (FastCDC), so that an insertion changes few chunks.
//! A chunk is a file `blobs/<space>/<2 hex>/<62 hex>` named by the BLAKE3 of its bytes: a header of
//! [`HEADER_BYTES`], then the bytes. It never changes once it has its name.

mod chunk;
mod cut;
mod digest;
pub mod maps;
pub mod pins;
mod sink;
mod source;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use abri_model::SpaceId;

pub use chunk::{chunk_exists, read_chunk, remove_chunk};
pub use cut::Cutter;
pub(crate) use digest::Running;
pub(crate) use sink::{Carried, disk_error, store_chunk};
pub use sink::{Sink, SinkPlan};
pub use source::BytesStream;
pub(crate) use source::stream;

/// Contents up to this many bytes are kept in rows.
pub const INLINE_BYTES_MAX: u64 = 16 << 10;
/// Contents up to this many bytes are one chunk.
pub const WHOLE_BYTES_MAX: u64 = 8 << 20;
/// Smallest, average and largest piece of a content that is cut. On-disk deduplication depends on them.
pub const CUT_BYTES: (usize, usize, usize) = (1 << 20, 4 << 20, 16 << 20);
/// Bytes before the content in a chunk's file.
pub const HEADER_BYTES: u64 = 32;
/// First bytes of a chunk's file.
const MAGIC: &[u8; 8] = b"ABRIBLOB";
/// Format of the header.
const FORMAT: u8 = 1;
/// The cipher byte of a chunk that is not sealed. Others are reserved for encryption at rest.
const CIPHER_NONE: u8 = 0;

/// Where one space's chunks are.
#[derive(Clone, Debug)]
pub struct BlobDir {
    root: PathBuf,
    space: SpaceId,
}

impl BlobDir {
    /// The chunks of `space` below the data directory `data`.
    pub fn new(data: &Path, space: SpaceId) -> Self {
        BlobDir { root: data.join("blobs").join(space.to_hex()), space }
    }

    /// The space.
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The directory of unfinished chunks; emptied when the engine starts.
    pub fn unfinished(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The directory and the file of a chunk.
    pub fn place(&self, chunk: &[u8; 32]) -> (PathBuf, PathBuf) {
        let hex = data_encoding::HEXLOWER.encode(chunk);
        let dir = self.root.join(&hex[..2]);
        let file = dir.join(&hex[2..]);
        (dir, file)
    }

    /// The chunk that a file of this layout holds; `None` for anything else.
    pub fn chunk_of(path: &Path) -> Option<[u8; 32]> {
        let name = path.file_name()?.to_str()?;
        let dir = path.parent()?.file_name()?.to_str()?;
        if dir.len() != 2 || name.len() != 62 {
            return None;
        }
        let hex = format!("{dir}{name}");
        data_encoding::HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
    }
}

/// The header of a chunk of `size` plain bytes.
fn header(size: u64) -> [u8; HEADER_BYTES as usize] {
    let mut header = [0; HEADER_BYTES as usize];
    header[..8].copy_from_slice(MAGIC);
    header[8] = FORMAT;
    header[9] = CIPHER_NONE;
    header[16..24].copy_from_slice(&size.to_le_bytes());
    header
}

/// The plain bytes a header announces; an error that says what is wrong with it.
fn parse_header(header: &[u8; HEADER_BYTES as usize]) -> io::Result<u64> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    if &header[..8] != MAGIC {
        return Err(bad("not a chunk: its first bytes are others"));
    }
    if header[8] != FORMAT {
        return Err(bad("a chunk of a newer format"));
    }
    if header[9] != CIPHER_NONE {
        return Err(bad("a sealed chunk, and no key"));
    }
    let mut size = [0; 8];
    size.copy_from_slice(&header[16..24]);
    Ok(u64::from_le_bytes(size))
}

/// Makes what was created, renamed or removed in a directory durable.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Makes a directory and those above it, each durable, if they are missing.
pub fn make_dirs(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        make_dirs(parent)?;
        match std::fs::create_dir(dir) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => other?,
        }
        sync_dir(parent)?;
    }
    Ok(())
}
