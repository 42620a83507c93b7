//! Reading a space: beside its writer, through the caches, a page at a time.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use abri_model::{DocKey, Error, Kind, NodeId, Result, Rev, Seq};
use abri_store::{Bound, Row, Scan, Table, V};
use bytes::Bytes;
use futures_util::StreamExt;

use crate::batch::{doc_from_row, stored_child};
use crate::blob::{self, BytesStream};
use crate::change::{Change, Changes, Scope};
use crate::content::{Body, Content, ContentId};
use crate::doc::Doc;
use crate::engine::store_error;
use crate::node::{Lock, Node, Trashed, Version};
use crate::space::{Core, Space};
use crate::tables::{CONTENT, DOC, GONE, INLINE, IX, KV, NODE, REV, TRASH, VERSION, doc_by, node_by};
use crate::tree::{DEPTH_MAX, VERSIONS_MAX};

/// Rows read at a time while looking for few among many.
const PAGE_ROWS: usize = 512;
/// Kinds of documents a space is asked for at most.
const KINDS_MAX: usize = 10_000;

/// How far a path leads.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The nodes along the path, the starting one first, as far as they are there.
    pub found: Vec<Arc<Node>>,
    /// How many names of the path could not be followed.
    pub missing: usize,
}

/// A range of index keys.
#[derive(Clone, Debug, Default)]
pub struct KeyRange {
    /// The smallest key and whether it belongs to the range; `None` starts at the beginning.
    pub from: Option<(Bytes, bool)>,
    /// The largest key and whether it belongs to the range; `None` goes to the end.
    pub to: Option<(Bytes, bool)>,
    /// The last entry of the page before.
    pub after: Option<(Bytes, DocKey)>,
    /// Backwards.
    pub desc: bool,
}

impl KeyRange {
    /// Every key that starts with `prefix`.
    pub fn prefix(prefix: &[u8]) -> KeyRange {
        KeyRange {
            from: Some((Bytes::copy_from_slice(prefix), true)),
            to: crate::collate::after_prefix(prefix).map(|end| (end.into(), false)),
            ..KeyRange::default()
        }
    }
}

impl Core {
    async fn scan(&self, scan: Scan) -> Result<Vec<Row>> {
        self.shared.store.scan(self.id, scan).await.map_err(store_error)
    }

    async fn get_one(&self, table: &'static Table, key: Row) -> Result<Option<Row>> {
        let rows = self.shared.store.get(self.id, table, std::slice::from_ref(&key)).await.map_err(store_error)?;
        Ok(rows.into_iter().next().flatten())
    }
}

impl Space {
    /// A document, or its tombstone.
    pub async fn doc(&self, key: &DocKey) -> Result<Option<Doc>> {
        Ok(self.docs(std::slice::from_ref(key)).await?.pop().flatten())
    }

    /// Documents in the order asked, tombstones included.
    pub async fn docs(&self, keys: &[DocKey]) -> Result<Vec<Option<Doc>>> {
        let keys: Vec<Row> =
            keys.iter().map(|key| vec![V::T(key.kind.as_str().to_owned()), V::T(key.id.clone())]).collect();
        let rows = self.core.shared.store.get(self.core.id, &DOC, &keys).await.map_err(store_error)?;
        Ok(rows.into_iter().map(|row| row.as_ref().and_then(doc_from_row)).collect())
    }

    /// Documents of a kind in the order of their ids, from beyond `after`; without tombstones.
    pub async fn docs_of(&self, kind: &Kind, after: Option<&str>, limit: usize) -> Result<Vec<Doc>> {
        let mut docs = Vec::new();
        let mut after = after.map(str::to_owned);
        while docs.len() < limit {
            let mut scan = Scan::by_key(&DOC, vec![V::T(kind.as_str().to_owned())], limit.min(PAGE_ROWS));
            if let Some(after) = &after {
                scan = scan.above(after.as_str());
            }
            let rows = self.core.scan(scan).await?;
            let Some(last) = rows.last() else { break };
            after = last[1].as_text().map(str::to_owned);
            docs.extend(rows.iter().filter_map(doc_from_row).filter(|doc| !doc.deleted));
        }
        docs.truncate(limit);
        Ok(docs)
    }

