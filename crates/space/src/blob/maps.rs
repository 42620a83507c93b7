//! Chunks mapped into memory, so that their bytes go from the system's cache to the network without a copy of ours.
//!
//! A piece of a mapping travels as [`Bytes`] like any other. A listener that recognises it ([`Maps::file_of`]) hands the
//! file to the kernel instead of reading the bytes; any other receiver just reads them. Chunks never change and are never
//! cut short once they have their name, which is what makes mapping them sound.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::os::fd::AsRawFd;
use std::sync::{Arc, Weak};

use abri_model::SpaceId;
use bytes::Bytes;
use lru::LruCache;
use parking_lot::{Mutex, RwLock};

use super::chunk::open_chunk;
use super::{BlobDir, HEADER_BYTES};

/// Mappings kept though nobody reads them: three resources of the system each, but no memory of ours.
const KEPT_MAX: NonZeroUsize = NonZeroUsize::new(64).expect("not zero");
/// Bytes of a page, for asking which are in memory. The smallest size Linux knows: asking for more pages than there are is harmless.
const PAGE_BYTES: usize = 4096;

/// Mappings by their first address.
type Places = Arc<RwLock<BTreeMap<usize, Weak<Mapping>>>>;

/// Mappings at hand, by their chunk.
type Kept = LruCache<(SpaceId, [u8; 32]), Arc<Mapping>>;

/// The mappings of an engine.
pub struct Maps {
    kept: Mutex<Kept>,
    /// By first address.
    places: Places,
}

impl Default for Maps {
    fn default() -> Self {
        Maps { kept: Mutex::new(LruCache::new(KEPT_MAX)), places: Arc::default() }
    }
}

impl std::fmt::Debug for Maps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Maps")
    }
}

/// A chunk's file, mapped whole.
pub struct Mapping {
    file: File,
    start: *mut libc::c_void,
    len: usize,
    places: Places,
}

// SAFETY: the mapping is read-only, its file is never written again, and it is unmapped only when the last owner goes.
#[allow(unsafe_code)]
unsafe impl Send for Mapping {}
// SAFETY: as above; shared reading of immutable memory.
#[allow(unsafe_code)]
unsafe impl Sync for Mapping {}

/// A part of a mapping, as the owner of [`Bytes`].
struct Piece {
    mapping: Arc<Mapping>,
    offset: usize,
    len: usize,
}

impl AsRef<[u8]> for Piece {
    #[allow(unsafe_code)]
    fn as_ref(&self) -> &[u8] {
        // SAFETY: `Maps::piece` checked that the range is within the mapping, which lives as long as this owner.
        unsafe { std::slice::from_raw_parts(self.mapping.start.cast::<u8>().add(self.offset), self.len) }
    }
}

impl Maps {
    /// A chunk's mapping, when it is at hand.
    pub(super) fn at_hand(&self, space: SpaceId, chunk: &[u8; 32]) -> Option<Arc<Mapping>> {
        self.kept.lock().get(&(space, *chunk)).cloned()
    }

    /// Maps a chunk and checks its header. Reads from the disk: call it from a blocking thread.
    pub(super) fn open(&self, dir: &BlobDir, chunk: &[u8; 32]) -> io::Result<Arc<Mapping>> {
        let (file, len) = open_chunk(dir, chunk)?;
        let whole = usize::try_from(HEADER_BYTES + len).map_err(io::Error::other)?;
        if file.metadata()?.len() != whole as u64 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a chunk is not as long as its header says"));
        }
        let mapping = Arc::new(Mapping::new(file, whole, self.places.clone())?);
        self.places.write().insert(mapping.start as usize, Arc::downgrade(&mapping));
        let evicted = self.kept.lock().push((dir.space(), *chunk), mapping.clone());
        drop(evicted);
        Ok(mapping)
    }

    /// Lets go of a chunk that is removed from the disk.
    pub fn forget(&self, space: SpaceId, chunk: &[u8; 32]) {
        let forgotten = self.kept.lock().pop(&(space, *chunk));
        drop(forgotten);
    }

    /// The file that `bytes` are mapped from, and where in it they begin; `None` when they are no piece of a mapping.
    ///
    /// The file stays open for as long as the caller holds what is returned.
    pub fn file_of(&self, bytes: &[u8]) -> Option<(Arc<Mapping>, u64)> {
        let at = bytes.as_ptr() as usize;
        let mapping = self.places.read().range(..=at).next_back()?.1.upgrade()?;
        let offset = at - mapping.start as usize;
        (offset + bytes.len() <= mapping.len).then_some((mapping, offset as u64))
    }
}

impl Mapping {
    #[allow(unsafe_code)]
    fn new(file: File, len: usize, places: Places) -> io::Result<Mapping> {
        // SAFETY: a fresh read-only mapping of a file we hold; nothing else refers to the address range.
        let start =
            unsafe { libc::mmap(std::ptr::null_mut(), len, libc::PROT_READ, libc::MAP_SHARED, file.as_raw_fd(), 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Mapping { file, start, len, places })
    }

    /// The chunk's file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Bytes of content the chunk holds.
    pub(super) fn len(&self) -> u64 {
        self.len as u64 - HEADER_BYTES
    }

    /// A piece of the content, without reading it.
    pub(super) fn piece(self: &Arc<Self>, offset: u64, len: u64) -> Option<Bytes> {
        let start = usize::try_from(HEADER_BYTES.checked_add(offset)?).ok()?;
        let len = usize::try_from(len).ok()?;
        (start.checked_add(len)? <= self.len)
            .then(|| Bytes::from_owner(Piece { mapping: self.clone(), offset: start, len }))
    }

    /// Whether a piece can be read without waiting for the disk.
    #[allow(unsafe_code)]
    pub(super) fn is_in_memory(&self, offset: u64, len: u64) -> bool {
        let first = (HEADER_BYTES + offset) as usize / PAGE_BYTES * PAGE_BYTES;
        let last = ((HEADER_BYTES + offset + len) as usize).min(self.len);
        if first >= last {
            return true;
        }
        let mut pages = vec![0_u8; (last - first).div_ceil(PAGE_BYTES)];
        // SAFETY: the range lies within our mapping, and `pages` has a byte for each of its pages.
        let told =
            unsafe { libc::mincore(self.start.cast::<u8>().add(first).cast(), last - first, pages.as_mut_ptr()) };
        told == 0 && pages.iter().all(|page| page & 1 == 1)
    }

    /// Reads a piece into the system's cache. Waits for the disk: call it from a blocking thread.
    pub(super) fn bring_in(&self, offset: u64, len: u64) -> io::Result<()> {
        use std::os::unix::fs::FileExt;
        // Reading, not touching the mapping: a failing disk then is an error, not a signal.
        let mut scratch = vec![0_u8; 128 << 10];
        let mut at = HEADER_BYTES + offset;
        let end = at + len;
        while at < end {
            let want = scratch.len().min((end - at) as usize);
            self.file.read_exact_at(&mut scratch[..want], at)?;
            at += want as u64;
        }
        Ok(())
    }
}

impl Drop for Mapping {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        self.places.write().remove(&(self.start as usize));
        // SAFETY: this is the last owner: no piece refers to the range any more.
        unsafe { libc::munmap(self.start, self.len) };
    }
}
