//! The WebDAV door: the files room over HTTP for every client that speaks RFC 4918.
//!
//! RFC 4918 (class 1, 2, 3), RFC 4331 (quota), RFC 5323 (SEARCH basics), RFC 6578 (sync-collection), RFC 9110
//! (conditions, ranges), and what the clients of Nextcloud and ownCloud add. Served under `/remote.php/dav/`,
//! `/remote.php/webdav/` and `/dav/`.
//!
//! It parses, calls the room and renders; it decides nothing about files. Uploads in parts are the Nextcloud door's.
//! Start with [`router`], then `routes` (the table), `area` (what a path means), `request` (what can be asked),
//! `properties` (what can be told of a node), and one file per verb.

mod answer;
mod area;
mod asker;
mod copymove;
mod delete;
mod door;
mod error;
mod get;
mod hall;
mod lock;
mod mkcol;
mod options;
mod plan;
mod precondition;
mod properties;
mod propfind;
mod proppatch;
mod put;
mod report;
mod request;
mod routes;
mod rows;
mod search;
mod transfer;
mod trashbin;
mod versions;

pub use door::DavPolicy;
pub use routes::{router, router_with};
