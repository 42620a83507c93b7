//! Jobs: work to be done later, once, even after a crash. A durable queue in each space, as documents of the system's.
//!
//! A job is leased before it is worked on; a lease that runs out (the server was killed) lets it start again. A failing job is
//! tried again after growing waits, and given up as *dead* in the end, where an administrator finds it. The document of a
//! finished job is used again for the next one, so that the queue never grows beyond the most jobs waiting at once.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use abri_model::{Error, Kind, Millis, Result, SpaceId, Who};
use abri_space::Doc;
use abri_space::edit::Expect;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::data::Data;
use crate::documents::PutDoc;
use crate::find::Query;
use crate::follower::pace_ms;
use crate::kinds;
use crate::space::Space;

/// Longest arguments of a job, in bytes of JSON.
pub const ARGS_BYTES_MAX: usize = 64 << 10;
/// Jobs taken from one space at once.
const TAKEN_AT_ONCE: usize = 16;
/// Spaces worked on at the same time.
const SPACES_AT_ONCE: usize = 2;
/// First wait after a failure, in milliseconds; doubled at each further one.
const BACKOFF_FIRST_MS: i64 = 5_000;
/// Longest wait after a failure, in milliseconds.
const BACKOFF_MAX_MS: i64 = 6 * 3600 * 1000;
/// How often a document is tried for again when somebody else took it first.
const TRIES_FOR_DOC_MAX: usize = 16;
/// How often the runner looks at the clock though nothing rings, in milliseconds.
const LOOK_MS: u64 = 60_000;

/// A job to be queued.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Which worker does it.
    pub worker: String,
    /// What it needs to know: any JSON.
    pub args: Value,
    /// Not before this time.
    pub due: Millis,
    /// Of the jobs waiting under one such name there is never more than one: the later replaces the earlier's arguments and keeps its earlier time.
    pub dedup: Option<String>,
}

/// A job as its worker sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its document.
    pub id: String,
    /// Which worker does it.
    pub worker: String,
    /// What it needs to know.
    pub args: Value,
    /// How often it failed before.
    pub tries: u32,
    /// When it was first due.
    pub since: Millis,
    /// What its last failure said; empty before.
    pub last_error: String,
}

/// Does jobs of one name. Idempotent: a job may be done again after a crash.
pub trait Worker: Send + Sync + 'static {
    /// Its name, by which jobs ask for it.
    fn name(&self) -> &str;

    /// After how many failures a job is given up.
    fn tries_max(&self) -> u32 {
        10
    }

    /// For how long a job is leased, in milliseconds: a worker that takes longer is overtaken by a second one.
    fn lease_ms(&self) -> i64 {
        15 * 60 * 1000
    }

    /// Does a job in a space, as the system.
    fn work<'a>(&'a self, space: &'a Space, job: &'a Job) -> BoxFuture<'a, Result<()>>;
}

/// A job's document.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    state: State,
    worker: String,
    args: Value,
    due: Millis,
    since: Millis,
    tries: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dedup: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    last_error: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// To be started at its `due`.
    Waiting,
    /// Being worked on; to be started again at its `due`, unless it is finished before.
    Leased,
    /// Given up.
    Dead,
    /// Finished: the document is free.
    Free,
}

impl Space {
    /// Queues a job in this space. Only for the system (a room queues for itself as [`Who::system`]).
    ///
    /// # Errors
    /// `Forbidden` for anybody else; `TooLarge` for arguments beyond [`ARGS_BYTES_MAX`].
    pub async fn enqueue(&self, new: NewJob) -> Result<()> {
        if new.args.to_string().len() > ARGS_BYTES_MAX {
            return Err(Error::TooLarge { what: "the arguments of a job in bytes", limit: ARGS_BYTES_MAX as u64 });
        }
        let kind = Kind::known(kinds::JOBS);
        for _ in 0..TRIES_FOR_DOC_MAX {
            let (id, expect, former) = match &new.dedup {
                Some(dedup) => {
                    let id = format!("only-{}-{dedup}", new.worker);
                    let doc = self.get(&kind, &id).await?;
                    let former = doc.as_ref().map(read).transpose()?.filter(|record| record.state == State::Waiting);
                    (id, doc.map_or(Expect::Absent, |doc| Expect::Rev(doc.rev)), former)
                }
                None => match self.free_doc().await? {
                    Some(doc) => (doc.key.id, Expect::Rev(doc.rev), None),
                    None => (format!("job-{:016x}", rand::random::<u64>()), Expect::Absent, None),
                },
            };
            let due = former.as_ref().map_or(new.due, |former| former.due.min(new.due));
            let record = Record {
                state: State::Waiting,
                worker: new.worker.clone(),
                args: new.args.clone(),
                due,
                since: former.map_or(new.due, |former| former.since),
                tries: 0,
                dedup: new.dedup.clone(),
                last_error: String::new(),
            };
            match write(self, id, expect, &record).await {
                Err(Error::Conflict { .. } | Error::Exists) => {}
                done => return done.map(drop),
            }
        }
        Err(Error::Unavailable)
    }

