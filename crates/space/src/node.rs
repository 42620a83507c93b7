//! Nodes of the tree: files, directories, and what hangs on them.

use abri_model::{Millis, NodeId, Rev, Seq};
use abri_store::{Row, V};

use crate::content::ContentId;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// A file: has a content.
    File,
    /// A directory: has children.
    Directory,
}

/// Marks of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub i64);

impl Flags {
    /// The file may be executed.
    pub const EXECUTABLE: i64 = 1;

    /// Whether the executable mark is set.
    pub fn executable(self) -> bool {
        self.0 & Self::EXECUTABLE != 0
    }

    /// The same with the executable mark set or cleared.
    pub fn with_executable(self, on: bool) -> Flags {
        Flags(if on { self.0 | Self::EXECUTABLE } else { self.0 & !Self::EXECUTABLE })
    }
}

/// A file or directory, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its number, kept through renames, moves and new contents.
    pub id: NodeId,
    /// The directory it is in; [`NodeId::NONE`] for a root.
    pub parent: NodeId,
    /// Its name as its author wrote it; empty for a root.
    pub name: String,
    /// The NFC form of the name: unique in the directory, and the order of listings.
    pub key: String,
    /// File or directory.
    pub kind: NodeKind,
    /// The position of its own last change.
    pub seq: Seq,
    /// The position of the last change of it or of anything below it: a directory's entity tag.
    pub tail: Seq,
    /// The position of its last change of content: a file's entity tag. For a directory: of its making.
    pub content_seq: Seq,
    /// The position at which it came to its present place and name.
    pub placed: Seq,
    /// How many times it was changed.
    pub generation: i64,
    /// Bytes: of the content, or of all files below.
    pub size: i64,
    /// When its content was last changed, as its author says.
    pub mtime: Millis,
    /// The newest `mtime` of it and everything below.
    pub tree_mtime: Millis,
    /// When it was made, as its author says.
    pub created: Millis,
    /// When its present content reached this server.
    pub uploaded: Millis,
    /// The media type of a file; empty for a directory.
    pub mime: String,
    /// Marks.
    pub flags: Flags,
    /// The content of a file.
    pub content: Option<ContentId>,
    /// JSON object of what rooms and doors keep with the node (tags, favourites, dead properties); absent when empty.
    pub meta: Option<String>,
}

impl Node {
    /// Whether this is a directory.
    pub fn is_directory(&self) -> bool {
        self.kind == NodeKind::Directory
    }

    /// The revision that document dialects see: derived from the number of changes and the last of them.
    pub fn rev(&self) -> Rev {
        let mut hash = [0; 16];
        hash[..8].copy_from_slice(&self.id.0.to_be_bytes());
        hash[8..].copy_from_slice(&self.seq.0.to_be_bytes());
        Rev { generation: self.generation, hash }
    }

    pub(crate) fn to_row(&self) -> Row {
        vec![
            V::I(self.id.0),
            V::I(self.parent.0),
            V::T(self.key.clone()),
            if self.name == self.key { V::Null } else { V::T(self.name.clone()) },
            V::I(matches!(self.kind, NodeKind::Directory).into()),
            V::I(self.seq.0),
            V::I(self.tail.0),
            V::I(self.content_seq.0),
            V::I(self.placed.0),
            V::I(self.generation),
            V::I(self.size),
            V::I(self.mtime.0),
            V::I(self.tree_mtime.0),
            V::I(self.created.0),
            V::I(self.uploaded.0),
            V::T(self.mime.clone()),
            V::I(self.flags.0),
            self.content.map(|c| c.0).into(),
            self.meta.clone().into(),
        ]
    }

    pub(crate) fn from_row(row: Row) -> Option<Node> {
        let mut row = row.into_iter();
        let number = |row: &mut std::vec::IntoIter<V>| row.next().and_then(|v| v.as_i64());
        let text = |value: Option<V>| match value {
            Some(V::T(text)) => Some(text),
            _ => None,
        };
        let id = NodeId(number(&mut row)?);
        let parent = NodeId(number(&mut row)?);
        let key = text(row.next())?;
        let name = text(row.next()).unwrap_or_else(|| key.clone());
        let kind = if number(&mut row)? == 1 { NodeKind::Directory } else { NodeKind::File };
        Some(Node {
            id,
            parent,
            name,
            key,
            kind,
            seq: Seq(number(&mut row)?),
            tail: Seq(number(&mut row)?),
            content_seq: Seq(number(&mut row)?),
            placed: Seq(number(&mut row)?),
            generation: number(&mut row)?,
            size: number(&mut row)?,
            mtime: Millis(number(&mut row)?),
            tree_mtime: Millis(number(&mut row)?),
            created: Millis(number(&mut row)?),
            uploaded: Millis(number(&mut row)?),
            mime: text(row.next())?,
            flags: Flags(number(&mut row)?),
            content: row.next().and_then(|v| v.as_i64()).map(ContentId),
            meta: text(row.next()),
        })
    }
}

