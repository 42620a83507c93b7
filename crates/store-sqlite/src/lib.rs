//! The embedded engine: one SQLite file per space, durable at every commit.
//!
//! Knows SQL, files and fsync; must not know documents, who asks, or HTTP. Start with [`SqliteStore`], then `shelf` (which spaces
//! are open), `slot` (one open space), `commit` and `read`. A commit runs on one of a group of blocking threads, so that the kernel
//! merges the syncs of many spaces; reads have threads of their own and never wait behind a sync.

mod commit;
mod connection;
mod ddl;
mod error;
mod files;
mod pool;
mod read;
mod shelf;
mod slot;
mod snapshot;
mod sql;
mod value;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use abri_model::SpaceId;
use abri_store::{Fence, Mut, Result, Row, Scan, Schema, Snapshots, Store, Table, check};
use futures_util::future::BoxFuture;

use crate::files::Files;
use crate::pool::Pool;
use crate::shelf::Shelf;
use crate::sql::Sql;

/// How much of the machine an engine may use.
#[derive(Clone, Debug)]
pub struct Options {
    /// At most this many spaces stay open when nobody uses them: three files and about 300 KiB each.
    pub open_max: usize,
    /// Threads that commit: as many syncs are in flight at once.
    pub writer_threads_max: usize,
    /// Threads that read.
    pub reader_threads_max: usize,
    /// Page cache of a connection, in KiB. A space has one connection that writes and up to three that read.
    pub page_cache_kib: u32,
    /// How many pages a write-ahead log grows to before a commit moves them into the file.
    pub checkpoint_pages: u32,
}

impl Default for Options {
    fn default() -> Options {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Options {
            open_max: 512,
            writer_threads_max: 24,
            reader_threads_max: (2 * cores).clamp(4, 32),
            page_cache_kib: 1024,
            checkpoint_pages: 1000,
        }
    }
}

/// The embedded engine. Cloning gives another handle to the same one.
#[derive(Clone)]
pub struct SqliteStore {
    engine: Arc<Engine>,
}

struct Engine {
    schema: &'static Schema,
    shelf: Arc<Shelf>,
    writers: Pool,
    readers: Pool,
    /// Creation, removal, copies: rare and long, so kept away from the other threads.
    movers: Pool,
}

/// Threads for what is rare and long.
const MOVER_THREADS_MAX: usize = 4;

impl SqliteStore {
    /// Opens the engine on `dir`, which it makes when it is missing. The caller sees to it that no other process has it open.
    pub fn open(dir: &Path, schema: &'static Schema, options: Options) -> Result<SqliteStore> {
        let sql = Arc::new(Sql::new(schema));
        let files = Files::prepare(dir, &sql)?;
        let writers = Pool::new("store-writer", options.writer_threads_max)?;
        let readers = Pool::new("store-reader", options.reader_threads_max)?;
        let movers = Pool::new("store-mover", MOVER_THREADS_MAX)?;
        let shelf = Arc::new(Shelf::new(files, sql, options)?);
        Ok(SqliteStore { engine: Arc::new(Engine { schema, shelf, writers, readers, movers }) })
    }

    /// Closes every space that is not in use, moving their logs into their files. They open again when they are next needed.
    pub async fn close_idle(&self) {
        let shelf = self.engine.shelf.clone();
        let close = move || {
            shelf.close_idle();
            Ok(())
        };
        // The answer can only be missing when the thread panicked, which the pool has reported.
        let _ = self.engine.movers.run(close).await;
    }

    /// The directory of a space, where its file is.
    pub fn directory(&self, space: SpaceId) -> PathBuf {
        self.engine.shelf.files().directory(space)
    }
}

