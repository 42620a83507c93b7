//! Tables from their descriptions, and bringing an older file to the present version.

use abri_store::{Column, Index, Result, Schema, StoreError, Table, Type};
use rusqlite::{Connection, TransactionBehavior};

use crate::error::sqlite;
use crate::sql::{is_clustered, is_numbered};

/// Marks a file as one of ours: "Abri".
pub const APPLICATION_ID: i32 = 0x4162_7269;

/// The table, in every file, of one row that says where the space stands.
const FENCE: &str = "CREATE TABLE _fence(one INTEGER PRIMARY KEY CHECK(one=1), seq INTEGER NOT NULL, epoch INTEGER NOT NULL, \
                     commits INTEGER NOT NULL) STRICT; INSERT INTO _fence VALUES(1,0,0,0)";

/// Makes the file behind `connection`, still empty, an empty space of the present version.
pub fn create(connection: &Connection, schema: &Schema) -> Result<()> {
    // Page size and vacuum mode can only be chosen before the first table.
    let mut sql = format!(
        "PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN; \
         PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={}; {FENCE};",
        schema.version
    );
    for table in schema.tables {
        sql.push_str(&create_table(table));
        table.indexes.iter().for_each(|index| sql.push_str(&create_index(table, index)));
    }
    sql.push_str("COMMIT;");
    connection.execute_batch(&sql).map_err(sqlite)
}

/// Brings the file behind `connection` to the present version; does nothing, cheaply, when it is there.
pub fn migrate(connection: &mut Connection, schema: &Schema) -> Result<()> {
    if version(connection, schema)? == schema.version {
        return Ok(());
    }
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sqlite)?;
    let old = version(&change, schema)?;
    let mut sql = String::new();
    for table in schema.tables {
        if table.since > old {
            sql.push_str(&create_table(table));
        } else {
            let new = table.columns.iter().filter(|column| column.since > old);
            new.for_each(|column| sql.push_str(&format!("ALTER TABLE {} ADD COLUMN {};", table.name, define(column))));
        }
        let new = table.indexes.iter().filter(|index| index.since.max(table.since) > old);
        new.for_each(|index| sql.push_str(&create_index(table, index)));
    }
    sql.push_str(&format!("PRAGMA user_version={};", schema.version));
    change.execute_batch(&sql).map_err(sqlite)?;
    change.commit().map_err(sqlite)
}

/// The version of the file behind `connection`, refused when it is not one of ours or newer than we are.
fn version(connection: &Connection, schema: &Schema) -> Result<u32> {
    let number = |pragma| connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).map_err(sqlite);
    if number("PRAGMA application_id")? != i64::from(APPLICATION_ID) {
        return Err(StoreError::Damaged("not a file of a space".into()));
    }
    let version = number("PRAGMA user_version")?;
    match u32::try_from(version) {
        Ok(version) if version <= schema.version => Ok(version),
        _ => Err(StoreError::Damaged(format!("made by a newer version ({version})"))),
    }
}

fn define(column: &Column) -> String {
    let ty = match column.ty {
        Type::I => "INTEGER",
        Type::T => "TEXT",
        Type::B => "BLOB",
    };
    format!("{} {ty}{}", column.name, if column.null { "" } else { " NOT NULL" })
}

fn create_table(table: &Table) -> String {
    let columns = table.columns.iter().map(define).collect::<Vec<_>>().join(",");
    let key = table.columns[..table.key].iter().map(|column| column.name).collect::<Vec<_>>().join(",");
    debug_assert!(!is_numbered(table) || !table.columns[0].null);
    let without = if is_clustered(table) { ", WITHOUT ROWID" } else { "" };
    format!("CREATE TABLE {}({columns}, PRIMARY KEY({key})) STRICT{without};", table.name)
}

fn create_index(table: &Table, index: &Index) -> String {
    let mut columns: Vec<&str> = index.columns.iter().map(|column| table.columns[*column].name).collect();
    // SQLite ends an entry with the row number or the clustered key; where that is not our key, the key must be written out.
    if !is_numbered(table) {
        let rest = (0..table.key).filter(|column| !index.columns.contains(column));
        columns.extend(rest.map(|column| table.columns[column].name));
    }
    let partial =
        index.not_null.map_or(String::new(), |column| format!(" WHERE {} IS NOT NULL", table.columns[column].name));
    format!("CREATE INDEX {} ON {}({}){partial};", index.name, table.name, columns.join(","))
}
