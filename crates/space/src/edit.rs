//! What can be asked of a space's writer.
//!
//! A [`Request`] is a list of edits judged together: all are done or none. Edits say what they expect, so that
//! nobody holds a lock between reading and writing.

use abri_model::{DocKey, Millis, Name, NodeId, Rev, Seq};

use crate::content::{ContentId, Staged};
use crate::doc::{Doc, KeyEntry};
use crate::node::{Lock, Node, Version};

/// Edits to be done together.
#[derive(Clone, Debug)]
pub struct Request {
    /// The edits, done in order; a later one sees the earlier ones.
    pub edits: Vec<Edit>,
    /// The present time.
    pub now: Millis,
    /// Lock tokens the asker holds and may use: a lock whose token is not among them forbids.
    pub tokens: Vec<String>,
}

impl Request {
    /// Notes on every staged chunk that it is named now.
    pub(crate) fn named(&self) {
        for edit in &self.edits {
            if let Edit::WriteFile { source: Source::Staged(staged), .. } = edit {
                staged.pins.iter().for_each(|pin| pin.named());
            }
        }
    }
}

/// What a thing must be like for an edit to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Anything.
    Any,
    /// Not there (or deleted).
    Absent,
    /// There, at whatever revision.
    Present,
    /// There, at this revision; else [`abri_model::Error::Conflict`].
    Rev(Rev),
}

/// What to do when a name is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfExists {
    /// Refuse with [`abri_model::Error::Exists`].
    Fail,
    /// Put the new thing in its place; what was there goes to the trash (by the person named), or is overwritten when both are files.
    Replace {
        /// What the thing there must be like.
        expect: Expect,
    },
}

/// Where a file's bytes come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Bytes just stored.
    Staged(Staged),
    /// A content this space has already.
    Existing(ContentId),
}

/// One change.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Writes a document's next revision, or deletes it.
    PutDoc {
        /// Which one.
        key: DocKey,
        /// What it must be like now.
        expect: Expect,
        /// The JSON text; empty when deleting.
        body: String,
        /// Whether this deletes it.
        delete: bool,
        /// The place it belongs to.
        place: Option<NodeId>,
        /// Its index entries from now on; they replace the former ones.
        keys: Vec<KeyEntry>,
    },
    /// Makes a directory.
    MakeDirectory {
        /// In which directory.
        parent: NodeId,
        /// Under which name; a taken one is refused.
        name: Name,
        /// Its `created` and `mtime`, if its author knows better than the present time.
        times: Times,
        /// See [`Node::meta`].
        meta: Option<String>,
    },
    /// Makes a file, or gives an existing one a new content (keeping its number, tags and properties).
    WriteFile {
        /// In which directory.
        parent: NodeId,
        /// Under which name.
        name: Name,
        /// The bytes.
        source: Source,
        /// Its media type.
        mime: String,
        /// The executable mark; `None` leaves it.
        executable: Option<bool>,
        /// Times its author gives.
        times: Times,
        /// For a new file: see [`Node::meta`].
        meta: Option<String>,
        /// What to do when there is a file of that name.
        if_exists: IfExists,
        /// Whether there may be none of that name.
        may_create: bool,
        /// Whether the former content is kept as a version, and who wrote the new one.
        version: Keep,
    },
    /// Changes what hangs on a node, not its bytes or place.
    UpdateNode {
        /// Which one.
        node: NodeId,
        /// What it must be like now.
        expect: Expect,
        /// What changes.
        patch: NodePatch,
    },
    /// Moves or renames a node: one row however much is below it.
    MoveNode {
        /// Which one.
        node: NodeId,
        /// What it must be like now.
        expect: Expect,
        /// Into which directory.
        parent: NodeId,
        /// Under which name.
        name: Name,
        /// What to do when the name is taken.
        if_exists: IfExists,
        /// Who does it, should something be replaced.
        by: String,
    },
    /// Moves a node to the trash.
    Trash {
        /// Which one.
        node: NodeId,
        /// What it must be like now.
        expect: Expect,
        /// Who does it.
        by: String,
    },
    /// Takes a node out of the trash to a directory and name.
    Restore {
        /// Which one: a direct child of the trash.
        node: NodeId,
        /// Into which directory.
        parent: NodeId,
        /// Under which name; a taken one is refused.
        name: Name,
    },
    /// Removes a node and everything below for good. The rows go in slices afterwards; from the commit on nobody sees them.
    Destroy {
        /// Which one.
        node: NodeId,
        /// What it must be like now.
        expect: Expect,
    },
    /// Makes the present content of a file the one of a former version (the present one becomes a version).
    RevertTo {
        /// The file.
        node: NodeId,
        /// Which version.
        version: i64,
        /// Who does it.
        by: String,
    },
    /// Names a version, or takes its name away.
    LabelVersion {
        /// The file.
        node: NodeId,
        /// Which version.
        version: i64,
        /// The name.
        label: Option<String>,
    },
    /// Forgets versions of a file.
    DropVersions {
        /// The file.
        node: NodeId,
        /// Which ones.
        versions: Vec<i64>,
    },
    /// Locks a node. Judged against the other locks (RFC 4918 §6.1, §7).
    PutLock(Lock),
    /// Moves the end of a lock.
    RefreshLock {
        /// Its token.
        token: String,
        /// Its new end.
        expires: Millis,
    },
    /// Ends a lock.
    DropLock {
        /// Its token.
        token: String,
    },
    /// Sets the space's quota in bytes; `None` means no limit.
    SetQuota(Option<u64>),
    /// Keeps a small text under a name, or forgets it. Not seen by anybody who follows the space.
    PutNote {
        /// The name, by convention `part.name`.
        name: String,
        /// The text.
        text: Option<String>,
    },
    /// Fills in hashes of a content that became known later.
    KnowDigests {
        /// The content.
        content: ContentId,
        /// The hashes; those absent are left as they are.
        digests: crate::content::Digests,
    },
}

