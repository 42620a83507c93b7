//! Contents in a batch: deduplicated by hash, counted, given up when nothing points at them.

use std::collections::HashMap;
use std::sync::Arc;

use abri_model::{Error, Millis, Result};
use abri_store::{Mut, V};
use bytes::Bytes;

use super::{Batch, Slot, Undo, stored_sha256};
use crate::cache::Fresh;
use crate::content::{Body, Content, ContentId, Extent, Staged, StagedBytes};
use crate::edit::Source;
use crate::engine::store_error;
use crate::tables::{CHUNK, CONTENT, INLINE};

impl Batch<'_> {
    pub(crate) async fn content(&mut self, id: ContentId) -> Result<Arc<Content>> {
        if let Some(slot) = self.contents.get(&id) {
            return slot.now.clone().ok_or(Error::NotFound);
        }
        let key = [vec![V::I(id.0)]];
        let rows = self.core.shared.store.get(self.core.id, &CONTENT, &key).await.map_err(store_error)?;
        let content = rows.into_iter().flatten().next().as_ref().and_then(Content::from_row).map(Arc::new);
        let content = content.ok_or(Error::NotFound)?;
        self.contents.insert(id, Slot { old: Some(content.clone()), now: Some(content.clone()) });
        Ok(content)
    }

    pub(crate) fn set_content(&mut self, content: Content) {
        let content = Arc::new(content);
        let slot = self.contents.entry(content.id).or_insert(Slot { old: None, now: None });
        let before = slot.now.replace(content.clone());
        self.undo.push(Undo::Content(content.id, before));
    }

    /// One more thing points at a content.
    pub(crate) async fn point_at(&mut self, id: ContentId) -> Result<Arc<Content>> {
        let mut content = (*self.content(id).await?).clone();
        content.refs += 1;
        self.set_content(content.clone());
        Ok(Arc::new(content))
    }

    /// One thing less points at a content. What nothing points at is removed at the end of the batch.
    pub(crate) async fn let_go(&mut self, id: ContentId) -> Result<()> {
        let mut content = (*self.content(id).await?).clone();
        content.refs -= 1;
        self.set_content(content);
        Ok(())
    }

    /// The content of a source, with one more reference: the one the space has already when the bytes are the same.
    pub(crate) async fn take_in(&mut self, source: &Source, now: Millis) -> Result<Arc<Content>> {
        let staged = match source {
            Source::Existing(id) => return self.point_at(*id).await,
            Source::Staged(staged) => staged,
        };
        if let Some(sha256) = staged.shared_by()
            && let Some(id) = self.same_bytes(&sha256).await?
        {
            let mut content = (*self.content(id).await?).clone();
            if content.size as u64 == staged.size {
                content.refs += 1;
                let (known, new) = (&mut content.digests, &staged.digests);
                known.md5 = known.md5.or(new.md5);
                known.sha1 = known.sha1.or(new.sha1);
                known.adler32 = known.adler32.or(new.adler32);
                self.set_content(content.clone());
                return Ok(Arc::new(content));
            }
        }
        self.store_new(staged, now).await
    }

    async fn same_bytes(&mut self, sha256: &[u8; 32]) -> Result<Option<ContentId>> {
        if let Some(known) = self.by_sha256.get(sha256) {
            return Ok(*known);
        }
        let found = stored_sha256(self.core, sha256).await?;
        let id = found.as_ref().map(|content| content.id);
        if let Some(content) = found {
            let content = Arc::new(content);
            self.contents.entry(content.id).or_insert_with(|| Slot { old: Some(content.clone()), now: Some(content) });
        }
        self.by_sha256.insert(*sha256, id);
        Ok(id)
    }

    async fn store_new(&mut self, staged: &Staged, now: Millis) -> Result<Arc<Content>> {
        let id = ContentId(self.meta.next_content);
        self.meta.next_content += 1;
        let body = match &staged.bytes {
            StagedBytes::Inline(bytes) => {
                self.set_row(&INLINE, vec![V::I(id.0)], Some(vec![V::I(id.0), V::B(bytes.clone())]));
                Body::Inline
            }
            StagedBytes::Chunks(extents) => {
                for (extent, count) in tally(extents) {
                    self.count_chunk(&extent, count, now).await?;
                }
                Body::Chunks(extents.as_slice().into())
            }
        };
        let size = i64::try_from(staged.size)
            .map_err(|_| Error::TooLarge { what: "a file (bytes)", limit: i64::MAX as u64 })?;
        let content = Content { id, size, digests: staged.digests.clone(), refs: 1, body, made: now };
        self.set_content(content.clone());
        if let Some(sha256) = staged.shared_by() {
            let before = self.by_sha256.insert(sha256, Some(id));
            self.undo.push(Undo::Sha256(sha256, before));
        }
        Ok(Arc::new(content))
    }

    /// Changes how many pieces point at a chunk by `count`.
    pub(crate) async fn count_chunk(&mut self, extent: &Extent, count: i64, now: Millis) -> Result<()> {
        let hash = V::B(Bytes::copy_from_slice(&extent.chunk));
        let row = self.row(&CHUNK, vec![hash.clone()]).await?;
        let refs = row.as_ref().and_then(|row| row[2].as_i64()).unwrap_or(0) + count;
        let dead = if refs <= 0 { V::I(now.0) } else { V::Null };
        self.set_row(&CHUNK, vec![hash.clone()], Some(vec![hash, V::I(extent.len as i64), V::I(refs.max(0)), dead]));
        Ok(())
    }

    /// Makes rows of contents, and removes those nothing points at any more.
    pub(super) async fn finish_contents(&mut self, muts: &mut Vec<Mut>, fresh: &mut Fresh) -> Result<()> {
        let now = self.core.shared.clock.now();
        for (id, slot) in std::mem::take(&mut self.contents) {
            let Some(content) = slot.now else { continue };
            if slot.old.as_ref() == Some(&content) {
                continue;
            }
            fresh.contents.push(id);
            if content.refs > 0 {
                muts.push(Mut::Put(&CONTENT, content.to_row()));
                continue;
            }
            match &content.body {
                Body::Inline => self.set_row(&INLINE, vec![V::I(id.0)], None),
                Body::Chunks(extents) => {
                    for (extent, count) in tally(extents) {
                        self.count_chunk(&extent, -count, now).await?;
                    }
                }
            }
            if slot.old.is_some() {
                muts.push(Mut::Delete(&CONTENT, vec![V::I(id.0)]));
            }
        }
        Ok(())
    }
}

/// How often each chunk occurs: a content of repeated bytes names the same chunk many times.
pub(crate) fn tally(extents: &[Extent]) -> HashMap<Extent, i64> {
    let mut counts = HashMap::new();
    for extent in extents {
        *counts.entry(*extent).or_insert(0) += 1;
    }
    counts
}
