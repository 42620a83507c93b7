//! The tree as seen by someone: reads of nodes, judged node by node unless a whole directory is within reach.

use std::collections::HashMap;
use std::sync::Arc;

use abri_model::{Error, Kind, NodeId, Result, Verb};
use abri_space::{Lock, Node, Resolved, Trashed, Version};

use crate::space::Space;
use crate::standing::{Cover, Lineage, Reach};

/// Most nodes of one page.
pub const PAGE_NODES_MAX: usize = 10_000;
/// Recently changed files looked at for one answer, when the asker may see only some.
const RECENT_NODES_MAX: usize = 1_000;

/// Remembers, while many nodes are judged, which directories are wholly within reach.
#[derive(Default)]
pub(crate) struct Covers {
    whole: HashMap<NodeId, bool>,
}

impl Space {
    /// The root directory and the trash.
    pub fn roots(&self) -> (NodeId, NodeId) {
        self.raw().roots()
    }

    /// A node; `None` when there is none or the asker may not read it.
    pub async fn node(&self, id: NodeId) -> Result<Option<Arc<Node>>> {
        match self.raw().node(id).await? {
            Some(node) => self.seen(node).await,
            None => Ok(None),
        }
    }

    /// The child of a directory with this key.
    pub async fn child(&self, parent: NodeId, key: &str) -> Result<Option<Arc<Node>>> {
        match self.raw().child(parent, key).await? {
            Some(node) => self.seen(node).await,
            None => Ok(None),
        }
    }

    /// Whether a node is in the tree or in the trash: not destroyed, not being made.
    pub(crate) async fn is_there(&self, id: NodeId) -> Result<bool> {
        let (root, trash) = self.roots();
        Ok(self.raw().is_within(id, root).await? || self.raw().is_within(id, trash).await?)
    }

    /// The nodes along a path of keys from `root` on, as far as they exist and the asker may read them.
    pub async fn resolve(&self, root: NodeId, keys: &[String]) -> Result<Resolved> {
        if root != self.roots().0 && !self.is_there(root).await? {
            return Err(Error::NotFound);
        }
        let mut resolved = self.raw().resolve(root, keys).await?;
        if !self.reads_every_file() {
            let mut covers = Covers::default();
            let mut seen = 0;
            for node in &resolved.found {
                if self.cover_with(&mut covers, Verb::Get, node).await? == Cover::No {
                    break;
                }
                seen += 1;
            }
            resolved.missing += resolved.found.len() - seen;
            resolved.found.truncate(seen);
            self.show(resolved.found.iter().filter_map(|node| node.content));
        }
        Ok(resolved)
    }

    /// A page of a directory's children in the order of their keys; `after` is the last key of the page before.
    ///
    /// A page with fewer than `limit` nodes is the last one.
    ///
    /// # Errors
    /// `NotFound` when the asker may not read the directory.
    pub async fn children(&self, parent: NodeId, after: Option<&str>, limit: usize) -> Result<Vec<Arc<Node>>> {
        let limit = limit.min(PAGE_NODES_MAX);
        if !self.is_there(parent).await? {
            return Err(Error::NotFound);
        }
        if self.reads_every_file() {
            return self.raw().children(parent, after, limit).await;
        }
        let directory = self.raw().node(parent).await?.ok_or(Error::NotFound)?;
        let nodes = match self.cover(Verb::Get, &directory).await? {
            Cover::No => return Err(Error::NotFound),
            Cover::Whole => self.raw().children(parent, after, limit).await?,
            Cover::Only => self.children_seen(parent, after, limit).await?,
        };
        self.show(nodes.iter().filter_map(|node| node.content));
        Ok(nodes)
    }

    async fn children_seen(&self, parent: NodeId, after: Option<&str>, limit: usize) -> Result<Vec<Arc<Node>>> {
        let (mut nodes, mut after, mut covers) = (Vec::new(), after.map(str::to_owned), Covers::default());
        loop {
            let page = self.raw().children(parent, after.as_deref(), PAGE_NODES_MAX).await?;
            let ended = page.len() < PAGE_NODES_MAX;
            after = page.last().map(|node| node.key.clone());
            for node in page {
                if nodes.len() < limit && self.cover_with(&mut covers, Verb::Get, &node).await? != Cover::No {
                    nodes.push(node);
                }
            }
            if ended || nodes.len() >= limit {
                return Ok(nodes);
            }
        }
    }

    /// The directories above a node and itself, root first, from the first one that the asker may read.
    pub async fn ancestors(&self, id: NodeId) -> Result<Vec<Arc<Node>>> {
        if !self.is_there(id).await? {
            return Ok(Vec::new());
        }
        let mut line = self.raw().ancestors(id).await?;
        if !self.reads_every_file() {
            let mut covers = Covers::default();
            let mut hidden = 0;
            for (at, node) in line.iter().enumerate() {
                if self.cover_with(&mut covers, Verb::Get, node).await? == Cover::No {
                    hidden = at + 1;
                }
            }
            line.drain(..hidden);
            self.show(line.iter().filter_map(|node| node.content));
        }
        Ok(line)
    }

    /// The former contents of a file, newest first.
    pub async fn versions(&self, node: NodeId) -> Result<Vec<Version>> {
        self.readable(node).await?;
        let versions = self.raw().versions(node).await?;
        self.show(versions.iter().map(|version| version.content));
        Ok(versions)
    }