impl Store for SqliteStore {
    fn create_space(&self, space: SpaceId) -> BoxFuture<'_, Result<()>> {
        let shelf = self.engine.shelf.clone();
        Box::pin(self.engine.movers.run(move || shelf.alone(space, |files| files.create(space))))
    }

    fn delete_space(&self, space: SpaceId) -> BoxFuture<'_, Result<()>> {
        let shelf = self.engine.shelf.clone();
        Box::pin(self.engine.movers.run(move || shelf.alone(space, |files| files.delete(space))))
    }

    fn acquire(&self, space: SpaceId) -> BoxFuture<'_, Result<Fence>> {
        let shelf = self.engine.shelf.clone();
        Box::pin(self.engine.writers.run(move || shelf.write(space, |writer, _| commit::acquire(writer, space))))
    }

    fn commit<'a>(&'a self, fence: &'a mut Fence, new_seq: i64, muts: Vec<Mut>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            check::batch(self.engine.schema, fence, new_seq, &muts)?;
            let shelf = self.engine.shelf.clone();
            let Fence { space, epoch, seq, commits } = *fence;
            let held = Fence { space, epoch, seq, commits };
            let write = move || shelf.write(space, |writer, sql| commit::commit(writer, sql, &held, new_seq, &muts));
            self.engine.writers.run(write).await?;
            (fence.seq, fence.commits) = (new_seq, commits + 1);
            Ok(())
        })
    }

    fn get<'a>(
        &'a self,
        space: SpaceId,
        table: &'static Table,
        keys: &'a [Row],
    ) -> BoxFuture<'a, Result<Vec<Option<Row>>>> {
        Box::pin(async move {
            check::keys(self.engine.schema, table, keys)?;
            let (shelf, keys) = (self.engine.shelf.clone(), keys.to_vec());
            self.engine
                .readers
                .run(move || shelf.read(space, |reader, sql| read::get(reader, sql.of(table)?, &keys)))
                .await
        })
    }

    fn scan(&self, space: SpaceId, scan: Scan) -> BoxFuture<'_, Result<Vec<Row>>> {
        Box::pin(async move {
            check::scan(self.engine.schema, &scan)?;
            let shelf = self.engine.shelf.clone();
            self.engine
                .readers
                .run(move || shelf.read(space, |reader, sql| read::scan(reader, sql.of(scan.table)?, &scan)))
                .await
        })
    }

    fn scan_many(&self, space: SpaceId, scans: Vec<Scan>) -> BoxFuture<'_, Result<Vec<Vec<Row>>>> {
        Box::pin(async move {
            scans.iter().try_for_each(|scan| check::scan(self.engine.schema, scan))?;
            let shelf = self.engine.shelf.clone();
            let read = move || {
                shelf.read(space, |reader, sql| {
                    scans.iter().map(|scan| read::scan(reader, sql.of(scan.table)?, scan)).collect()
                })
            };
            self.engine.readers.run(read).await
        })
    }

    fn seq(&self, space: SpaceId) -> BoxFuture<'_, Result<(i64, i64)>> {
        let shelf = self.engine.shelf.clone();
        Box::pin(self.engine.readers.run(move || shelf.read(space, |reader, _| read::seq(reader))))
    }
}

impl Snapshots for SqliteStore {
    fn spaces(&self) -> BoxFuture<'_, Result<Vec<SpaceId>>> {
        let shelf = self.engine.shelf.clone();
        Box::pin(self.engine.movers.run(move || shelf.files().spaces()))
    }

    fn snapshot<'a>(&'a self, space: SpaceId, target: &'a Path) -> BoxFuture<'a, Result<()>> {
        let (shelf, target) = (self.engine.shelf.clone(), target.to_owned());
        Box::pin(self.engine.movers.run(move || shelf.read(space, |reader, _| snapshot::snapshot(reader, &target))))
    }

    fn restore<'a>(&'a self, space: SpaceId, source: &'a Path) -> BoxFuture<'a, Result<()>> {
        let (shelf, source) = (self.engine.shelf.clone(), source.to_owned());
        let restore = move || shelf.alone(space, |files| snapshot::restore(files, shelf.sql(), space, &source));
        Box::pin(self.engine.movers.run(restore))
    }

    fn verify(&self, space: SpaceId) -> BoxFuture<'_, Result<Vec<String>>> {
        let shelf = self.engine.shelf.clone();
        Box::pin(self.engine.movers.run(move || shelf.read(space, snapshot::verify)))
    }
}
