//! The WebDAV door: RFC 4918, 4331, 5323, 6578 over the files room.
