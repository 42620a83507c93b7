//! Copies of a space in the common dump format, a few rows at a time.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::pin::pin;

use abri_model::SpaceId;
use abri_store::dump::{Head, Reader, Writer};
use abri_store::{Row, Schema, StoreError, Table};
use futures_util::TryStreamExt;
use tokio::sync::mpsc;
use tokio_postgres::types::ToSql;

use crate::Engine;
use crate::error::Fault;
use crate::param::{Array, row};

/// Rows on their way between the database and the file.
const ROWS_WAITING_MAX: usize = 512;
/// Rows put back by one statement.
const ROWS_AT_ONCE: usize = 500;

type Item = (&'static Table, Row);

/// Writes a consistent copy of `space` to the new file `target`.
pub async fn snapshot(engine: &Engine, space: SpaceId, target: &Path) -> Result<(), Fault> {
    let mut client = engine.client().await?;
    let moment = client
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let found = moment.query_opt("SELECT seq,epoch FROM _fence WHERE space=$1", &[&space.0]).await?;
    let found = found.ok_or(StoreError::NoSpace(space))?;
    let head = Head { version: engine.schema.version, seq: found.get(0), epoch: found.get(1) };
    let (rows, waiting) = mpsc::channel(ROWS_WAITING_MAX);
    let path = target.to_owned();
    let writing = tokio::task::spawn_blocking(move || write(&path, head, waiting));
    let read = async {
        for sql in engine.sql.all() {
            let mut found = pin!(moment.query_raw(&sql.all, [&space.0]).await?);
            while let Some(found) = found.try_next().await? {
                if rows.send((sql.table, row(&found, sql.table, 0)?)).await.is_err() {
                    // The writer gave up, and says why below.
                    return Ok(());
                }
            }
        }
        Ok(())
    };
    let read: Result<(), Fault> = read.await;
    drop(rows);
    let written = writing.await.map_err(StoreError::engine)?;
    if read.is_err() && written.is_ok() {
        // Half a copy is of no use; the fault itself is what the caller must hear.
        let _ = std::fs::remove_file(target);
    }
    read?;
    Ok(written?)
}

fn write(target: &Path, head: Head, mut rows: mpsc::Receiver<Item>) -> Result<(), StoreError> {
    let file = File::create_new(target).map_err(file)?;
    let written = write_rows(file, head, &mut rows).and_then(|()| sync_names(target));
    if written.is_err() {
        let _ = std::fs::remove_file(target);
    }
    written
}

fn write_rows(to: File, head: Head, rows: &mut mpsc::Receiver<Item>) -> Result<(), StoreError> {
    let mut writer = Writer::new(BufWriter::new(to), head).map_err(file)?;
    while let Some((table, row)) = rows.blocking_recv() {
        writer.row(table, &row).map_err(file)?;
    }
    let to = writer.finish().map_err(file)?.into_inner().map_err(|error| file(error.into_error()))?;
    to.sync_all().map_err(file)
}

fn sync_names(target: &Path) -> Result<(), StoreError> {
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(file)
}

fn file(error: std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::StorageFull { StoreError::Full } else { StoreError::engine(error) }
}

/// Replaces `space` by the copy in `source`, in one transaction.
pub async fn restore(engine: &Engine, space: SpaceId, source: &Path) -> Result<(), Fault> {
    let (path, schema) = (source.to_owned(), engine.schema);
    let (rows, mut waiting) = mpsc::channel(ROWS_WAITING_MAX);
    let (heads, head) = tokio::sync::oneshot::channel();
    let reading = tokio::task::spawn_blocking(move || read(path, schema, heads, &rows));
    let Ok(head) = head.await else {
        return Err(reading
            .await
            .map_err(StoreError::engine)?
            .err()
            .unwrap_or_else(|| StoreError::engine("no head"))
            .into());
    };
    let mut client = engine.client().await?;
    let change = client.transaction().await?;
    let fence = "INSERT INTO _fence(space,seq,epoch,commits) VALUES($1,$2::bigint,$3::bigint+1,0) \
                 ON CONFLICT(space) DO UPDATE SET seq=$2::bigint, epoch=greatest(_fence.epoch,$3::bigint)+1, commits=0";
    change.execute(fence, &[&space.0, &head.seq, &head.epoch]).await?;
    for sql in engine.sql.all() {
        change.execute(&sql.clear, &[&space.0]).await?;
    }
    let mut batch: Vec<Item> = Vec::new();
    while let Some(item) = waiting.recv().await {
        let is_other = batch.first().is_some_and(|(table, _)| *table != item.0);
        if is_other || batch.len() == ROWS_AT_ONCE {
            put(engine, &change, space, std::mem::take(&mut batch)).await?;
        }
        batch.push(item);
    }
    put(engine, &change, space, batch).await?;
    // A copy that turned out to be damaged takes everything back.
    reading.await.map_err(StoreError::engine)??;
    change.commit().await?;
    Ok(())
}

fn read(
    source: PathBuf,
    schema: &'static Schema,
    heads: tokio::sync::oneshot::Sender<Head>,
    rows: &mpsc::Sender<Item>,
) -> Result<(), StoreError> {
    let (head, mut reader) = Reader::new(BufReader::new(File::open(source).map_err(file)?), schema)?;
    if heads.send(head).is_err() {
        return Ok(());
    }
    while let Some(item) = reader.next_row()? {
        if rows.blocking_send(item).is_err() {
            break;
        }
    }
    Ok(())
}

/// Writes rows of one table.
async fn put(
    engine: &Engine,
    change: &deadpool_postgres::Transaction<'_>,
    space: SpaceId,
    batch: Vec<Item>,
) -> Result<(), Fault> {
    let Some((table, _)) = batch.first() else { return Ok(()) };
    let rows: Vec<&Row> = batch.iter().map(|(_, row)| row).collect();
    let arrays = Array::of(table, table.columns.len(), &rows);
    let mut params: Vec<&(dyn ToSql + Sync)> = vec![&space.0];
    params.extend(arrays.iter().map(Array::as_sql));
    let statement = change.prepare_cached(&engine.sql.of(table)?.put).await?;
    change.execute(&statement, &params).await?;
    Ok(())
}
