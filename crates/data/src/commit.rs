//! Edits of the tree, each judged on the node before and after.
//!
//! Whoever may do everything passes through. For others an edit is judged on the nodes as they are; what it expects is
//! narrowed to the revision judged, so that a node changed meanwhile is judged again.

use std::sync::Arc;

use abri_model::{Error, Name, NodeId, Result, Verb};
use abri_space::edit::{Done, Edit, EditDone, Expect, IfExists, NodePatch, Request, Source};
use abri_space::{Node, NodeKind};

use crate::directory::is_system;
use crate::documents::{DocEdit, PutDoc};
use crate::space::Space;
use crate::standing::Cover;

/// Most edits committed together.
pub const COMMIT_EDITS_MAX: usize = 10_000;
/// How often edits are judged again because something changed meanwhile.
const TRIES_MAX: usize = 8;
/// Notes whose names begin so belong to the system.
const SYSTEM_NOTES: [&str; 4] = ["data.", "follower.", "identity.", "space."];

impl Space {
    /// Does edits of the tree (documents and notes may be among them), all or none. `tokens` are the lock tokens the asker holds;
    /// those of locks that somebody else made do not count.
    ///
    /// # Errors
    /// `NotFound` for what the asker may not see, `Forbidden` for what they may not do; else those of the writer.
    pub async fn commit_tree(&self, edits: Vec<Edit>, tokens: Vec<String>) -> Result<Done> {
        if edits.len() > COMMIT_EDITS_MAX {
            return Err(Error::TooLarge { what: "the list of edits", limit: COMMIT_EDITS_MAX as u64 });
        }
        let tokens = self.own_tokens(tokens).await?;
        let now = self.data().now();
        if self.is_everything() && edits.iter().all(is_plain) {
            return self.commit(Request { edits, now, tokens }).await;
        }
        let mut last = Error::Unavailable;
        for _ in 0..TRIES_MAX {
            let (mut judged, mut narrowed) = (Vec::with_capacity(edits.len()), false);
            for edit in &edits {
                let (edit, narrow) = self.judge_edit(edit.clone()).await?;
                narrowed |= narrow;
                judged.push(edit);
            }
            match self.commit(Request { edits: judged, now, tokens: tokens.clone() }).await {
                // One that was not narrowed may be the one in conflict: after some tries its caller is told.
                Err(error @ Error::Conflict { .. }) if narrowed => last = error,
                Err(error) => return Err(error),
                Ok(done) => {
                    self.show_done(&done);
                    return Ok(done);
                }
            }
        }
        Err(last)
    }

    /// Copies a node, with everything below when `deep`. The asker must be allowed to read all of it, and to write where it goes.
    #[allow(clippy::too_many_arguments)]
    pub async fn copy_tree(
        &self,
        source: NodeId,
        parent: NodeId,
        name: Name,
        if_exists: IfExists,
        by: &str,
        now: abri_model::Millis,
        tokens: Vec<String>,
        deep: bool,
    ) -> Result<Done> {
        if !self.is_everything() {
            let node = self.there(source).await?;
            let whole = deep && node.is_directory();
            self.need(Verb::Get, &node, if whole { Cover::Whole } else { Cover::Only }).await?;
            self.judge_arrival(&node, parent, &name, &if_exists, whole).await?;
        }
        let tokens = self.own_tokens(tokens).await?;
        let done = self.raw().copy_tree(source, parent, name, if_exists, by, now, tokens, deep).await?;
        self.ring();
        self.show_done(&done);
        Ok(done)
    }

    /// A note of a room or door: a small text under a name.
    ///
    /// # Errors
    /// `Forbidden` for the system's notes, and for who may not do everything here.
    pub async fn note(&self, name: &str) -> Result<Option<String>> {
        self.judge_note(name)?;
        self.raw().note(name).await
    }

