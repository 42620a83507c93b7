//! Which spaces moved: an in-process ring for followers and jobs. Losing one costs latency, never data.

use std::collections::HashSet;
use std::sync::Arc;

use abri_model::SpaceId;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

/// How many spaces a listener may have waiting; past it, it is told to look at all of them.
const WAITING_SPACES_MAX: usize = 65_536;

/// Rings every listener.
#[derive(Default)]
pub(crate) struct Wakes {
    listeners: RwLock<Vec<Arc<Wake>>>,
}

/// One listener's spaces that moved since it last looked.
#[derive(Default)]
pub(crate) struct Wake {
    moved: Mutex<Moved>,
    notify: Notify,
}

/// What moved.
#[derive(Default)]
pub(crate) struct Moved {
    /// The spaces.
    pub(crate) spaces: HashSet<SpaceId>,
    /// Whether there were too many to remember: look at all.
    pub(crate) all: bool,
}

impl Wakes {
    /// A new listener; it hears what moves from now on.
    pub(crate) fn listen(&self) -> Arc<Wake> {
        let wake = Arc::new(Wake::default());
        self.listeners.write().push(wake.clone());
        wake
    }

    /// Forgets a listener.
    pub(crate) fn forget(&self, wake: &Arc<Wake>) {
        self.listeners.write().retain(|other| !Arc::ptr_eq(other, wake));
    }

    /// Says that `space` moved.
    pub(crate) fn ring(&self, space: SpaceId) {
        for wake in self.listeners.read().iter() {
            let mut moved = wake.moved.lock();
            if moved.spaces.len() >= WAITING_SPACES_MAX {
                moved.all = true;
            } else if !moved.spaces.insert(space) {
                continue;
            }
            wake.notify.notify_one();
        }
    }
}

impl Wake {
    /// Waits until something moved, and takes it.
    pub(crate) async fn moved(&self) -> Moved {
        loop {
            let moved = std::mem::take(&mut *self.moved.lock());
            if moved.all || !moved.spaces.is_empty() {
                return moved;
            }
            self.notify.notified().await;
        }
    }
}
