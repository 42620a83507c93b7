//! Taking bytes in: hashed while they stream, durable when [`Sink::finish`] returns, gone when it is dropped.
//!
//! Few bytes are gathered and handled at once. More go through two blocking threads, one hashing the whole,
//! one cutting and writing chunks, so that the network, the hashes and the disk work side by side.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use abri_model::{Error, Result};
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::chunk::ChunkFile;
use super::cut::Cutter;
use super::digest::Running;
use super::pins::{Pin, Pins};
use super::{BlobDir, INLINE_BYTES_MAX, WHOLE_BYTES_MAX};
use crate::content::{Digests, Extent, Staged, StagedBytes};

/// Bytes gathered before threads are started.
const GATHER_BYTES_MAX: usize = 512 << 10;
/// Bytes handed to the threads at a time, about.
const BATCH_BYTES: usize = 256 << 10;
/// Batches under way between the network and each thread: bounds the memory of an upload to about 2 MiB.
const BATCHES_MAX: usize = 6;
/// Chunks of one upload being synced at the same time.
const SYNCS_MAX: usize = 6;

/// What is known of bytes before they come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SinkPlan {
    /// How many bytes are announced: more are refused at once, fewer at the end.
    pub size: Option<u64>,
    /// Whether to compute an MD5 (contents up to [`Digests::MD5_BYTES_MAX`] get one anyway).
    pub md5: bool,
    /// Whether to compute a SHA-1.
    pub sha1: bool,
    /// Whether to compute an Adler-32.
    pub adler32: bool,
    /// Bytes that still fit into the quota: more are refused as soon as they come.
    pub free_bytes: Option<u64>,
}

/// Takes the bytes of one content.
#[derive(Debug)]
pub struct Sink {
    dir: BlobDir,
    pins: Arc<Pins>,
    plan: SinkPlan,
    total: u64,
    gathered: Vec<Bytes>,
    gathered_bytes: usize,
    pipes: Option<Pipes>,
    carried: Option<Running>,
}

#[derive(Debug)]
struct Pipes {
    to_hash: mpsc::Sender<Vec<Bytes>>,
    to_disk: mpsc::Sender<Vec<Bytes>>,
    /// Set when the content ended well: without it, the writer throws its last chunk away.
    ended: Arc<AtomicBool>,
    hash: JoinHandle<Running>,
    disk: JoinHandle<io::Result<Written>>,
}

type Written = (Vec<Extent>, Vec<Arc<Pin>>);

/// What a finished part carries on to the next: the running hash, when there is one.
pub(crate) type Carried = Option<Vec<u8>>;

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Running")
    }
}

impl Sink {
    pub(crate) fn new(dir: BlobDir, pins: Arc<Pins>, plan: SinkPlan) -> Self {
        Sink { dir, pins, plan, total: 0, gathered: Vec::new(), gathered_bytes: 0, pipes: None, carried: None }
    }

    /// A sink for a part: its hash goes on from `state`.
    pub(crate) fn carrying(dir: BlobDir, pins: Arc<Pins>, plan: SinkPlan, state: Running) -> Self {
        Sink { carried: Some(state), ..Sink::new(dir, pins, plan) }
    }

    /// How many bytes came so far.
    pub fn len(&self) -> u64 {
        self.total
    }

