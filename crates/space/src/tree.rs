//! The tree's rules: names are unique in a directory, nothing is its own ancestor, what leaves is noted.

use std::sync::Arc;

use abri_model::{Error, Millis, Name, NodeId, Result};
use abri_store::{Scan, V};

use crate::batch::{Batch, may_replace};
use crate::content::ContentId;
use crate::edit::{Edit, EditDone, Expect, IfExists, Keep, NodePatch, Request, Source, Times};
use crate::node::{Flags, Node, NodeKind, Trashed, Version};
use crate::tables::{TRASH, VERSION};

/// How deep a tree may be, in directories.
pub const DEPTH_MAX: usize = 256;
/// Versions of one file that are looked at together.
pub(crate) const VERSIONS_MAX: usize = 10_000;

/// Compares a node with what an edit expects of it.
pub(crate) fn expect_node(expect: &Expect, there: Option<&Node>) -> Result<()> {
    match (expect, there) {
        (Expect::Any, _) | (Expect::Absent, None) | (Expect::Present, Some(_)) => Ok(()),
        (Expect::Absent, Some(_)) => Err(Error::Exists),
        (Expect::Present, None) => Err(Error::NotFound),
        (Expect::Rev(rev), Some(node)) if node.rev() == *rev => Ok(()),
        (Expect::Rev(_), there) => Err(Error::Conflict { current: there.map(Node::rev) }),
    }
}

