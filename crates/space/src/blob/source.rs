//! Giving bytes out: ranges of contents as streams of mapped pieces.
//!
//! What the system has in memory is handed on at once. What it must read from the disk is read by a blocking thread first.

use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;

use abri_model::{Error, Result};
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::{self, StreamExt};
use tokio::task::spawn_blocking;

use super::BlobDir;
use super::maps::{Mapping, Maps};
use crate::content::Extent;

/// Pieces of bytes, in order; an error ends them.
pub type BytesStream = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send + 'static>>;

/// Bytes handed on at a time: what a receiver that copies (TLS, a zip) may hold of a stream.
const PIECE_BYTES: u64 = 1 << 20;

/// Where a reader stands.
struct Reader {
    dir: BlobDir,
    maps: Arc<Maps>,
    extents: Arc<[Extent]>,
    /// The next extent, and how far into it.
    at: usize,
    offset: u64,
    /// Bytes still to give.
    left: u64,
}

/// The bytes `range` of a content made of `extents`.
pub(crate) fn stream(dir: BlobDir, maps: Arc<Maps>, extents: Arc<[Extent]>, range: Range<u64>) -> BytesStream {
    let mut offset = range.start;
    let mut at = 0;
    while at < extents.len() && offset >= extents[at].len {
        offset -= extents[at].len;
        at += 1;
    }
    let reader = Reader { dir, maps, extents, at, offset, left: range.end.saturating_sub(range.start) };
    let pieces = stream::unfold(Some(reader), |reader| async {
        let mut reader = reader?;
        if reader.left == 0 {
            return None;
        }
        match reader.next_piece().await {
            Ok(piece) => Some((Ok(piece), Some(reader))),
            Err(error) => Some((Err(error), None)),
        }
    });
    pieces.boxed()
}

impl Reader {
    async fn next_piece(&mut self) -> Result<Bytes> {
        let Some(extent) = self.extents.get(self.at).copied() else {
            return Err(Error::internal("a content is shorter than its row says"));
        };
        let (offset, len) = (self.offset, self.left.min(extent.len - self.offset).min(PIECE_BYTES));
        let mapping = match self.maps.at_hand(self.dir.space(), &extent.chunk) {
            Some(mapping) if mapping.is_in_memory(offset, len) => mapping,
            known => {
                let (dir, maps) = (self.dir.clone(), self.maps.clone());
                spawn_blocking(move || {
                    let mapping: Arc<Mapping> = match known {
                        Some(mapping) => mapping,
                        None => maps.open(&dir, &extent.chunk)?,
                    };
                    if !mapping.is_in_memory(offset, len) {
                        mapping.bring_in(offset, len)?;
                    }
                    Ok::<_, std::io::Error>(mapping)
                })
                .await
                .map_err(Error::internal)?
                .map_err(Error::internal)?
            }
        };
        if mapping.len() != extent.len {
            return Err(Error::internal("a chunk is not as long as its content says"));
        }
        let piece = mapping.piece(offset, len).ok_or_else(|| Error::internal("a piece beyond the end of its chunk"))?;
        self.left -= len;
        self.offset += len;
        if self.offset == extent.len {
            self.at += 1;
            self.offset = 0;
        }
        Ok(piece)
    }
}
