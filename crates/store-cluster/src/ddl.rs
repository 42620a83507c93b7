//! Tables from their descriptions, made or brought to the present version once, when the engine starts.

use abri_store::{Column, Index, Schema, StoreError, Table, Type};
use deadpool_postgres::Object;

use crate::error::Fault;
use crate::sql::{direction, type_of};

/// Brings the tables to the present version. Nodes that start together wait for each other on one row.
pub async fn prepare(client: &mut Object, schema: &Schema, namespace: &str) -> Result<(), Fault> {
    let first = format!(
        "CREATE SCHEMA IF NOT EXISTS {namespace};
         CREATE TABLE IF NOT EXISTS _schema(one bigint PRIMARY KEY, version bigint NOT NULL);
         INSERT INTO _schema VALUES(1,0) ON CONFLICT DO NOTHING"
    );
    // Two nodes that make the same table at once meet inside the server's catalogue: the second finds it made when it looks again.
    if client.batch_execute(&first).await.is_err() {
        client.batch_execute(&first).await?;
    }
    let change = client.transaction().await?;
    let old: i64 = change.query_one("SELECT version FROM _schema WHERE one=1 FOR UPDATE", &[]).await?.get(0);
    if old > i64::from(schema.version) {
        return Err(StoreError::Damaged(format!("made by a newer version ({old})")).into());
    }
    if old == i64::from(schema.version) {
        return Ok(());
    }
    let statements = statements(schema, u32::try_from(old).unwrap_or(0));
    change.batch_execute(&statements).await?;
    change.execute("UPDATE _schema SET version=$1 WHERE one=1", &[&i64::from(schema.version)]).await?;
    change.commit().await?;
    Ok(())
}

fn statements(schema: &Schema, old: u32) -> String {
    let mut sql = String::new();
    if old == 0 {
        sql.push_str("CREATE TABLE _fence(space bigint PRIMARY KEY, seq bigint NOT NULL, epoch bigint NOT NULL, commits bigint NOT NULL);");
    }
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
    sql
}

fn define(column: &Column) -> String {
    // Bytes, never a language: libraries that order by language change between versions, and indexes rot.
    let collation = if column.ty == Type::T { " COLLATE \"C\"" } else { "" };
    format!("{} {}{collation}{}", column.name, type_of(column), if column.null { "" } else { " NOT NULL" })
}

fn create_table(table: &Table) -> String {
    let columns = table.columns.iter().map(define).collect::<Vec<_>>().join(",");
    let key = table.columns[..table.key].iter().map(|column| column.name).collect::<Vec<_>>().join(",");
    format!("CREATE TABLE {}(space bigint NOT NULL,{columns},PRIMARY KEY(space,{key}));", table.name)
}

fn create_index(table: &Table, index: &Index) -> String {
    let rest = (0..table.key).filter(|column| !index.columns.contains(column));
    let columns = index.columns.iter().copied().chain(rest).map(|column| &table.columns[column]);
    let columns =
        columns.map(|column| format!("{}{}", column.name, direction(column, false))).collect::<Vec<_>>().join(",");
    let partial =
        index.not_null.map_or(String::new(), |column| format!(" WHERE {} IS NOT NULL", table.columns[column].name));
    format!("CREATE INDEX {} ON {}(space,{columns}){partial};", index.name, table.name)
}
