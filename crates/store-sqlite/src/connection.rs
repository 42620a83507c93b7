//! A connection to the file of a space, set up as every one is.

use std::path::Path;

use abri_store::Result;
use rusqlite::{Connection, OpenFlags, ffi};

use crate::Options;
use crate::error::sqlite;

/// Statements a connection keeps prepared: more than a busy space uses.
const STATEMENTS_MAX: usize = 64;
/// What is left of the write-ahead log after its pages have moved into the file, in bytes.
const LOG_BYTES_MAX: u32 = 8 << 20;

/// Opens the file at `path`, which must exist.
pub fn open(path: &Path, options: &Options) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sqlite)?;
    without_lookaside(&connection);
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // FULL: with NORMAL a power cut loses commits that were answered.
    let setup = format!(
        "PRAGMA synchronous=FULL; PRAGMA cache_size=-{}; PRAGMA mmap_size=0; PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY; \
         PRAGMA wal_autocheckpoint={}; PRAGMA journal_size_limit={LOG_BYTES_MAX};",
        options.page_cache_kib, options.checkpoint_pages
    );
    connection.execute_batch(&setup).map_err(sqlite)?;
    Ok(connection)
}

/// Gives up the small-allocation buffer of a connection: 45 KiB each, which hundreds of open spaces feel.
#[expect(unsafe_code, reason = "rusqlite offers no safe way to set it")]
fn without_lookaside(connection: &Connection) {
    // SAFETY: the handle is open and used by no other thread; these are the arguments SQLITE_DBCONFIG_LOOKASIDE takes. It may refuse,
    // which only costs the memory.
    unsafe {
        let none: *mut std::ffi::c_void = std::ptr::null_mut();
        ffi::sqlite3_db_config(connection.handle(), ffi::SQLITE_DBCONFIG_LOOKASIDE, none, 0, 0);
    }
}
