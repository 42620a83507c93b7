//! What a storage engine must do: atomic, durable, fenced batches of rows in byte order.
//!
//! Seven methods on rows ([`Store`]). This crate must not know documents, trees or who asks. Besides the
//! trait it holds the [`memory`] engine, which *is* the specification, the behaviour [`suite`] that every
//! engine passes and the random [`oracle`] that compares an engine with the memory one.
//! Start with [`Store`], then [`table`] (how rows are described) and [`scan`]. For writers of engines: [`check`] refuses what none
//! may write, [`range`] turns a scan into pieces a b-tree can walk, [`dump`] is a space as a file.

pub mod check;
pub mod dump;
pub mod memory;
pub mod oracle;
pub mod range;
pub mod scan;
pub mod suite;
pub mod table;

use std::path::Path;

use abri_model::SpaceId;
use futures_util::future::BoxFuture;
use thiserror::Error;

pub use scan::{Bound, Scan};
pub use table::{Column, Index, Row, Schema, Table, Type, V};

/// Proof that its holder is the only writer of a space, and where that space stands.
///
/// A commit with a fence that is no longer the newest has no effect at all.
#[derive(Debug)]
pub struct Fence {
    /// The space.
    pub space: SpaceId,
    /// Which writer: grows by one at each [`Store::acquire`].
    pub epoch: i64,
    /// The last committed position.
    pub seq: i64,
    /// How many commits the space has seen: decides whether a commit of unknown outcome took effect.
    pub commits: i64,
}

/// One change to one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Mut {
    /// Writes a whole row, replacing the one with the same key.
    Put(&'static Table, Row),
    /// Removes the row with this key, if there is one.
    Delete(&'static Table, Row),
}

/// What can go wrong in an engine.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The space does not exist.
    #[error("space {0} does not exist")]
    NoSpace(SpaceId),
    /// A newer writer has taken the space; nothing was written.
    #[error("another writer has taken the space")]
    Fenced,
    /// No room left on the disk; nothing was written.
    #[error("the disk is full")]
    Full,
    /// The space's data cannot be trusted: damaged, or made by a newer version.
    #[error("the data of the space cannot be read: {0}")]
    Damaged(String),
    /// Anything else; nothing was written.
    #[error("storage engine: {0}")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// An engine fault from any cause.
    pub fn engine(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        StoreError::Engine(cause.into())
    }
}

/// A result with [`StoreError`].
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A storage engine. All reads see the last commit that returned, or a later one.
pub trait Store: Send + Sync + 'static {
    /// Creates an empty space (position 0, no rows). Durable when it returns. Creating one that exists does nothing.
    fn create_space(&self, space: SpaceId) -> BoxFuture<'_, Result<()>>;

    /// Removes a space and every row of it. Removing one that does not exist does nothing.
    fn delete_space(&self, space: SpaceId) -> BoxFuture<'_, Result<()>>;

    /// Makes the caller the writer of a space: every fence given out before is fenced off from now on.
    fn acquire(&self, space: SpaceId) -> BoxFuture<'_, Result<Fence>>;

    /// Writes `muts` and moves the space to position `new_seq`: all or nothing, durable when it returns `Ok`.
    ///
    /// At most one `Mut` per key; rows have every column of their table. `new_seq` is at least the fence's position
    /// (equal when nothing that clients follow has changed). On `Ok` the fence is moved along. On [`StoreError::Fenced`], and on
    /// any other error, nothing has been written (an engine that lost its connection re-reads to make sure before it answers).
    fn commit<'a>(&'a self, fence: &'a mut Fence, new_seq: i64, muts: Vec<Mut>) -> BoxFuture<'a, Result<()>>;

    /// Reads rows by their keys, in the order asked, in one round trip.
    fn get<'a>(
        &'a self,
        space: SpaceId,
        table: &'static Table,
        keys: &'a [Row],
    ) -> BoxFuture<'a, Result<Vec<Option<Row>>>>;

    /// Reads rows in byte order of an index or of the key: see [`Scan`].
    fn scan(&self, space: SpaceId, scan: Scan) -> BoxFuture<'_, Result<Vec<Row>>>;

    /// Several [`Store::scan`]s in one round trip, in the order asked. Each sees the last commit, not necessarily the same one.
    fn scan_many(&self, space: SpaceId, scans: Vec<Scan>) -> BoxFuture<'_, Result<Vec<Vec<Row>>>> {
        Box::pin(async move {
            let mut rows = Vec::with_capacity(scans.len());
            for scan in scans {
                rows.push(self.scan(space, scan).await?);
            }
            Ok(rows)
        })
    }

    /// Where the space stands: its epoch and its last committed position.
    fn seq(&self, space: SpaceId) -> BoxFuture<'_, Result<(i64, i64)>>;
}

/// What an engine does for backups, beside the seven methods.
pub trait Snapshots: Store {
    /// Every space there is, in no order.
    fn spaces(&self) -> BoxFuture<'_, Result<Vec<SpaceId>>>;

    /// Writes a consistent copy of a space to the new file `target`, while it goes on being written. Durable when it returns.
    fn snapshot<'a>(&'a self, space: SpaceId, target: &'a Path) -> BoxFuture<'a, Result<()>>;

    /// Replaces the space by the copy in `source` (made by [`Snapshots::snapshot`]); its epoch grows past both.
    fn restore<'a>(&'a self, space: SpaceId, source: &'a Path) -> BoxFuture<'a, Result<()>>;

    /// Lets the engine check its own structures (b-trees, indexes against rows): sentences about what is wrong, empty when all is well.
    fn verify(&self, space: SpaceId) -> BoxFuture<'_, Result<Vec<String>>>;
}
