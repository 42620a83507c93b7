//! Followers: workers behind the commit, each with a durable cursor in every space it follows.
//!
//! A follower may see a change twice and never out of order. Its cursor is moved after it has done its work, so a crash
//! repeats work and loses none. It is woken by the bell; a lost ring costs latency: at start every space is looked at once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use abri_model::{Cursor, Error, Result, Seq, SpaceId, Who};
use abri_space::edit::Edit;
use abri_space::{Changes, Scope};
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::data::Data;
use crate::directory::SpaceInfo;
use crate::space::Space;
use crate::wake::Moved;

/// Changes handed to a follower at once.
const PAGE_CHANGES: usize = 256;
/// Spaces followed at the same time.
const SPACES_AT_ONCE: usize = 4;
/// Spaces looked at as soon as possible after a start; the others one by one.
const MISSED_AT_ONCE: u64 = 100;
/// Milliseconds between two of the others.
const MISSED_EVERY_MS: u64 = 50;
/// First wait after a follower's error, in milliseconds; doubled at each further one.
const BACKOFF_FIRST_MS: u64 = 1_000;
/// Longest wait after a follower's error, in milliseconds.
const BACKOFF_MAX_MS: u64 = 600_000;

/// A worker that keeps something up to date with what is in the spaces. Idempotent; can start again from 0 at any time.
pub trait Follower: Send + Sync + 'static {
    /// Its name: names its cursor. Letters, digits and `-`.
    fn name(&self) -> &str;

    /// What it follows.
    fn scope(&self) -> Scope;

    /// Whether it follows this space.
    fn wants(&self, space: &SpaceInfo) -> bool {
        let _ = space;
        true
    }

    /// Is told once before the first page, when everything is (again) shown from the beginning: what it derived may be out of date.
    fn restart<'a>(&'a self, space: &'a Space) -> BoxFuture<'a, Result<()>> {
        let _ = space;
        Box::pin(async { Ok(()) })
    }

    /// Works on a page of changes, as the system sees them. On an error the same page comes again, later.
    fn follow<'a>(&'a self, space: &'a Space, changes: &'a Changes) -> BoxFuture<'a, Result<()>>;
}

/// The followers of an installation, and what drives them.
#[derive(Clone)]
pub struct Followers {
    data: Data,
    followers: Arc<Vec<Arc<dyn Follower>>>,
}

impl Followers {
    /// Those that this crate itself needs.
    pub fn new(data: Data) -> Followers {
        Followers { data, followers: Arc::new(vec![Arc::new(crate::grant::Mounts)]) }
    }

    /// The same with one more.
    pub fn with(mut self, follower: impl Follower) -> Followers {
        Arc::make_mut(&mut self.followers).push(Arc::new(follower));
        self
    }

    /// Lets every follower read a space up to its present position.
    ///
    /// # Errors
    /// The first error of a follower; the others have been given their turn all the same.
    pub async fn catch_up(&self, id: SpaceId) -> Result<()> {
        let space = match self.data.space(&self.who(), id).await {
            Err(Error::NotFound) => return Ok(()),
            space => space?,
        };
        let mut outcome = Ok(());
        for follower in self.followers.iter().filter(|follower| follower.wants(space.info())) {
            let done = follow(&**follower, &space).await;
            if let Err(error) = done {
                tracing::warn!(space.id = %id, follower = follower.name(), %error, cause = cause(&error), "a follower failed and will be repeated");
                outcome = outcome.and(Err(error));
            }
        }
        outcome
    }

    /// Makes a follower read a space from the beginning: what it derived is built again.
    pub async fn restart(&self, id: SpaceId, name: &str) -> Result<()> {
        let space = self.data.space(&self.who(), id).await?;
        write_cursor(&space, name, None).await?;
        self.data.inner.wakes.ring(id);
        Ok(())
    }

    /// How far a follower has read a space.
    pub async fn cursor(&self, id: SpaceId, name: &str) -> Result<Option<Cursor>> {
        let space = self.data.space(&self.who(), id).await?;
        read_cursor(&space, name).await
    }

    /// Follows every space until `stop` says so: first what was missed, then what moves.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let wake = self.data.inner.wakes.listen();
        let mut round = Round::default();
        let mut running = tokio::task::JoinSet::new();
        round.missed(&self.data).await;
        while !*stop.borrow() {
            while running.len() < SPACES_AT_ONCE {
                let Some(id) = round.next(Instant::now()) else { break };
                let followers = self.clone();
                running.spawn(async move { (id, followers.catch_up(id).await.is_ok()) });
            }
            tokio::select! {
                moved = wake.moved() => round.moved(&self.data, moved).await,
                Some(done) = running.join_next(), if !running.is_empty() => match done {
                    Ok((id, good)) => round.done(id, good, Instant::now()),
                    Err(error) => {
                        tracing::error!(%error, "a follower panicked");
                        round.working.clear();
                    }
                },
                () = round.retry_time(), if running.len() < SPACES_AT_ONCE => {}
                _ = stop.changed() => break,
            }
        }
        self.data.inner.wakes.forget(&wake);
        // What is under way repeats itself after a restart.
        running.shutdown().await;
    }

    fn who(&self) -> Who {
        Who::system("followers")
    }
}