    /// A page of what is in the trash and the asker may see.
    pub async fn trashed(&self, after: Option<NodeId>, limit: usize) -> Result<Vec<(Trashed, Arc<Node>)>> {
        let limit = limit.min(PAGE_NODES_MAX);
        if self.reads_every_file() {
            return self.raw().trashed(after, limit).await;
        }
        let (mut seen, mut after, mut covers) = (Vec::new(), after, Covers::default());
        loop {
            let page = self.raw().trashed(after, PAGE_NODES_MAX).await?;
            let ended = page.len() < PAGE_NODES_MAX;
            after = page.last().map(|(trashed, _)| trashed.node);
            for (trashed, node) in page {
                if seen.len() < limit && self.cover_with(&mut covers, Verb::Get, &node).await? != Cover::No {
                    self.show(node.content);
                    seen.push((trashed, node));
                }
            }
            if ended || seen.len() >= limit {
                return Ok(seen);
            }
        }
    }

    /// Where a node in the trash was.
    pub async fn trashed_one(&self, node: NodeId) -> Result<Option<Trashed>> {
        match self.node(node).await? {
            Some(_) => self.raw().trashed_one(node).await,
            None => Ok(None),
        }
    }

    /// The locks on a node, direct and inherited.
    pub async fn locks_on(&self, node: NodeId) -> Result<Vec<Lock>> {
        self.readable(node).await?;
        self.raw().locks_on(node).await
    }

    /// A lock by its token, when the asker may read what it locks.
    pub async fn lock(&self, token: &str) -> Result<Option<Lock>> {
        let Some(lock) = self.raw().lock(token).await? else { return Ok(None) };
        let seen = self.node(lock.node).await?.is_some();
        Ok(seen.then_some(lock))
    }

    /// The files changed last that the asker may read, newest first, not in the trash.
    pub async fn recent(&self, limit: usize) -> Result<Vec<Arc<Node>>> {
        if self.reads_every_file() {
            return self.raw().recent(limit.min(RECENT_NODES_MAX)).await;
        }
        let (mut nodes, mut covers) = (Vec::new(), Covers::default());
        for node in self.raw().recent(RECENT_NODES_MAX).await? {
            if nodes.len() < limit && self.cover_with(&mut covers, Verb::Get, &node).await? != Cover::No {
                self.show(node.content);
                nodes.push(node);
            }
        }
        Ok(nodes)
    }

    /// Whether every file may be read: then nothing needs judging.
    pub(crate) fn reads_every_file(&self) -> bool {
        self.is_everything() || self.standing().reach(Verb::Get, &Kind::known(Kind::FILES)) == Reach::All
    }

    async fn seen(&self, node: Arc<Node>) -> Result<Option<Arc<Node>>> {
        if !self.is_there(node.id).await? {
            return Ok(None);
        }
        if self.reads_every_file() {
            self.show(node.content);
            return Ok(Some(node));
        }
        if self.cover(Verb::Get, &node).await? == Cover::No {
            return Ok(None);
        }
        self.show(node.content);
        Ok(Some(node))
    }

    pub(crate) async fn readable(&self, node: NodeId) -> Result<()> {
        if self.node(node).await?.is_some() { Ok(()) } else { Err(Error::NotFound) }
    }

    /// How far `verb` reaches a node that is in the tree.
    pub(crate) async fn cover(&self, verb: Verb, node: &Node) -> Result<Cover> {
        self.cover_at(verb, node, node.id).await
    }

    /// How far `verb` would reach `node` if it stood where `above` stands: `above` itself for a node that is there, the parent for a new one.
    pub(crate) async fn cover_at(&self, verb: Verb, node: &Node, above: NodeId) -> Result<Cover> {
        if self.is_everything() {
            return Ok(Cover::Whole);
        }
        match self.standing().reach(verb, &Kind::known(Kind::FILES)) {
            Reach::All if self.is_there(above).await? => return Ok(Cover::Whole),
            Reach::All => return Ok(Cover::No),
            Reach::None => return Ok(Cover::No),
            Reach::Some => {}
        }
        let line = self.raw().ancestors(above).await?;
        let ids: Vec<NodeId> = line.iter().map(|node| node.id).collect();
        let (root, trash) = self.roots();
        // Elsewhere is what was destroyed and what is being made.
        if !ids.first().is_some_and(|top| *top == root || *top == trash) {
            return Ok(Cover::No);
        }
        Ok(self.standing().cover(verb, &Lineage { node, ids: &ids, root, trash }))
    }

    /// The same, remembering what was found out about the directory the node is in.
    pub(crate) async fn cover_with(&self, covers: &mut Covers, verb: Verb, node: &Node) -> Result<Cover> {
        if covers.whole.get(&node.parent) == Some(&true) {
            return Ok(Cover::Whole);
        }
        if node.parent != NodeId::NONE && !covers.whole.contains_key(&node.parent) {
            let whole = match self.raw().node(node.parent).await? {
                Some(parent) => self.cover(verb, &parent).await? == Cover::Whole,
                None => false,
            };
            covers.whole.insert(node.parent, whole);
            if whole {
                return Ok(Cover::Whole);
            }
        }
        self.cover(verb, node).await
    }
}