    /// The kinds of which there is or was a document, in order.
    pub async fn kinds(&self) -> Result<Vec<Kind>> {
        let mut kinds: Vec<Kind> = Vec::new();
        while kinds.len() < KINDS_MAX {
            // One row per kind: jump over its documents to the next.
            let mut scan = Scan::by_key(&DOC, vec![], 1);
            if let Some(last) = kinds.last() {
                scan = scan.above(last.as_str());
            }
            match self.core.scan(scan).await?.first().and_then(|row| row[0].as_text()).and_then(Kind::parse) {
                Some(kind) => kinds.push(kind),
                None => break,
            }
        }
        Ok(kinds)
    }

    /// Entries of an index in the order of their keys.
    pub async fn find(&self, index: &str, range: KeyRange, limit: usize) -> Result<Vec<(Bytes, DocKey)>> {
        let mut scan = Scan::by_key(&IX, vec![V::T(index.to_owned())], limit);
        scan.from = range.from.map(|(key, inclusive)| Bound { value: V::B(key), inclusive });
        scan.to = range.to.map(|(key, inclusive)| Bound { value: V::B(key), inclusive });
        scan.desc = range.desc;
        scan.after = range.after.map(|(key, doc)| {
            vec![V::T(index.to_owned()), V::B(key), V::T(doc.kind.as_str().to_owned()), V::T(doc.id)]
        });
        let entry = |row: Row| {
            let kind = Kind::parse(row[2].as_text()?)?;
            Some((row[1].as_bytes()?.clone(), DocKey::new(&kind, row[3].as_text()?)))
        };
        Ok(self.core.scan(scan).await?.into_iter().filter_map(entry).collect())
    }

