//! The Nextcloud door: what the clients of Nextcloud and ownCloud need besides WebDAV.
//!
//! Uploads in parts (`/remote.php/dav/uploads/`, every dialect of them), `status.php`, the OCS calls that clients make
//! before they sync (capabilities, user), and the connection check. It tells of nothing that is not there: clients
//! call at once what they are told of, and a call that is not known is answered `404`.
//!
//! Observed with nextcloudcmd 3.7.3, owncloudcmd 2.11 and rclone 1.60. Files themselves are the WebDAV door's.
//! Start with [`router`], then `request` (what can be asked), `uploads` and `ocs`.

mod asker;
mod capabilities;
mod door;
mod error;
mod join;
mod listing;
mod ocs;
mod place;
mod request;
mod routes;
mod status;
mod uploads;
mod user;

pub use door::Product;
pub use routes::{router, router_with};
