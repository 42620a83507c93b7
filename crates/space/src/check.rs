//! Checking a space: everything derived is recomputed and compared. Silence means that all is right.
//!
//! Derived are: sizes, tails and times of directories, reference counts, index entries, the bytes of versions, and the
//! presence of the bytes themselves. Each fault is a sentence; those that can be mended carry the rows that mend them.

use std::collections::{HashMap, HashSet};

use abri_model::{Error, NodeId, Result};
use abri_store::{Mut, Row, Scan, Table, V};
use bytes::Bytes;

use crate::actor::Ask;
use crate::batch::doc_from_row;
use crate::batch::docs::unpack_keys;
use crate::blob::{chunk_exists, read_chunk};
use crate::content::{Body, Content, ContentId, unpack_extents};
use crate::engine::store_error;
use crate::node::{Node, Version};
use crate::space::Space;
use crate::tables::{CHUNK, CONTENT, DOC, INLINE, IX, NODE, PART, VERSION};

/// Rows read at a time.
const PAGE_ROWS: usize = 1000;
/// Faults told at most: a wrecked space would have millions.
const FAULTS_MAX: usize = 1000;
/// Rows mended in one commit.
const REPAIR_ROWS: usize = 1000;

/// What a check found.
#[derive(Debug, Default)]
struct Found {
    sentences: Vec<String>,
    repairs: Vec<Mut>,
    versions_bytes: Option<i64>,
}

impl Found {
    fn say(&mut self, sentence: String) {
        if self.sentences.len() < FAULTS_MAX {
            self.sentences.push(sentence);
        } else if self.sentences.len() == FAULTS_MAX {
            self.sentences.push("and more".to_owned());
        }
    }
}

/// What a check remembers of a node: enough to add up trees, small enough for millions.
struct Seen {
    parent: NodeId,
    directory: bool,
    size: i64,
    tail: i64,
    tree_mtime: i64,
    seq: i64,
}

/// What was counted of a directory.
#[derive(Clone, Copy)]
struct Sum {
    size: i64,
    tail: i64,
    tree_mtime: i64,
}

impl Space {
    /// Recomputes everything derived and compares: a sentence per fault, none when all is right.
    ///
    /// `deep` also reads every chunk and compares its bytes with its name. The space should be at rest, or the
    /// caller holds its requests back: what is written meanwhile may look like a fault.
    pub async fn check(&self, deep: bool) -> Result<Vec<String>> {
        Ok(self.look(deep).await?.sentences)
    }

    /// Mends what can be recomputed; returns what was wrong.
    pub async fn rebuild(&self) -> Result<Vec<String>> {
        let found = self.look(false).await?;
        for slice in found.repairs.chunks(REPAIR_ROWS) {
            self.core.ask(Ask::Repair { muts: slice.to_vec(), versions_bytes: None }).await?;
        }
        self.core.ask(Ask::Repair { muts: Vec::new(), versions_bytes: found.versions_bytes }).await?;
        self.core.cache.clear();
        Ok(found.sentences)
    }

    async fn look(&self, deep: bool) -> Result<Found> {
        let mut found = Found::default();
        let mut content_refs: HashMap<ContentId, i64> = HashMap::new();
        self.look_at_tree(&mut found, &mut content_refs).await?;
        self.look_at_versions(&mut found, &mut content_refs).await?;
        let chunk_refs = self.look_at_contents(&mut found, &content_refs).await?;
        self.look_at_chunks(&mut found, &chunk_refs, deep).await?;
        self.look_at_docs(&mut found).await?;
        Ok(found)
    }

    async fn each(&self, table: &'static Table, mut row: impl FnMut(Row)) -> Result<()> {
        let mut scan = Scan::by_key(table, vec![], PAGE_ROWS);
        loop {
            let rows = self.core.shared.store.scan(self.core.id, scan.clone()).await.map_err(store_error)?;
            let place = rows.last().map(|last| scan.place_of(last));
            let full = rows.len() == PAGE_ROWS;
            rows.into_iter().for_each(&mut row);
            if !full {
                return Ok(());
            }
            scan.after = place;
        }
    }

