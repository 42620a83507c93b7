//! Upkeep of a space: what was destroyed is purged, what expired is forgotten, what nobody needs is removed.

use std::time::SystemTime;

use abri_model::{Error, Millis, Name, NodeId, Result, Seq};
use abri_store::{Scan, V};
use bytes::Bytes;

use crate::actor::Ask;
use crate::blob::{BlobDir, remove_chunk};
use crate::edit::{Done, Edit, Expect, IfExists, Keep, Request, Source, Times};
use crate::engine::store_error;
use crate::node::Node;
use crate::space::Space;
use crate::tables::{CHUNK, GONE, NODE, chunk_by, node_by};

/// Nodes purged or copied in one request: bounds how long others wait for the writer.
const SLICE_NODES: usize = 400;
/// Chunks removed in one request.
const SLICE_CHUNKS: usize = 500;
/// Milliseconds for which departures are remembered: a client away for longer starts again.
const DEPARTURES_MS: i64 = 180 * 24 * 3600 * 1000;
/// Nodes that one copy may make.
pub const COPY_NODES_MAX: usize = 1_000_000;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Nodes removed for good.
    pub nodes: usize,
    /// Uploads forgotten.
    pub uploads: usize,
    /// Chunks removed from the disk.
    pub chunks: usize,
    /// Files in the blob directory that no row names, removed.
    pub strays: usize,
}