    fn judge_note(&self, name: &str) -> Result<()> {
        let theirs = self.is_everything() && !SYSTEM_NOTES.iter().any(|prefix| name.starts_with(prefix));
        if theirs || is_system(self.who()) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// The tokens among these that the asker may use: those of locks they made themselves.
    async fn own_tokens(&self, tokens: Vec<String>) -> Result<Vec<String>> {
        let mut own = Vec::with_capacity(tokens.len());
        for token in tokens {
            if let Some(lock) = self.raw().lock(&token).await?
                && self.is_me(&lock.creator)
            {
                own.push(token);
            }
        }
        Ok(own)
    }

    fn show_done(&self, done: &Done) {
        for result in &done.results {
            if let EditDone::Node { node, .. } = result {
                self.show(node.content);
            }
        }
    }

    /// Judges one edit; returns it as it may be done, and whether what it expects was narrowed.
    async fn judge_edit(&self, edit: Edit) -> Result<(Edit, bool)> {
        match edit {
            Edit::PutDoc { key, expect, body, delete, place, .. } => {
                let doc = if delete {
                    DocEdit::Delete { kind: key.kind, id: key.id, expect }
                } else {
                    DocEdit::Put(PutDoc { kind: key.kind, id: key.id, expect, body, place })
                };
                let judged = self.judge(&doc).await?;
                Ok((judged.edit, judged.narrowed))
            }
            Edit::SetQuota(_) => {
                if is_system(self.who()) {
                    Ok((edit, false))
                } else {
                    Err(Error::Forbidden)
                }
            }
            Edit::PutNote { ref name, .. } => self.judge_note(name).map(|()| (edit, false)),
            edit if self.is_everything() => Ok((edit, false)),
            Edit::MakeDirectory { parent, ref name, ref meta, .. } => {
                let directory = self.would_be(parent, name, NodeKind::Directory, "", meta.clone());
                self.need_new(&directory, parent, Cover::Only).await?;
                Ok((edit, false))
            }
            Edit::WriteFile { .. } => self.judge_write(edit).await,
            Edit::UpdateNode { node, expect, patch } => {
                let there = self.there(node).await?;
                self.need(Verb::Patch, &there, Cover::Only).await?;
                self.need(Verb::Patch, &patched(&there, &patch), Cover::Only).await?;
                let (expect, narrowed) = narrow(expect, &there);
                Ok((Edit::UpdateNode { node, expect, patch }, narrowed))
            }
            Edit::MoveNode { node, expect, parent, name, if_exists, by } => {
                let there = self.there(node).await?;
                let depth = whole_if_directory(&there);
                self.need(Verb::Patch, &there, depth).await?;
                let mut moved = Node::clone(&there);
                name.as_str().clone_into(&mut moved.name);
                if parent == there.parent {
                    self.need(Verb::Patch, &moved, Cover::Only).await?;
                    self.judge_taken(parent, &name, &if_exists, Some(node)).await?;
                } else {
                    // Leaving a directory takes something out of it, arriving puts something in.
                    self.need(Verb::Delete, &there, depth).await?;
                    self.judge_arrival(&moved, parent, &name, &if_exists, there.is_directory()).await?;
                }
                let (expect, narrowed) = narrow(expect, &there);
                Ok((Edit::MoveNode { node, expect, parent, name, if_exists, by }, narrowed))
            }
            Edit::Trash { node, expect, by } => {
                let (expect, narrowed) = self.judge_delete(node, expect).await?;
                Ok((Edit::Trash { node, expect, by }, narrowed))
            }
            Edit::Destroy { node, expect } => {
                let (expect, narrowed) = self.judge_delete(node, expect).await?;
                Ok((Edit::Destroy { node, expect }, narrowed))
            }
            Edit::Restore { node, parent, ref name } => {
                let there = self.there(node).await?;
                self.need(Verb::Patch, &there, whole_if_directory(&there)).await?;
                self.judge_arrival(&there, parent, name, &IfExists::Fail, there.is_directory()).await?;
                Ok((edit, false))
            }
            Edit::RevertTo { node, .. } => self.need_id(Verb::Put, node).await.map(|()| (edit, false)),
            Edit::LabelVersion { node, .. } => self.need_id(Verb::Patch, node).await.map(|()| (edit, false)),
            Edit::DropVersions { node, .. } => self.need_id(Verb::Delete, node).await.map(|()| (edit, false)),
            Edit::PutLock(ref lock) => {
                if !self.is_me(&lock.creator) {
                    return Err(Error::Forbidden);
                }
                let node = self.there(lock.node).await?;
                self.need_any(&[Verb::Put, Verb::Patch, Verb::Post], &node, Cover::Only).await?;
                Ok((edit, false))
            }
            Edit::RefreshLock { ref token, .. } | Edit::DropLock { ref token } => {
                let lock = self.lock(token).await?.ok_or(Error::NotFound)?;
                if self.is_me(&lock.creator) { Ok((edit, false)) } else { Err(Error::Forbidden) }
            }
            Edit::KnowDigests { content, .. } => {
                self.shown(content)?;
                self.may_write_files()?;
                Ok((edit, false))
            }
        }
    }

    async fn judge_write(&self, edit: Edit) -> Result<(Edit, bool)> {
        let Edit::WriteFile { parent, name, source, mime, executable, times, meta, if_exists, may_create, version } =
            edit
        else {
            return Err(Error::internal("not a write"));
        };
        if let Source::Existing(content) = &source {
            self.shown(*content)?;
        }
        let (mut if_exists, mut narrowed) = (if_exists, false);
        match self.raw().child(parent, &name.key()).await? {
            Some(there) => {
                self.need(Verb::Put, &there, Cover::Only).await?;
                let mut written = Node::clone(&there);
                written.mime.clone_from(&mime);
                self.need(Verb::Put, &written, Cover::Only).await?;
                if let IfExists::Replace { expect } = if_exists {
                    let (expect, narrow) = narrow(expect, &there);
                    narrowed = narrow;
                    if_exists = IfExists::Replace { expect };
                }
            }
            None => {
                let file = self.would_be(parent, &name, NodeKind::File, &mime, meta.clone());
                self.need_new(&file, parent, Cover::Only).await?;
            }
        }
        Ok((
            Edit::WriteFile { parent, name, source, mime, executable, times, meta, if_exists, may_create, version },
            narrowed,
        ))
    }

    async fn judge_delete(&self, node: NodeId, expect: Expect) -> Result<(Expect, bool)> {
        let there = self.there(node).await?;
        self.need(Verb::Delete, &there, whole_if_directory(&there)).await?;
        Ok(narrow(expect, &there))
    }

    /// Judges that `node` comes into `parent` under `name`.
    async fn judge_arrival(
        &self,
        node: &Node,
        parent: NodeId,
        name: &Name,
        if_exists: &IfExists,
        whole: bool,
    ) -> Result<()> {
        let mut arrived = node.clone();
        // Arriving somewhere is judged by the place alone: that a rule names the node itself does not open every directory to it.
        arrived.id = NodeId::NONE;
        arrived.parent = parent;
        name.as_str().clone_into(&mut arrived.name);
        self.need_new(&arrived, parent, if whole { Cover::Whole } else { Cover::Only }).await?;
        self.judge_taken(parent, name, if_exists, None).await
    }

    /// Judges that whatever has the name now is replaced.
    async fn judge_taken(
        &self,
        parent: NodeId,
        name: &Name,
        if_exists: &IfExists,
        itself: Option<NodeId>,
    ) -> Result<()> {
        if *if_exists == IfExists::Fail {
            return Ok(());
        }
        match self.raw().child(parent, &name.key()).await? {
            Some(there) if Some(there.id) != itself => {
                self.need(Verb::Delete, &there, whole_if_directory(&there)).await
            }
            _ => Ok(()),
        }
    }

    async fn there(&self, id: NodeId) -> Result<Arc<Node>> {
        self.raw().node(id).await?.ok_or(Error::NotFound)
    }

    async fn need_id(&self, verb: Verb, id: NodeId) -> Result<()> {
        let node = self.there(id).await?;
        self.need(verb, &node, Cover::Only).await
    }

    async fn need(&self, verb: Verb, node: &Node, cover: Cover) -> Result<()> {
        self.need_any(&[verb], node, cover).await
    }

    async fn need_any(&self, verbs: &[Verb], node: &Node, cover: Cover) -> Result<()> {
        for verb in verbs {
            if self.cover(*verb, node).await? >= cover {
                return Ok(());
            }
        }
        // Whoever may not read it is not told that it is there.
        if self.cover(Verb::Get, node).await? == Cover::No { Err(Error::NotFound) } else { Err(Error::Forbidden) }
    }

    async fn need_new(&self, node: &Node, parent: NodeId, cover: Cover) -> Result<()> {
        let directory = self.there(parent).await?;
        if self.cover_at(Verb::Post, node, parent).await? >= cover {
            return Ok(());
        }
        if self.cover(Verb::Get, &directory).await? == Cover::No { Err(Error::NotFound) } else { Err(Error::Forbidden) }
    }

    /// A node that would be made: what selectors can ask of it.
    fn would_be(&self, parent: NodeId, name: &Name, kind: NodeKind, mime: &str, meta: Option<String>) -> Node {
        let now = self.data().now();
        Node {
            id: NodeId::NONE,
            parent,
            name: name.as_str().to_owned(),
            key: name.key(),
            kind,
            seq: Default::default(),
            tail: Default::default(),
            content_seq: Default::default(),
            placed: Default::default(),
            generation: 1,
            size: 0,
            mtime: now,
            tree_mtime: now,
            created: now,
            uploaded: now,
            mime: mime.to_owned(),
            flags: Default::default(),
            content: None,
            meta,
        }
    }
}

/// Whether who may do everything may do this too, without a look.
fn is_plain(edit: &Edit) -> bool {
    !matches!(edit, Edit::PutDoc { .. } | Edit::SetQuota(_) | Edit::PutNote { .. })
}

fn whole_if_directory(node: &Node) -> Cover {
    if node.is_directory() { Cover::Whole } else { Cover::Only }
}

fn narrow(expect: Expect, node: &Node) -> (Expect, bool) {
    match expect {
        Expect::Any | Expect::Present => (Expect::Rev(node.rev()), true),
        other => (other, false),
    }
}

fn patched(node: &Node, patch: &NodePatch) -> Node {
    let mut after = node.clone();
    if let Some(mime) = &patch.mime {
        after.mime.clone_from(mime);
    }
    if let Some(executable) = patch.executable {
        after.flags = after.flags.with_executable(executable);
    }
    if let Some(meta) = &patch.meta {
        after.meta.clone_from(meta);
    }
    after
}
