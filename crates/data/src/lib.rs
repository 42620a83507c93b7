//! The only way down: guard, doctypes, queries, changes, followers, jobs and grants.
//!
//! Doors and rooms hold a [`Space`]: a space *as seen by someone*. There is no other handle, and every method of it judges
//! rights on the document or node before and after. Knows the directory of spaces, what doctypes mean and who may do what;
//! must not know rows, any engine, any protocol, nor how someone proved who they are.
//! Start with [`Data`] (opens spaces for someone), [`Space`], then [`standing`] (how rights are judged) and [`doctype`].

mod bell;
mod bytes;
mod changes;
mod commit;
mod data;
mod directory;
pub mod doctype;
mod documents;
mod find;
pub mod follower;
pub mod grant;
mod groups;
mod ids;
pub mod job;
mod kinds;
mod left;
mod organisation;
mod space;
pub mod standing;
mod tree;
mod upkeep;
mod wake;

pub use abri_space::blob::INLINE_BYTES_MAX;
pub use abri_space::content::{Content, ContentId, Digests, Staged, StagedBytes};
pub use abri_space::edit::{Done, Edit, EditDone, Expect, IfExists, Keep, NodePatch, Source, Times};
pub use abri_space::node::{Flags, Lock, Node, NodeKind, Trashed, Version};
pub use abri_space::{
    BytesStream, Change, Changes, Doc, PartSink, Resolved, Scope, Sink, SinkPlan, State, Upload, UploadAbout,
    UploadPart, collate,
};

pub use bell::Bell;
pub use data::Data;
pub use directory::{CreateSpace, Member, Party, SpaceInfo, SpaceKind};
pub use doctype::{Access, Doctype, Doctypes, IndexKey};
pub use documents::{BODY_BYTES_MAX, DocEdit, PutDoc};
pub use find::{Found, Query};
pub use follower::{Follower, Followers};
pub use grant::{Grant, Grantee, Grants, Mount, NewGrant};
pub use job::{Job, JobRunner, NewJob, Worker};
pub use organisation::Organisation;
pub use space::Space;
pub use upkeep::Upkept;
