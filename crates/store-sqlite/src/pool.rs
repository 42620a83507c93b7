//! Blocking threads that take jobs from one queue, made as they are needed.
//!
//! Ours rather than the runtime's: reads must not queue behind commits, and the number of syncs in flight is a decision.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use abri_store::{Result, StoreError};
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// A group of threads. They end when it is dropped and the jobs it took are done.
pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    name: &'static str,
    threads_max: usize,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    closed: bool,
}

impl Pool {
    /// A group of at most `threads_max` threads, one of them running: so a job that was taken is always done.
    pub fn new(name: &'static str, threads_max: usize) -> Result<Pool> {
        let state = Mutex::new(State { threads: 1, ..State::default() });
        let pool =
            Pool { shared: Arc::new(Shared { name, threads_max: threads_max.max(1), state, wake: Condvar::new() }) };
        pool.shared.spawn().map_err(StoreError::engine)?;
        Ok(pool)
    }

    /// What `job` returns, run on one of the threads. A job that was taken runs to its end even when nobody waits for it any more.
    pub fn run<T, F>(&self, job: F) -> impl Future<Output = Result<T>> + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T> + Send + 'static,
    {
        let (answer, wait) = oneshot::channel();
        self.push(Box::new(move || {
            // A failed send means that the caller went away: nobody to tell.
            let _ = answer.send(job());
        }));
        async move { wait.await.unwrap_or_else(|_| Err(StoreError::engine("a storage thread panicked"))) }
    }

    fn push(&self, job: Job) {
        let mut state = self.shared.state.lock();
        state.jobs.push_back(job);
        let is_enough = state.idle >= state.jobs.len() || state.threads == self.shared.threads_max;
        if !is_enough {
            state.threads += 1;
        }
        drop(state);
        // Without another thread the job is only late.
        if is_enough {
            self.shared.wake.notify_one();
        } else if let Err(error) = self.shared.spawn() {
            self.shared.state.lock().threads -= 1;
            tracing::warn!(pool = self.shared.name, %error, "could not start a storage thread");
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.state.lock().closed = true;
        self.shared.wake.notify_all();
    }
}

impl Shared {
    fn spawn(self: &Arc<Self>) -> std::io::Result<()> {
        let shared = self.clone();
        std::thread::Builder::new().name(self.name.into()).spawn(move || shared.work()).map(drop)
    }

    fn work(&self) {
        let mut state = self.state.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                drop(state);
                if catch_unwind(AssertUnwindSafe(job)).is_err() {
                    tracing::error!(pool = self.name, "a storage job panicked");
                }
                state = self.state.lock();
            } else if state.closed {
                return;
            } else {
                state.idle += 1;
                self.wake.wait(&mut state);
                state.idle -= 1;
            }
        }
    }
}
