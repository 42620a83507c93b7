//! Pins: chunks that somebody is about to name, and that must not be swept meanwhile.

use std::collections::HashMap;
use std::sync::Arc;

use abri_model::SpaceId;
use parking_lot::{Condvar, Mutex};
use tokio::sync::mpsc::UnboundedSender;

type Key = (SpaceId, [u8; 32]);

/// Which chunks are pinned (how often) or being swept, in this process: the owner of their spaces.
#[derive(Debug, Default)]
pub struct Pins {
    held: Mutex<HashMap<Key, Held>>,
    swept: Condvar,
    /// Told of every chunk whose last pin went without its being named by a commit: it may be nobody's.
    left: Option<UnboundedSender<Key>>,
}

#[derive(Debug, PartialEq)]
enum Held {
    Pinned { count: usize, named: bool },
    Sweeping,
}

/// Keeps one chunk from being swept for as long as it lives.
#[derive(Debug)]
pub struct Pin {
    pins: Arc<Pins>,
    key: Key,
}

/// The right to remove one chunk: nobody can pin it before this is dropped.
#[derive(Debug)]
pub struct Sweep {
    pins: Arc<Pins>,
    key: Key,
}

impl Pins {
    /// Pins that tell `left` of chunks that nobody named.
    pub fn telling(left: UnboundedSender<(SpaceId, [u8; 32])>) -> Self {
        Pins { left: Some(left), ..Pins::default() }
    }

    /// Pins a chunk. Waits for a sweep of this very chunk to end (one removal of a file): call it from a blocking thread.
    pub fn pin(self: &Arc<Self>, space: SpaceId, chunk: [u8; 32]) -> Pin {
        let key = (space, chunk);
        let mut held = self.held.lock();
        loop {
            match held.get_mut(&key) {
                Some(Held::Sweeping) => self.swept.wait(&mut held),
                Some(Held::Pinned { count, .. }) => {
                    *count += 1;
                    break;
                }
                None => {
                    held.insert(key, Held::Pinned { count: 1, named: false });
                    break;
                }
            }
        }
        Pin { pins: self.clone(), key }
    }

    /// The right to sweep a chunk; `None` while it is pinned or already being swept.
    pub fn sweep(self: &Arc<Self>, space: SpaceId, chunk: [u8; 32]) -> Option<Sweep> {
        let key = (space, chunk);
        let mut held = self.held.lock();
        if held.contains_key(&key) {
            return None;
        }
        held.insert(key, Held::Sweeping);
        Some(Sweep { pins: self.clone(), key })
    }
}

impl Pin {
    /// Notes that a commit named the chunk: it is somebody's from now on.
    pub fn named(&self) {
        if let Some(Held::Pinned { named, .. }) = self.pins.held.lock().get_mut(&self.key) {
            *named = true;
        }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut held = self.pins.held.lock();
        if let Some(Held::Pinned { count, named }) = held.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                let named = *named;
                held.remove(&self.key);
                if let Some(left) = self.pins.left.as_ref().filter(|_| !named) {
                    // No receiver: the engine is closing; what is nobody's is found by the next sweep.
                    let _ = left.send(self.key);
                }
            }
        }
    }
}

impl Drop for Sweep {
    fn drop(&mut self) {
        self.pins.held.lock().remove(&self.key);
        self.pins.swept.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_chunk_is_not_swept_and_a_swept_one_waits() {
        let pins = Arc::new(Pins::default());
        let space = SpaceId(7);
        let first = pins.pin(space, [1; 32]);
        let second = pins.pin(space, [1; 32]);
        drop(first);
        assert!(pins.sweep(space, [1; 32]).is_none());
        assert!(pins.sweep(SpaceId(8), [1; 32]).is_some(), "other spaces are not concerned");
        drop(second);
        let sweep = pins.sweep(space, [1; 32]).expect("free now");
        let waiting = {
            let pins = pins.clone();
            std::thread::spawn(move || drop(pins.pin(space, [1; 32])))
        };
        drop(sweep);
        waiting.join().expect("the pin is given once the sweep ends");
        assert!(pins.held.lock().is_empty());
    }
}