/// Times that the author of a change gives; absent ones are the present time (or stay as they are).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// When the content was last changed.
    pub mtime: Option<Millis>,
    /// When the thing was made.
    pub created: Option<Millis>,
}

/// Whether to keep the former content of an overwritten file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// As a version; `author` is who writes the new content.
    Version {
        /// Who.
        author: String,
    },
    /// Not at all.
    Nothing,
}

/// Changes to a node; absent ones leave it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodePatch {
    /// See [`Node::mtime`].
    pub mtime: Option<Millis>,
    /// See [`Node::created`].
    pub created: Option<Millis>,
    /// See [`Node::mime`].
    pub mime: Option<String>,
    /// The executable mark.
    pub executable: Option<bool>,
    /// See [`Node::meta`]; `Some(None)` empties it.
    pub meta: Option<Option<String>>,
}

/// What a request did, edit by edit.
#[derive(Clone, Debug)]
pub struct Done {
    /// The space's position after it.
    pub seq: Seq,
    /// One outcome per edit.
    pub results: Vec<EditDone>,
}

/// What one edit did.
#[derive(Clone, Debug)]
pub enum EditDone {
    /// A document as it is now.
    Doc(Doc),
    /// A node as it is now (its tail and size may still grow within the same commit).
    Node {
        /// The node.
        node: Node,
        /// Whether it was made by this edit.
        created: bool,
        /// What it was before, if it was there.
        former: Option<Box<Node>>,
    },
    /// A lock as it is now.
    Lock(Lock),
    /// A version that was reverted to or named.
    Version(Version),
    /// Nothing to show.
    Nothing,
}

impl Done {
    /// The node of the last edit that has one.
    pub fn node(&self) -> Option<&Node> {
        self.results.iter().rev().find_map(|result| match result {
            EditDone::Node { node, .. } => Some(node),
            _ => None,
        })
    }

    /// The document of the last edit that has one.
    pub fn doc(&self) -> Option<&Doc> {
        self.results.iter().rev().find_map(|result| match result {
            EditDone::Doc(doc) => Some(doc),
            _ => None,
        })
    }
}
