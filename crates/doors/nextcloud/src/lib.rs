//! The Nextcloud door: status, capabilities, chunked uploads.
