//! Blocks of node ids, leased from the root system space so that a node's number is unique in the installation.

use abri_model::{DocKey, Error, Kind, Millis, Result, SpaceId};
use abri_space::edit::{Edit, Expect, Request};
use abri_space::{Engine, Ids, NewSpace, Space};
use futures_util::future::BoxFuture;
use parking_lot::RwLock;
use tokio::sync::Mutex;

use crate::kinds;

/// How many block numbers are set aside by one note: a restart skips what is left of them.
const RESERVED_BLOCKS: i64 = 1024;
/// The id block of the root system space.
const ROOT_BLOCK: i64 = 1;
/// The first block that may be leased: the root system space itself holds block 1.
const FIRST_BLOCK: i64 = 16;
/// Note in the root system space: every block number below it may have been leased.
const NOTE: &str = "data.next_block";
/// How often a number taken by another node of the installation is passed over.
const TRIES_MAX: usize = 64;

/// Leases id blocks from the root system space, and remembers there which space has which block.
///
/// Made before the engine (which asks it), attached to the engine afterwards: see [`crate::Data::build`].
#[derive(Default)]
pub(crate) struct IdBlocks {
    engine: RwLock<Option<Engine>>,
    creating: Mutex<()>,
    range: Mutex<Range>,
}

#[derive(Default)]
struct Range {
    next: i64,
    end: i64,
}

impl IdBlocks {
    /// Says which engine holds the root system space; `None` lets go of it.
    pub(crate) fn attach(&self, engine: Option<Engine>) {
        *self.engine.write() = engine;
    }

    /// The root system space, made when there is none yet.
    pub(crate) async fn root(&self) -> Result<Space> {
        let engine = self.engine.read().clone().ok_or(Error::Unavailable)?;
        match engine.open(SpaceId::ROOT).await {
            Err(Error::NotFound) => {}
            opened => return opened,
        }
        // Two who create one space at once would be two writers of it.
        let _one = self.creating.lock().await;
        match engine.open(SpaceId::ROOT).await {
            Err(Error::NotFound) => {
                engine.create(SpaceId::ROOT, NewSpace { first_block: ROOT_BLOCK, quota: None }).await
            }
            opened => opened,
        }
    }

    /// The next block, written down as belonging to `space`.
    pub(crate) async fn take(&self, space: SpaceId) -> Result<i64> {
        let root = self.root().await?;
        for _ in 0..TRIES_MAX {
            let block = self.number(&root).await?;
            let edit = Edit::PutDoc {
                key: DocKey::new(&Kind::known(kinds::ID_BLOCKS), format!("{block:011x}")),
                expect: Expect::Absent,
                body: format!(r#"{{"space":"{space}"}}"#),
                delete: false,
                place: None,
                keys: Vec::new(),
            };
            match root.commit(Request { edits: vec![edit], now: Millis(0), tokens: Vec::new() }).await {
                Ok(_) => return Ok(block),
                Err(Error::Conflict { .. } | Error::Exists) => self.range.lock().await.next = 0,
                Err(error) => return Err(error),
            }
        }
        Err(Error::Unavailable)
    }

    /// A block number nobody else in this process has: reserved by note, a thousand at a time.
    async fn number(&self, root: &Space) -> Result<i64> {
        let mut range = self.range.lock().await;
        if range.next == 0 || range.next >= range.end {
            let noted = root.note(NOTE).await?.and_then(|text| text.parse().ok()).unwrap_or(FIRST_BLOCK);
            let edit = Edit::PutNote { name: NOTE.to_owned(), text: Some((noted + RESERVED_BLOCKS).to_string()) };
            root.commit(Request { edits: vec![edit], now: Millis(0), tokens: Vec::new() }).await?;
            *range = Range { next: noted, end: noted + RESERVED_BLOCKS };
        }
        let block = range.next;
        range.next += 1;
        Ok(block)
    }
}

impl Ids for IdBlocks {
    fn lease(&self, space: SpaceId) -> BoxFuture<'_, Result<i64>> {
        Box::pin(self.take(space))
    }
}
