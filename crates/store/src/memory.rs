//! The memory engine: the specification of what a [`Store`] does, written to be obviously right.
//!
//! Scans look at every row of the table; nothing is durable. The other engines are compared with this one.

use std::collections::BTreeMap;
use std::fs::File;
use std::future::ready;
use std::io::{BufReader, BufWriter};
use std::path::Path;
use std::sync::Arc;

use abri_model::SpaceId;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use crate::table::{Row, Schema, Table, V};
use crate::{Bound, Fence, Mut, Result, Scan, Snapshots, Store, StoreError, check, dump};

/// Rows in memory. Cloning gives another handle to the same spaces.
#[derive(Clone)]
pub struct MemoryStore {
    schema: &'static Schema,
    spaces: Arc<Mutex<BTreeMap<SpaceId, Space>>>,
}

#[derive(Clone, Default)]
struct Space {
    epoch: i64,
    seq: i64,
    commits: i64,
    tables: BTreeMap<&'static str, BTreeMap<Row, Row>>,
}

impl MemoryStore {
    /// An engine without spaces.
    pub fn new(schema: &'static Schema) -> MemoryStore {
        MemoryStore { schema, spaces: Arc::default() }
    }

    fn with<T>(&self, space: SpaceId, look: impl FnOnce(&mut Space) -> Result<T>) -> Result<T> {
        look(self.spaces.lock().get_mut(&space).ok_or(StoreError::NoSpace(space))?)
    }

    fn commit_now(&self, fence: &mut Fence, new_seq: i64, muts: Vec<Mut>) -> Result<()> {
        check::batch(self.schema, fence, new_seq, &muts)?;
        self.with(fence.space, |space| {
            if (space.epoch, space.seq, space.commits) != (fence.epoch, fence.seq, fence.commits) {
                return Err(StoreError::Fenced);
            }
            for change in muts {
                space.apply(change);
            }
            space.seq = new_seq;
            space.commits += 1;
            (fence.seq, fence.commits) = (space.seq, space.commits);
            Ok(())
        })
    }

    fn snapshot_now(&self, space: SpaceId, target: &Path) -> Result<()> {
        let copy = self.with(space, |space| Ok(space.clone()))?;
        let file = File::create_new(target).map_err(StoreError::engine)?;
        let head = dump::Head { version: self.schema.version, seq: copy.seq, epoch: copy.epoch };
        let mut writer = dump::Writer::new(BufWriter::new(file), head).map_err(StoreError::engine)?;
        for table in self.schema.tables {
            for row in copy.rows(table) {
                writer.row(table, row).map_err(StoreError::engine)?;
            }
        }
        let file = writer
            .finish()
            .map_err(StoreError::engine)?
            .into_inner()
            .map_err(|error| StoreError::engine(error.into_error()))?;
        file.sync_all().map_err(StoreError::engine)
    }

    fn restore_now(&self, space: SpaceId, source: &Path) -> Result<()> {
        let file = File::open(source).map_err(StoreError::engine)?;
        let (head, mut reader) = dump::Reader::new(BufReader::new(file), self.schema)?;
        let mut copy = Space { epoch: head.epoch, seq: head.seq, ..Space::default() };
        while let Some((table, row)) = reader.next_row()? {
            copy.apply(Mut::Put(table, row));
        }
        let mut spaces = self.spaces.lock();
        let old_epoch = spaces.get(&space).map_or(0, |old| old.epoch);
        copy.epoch = copy.epoch.max(old_epoch) + 1;
        spaces.insert(space, copy);
        Ok(())
    }
}

impl Space {
    fn rows(&self, table: &'static Table) -> impl Iterator<Item = &Row> {
        self.tables.get(table.name).into_iter().flat_map(BTreeMap::values)
    }

    fn apply(&mut self, change: Mut) {
        match change {
            Mut::Put(table, row) => {
                self.tables.entry(table.name).or_default().insert(table.key_of(&row), row);
            }
            Mut::Delete(table, key) => {
                self.tables.entry(table.name).or_default().remove(&key);
            }
        }
    }