impl Batch<'_> {
    pub(crate) async fn edit_tree(&mut self, edit: &Edit, request: &Request) -> Result<EditDone> {
        let now = request.now;
        match edit {
            Edit::MakeDirectory { parent, name, times, meta } => {
                self.make_directory(*parent, name, *times, meta.clone(), request).await
            }
            Edit::WriteFile { .. } => self.write_file(edit, request).await,
            Edit::UpdateNode { node, expect, patch } => {
                let there = self.placed(*node).await?;
                expect_node(expect, Some(&there))?;
                self.may_write(*node, &request.tokens, now).await?;
                Ok(self.update(there, patch))
            }
            Edit::MoveNode { node, expect, parent, name, if_exists, by } => {
                let there = self.placed(*node).await?;
                expect_node(expect, Some(&there))?;
                self.move_node(there, *parent, name, if_exists, by, request).await
            }
            Edit::Trash { node, expect, by } => {
                let there = self.placed(*node).await?;
                expect_node(expect, Some(&there))?;
                self.may_write_member(&there, &request.tokens, now).await?;
                self.trash_node(there, by, now).await
            }
            Edit::Restore { node, parent, name } => {
                let there = self.must_have(*node).await?;
                if there.parent != self.trash() {
                    return Err(Error::NotFound);
                }
                self.move_node(there, *parent, name, &IfExists::Fail, "", request).await
            }
            Edit::Destroy { node, expect } => {
                let there = self.placed(*node).await?;
                expect_node(expect, Some(&there))?;
                self.may_write_member(&there, &request.tokens, now).await?;
                self.destroy(there, now).await
            }
            Edit::RevertTo { node, version, by } => {
                let there = self.placed(*node).await?;
                self.may_write(*node, &request.tokens, now).await?;
                let version = self.version(*node, *version).await?;
                let source = Source::Existing(version.content);
                let keep = Keep::Version { author: by.clone() };
                let times = Times { mtime: Some(version.mtime), created: None };
                let done = self.overwrite(there, &source, version.mime.clone(), None, times, &keep, now).await?;
                self.drop_version(&version).await?;
                Ok(done)
            }
            Edit::LabelVersion { node, version, label } => {
                let mut version = self.version(*node, *version).await?;
                version.label = label.clone();
                self.set_row(&VERSION, version.to_row()[..2].to_vec(), Some(version.to_row()));
                Ok(EditDone::Version(version))
            }
            Edit::DropVersions { node, versions } => {
                for number in versions {
                    let version = self.version(*node, *number).await?;
                    self.drop_version(&version).await?;
                }
                Ok(EditDone::Nothing)
            }
            _ => Err(Error::internal("not an edit of the tree")),
        }
    }

    /// A node that stands somewhere people can see: not a root, not destroyed.
    async fn placed(&mut self, id: NodeId) -> Result<Arc<Node>> {
        let node = self.must_have(id).await?;
        if node.parent == NodeId::NONE {
            return Err(Error::Forbidden);
        }
        let limbo = self.limbo();
        if self.is_within(node.parent, limbo).await? {
            return Err(Error::NotFound);
        }
        Ok(node)
    }

    /// A directory that something may be put into.
    async fn directory(&mut self, id: NodeId) -> Result<Arc<Node>> {
        let directory = self.node(id).await?.ok_or(Error::NoParent)?;
        if !directory.is_directory() {
            return Err(Error::NotDirectory);
        }
        if id == self.limbo() || id == self.trash() || directory.parent == self.limbo() {
            return Err(Error::NoParent);
        }
        Ok(directory)
    }

    async fn depth(&mut self, id: NodeId) -> Result<usize> {
        let mut depth = 0;
        let mut at = id;
        while let Some(node) = self.node(at).await? {
            if node.parent == NodeId::NONE {
                break;
            }
            // Destroyed meanwhile, with a directory above it: what was put here would go with it.
            if node.parent == self.limbo() {
                return Err(Error::NoParent);
            }
            depth += 1;
            if depth > DEPTH_MAX {
                return Err(Error::TooLarge { what: "the depth of folders", limit: DEPTH_MAX as u64 });
            }
            at = node.parent;
        }
        Ok(depth)
    }

    async fn make_directory(
        &mut self,
        parent: NodeId,
        name: &Name,
        times: Times,
        meta: Option<String>,
        request: &Request,
    ) -> Result<EditDone> {
        let now = request.now;
        self.directory(parent).await?;
        if self.child(parent, &name.key()).await?.is_some() {
            return Err(Error::Exists);
        }
        self.depth(parent).await?;
        self.may_write(parent, &request.tokens, now).await?;
        let seq = self.next_seq();
        let mtime = times.mtime.unwrap_or(now);
        let node = Node {
            id: self.next_node_id().await?,
            parent,
            name: name.as_str().to_owned(),
            key: name.key(),
            kind: NodeKind::Directory,
            seq,
            tail: seq,
            content_seq: seq,
            placed: seq,
            generation: 1,
            size: 0,
            mtime,
            tree_mtime: mtime,
            created: times.created.unwrap_or(now),
            uploaded: now,
            mime: String::new(),
            flags: Flags::default(),
            content: None,
            meta,
        };
        let node = self.set_node(node);
        self.touch(parent, 0, now);
        Ok(EditDone::Node { node: (*node).clone(), created: true, former: None })
    }

    async fn write_file(&mut self, edit: &Edit, request: &Request) -> Result<EditDone> {
        let Edit::WriteFile { parent, name, source, mime, executable, times, meta, if_exists, may_create, version } =
            edit
        else {
            return Ok(EditDone::Nothing);
        };
        let now = request.now;
        self.directory(*parent).await?;
        if let Some(there) = self.child(*parent, &name.key()).await? {
            may_replace(if_exists, &there)?;
            if there.is_directory() {
                return Err(Error::IsDirectory);
            }
            self.depth(*parent).await?;
            self.may_write(there.id, &request.tokens, now).await?;
            return self.overwrite(there, source, mime.clone(), *executable, *times, version, now).await;
        }
        if let IfExists::Replace { expect } = if_exists {
            expect_node(if *may_create && *expect == Expect::Any { &Expect::Absent } else { expect }, None)?;
        }
        if !may_create {
            return Err(Error::NotFound);
        }
        self.depth(*parent).await?;
        self.may_write(*parent, &request.tokens, now).await?;
        let content = self.take_in(source, now).await?;
        let seq = self.next_seq();
        let mtime = times.mtime.unwrap_or(now);
        let node = Node {
            id: self.next_node_id().await?,
            parent: *parent,
            name: name.as_str().to_owned(),
            key: name.key(),
            kind: NodeKind::File,
            seq,
            tail: seq,
            content_seq: seq,
            placed: seq,
            generation: 1,
            size: content.size,
            mtime,
            tree_mtime: mtime,
            created: times.created.unwrap_or(now),
            uploaded: now,
            mime: mime.clone(),
            flags: Flags::default().with_executable(executable.unwrap_or(false)),
            content: Some(content.id),
            meta: meta.clone(),
        };
        self.touch(*parent, node.size, mtime);
        let node = self.set_node(node);
        Ok(EditDone::Node { node: (*node).clone(), created: true, former: None })
    }

    #[allow(clippy::too_many_arguments)] // every one is a different thing said once, by the two edits that overwrite
    async fn overwrite(
        &mut self,
        there: Arc<Node>,
        source: &Source,
        mime: String,
        executable: Option<bool>,
        times: Times,
        keep: &Keep,
        now: Millis,
    ) -> Result<EditDone> {
        let Some(former) = there.content else { return Err(Error::IsDirectory) };
        let content = self.take_in(source, now).await?;
        let seq = self.next_seq();
        match keep {
            // Writing the same bytes again makes no version: there would be nothing to go back to.
            Keep::Version { author } if former != content.id && there.size > 0 => {
                self.keep_version(&there, former, author, now);
            }
            _ => self.let_go(former).await?,
        }
        let mtime = times.mtime.unwrap_or(now);
        let mut node = (*there).clone();
        node.seq = seq;
        node.tail = seq;
        node.content_seq = seq;
        node.generation += 1;
        node.size = content.size;
        node.mtime = mtime;
        node.tree_mtime = mtime;
        node.created = times.created.unwrap_or(node.created);
        node.uploaded = now;
        node.mime = mime;
        node.flags = executable.map_or(node.flags, |on| node.flags.with_executable(on));
        node.content = Some(content.id);
        self.touch(node.parent, node.size - there.size, mtime);
        let node = self.set_node(node);
        Ok(EditDone::Node { node: (*node).clone(), created: false, former: Some(Box::new((*there).clone())) })
    }

    /// The reference the file held on its former content passes to the version.
    fn keep_version(&mut self, there: &Node, content: ContentId, author: &str, now: Millis) {
        let version = Version {
            node: there.id,
            number: there.content_seq.0,
            content,
            size: there.size,
            mtime: there.mtime,
            at: now,
            author: author.to_owned(),
            label: None,
            mime: there.mime.clone(),
        };
        self.count_versions(version.size);
        let row = version.to_row();
        self.set_row(&VERSION, row[..2].to_vec(), Some(row));
    }

    async fn version(&mut self, node: NodeId, number: i64) -> Result<Version> {
        let row = self.row(&VERSION, vec![V::I(node.0), V::I(number)]).await?;
        row.as_ref().and_then(Version::from_row).ok_or(Error::NotFound)
    }

    pub(crate) async fn drop_version(&mut self, version: &Version) -> Result<()> {
        self.let_go(version.content).await?;
        self.count_versions(-version.size);
        self.set_row(&VERSION, vec![V::I(version.node.0), V::I(version.number)], None);
        Ok(())
    }

    fn update(&mut self, there: Arc<Node>, patch: &NodePatch) -> EditDone {
        let mut node = (*there).clone();
        node.mtime = patch.mtime.unwrap_or(node.mtime);
        if !node.is_directory() {
            node.tree_mtime = node.mtime;
        }
        node.created = patch.created.unwrap_or(node.created);
        node.mime = patch.mime.clone().unwrap_or(node.mime);
        node.flags = patch.executable.map_or(node.flags, |on| node.flags.with_executable(on));
        node.meta = patch.meta.clone().unwrap_or(node.meta);
        if node == *there {
            return EditDone::Node { node, created: false, former: None };
        }
        node.seq = self.next_seq();
        node.tail = node.seq;
        node.generation += 1;
        self.touch(node.parent, 0, node.tree_mtime);
        let node = self.set_node(node);
        EditDone::Node { node: (*node).clone(), created: false, former: Some(Box::new((*there).clone())) }
    }

    async fn move_node(
        &mut self,
        there: Arc<Node>,
        parent: NodeId,
        name: &Name,
        if_exists: &IfExists,
        by: &str,
        request: &Request,
    ) -> Result<EditDone> {
        let now = request.now;
        self.directory(parent).await?;
        if there.is_directory() && self.is_within(parent, there.id).await? {
            return Err(Error::Cycle);
        }
        self.depth(parent).await?;
        self.may_write_member(&there, &request.tokens, now).await?;
        self.may_write(parent, &request.tokens, now).await?;
        if let Some(taken) = self.child(parent, &name.key()).await?
            && taken.id != there.id
        {
            may_replace(if_exists, &taken)?;
            // Replacing an ancestor of what moves would throw the moved thing away with it.
            if self.is_within(there.id, taken.id).await? {
                return Err(Error::Cycle);
            }
            self.may_write_tree(taken.id, &request.tokens, now).await?;
            self.trash_node(taken, by, now).await?;
        }
        if there.parent == parent && there.name == name.as_str() {
            return Ok(EditDone::Node { node: (*there).clone(), created: false, former: None });
        }
        self.end_locks_within(there.id, now).await?;
        let node = self.place(&there, parent, name.as_str(), name.key(), now);
        if there.parent == self.trash() {
            self.set_row(&TRASH, vec![V::I(there.id.0)], None);
        }
        Ok(EditDone::Node { node, created: false, former: Some(Box::new((*there).clone())) })
    }

    /// Gives a node another place; what is below comes along untouched.
    fn place(&mut self, there: &Arc<Node>, parent: NodeId, name: &str, key: String, now: Millis) -> Node {
        let mut node = (**there).clone();
        node.parent = parent;
        node.name = name.to_owned();
        node.key = key;
        node.seq = self.next_seq();
        node.tail = node.seq;
        node.placed = node.seq;
        node.generation += 1;
        let destroyed = parent == self.limbo();
        // A copy being made in the workshop was never anywhere that somebody could miss it.
        if there.parent != self.workshop() {
            self.node_departed(there, &node, destroyed, now);
        }
        self.touch(there.parent, -there.size, now);
        self.touch(parent, there.size, now);
        (*self.set_node(node)).clone()
    }

    async fn trash_node(&mut self, there: Arc<Node>, by: &str, now: Millis) -> Result<EditDone> {
        let trash = self.trash();
        if self.is_within(there.id, trash).await? {
            return Err(Error::invalid("this is in the trash already: destroy it instead"));
        }
        let path = self.path(&there).await?;
        self.end_locks_within(there.id, now).await?;
        let trashed = Trashed {
            node: there.id,
            parent: there.parent,
            name: there.name.clone(),
            path,
            at: now,
            by: by.to_owned(),
        };
        // In the trash the number is the key: two things of one name can both be there.
        let node = self.place(&there, trash, &there.name, there.id.to_hex(), now);
        self.set_row(&TRASH, vec![V::I(there.id.0)], Some(trashed.to_row()));
        Ok(EditDone::Node { node, created: false, former: Some(Box::new((*there).clone())) })
    }

    async fn path(&mut self, node: &Arc<Node>) -> Result<String> {
        let mut names = vec![node.name.clone()];
        let mut at = node.parent;
        while let Some(above) = self.node(at).await? {
            if above.parent == NodeId::NONE || names.len() > DEPTH_MAX {
                break;
            }
            names.push(above.name.clone());
            at = above.parent;
        }
        names.reverse();
        Ok(format!("/{}", names.join("/")))
    }

    async fn destroy(&mut self, there: Arc<Node>, now: Millis) -> Result<EditDone> {
        self.end_locks_within(there.id, now).await?;
        if there.parent == self.trash() {
            self.set_row(&TRASH, vec![V::I(there.id.0)], None);
        }
        let limbo = self.limbo();
        self.place(&there, limbo, &there.name, there.id.to_hex(), now);
        Ok(EditDone::Nothing)
    }

    /// Removes a node below limbo for good, with its content and versions. One that still has children is left.
    pub(crate) async fn purge(&mut self, id: NodeId) -> Result<()> {
        let Some(node) = self.node(id).await? else { return Ok(()) };
        let limbo = self.limbo();
        if node.id == limbo || !self.is_within(id, limbo).await? {
            return Ok(());
        }
        if node.is_directory() && self.has_children(id).await? {
            return Ok(());
        }
        if let Some(content) = node.content {
            self.let_go(content).await?;
            self.shrink_unseen(node.parent, node.size);
        }
        for row in self.rows(Scan::by_key(&VERSION, vec![V::I(id.0)], VERSIONS_MAX)).await? {
            if let Some(version) = Version::from_row(&row) {
                self.drop_version(&version).await?;
            }
        }
        self.remove_node(&node);
        Ok(())
    }
}
