//! Random operations, done to an engine and to the memory engine: both must tell the same story.
//!
//! Everything follows from a seed, which is named when the stories differ. The engine is opened with [`fixture::SCHEMA`].
#![allow(clippy::unwrap_used, reason = "an oracle speaks by panicking")]

pub mod crash;
mod draw;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use abri_model::SpaceId;
use futures_util::future::BoxFuture;

use crate::memory::MemoryStore;
use crate::suite::fixture::SCHEMA;
use crate::{Fence, Mut, Result, Row, Scan, Snapshots, Store};
use draw::Draw;

/// Closes an engine and opens it again.
pub type Reopen<'a, S> = &'a dyn Fn(S) -> BoxFuture<'static, S>;

/// How many spaces a run plays with.
const SPACES: u64 = 3;
/// How many steps pass between looks at everything.
const LOOK_STEPS: usize = 40;
/// More rows than a table ever has.
const ROWS_MAX: usize = 100_000;

struct Oracle<'a, S> {
    draw: Draw,
    engine: S,
    memory: MemoryStore,
    directory: &'a Path,
    spaces: Vec<SpaceId>,
    /// The newest fence of a space, ours and the memory engine's.
    fences: BTreeMap<SpaceId, (Fence, Fence)>,
    /// Fences that are no longer the newest.
    stale: Vec<(Fence, Fence)>,
    /// Snapshots taken: the engine's and the memory engine's.
    snapshots: Vec<(PathBuf, PathBuf)>,
    /// Seed and step, for whoever must find out.
    at: String,
}

/// Plays `steps` steps of the story of `seed`, with snapshots in `directory`. Gives the engine back; its spaces of this story are gone.
pub async fn run<S: Snapshots>(
    seed: u64,
    steps: usize,
    engine: S,
    reopen: Option<Reopen<'_, S>>,
    directory: &Path,
) -> S {
    let spaces: Vec<SpaceId> = (0..SPACES).map(|n| SpaceId(((seed << 4 | n) as i64 & i64::MAX).max(2))).collect();
    let mut oracle = Oracle {
        draw: Draw::new(seed),
        engine,
        memory: MemoryStore::new(&SCHEMA),
        directory,
        spaces,
        fences: BTreeMap::new(),
        stale: Vec::new(),
        snapshots: Vec::new(),
        at: String::new(),
    };
    for step in 0..steps {
        oracle.at = format!("seed {seed}, step {step}");
        if oracle.draw.one_in(60)
            && let Some(reopen) = reopen
        {
            oracle.engine = reopen(oracle.engine).await;
        }
        oracle.step().await;
        if step % LOOK_STEPS == LOOK_STEPS - 1 {
            oracle.look_at_everything().await;
        }
    }
    oracle.look_at_everything().await;
    for space in &oracle.spaces {
        oracle.engine.delete_space(*space).await.unwrap();
    }
    oracle.engine
}

