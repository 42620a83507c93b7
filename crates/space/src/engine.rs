//! The engine room's door: makes, opens and removes spaces, and keeps the recently used ones at hand.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use abri_model::time::Clock;
use abri_model::{Error, NodeId, Result, Seq, SpaceId};
use abri_store::{Mut, Store, StoreError};
use futures_util::future::BoxFuture;
use lru::LruCache;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::blob::maps::Maps;
use crate::blob::pins::Pins;
use crate::blob::{BlobDir, remove_chunk};
use crate::meta::Meta;
use crate::node::{Flags, Node, NodeKind};
use crate::space::{Core, Space};
use crate::tables::{CHUNK, NODE};

/// Settings of the engine.
#[derive(Clone, Debug)]
pub struct Config {
    /// Spaces kept open with their caches though nobody uses them.
    pub open_max: NonZeroUsize,
    /// Milliseconds for which unreferenced chunks and forgotten uploads are kept: longer than any upload or backup takes.
    pub grace_ms: i64,
}

impl Default for Config {
    fn default() -> Self {
        Config { open_max: NonZeroUsize::new(256).unwrap_or(NonZeroUsize::MIN), grace_ms: 24 * 3600 * 1000 }
    }
}

/// Gives out blocks of node ids, so that ids are unique in the installation.
pub trait Ids: Send + Sync + 'static {
    /// The number of a block of 2^20 ids that belongs to `space` from now on. Never the same twice.
    fn lease(&self, space: SpaceId) -> BoxFuture<'_, Result<i64>>;
}

/// What a new space starts with.
#[derive(Clone, Copy, Debug)]
pub struct NewSpace {
    /// Its first id block, leased for it.
    pub first_block: i64,
    /// Its quota in bytes; `None` means no limit.
    pub quota: Option<u64>,
}

/// Opens spaces. A cheap handle.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    open: Mutex<Open>,
    /// One opening at a time: two at once would make two writers of one space.
    opening: tokio::sync::Mutex<()>,
}

struct Open {
    known: HashMap<SpaceId, Weak<Core>>,
    recent: LruCache<SpaceId, Arc<Core>>,
}

/// What every space of an engine uses.
pub(crate) struct Shared {
    pub store: Arc<dyn Store>,
    pub data: PathBuf,
    pub ids: Arc<dyn Ids>,
    pub pins: Arc<Pins>,
    pub maps: Arc<Maps>,
    pub config: Config,
    pub clock: Arc<dyn Clock>,
}

impl Engine {
    /// An engine over `store`, with chunks below the directory `data`. Must be called within a tokio runtime.
    ///
    /// Unfinished chunks of a former run are removed from each space's directory when it is opened.
    pub fn new(store: Arc<dyn Store>, data: &Path, ids: Arc<dyn Ids>, config: Config, clock: Arc<dyn Clock>) -> Engine {
        let (left, nobodys) = mpsc::unbounded_channel();
        let recent = LruCache::new(config.open_max);
        let pins = Arc::new(Pins::telling(left));
        let shared = Arc::new(Shared { store, data: data.to_owned(), ids, pins, maps: Arc::default(), config, clock });
        tokio::spawn(remove_nobodys(Arc::downgrade(&shared), nobodys));
        Engine(Arc::new(Inner {
            shared,
            open: Mutex::new(Open { known: HashMap::new(), recent }),
            opening: tokio::sync::Mutex::new(()),
        }))
    }

    /// The chunks mapped into memory: lets a listener send them without reading them.
    pub fn maps(&self) -> Arc<Maps> {
        self.0.shared.maps.clone()
    }

    /// Makes a space with an empty tree. [`Error::Exists`] when there is one of this id.
    pub async fn create(&self, id: SpaceId, new: NewSpace) -> Result<Space> {
        let store = &self.0.shared.store;
        let now = self.0.shared.clock.now();
        store.create_space(id).await.map_err(store_error)?;
        if Meta::load(&**store, id).await.is_ok() {
            return Err(Error::Exists);
        }
        let quota = new.quota.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        let meta = Meta::fresh(random_hex(), new.first_block, quota, now);
        let mut muts = meta.changes_from(None);
        for id in [meta.root, meta.trash, meta.limbo, meta.workshop] {
            // The roots are at position 0: they are not changes that anybody follows.
            let root = Node {
                id,
                parent: NodeId::NONE,
                name: String::new(),
                key: id.to_hex(),
                kind: NodeKind::Directory,
                seq: Seq(0),
                tail: Seq(0),
                content_seq: Seq(0),
                placed: Seq(0),
                generation: 1,
                size: 0,
                mtime: now,
                tree_mtime: now,
                created: now,
                uploaded: now,
                mime: String::new(),
                flags: Flags::default(),
                content: None,
                meta: None,
            };
            muts.push(Mut::Put(&NODE, root.to_row()));
        }
        let mut fence = store.acquire(id).await.map_err(store_error)?;
        let seq = fence.seq;
        store.commit(&mut fence, seq, muts).await.map_err(store_error)?;
        self.open(id).await
    }