    async fn free_doc(&self) -> Result<Option<Doc>> {
        // One of the first few by chance: writers at the same time seldom want the same.
        let query = Query { limit: TAKEN_AT_ONCE, ..Query::default() };
        let mut docs = self.find(kinds::JOBS_FREE, &query).await?.docs;
        docs.retain(|doc| doc.key.id.starts_with("job-"));
        if docs.is_empty() {
            return Ok(None);
        }
        let at = rand::random_range(0..docs.len());
        Ok(Some(docs.swap_remove(at)))
    }

    /// The jobs that were given up, oldest first. Only for the system.
    pub async fn dead_jobs(&self, limit: usize) -> Result<Vec<Job>> {
        let found = self.find(kinds::JOBS_DEAD, &Query { limit, ..Query::default() }).await?;
        found.docs.iter().map(|doc| read(doc).map(|record| record.to_job(&doc.key.id))).collect()
    }

    /// Gives a dead job another chance, at once. Only for the system.
    pub async fn revive_job(&self, id: &str) -> Result<()> {
        let doc = self.get(&Kind::known(kinds::JOBS), id).await?.ok_or(Error::NotFound)?;
        let mut record = read(&doc)?;
        if record.state != State::Dead {
            return Err(Error::NotFound);
        }
        record.state = State::Waiting;
        record.tries = 0;
        record.due = self.data().now();
        write(self, doc.key.id, Expect::Rev(doc.rev), &record).await.map(drop)
    }
}

impl Record {
    fn to_job(&self, id: &str) -> Job {
        Job {
            id: id.to_owned(),
            worker: self.worker.clone(),
            args: self.args.clone(),
            tries: self.tries,
            since: self.since,
            last_error: self.last_error.clone(),
        }
    }
}

fn read(doc: &Doc) -> Result<Record> {
    serde_json::from_str(&doc.body).map_err(Error::internal)
}

async fn write(space: &Space, id: String, expect: Expect, record: &Record) -> Result<Doc> {
    let body = serde_json::to_string(record).map_err(Error::internal)?;
    space.put(PutDoc { kind: Kind::known(kinds::JOBS), id, expect, body, place: None }).await
}

/// Takes due jobs and gives them to their workers.
#[derive(Clone)]
pub struct JobRunner {
    data: Data,
    workers: Arc<HashMap<String, Arc<dyn Worker>>>,
}

impl JobRunner {
    /// A runner without workers.
    pub fn new(data: Data) -> JobRunner {
        JobRunner { data, workers: Arc::default() }
    }

    /// The same with one more worker.
    pub fn with(mut self, worker: impl Worker) -> JobRunner {
        Arc::make_mut(&mut self.workers).insert(worker.name().to_owned(), Arc::new(worker));
        self
    }

    /// Does the jobs of a space that are due; says when the next one is.
    pub async fn run_due(&self, id: SpaceId) -> Result<Option<Millis>> {
        let space = match self.data.space(&Who::system("jobs"), id).await {
            Err(Error::NotFound) => return Ok(None),
            space => space?,
        };
        loop {
            let now = self.data.now();
            let query = Query { limit: TAKEN_AT_ONCE, ..Query::default() };
            let first = space.find(kinds::JOBS_DUE, &query).await?.docs;
            let mut next = None;
            let mut worked = false;
            for doc in first {
                let record = read(&doc)?;
                if record.due > now {
                    next = Some(record.due);
                    break;
                }
                worked |= self.work(&space, doc, record, now).await?;
            }
            if !worked {
                return Ok(next);
            }
        }
    }

    /// Leases one job and does it. Says whether the queue has moved.
    async fn work(&self, space: &Space, doc: Doc, mut record: Record, now: Millis) -> Result<bool> {
        let id = doc.key.id;
        let worker = self.workers.get(&record.worker).cloned();
        let (lease_ms, tries_max) =
            worker.as_ref().map_or((BACKOFF_MAX_MS, 1), |worker| (worker.lease_ms(), worker.tries_max()));
        if record.state == State::Leased {
            // Its lease ran out: whoever had it was killed, or takes too long. That counts as a try.
            record.tries += 1;
            record.last_error = "the server stopped while it was being done".to_owned();
        }
        if record.tries >= tries_max {
            record.state = State::Dead;
            record.due = now;
            return written(write(space, id, Expect::Rev(doc.rev), &record).await).map(|doc| doc.is_some());
        }
        record.state = State::Leased;
        record.due = now.plus(lease_ms.max(1));
        let Some(leased) = written(write(space, id.clone(), Expect::Rev(doc.rev), &record).await)? else {
            return Ok(true);
        };
        let outcome = match &worker {
            Some(worker) => worker.work(space, &record.to_job(&id)).await,
            None => Err(Error::invalid("there is no worker of this name")),
        };
        let now = self.data.now();
        match outcome {
            Ok(()) => {
                record.state = State::Free;
                record.args = json!(null);
                record.last_error = String::new();
            }
            Err(error) => {
                record.tries += 1;
                record.last_error = error.to_string();
                tracing::warn!(space.id = %space.id(), job.worker = record.worker, job.tries = record.tries, %error, "a job failed");
                record.state = if record.tries >= tries_max { State::Dead } else { State::Waiting };
                record.due = if record.state == State::Dead { now } else { now.plus(backoff_ms(record.tries)) };
            }
        }
        // Queued anew under its name meanwhile: then that one stands, and this one's outcome is of no interest.
        written(write(space, id, Expect::Rev(leased.rev), &record).await)?;
        Ok(true)
    }

