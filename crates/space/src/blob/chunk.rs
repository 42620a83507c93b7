//! Chunk files: written under a temporary name, synced, named by hash, synced again.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::{BlobDir, HEADER_BYTES, header, make_dirs, parse_header, sync_dir};

/// A chunk being written.
#[derive(Debug)]
pub(super) struct ChunkFile {
    dir: BlobDir,
    file: File,
    path: PathBuf,
    hasher: blake3::Hasher,
    len: u64,
    named: bool,
}

static COUNTER: AtomicU64 = AtomicU64::new(0);

impl ChunkFile {
    /// Starts a chunk.
    pub fn create(dir: &BlobDir) -> io::Result<Self> {
        let unfinished = dir.unfinished();
        let name = format!("{}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let path = unfinished.join(name);
        let open = || OpenOptions::new().write(true).create_new(true).open(&path);
        let file = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_dirs(&unfinished)?;
                open()?
            }
            other => other?,
        };
        Ok(ChunkFile { dir: dir.clone(), file, path, hasher: blake3::Hasher::new(), len: 0, named: false })
    }

    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, HEADER_BYTES + self.len)?;
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// The bytes so far.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// The name the chunk will have.
    pub fn hash(&self) -> [u8; 32] {
        *self.hasher.finalize().as_bytes()
    }

    /// Makes the chunk durable under its name. A chunk of that name that is there already is kept instead.
    pub fn keep(mut self, hash: &[u8; 32]) -> io::Result<()> {
        let (dir, place) = self.dir.place(hash);
        let there = std::fs::metadata(&place).is_ok_and(|meta| meta.len() == HEADER_BYTES + self.len);
        if !there {
            self.file.write_all_at(&header(self.len), 0)?;
            self.file.sync_data()?;
            make_dirs(&dir)?;
            std::fs::rename(&self.path, &place)?;
            self.named = true;
        }
        // Also when it was there: whoever wrote it may not have synced the directory yet.
        sync_dir(&dir)
    }
}

impl Drop for ChunkFile {
    fn drop(&mut self) {
        if !self.named {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Opens a chunk and checks its header: the file, whose bytes start at [`HEADER_BYTES`], and how many they are.
pub(super) fn open_chunk(dir: &BlobDir, chunk: &[u8; 32]) -> io::Result<(File, u64)> {
    let (_, place) = dir.place(chunk);
    let mut file = File::open(place)?;
    let mut head = [0; HEADER_BYTES as usize];
    file.read_exact(&mut head)?;
    let len = parse_header(&head)?;
    Ok((file, len))
}

/// Reads a whole chunk and compares it with its name. For checks: chunks are at most a few MiB.
pub fn read_chunk(dir: &BlobDir, chunk: &[u8; 32]) -> io::Result<Bytes> {
    let (mut file, len) = open_chunk(dir, chunk)?;
    let mut bytes = Vec::with_capacity(len.min(32 << 20) as usize);
    file.read_to_end(&mut bytes)?;
    if bytes.len() as u64 != len || blake3::hash(&bytes).as_bytes() != chunk {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the bytes of the chunk are not those its name says"));
    }
    Ok(bytes.into())
}

/// The bytes a chunk holds by its header and by its file's length; `None` when it is not there or damaged.
pub fn chunk_exists(dir: &BlobDir, chunk: &[u8; 32]) -> Option<u64> {
    let (file, len) = open_chunk(dir, chunk).ok()?;
    (file.metadata().ok()?.len() == HEADER_BYTES + len).then_some(len)
}

/// Removes a chunk; one that is not there is no error.
pub fn remove_chunk(dir: &BlobDir, chunk: &[u8; 32]) -> io::Result<()> {
    let (_, place) = dir.place(chunk);
    match std::fs::remove_file(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
