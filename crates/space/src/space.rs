//! A space: the raw handle for reading it and asking its writer. Only `data` holds one.

use std::sync::Arc;

use abri_model::{Error, Millis, NodeId, Result, Seq, SpaceId};
use abri_store::Scan;
use parking_lot::{Mutex, RwLock};
use tokio::sync::{mpsc, oneshot, watch};

use crate::actor::{self, Answer, Ask, Job};
use crate::blob::{BlobDir, Sink, SinkPlan};
use crate::cache::{Cache, Fresh};
use crate::edit::{Done, Request};
use crate::engine::{Shared, store_error};
use crate::meta::Meta;
use crate::node::Lock;
use crate::tables::LOCK;

/// Requests waiting for a space's writer at most; more wait at the sender.
const QUEUE_MAX: usize = 1024;
/// Locks of one space at most.
pub(crate) const LOCKS_MAX: usize = 10_000;

/// A space, for whoever may do anything. A cheap handle.
#[derive(Clone)]
pub struct Space {
    pub(crate) core: Arc<Core>,
}

/// How a space stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Which life of the space: see [`abri_model::Cursor`].
    pub incarnation: String,
    /// The last committed position.
    pub seq: Seq,
    /// Cursors below this position are too old: departures before it have been forgotten.
    pub min_seq: Seq,
    /// The root directory of the tree.
    pub root: NodeId,
    /// The trash: a directory of its own.
    pub trash: NodeId,
    /// The quota in bytes; `None` means no limit.
    pub quota: Option<u64>,
    /// Bytes that count against the quota: files, trash and versions.
    pub used: u64,
    /// Bytes of the files in the tree.
    pub files_bytes: u64,
    /// Bytes of what is in the trash.
    pub trash_bytes: u64,
    /// Bytes of former versions.
    pub versions_bytes: u64,
    /// When the space was made.
    pub created: Millis,
}

/// What all handles of one space share.
pub(crate) struct Core {
    pub id: SpaceId,
    pub shared: Arc<Shared>,
    pub blobs: BlobDir,
    pub cache: Cache,
    pub meta: RwLock<Arc<Meta>>,
    pub locks: Mutex<Arc<Vec<Lock>>>,
    bell: watch::Sender<Seq>,
    queue: mpsc::Sender<Job>,
}

impl Core {
    pub async fn load(shared: Arc<Shared>, id: SpaceId) -> Result<Arc<Core>> {
        let meta = Meta::load(&*shared.store, id).await?;
        let (_, seq) = shared.store.seq(id).await.map_err(store_error)?;
        let blobs = BlobDir::new(&shared.data, id);
        let unfinished = blobs.unfinished();
        tokio::task::spawn_blocking(move || std::fs::remove_dir_all(unfinished)).await.map_err(Error::internal)?.ok();
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let core = Arc::new(Core {
            id,
            shared,
            blobs,
            cache: Cache::new(),
            meta: RwLock::new(Arc::new(meta)),
            locks: Mutex::new(Arc::new(Vec::new())),
            bell: watch::Sender::new(Seq(seq)),
            queue,
        });
        core.load_locks().await?;
        tokio::spawn(actor::run(jobs));
        Ok(core)
    }

    async fn load_locks(&self) -> Result<()> {
        let rows =
            self.shared.store.scan(self.id, Scan::by_key(&LOCK, vec![], LOCKS_MAX)).await.map_err(store_error)?;
        *self.locks.lock() = Arc::new(rows.iter().filter_map(Lock::from_row).collect());
        Ok(())
    }

    /// Reads again what the writer relies on.
    pub async fn reload(&self, seq: Seq) -> Result<()> {
        let meta = Meta::load(&*self.shared.store, self.id).await?;
        self.load_locks().await?;
        *self.meta.write() = Arc::new(meta);
        if self.seq() != seq {
            self.cache.clear();
            self.bell.send_replace(seq);
        }
        Ok(())
    }

    pub fn seq(&self) -> Seq {
        *self.bell.borrow()
    }

    pub fn meta(&self) -> Arc<Meta> {
        self.meta.read().clone()
    }

    /// Shows a commit to readers, then rings.
    pub fn committed(&self, seq: Seq, fresh: Fresh, meta: Option<Meta>, locks: Option<Vec<Lock>>) {
        if let Some(meta) = meta {
            *self.meta.write() = Arc::new(meta);
        }
        if let Some(locks) = locks {
            *self.locks.lock() = Arc::new(locks);
        }
        self.cache.apply(fresh);
        if self.seq() != seq {
            self.bell.send_replace(seq);
        }
    }

    pub async fn ask(self: &Arc<Self>, ask: Ask) -> Result<Answer> {
        let (answer, answered) = oneshot::channel();
        let job = Job { core: self.clone(), ask, answer };
        self.queue.send(job).await.map_err(|_| Error::Unavailable)?;
        answered.await.map_err(|_| Error::Unavailable)?
    }

    /// Waits until everything asked before is done.
    pub async fn drain(self: &Arc<Self>) {
        // The outcome does not matter: an answer, whatever it says, means the queue has been worked through.
        let _ = self.ask(Ask::Nothing).await;
    }
}

impl Space {
    pub(crate) fn of(core: Arc<Core>) -> Space {
        Space { core }
    }

    /// Its identifier.
    pub fn id(&self) -> SpaceId {
        self.core.id
    }

    /// How it stands.
    pub async fn state(&self) -> Result<State> {
        let meta = self.core.meta();
        let seq = self.core.seq();
        let bytes_of = async |id| {
            let node = self.node(id).await?.ok_or_else(|| Error::internal("a space without its roots"))?;
            Ok::<u64, Error>(node.size.max(0) as u64)
        };
        let files_bytes = bytes_of(meta.root).await?;
        let trash_bytes = bytes_of(meta.trash).await?;
        let versions_bytes = meta.versions_bytes.max(0) as u64;
        Ok(State {
            incarnation: meta.incarnation.clone(),
            seq,
            min_seq: meta.min_seq,
            root: meta.root,
            trash: meta.trash,
            quota: meta.quota.map(|quota| quota.max(0) as u64),
            used: files_bytes + trash_bytes + versions_bytes,
            files_bytes,
            trash_bytes,
            versions_bytes,
            created: meta.created,
        })
    }

    /// The root directory and the trash, without waiting.
    pub fn roots(&self) -> (NodeId, NodeId) {
        let meta = self.core.meta();
        (meta.root, meta.trash)
    }

    /// The incarnation, without waiting.
    pub fn incarnation(&self) -> String {
        self.core.meta().incarnation.clone()
    }

    /// The last committed position, without waiting.
    pub fn seq(&self) -> Seq {
        self.core.seq()
    }

    /// Rings with the new position after each commit. It carries no facts: read what changed.
    pub fn bell(&self) -> watch::Receiver<Seq> {
        self.core.bell.subscribe()
    }

    /// Does the edits of a request, all or none; durable when it returns.
    pub async fn commit(&self, request: Request) -> Result<Done> {
        Ok(self.core.ask(Ask::Edits(request)).await?.done)
    }

    /// Takes the bytes of a content in. What it makes is nobody's until an edit names it.
    pub fn sink(&self, plan: SinkPlan) -> Sink {
        Sink::new(self.core.blobs.clone(), self.core.shared.pins.clone(), plan)
    }

    /// Begins a new life of the space: every cursor given out before is void. For restores.
    pub async fn renew_incarnation(&self) -> Result<()> {
        self.core.ask(Ask::Renew).await.map(drop)
    }
}
