//! Writing: the fence and the rows of a batch in one transaction and one round trip.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use abri_model::SpaceId;
use abri_store::{Fence, Mut, Result, Row, StoreError, Table};
use deadpool_postgres::Object;
use futures_util::future::BoxFuture;
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

use crate::Engine;
use crate::error::Fault;
use crate::param::Array;

/// Moves the fence, or divides by zero: what is sent after it in the same round trip is then refused with it.
const ADVANCE: &str = "WITH moved AS (UPDATE _fence SET seq=$5, commits=commits+1 WHERE space=$1 AND epoch=$2 AND seq=$3 AND commits=$4 \
                       RETURNING 1) SELECT 1/count(*) FROM moved";
/// Makes sure that a commit that has not taken effect never will.
const FORECLOSE: &str = "UPDATE _fence SET commits=commits+$4 WHERE space=$1 AND epoch=$2 AND commits=$3";
/// How far [`FORECLOSE`] moves the count of commits: no real commit moves it that far.
const FORECLOSED: i64 = 1 << 32;
/// How often a commit that met another transaction is done again.
const CONFLICTS_MAX: u32 = 10;
/// How often a lost outcome is asked for, a second apart.
const DECIDES_MAX: u32 = 30;

/// Makes an empty space; does nothing when it exists.
pub async fn create(engine: &Engine, space: SpaceId) -> Result<(), Fault> {
    let client = engine.client().await?;
    client
        .execute("INSERT INTO _fence(space,seq,epoch,commits) VALUES($1,0,0,0) ON CONFLICT DO NOTHING", &[&space.0])
        .await?;
    Ok(())
}

/// Removes a space. Its fence goes first, so that a commit on its way finds none.
pub async fn delete(engine: &Engine, space: SpaceId) -> Result<(), Fault> {
    let mut client = engine.client().await?;
    let change = client.transaction().await?;
    change.execute("DELETE FROM _fence WHERE space=$1", &[&space.0]).await?;
    for sql in engine.sql.all() {
        change.execute(&sql.clear, &[&space.0]).await?;
    }
    change.commit().await?;
    Ok(())
}

/// Takes the space: the next epoch.
pub async fn acquire(engine: &Engine, space: SpaceId) -> Result<Fence, Fault> {
    let client = engine.client().await?;
    let take =
        client.prepare_cached("UPDATE _fence SET epoch=epoch+1 WHERE space=$1 RETURNING epoch,seq,commits").await?;
    let found = client.query_opt(&take, &[&space.0]).await?.ok_or(StoreError::NoSpace(space))?;
    Ok(Fence { space, epoch: found.get(0), seq: found.get(1), commits: found.get(2) })
}

/// Writes a checked batch, all of it or nothing, and moves the fence along.
pub async fn commit(engine: &Engine, fence: &mut Fence, new_seq: i64, muts: &[Mut]) -> Result<()> {
    let steps = steps(muts);
    let mut conflicts = 0;
    loop {
        // Until something is sent nothing can have been written.
        let client = engine.client().await?;
        let prepared = prepare(engine, &client, &steps).await?;
        match send(&client, fence, new_seq, &steps, &prepared).await {
            Ok(()) => {
                fence.seq = new_seq;
                fence.commits += 1;
                return Ok(());
            }
            Err(fault) => {
                // Whatever state the connection is in, it ends here, and its transaction with it.
                drop(Object::take(client));
                match fault {
                    Fault::Conflict(_) if conflicts < CONFLICTS_MAX => {
                        conflicts += 1;
                        tokio::time::sleep(Duration::from_millis(5 << conflicts.min(6))).await;
                    }
                    Fault::Lost(error) => return decide(engine, fence, new_seq, error).await,
                    Fault::Fenced => return Err(fenced(engine, fence.space).await),
                    fault => return Err(fault.into()),
                }
            }
        }
    }
}

/// What a batch does to one table.
struct Step<'a> {
    table: &'static Table,
    is_put: bool,
    arrays: Vec<Array<'a>>,
}

fn steps(muts: &[Mut]) -> Vec<Step<'_>> {
    let mut groups: Vec<(&'static Table, bool, Vec<&Row>)> = Vec::new();
    for one in muts {
        let (table, is_put, row) = match one {
            Mut::Put(table, row) => (*table, true, row),
            Mut::Delete(table, key) => (*table, false, key),
        };
        match groups.iter_mut().find(|group| (group.0, group.1) == (table, is_put)) {
            Some(group) => group.2.push(row),
            None => groups.push((table, is_put, vec![row])),
        }
    }
    let arrays = |table: &Table, is_put, rows: &[_]| {
        Array::of(table, if is_put { table.columns.len() } else { table.key }, rows)
    };
    groups
        .into_iter()
        .map(|(table, is_put, rows)| Step { table, is_put, arrays: arrays(table, is_put, &rows) })
        .collect()
}