impl<S: Snapshots> Oracle<'_, S> {
    async fn step(&mut self) {
        let space = *self.draw.pick(&self.spaces);
        match self.draw.below(100) {
            0..50 => self.commit(space).await,
            50..55 => self.commit_stale().await,
            55..58 => self.commit_bad(space).await,
            58..70 => self.get(space).await,
            70..88 => self.scan(space).await,
            88..92 => self.acquire(space).await,
            92..94 => self.delete(space).await,
            94..96 => self.snapshot(space).await,
            96..97 => self.restore(space).await,
            _ => self.create(space).await,
        }
        let (ours, theirs) = (self.engine.seq(space).await, self.memory.seq(space).await);
        self.same("seq", ours, theirs);
    }

    async fn create(&mut self, space: SpaceId) {
        self.engine.create_space(space).await.unwrap();
        self.memory.create_space(space).await.unwrap();
    }

    async fn delete(&mut self, space: SpaceId) {
        self.engine.delete_space(space).await.unwrap();
        self.memory.delete_space(space).await.unwrap();
        // Fences of a space that was deleted and made again could pass by accident: ids are not used twice.
        self.fences.remove(&space);
        self.stale.retain(|(fence, _)| fence.space != space);
    }

    async fn acquire(&mut self, space: SpaceId) {
        let (ours, theirs) = (self.engine.acquire(space).await, self.memory.acquire(space).await);
        if let (Ok(ours), Ok(theirs)) = (&ours, &theirs) {
            assert_eq!((ours.epoch, ours.seq), (theirs.epoch, theirs.seq), "acquire at {}", self.at);
        } else {
            self.same(
                "acquire",
                ours.as_ref().map(|_| ()).map_err(ToString::to_string),
                theirs.as_ref().map(|_| ()).map_err(ToString::to_string),
            );
        }
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            self.stale.extend(self.fences.insert(space, (ours, theirs)));
        }
    }

    async fn commit(&mut self, space: SpaceId) {
        if !self.fences.contains_key(&space) {
            self.create(space).await;
            self.acquire(space).await;
        }
        let batch = self.draw.batch();
        let Some((mut ours, mut theirs)) = self.fences.remove(&space) else { return };
        let seq = ours.seq + self.draw.below(3) as i64;
        self.commit_both(&mut ours, &mut theirs, seq, batch).await;
        self.fences.insert(space, (ours, theirs));
    }

    async fn commit_stale(&mut self) {
        if self.stale.is_empty() {
            return;
        }
        let batch = self.draw.batch();
        let which = self.draw.below(self.stale.len() as u64) as usize;
        let (mut ours, mut theirs) = self.stale.swap_remove(which);
        let seq = ours.seq + 1;
        self.commit_both(&mut ours, &mut theirs, seq, batch).await;
        self.stale.push((ours, theirs));
    }

    async fn commit_bad(&mut self, space: SpaceId) {
        let Some((mut ours, mut theirs)) = self.fences.remove(&space) else { return };
        let batch = self.draw.bad_batch();
        let seq = ours.seq + 1;
        self.commit_both(&mut ours, &mut theirs, seq, batch).await;
        self.fences.insert(space, (ours, theirs));
    }

    async fn commit_both(&self, ours: &mut Fence, theirs: &mut Fence, seq: i64, batch: Vec<Mut>) {
        let (done, right) =
            (self.engine.commit(ours, seq, batch.clone()).await, self.memory.commit(theirs, seq, batch).await);
        self.same("commit", done, right);
        assert_eq!((ours.epoch, ours.seq), (theirs.epoch, theirs.seq), "fence at {}", self.at);
    }

    async fn get(&mut self, space: SpaceId) {
        let table = self.draw.table();
        let keys: Vec<Row> = (0..self.draw.below(6)).map(|_| self.draw.key(table)).collect();
        let (ours, theirs) = (self.engine.get(space, table, &keys).await, self.memory.get(space, table, &keys).await);
        self.same(&format!("get {keys:?} of {}", table.name), ours, theirs);
    }

    async fn scan(&mut self, space: SpaceId) {
        let mut scan = self.draw.scan();
        // A few pages, the next after the last row of the one before.
        for _ in 0..4 {
            let (ours, theirs) =
                (self.engine.scan(space, scan.clone()).await, self.memory.scan(space, scan.clone()).await);
            let place = ours.as_ref().ok().and_then(|rows| rows.last()).map(|row| scan.place_of(row));
            self.same(&format!("scan {scan:?}"), ours, theirs);
            if place.is_none() {
                break;
            }
            scan.after = place;
        }
    }

    async fn snapshot(&mut self, space: SpaceId) {
        let number = self.snapshots.len();
        let path = |whose| self.directory.join(format!("{:x}-{number}-{whose}", self.draw.seed()));
        let (ours, theirs) = (path("engine"), path("memory"));
        let (done, right) = (self.engine.snapshot(space, &ours).await, self.memory.snapshot(space, &theirs).await);
        if done.is_ok() {
            self.snapshots.push((ours, theirs));
        }
        self.same("snapshot", done, right);
    }

    async fn restore(&mut self, space: SpaceId) {
        if self.snapshots.is_empty() {
            return;
        }
        let (ours, theirs) = self.draw.pick(&self.snapshots).clone();
        let (done, right) = (self.engine.restore(space, &ours).await, self.memory.restore(space, &theirs).await);
        self.same("restore", done, right);
        // From here on whoever held the space is fenced off.
        self.stale.extend(self.fences.remove(&space));
    }

    async fn look_at_everything(&self) {
        for space in &self.spaces {
            let ours = everything(&self.engine, *space).await;
            let theirs = everything(&self.memory, *space).await;
            self.same("everything", ours, theirs);
            if let Ok(wrong) = self.engine.verify(*space).await {
                assert!(wrong.is_empty(), "at {}: {wrong:?}", self.at);
            }
        }
    }

    fn same<T: PartialEq + Debug, E: ToString + Debug>(&self, what: &str, ours: Result<T, E>, theirs: Result<T, E>) {
        let same = match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => ours == theirs,
            (Err(ours), Err(theirs)) => ours.to_string() == theirs.to_string(),
            _ => false,
        };
        assert!(same, "at {}, {what}\nthe engine says: {ours:?}\nthe memory engine: {theirs:?}", self.at);
    }
}

/// Every row of a space, table by table, by the key and by each index.
async fn everything(engine: &impl Store, space: SpaceId) -> Result<Vec<Vec<Row>>> {
    let mut tables = Vec::new();
    for table in SCHEMA.tables {
        tables.push(engine.scan(space, Scan::by_key(table, vec![], ROWS_MAX)).await?);
        for index in 0..table.indexes.len() {
            tables.push(engine.scan(space, Scan::by_index(table, index, vec![], ROWS_MAX)).await?);
        }
    }
    Ok(tables)
}
