//! Bytes going out.

use std::ops::Range;
use std::sync::Arc;

use abri_data::{BytesStream, ContentId, Digests, Node};
use abri_model::{Error, Millis, NodeId, Result};
use bytes::Bytes;

use crate::tree::Tree;

/// A file, or a former content of one, opened for reading.
pub struct Opened {
    /// The file.
    pub node: Arc<Node>,
    /// The bytes to come.
    pub size: u64,
    /// Their media type.
    pub mime: String,
    /// Their entity tag, without quotes.
    pub etag: String,
    /// When they were last changed.
    pub mtime: Millis,
    content: ContentId,
    tree: Tree,
}

impl Tree {
    /// Opens a file, or one of its former contents; [`Error::IsDirectory`] for a folder. Reads no bytes yet.
    pub async fn open(&self, id: NodeId, version: Option<i64>) -> Result<Opened> {
        let node = self.node(id).await?;
        match version {
            None => self.open_node(node),
            Some(number) => self.open_version(node, number).await,
        }
    }

    /// Opens a file that is at hand.
    pub fn open_node(&self, node: Arc<Node>) -> Result<Opened> {
        let content = node.content.ok_or(Error::IsDirectory)?;
        Ok(Opened {
            size: node.size.max(0) as u64,
            mime: node.mime.clone(),
            etag: self.etag(&node),
            mtime: node.mtime,
            content,
            node,
            tree: self.clone(),
        })
    }

    async fn open_version(&self, node: Arc<Node>, number: i64) -> Result<Opened> {
        let version = self.version(node.id, number).await?;
        let etag = format!("{}-{}-{number}", &self.incarnation.get(..8).unwrap_or_default(), node.id.0);
        Ok(Opened {
            size: version.size.max(0) as u64,
            mime: version.mime,
            etag,
            mtime: version.mtime,
            content: version.content,
            node,
            tree: self.clone(),
        })
    }

    /// The bytes of a small file, when they are at hand: what most requests ask for.
    pub async fn read_small(&self, content: ContentId) -> Result<Option<Bytes>> {
        self.space.read_small(content).await
    }
}

impl Opened {
    /// All bytes, when they are few and at hand.
    pub async fn small(&self) -> Result<Option<Bytes>> {
        self.tree.space.read_small(self.content).await
    }

    /// The bytes of a range, as a stream.
    pub async fn read(&self, range: Range<u64>) -> Result<BytesStream> {
        self.tree.space.read(self.content, range).await
    }

    /// The hashes that are known.
    pub async fn digests(&self) -> Result<Digests> {
        Ok(self.tree.space.content(self.content).await?.digests.clone())
    }

    /// Which content this is.
    pub fn content(&self) -> ContentId {
        self.content
    }
}