    /// Former revisions of a document, oldest first: each with its parent when that is known, and whether it was a deletion.
    pub async fn revs(&self, key: &DocKey) -> Result<Vec<(Rev, Option<Rev>, bool)>> {
        let prefix = vec![V::T(key.kind.as_str().to_owned()), V::T(key.id.clone())];
        let rows = self.core.scan(Scan::by_key(&REV, prefix, PAGE_ROWS)).await?;
        let read = |row: &Row| {
            let rev = Rev { generation: row[2].as_i64()?, hash: row[3].as_bytes()?[..].try_into().ok()? };
            let parent = row[4]
                .as_bytes()
                .and_then(|hash| Some(Rev { generation: rev.generation - 1, hash: hash[..].try_into().ok()? }));
            Some((rev, parent, row[5].as_i64()? & 1 != 0))
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    /// A small text kept by [`crate::Edit::PutNote`].
    pub async fn note(&self, name: &str) -> Result<Option<String>> {
        let row = self.core.get_one(&KV, crate::meta::note_key(name)).await?;
        Ok(row.and_then(|row| row[1].as_text().map(str::to_owned)))
    }

    // The tree.

    /// A node.
    pub async fn node(&self, id: NodeId) -> Result<Option<Arc<Node>>> {
        if let Some(node) = self.core.cache.node(id) {
            return Ok(Some(node));
        }
        let began = self.core.cache.stamp();
        let row = self.core.get_one(&NODE, vec![V::I(id.0)]).await?;
        let node = row.and_then(Node::from_row).map(Arc::new);
        if let Some(node) = &node {
            self.core.cache.fill_nodes(std::slice::from_ref(node), began);
        }
        Ok(node)
    }

    /// The child of a directory with this name key ([`abri_model::Name::key`]).
    pub async fn child(&self, parent: NodeId, key: &str) -> Result<Option<Arc<Node>>> {
        if let Some(node) = self.core.cache.child(parent, key) {
            return Ok(Some(node));
        }
        let began = self.core.cache.stamp();
        let node = stored_child(&self.core, parent, key).await?;
        if let Some(node) = &node {
            self.core.cache.fill_nodes(std::slice::from_ref(node), began);
        }
        Ok(node)
    }

    /// Follows name keys down from a directory.
    pub async fn resolve(&self, root: NodeId, keys: &[String]) -> Result<Resolved> {
        let mut found = Vec::with_capacity(keys.len() + 1);
        self.core.cache.walk(root, keys, &mut found);
        if found.is_empty() {
            found.push(self.node(root).await?.ok_or(Error::NotFound)?);
        }
        while found.len() <= keys.len() {
            let Some(parent) = found.last().filter(|node| node.is_directory()) else { break };
            match self.child(parent.id, &keys[found.len() - 1]).await? {
                Some(node) => found.push(node),
                None => break,
            }
        }
        let missing = keys.len() + 1 - found.len();
        Ok(Resolved { found, missing })
    }

    /// What a directory holds, in the order of name keys, from beyond the key `after`.
    pub async fn children(&self, parent: NodeId, after: Option<&str>, limit: usize) -> Result<Vec<Arc<Node>>> {
        let mut scan = Scan::by_index(&NODE, node_by::NAME, vec![V::I(parent.0)], limit);
        if let Some(after) = after {
            scan = scan.above(after);
        }
        Ok(self.core.scan(scan).await?.into_iter().filter_map(Node::from_row).map(Arc::new).collect())
    }

    /// The way to a node: the root first, the node itself last. Empty when it is not there.
    pub async fn ancestors(&self, id: NodeId) -> Result<Vec<Arc<Node>>> {
        let mut way = Vec::new();
        let mut at = id;
        while at != NodeId::NONE && way.len() <= DEPTH_MAX + 8 {
            match self.node(at).await? {
                Some(node) => {
                    at = node.parent;
                    way.push(node);
                }
                None => return Ok(Vec::new()),
            }
        }
        way.reverse();
        Ok(way)
    }

    /// Whether `id` is `ancestor` or below it.
    pub async fn is_within(&self, id: NodeId, ancestor: NodeId) -> Result<bool> {
        let mut at = id;
        for _ in 0..DEPTH_MAX + 8 {
            if at == ancestor {
                return Ok(true);
            }
            match self.node(at).await? {
                Some(node) if node.parent != NodeId::NONE => at = node.parent,
                _ => return Ok(false),
            }
        }
        Ok(false)
    }

    /// Former contents of a file, newest first.
    pub async fn versions(&self, node: NodeId) -> Result<Vec<Version>> {
        let rows = self.core.scan(Scan::by_key(&VERSION, vec![V::I(node.0)], VERSIONS_MAX).backwards()).await?;
        Ok(rows.iter().filter_map(Version::from_row).collect())
    }

    /// What is in the trash, in the order of numbers, from beyond `after`.
    pub async fn trashed(&self, after: Option<NodeId>, limit: usize) -> Result<Vec<(Trashed, Arc<Node>)>> {
        let mut scan = Scan::by_key(&TRASH, vec![], limit);
        if let Some(after) = after {
            scan = scan.above(after.0);
        }
        let rows = self.core.scan(scan).await?;
        let keys: Vec<Row> = rows.iter().map(|row| vec![row[0].clone()]).collect();
        let nodes = self.core.shared.store.get(self.core.id, &NODE, &keys).await.map_err(store_error)?;
        let pair = |(row, node): (&Row, Option<Row>)| Some((Trashed::from_row(row)?, Arc::new(Node::from_row(node?)?)));
        Ok(rows.iter().zip(nodes).filter_map(pair).collect())
    }

    /// Where something in the trash was.
    pub async fn trashed_one(&self, node: NodeId) -> Result<Option<Trashed>> {
        Ok(self.core.get_one(&TRASH, vec![V::I(node.0)]).await?.as_ref().and_then(Trashed::from_row))
    }

    /// Every lock of the space that has not expired.
    pub fn locks(&self) -> Vec<Lock> {
        let now = self.core.shared.clock.now();
        let locks = self.core.locks.lock().clone();
        locks.iter().filter(|lock| lock.expires > now).cloned().collect()
    }

    /// The locks on a node: its own, and deep ones above it.
    pub async fn locks_on(&self, node: NodeId) -> Result<Vec<Lock>> {
        let mut on = Vec::new();
        for lock in self.locks() {
            if lock.node == node || (lock.deep && self.is_within(node, lock.node).await?) {
                on.push(lock);
            }
        }
        Ok(on)
    }

    /// The lock of a token, unless it expired.
    pub async fn lock(&self, token: &str) -> Result<Option<Lock>> {
        Ok(self.locks().into_iter().find(|lock| lock.token == token))
    }

    /// The files changed last, newest first, of those below the root.
    pub async fn recent(&self, limit: usize) -> Result<Vec<Arc<Node>>> {
        let root = self.roots().0;
        let mut recent = Vec::new();
        let mut below: Option<i64> = None;
        // Among many changes of directories and of things in the trash, files may be rare: look at a bounded number.
        for _ in 0..20 {
            let mut scan = Scan::by_index(&NODE, node_by::SEQ, vec![], PAGE_ROWS).backwards();
            if let Some(below) = below {
                scan = scan.below(below);
            }
            let rows = self.core.scan(scan).await?;
            let Some(last) = rows.last() else { break };
            below = last[5].as_i64();
            for node in rows.into_iter().filter_map(Node::from_row) {
                if !node.is_directory() && self.is_within(node.parent, root).await? {
                    recent.push(Arc::new(node));
                    if recent.len() == limit {
                        return Ok(recent);
                    }
                }
            }
        }
        Ok(recent)
    }

    // Changes.

    /// What is different in a scope since a position: a page in the order of positions.
    pub async fn changes(&self, scope: &Scope, since: Seq, limit: usize) -> Result<Changes> {
        let upto = self.seq();
        let mut sources: Vec<Vec<Change>> = Vec::new();
        // Each source is complete up to its own last position; together they are up to the least of these.
        let mut complete = upto;
        let mut add = |items: Vec<Change>, scanned: usize, reached: Option<Seq>| {
            if scanned == limit
                && let Some(reached) = reached
            {
                complete = complete.min(reached);
            }
            sources.push(items);
        };
        let all_kinds = match scope {
            Scope::All => self.kinds().await?,
            Scope::Kind(kind) if kind.as_str() != Kind::FILES => vec![kind.clone()],
            _ => Vec::new(),
        };
        for kind in &all_kinds {
            let scan = Scan::by_index(&DOC, doc_by::SEQ, vec![V::T(kind.as_str().to_owned())], limit).above(since.0);
            let rows = self.core.scan(scan).await?;
            let reached = rows.last().and_then(|row| row[2].as_i64()).map(Seq);
            add(rows.iter().filter_map(doc_from_row).map(Change::Doc).collect(), rows.len(), reached);
        }
        if let Scope::In(place) = scope {
            let scan = Scan::by_index(&DOC, doc_by::PLACE, vec![V::I(place.0)], limit).above(since.0);
            let rows = self.core.scan(scan).await?;
            let reached = rows.last().and_then(|row| row[2].as_i64()).map(Seq);
            let live = rows.iter().filter_map(doc_from_row).filter(|doc| !doc.deleted).map(Change::Doc).collect();
            add(live, rows.len(), reached);
        }
        let nodes = !matches!(scope, Scope::Kind(kind) if kind.as_str() != Kind::FILES);
        if nodes {
            let rows = self.core.scan(Scan::by_index(&NODE, node_by::SEQ, vec![], limit).above(since.0)).await?;
            let (scanned, reached) = (rows.len(), rows.last().and_then(|row| row[5].as_i64()).map(Seq));
            let mut items = Vec::with_capacity(rows.len());
            for node in rows.into_iter().filter_map(Node::from_row) {
                if self.shows(scope, &node).await? {
                    let arrived = node.placed > since;
                    items.push(Change::Node { node, arrived });
                }
            }
            add(items, scanned, reached);
        }
        let rows = match scope {
            Scope::In(place) => {
                self.core.scan(Scan::by_index(&GONE, 0, vec![V::I(place.0)], limit).above(since.0)).await?
            }
            _ => self.core.scan(Scan::by_key(&GONE, vec![], limit).above(since.0)).await?,
        };
        let (scanned, reached) = (rows.len(), rows.last().and_then(|row| row[0].as_i64()).map(Seq));
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Some(gone) = gone_from_row(row)
                && self.misses(scope, &gone).await?
            {
                items.push(gone);
            }
        }
        add(items, scanned, reached);
        let mut items: Vec<Change> = sources.into_iter().flatten().filter(|change| change.seq() <= complete).collect();
        items.sort_by_key(|change| (change.seq(), !matches!(change, Change::Gone { .. })));
        if items.len() > limit {
            // A departure and what it is about share a position: never end a page between them.
            let mut end = limit;
            while end > 0 && end < items.len() && items[end].seq() == items[end - 1].seq() {
                end -= 1;
            }
            if end > 0 {
                items.truncate(end);
                complete = items[end - 1].seq();
            }
        }
        Ok(Changes { items, last: complete, more: complete < upto })
    }

    /// Whether a node is in a scope now.
    async fn shows(&self, scope: &Scope, node: &Node) -> Result<bool> {
        let meta = self.core.meta();
        if node.parent == NodeId::NONE {
            return Ok(false);
        }
        match scope {
            Scope::In(place) => Ok(node.parent == *place),
            Scope::Under(root) => Ok(node.id != *root && self.is_within(node.parent, *root).await?),
            Scope::All | Scope::Kind(_) => {
                Ok(!self.is_within(node.parent, meta.limbo).await?
                    && !self.is_within(node.parent, meta.workshop).await?)
            }
        }
    }

    /// Whether a departure is news in a scope: it left from there, and is not there (again) now.
    async fn misses(&self, scope: &Scope, gone: &Change) -> Result<bool> {
        let Change::Gone { key, place, destroyed, .. } = gone else { return Ok(false) };
        let is_node = key.kind.as_str() == Kind::FILES;
        match scope {
            Scope::All => Ok(is_node && *destroyed),
            Scope::Kind(kind) => Ok(key.kind == *kind && is_node && *destroyed),
            Scope::In(_) => Ok(true),
            Scope::Under(root) => Ok(is_node && (*place == *root || self.is_within(*place, *root).await?)),
        }
    }

    // Bytes.

    /// What is known of a content.
    pub async fn content(&self, id: ContentId) -> Result<Arc<Content>> {
        if let Some(content) = self.core.cache.content(id) {
            return Ok(content);
        }
        self.contents(&[id]).await?.pop().flatten().ok_or(Error::NotFound)
    }

    /// What is known of several contents, in the order asked, in one round trip.
    pub async fn contents(&self, ids: &[ContentId]) -> Result<Vec<Option<Arc<Content>>>> {
        let began = self.core.cache.stamp();
        let (first, last) = ids.iter().fold((i64::MAX, i64::MIN), |(low, high), id| (low.min(id.0), high.max(id.0)));
        // Files that came together have contents that stand together: one range is read faster than many keys.
        let dense = ids.len() > 8 && last.saturating_sub(first) < 2 * ids.len() as i64;
        let contents: Vec<Option<Arc<Content>>> = if dense {
            let range = Scan::by_key(&CONTENT, vec![], 2 * ids.len() + 1).from(first).up_to(last);
            let rows = self.core.scan(range).await?;
            let known: HashMap<ContentId, Arc<Content>> =
                rows.iter().filter_map(Content::from_row).map(|content| (content.id, Arc::new(content))).collect();
            ids.iter().map(|id| known.get(id).cloned()).collect()
        } else {
            let keys: Vec<Row> = ids.iter().map(|id| vec![V::I(id.0)]).collect();
            let rows = self.core.shared.store.get(self.core.id, &CONTENT, &keys).await.map_err(store_error)?;
            rows.into_iter().map(|row| row.as_ref().and_then(Content::from_row).map(Arc::new)).collect()
        };
        if let [Some(one)] = contents.as_slice() {
            self.core.cache.fill_content(one.clone(), began);
        }
        Ok(contents)
    }

    /// The bytes of a small content that readers asked for lately, without waiting; `None` when they are not at hand.
    pub fn small_at_hand(&self, id: ContentId) -> Option<Bytes> {
        self.core.cache.small(id)
    }

    /// The bytes of a content kept in rows (up to [`blob::INLINE_BYTES_MAX`]); `None` when it is in chunks.
    pub async fn read_small(&self, id: ContentId) -> Result<Option<Bytes>> {
        if let Some(bytes) = self.core.cache.small(id) {
            return Ok(Some(bytes));
        }
        if self.content(id).await?.body != Body::Inline {
            return Ok(None);
        }
        let began = self.core.cache.stamp();
        let row = self.core.get_one(&INLINE, vec![V::I(id.0)]).await?;
        let bytes = row.and_then(|row| row[1].as_bytes().cloned()).ok_or(Error::NotFound)?;
        self.core.cache.fill_small(id, bytes.clone(), began);
        Ok(Some(bytes))
    }

    /// A range of the bytes of a content. The end is cut to the content's size.
    pub async fn read(&self, id: ContentId, range: Range<u64>) -> Result<BytesStream> {
        let content = self.content(id).await?;
        let end = range.end.min(content.size as u64);
        let range = range.start.min(end)..end;
        match &content.body {
            Body::Inline => {
                let bytes = self.read_small(id).await?.ok_or(Error::NotFound)?;
                let piece = bytes.slice(range.start as usize..range.end as usize);
                Ok(futures_util::stream::iter((!piece.is_empty()).then_some(Ok(piece))).boxed())
            }
            Body::Chunks(extents) => {
                Ok(blob::stream(self.core.blobs.clone(), self.core.shared.maps.clone(), extents.clone(), range))
            }
        }
    }
}

fn gone_from_row(row: &Row) -> Option<Change> {
    Some(Change::Gone {
        seq: Seq(row[0].as_i64()?),
        key: DocKey { kind: Kind::parse(row[1].as_text()?)?, id: row[2].as_text()?.to_owned() },
        place: NodeId(row[3].as_i64()?),
        rev: Rev { generation: row[4].as_i64()?, hash: row[5].as_bytes()?[..].try_into().ok()? },
        name: row[6].as_text()?.to_owned(),
        destroyed: row[7].as_i64()? != 0,
    })
}