    /// Whether no byte came yet.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Takes bytes. Waits when the disk is slower than the sender.
    ///
    /// Fails with [`Error::Quota`] or [`Error::Checksum`] (more bytes than announced) at the first byte too many.
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.total += bytes.len() as u64;
        if self.plan.size.is_some_and(|size| self.total > size) {
            return Err(Error::Checksum);
        }
        if let Some(free_bytes) = self.plan.free_bytes.filter(|free| self.total > *free) {
            return Err(Error::Quota { needed_bytes: self.plan.size.unwrap_or(self.total), free_bytes });
        }
        self.gathered_bytes += bytes.len();
        self.gathered.push(bytes);
        if self.pipes.is_none() && self.gathered_bytes > GATHER_BYTES_MAX {
            self.pipes = Some(self.start());
        }
        if self.pipes.is_some() && self.gathered_bytes >= BATCH_BYTES {
            self.send().await?;
        }
        Ok(())
    }

    /// Ends the content: everything is durable when this returns.
    pub async fn finish(self) -> Result<Staged> {
        Ok(self.finish_carrying().await?.0)
    }

    /// The same, and the state of the hash to carry on with.
    pub(crate) async fn finish_carrying(mut self) -> Result<(Staged, Carried)> {
        if self.plan.size.is_some_and(|size| self.total != size) {
            return Err(Error::Interrupted);
        }
        if self.pipes.is_some() {
            self.send().await?;
        }
        let total = self.total;
        let Some(pipes) = self.pipes.take() else {
            return self.finish_gathered().await;
        };
        pipes.ended.store(true, Ordering::Release);
        drop((pipes.to_hash, pipes.to_disk));
        let running = pipes.hash.await.map_err(Error::internal)?;
        let (extents, pins) = pipes.disk.await.map_err(Error::internal)?.map_err(disk_error)?;
        let carried = running.pack();
        Ok((Staged { size: total, digests: running.finish(), bytes: StagedBytes::Chunks(extents), pins }, carried))
    }

    fn running(&mut self) -> Running {
        let plan = self.plan;
        let large = plan.size.is_some_and(|size| size > Digests::MD5_BYTES_MAX) && !plan.md5;
        self.carried.take().unwrap_or_else(|| {
            let running = Running::new(plan.md5, plan.sha1, plan.adler32);
            if large { running.without_md5() } else { running }
        })
    }

    async fn finish_gathered(mut self) -> Result<(Staged, Carried)> {
        let mut running = self.running();
        let pieces = std::mem::take(&mut self.gathered);
        if self.total <= INLINE_BYTES_MAX {
            let bytes = match <[Bytes; 1]>::try_from(pieces) {
                Ok([only]) => Bytes::copy_from_slice(&only),
                Err(pieces) => pieces.concat().into(),
            };
            running.update(&bytes);
            let carried = running.pack();
            let staged = Staged {
                size: self.total,
                digests: running.finish(),
                bytes: StagedBytes::Inline(bytes),
                pins: Vec::new(),
            };
            return Ok((staged, carried));
        }
        let (dir, pins, total) = (self.dir.clone(), self.pins.clone(), self.total);
        spawn_blocking(move || {
            let mut chunk = ChunkFile::create(&dir)?;
            for piece in &pieces {
                chunk.write(piece)?;
                running.update(piece);
            }
            let hash = chunk.hash();
            let pin = Arc::new(pins.pin(dir.space(), hash));
            chunk.keep(&hash)?;
            let carried = running.pack();
            let extents = vec![Extent { chunk: hash, len: total }];
            Ok((
                Staged { size: total, digests: running.finish(), bytes: StagedBytes::Chunks(extents), pins: vec![pin] },
                carried,
            ))
        })
        .await
        .map_err(Error::internal)?
        .map_err(disk_error)
    }

    fn start(&mut self) -> Pipes {
        let (to_hash, mut hash_queue) = mpsc::channel::<Vec<Bytes>>(BATCHES_MAX);
        let (to_disk, disk_queue) = mpsc::channel::<Vec<Bytes>>(BATCHES_MAX);
        let mut running = self.running();
        let hash = spawn_blocking(move || {
            while let Some(batch) = hash_queue.blocking_recv() {
                for piece in &batch {
                    running.update(piece);
                }
            }
            running
        });
        let cut = self.plan.size.is_none_or(|size| size > WHOLE_BYTES_MAX);
        let (dir, pins) = (self.dir.clone(), self.pins.clone());
        let ended = Arc::new(AtomicBool::new(false));
        let told = ended.clone();
        let disk = spawn_blocking(move || write_chunks(&dir, &pins, disk_queue, cut, &told));
        Pipes { to_hash, to_disk, ended, hash, disk }
    }

    async fn send(&mut self) -> Result<()> {
        let batch = std::mem::take(&mut self.gathered);
        self.gathered_bytes = 0;
        let Some(pipes) = &mut self.pipes else { return Ok(()) };
        if batch.is_empty() {
            return Ok(());
        }
        let hashed = pipes.to_hash.send(batch.clone()).await.is_ok();
        if hashed && pipes.to_disk.send(batch).await.is_ok() {
            return Ok(());
        }
        // A thread ended early: the disk's says why.
        let pipes = self.pipes.take();
        match pipes {
            Some(pipes) => match pipes.disk.await.map_err(Error::internal)? {
                Err(error) => Err(disk_error(error)),
                Ok(_) => Err(Error::internal("a writer of chunks ended before its bytes")),
            },
            None => Ok(()),
        }
    }
}

