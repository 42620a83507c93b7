//! The files room: what files and folders mean, whatever door they come through.
//!
//! Trees with stable numbers, atomic replacement, versions, trash, locks, properties, quota, checksums, listings,
//! uploads in parts, search by name and archives. Every rule about files lives here; doors parse and render.
//!
//! It must not know HTTP, sessions or engines. Start with [`Files`] (the room), then [`Tree`] (a space's files as
//! seen by someone), [`write`](Write) (how bytes come in) and [`Opened`] (how they go out).

mod across;
mod archive;
mod condition;
mod copy;
mod etag;
mod files;
mod list;
mod locks;
mod meta;
mod mime;
mod moves;
mod open;
mod place;
mod policy;
mod properties;
mod recent;
mod search;
mod sweep;
mod thinning;
mod trash;
mod tree;
mod upload;
mod versions;
mod walk;
mod write;

pub use archive::ARCHIVE_MIME;
pub use condition::Condition;
pub use copy::Copy;
pub use etag::{etag, push_etag, push_file_id};
pub use files::Files;
pub use list::{Listing, Sort, SortBy};
pub use locks::{LOCK_SECONDS_MAX, LockAsk};
pub use meta::{Meta, PROPERTIES_BYTES_MAX, PropertyName};
pub use mime::{SNIFF_BYTES, class_of, guess};
pub use moves::{Move, Moved};
pub use open::Opened;
pub use place::{At, Found, Place};
pub use policy::{FilesPolicy, VersionPolicy};
pub use properties::MetaPatch;
pub use search::{Compare, Field, Filter, Hit, Hits, Pattern, Piece, Query};
pub use sweep::Swept;
pub use tree::{Quota, Tree};
pub use upload::{Join, Part, UploadAsk, part_number};
pub use walk::{Step, Walk};
pub use write::{Announced, Incoming, MakeDirectory, Write, Written};
