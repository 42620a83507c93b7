//! Listings in an order that people expect, a page at a time.

use std::collections::VecDeque;
use std::sync::Arc;

use abri_data::Node;
use abri_model::{Error, NodeId, Result, Seq, SpaceId};
use parking_lot::Mutex;

use crate::tree::Tree;

/// Most children a sorted listing is made of; larger folders are listed in the order of their names.
const SORTED_MAX: usize = 1_000_000;
/// Sorted listings remembered at once.
const LISTINGS_MAX: usize = 32;
/// Numbers remembered in all listings together.
const REMEMBERED_MAX: usize = 2_000_000;
/// How many children are read at once.
const PAGE_NODES: usize = 1000;
/// Most nodes of one page.
const LIMIT_MAX: usize = 1000;

/// By what a listing is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SortBy {
    /// By name as people read it, numbers by their value.
    Name,
    /// By the time of the last change.
    UpdatedAt,
    /// By size.
    Size,
}

/// The order of a listing. Folders always come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Whether the largest comes first.
    pub is_descending: bool,
}

/// A page of a listing.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The nodes.
    pub nodes: Vec<Arc<Node>>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: usize,
}

/// Sorted listings of late: paging through a large folder sorts it once.
pub(crate) struct Listings {
    recent: Mutex<VecDeque<(Key, Arc<[NodeId]>)>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    space: SpaceId,
    dir: NodeId,
    tail: Seq,
    sort: Sort,
}

impl Listings {
    pub(crate) fn new() -> Self {
        Listings { recent: Mutex::new(VecDeque::new()) }
    }

    fn get(&self, key: &Key) -> Option<Arc<[NodeId]>> {
        let mut recent = self.recent.lock();
        let at = recent.iter().position(|(known, _)| known == key)?;
        let found = recent.remove(at)?;
        let ids = found.1.clone();
        recent.push_front(found);
        Some(ids)
    }

    fn put(&self, key: Key, ids: Arc<[NodeId]>) {
        let mut recent = self.recent.lock();
        // An older state of the same folder will not be asked for again.
        recent.retain(|(known, _)| (known.space, known.dir, known.sort) != (key.space, key.dir, key.sort));
        recent.push_front((key, ids));
        let mut held = 0;
        let keep = recent.iter().take(LISTINGS_MAX).take_while(|(_, ids)| {
            held += ids.len();
            held <= REMEMBERED_MAX
        });
        let keep = keep.count();
        recent.truncate(keep);
    }
}

impl Default for Sort {
    fn default() -> Self {
        Sort { by: SortBy::Name, is_descending: false }
    }
}

impl Tree {
    /// A page of a directory's children: folders first, then by `sort`. `after` is the former page's [`Listing::next`].
    pub async fn list(&self, dir: NodeId, sort: Sort, after: Option<&str>, limit: usize) -> Result<Listing> {
        let limit = limit.clamp(1, LIMIT_MAX);
        let ids = self.sorted(dir, sort).await?;
        let start = match after {
            None => 0,
            Some(text) => resume(text, &ids)?,
        };
        let mut nodes = Vec::with_capacity(limit.min(ids.len()));
        let mut at = start;
        while at < ids.len() && nodes.len() < limit {
            // What left the folder after it was sorted is passed over.
            if let Some(node) = self.space.node(ids[at]).await?.filter(|node| node.parent == dir) {
                nodes.push(node);
            }
            at += 1;
        }
        let next = (at < ids.len()).then(|| format!("{at}.{}", ids[at - 1].0));
        Ok(Listing { nodes, next, total: ids.len() })
    }

    async fn sorted(&self, dir: NodeId, sort: Sort) -> Result<Arc<[NodeId]>> {
        let node = self.space.node(dir).await?.ok_or(Error::NotFound)?;
        if !node.is_directory() {
            return Err(Error::NotDirectory);
        }
        let key = Key { space: self.space.id(), dir, tail: node.tail, sort };
        if let Some(ids) = self.room.listings.get(&key) {
            return Ok(ids);
        }
        let ids: Arc<[NodeId]> = self.sort_children(dir, sort).await?.into();
        self.room.listings.put(key, ids.clone());
        Ok(ids)
    }

    async fn sort_children(&self, dir: NodeId, sort: Sort) -> Result<Vec<NodeId>> {
        let mut rows: Vec<(bool, i64, Vec<u8>, NodeId)> = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.space.children(dir, after.as_deref(), PAGE_NODES).await?;
            rows.extend(page.iter().map(|node| row(node, sort)));
            if page.len() < PAGE_NODES || rows.len() >= SORTED_MAX {
                break;
            }
            after = page.last().map(|node| node.key.clone());
        }
        rows.sort_unstable_by(|a, b| {
            let order = a.1.cmp(&b.1).then_with(|| a.2.cmp(&b.2)).then_with(|| a.3.cmp(&b.3));
            a.0.cmp(&b.0).then(if sort.is_descending { order.reverse() } else { order })
        });
        Ok(rows.into_iter().map(|row| row.3).collect())
    }
}

/// What a child is sorted by: folders first, a number, its name's collation key, its id.
fn row(node: &Node, sort: Sort) -> (bool, i64, Vec<u8>, NodeId) {
    let number = match sort.by {
        SortBy::Name => 0,
        SortBy::UpdatedAt => node.mtime.0,
        SortBy::Size => node.size,
    };
    (!node.is_directory(), number, abri_data::collate::sort_key(&node.name), node.id)
}

/// Where to go on: behind the last one shown if it is still there, else at the same count.
fn resume(text: &str, ids: &[NodeId]) -> Result<usize> {
    let parsed = text.split_once('.').and_then(|(at, id)| Some((at.parse::<usize>().ok()?, id.parse::<i64>().ok()?)));
    let (at, last) = parsed.ok_or_else(|| Error::invalid("this page cursor was not made here: start without one"))?;
    if at > 0 && ids.get(at - 1).is_some_and(|id| id.0 == last) {
        return Ok(at);
    }
    match ids.iter().position(|id| id.0 == last) {
        Some(found) => Ok(found + 1),
        None => Ok(at.min(ids.len())),
    }
}