/// A former content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The file.
    pub node: NodeId,
    /// Which one: the position at which this content was written; larger is newer.
    pub number: i64,
    /// The content.
    pub content: ContentId,
    /// Its bytes.
    pub size: i64,
    /// Its `mtime` when it was the present content.
    pub mtime: Millis,
    /// When it was replaced.
    pub at: Millis,
    /// Who had written it.
    pub author: String,
    /// A name given by a person; such a version is never thinned away.
    pub label: Option<String>,
    /// Its media type.
    pub mime: String,
}

impl Version {
    pub(crate) fn to_row(&self) -> Row {
        vec![
            V::I(self.node.0),
            V::I(self.number),
            V::I(self.content.0),
            V::I(self.size),
            V::I(self.mtime.0),
            V::I(self.at.0),
            V::T(self.author.clone()),
            self.label.clone().into(),
            V::T(self.mime.clone()),
        ]
    }

    pub(crate) fn from_row(row: &Row) -> Option<Version> {
        Some(Version {
            node: NodeId(row[0].as_i64()?),
            number: row[1].as_i64()?,
            content: ContentId(row[2].as_i64()?),
            size: row[3].as_i64()?,
            mtime: Millis(row[4].as_i64()?),
            at: Millis(row[5].as_i64()?),
            author: row[6].as_text()?.to_owned(),
            label: row[7].as_text().map(str::to_owned),
            mime: row[8].as_text()?.to_owned(),
        })
    }
}

/// What is remembered of a node in the trash: where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trashed {
    /// The node, a direct child of the trash.
    pub node: NodeId,
    /// The directory it was in.
    pub parent: NodeId,
    /// The name it had there.
    pub name: String,
    /// The path it had, from the root, for people and for restoring when the directory is gone too.
    pub path: String,
    /// When it was deleted.
    pub at: Millis,
    /// Who deleted it.
    pub by: String,
}

impl Trashed {
    pub(crate) fn to_row(&self) -> Row {
        vec![
            V::I(self.node.0),
            V::I(self.parent.0),
            V::T(self.name.clone()),
            V::T(self.path.clone()),
            V::I(self.at.0),
            V::T(self.by.clone()),
        ]
    }

    pub(crate) fn from_row(row: &Row) -> Option<Trashed> {
        Some(Trashed {
            node: NodeId(row[0].as_i64()?),
            parent: NodeId(row[1].as_i64()?),
            name: row[2].as_text()?.to_owned(),
            path: row[3].as_text()?.to_owned(),
            at: Millis(row[4].as_i64()?),
            by: row[5].as_text()?.to_owned(),
        })
    }
}

/// A write lock on a node (RFC 4918 §6), kept and judged in the same commit as the writes it guards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The lock token: a URI.
    pub token: String,
    /// What is locked.
    pub node: NodeId,
    /// Whether everything below is locked too.
    pub deep: bool,
    /// Whether nobody else may lock it (else: shared).
    pub exclusive: bool,
    /// Who made it: only they may use the token.
    pub creator: String,
    /// The owner element as the client sent it.
    pub owner: String,
    /// When it ends.
    pub expires: Millis,
}

impl Lock {
    pub(crate) fn to_row(&self) -> Row {
        vec![
            V::T(self.token.clone()),
            V::I(self.node.0),
            V::I(self.deep.into()),
            V::I(self.exclusive.into()),
            V::T(self.creator.clone()),
            V::T(self.owner.clone()),
            V::I(self.expires.0),
        ]
    }

    pub(crate) fn from_row(row: &Row) -> Option<Lock> {
        Some(Lock {
            token: row[0].as_text()?.to_owned(),
            node: NodeId(row[1].as_i64()?),
            deep: row[2].as_i64()? != 0,
            exclusive: row[3].as_i64()? != 0,
            creator: row[4].as_text()?.to_owned(),
            owner: row[5].as_text()?.to_owned(),
            expires: Millis(row[6].as_i64()?),
        })
    }
}
