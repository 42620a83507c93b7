//! Giving bytes out: ranges of contents as streams, read by blocking threads, one piece ahead of the receiver.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;

use abri_model::{Error, Result};
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use futures_util::stream::{self, StreamExt};
use tokio::task::spawn_blocking;

use super::chunk::open_chunk;
use super::{BlobDir, HEADER_BYTES};
use crate::content::Extent;

/// Pieces of bytes, in order; an error ends them.
pub type BytesStream = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send + 'static>>;

/// Bytes read at a time: large enough to make the hand-over to a thread cheap, small enough to keep memory flat.
const PIECE_BYTES: u64 = 256 << 10;

/// Where a reader stands.
struct Reader {
    dir: BlobDir,
    extents: Arc<[Extent]>,
    /// The next extent, and how far into it.
    at: usize,
    offset: u64,
    /// Bytes still to give.
    left: u64,
    open: Option<(usize, Arc<File>)>,
}

/// The bytes `range` of a content made of `extents`.
pub(crate) fn stream(dir: BlobDir, extents: Arc<[Extent]>, range: Range<u64>) -> BytesStream {
    let mut offset = range.start;
    let mut at = 0;
    while at < extents.len() && offset >= extents[at].len {
        offset -= extents[at].len;
        at += 1;
    }
    let reader = Reader { dir, extents, at, offset, left: range.end.saturating_sub(range.start), open: None };
    let pieces = stream::unfold(Some(reader), |reader| async {
        let mut reader = reader?;
        if reader.left == 0 {
            return None;
        }
        let read = spawn_blocking(move || {
            let piece = reader.next_piece();
            (piece, reader)
        });
        match read.await {
            Ok((Ok(piece), reader)) => Some((Ok(piece), Some(reader))),
            Ok((Err(error), _)) => Some((Err(Error::internal(error)), None)),
            Err(panicked) => Some((Err(Error::internal(panicked)), None)),
        }
    });
    Box::pin(pieces.boxed())
}

impl Reader {
    fn next_piece(&mut self) -> std::io::Result<Bytes> {
        let Some(extent) = self.extents.get(self.at).copied() else {
            return Err(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the content is shorter than its row says"));
        };
        let file = match &self.open {
            Some((at, file)) if *at == self.at => file.clone(),
            _ => {
                let (file, len) = open_chunk(&self.dir, &extent.chunk)?;
                if len != extent.len {
                    return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "a chunk is not as long as its content says"));
                }
                let file = Arc::new(file);
                self.open = Some((self.at, file.clone()));
                file
            }
        };
        let len = self.left.min(extent.len - self.offset).min(PIECE_BYTES);
        let mut piece = BytesMut::zeroed(len as usize);
        file.read_exact_at(&mut piece, HEADER_BYTES + self.offset)?;
        self.left -= len;
        self.offset += len;
        if self.offset == extent.len {
            self.at += 1;
            self.offset = 0;
        }
        Ok(piece.freeze())
    }
}
