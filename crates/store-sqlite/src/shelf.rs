//! Which spaces are open: those in use and the latest used others.
//!
//! A space that is being closed, made, removed or replaced is *busy*: whoever wants it waits. So no connection to an old file is
//! ever open beside a new one, and closing (which deletes the log by its name) never meets a log that is not its own.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use abri_model::SpaceId;
use abri_store::{Result, StoreError};
use lru::LruCache;
use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;

use crate::Options;
use crate::files::Files;
use crate::pool::Pool;
use crate::slot::Slot;
use crate::sql::Sql;

/// Threads that close spaces in the background.
const CLOSER_THREADS_MAX: usize = 8;
/// How many spaces in use are passed over in search of one to close.
const PASSED_OVER_MAX: usize = 64;
/// How often who wants a space alone looks whether the others are gone.
const ALONE_WAIT: Duration = Duration::from_millis(1);

/// The open spaces of an engine.
pub struct Shelf {
    files: Files,
    sql: Arc<Sql>,
    options: Options,
    spaces: Arc<Spaces>,
    closers: Pool,
}

struct Spaces {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    open: LruCache<SpaceId, Arc<Slot>>,
    busy: HashSet<SpaceId>,
}

/// Holds a space busy until it is dropped.
struct Busy<'a>(&'a Spaces, SpaceId);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.state.lock().busy.remove(&self.1);
        self.0.changed.notify_all();
    }
}

impl Shelf {
    /// A shelf with no space open.
    pub fn new(files: Files, sql: Arc<Sql>, options: Options) -> Result<Shelf> {
        let state = State { open: LruCache::unbounded(), busy: HashSet::new() };
        let spaces = Arc::new(Spaces { state: Mutex::new(state), changed: Condvar::new() });
        Ok(Shelf { files, sql, options, spaces, closers: Pool::new("store-closer", CLOSER_THREADS_MAX)? })
    }

    /// Where the files are.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The statements.
    pub fn sql(&self) -> &Sql {
        &self.sql
    }

    /// Uses the connection of `space` that writes.
    pub fn write<T>(&self, space: SpaceId, work: impl FnOnce(&mut Connection, &Sql) -> Result<T>) -> Result<T> {
        self.with(space, |slot| slot.write(work))
    }

    /// Uses a connection of `space` that reads.
    pub fn read<T>(&self, space: SpaceId, work: impl FnOnce(&Connection, &Sql) -> Result<T>) -> Result<T> {
        self.with(space, |slot| slot.read(work))
    }

    fn with<T>(&self, space: SpaceId, work: impl FnOnce(&Slot) -> Result<T>) -> Result<T> {
        let slot = self.slot(space);
        let answer = work(&slot);
        if matches!(answer, Err(StoreError::NoSpace(_))) {
            let mut state = self.spaces.state.lock();
            if state.open.peek(&space).is_some_and(|open| Arc::ptr_eq(open, &slot)) {
                state.open.pop(&space);
            }
        }
        answer
    }

    fn slot(&self, space: SpaceId) -> Arc<Slot> {
        let mut state = self.spaces.state.lock();
        while state.busy.contains(&space) {
            self.spaces.changed.wait(&mut state);
        }
        if let Some(slot) = state.open.get(&space) {
            return slot.clone();
        }
        let slot = Arc::new(Slot::new(space, self.files.path(space), self.sql.clone(), self.options.clone()));
        state.open.put(space, slot.clone());
        for _ in 0..PASSED_OVER_MAX {
            if state.open.len() <= self.options.open_max.max(1) {
                break;
            }
            self.close_oldest(&mut state);
        }
        slot
    }

    /// Does something to the files of `space` while it is closed and stays closed.
    pub fn alone<T>(&self, space: SpaceId, work: impl FnOnce(&Files) -> Result<T>) -> Result<T> {
        let mut state = self.spaces.state.lock();
        while !state.busy.insert(space) {
            self.spaces.changed.wait(&mut state);
        }
        let _busy = Busy(&self.spaces, space);
        let mut open = state.open.pop(&space);
        drop(state);
        while let Some(slot) = open {
            open = match Arc::try_unwrap(slot) {
                Ok(slot) => {
                    slot.close();
                    None
                }
                Err(in_use) => {
                    std::thread::sleep(ALONE_WAIT);
                    Some(in_use)
                }
            };
        }
        work(&self.files)
    }

    /// Closes every space that nobody uses, and waits until those being closed are.
    pub fn close_idle(&self) {
        let mut state = self.spaces.state.lock();
        let closing: Vec<SpaceId> = (0..state.open.len()).filter_map(|_| self.close_oldest(&mut state)).collect();
        while closing.iter().any(|space| state.busy.contains(space)) {
            self.spaces.changed.wait(&mut state);
        }
    }

    /// Has the space that was used longest ago closed in the background: which; when it is in use, it counts as just used instead.
    fn close_oldest(&self, state: &mut State) -> Option<SpaceId> {
        let (oldest, slot) = state.open.pop_lru()?;
        match Arc::try_unwrap(slot) {
            Ok(slot) => {
                state.busy.insert(oldest);
                let spaces = self.spaces.clone();
                // Nobody waits for the answer; whoever wants the space waits until it is no longer busy.
                drop(self.closers.run(move || {
                    let _busy = Busy(&spaces, oldest);
                    slot.close();
                    Ok(())
                }));
                Some(oldest)
            }
            Err(in_use) => {
                state.open.put(oldest, in_use);
                None
            }
        }
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.close_idle();
    }
}
