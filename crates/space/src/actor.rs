//! The writer of a space: drains what waits, judges it, commits it as one batch.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use abri_model::{Error, Millis, Result, Seq};
use abri_store::{Fence, StoreError};
use futures_util::FutureExt;
use tokio::sync::{mpsc, oneshot};

use crate::batch::Batch;
use crate::edit::{Done, Request};
use crate::engine::store_error;
use crate::space::Core;
use crate::upload::PartDone;

/// Requests judged together at most: bounds how long the first of them waits.
const BATCH_REQUESTS_MAX: usize = 256;
/// Rows after which a batch takes no further request.
const BATCH_ROWS_MAX: usize = 4096;

/// What the writer can be asked beside edits.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Edits.
    Edits(Request),
    /// Begins an upload in parts.
    UploadBegin { id: String, owner: String, about: crate::upload::UploadAbout, now: Millis },
    /// Notes a part that is stored.
    UploadPart(PartDone),
    /// Forgets an upload.
    UploadDrop { id: String },
    /// Removes nodes below limbo for good; each is a leaf by then.
    Purge { nodes: Vec<abri_model::NodeId> },
    /// Removes the rows of chunks nobody points at; those still unreferenced are answered through the results.
    Bury { chunks: Vec<[u8; 32]>, dead_before: Millis },
    /// Removes expired locks.
    Unlock { now: Millis },
    /// Forgets departures up to a position.
    Forget { up_to: Seq },
    /// Begins a new life: every cursor given out before is void.
    Renew,
    /// Writes rows that were recomputed: repairs of derived data.
    Repair { muts: Vec<abri_store::Mut>, versions_bytes: Option<i64> },
    /// Nothing: answered when everything before it is done.
    Nothing,
}

/// A request on its way. It holds the space, so that no second writer starts while it waits.
pub(crate) struct Job {
    pub core: Arc<Core>,
    pub ask: Ask,
    pub answer: oneshot::Sender<Result<Answer>>,
}

/// What the writer answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub done: Done,
    /// For [`Ask::Bury`]: the chunks whose rows are gone.
    pub buried: Vec<[u8; 32]>,
}

/// Runs until every handle on the space is gone.
pub(crate) async fn run(mut queue: mpsc::Receiver<Job>) {
    let mut fence = None;
    while let Some(first) = queue.recv().await {
        let core = first.core.clone();
        let mut jobs = vec![first];
        while jobs.len() < BATCH_REQUESTS_MAX
            && let Ok(job) = queue.try_recv()
        {
            jobs.push(job);
        }
        let work = AssertUnwindSafe(process(&core, &mut fence, jobs)).catch_unwind();
        if work.await.is_err() {
            // Those who waited get an answer by their channel's end. The next batch starts from what is stored.
            tracing::error!(space.id = %core.id, "judging a batch panicked; nothing of it was written");
            fence = None;
        }
    }
}

async fn process(core: &Arc<Core>, fence: &mut Option<Fence>, jobs: Vec<Job>) {
    let mut waiting = jobs;
    while !waiting.is_empty() {
        waiting = match commit_some(core, fence, waiting).await {
            Ok(rest) => rest,
            Err((failed, error)) => {
                *fence = None;
                for job in failed {
                    let _ = job.answer.send(Err(error.clone()));
                }
                return;
            }
        };
    }
}

type Failed = (Vec<Job>, Error);

/// Judges and commits as many of `jobs` as fit one batch; gives the others back.
async fn commit_some(core: &Arc<Core>, fence: &mut Option<Fence>, jobs: Vec<Job>) -> Result<Vec<Job>, Failed> {
    let mut jobs = std::collections::VecDeque::from(jobs);
    let mut tries = 0;
    let mut answers: Vec<(Job, Result<Answer>)> = Vec::new();
    loop {
        if fence.is_none() {
            match take(core).await {
                Ok(taken) => *fence = Some(taken),
                Err(error) => return Err((gather(answers, jobs), error)),
            }
        }
        let Some(held) = fence.as_mut() else { return Err((gather(answers, jobs), Error::Unavailable)) };
        let mut batch = Batch::new(core, Seq(held.seq));
        batch.prefetch(jobs.iter().map(|job| &job.ask)).await;
        while batch.len() < BATCH_ROWS_MAX
            && let Some(job) = jobs.pop_front()
        {
            let judged = batch.judge(&job.ask).await;
            answers.push((job, judged));
        }
        let ready = match batch.finish().await {
            Ok(ready) => ready,
            Err(error) => return Err((gather(answers, jobs), error)),
        };
        if ready.muts.is_empty() {
            answer(answers);
            return Ok(jobs.into());
        }
        match core.shared.store.commit(held, ready.seq.0, ready.muts).await {
            Ok(()) => {
                core.committed(ready.seq, ready.fresh, ready.meta, ready.locks);
                answer(answers);
                return Ok(jobs.into());
            }
            Err(StoreError::Fenced) if tries == 0 => {
                // Somebody else was the writer for a while: start again from what they left.
                tries += 1;
                *fence = None;
                for (job, _) in answers.drain(..).rev() {
                    jobs.push_front(job);
                }
            }
            Err(error) => return Err((gather(answers, jobs), store_error(error))),
        }
    }
}

/// Becomes the writer and reads what a writer must know.
async fn take(core: &Arc<Core>) -> Result<Fence> {
    let fence = core.shared.store.acquire(core.id).await.map_err(store_error)?;
    core.reload(Seq(fence.seq)).await?;
    Ok(fence)
}

fn gather(answers: Vec<(Job, Result<Answer>)>, jobs: std::collections::VecDeque<Job>) -> Vec<Job> {
    answers.into_iter().map(|(job, _)| job).chain(jobs).collect()
}

fn answer(answers: Vec<(Job, Result<Answer>)>) {
    for (job, outcome) in answers {
        if let Ask::Edits(request) = &job.ask
            && outcome.is_ok()
        {
            request.named();
        }
        // Nobody waits any more when a client went away; what was asked is done all the same.
        let _ = job.answer.send(outcome);
    }
}