/// Makes bytes that are at hand a chunk, durable and pinned.
pub(crate) fn store_chunk(dir: &BlobDir, pins: &Arc<Pins>, bytes: &[u8]) -> io::Result<(Extent, Arc<Pin>)> {
    let mut chunk = ChunkFile::create(dir)?;
    chunk.write(bytes)?;
    let hash = chunk.hash();
    let pin = Arc::new(pins.pin(dir.space(), hash));
    chunk.keep(&hash)?;
    Ok((Extent { chunk: hash, len: bytes.len() as u64 }, pin))
}

/// Writes a stream as chunks, each synced while the next is written.
fn write_chunks(
    dir: &BlobDir,
    pins: &Arc<Pins>,
    mut queue: mpsc::Receiver<Vec<Bytes>>,
    cut: bool,
    ended: &AtomicBool,
) -> io::Result<Written> {
    let mut cutter = cut.then(Cutter::default);
    let mut chunk: Option<ChunkFile> = None;
    let mut keeper = Keeper { dir, pins, extents: Vec::new(), held: Vec::new(), syncing: Default::default() };
    while let Some(batch) = queue.blocking_recv() {
        for piece in &batch {
            let mut rest: &[u8] = piece;
            while !rest.is_empty() {
                let end = cutter.as_mut().and_then(|cutter| cutter.end_in(rest));
                let (now, later) = rest.split_at(end.unwrap_or(rest.len()));
                if !now.is_empty() {
                    match &mut chunk {
                        Some(chunk) => chunk.write(now)?,
                        None => {
                            let mut fresh = ChunkFile::create(dir)?;
                            fresh.write(now)?;
                            chunk = Some(fresh);
                        }
                    }
                }
                if end.is_some()
                    && let Some(done) = chunk.take()
                {
                    keeper.keep(done)?;
                }
                rest = later;
            }
        }
    }
    if !ended.load(Ordering::Acquire) {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the sender went away"));
    }
    if let Some(last) = chunk {
        keeper.keep(last)?;
    }
    keeper.finish()
}

struct Keeper<'a> {
    dir: &'a BlobDir,
    pins: &'a Arc<Pins>,
    extents: Vec<Extent>,
    held: Vec<Arc<Pin>>,
    syncing: std::collections::VecDeque<std::thread::JoinHandle<io::Result<()>>>,
}

impl Keeper<'_> {
    fn keep(&mut self, chunk: ChunkFile) -> io::Result<()> {
        let hash = chunk.hash();
        self.extents.push(Extent { chunk: hash, len: chunk.len() });
        self.held.push(Arc::new(self.pins.pin(self.dir.space(), hash)));
        if self.syncing.len() >= SYNCS_MAX {
            self.wait()?;
        }
        self.syncing.push_back(std::thread::Builder::new().name("chunk-sync".into()).spawn(move || chunk.keep(&hash))?);
        Ok(())
    }

    fn wait(&mut self) -> io::Result<()> {
        match self.syncing.pop_front() {
            Some(thread) => thread.join().map_err(|_| io::Error::other("a thread that synced a chunk panicked"))?,
            None => Ok(()),
        }
    }

    fn finish(mut self) -> io::Result<Written> {
        while !self.syncing.is_empty() {
            self.wait()?;
        }
        Ok((std::mem::take(&mut self.extents), std::mem::take(&mut self.held)))
    }
}

impl Drop for Keeper<'_> {
    fn drop(&mut self) {
        // An upload given up: its last chunks get their names before their pins go, so that whoever removes what is
        // nobody's finds them.
        while let Some(thread) = self.syncing.pop_front() {
            let _ = thread.join();
        }
    }
}

/// What a fault of the disk means to the caller.
pub(crate) fn disk_error(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::StorageFull,
        _ => Error::internal(error),
    }
}