    /// A handle on a space. [`Error::NotFound`] when there is none of this id.
    pub async fn open(&self, id: SpaceId) -> Result<Space> {
        if let Some(core) = self.at_hand(id) {
            return Ok(Space::of(core));
        }
        let _one = self.0.opening.lock().await;
        if let Some(core) = self.at_hand(id) {
            return Ok(Space::of(core));
        }
        let core = Core::load(self.0.shared.clone(), id).await?;
        let mut open = self.0.open.lock();
        open.known.retain(|_, known| known.strong_count() > 0);
        open.known.insert(id, Arc::downgrade(&core));
        let evicted = open.recent.push(id, core.clone());
        drop(open);
        drop(evicted);
        Ok(Space::of(core))
    }

    fn at_hand(&self, id: SpaceId) -> Option<Arc<Core>> {
        let mut open = self.0.open.lock();
        if let Some(core) = open.recent.get(&id) {
            return Some(core.clone());
        }
        let core = open.known.get(&id)?.upgrade()?;
        let evicted = open.recent.push(id, core.clone());
        drop(open);
        drop(evicted);
        Some(core)
    }

    /// Removes a space with everything in it, for good.
    pub async fn delete(&self, id: SpaceId) -> Result<()> {
        let _one = self.0.opening.lock().await;
        self.forget(id);
        // Rows first: chunks without rows are nobody's, rows without chunks would be a loss.
        self.0.shared.store.delete_space(id).await.map_err(store_error)?;
        let root = BlobDir::new(&self.0.shared.data, id).root().to_owned();
        tokio::task::spawn_blocking(move || match std::fs::remove_dir_all(root) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            other => other,
        })
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)
    }

    /// Lets go of a space's caches and writer: the next [`Engine::open`] reads everything anew. For restores.
    pub fn forget(&self, id: SpaceId) {
        let mut open = self.0.open.lock();
        open.known.remove(&id);
        let core = open.recent.pop(&id);
        drop(open);
        drop(core);
    }

    /// Waits until no space has a request under way, and lets go of all of them.
    pub async fn close(&self) {
        let cores: Vec<Arc<Core>> = {
            let mut open = self.0.open.lock();
            open.recent.clear();
            open.known.drain().filter_map(|(_, core)| core.upgrade()).collect()
        };
        for core in cores {
            core.drain().await;
        }
    }
}

/// Removes chunks that were written for something that then failed, unless somebody names them meanwhile.
async fn remove_nobodys(shared: Weak<Shared>, mut nobodys: mpsc::UnboundedReceiver<(SpaceId, [u8; 32])>) {
    while let Some((space, chunk)) = nobodys.recv().await {
        let Some(shared) = shared.upgrade() else { return };
        let Some(sweep) = shared.pins.sweep(space, chunk) else { continue };
        let key = vec![abri_store::V::B(bytes::Bytes::copy_from_slice(&chunk))];
        let row = shared.store.get(space, &CHUNK, std::slice::from_ref(&key)).await;
        if matches!(row.as_deref(), Ok([None])) || matches!(row, Err(StoreError::NoSpace(_))) {
            let dir = BlobDir::new(&shared.data, space);
            shared.maps.forget(space, &chunk);
            let removed = tokio::task::spawn_blocking(move || {
                let removed = remove_chunk(&dir, &chunk);
                drop(sweep);
                removed
            })
            .await;
            if let Ok(Err(error)) = removed {
                tracing::warn!(space.id = %space, %error, "a chunk that nobody names could not be removed; the next sweep tries again");
            }
        }
    }
}

/// Sixteen random hexadecimal digits.
pub(crate) fn random_hex() -> String {
    format!("{:016x}", abri_model::id::random_u64())
}

/// What an engine's fault means to the caller.
pub(crate) fn store_error(error: StoreError) -> Error {
    match error {
        StoreError::NoSpace(_) => Error::NotFound,
        StoreError::Full => Error::StorageFull,
        StoreError::Fenced => Error::Unavailable,
        other => Error::internal(other),
    }
}
