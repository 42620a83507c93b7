//! A space's files, as seen by someone.

use std::sync::Arc;

use abri_data::{Changes, Node, Scope, Space};
use abri_model::{Cursor, Error, Millis, Name, NodeId, Result, Seq, SpaceId};

use crate::etag::etag;
use crate::files::Room;
use crate::place::Found;

/// A space's files, as seen by someone. Cheap to clone.
#[derive(Clone)]
pub struct Tree {
    pub(crate) room: Arc<Room>,
    pub(crate) space: Space,
    pub(crate) root: NodeId,
    pub(crate) trash: NodeId,
    pub(crate) incarnation: Arc<str>,
}

/// How much a space holds and may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Bytes held: files, trash and versions.
    pub used: u64,
    /// Bytes still free; `None` when there is no limit.
    pub free: Option<u64>,
}

impl Tree {
    /// Longest path, in names.
    pub const DEPTH_MAX: usize = 255;

    /// The space, as seen by the same person.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// The space's number.
    pub fn id(&self) -> SpaceId {
        self.space.id()
    }

    /// The directory everything is in.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// The directory that deleted things are in.
    pub fn trash_root(&self) -> NodeId {
        self.trash
    }

    /// Which life of the space this is: part of every entity tag and token.
    pub fn incarnation(&self) -> &str {
        &self.incarnation
    }

    /// The present time.
    pub fn now(&self) -> Millis {
        self.room.data.clock().now()
    }

    /// The entity tag of a node, without quotes.
    pub fn etag(&self, node: &Node) -> String {
        etag(&self.incarnation, node)
    }

    /// The name under which histories and locks know the asker: the account, whichever app or device it uses.
    pub fn asker(&self) -> String {
        let who = self.space.who();
        match who.account() {
            Some((name, _)) => name.to_owned(),
            None => who.author(),
        }
    }

    /// Follows a path from the root as far as it goes.
    pub async fn find<S: AsRef<str>>(&self, path: &[S]) -> Result<Found> {
        self.find_from(self.root, path).await
    }

    /// Follows a path from a directory as far as it goes.
    pub async fn find_from<S: AsRef<str>>(&self, from: NodeId, path: &[S]) -> Result<Found> {
        if path.len() > Self::DEPTH_MAX {
            return Err(Error::TooLarge { what: "the path, in folders", limit: Self::DEPTH_MAX as u64 });
        }
        let keys: Vec<String> = path.iter().map(|name| abri_model::name::nfc(name.as_ref())).collect();
        let resolved = self.space.resolve(from, &keys).await?;
        if resolved.missing > 0 && resolved.found.last().is_some_and(|node| !node.is_directory()) {
            // `/file/below` : nothing can be there.
            return Ok(Found { chain: resolved.found, missing: resolved.missing.max(2) });
        }
        Ok(Found { chain: resolved.found, missing: resolved.missing })
    }

    /// The node with this number.
    pub async fn node(&self, id: NodeId) -> Result<Arc<Node>> {
        self.space.node(id).await?.ok_or(Error::NotFound)
    }

    /// The names from the root to a node; [`Error::NotFound`] when it is not below the root (nor below the trash, whose own name is left out).
    pub async fn path_of(&self, id: NodeId) -> Result<Vec<String>> {
        let chain = self.space.ancestors(id).await?;
        if chain.is_empty() {
            return Err(Error::NotFound);
        }
        Ok(chain.iter().skip(1).map(|node| node.name.clone()).collect())
    }

    /// Whether a node is in the trash, at any depth.
    pub async fn is_trashed(&self, id: NodeId) -> Result<bool> {
        if id == self.trash {
            return Ok(true);
        }
        let chain = self.space.ancestors(id).await?;
        Ok(chain.iter().take(2).any(|top| top.id == self.trash))
    }

    /// A page of a directory's children, in the order of their keys: `after` is the key of the last one had.
    pub async fn children(&self, dir: NodeId, after: Option<&str>, limit: usize) -> Result<Vec<Arc<Node>>> {
        self.space.children(dir, after, limit).await
    }

    /// How much the space holds and may hold.
    pub async fn quota(&self) -> Result<Quota> {
        let state = self.space.state().await?;
        Ok(Quota { used: state.used, free: state.quota.map(|quota| quota.saturating_sub(state.used)) })
    }

    /// The space's present position.
    pub async fn cursor(&self) -> Result<Cursor> {
        self.space.cursor().await
    }

    /// The position a cursor stands for; [`Error::Expired`] when it is of another life, too old or from the future.
    pub async fn since(&self, cursor: &Cursor) -> Result<Seq> {
        self.space.since(cursor).await
    }

    /// What is different in a scope since a position.
    pub async fn changes(&self, scope: &Scope, since: Seq, limit: usize) -> Result<Changes> {
        self.space.changes(scope, since, limit).await
    }

    /// A directory, or the reason why this is none.
    pub(crate) async fn directory(&self, id: NodeId) -> Result<Arc<Node>> {
        match self.space.node(id).await? {
            None => Err(Error::NoParent),
            Some(node) if !node.is_directory() => Err(Error::NotDirectory),
            Some(node) => Ok(node),
        }
    }

    /// What has this name in a directory.
    pub(crate) async fn child(&self, parent: NodeId, name: &Name) -> Result<Option<Arc<Node>>> {
        self.space.child(parent, &name.key()).await
    }
}
