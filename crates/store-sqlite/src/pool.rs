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
    /// A group of at most `threads_max` threads, none of them running yet.
    pub fn new(name: &'static str, threads_max: usize) -> Pool {
        let shared = Shared { name, threads_max: threads_max.max(1), state: Mutex::default(), wake: Condvar::new() };
        Pool { shared: Arc::new(shared) }
    }

    /// What `job` returns, run on one of the threads. A job that was taken runs to its end even when nobody waits for it any more.
    pub fn run<T, F>(&self, job: F) -> impl Future<Output = Result<T>> + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T> + Send + 'static,
    {
        let (answer, wait) = oneshot::channel();
        let started = self.push(Box::new(move || {
            // A failed send means that the caller went away: nobody to tell.
            let _ = answer.send(job());
        }));
        async move {
            started?;
            wait.await.unwrap_or_else(|_| Err(StoreError::engine("a storage thread panicked")))
        }
    }

    fn push(&self, job: Job) -> Result<()> {
        let mut state = self.shared.state.lock();
        state.jobs.push_back(job);
        if state.idle >= state.jobs.len() || state.threads == self.shared.threads_max {
            drop(state);
            self.shared.wake.notify_one();
            return Ok(());
        }
        state.threads += 1;
        drop(state);
        let shared = self.shared.clone();
        let spawned = std::thread::Builder::new().name(self.shared.name.into()).spawn(move || shared.work());
        if let Err(error) = spawned {
            let mut state = self.shared.state.lock();
            state.threads -= 1;
            // With other threads the job is only late; without any it would wait for ever.
            if state.threads == 0 {
                state.jobs.clear();
                return Err(StoreError::engine(error));
            }
        }
        Ok(())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.state.lock().closed = true;
        self.shared.wake.notify_all();
    }
}

impl Shared {
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