/// The statement that moves the fence, then one for each step.
async fn prepare(engine: &Engine, client: &Object, steps: &[Step<'_>]) -> Result<Vec<Statement>, StoreError> {
    let mut prepared = vec![client.prepare_cached(ADVANCE).await.map_err(Fault::from)?];
    for step in steps {
        let sql = engine.sql.of(step.table)?;
        let text = if step.is_put { &sql.put } else { &sql.delete };
        prepared.push(client.prepare_cached(text).await.map_err(Fault::from)?);
    }
    Ok(prepared)
}

/// Sends the whole transaction at once and waits for its answers.
async fn send(
    client: &Object,
    fence: &Fence,
    new_seq: i64,
    steps: &[Step<'_>],
    prepared: &[Statement],
) -> Result<(), Fault> {
    let held: [&(dyn ToSql + Sync); 5] = [&fence.space.0, &fence.epoch, &fence.seq, &fence.commits, &new_seq];
    let params: Vec<Vec<&(dyn ToSql + Sync)>> = steps
        .iter()
        .map(|step| std::iter::once(held[0]).chain(step.arrays.iter().map(Array::as_sql)).collect())
        .collect();
    let mut answers: Vec<BoxFuture<'_, Result<(), tokio_postgres::Error>>> =
        vec![Box::pin(client.batch_execute("BEGIN"))];
    answers.push(Box::pin(async { client.execute(&prepared[0], &held).await.map(drop) }));
    for (statement, params) in prepared[1..].iter().zip(&params) {
        answers.push(Box::pin(async move { client.execute(statement, params).await.map(drop) }));
    }
    answers.push(Box::pin(client.batch_execute("COMMIT")));
    // The first poll of each sends it. A statement that could not even be sent must keep the COMMIT from being sent after it.
    let mut waiting = Vec::with_capacity(answers.len());
    let mut unsent = Ok(());
    for mut answer in answers {
        match poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await {
            Poll::Ready(Ok(())) => {}
            Poll::Pending => waiting.push(answer),
            Poll::Ready(Err(error)) => {
                unsent = Err(error);
                break;
            }
        }
    }
    // The first fault is the one that tells: those after it only say that the transaction has failed.
    for answer in waiting {
        answer.await?;
    }
    Ok(unsent?)
}

/// Why a fence did not hold.
async fn fenced(engine: &Engine, space: SpaceId) -> StoreError {
    match crate::read::seq(engine, space).await {
        Ok(_) => StoreError::Fenced,
        Err(fault) => fault.into(),
    }
}

/// Finds out whether a commit whose answer was lost took effect; when it had not, it never will.
async fn decide(engine: &Engine, fence: &mut Fence, new_seq: i64, lost: tokio_postgres::Error) -> Result<()> {
    for _ in 0..DECIDES_MAX {
        match stands_at(engine, fence).await {
            Ok((epoch, commits)) if (epoch, commits) == (fence.epoch, fence.commits + 1) => {
                fence.seq = new_seq;
                fence.commits = commits;
                return Ok(());
            }
            Ok((epoch, commits)) if (epoch, commits) == (fence.epoch, fence.commits + FORECLOSED) => {
                fence.commits = commits;
                return Err(StoreError::engine(lost));
            }
            // Another writer has come since. With no commit since ours began, ours was none.
            Ok((_, commits)) if commits == fence.commits => return Err(StoreError::Fenced),
            Ok(_) => break,
            Err(Fault::Lost(_) | Fault::Conflict(_)) => tokio::time::sleep(Duration::from_secs(1)).await,
            Err(fault) => return Err(fault.into()),
        }
    }
    // Still in doubt: with this count no commit of this fence can pass, so the holder has to acquire and read again.
    fence.commits = -1;
    Err(StoreError::engine(lost))
}

/// Forecloses the commit in doubt if it has not taken effect, and reads epoch and commits. Waits for it when it is still on its way.
async fn stands_at(engine: &Engine, fence: &Fence) -> Result<(i64, i64), Fault> {
    let client = engine.client().await?;
    client.execute(FORECLOSE, &[&fence.space.0, &fence.epoch, &fence.commits, &FORECLOSED]).await?;
    let found = client.query_opt("SELECT epoch,commits FROM _fence WHERE space=$1", &[&fence.space.0]).await?;
    let found = found.ok_or(StoreError::NoSpace(fence.space))?;
    Ok((found.get(0), found.get(1)))
}
