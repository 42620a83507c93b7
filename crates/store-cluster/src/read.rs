//! Reading: one statement each, so that each sees one moment.

use abri_model::SpaceId;
use abri_store::{Row, Scan, StoreError, Table, range};
use tokio_postgres::types::ToSql;

use crate::Engine;
use crate::error::Fault;
use crate::param::{Array, Value, row};

/// Where the space stands: epoch and position.
pub async fn seq(engine: &Engine, space: SpaceId) -> Result<(i64, i64), Fault> {
    let client = engine.client().await?;
    let statement = client.prepare_cached("SELECT epoch,seq FROM _fence WHERE space=$1").await?;
    let found = client.query_opt(&statement, &[&space.0]).await?.ok_or(StoreError::NoSpace(space))?;
    Ok((found.get(0), found.get(1)))
}

/// Every space.
pub async fn spaces(engine: &Engine) -> Result<Vec<SpaceId>, Fault> {
    let found = engine.client().await?.query("SELECT space FROM _fence", &[]).await?;
    Ok(found.into_iter().map(|row| SpaceId(row.get(0))).collect())
}

/// The rows with `keys`, in their order.
pub async fn get(
    engine: &Engine,
    space: SpaceId,
    table: &'static Table,
    keys: &[Row],
) -> Result<Vec<Option<Row>>, Fault> {
    let sql = engine.sql.of(table)?;
    let arrays = Array::of(table, table.key, &keys.iter().collect::<Vec<_>>());
    let mut params: Vec<&(dyn ToSql + Sync)> = vec![&space.0];
    params.extend(arrays.iter().map(Array::as_sql));
    let client = engine.client().await?;
    let statement = client.prepare_cached(&sql.get).await?;
    let mut rows = vec![None; keys.len()];
    for found in client.query(&statement, &params).await? {
        let place: i64 = found.get(0);
        rows[place as usize - 1] = Some(row(&found, table, 1)?);
    }
    drop(client);
    if rows.iter().all(Option::is_none) {
        seq(engine, space).await?;
    }
    Ok(rows)
}

/// The rows of a page.
pub async fn scan(engine: &Engine, space: SpaceId, scan: &Scan) -> Result<Vec<Row>, Fault> {
    let pieces = range::pieces(scan);
    let mut rows: Vec<(i32, Row)> = Vec::new();
    if !pieces.is_empty() {
        let (text, values) = engine.sql.of(scan.table)?.scan(scan, &pieces);
        let values: Vec<Value<'_>> = values.iter().map(Value).collect();
        let mut params: Vec<&(dyn ToSql + Sync)> = vec![&space.0];
        params.extend(values.iter().map(|value| value as &(dyn ToSql + Sync)));
        let client = engine.client().await?;
        let statement = client.prepare_cached(&text).await?;
        for found in client.query(&statement, &params).await? {
            rows.push((found.get(0), row(&found, scan.table, 1)?));
        }
    }
    if rows.is_empty() {
        // No row may mean no space.
        seq(engine, space).await?;
    }
    // The server appends piece after piece, but does not promise to.
    rows.sort_by_key(|(piece, _)| *piece);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}
