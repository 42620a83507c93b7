//! Copies of a space, putting one back, and checking.

use std::fs;
use std::path::Path;

use abri_model::SpaceId;
use abri_store::{Result, StoreError};
use rusqlite::Connection;

use crate::ddl;
use crate::error::{file, sqlite};
use crate::files::{Files, sync};
use crate::sql::{Sql, walk};

/// Writes a consistent copy of the space behind `reader` to the new file `target`.
///
/// `VACUUM INTO` rather than the backup interface, which begins again at each write and never ends under load.
pub fn snapshot(reader: &Connection, target: &Path) -> Result<()> {
    let name = target.to_str().ok_or_else(|| StoreError::engine("the path of a snapshot must be text"))?;
    if target.exists() {
        return Err(StoreError::engine("the file of the snapshot exists"));
    }
    let written = reader.execute("VACUUM INTO ?", [name]).map_err(sqlite).and_then(|_| {
        sync(target).map_err(file)?;
        sync(target.parent().unwrap_or(Path::new("."))).map_err(file)
    });
    if written.is_err() {
        // What is left of it is of no use; that it may stay is told by the error itself.
        let _ = fs::remove_file(target);
    }
    written
}

/// Puts the copy at `source` in the place of `space`, which is closed.
pub fn restore(files: &Files, sql: &Sql, space: SpaceId, source: &Path) -> Result<()> {
    let old_epoch = if files.path(space).exists() { settle(&files.path(space))? } else { 0 };
    let new = files.make_room(space)?;
    fs::copy(source, &new).map_err(file)?;
    let mut connection = Connection::open(&new).map_err(sqlite)?;
    ddl::migrate(&mut connection, sql.schema)?;
    if let Some(wrong) = wrongs(&connection, "PRAGMA quick_check")?.into_iter().next() {
        return Err(StoreError::Damaged(wrong));
    }
    connection.execute_batch("PRAGMA synchronous=FULL; PRAGMA journal_mode=WAL;").map_err(sqlite)?;
    connection.execute("UPDATE _fence SET epoch=max(epoch, ?)+1 WHERE one=1", [old_epoch]).map_err(sqlite)?;
    connection.close().map_err(|(_, error)| sqlite(error))?;
    files.put_in_place(space)
}

/// Moves what is left of the log into the file, so that the file alone is the space: its epoch.
///
/// A file that cannot be read any more must not keep its copy from taking its place: it has no epoch worth knowing.
fn settle(path: &Path) -> Result<i64> {
    let connection = Connection::open(path).map_err(sqlite)?;
    let epoch = connection.query_row("SELECT epoch FROM _fence", [], |row| row.get(0)).map_err(sqlite);
    connection.close().map_err(|(_, error)| sqlite(error))?;
    match epoch {
        Err(StoreError::Damaged(_)) => Ok(0),
        epoch => epoch,
    }
}

/// What is wrong with the file behind `reader`.
pub fn verify(reader: &Connection, sql: &Sql) -> Result<Vec<String>> {
    let mut wrong = match wrongs(reader, "PRAGMA integrity_check") {
        Err(StoreError::Damaged(wrong)) => return Ok(vec![wrong]),
        wrongs => wrongs?,
    };
    let count = |sql: &str| reader.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(sqlite);
    for table in sql.schema.tables {
        for (place, index) in table.indexes.iter().enumerate() {
            let partial = index
                .not_null
                .map_or(String::new(), |column| format!("WHERE {} IS NOT NULL", table.columns[column].name));
            let entries =
                count(&format!("SELECT count(*) FROM {} {} {partial}", table.name, walk(table, Some(place))))?;
            let rows = count(&format!("SELECT count(*) FROM {} {} {partial}", table.name, walk(table, None)))?;
            if entries != rows {
                wrong.push(format!("index {} has {entries} entries for {rows} rows", index.name));
            }
        }
    }
    Ok(wrong)
}

/// The sentences of a check, without its "ok".
fn wrongs(connection: &Connection, check: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(check).map_err(sqlite)?;
    let sentences: rusqlite::Result<Vec<String>> = statement.query_map([], |row| row.get(0)).map_err(sqlite)?.collect();
    Ok(sentences.map_err(sqlite)?.into_iter().filter(|sentence| sentence != "ok").collect())
}
