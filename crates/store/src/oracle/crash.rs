//! The story of a space whose writer is killed: what was acknowledged is there, and at most one whole batch more.
//!
//! One process writes ([`write_on`]) and reports each batch when it is acknowledged; whoever killed it opens the engine again and
//! judges ([`judge`]). The batches follow from seed and step, and step n ends at position n + 1: so the position tells the rows.

use abri_model::SpaceId;
use futures_util::FutureExt;

use super::draw::Draw;
use super::everything;
use crate::memory::MemoryStore;
use crate::suite::fixture::SCHEMA;
use crate::{Mut, Snapshots, Store, StoreError};

fn batch(seed: u64, step: i64) -> Vec<Mut> {
    Draw::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(step as u64)).batch()
}

/// Writes batches from where the space stands until the engine fails; `acknowledged` hears each position as it is reached.
pub async fn write_on(engine: &impl Store, space: SpaceId, seed: u64, mut acknowledged: impl FnMut(i64)) -> StoreError {
    let begun = async {
        engine.create_space(space).await?;
        engine.acquire(space).await
    };
    let mut fence = match begun.await {
        Ok(fence) => fence,
        Err(error) => return error,
    };
    loop {
        let next = fence.seq + 1;
        if let Err(error) = engine.commit(&mut fence, next, batch(seed, next - 1)).await {
            return error;
        }
        acknowledged(next);
    }
}

/// Judges a space after its writer was killed: the position it stands at, of which `acknowledged` was the last to be told.
pub async fn judge(engine: &impl Snapshots, space: SpaceId, seed: u64, acknowledged: i64) -> i64 {
    let position = match engine.seq(space).await {
        Ok((_, position)) => position,
        Err(StoreError::NoSpace(_)) if acknowledged == 0 => return 0,
        Err(error) => panic!("seed {seed}, acknowledged {acknowledged}: {error}"),
    };
    assert!(
        (acknowledged..=acknowledged + 1).contains(&position),
        "seed {seed}: position {acknowledged} was acknowledged, the space stands at {position}"
    );
    let memory = MemoryStore::new(&SCHEMA);
    // The memory engine never waits.
    let replay = async {
        memory.create_space(space).await.unwrap();
        let mut fence = memory.acquire(space).await.unwrap();
        for step in 0..position {
            memory.commit(&mut fence, step + 1, batch(seed, step)).await.unwrap();
        }
        everything(&memory, space).await.unwrap()
    };
    let right = replay.now_or_never().unwrap();
    let found = everything(engine, space).await.unwrap();
    assert!(found == right, "seed {seed}: the rows at position {position} are not those of its batches");
    assert_eq!(engine.verify(space).await.unwrap(), Vec::<String>::new(), "seed {seed}, position {position}");
    position
}