    async fn look_at_tree(&self, found: &mut Found, content_refs: &mut HashMap<ContentId, i64>) -> Result<()> {
        let last = self.seq();
        let mut nodes: HashMap<NodeId, Seen> = HashMap::new();
        let mut positions = HashSet::new();
        let mut names: HashSet<(NodeId, u64, u64)> = HashSet::new();
        self.each(&NODE, |row| {
            let Some(node) = Node::from_row(row) else {
                found.say("a node's row makes no sense".to_owned());
                return;
            };
            if node.seq > last {
                found.say(format!("node {} is at position {}, beyond the last, {last}", node.id, node.seq));
            }
            if node.seq.0 > 0 && !positions.insert(node.seq.0) {
                found.say(format!("two nodes are at position {}", node.seq));
            }
            // Names of a million files need not be kept: 128 bits of their hash tell twins.
            let hash = blake3::hash(node.key.as_bytes());
            let part = |at: usize| hash.as_bytes()[at..at + 8].try_into().map_or(0, u64::from_le_bytes);
            if !names.insert((node.parent, part(0), part(8))) {
                found.say(format!("directory {} holds a name twice: once as node {}", node.parent, node.id));
            }
            if let Some(content) = node.content {
                *content_refs.entry(content).or_insert(0) += 1;
            } else if !node.is_directory() {
                found.say(format!("file {} has no content", node.id));
            }
            let seen = Seen {
                parent: node.parent,
                directory: node.is_directory(),
                size: node.size,
                tail: node.tail.0,
                tree_mtime: node.tree_mtime.0,
                seq: node.seq.0,
            };
            nodes.insert(node.id, seen);
        })
        .await?;
        drop((positions, names));
        let sums = self.add_up(found, &nodes);
        for (id, sum) in sums {
            let Some(seen) = nodes.get(&id) else { continue };
            let mut wrong = Vec::new();
            if seen.size != sum.size {
                wrong.push(format!("says {} bytes and holds {}", seen.size, sum.size));
            }
            if seen.tail < sum.tail {
                wrong.push(format!("has tail {} and holds a change at {}", seen.tail, sum.tail));
            }
            if seen.tree_mtime < sum.tree_mtime {
                wrong.push("holds something newer than it says".to_owned());
            }
            if wrong.is_empty() {
                continue;
            }
            found.say(format!("directory {id} {}", wrong.join(", and ")));
            let key = [vec![V::I(id.0)]];
            let row = self.core.shared.store.get(self.core.id, &NODE, &key).await.map_err(store_error)?;
            if let Some(mut node) = row.into_iter().flatten().next().and_then(Node::from_row) {
                node.size = sum.size;
                node.tail.0 = node.tail.0.max(sum.tail);
                node.tree_mtime.0 = node.tree_mtime.0.max(sum.tree_mtime);
                found.repairs.push(Mut::Put(&NODE, node.to_row()));
            }
        }
        Ok(())
    }

    /// The sums of every directory, and faults of parenthood.
    fn add_up(&self, found: &mut Found, nodes: &HashMap<NodeId, Seen>) -> HashMap<NodeId, Sum> {
        let mut sums: HashMap<NodeId, Sum> = HashMap::new();
        for (id, seen) in nodes {
            if seen.directory {
                sums.entry(*id).or_insert(Sum { size: 0, tail: seen.seq, tree_mtime: i64::MIN });
            }
            let mut at = seen.parent;
            let mut steps = 0;
            while at != NodeId::NONE {
                let Some(above) = nodes.get(&at) else {
                    found.say(format!("node {id} is below {at}, which is not there"));
                    break;
                };
                if !above.directory {
                    found.say(format!("node {id} is below {at}, which is no directory"));
                    break;
                }
                let sum = sums.entry(at).or_insert(Sum { size: 0, tail: above.seq, tree_mtime: i64::MIN });
                sum.tail = sum.tail.max(seen.seq);
                if !seen.directory {
                    sum.size += seen.size;
                    sum.tree_mtime = sum.tree_mtime.max(seen.tree_mtime);
                }
                at = above.parent;
                steps += 1;
                if steps > crate::tree::DEPTH_MAX + 8 {
                    found.say(format!("node {id} is its own ancestor, or too deep"));
                    break;
                }
            }
        }
        sums
    }

    async fn look_at_versions(&self, found: &mut Found, content_refs: &mut HashMap<ContentId, i64>) -> Result<()> {
        let mut bytes = 0;
        self.each(&VERSION, |row| match Version::from_row(&row) {
            Some(version) => {
                bytes += version.size;
                *content_refs.entry(version.content).or_insert(0) += 1;
            }
            None => found.say("a version's row makes no sense".to_owned()),
        })
        .await?;
        let said = self.core.meta().versions_bytes;
        if said != bytes {
            found.say(format!("the versions are {bytes} bytes and the space says {said}"));
            found.versions_bytes = Some(bytes);
        }
        Ok(())
    }