    fn scan(&self, scan: &Scan) -> Vec<Row> {
        let mut found: Vec<(Row, &Row)> = self
            .rows(scan.table)
            .filter(|row| is_indexed(scan, row))
            .map(|row| (scan.place_of(row), row))
            .filter(|(place, _)| is_in_range(scan, place))
            .collect();
        found.sort();
        if scan.desc {
            found.reverse();
        }
        found.into_iter().take(scan.limit).map(|(_, row)| row.clone()).collect()
    }
}

/// Whether `row` is in the index at all: a partial index leaves rows out.
fn is_indexed(scan: &Scan, row: &[V]) -> bool {
    scan.index_of().and_then(|index| index.not_null).is_none_or(|column| row[column] != V::Null)
}

/// Whether a row that stands at `place` belongs to the page asked for.
fn is_in_range(scan: &Scan, place: &Row) -> bool {
    let next = place.get(scan.prefix.len());
    let reaches =
        |bound: &Bound| next.is_some_and(|value| *value > bound.value || (bound.inclusive && *value == bound.value));
    let stays_below =
        |bound: &Bound| next.is_some_and(|value| *value < bound.value || (bound.inclusive && *value == bound.value));
    place.starts_with(&scan.prefix)
        && scan.from.as_ref().is_none_or(reaches)
        && scan.to.as_ref().is_none_or(stays_below)
        && scan.after.as_ref().is_none_or(|after| if scan.desc { place < after } else { place > after })
}

impl Store for MemoryStore {
    fn create_space(&self, space: SpaceId) -> BoxFuture<'_, Result<()>> {
        self.spaces.lock().entry(space).or_default();
        ready(Ok(())).boxed()
    }

    fn delete_space(&self, space: SpaceId) -> BoxFuture<'_, Result<()>> {
        self.spaces.lock().remove(&space);
        ready(Ok(())).boxed()
    }

    fn acquire(&self, space: SpaceId) -> BoxFuture<'_, Result<Fence>> {
        let fence = self.with(space, |state| {
            state.epoch += 1;
            Ok(Fence { space, epoch: state.epoch, seq: state.seq, commits: state.commits })
        });
        ready(fence).boxed()
    }

    fn commit<'a>(&'a self, fence: &'a mut Fence, new_seq: i64, muts: Vec<Mut>) -> BoxFuture<'a, Result<()>> {
        ready(self.commit_now(fence, new_seq, muts)).boxed()
    }

    fn get<'a>(
        &'a self,
        space: SpaceId,
        table: &'static Table,
        keys: &'a [Row],
    ) -> BoxFuture<'a, Result<Vec<Option<Row>>>> {
        let rows = check::keys(self.schema, table, keys).and_then(|()| {
            self.with(space, |state| {
                let rows = state.tables.get(table.name);
                Ok(keys.iter().map(|key| rows.and_then(|rows| rows.get(key)).cloned()).collect())
            })
        });
        ready(rows).boxed()
    }

    fn scan(&self, space: SpaceId, scan: Scan) -> BoxFuture<'_, Result<Vec<Row>>> {
        let rows = check::scan(self.schema, &scan).and_then(|()| self.with(space, |state| Ok(state.scan(&scan))));
        ready(rows).boxed()
    }

    fn seq(&self, space: SpaceId) -> BoxFuture<'_, Result<(i64, i64)>> {
        ready(self.with(space, |state| Ok((state.epoch, state.seq)))).boxed()
    }
}

impl Snapshots for MemoryStore {
    fn spaces(&self) -> BoxFuture<'_, Result<Vec<SpaceId>>> {
        ready(Ok(self.spaces.lock().keys().copied().collect())).boxed()
    }

    fn snapshot<'a>(&'a self, space: SpaceId, target: &'a Path) -> BoxFuture<'a, Result<()>> {
        ready(self.snapshot_now(space, target)).boxed()
    }

    fn restore<'a>(&'a self, space: SpaceId, source: &'a Path) -> BoxFuture<'a, Result<()>> {
        ready(self.restore_now(space, source)).boxed()
    }

    fn verify(&self, space: SpaceId) -> BoxFuture<'_, Result<Vec<String>>> {
        let wrong = self.with(space, |state| {
            let misfits =
                self.schema.tables.iter().flat_map(|table| state.rows(table).filter_map(|row| check::row(table, row)));
            Ok(misfits.collect())
        });
        ready(wrong).boxed()
    }
}
