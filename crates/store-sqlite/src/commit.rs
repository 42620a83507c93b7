//! Writing: the fence and the rows of a batch in one transaction.

use abri_model::SpaceId;
use abri_store::{Fence, Mut, Result, StoreError};
use rusqlite::{Connection, TransactionBehavior, params};

use crate::error::sqlite;
use crate::sql::Sql;
use crate::value::bind;

const ADVANCE: &str = "UPDATE _fence SET seq=?1, commits=commits+1 WHERE one=1 AND seq=?2 AND epoch=?3 AND commits=?4";
const ACQUIRE: &str = "UPDATE _fence SET epoch=epoch+1 WHERE one=1 RETURNING epoch, seq, commits";

/// Takes the space: the next epoch.
pub fn acquire(writer: &mut Connection, space: SpaceId) -> Result<Fence> {
    let fence =
        |row: &rusqlite::Row<'_>| Ok(Fence { space, epoch: row.get(0)?, seq: row.get(1)?, commits: row.get(2)? });
    let change = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sqlite)?;
    let fence = change.query_row(ACQUIRE, [], fence).map_err(sqlite)?;
    change.commit().map_err(sqlite)?;
    Ok(fence)
}

/// Writes a checked batch, all of it or nothing.
pub fn commit(writer: &mut Connection, sql: &Sql, fence: &Fence, new_seq: i64, muts: &[Mut]) -> Result<()> {
    // Dropped before its commit, the transaction takes everything back.
    let change = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sqlite)?;
    let held = params![new_seq, fence.seq, fence.epoch, fence.commits];
    if change.prepare_cached(ADVANCE).map_err(sqlite)?.execute(held).map_err(sqlite)? != 1 {
        return Err(StoreError::Fenced);
    }
    for one in muts {
        let (text, values) = match one {
            Mut::Put(table, row) => (&sql.of(table)?.put, row),
            Mut::Delete(table, key) => (&sql.of(table)?.delete, key),
        };
        let mut statement = change.prepare_cached(text).map_err(sqlite)?;
        bind(&mut statement, values)?;
        statement.raw_execute().map_err(sqlite)?;
    }
    change.commit().map_err(sqlite)
}
