//! Reading: each call sees one moment of the space and holds it no longer than it must.

use abri_store::{Result, Row, Scan, range};
use rusqlite::Connection;

use crate::error::sqlite;
use crate::sql::TableSql;
use crate::value::{bind, row};

/// Where the space stands: epoch and position.
pub fn seq(reader: &Connection) -> Result<(i64, i64)> {
    let mut statement = reader.prepare_cached("SELECT epoch, seq FROM _fence WHERE one=1").map_err(sqlite)?;
    statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(sqlite)
}

/// The rows with `keys`, in their order.
pub fn get(reader: &Connection, sql: &TableSql, keys: &[Row]) -> Result<Vec<Option<Row>>> {
    let columns = sql.table.columns.len();
    let look_up = || {
        let mut statement = reader.prepare_cached(&sql.get).map_err(sqlite)?;
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            bind(&mut statement, key)?;
            let mut rows = statement.raw_query();
            found.push(rows.next().map_err(sqlite)?.map(|found| row(found, columns)).transpose()?);
        }
        Ok(found)
    };
    if keys.len() > 1 { at_once(reader, look_up) } else { look_up() }
}

/// The rows of a page.
pub fn scan(reader: &Connection, sql: &TableSql, scan: &Scan) -> Result<Vec<Row>> {
    let pieces = range::pieces(scan);
    let walk = || {
        let mut found = Vec::new();
        for piece in &pieces {
            let (text, values) = sql.scan(scan, piece);
            let mut statement = reader.prepare_cached(&text).map_err(sqlite)?;
            bind(&mut statement, &values)?;
            let left = i64::try_from(scan.limit - found.len()).unwrap_or(i64::MAX);
            statement.raw_bind_parameter(values.len() + 1, left).map_err(sqlite)?;
            let mut rows = statement.raw_query();
            while let Some(next) = rows.next().map_err(sqlite)? {
                found.push(row(next, sql.table.columns.len())?);
            }
            if found.len() >= scan.limit {
                break;
            }
        }
        Ok(found)
    };
    if pieces.len() > 1 { at_once(reader, walk) } else { walk() }
}

/// Runs several statements on one moment of the space.
fn at_once<T>(reader: &Connection, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let moment = reader.unchecked_transaction().map_err(sqlite)?;
    let found = read();
    moment.finish().map_err(sqlite)?;
    found
}
