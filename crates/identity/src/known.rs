//! Proofs verified lately, so that a client that sends its password with every request costs no hash and no read.
//!
//! The key is a hash, keyed by a value that only this process knows, of what was sent: no secret stays in memory.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use abri_model::{Millis, SpaceId};
use lru::LruCache;
use parking_lot::Mutex;

use crate::identity::Session;

/// Proofs remembered, in all.
const PROOFS_MAX: usize = 32_768;
/// Parts, each with its own lock.
const PARTS: usize = 16;
const PART_MAX: NonZeroUsize = NonZeroUsize::new(PROOFS_MAX / PARTS).expect("not zero");

/// What names a proof.
pub(crate) type Key = [u8; 32];

/// How a proof was sent.
#[derive(Clone, Copy)]
pub(crate) enum Sent {
    Basic = 1,
    Bearer = 2,
    Cookie = 3,
}

/// A verified proof.
#[derive(Clone)]
pub(crate) struct Proof {
    pub(crate) session: Arc<Session>,
    /// To be verified again from then on.
    pub(crate) until: Millis,
    /// When its last use was written down.
    pub(crate) noted: Arc<AtomicI64>,
}

/// The proofs verified lately.
pub(crate) struct Known {
    key: [u8; 32],
    parts: Vec<Mutex<LruCache<Key, Proof>>>,
    forgotten: AtomicU64,
}

impl Known {
    pub(crate) fn new() -> Known {
        let parts = (0..PARTS).map(|_| Mutex::new(LruCache::new(PART_MAX))).collect();
        Known { key: rand::random(), parts, forgotten: AtomicU64::new(0) }
    }

    pub(crate) fn key(&self, sent: Sent, organisation: SpaceId, value: &[u8]) -> Key {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&[sent as u8]);
        hasher.update(&organisation.0.to_be_bytes());
        hasher.update(value);
        *hasher.finalize().as_bytes()
    }

    pub(crate) fn get(&self, key: &Key, now: Millis) -> Option<Proof> {
        let mut part = self.part(key).lock();
        let proof = part.get(key)?;
        if proof.until > now {
            return Some(proof.clone());
        }
        part.pop(key);
        None
    }

    /// To be taken before a proof is verified: see [`Known::put`].
    pub(crate) fn stamp(&self) -> u64 {
        self.forgotten.load(Ordering::Acquire)
    }

    /// Remembers a proof, unless something was forgotten since `stamp`: it may have been this one.
    pub(crate) fn put(&self, key: Key, proof: Proof, stamp: u64) {
        let mut part = self.part(&key).lock();
        if self.stamp() == stamp {
            part.put(key, proof);
        }
    }

    /// Forgets every proof of an account, at once.
    pub(crate) fn forget(&self, organisation: SpaceId, name: &str) {
        self.forget_if(|session| session.account.name == name && session.account.organisation == organisation);
    }

    /// Forgets every proof of one credential and of the tokens bound to it, at once.
    pub(crate) fn forget_id(&self, organisation: SpaceId, id: &str) {
        self.forget_if(|session| session.id == id && session.account.organisation == organisation);
    }

    fn forget_if(&self, test: impl Fn(&Session) -> bool) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        for part in &self.parts {
            let mut part = part.lock();
            let keys: Vec<Key> = part.iter().filter(|(_, proof)| test(&proof.session)).map(|(key, _)| *key).collect();
            for key in keys {
                part.pop(&key);
            }
        }
    }

    fn part(&self, key: &Key) -> &Mutex<LruCache<Key, Proof>> {
        &self.parts[usize::from(key[0]) % PARTS]
    }
}