impl Space {
    /// Purges what was destroyed, forgets what expired, removes chunks nobody has pointed at for the time of grace.
    pub async fn sweep(&self, now: Millis) -> Result<Swept> {
        let grace_ms = self.core.shared.config.grace_ms;
        self.give_up_copies(now, now.plus(-grace_ms)).await?;
        let mut swept = Swept { nodes: self.purge_destroyed().await?, ..Swept::default() };
        self.core.ask(Ask::Unlock { now }).await?;
        for id in self.stale_uploads(now.plus(-grace_ms)).await? {
            match self.upload_drop(&id).await {
                Ok(()) => swept.uploads += 1,
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        swept.chunks = self.bury_chunks(now.plus(-grace_ms)).await?;
        swept.strays = self.remove_strays(grace_ms).await?;
        self.forget_departures(now.plus(-DEPARTURES_MS)).await?;
        Ok(swept)
    }

    /// Destroys copies that a crash left unfinished in the workshop.
    async fn give_up_copies(&self, now: Millis, before: Millis) -> Result<()> {
        let workshop = self.core.meta().workshop;
        for node in self.stored_children(workshop, SLICE_NODES).await? {
            if node.uploaded < before {
                let edits = vec![Edit::Destroy { node: node.id, expect: Expect::Any }];
                self.commit(Request { edits, now, tokens: Vec::new() }).await?;
            }
        }
        Ok(())
    }

    /// Removes the nodes below limbo, leaves first, in slices.
    pub async fn purge_destroyed(&self) -> Result<usize> {
        let meta = self.core.meta();
        let mut purged = 0;
        loop {
            let slice = self.leaves_below(meta.limbo, SLICE_NODES).await?;
            if slice.is_empty() {
                return Ok(purged);
            }
            purged += slice.len();
            self.core.ask(Ask::Purge { nodes: slice }).await?;
        }
    }

    /// Up to `limit` nodes below a directory, each after everything below it.
    async fn leaves_below(&self, top: NodeId, limit: usize) -> Result<Vec<NodeId>> {
        let mut leaves = Vec::new();
        let mut way = vec![top];
        'down: while let Some(at) = way.last().copied() {
            let children = self.stored_children(at, limit).await?;
            for child in &children {
                if child.is_directory() && !leaves.contains(&child.id) {
                    way.push(child.id);
                    continue 'down;
                }
                if !leaves.contains(&child.id) {
                    leaves.push(child.id);
                }
                if leaves.len() >= limit {
                    return Ok(leaves);
                }
            }
            way.pop();
            // A directory whose children all fit this slice goes with it; else it waits for the next.
            if at != top && children.len() < limit {
                leaves.push(at);
            }
            if leaves.len() >= limit || children.len() >= limit {
                return Ok(leaves);
            }
        }
        Ok(leaves)
    }

    async fn stored_children(&self, parent: NodeId, limit: usize) -> Result<Vec<Node>> {
        let scan = Scan::by_index(&NODE, node_by::NAME, vec![V::I(parent.0)], limit);
        let rows = self.core.shared.store.scan(self.core.id, scan).await.map_err(store_error)?;
        Ok(rows.into_iter().filter_map(Node::from_row).collect())
    }

    async fn bury_chunks(&self, dead_before: Millis) -> Result<usize> {
        let mut removed = 0;
        loop {
            let scan = Scan::by_index(&CHUNK, chunk_by::DEAD, vec![], SLICE_CHUNKS).up_to(dead_before.0);
            let rows = self.core.shared.store.scan(self.core.id, scan).await.map_err(store_error)?;
            let dead = rows.iter().filter_map(|row| row[0].as_bytes().and_then(|hash| hash[..].try_into().ok()));
            // Whoever is about to name a chunk again holds a pin on it: such a chunk is left for later.
            let pins = &self.core.shared.pins;
            let held: Vec<_> = dead.filter_map(|chunk| Some((chunk, pins.sweep(self.core.id, chunk)?))).collect();
            if held.is_empty() {
                return Ok(removed);
            }
            let chunks = held.iter().map(|(chunk, _)| *chunk).collect();
            let buried = self.core.ask(Ask::Bury { chunks, dead_before }).await?.buried;
            let none = buried.is_empty();
            removed += buried.len();
            buried.iter().for_each(|chunk| self.core.shared.maps.forget(self.core.id, chunk));
            let dir = self.core.blobs.clone();
            tokio::task::spawn_blocking(move || {
                for chunk in buried {
                    remove_chunk(&dir, &chunk)?;
                }
                drop(held);
                Ok::<(), std::io::Error>(())
            })
            .await
            .map_err(Error::internal)?
            .map_err(Error::internal)?;
            if none {
                return Ok(removed);
            }
        }
    }

    /// Removes chunk files that no row names and that are older than the grace: left by a crash between file and commit.
    async fn remove_strays(&self, grace_ms: i64) -> Result<usize> {
        let dir = self.core.blobs.clone();
        let old = tokio::task::spawn_blocking(move || old_chunks(&dir, grace_ms)).await.map_err(Error::internal)?;
        let mut removed = 0;
        for slice in old.chunks(SLICE_CHUNKS) {
            let keys: Vec<_> = slice.iter().map(|chunk| vec![V::B(Bytes::copy_from_slice(chunk))]).collect();
            let rows = self.core.shared.store.get(self.core.id, &CHUNK, &keys).await.map_err(store_error)?;
            for (chunk, row) in slice.iter().zip(rows) {
                if row.is_some() {
                    continue;
                }
                let Some(_sweep) = self.core.shared.pins.sweep(self.core.id, *chunk) else { continue };
                let key = [vec![V::B(Bytes::copy_from_slice(chunk))]];
                let named = self.core.shared.store.get(self.core.id, &CHUNK, &key).await.map_err(store_error)?;
                if named.into_iter().flatten().next().is_none() {
                    self.core.shared.maps.forget(self.core.id, chunk);
                    remove_chunk(&self.core.blobs, chunk).map_err(Error::internal)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    async fn forget_departures(&self, before: Millis) -> Result<()> {
        let scan = Scan::by_key(&GONE, vec![], 1000);
        let rows = self.core.shared.store.scan(self.core.id, scan).await.map_err(store_error)?;
        let old = rows.iter().take_while(|row| row[8].as_i64().is_some_and(|at| at < before.0));
        if let Some(up_to) = old.last().and_then(|row| row[0].as_i64()) {
            self.core.ask(Ask::Forget { up_to: Seq(up_to) }).await?;
        }
        Ok(())
    }

    /// Copies a node, with everything below when `deep`. The copy is made aside and appears whole, or not at all.
    #[allow(clippy::too_many_arguments)] // the request of one verb; a struct would only repeat these names
    pub async fn copy_tree(
        &self,
        source: NodeId,
        parent: NodeId,
        name: Name,
        if_exists: IfExists,
        by: &str,
        now: Millis,
        tokens: Vec<String>,
        deep: bool,
    ) -> Result<Done> {
        let node = self.node(source).await?.ok_or(Error::NotFound)?;
        if self.is_within(parent, source).await? && node.is_directory() && deep {
            return Err(Error::Cycle);
        }
        let workshop = self.core.meta().workshop;
        let scratch = Name::parse(&format!("{:016x}", abri_model::id::random_u64()))?;
        let top = self.copy_node(&node, workshop, scratch, now).await?;
        let copied = if deep && node.is_directory() { self.copy_below(source, top, now).await } else { Ok(()) };
        let moved = match copied {
            Ok(()) => {
                let edit =
                    Edit::MoveNode { node: top, expect: Expect::Any, parent, name, if_exists, by: by.to_owned() };
                self.commit(Request { edits: vec![edit], now, tokens }).await
            }
            Err(error) => Err(error),
        };
        if moved.is_err() {
            let edit = Edit::Destroy { node: top, expect: Expect::Any };
            self.commit(Request { edits: vec![edit], now, tokens: Vec::new() }).await?;
            self.purge_destroyed().await?;
        }
        moved
    }

    async fn copy_node(&self, node: &Node, parent: NodeId, name: Name, now: Millis) -> Result<NodeId> {
        let edits = vec![copy_edit(node, parent, name)?];
        let done = self.commit(Request { edits, now, tokens: Vec::new() }).await?;
        done.node().map(|node| node.id).ok_or_else(|| Error::internal("a copy that made nothing"))
    }

    async fn copy_below(&self, source: NodeId, target: NodeId, now: Millis) -> Result<()> {
        let mut waiting = vec![(source, target)];
        let mut made = 0;
        while let Some((from, to)) = waiting.pop() {
            let mut after: Option<String> = None;
            loop {
                let children = self.children(from, after.as_deref(), SLICE_NODES).await?;
                let Some(last) = children.last() else { break };
                after = Some(last.key.clone());
                made += children.len();
                if made > COPY_NODES_MAX {
                    return Err(Error::TooLarge {
                        what: "the number of files in one copy",
                        limit: COPY_NODES_MAX as u64,
                    });
                }
                let edits = children.iter().map(|child| copy_edit(child, to, Name::parse(&child.name)?));
                let edits = edits.collect::<Result<Vec<Edit>>>()?;
                let done = self.commit(Request { edits, now, tokens: Vec::new() }).await?;
                for (child, result) in children.iter().zip(&done.results) {
                    if let crate::edit::EditDone::Node { node, .. } = result
                        && child.is_directory()
                    {
                        waiting.push((child.id, node.id));
                    }
                }
            }
        }
        Ok(())
    }
}

fn copy_edit(node: &Node, parent: NodeId, name: Name) -> Result<Edit> {
    let times = Times { mtime: Some(node.mtime), created: Some(node.created) };
    if node.is_directory() {
        return Ok(Edit::MakeDirectory { parent, name, times, meta: node.meta.clone() });
    }
    Ok(Edit::WriteFile {
        parent,
        name,
        source: Source::Existing(node.content.ok_or_else(|| Error::internal("a file without content"))?),
        mime: node.mime.clone(),
        executable: Some(node.flags.executable()),
        times,
        meta: node.meta.clone(),
        if_exists: IfExists::Fail,
        may_create: true,
        version: Keep::Nothing,
    })
}

/// Chunk files older than the grace.
fn old_chunks(dir: &BlobDir, grace_ms: i64) -> Vec<[u8; 32]> {
    let Some(limit) = SystemTime::now().checked_sub(std::time::Duration::from_millis(grace_ms.max(0) as u64)) else {
        return Vec::new();
    };
    let mut old = Vec::new();
    let read = |path: &std::path::Path| std::fs::read_dir(path).into_iter().flatten().flatten();
    for shelf in read(dir.root()) {
        for file in read(&shelf.path()) {
            let modified = file.metadata().and_then(|meta| meta.modified());
            if let (Some(chunk), Ok(modified)) = (BlobDir::chunk_of(&file.path()), modified)
                && modified < limit
            {
                old.push(chunk);
            }
        }
    }
    old
}
