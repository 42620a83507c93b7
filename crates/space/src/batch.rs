//! A batch being judged: what the requests of one commit have staged so far, over what is stored.
//!
//! Each request stages all its rows or none ([`Batch::judge`] undoes a failed one). What they share is done once, at the
//! end: a directory above ten new files is touched once.

use std::collections::HashMap;
use std::sync::Arc;

use abri_model::{Error, Kind, Millis, NodeId, Result, Seq};
use abri_store::{Mut, Row, Scan, Table, V};
use bytes::Bytes;

use crate::actor::{Answer, Ask};
use crate::cache::Fresh;
use crate::content::{Content, ContentId};
use crate::edit::{Done, Edit, EditDone, IfExists, Request, Source};
use crate::engine::store_error;
use crate::meta::Meta;
use crate::node::{Lock, Node};
use crate::space::Core;
pub(crate) use docs::doc_from_row;

use crate::tables::{CONTENT, GONE, INLINE, NODE, content_by, node_by};

mod contents;
pub(crate) mod docs;
mod locks;
mod upkeep;

/// A row by the address of its table and its key.
type RowKey = (&'static str, Row);

#[derive(Clone, Debug)]
pub(crate) struct Slot<T> {
    pub old: Option<T>,
    pub now: Option<T>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Delta {
    size: i64,
    mtime: Millis,
}

/// How to take one step back.
enum Undo {
    Row(RowKey, Option<(&'static Table, Option<Row>)>),
    Node(NodeId, Option<Arc<Node>>),
    Name((NodeId, String), Option<Option<NodeId>>),
    Content(ContentId, Option<Arc<Content>>),
    Delta(NodeId, Option<Delta>),
    Sha256([u8; 32], Option<Option<ContentId>>),
}

pub(crate) struct Batch<'a> {
    core: &'a Arc<Core>,
    start: Seq,
    seq: Seq,
    meta: Meta,
    growth: i64,
    rows: HashMap<RowKey, (&'static Table, Option<Row>)>,
    nodes: HashMap<NodeId, Slot<Arc<Node>>>,
    names: HashMap<(NodeId, String), Option<NodeId>>,
    contents: HashMap<ContentId, Slot<Arc<Content>>>,
    by_sha256: HashMap<[u8; 32], Option<ContentId>>,
    deltas: HashMap<NodeId, Delta>,
    locks: Option<Vec<Lock>>,
    undo: Vec<Undo>,
}

/// What a finished batch writes, and what readers are shown when it is written.
pub(crate) struct Ready {
    pub seq: Seq,
    pub muts: Vec<Mut>,
    pub fresh: Fresh,
    pub meta: Option<Meta>,
    pub locks: Option<Vec<Lock>>,
}

impl<'a> Batch<'a> {
    pub fn new(core: &'a Arc<Core>, start: Seq) -> Self {
        Batch {
            core,
            start,
            seq: start,
            meta: (*core.meta()).clone(),
            growth: 0,
            rows: HashMap::new(),
            nodes: HashMap::new(),
            names: HashMap::new(),
            contents: HashMap::new(),
            by_sha256: HashMap::new(),
            deltas: HashMap::new(),
            locks: None,
            undo: Vec::new(),
        }
    }

    /// Rows staged so far, about.
    pub fn len(&self) -> usize {
        self.rows.len() + self.nodes.len() + self.contents.len()
    }

    /// Looks up at once, side by side, what the edits will ask for one after the other.
    pub async fn prefetch(&mut self, asks: impl Iterator<Item = &Ask>) {
        let mut names = Vec::new();
        let mut hashes = Vec::new();
        for ask in asks {
            let Ask::Edits(request) = ask else { continue };
            for edit in &request.edits {
                match edit {
                    Edit::WriteFile { parent, name, source, .. } => {
                        names.push((*parent, name.key()));
                        if let Source::Staged(staged) = source
                            && let Some(sha256) = staged.shared_by()
                        {
                            hashes.push(sha256);
                        }
                    }
                    Edit::MakeDirectory { parent, name, .. } | Edit::MoveNode { parent, name, .. } => {
                        names.push((*parent, name.key()));
                    }
                    _ => {}
                }
            }
        }
        if names.len() + hashes.len() < 2 {
            return;
        }
        let mut scans = Vec::with_capacity(names.len() + hashes.len());
        names.retain(|(parent, key)| self.core.cache.child(*parent, key).is_none());
        scans.extend(names.iter().map(|(parent, key)| child_scan(*parent, key)));
        scans.extend(hashes.iter().map(sha256_scan));
        // What failed here is simply asked again when it is needed.
        let Ok(found) = self.core.shared.store.scan_many(self.core.id, scans).await else { return };
        let mut found = found.into_iter().map(|rows| rows.into_iter().next());
        for place in names {
            let node = found.next().flatten().and_then(Node::from_row).map(Arc::new);
            self.names.insert(place, node.as_ref().map(|node| node.id));
            if let Some(node) = node {
                self.nodes.entry(node.id).or_insert_with(|| Slot { old: Some(node.clone()), now: Some(node) });
            }
        }
        for sha256 in hashes {
            let content = found.next().flatten().as_ref().and_then(Content::from_row).map(Arc::new);
            self.by_sha256.insert(sha256, content.as_ref().map(|content| content.id));
            if let Some(content) = content {
                self.contents
                    .entry(content.id)
                    .or_insert_with(|| Slot { old: Some(content.clone()), now: Some(content) });
            }
        }
    }

    /// Stages what is asked; on an error, nothing of it.
    pub async fn judge(&mut self, ask: &Ask) -> Result<Answer> {
        let (seq, growth, meta, locks) = (self.seq, self.growth, self.meta.clone(), self.locks.clone());
        self.undo.clear();
        let judged = self.stage(ask).await;
        if judged.is_err() {
            self.take_back();
            self.seq = seq;
            self.growth = growth;
            self.meta = meta;
            self.locks = locks;
        }
        judged
    }

    async fn stage(&mut self, ask: &Ask) -> Result<Answer> {
        let mut results = Vec::new();
        let mut buried = Vec::new();
        match ask {
            Ask::Edits(request) => {
                let growth = self.growth;
                for edit in &request.edits {
                    results.push(self.edit(edit, request).await?);
                }
                self.check_quota(self.growth - growth).await?;
            }
            other => buried = self.upkeep(other).await?,
        }
        Ok(Answer { done: Done { seq: self.seq, results }, buried })
    }

    async fn edit(&mut self, edit: &Edit, request: &Request) -> Result<EditDone> {
        match edit {
            Edit::PutDoc { .. } => self.put_doc(edit, request.now).await,
            Edit::MakeDirectory { .. }
            | Edit::WriteFile { .. }
            | Edit::UpdateNode { .. }
            | Edit::MoveNode { .. }
            | Edit::Trash { .. }
            | Edit::Restore { .. }
            | Edit::Destroy { .. }
            | Edit::RevertTo { .. }
            | Edit::LabelVersion { .. }
            | Edit::DropVersions { .. } => self.edit_tree(edit, request).await,
            Edit::PutLock(lock) => self.put_lock(lock, request.now).await,
            Edit::RefreshLock { token, expires } => self.refresh_lock(token, *expires, request.now),
            Edit::DropLock { token } => self.drop_lock(token),
            Edit::SetQuota(quota) => {
                self.meta.quota = quota.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
                Ok(EditDone::Nothing)
            }
            Edit::PutNote { name, text } => {
                let key = crate::meta::note_key(name);
                let row = text.as_ref().map(|text| vec![key[0].clone(), V::T(text.clone())]);
                self.set_row(&crate::tables::KV, key, row);
                Ok(EditDone::Nothing)
            }
            Edit::KnowDigests { content, digests } => {
                let known = self.content(*content).await?;
                let mut known = (*known).clone();
                known.digests.sha256 = known.digests.sha256.or(digests.sha256);
                known.digests.md5 = known.digests.md5.or(digests.md5);
                known.digests.sha1 = known.digests.sha1.or(digests.sha1);
                known.digests.adler32 = known.digests.adler32.or(digests.adler32);
                self.set_content(known);
                Ok(EditDone::Nothing)
            }
        }
    }

    async fn check_quota(&mut self, grown: i64) -> Result<()> {
        let Some(quota) = self.meta.quota.filter(|_| grown > 0) else { return Ok(()) };
        // The sizes in the rows do not hold this batch's growth yet: it is added at the end.
        let (root, trash) = (self.meta.root, self.meta.trash);
        let used =
            self.must_have(root).await?.size + self.must_have(trash).await?.size + self.core.meta().versions_bytes;
        let before = used + self.growth - grown;
        if before + grown > quota {
            let free_bytes = (quota - before).max(0) as u64;
            return Err(Error::Quota { needed_bytes: grown as u64, free_bytes });
        }
        Ok(())
    }

    /// The next position.
    pub(crate) fn next_seq(&mut self) -> Seq {
        self.seq = Seq(self.seq.0 + 1);
        self.seq
    }

    fn take_back(&mut self) {
        while let Some(step) = self.undo.pop() {
            match step {
                Undo::Row(key, Some(before)) => drop(self.rows.insert(key, before)),
                Undo::Row(key, None) => drop(self.rows.remove(&key)),
                Undo::Node(id, before) => {
                    if let Some(slot) = self.nodes.get_mut(&id) {
                        slot.now = before;
                    }
                }
                Undo::Name(place, Some(before)) => drop(self.names.insert(place, before)),
                Undo::Name(place, None) => drop(self.names.remove(&place)),
                Undo::Content(id, before) => {
                    if let Some(slot) = self.contents.get_mut(&id) {
                        slot.now = before;
                    }
                }
                Undo::Delta(id, Some(before)) => drop(self.deltas.insert(id, before)),
                Undo::Delta(id, None) => drop(self.deltas.remove(&id)),
                Undo::Sha256(hash, Some(before)) => drop(self.by_sha256.insert(hash, before)),
                Undo::Sha256(hash, None) => drop(self.by_sha256.remove(&hash)),
            }
        }
    }

    // Rows without a shape of their own.

    pub(crate) async fn row(&self, table: &'static Table, key: Row) -> Result<Option<Row>> {
        let staged = self.rows.get(&(table.name, key.clone()));
        if let Some((_, row)) = staged {
            return Ok(row.clone());
        }
        let rows = self.core.shared.store.get(self.core.id, table, std::slice::from_ref(&key)).await;
        Ok(rows.map_err(store_error)?.pop().flatten())
    }

    pub(crate) fn set_row(&mut self, table: &'static Table, key: Row, row: Option<Row>) {
        let key = (table.name, key);
        let before = self.rows.insert(key.clone(), (table, row));
        self.undo.push(Undo::Row(key, before));
    }

    /// Rows of a scan as this batch sees them. For tables whose rows are few per scan.
    pub(crate) async fn rows(&self, scan: Scan) -> Result<Vec<Row>> {
        let (table, prefix) = (scan.table, scan.prefix.clone());
        debug_assert!(scan.index.is_none(), "only scans in key order see staged rows");
        let stored = self.core.shared.store.scan(self.core.id, scan).await.map_err(store_error)?;
        let mut rows: Vec<Row> =
            stored.into_iter().filter(|row| !self.rows.contains_key(&(table.name, table.key_of(row)))).collect();
        for ((name, key), (_, row)) in &self.rows {
            if *name == table.name && key.starts_with(&prefix) {
                rows.extend(row.clone());
            }
        }
        rows.sort();
        Ok(rows)
    }

    // Nodes.

    pub(crate) async fn node(&mut self, id: NodeId) -> Result<Option<Arc<Node>>> {
        if let Some(slot) = self.nodes.get(&id) {
            return Ok(slot.now.clone());
        }
        let node = match self.core.cache.node(id) {
            Some(node) => Some(node),
            None => {
                let key = [vec![V::I(id.0)]];
                let rows = self.core.shared.store.get(self.core.id, &NODE, &key).await.map_err(store_error)?;
                rows.into_iter().flatten().next().and_then(Node::from_row).map(Arc::new)
            }
        };
        if let Some(node) = &node {
            self.nodes.insert(id, Slot { old: Some(node.clone()), now: Some(node.clone()) });
        }
        Ok(node)
    }

    pub(crate) async fn must_have(&mut self, id: NodeId) -> Result<Arc<Node>> {
        self.node(id).await?.ok_or(Error::NotFound)
    }

    pub(crate) async fn child(&mut self, parent: NodeId, key: &str) -> Result<Option<Arc<Node>>> {
        let place = (parent, key.to_owned());
        if let Some(known) = self.names.get(&place).copied() {
            return match known {
                Some(id) => self.node(id).await,
                None => Ok(None),
            };
        }
        let found = match self.core.cache.child(parent, key) {
            Some(node) => Some(node),
            None => stored_child(self.core, parent, key).await?,
        };
        self.names.insert(place, found.as_ref().map(|node| node.id));
        if let Some(node) = &found {
            self.nodes.entry(node.id).or_insert_with(|| Slot { old: Some(node.clone()), now: Some(node.clone()) });
        }
        Ok(found)
    }

    pub(crate) fn set_node(&mut self, node: Node) -> Arc<Node> {
        let node = Arc::new(node);
        let slot = self.nodes.entry(node.id).or_insert(Slot { old: None, now: None });
        let before = slot.now.replace(node.clone());
        if let Some(former) = before.as_ref().filter(|former| former.parent != node.parent || former.key != node.key) {
            let place = (former.parent, former.key.clone());
            if self.names.get(&place).is_none_or(|holder| *holder == Some(node.id)) {
                self.set_name(place, None);
            }
        }
        if before.as_ref().is_none_or(|former| former.parent != node.parent || former.key != node.key) {
            self.set_name((node.parent, node.key.clone()), Some(node.id));
        }
        self.undo.push(Undo::Node(node.id, before));
        node
    }

    pub(crate) fn remove_node(&mut self, node: &Node) {
        if let Some(slot) = self.nodes.get_mut(&node.id) {
            let before = slot.now.take();
            self.undo.push(Undo::Node(node.id, before));
        }
        self.set_name((node.parent, node.key.clone()), None);
    }

    fn set_name(&mut self, place: (NodeId, String), holder: Option<NodeId>) {
        let before = self.names.insert(place.clone(), holder);
        self.undo.push(Undo::Name(place, before));
    }

    /// Notes that `parent` grew by `size` bytes and was changed at `mtime`: carried up to the root at the end.
    pub(crate) fn touch(&mut self, parent: NodeId, size: i64, mtime: Millis) {
        if parent != self.meta.limbo && parent != self.meta.workshop {
            self.growth += size;
        }
        let before = self.deltas.get(&parent).copied();
        let delta = self.deltas.entry(parent).or_default();
        delta.size += size;
        delta.mtime = if before.is_some() { delta.mtime.max(mtime) } else { mtime };
        self.undo.push(Undo::Delta(parent, before));
    }

    /// Notes that something below limbo went: it did not count against the quota any more.
    pub(crate) fn shrink_unseen(&mut self, parent: NodeId, size: i64) {
        let growth = self.growth;
        self.touch(parent, -size, Millis(i64::MIN));
        self.growth = growth;
    }

    /// Notes that a node or document left `place`.
    pub(crate) fn departed(&mut self, what: Departure<'_>) {
        let key = vec![V::I(what.seq.0), V::T(what.kind.to_owned()), V::T(what.id.to_owned())];
        let mut row = key.clone();
        row.extend([
            V::I(what.place.0),
            V::I(what.generation),
            V::B(Bytes::copy_from_slice(what.rev)),
            V::T(what.name.to_owned()),
            V::I(what.destroyed.into()),
            V::I(what.at.0),
        ]);
        self.set_row(&GONE, key, Some(row));
    }

    pub(crate) fn node_departed(&mut self, former: &Node, now: &Node, destroyed: bool, at: Millis) {
        self.departed(Departure {
            seq: now.seq,
            kind: Kind::FILES,
            id: &former.id.to_hex(),
            place: former.parent,
            generation: now.generation,
            rev: &now.rev().hash,
            name: &former.name,
            destroyed,
            at,
        });
    }

    // The end.

    /// Carries sizes and positions up to the roots, and makes rows of everything.
    pub async fn finish(mut self) -> Result<Ready> {
        self.carry_up().await?;
        let mut fresh = Fresh::default();
        let mut muts = Vec::with_capacity(self.len() + 4);
        self.finish_contents(&mut muts, &mut fresh).await?;
        for (id, slot) in std::mem::take(&mut self.nodes) {
            let former = slot.old.as_ref().map(|old| (old.parent, old.key.clone()));
            match (slot.old, slot.now) {
                (Some(old), Some(now)) if Arc::ptr_eq(&old, &now) || *old == *now => {}
                (_, Some(now)) => {
                    muts.push(Mut::Put(&NODE, now.to_row()));
                    fresh.nodes.push((now, former));
                }
                (Some(_), None) => {
                    muts.push(Mut::Delete(&NODE, vec![V::I(id.0)]));
                    fresh.gone.push((id, former));
                }
                (None, None) => {}
            }
        }
        for ((_, key), (table, row)) in std::mem::take(&mut self.rows) {
            if std::ptr::eq(table, &INLINE)
                && let (Some(V::I(id)), Some(V::B(bytes))) = (key.first(), row.as_ref().and_then(|row| row.get(1)))
            {
                fresh.small.push((ContentId(*id), bytes.clone()));
            }
            muts.push(match row {
                Some(row) => Mut::Put(table, row),
                None => Mut::Delete(table, key),
            });
        }
        let before = self.core.meta();
        muts.extend(self.meta.changes_from(Some(&before)));
        let meta = (self.meta != *before).then_some(self.meta);
        Ok(Ready { seq: self.seq, muts, fresh, meta, locks: self.locks })
    }

    async fn carry_up(&mut self) -> Result<()> {
        let deltas = std::mem::take(&mut self.deltas);
        let mut above: HashMap<NodeId, Delta> = HashMap::new();
        for (from, delta) in deltas {
            let mut at = from;
            // A cycle cannot be made; the bound keeps a damaged tree from stopping the writer.
            for _ in 0..crate::tree::DEPTH_MAX + 8 {
                // Through what this batch removed the way goes on: its bytes are gone from above it too.
                let removed = self.nodes.get(&at).and_then(|slot| slot.old.clone());
                let Some(node) = self.node(at).await?.or(removed) else { break };
                let sum = above.entry(at).or_insert(Delta { size: 0, mtime: delta.mtime });
                sum.size += delta.size;
                sum.mtime = sum.mtime.max(delta.mtime);
                if node.parent == NodeId::NONE {
                    break;
                }
                at = node.parent;
            }
        }
        let tail = self.seq;
        for (id, delta) in above {
            if let Some(node) = self.node(id).await? {
                let mut node = (*node).clone();
                node.size += delta.size;
                node.tree_mtime = node.tree_mtime.max(delta.mtime);
                if tail > self.start {
                    node.tail = tail;
                }
                self.set_node(node);
            }
        }
        Ok(())
    }
}

/// What left a place, and when.
pub(crate) struct Departure<'a> {
    pub seq: Seq,
    pub kind: &'a str,
    pub id: &'a str,
    pub place: NodeId,
    pub generation: i64,
    pub rev: &'a [u8; 16],
    pub name: &'a str,
    pub destroyed: bool,
    pub at: Millis,
}

fn child_scan(parent: NodeId, key: &str) -> Scan {
    Scan::by_index(&NODE, node_by::NAME, vec![V::I(parent.0), V::T(key.to_owned())], 1)
}

fn sha256_scan(sha256: &[u8; 32]) -> Scan {
    Scan::by_index(&CONTENT, content_by::SHA256, vec![V::B(Bytes::copy_from_slice(sha256))], 1)
}

pub(crate) async fn stored_child(core: &Core, parent: NodeId, key: &str) -> Result<Option<Arc<Node>>> {
    let rows = core.shared.store.scan(core.id, child_scan(parent, key)).await.map_err(store_error)?;
    Ok(rows.into_iter().next().and_then(Node::from_row).map(Arc::new))
}

async fn stored_sha256(core: &Core, sha256: &[u8; 32]) -> Result<Option<Content>> {
    let rows = core.shared.store.scan(core.id, sha256_scan(sha256)).await.map_err(store_error)?;
    Ok(rows.first().and_then(Content::from_row))
}

/// What a taken name may be replaced by: nothing unless the edit says so and what is there is as expected.
pub(crate) fn may_replace(policy: &IfExists, there: &Node) -> Result<()> {
    match policy {
        IfExists::Fail => Err(Error::Exists),
        IfExists::Replace { expect } => crate::tree::expect_node(expect, Some(there)),
    }
}
