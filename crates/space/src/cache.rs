//! What readers remember of a space, kept right by its writer.
//!
//! A reader that fills a miss may have read before a commit and arrive after it: it says which stamp it began at,
//! and what began before the last commit is not taken in.

use std::num::NonZeroUsize;
use std::sync::Arc;

use abri_model::NodeId;
use bytes::Bytes;
use lru::LruCache;
use parking_lot::Mutex;

use crate::content::{Content, ContentId};
use crate::node::Node;

/// Nodes remembered per space.
const NODES_MAX: NonZeroUsize = NonZeroUsize::new(2048).expect("not zero");
/// Contents (their rows) remembered per space.
const CONTENTS_MAX: NonZeroUsize = NonZeroUsize::new(512).expect("not zero");
/// Bytes of small contents remembered per space.
const SMALL_BYTES_MAX: usize = 2 << 20;

/// A directory and the name key of something in it.
type Place = (NodeId, String);

pub(crate) struct Cache(Mutex<Inner>);

struct Inner {
    /// Grows with every commit.
    stamp: u64,
    nodes: LruCache<NodeId, Arc<Node>>,
    /// Children by parent and name key; an absent name is not remembered.
    names: LruCache<(NodeId, Box<str>), NodeId>,
    contents: LruCache<ContentId, Arc<Content>>,
    small: LruCache<ContentId, Bytes>,
    small_bytes: usize,
}

/// What a commit changed, as far as the cache is concerned.
#[derive(Default)]
pub(crate) struct Fresh {
    /// Each node with its former place, if it had one.
    pub nodes: Vec<(Arc<Node>, Option<Place>)>,
    pub gone: Vec<(NodeId, Option<Place>)>,
    pub contents: Vec<ContentId>,
    pub small: Vec<(ContentId, Bytes)>,
}

impl Cache {
    pub fn new() -> Self {
        Cache(Mutex::new(Inner {
            stamp: 0,
            nodes: LruCache::new(NODES_MAX),
            names: LruCache::new(NODES_MAX),
            contents: LruCache::new(CONTENTS_MAX),
            small: LruCache::unbounded(),
            small_bytes: 0,
        }))
    }

    /// What fills begun now must show.
    pub fn stamp(&self) -> u64 {
        self.0.lock().stamp
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut inner = self.0.lock();
        inner.stamp += 1;
        inner.nodes.clear();
        inner.names.clear();
        inner.contents.clear();
        inner.small.clear();
        inner.small_bytes = 0;
    }

    pub fn node(&self, id: NodeId) -> Option<Arc<Node>> {
        self.0.lock().nodes.get(&id).cloned()
    }

    pub fn child(&self, parent: NodeId, key: &str) -> Option<Arc<Node>> {
        self.0.lock().child(parent, key)
    }

    /// Walks `keys` down from `from` as far as everything is remembered; pushes what it finds onto `found`.
    pub fn walk(&self, from: NodeId, keys: &[String], found: &mut Vec<Arc<Node>>) {
        let mut inner = self.0.lock();
        if found.is_empty() {
            match inner.nodes.get(&from).cloned() {
                Some(node) => found.push(node),
                None => return,
            }
        }
        while let Some(key) = keys.get(found.len() - 1) {
            let parent = found[found.len() - 1].id;
            match inner.child(parent, key) {
                Some(node) => found.push(node),
                None => return,
            }
        }
    }

    pub fn fill_nodes(&self, nodes: &[Arc<Node>], began: u64) {
        let mut inner = self.0.lock();
        if inner.stamp == began {
            for node in nodes {
                inner.remember(node.clone());
            }
        }
    }

    pub fn content(&self, id: ContentId) -> Option<Arc<Content>> {
        self.0.lock().contents.get(&id).cloned()
    }

    pub fn fill_content(&self, content: Arc<Content>, began: u64) {
        let mut inner = self.0.lock();
        if inner.stamp == began {
            inner.contents.put(content.id, content);
        }
    }

    pub fn small(&self, id: ContentId) -> Option<Bytes> {
        self.0.lock().small.get(&id).cloned()
    }

    pub fn fill_small(&self, id: ContentId, bytes: Bytes, began: u64) {
        let mut inner = self.0.lock();
        if inner.stamp == began {
            inner.remember_small(id, bytes);
        }
    }

    /// Applies a commit.
    pub fn apply(&self, fresh: Fresh) {
        let mut inner = self.0.lock();
        inner.stamp += 1;
        for (id, place) in fresh.gone {
            inner.nodes.pop(&id);
            inner.forget_name(place);
        }
        for (node, former) in &fresh.nodes {
            if former.as_ref().is_some_and(|(parent, key)| *parent != node.parent || *key != node.key) {
                inner.forget_name(former.clone());
            }
        }
        for (node, _) in fresh.nodes {
            inner.remember(node);
        }
        for id in fresh.contents {
            inner.contents.pop(&id);
            if let Some(bytes) = inner.small.pop(&id) {
                inner.small_bytes -= bytes.len();
            }
        }
        for (id, bytes) in fresh.small {
            inner.remember_small(id, bytes);
        }
    }
}

impl Inner {
    fn child(&mut self, parent: NodeId, key: &str) -> Option<Arc<Node>> {
        // The key type of the map owns its text; a probe without one would need a wrapper type for little gain.
        let id = *self.names.get(&(parent, Box::from(key)))?;
        self.nodes.get(&id).cloned()
    }

    fn remember(&mut self, node: Arc<Node>) {
        self.names.put((node.parent, node.key.as_str().into()), node.id);
        self.nodes.put(node.id, node);
    }

    fn forget_name(&mut self, place: Option<Place>) {
        if let Some((parent, key)) = place {
            self.names.pop(&(parent, key.into_boxed_str()));
        }
    }

    fn remember_small(&mut self, id: ContentId, bytes: Bytes) {
        self.small_bytes += bytes.len();
        if let Some(former) = self.small.put(id, bytes) {
            self.small_bytes -= former.len();
        }
        while self.small_bytes > SMALL_BYTES_MAX {
            match self.small.pop_lru() {
                Some((_, bytes)) => self.small_bytes -= bytes.len(),
                None => break,
            }
        }
    }
}
