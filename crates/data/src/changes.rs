//! What is different since a position, as seen by someone: what left their sight is shown as gone.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use abri_model::{DocKey, Kind, NodeId, Result, Seq, Verb};
use abri_space::{Change, Changes, Doc, Node, Scope};

use crate::documents::strip;
use crate::space::Space;
use crate::standing::{Cover, Reach};
use crate::tree::Covers;

/// Most differences of one page.
pub const CHANGES_MAX: usize = 10_000;

impl Space {
    /// A page of what is different in `scope` since a position, in order. A page may be empty and yet not the last: see [`Changes::more`].
    ///
    /// With rights on part of the scope: only what is within reach; a document that left it is [`Change::Gone`], and so is a node that
    /// left a directory within reach.
    ///
    /// # Errors
    /// `NotFound` for a tree whose directory is not within reach.
    pub async fn changes(&self, scope: &Scope, since: Seq, limit: usize) -> Result<Changes> {
        let limit = limit.clamp(1, CHANGES_MAX);
        if self.sees_all(scope) {
            let changes = self.raw().changes(scope, since, limit).await?;
            return Ok(self.without_system_kinds(changes));
        }
        if let Scope::Under(directory) = scope {
            self.readable(*directory).await?;
        }
        let mut page = self.raw().changes(scope, since, limit).await?;
        // Nodes that left a directory within reach are announced by that directory's own scope.
        let mut streams = Vec::new();
        let files = matches!(scope, Scope::All) || *scope == Scope::Kind(Kind::known(Kind::FILES));
        if files {
            for root in self.roots_within_reach().await? {
                streams.push(self.raw().changes(&Scope::Under(root), since, limit).await?);
            }
        }
        let ends = streams.iter().chain([&page]).filter(|page| page.more).map(|page| page.last);
        let (last, more) = match ends.min() {
            Some(end) => (end, true),
            None => (page.last, false),
        };
        // Ordered by position; at one position what is gone comes before what is (again) here.
        let mut seen: BTreeMap<(Seq, bool, DocKey), Change> = BTreeMap::new();
        let mut here: HashSet<DocKey> = HashSet::new();
        let mut covers = Covers::default();
        let whole = self.is_whole(scope).await?;
        let lost = if files { self.named_and_lost().await? } else { Vec::new() };
        for change in page.items.drain(..) {
            if let Change::Gone { key, rev, seq, destroyed: true, .. } = &change
                && key.kind.as_str() == Kind::FILES
            {
                // It, or something above it, was destroyed: whoever has a right on it by name is told (again, perhaps).
                for key in &lost {
                    let (place, name) = (NodeId::NONE, String::new());
                    let gone = Change::Gone { key: key.clone(), rev: *rev, seq: *seq, place, name, destroyed: true };
                    here.insert(key.clone());
                    seen.insert((*seq, false, key.clone()), gone);
                }
            }
            if let Some(change) = self.shown_change(change, whole, &mut covers).await? {
                here.insert(key_of(&change));
                let is_here = !matches!(change, Change::Gone { .. });
                seen.insert((change.seq(), is_here, key_of(&change)), change);
            }
        }
        for change in streams.into_iter().flat_map(|stream| stream.items) {
            if matches!(change, Change::Gone { .. }) && here.insert(key_of(&change)) {
                for node in self.named_below(&change).await? {
                    // It went with what is gone, and is still within reach by its own name.
                    let key = DocKey::new(&Kind::known(Kind::FILES), node.id.to_hex());
                    seen.insert((change.seq(), true, key), Change::Node { node, arrived: true });
                }
                seen.insert((change.seq(), false, key_of(&change)), change);
            }
        }
        let items: Vec<Change> =
            seen.into_iter().filter(|((seq, ..), _)| *seq <= last).map(|(_, change)| change).collect();
        for change in &items {
            if let Change::Node { node, .. } = change {
                self.show(node.content);
            }
        }
        Ok(Changes { items, last, more })
    }