    /// Does jobs in every space until `stop` says so.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let wake = self.data.inner.wakes.listen();
        let mut agenda = Agenda::default();
        agenda.look_everywhere(&self.data).await;
        let mut running = tokio::task::JoinSet::new();
        while !*stop.borrow() {
            while running.len() < SPACES_AT_ONCE {
                let Some(id) = agenda.take(self.data.now()) else { break };
                let runner = self.clone();
                running.spawn(async move { (id, runner.run_due(id).await) });
            }
            tokio::select! {
                moved = wake.moved() => {
                    if moved.all {
                        agenda.look_everywhere(&self.data).await;
                    }
                    moved.spaces.into_iter().for_each(|id| agenda.add(Millis(0), id));
                }
                Some(done) = running.join_next(), if !running.is_empty() => match done {
                    Ok((id, outcome)) => agenda.done(id, outcome, self.data.now()),
                    Err(error) => {
                        tracing::error!(%error, "a worker panicked; its job starts again when its lease runs out");
                        agenda.working.clear();
                        agenda.look_everywhere(&self.data).await;
                    }
                },
                () = agenda.sleep(self.data.now()), if running.len() < SPACES_AT_ONCE => {}
                _ = stop.changed() => break,
            }
        }
        self.data.inner.wakes.forget(&wake);
        // A job under way has its lease: it is done again.
        running.shutdown().await;
    }
}

/// What a conflict means here: somebody else was first.
fn written(outcome: Result<Doc>) -> Result<Option<Doc>> {
    match outcome {
        Ok(doc) => Ok(Some(doc)),
        Err(Error::Conflict { .. } | Error::Exists) => Ok(None),
        Err(error) => Err(error),
    }
}

fn backoff_ms(tries: u32) -> i64 {
    let doubled =
        BACKOFF_FIRST_MS.saturating_mul(1_i64.checked_shl(tries.saturating_sub(1).min(40)).unwrap_or(i64::MAX));
    doubled.min(BACKOFF_MAX_MS)
}

/// When to look at which space.
#[derive(Default)]
struct Agenda {
    order: BTreeSet<(Millis, SpaceId)>,
    times: HashMap<SpaceId, Millis>,
    working: HashMap<SpaceId, bool>,
}

impl Agenda {
    async fn look_everywhere(&mut self, data: &Data) {
        match data.every_space().await {
            Ok(ids) => {
                let now = data.now();
                ids.into_iter().enumerate().for_each(|(at, id)| self.add(now.plus(pace_ms(at) as i64), id));
            }
            Err(error) => tracing::warn!(%error, "the spaces with jobs could not be listed"),
        }
    }

    fn add(&mut self, due: Millis, id: SpaceId) {
        if let Some(again) = self.working.get_mut(&id) {
            *again = true;
            return;
        }
        match self.times.get(&id) {
            Some(time) if *time <= due => return,
            Some(time) => {
                self.order.remove(&(*time, id));
            }
            None => {}
        }
        self.times.insert(id, due);
        self.order.insert((due, id));
    }

    fn take(&mut self, now: Millis) -> Option<SpaceId> {
        let (due, id) = *self.order.first()?;
        if due > now {
            return None;
        }
        self.order.remove(&(due, id));
        self.times.remove(&id);
        self.working.insert(id, false);
        Some(id)
    }

    fn done(&mut self, id: SpaceId, outcome: Result<Option<Millis>>, now: Millis) {
        let again = self.working.remove(&id).unwrap_or(false);
        match outcome {
            Ok(Some(next)) => self.add(next, id),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(space.id = %id, %error, "the jobs of a space could not be done");
                self.add(now.plus(BACKOFF_FIRST_MS), id);
                return;
            }
        }
        if again {
            self.add(now, id);
        }
    }

    async fn sleep(&self, now: Millis) {
        // The clock is not tokio's: look again at least every minute.
        let due = self.order.first().map_or(u64::MAX, |(due, _)| due.0.saturating_sub(now.0).max(1) as u64);
        tokio::time::sleep(Duration::from_millis(due.min(LOOK_MS))).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stop_growing() {
        let waits: Vec<i64> = [1, 2, 3, 4, 13, 100].into_iter().map(backoff_ms).collect();
        assert_eq!(waits, [5_000, 10_000, 20_000, 40_000, 20_480_000, BACKOFF_MAX_MS]);
    }
}
