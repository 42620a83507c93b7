//! WebDAV's wire format as plain values: request bodies, headers, paths, and the answers' bytes.
//!
//! **What it is.** Everything between bytes and meaning for RFC 4918 (WebDAV), RFC 6578 (sync),
//! RFC 5323 (SEARCH), RFC 4331 (quota names), the `REPORT` envelope of RFC 3253, the conditional and
//! range rules of RFC 9110, and the `OC-*` headers and `oc:` reports that ownCloud and Nextcloud
//! clients add. It reads what real clients send, which is more than the grammars allow, and writes
//! only what the strictest client accepts (literal `d:`/`oc:`/`nc:` prefixes, the 200 propstat first).
//!
//! **What it must not know.** No clock, no I/O, no async, no HTTP library, nothing of Abri: no
//! documents, no accounts, no locks table. It never decides; it tells what was asked.
//!
//! **Where to start reading.** [`xml`] turns a body into a small bounded tree; [`Propfind`],
//! [`PropertyUpdate`], [`LockInfo`], [`Report`] and [`SearchRequest`] read that tree. [`path`],
//! [`destination`], [`if_header`], [`conditions`] and [`range`] are the headers with teeth.
//! [`Multistatus`] writes answers.
//!
//! **Limits.** Each has a name and sits next to what it bounds: [`xml::DEPTH_MAX`],
//! [`xml::ELEMENTS_MAX`], [`PROPS_MAX`], [`path::SEGMENTS_MAX`], [`if_header::CONDITIONS_MAX`],
//! [`range::RANGES_MAX`], [`search::CONDITIONS_MAX`]. The size of a body is the caller's limit.

pub mod byteranges;
pub mod canonical;
pub mod checksum;
pub mod conditions;
pub mod date;
pub mod depth;
pub mod destination;
pub mod element;
pub mod error_body;
pub mod escape;
pub mod etag;
pub mod filter;
pub mod fuzz;
pub mod header;
pub mod if_header;
pub mod lock;
pub mod multistatus;
pub mod name;
pub mod path;
pub mod prefer;
pub mod propfind;
pub mod proppatch;
pub mod range;
pub mod report;
pub mod search;
pub mod sync;
pub mod timeout;
pub mod upload;
pub mod xml;

pub use checksum::{Algorithm, Checksum};
pub use conditions::{Conditions, Current, Verdict};
pub use depth::Depth;
pub use destination::DestinationError;
pub use element::{Attribute, Element, Node};
pub use error_body::{ErrorBody, Precondition};
pub use etag::{EntityTag, TagList};
pub use filter::{FilterFiles, SearchFiles};
pub use header::HeaderError;
pub use if_header::If;
pub use lock::{ActiveLock, LockInfo, LockScope};
pub use multistatus::Multistatus;
pub use name::{Ns, PropName};
pub use path::{DavPath, PathError};
pub use prefer::Prefer;
pub use propfind::Propfind;
pub use proppatch::{PropChange, PropValue, PropertyUpdate};
pub use range::{ByteRange, Ranges};
pub use report::Report;
pub use search::SearchRequest;
pub use sync::{SyncCollection, SyncLevel};
pub use timeout::Timeout;
pub use xml::XmlError;

/// Properties one request may name; clients known today ask for at most 60.
pub const PROPS_MAX: usize = 512;