async fn follow(follower: &dyn Follower, space: &Space) -> Result<()> {
    let scope = follower.scope();
    let mut at = match read_cursor(space, follower.name()).await? {
        Some(cursor) => match space.since(&cursor).await {
            Err(Error::Expired) => None,
            since => Some(since?),
        },
        None => None,
    };
    if at.is_none() {
        follower.restart(space).await?;
    }
    loop {
        let since = at.unwrap_or_default();
        let changes = space.changes(&scope, since, PAGE_CHANGES).await?;
        if !changes.items.is_empty() {
            follower.follow(space, &changes).await?;
        }
        let moved = at != Some(changes.last);
        // A quiet scope needs no commit at each move of the space: a cursor far behind is only read further.
        let far = changes.last.0 - since.0 >= PAGE_CHANGES as i64;
        if moved && (!changes.items.is_empty() || at.is_none() || far) {
            write_cursor(space, follower.name(), Some(changes.last)).await?;
        }
        at = Some(changes.last);
        if !changes.more {
            return Ok(());
        }
    }
}

/// When to look at the space that comes at this place among those that may have been missed, in milliseconds from now.
///
/// Each has to be opened for it: a server with thousands of spaces does it beside its work, not before.
pub(crate) fn pace_ms(at: usize) -> u64 {
    (at as u64).saturating_sub(MISSED_AT_ONCE) * MISSED_EVERY_MS
}

fn note(name: &str) -> String {
    format!("follower.{name}")
}

async fn read_cursor(space: &Space, name: &str) -> Result<Option<Cursor>> {
    Ok(space.raw().note(&note(name)).await?.as_deref().and_then(Cursor::parse))
}

async fn write_cursor(space: &Space, name: &str, seq: Option<Seq>) -> Result<()> {
    let incarnation = space.raw().incarnation();
    let text = seq.map(|seq| Cursor { incarnation, seq }.to_string());
    let edit = Edit::PutNote { name: note(name), text };
    space.raw().commit(space.data().request(vec![edit])).await.map(drop)
}

fn cause(error: &Error) -> String {
    match error {
        Error::Internal(cause) => cause.to_string(),
        _ => String::new(),
    }
}

/// Which spaces are to be followed now, which are being followed, and which wait after an error.
#[derive(Default)]
struct Round {
    queue: VecDeque<SpaceId>,
    missed: VecDeque<(Instant, SpaceId)>,
    queued: HashSet<SpaceId>,
    working: HashSet<SpaceId>,
    again: HashSet<SpaceId>,
    failed: HashMap<SpaceId, (Instant, u64)>,
}

impl Round {
    /// Every space there is: something may have been missed. The first ones at once, the others one by one.
    async fn missed(&mut self, data: &Data) {
        let now = Instant::now();
        match data.every_space().await {
            Ok(ids) => {
                self.missed =
                    ids.into_iter().enumerate().map(|(at, id)| (now + Duration::from_millis(pace_ms(at)), id)).collect()
            }
            Err(error) => {
                tracing::warn!(%error, "the spaces to follow could not be listed; what moves is followed all the same")
            }
        }
    }

    async fn moved(&mut self, data: &Data, moved: Moved) {
        if moved.all {
            self.missed(data).await;
        }
        moved.spaces.into_iter().for_each(|id| self.add(id));
    }

    fn add(&mut self, id: SpaceId) {
        if self.working.contains(&id) {
            self.again.insert(id);
        } else if !self.failed.contains_key(&id) && self.queued.insert(id) {
            self.queue.push_back(id);
        }
    }

    fn next(&mut self, now: Instant) -> Option<SpaceId> {
        let due =
            self.failed.iter().find(|(id, (time, _))| *time <= now && !self.working.contains(id)).map(|(id, _)| *id);
        let missed = |round: &mut Round| round.missed.pop_front_if(|(time, _)| *time <= now).map(|(_, id)| id);
        let id = due.or_else(|| self.queue.pop_front()).or_else(|| missed(self))?;
        if self.working.contains(&id) {
            // It is being looked at: that is what was missed.
            return self.next(now);
        }
        self.queued.remove(&id);
        self.working.insert(id);
        Some(id)
    }

    fn done(&mut self, id: SpaceId, good: bool, now: Instant) {
        self.working.remove(&id);
        if good {
            self.failed.remove(&id);
            if self.again.remove(&id) {
                self.add(id);
            }
        } else {
            self.again.remove(&id);
            let wait = self.failed.get(&id).map_or(BACKOFF_FIRST_MS, |(_, wait)| (wait * 2).min(BACKOFF_MAX_MS));
            self.failed.insert(id, (now + Duration::from_millis(wait), wait));
        }
    }

    async fn retry_time(&self) {
        let waiting = self.failed.iter().filter(|(id, _)| !self.working.contains(id)).map(|(_, (time, _))| *time);
        match waiting.chain(self.missed.front().map(|(time, _)| *time)).min() {
            Some(time) => tokio::time::sleep_until(time).await,
            None => std::future::pending().await,
        }
    }
}
