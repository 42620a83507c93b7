//! From what SQLite and the file system say to what the caller can act on.

use std::io;

use abri_store::StoreError;
use rusqlite::{ErrorCode, ffi};

/// The outcome for a fault of SQLite.
pub fn sqlite(error: rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(cause, _) = &error else {
        return StoreError::engine(error);
    };
    match (cause.code, cause.extended_code) {
        // Growing the shared index of the log fails with its own code when the disk is full.
        (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => StoreError::Full,
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => StoreError::Damaged(error.to_string()),
        _ => StoreError::engine(error),
    }
}

/// The outcome for a fault of the file system.
pub fn file(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::engine(error),
    }
}