    fn sees_all(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Kind(kind) => {
                self.access(kind, Verb::Get).is_ok() && self.standing().reach(Verb::Get, kind) == Reach::All
            }
            Scope::All | Scope::In(_) => self.is_everything(),
            Scope::Under(_) => self.reads_every_file(),
        }
    }

    fn without_system_kinds(&self, mut changes: Changes) -> Changes {
        changes.items.retain_mut(|change| match change {
            Change::Doc(doc) => {
                strip(doc);
                self.access(&doc.key.kind, Verb::Get).is_ok()
            }
            Change::Gone { key, .. } => self.access(&key.kind, Verb::Get).is_ok(),
            Change::Node { .. } => true,
        });
        changes
    }

    /// The directories that rules name and that are within reach.
    async fn roots_within_reach(&self) -> Result<BTreeSet<NodeId>> {
        let (root, trash) = self.roots();
        let mut reached = BTreeSet::new();
        for id in self.standing().tree_values(Verb::Get, root, trash) {
            if let Some(node) = self.raw().node(id).await?
                && node.is_directory()
                && self.cover(Verb::Get, &node).await? == Cover::Whole
            {
                reached.insert(id);
            }
        }
        Ok(reached)
    }

    /// The nodes that rules name and that are no more.
    async fn named_and_lost(&self) -> Result<Vec<DocKey>> {
        let (root, trash) = self.roots();
        let mut lost = Vec::new();
        for id in self.standing().tree_values(Verb::Get, root, trash) {
            if !self.is_there(id).await? {
                lost.push(DocKey::new(&Kind::known(Kind::FILES), id.to_hex()));
            }
        }
        Ok(lost)
    }

    /// The nodes that rules name and that are below a node that is gone from elsewhere.
    async fn named_below(&self, gone: &Change) -> Result<Vec<Node>> {
        let Change::Gone { key, destroyed: false, .. } = gone else { return Ok(Vec::new()) };
        let Some(top) = NodeId::from_hex(&key.id) else { return Ok(Vec::new()) };
        let (root, trash) = self.roots();
        let mut below = Vec::new();
        for id in self.standing().tree_values(Verb::Get, root, trash) {
            if id != top
                && self.raw().is_within(id, top).await?
                && let Some(node) = self.node(id).await?
            {
                below.push(Node::clone(&node));
            }
        }
        Ok(below)
    }

    /// Whether everything below the scope's directory is within reach, as it was when it was there.
    async fn is_whole(&self, scope: &Scope) -> Result<bool> {
        let (Scope::In(id) | Scope::Under(id)) = scope else { return Ok(false) };
        match self.raw().node(*id).await? {
            Some(node) => Ok(self.cover(Verb::Get, &node).await? == Cover::Whole),
            None => Ok(false),
        }
    }

    async fn shown_change(&self, change: Change, whole: bool, covers: &mut Covers) -> Result<Option<Change>> {
        match change {
            Change::Doc(doc) => self.shown_doc(doc).await,
            Change::Node { node, arrived } => {
                let seen = whole || self.sees_node(covers, &node).await?;
                Ok(seen.then_some(Change::Node { node, arrived }))
            }
            Change::Gone { ref key, .. } if key.kind.as_str() == Kind::FILES => Ok(whole.then_some(change)),
            Change::Gone { ref key, rev, seq, .. } => {
                // What it was is no longer known here: its row says it.
                let doc = self.raw().doc(key).await?;
                let doc =
                    doc.unwrap_or(Doc { key: key.clone(), seq, rev, deleted: true, place: None, body: String::new() });
                Ok(self.knew(&doc).await?.then_some(change))
            }
        }
    }

    async fn shown_doc(&self, mut doc: Doc) -> Result<Option<Change>> {
        let all = self.standing().reach(Verb::Get, &doc.key.kind) == Reach::All;
        if (all || !doc.deleted) && self.may_doc(Verb::Get, &doc) {
            strip(&mut doc);
            return Ok(Some(Change::Doc(doc)));
        }
        if !self.knew(&doc).await? {
            return Ok(None);
        }
        let Doc { key, seq, rev, deleted, .. } = doc;
        Ok(Some(Change::Gone { key, rev, seq, place: NodeId::NONE, name: String::new(), destroyed: deleted }))
    }

    async fn sees_node(&self, covers: &mut Covers, node: &Node) -> Result<bool> {
        Ok(self.reads_every_file() || self.cover_with(covers, Verb::Get, node).await? != Cover::No)
    }
}

fn key_of(change: &Change) -> DocKey {
    match change {
        Change::Doc(doc) => doc.key.clone(),
        Change::Node { node, .. } => DocKey::new(&Kind::known(Kind::FILES), node.id.to_hex()),
        Change::Gone { key, .. } => key.clone(),
    }
}
