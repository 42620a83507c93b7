//! What a batch does beside edits: uploads in parts, purging, sweeping, new lives.

use std::sync::Arc;

use abri_model::{Error, NodeId, Result, Seq};
use abri_store::{Mut, Scan, V};
use bytes::Bytes;

use super::Batch;
use crate::actor::Ask;
use crate::content::StagedBytes;
use crate::content::{Extent, pack_extents, unpack_extents};
use crate::engine::{random_hex, store_error};
use crate::tables::{CHUNK, GONE, NODE, PART, UPLOAD, node_by};
use crate::upload::{self, PARTS_MAX, PartDone};

/// Departures forgotten per request.
const FORGET_ROWS_MAX: usize = 2000;

impl Batch<'_> {
    pub(super) async fn upkeep(&mut self, ask: &Ask) -> Result<Vec<[u8; 32]>> {
        let mut buried = Vec::new();
        match ask {
            Ask::Edits(_) | Ask::Nothing => {}
            Ask::UploadBegin { id, owner, about, now } => {
                let key = vec![V::T(id.clone())];
                if self.row(&UPLOAD, key.clone()).await?.is_some() {
                    return Err(Error::Exists);
                }
                self.set_row(&UPLOAD, key, Some(upload::fresh_row(id, owner, about, *now)));
            }
            Ask::UploadPart(part) => self.keep_part(part).await?,
            Ask::UploadDrop { id } => self.drop_upload(id).await?,
            Ask::Purge { nodes } => {
                for node in nodes {
                    self.purge(*node).await?;
                }
            }
            Ask::Bury { chunks, dead_before } => {
                for chunk in chunks {
                    let key = vec![V::B(Bytes::copy_from_slice(chunk))];
                    let row = self.row(&CHUNK, key.clone()).await?;
                    let dead = row.as_ref().and_then(|row| row[3].as_i64());
                    if dead.is_some_and(|since| since <= dead_before.0) {
                        self.set_row(&CHUNK, key, None);
                        buried.push(*chunk);
                    }
                }
            }
            Ask::Unlock { now } => self.end_expired_locks(*now),
            Ask::Forget { up_to } => self.forget_departures(*up_to).await?,
            Ask::Renew => self.meta.incarnation = random_hex(),
            Ask::Repair { muts, versions_bytes } => {
                for change in muts {
                    match change {
                        Mut::Put(table, row) => self.set_row(table, table.key_of(row), Some(row.clone())),
                        Mut::Delete(table, key) => self.set_row(table, key.clone(), None),
                    }
                }
                if let Some(bytes) = versions_bytes {
                    self.meta.versions_bytes = *bytes;
                }
            }
        }
        Ok(buried)
    }

    async fn keep_part(&mut self, part: &PartDone) -> Result<()> {
        let key = vec![V::T(part.upload.clone())];
        let mut row = self.row(&UPLOAD, key.clone()).await?.ok_or(Error::NotFound)?;
        let part_key = vec![V::T(part.upload.clone()), V::I(part.number)];
        let former = self.row(&PART, part_key.clone()).await?;
        if let Some(former) = &former {
            self.let_part_go(former, part.now).await?;
        } else if self.rows(Scan::by_key(&PART, key.clone(), PARTS_MAX + 1)).await?.len() >= PARTS_MAX {
            return Err(Error::TooLarge { what: "the number of parts of an upload", limit: PARTS_MAX as u64 });
        }
        let (extents, data) = match &part.staged.bytes {
            StagedBytes::Inline(bytes) => (V::Null, V::B(bytes.clone())),
            StagedBytes::Chunks(extents) => {
                for (extent, count) in super::contents::tally(extents) {
                    self.count_chunk(&extent, count, part.now).await?;
                }
                (V::B(pack_extents(extents)), V::Null)
            }
        };
        let mut part_row = part_key.clone();
        part_row.extend([V::T(part.name.clone()), V::I(part.staged.size as i64), extents, data]);
        self.set_row(&PART, part_key, Some(part_row));
        upload::note_part(&mut row, part, former.is_some());
        self.set_row(&UPLOAD, key, Some(row));
        Ok(())
    }

    async fn let_part_go(&mut self, row: &abri_store::Row, now: abri_model::Millis) -> Result<()> {
        let extents: Vec<Extent> = row[4].as_bytes().and_then(|packed| unpack_extents(packed)).unwrap_or_default();
        for (extent, count) in super::contents::tally(&extents) {
            self.count_chunk(&extent, -count, now).await?;
        }
        Ok(())
    }

    async fn drop_upload(&mut self, id: &str) -> Result<()> {
        let key = vec![V::T(id.to_owned())];
        if self.row(&UPLOAD, key.clone()).await?.is_none() {
            return Err(Error::NotFound);
        }
        let now = self.core.shared.clock.now();
        for row in self.rows(Scan::by_key(&PART, key.clone(), PARTS_MAX)).await? {
            self.let_part_go(&row, now).await?;
            self.set_row(&PART, row[..2].to_vec(), None);
        }
        self.set_row(&UPLOAD, key, None);
        Ok(())
    }

    async fn forget_departures(&mut self, up_to: Seq) -> Result<()> {
        let scan = Scan::by_key(&GONE, vec![], FORGET_ROWS_MAX).up_to(up_to.0);
        let rows = self.core.shared.store.scan(self.core.id, scan).await.map_err(store_error)?;
        for row in &rows {
            self.set_row(&GONE, row[..3].to_vec(), None);
        }
        // Only what is really forgotten makes older cursors void.
        if let Some(last) = rows.last().and_then(|row| row[0].as_i64()) {
            let reached = if rows.len() < FORGET_ROWS_MAX { up_to } else { Seq(last) };
            self.meta.min_seq = self.meta.min_seq.max(reached);
        }
        Ok(())
    }

    // What the rules of the tree need of the space's facts.

    pub(crate) fn trash(&self) -> NodeId {
        self.meta.trash
    }

    pub(crate) fn limbo(&self) -> NodeId {
        self.meta.limbo
    }

    pub(crate) fn workshop(&self) -> NodeId {
        self.meta.workshop
    }

    pub(crate) fn count_versions(&mut self, bytes: i64) {
        self.meta.versions_bytes += bytes;
        self.growth += bytes;
    }

    /// A number for a new node; leases another block when the present one is used up.
    pub(crate) async fn next_node_id(&mut self) -> Result<NodeId> {
        if self.meta.next_node >= self.meta.block_end {
            let block = self.core.shared.ids.lease(self.core.id).await?;
            self.meta.next_node = NodeId::first_of(block).0;
            self.meta.block_end = (block + 1) << NodeId::BLOCK_BITS;
        }
        let id = NodeId(self.meta.next_node);
        self.meta.next_node += 1;
        Ok(id)
    }

    /// Whether anything is left in a directory, as this batch sees it.
    pub(crate) async fn has_children(&mut self, id: NodeId) -> Result<bool> {
        let scan = Scan::by_index(&NODE, node_by::NAME, vec![V::I(id.0)], 600);
        let rows = self.core.shared.store.scan(self.core.id, scan).await.map_err(store_error)?;
        for row in rows {
            let Some(child) = row[0].as_i64().map(NodeId) else { continue };
            let still = match self.nodes.get(&child) {
                Some(slot) => slot.now.as_ref().is_some_and(|node: &Arc<crate::node::Node>| node.parent == id),
                None => true,
            };
            if still {
                return Ok(true);
            }
        }
        Ok(self.nodes.values().any(|slot| slot.now.as_ref().is_some_and(|node| node.parent == id)))
    }
}
