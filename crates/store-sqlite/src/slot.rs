//! One open space: its connections, opened when they are first needed.

use std::path::PathBuf;
use std::sync::Arc;

use abri_model::SpaceId;
use abri_store::{Result, StoreError};
use parking_lot::Mutex;
use rusqlite::Connection;

use crate::error::sqlite;
use crate::sql::Sql;
use crate::{Options, connection, ddl};

/// Readers a space keeps open.
const READERS_MAX: usize = 3;
/// Free pages given back to the file system when a space closes.
const VACUUM_PAGES_MAX: u32 = 512;

/// An open space.
pub struct Slot {
    space: SpaceId,
    path: PathBuf,
    sql: Arc<Sql>,
    options: Options,
    /// Whether the file is known to be of the present version.
    is_ready: Mutex<bool>,
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
}

impl Slot {
    /// The space whose file is at `path`, with no connection yet.
    pub fn new(space: SpaceId, path: PathBuf, sql: Arc<Sql>, options: Options) -> Slot {
        Slot {
            space,
            path,
            sql,
            options,
            is_ready: Mutex::default(),
            writer: Mutex::default(),
            readers: Mutex::default(),
        }
    }

    /// Uses the one connection that writes.
    pub fn write<T>(&self, work: impl FnOnce(&mut Connection, &Sql) -> Result<T>) -> Result<T> {
        let mut writer = self.writer.lock();
        let open = match writer.take() {
            Some(open) => open,
            None => self.connect()?,
        };
        work(writer.insert(open), &self.sql)
    }

    /// Uses a connection that reads.
    pub fn read<T>(&self, work: impl FnOnce(&Connection, &Sql) -> Result<T>) -> Result<T> {
        let kept = self.readers.lock().pop();
        let reader = match kept {
            Some(reader) => reader,
            None => self.connect()?,
        };
        let answer = work(&reader, &self.sql);
        let mut readers = self.readers.lock();
        if readers.len() < READERS_MAX {
            readers.push(reader);
        }
        answer
    }

    fn connect(&self) -> Result<Connection> {
        let opened = connection::open(&self.path, &self.options);
        let mut connection = match opened {
            Err(_) if !self.path.exists() => return Err(StoreError::NoSpace(self.space)),
            opened => opened?,
        };
        let mut is_ready = self.is_ready.lock();
        if !*is_ready {
            ddl::migrate(&mut connection, self.sql.schema)?;
            *is_ready = true;
        }
        Ok(connection)
    }

    /// Closes all connections, tidying up when something may have been written.
    pub fn close(self) {
        drop(self.readers);
        let Some(writer) = self.writer.into_inner() else { return };
        // Neither is needed for correctness: a failure is told and the space closes all the same.
        let tidy = format!("PRAGMA incremental_vacuum({VACUUM_PAGES_MAX}); PRAGMA optimize;");
        if let Err(error) = writer.execute_batch(&tidy) {
            tracing::warn!(space.id = %self.space, %error, "could not tidy up a space while closing it");
        }
        if let Err((_, error)) = writer.close() {
            let error = sqlite(error);
            tracing::warn!(space.id = %self.space, %error, "could not close a space");
        }
    }
}