    async fn look_at_contents(
        &self,
        found: &mut Found,
        content_refs: &HashMap<ContentId, i64>,
    ) -> Result<HashMap<[u8; 32], (i64, u64)>> {
        let mut chunk_refs: HashMap<[u8; 32], (i64, u64)> = HashMap::new();
        let mut there: HashSet<ContentId> = HashSet::new();
        let mut inline = Vec::new();
        self.each(&CONTENT, |row| {
            let Some(content) = Content::from_row(&row) else {
                found.say("a content's row makes no sense".to_owned());
                return;
            };
            there.insert(content.id);
            let refs = content_refs.get(&content.id).copied().unwrap_or(0);
            if refs != content.refs {
                found.say(format!("content {} says {} references and has {refs}", content.id.0, content.refs));
                let row = Content { refs, ..content.clone() }.to_row();
                found.repairs.push(Mut::Put(&CONTENT, row));
            }
            match &content.body {
                Body::Inline => inline.push((content.id, content.size)),
                Body::Chunks(extents) => {
                    let size: u64 = extents.iter().map(|extent| extent.len).sum();
                    if size != content.size as u64 {
                        found.say(format!(
                            "content {} is {} bytes and its chunks are {size}",
                            content.id.0, content.size
                        ));
                    }
                    for extent in extents.iter() {
                        chunk_refs.entry(extent.chunk).or_insert((0, extent.len)).0 += 1;
                    }
                }
            }
        })
        .await?;
        for id in content_refs.keys().filter(|id| !there.contains(id)) {
            found.say(format!("content {} is named and is not there", id.0));
        }
        for slice in inline.chunks(PAGE_ROWS) {
            let keys: Vec<Row> = slice.iter().map(|(id, _)| vec![V::I(id.0)]).collect();
            let rows = self.core.shared.store.get(self.core.id, &INLINE, &keys).await.map_err(store_error)?;
            for ((id, size), row) in slice.iter().zip(rows) {
                let len = row.as_ref().and_then(|row| row[1].as_bytes()).map(|bytes| bytes.len() as i64);
                if len != Some(*size) {
                    found.say(format!("the {size} bytes of content {} are {len:?} in the row", id.0));
                }
            }
        }
        self.each(&PART, |row| {
            for extent in row[4].as_bytes().and_then(|packed| unpack_extents(packed)).unwrap_or_default() {
                chunk_refs.entry(extent.chunk).or_insert((0, extent.len)).0 += 1;
            }
        })
        .await?;
        Ok(chunk_refs)
    }

    async fn look_at_chunks(
        &self,
        found: &mut Found,
        chunk_refs: &HashMap<[u8; 32], (i64, u64)>,
        deep: bool,
    ) -> Result<()> {
        let mut there: HashSet<[u8; 32]> = HashSet::new();
        let mut rows = Vec::new();
        self.each(&CHUNK, |row| rows.push(row)).await?;
        for row in rows {
            let hash: Option<[u8; 32]> = row[0].as_bytes().and_then(|hash| hash[..].try_into().ok());
            let Some(hash) = hash else {
                found.say("a chunk's row makes no sense".to_owned());
                continue;
            };
            there.insert(hash);
            let name = data_encoding::HEXLOWER.encode(&hash[..8]);
            let (said, size) = (row[2].as_i64().unwrap_or(-1), row[1].as_i64().unwrap_or(-1));
            let refs = chunk_refs.get(&hash).map_or(0, |(refs, _)| *refs);
            if said != refs {
                found.say(format!("chunk {name} says {said} references and has {refs}"));
                let dead = if refs == 0 { V::I(self.core.shared.clock.now().0) } else { V::Null };
                found.repairs.push(Mut::Put(&CHUNK, vec![row[0].clone(), row[1].clone(), V::I(refs), dead]));
            }
            if refs == 0 {
                continue;
            }
            let dir = self.core.blobs.clone();
            let fault = tokio::task::spawn_blocking(move || {
                if chunk_exists(&dir, &hash) != Some(size as u64) {
                    return Some("is not on the disk, or not as long as it should be".to_owned());
                }
                if deep { read_chunk(&dir, &hash).err().map(|error| error.to_string()) } else { None }
            })
            .await
            .map_err(Error::internal)?;
            if let Some(fault) = fault {
                found.say(format!("chunk {name} ({size} bytes): {fault}"));
            }
        }
        for (hash, (refs, len)) in chunk_refs.iter().filter(|(hash, _)| !there.contains(*hash)) {
            found.say(format!(
                "chunk {} is named {refs} times and has no row",
                data_encoding::HEXLOWER.encode(&hash[..8])
            ));
            let row = vec![V::B(Bytes::copy_from_slice(hash)), V::I(*len as i64), V::I(*refs), V::Null];
            found.repairs.push(Mut::Put(&CHUNK, row));
        }
        Ok(())
    }

    async fn look_at_docs(&self, found: &mut Found) -> Result<()> {
        let last = self.seq();
        let mut expected: HashSet<Row> = HashSet::new();
        let mut positions = HashSet::new();
        self.each(&DOC, |row| {
            let Some(doc) = doc_from_row(&row) else {
                found.say("a document's row makes no sense".to_owned());
                return;
            };
            if doc.seq > last || !positions.insert(doc.seq.0) {
                found.say(format!(
                    "a document of {} is at position {}, which is taken or beyond the last",
                    doc.key.kind, doc.seq
                ));
            }
            for entry in row[7].as_bytes().map(|packed| unpack_keys(packed)).unwrap_or_default() {
                let kind = V::T(doc.key.kind.as_str().to_owned());
                expected.insert(vec![V::T(entry.index), V::B(entry.key), kind, V::T(doc.key.id.clone())]);
            }
        })
        .await?;
        self.each(&IX, |row| {
            if !expected.remove(&row) {
                found.say(format!(
                    "an entry of index {:?} belongs to no document",
                    row[0].as_text().unwrap_or_default()
                ));
                found.repairs.push(Mut::Delete(&IX, row));
            }
        })
        .await?;
        for row in expected {
            found.say(format!("an entry of index {:?} is missing", row[0].as_text().unwrap_or_default()));
            found.repairs.push(Mut::Put(&IX, row));
        }
        Ok(())
    }
}
