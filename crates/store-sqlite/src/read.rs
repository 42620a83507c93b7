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

/// Rows for which room is made before they are found.
const ROOM_ROWS_MAX: usize = 1024;

/// The rows of a page.
pub fn scan(reader: &Connection, sql: &TableSql, scan: &Scan) -> Result<Vec<Row>> {
    let pieces = range::pieces(scan);
    let walk = || {
        let mut found = Vec::with_capacity(scan.limit.min(ROOM_ROWS_MAX));
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use abri_store::suite::fixture::SCHEMA;
    use abri_store::{Scan, V};

    use super::*;
    use crate::sql::Sql;

    /// How SQLite means to read `scan`: every piece of it.
    fn plans(connection: &Connection, sql: &Sql, scan: &Scan) -> String {
        let mut plans = String::new();
        for piece in range::pieces(scan) {
            let (text, _) = sql.of(scan.table).unwrap().scan(scan, &piece);
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().unwrap() {
                plans.push_str(&row.get::<_, String>(3).unwrap());
                plans.push('\n');
            }
        }
        plans
    }

    #[test]
    fn no_scan_sorts_and_none_with_a_prefix_reads_a_whole_tree() {
        let connection = Connection::open_in_memory().unwrap();
        crate::ddl::create(&connection, &SCHEMA).unwrap();
        let sql = Sql::new(&SCHEMA);
        for table in SCHEMA.tables {
            for index in std::iter::once(None).chain((0..table.indexes.len()).map(Some)) {
                let plain = Scan { index, ..Scan::by_key(table, vec![], 10) };
                let some = |column: &usize| match table.columns[*column].ty {
                    abri_store::Type::I => V::I(1),
                    abri_store::Type::T => "t".into(),
                    abri_store::Type::B => vec![1].into(),
                };
                let place: Row = plain.order().iter().map(some).collect();
                let next = Scan { after: Some(place.clone()), ..plain.clone() };
                let within = Scan { prefix: place[..1].to_vec(), ..plain.clone() };
                for scan in [plain, next.clone(), next.backwards(), within.clone().backwards(), within] {
                    let plan = plans(&connection, &sql, &scan);
                    assert!(!plan.contains("TEMP B-TREE"), "{scan:?}: {plan}");
                    let is_bounded = scan.after.is_some() || !scan.prefix.is_empty();
                    assert!(!is_bounded || !plan.contains("SCAN"), "{scan:?}: {plan}");
                }
            }
        }
    }
}
