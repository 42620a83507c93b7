//! The engine room: documents, the tree, index keys, changes and blobs of one space, written once for every engine.
//!
//! One actor per space drains a queue of requests, judges each by pure rules against what the batch already staged,
//! and commits one fenced batch of rows: all or nothing, one sync. Readers go beside it, through caches that the actor keeps right.
//!
//! It must not know who asks, what doctypes mean, any engine or any protocol.
//! Start with [`Engine`] (opens spaces), [`Space`] (reads and commits), [`edit`] (what can be asked), then `actor` and `batch`.

mod actor;
mod batch;
pub mod blob;
mod cache;
pub mod change;
pub mod check;
pub mod collate;
pub mod content;
pub mod doc;
pub mod edit;
mod engine;
pub mod fuzz;
mod meta;
pub mod node;
mod read;
mod space;
pub mod sweep;
pub mod tables;
mod tree;
pub mod upload;

pub use blob::{BytesStream, Sink, SinkPlan};
pub use change::{Change, Changes, Scope};
pub use content::{Content, ContentId, Digests, Staged};
pub use doc::{Doc, KeyEntry};
pub use edit::{Done, Edit, Expect, IfExists, Request};
pub use engine::{Config, Engine, Ids, NewSpace};
pub use node::{Flags, Lock, Node, NodeKind, Trashed, Version};
pub use read::{KeyRange, Resolved};
pub use space::{Space, State};
pub use sweep::Swept;
pub use upload::{PartSink, Upload, UploadAbout, UploadPart};
