//! Secret addresses: good for ten minutes, needing no login, because whoever has one was given it by somebody who may read.
//!
//! Kept in memory only: after a restart the shell asks for a new one. Rights are judged again when the address is used.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use abri_identity::Session;
use abri_model::{Error, Millis, NodeId, Result};
use parking_lot::Mutex;

/// How long an address is good.
const LIFE_MS: i64 = 10 * 60 * 1000;
/// Addresses at once; beyond, the oldest are forgotten.
const SECRETS_MAX: usize = 10_000;

/// What an address gives.
#[derive(Clone, Debug)]
pub(crate) enum Gift {
    /// The bytes of a file, or of a former content.
    File(NodeId, Option<i64>),
    /// A zip of nodes.
    Archive(Vec<NodeId>),
}

/// A gift and in whose name it is given.
#[derive(Clone)]
pub(crate) struct Secret {
    pub session: Arc<Session>,
    pub gift: Gift,
    expires: Millis,
}

/// The addresses that are good now.
#[derive(Default)]
pub(crate) struct Secrets(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_word: HashMap<String, Secret>,
    oldest_first: VecDeque<String>,
}

impl Secrets {
    /// Makes the secret word of a new address.
    pub fn make(&self, session: Arc<Session>, gift: Gift, now: Millis) -> String {
        let word = data_encoding::HEXLOWER.encode(&rand::random::<[u8; 24]>());
        let mut kept = self.0.lock();
        while kept.oldest_first.front().is_some_and(|word| {
            kept.by_word.len() >= SECRETS_MAX || kept.by_word.get(word).is_none_or(|secret| secret.expires <= now)
        }) {
            if let Some(word) = kept.oldest_first.pop_front() {
                kept.by_word.remove(&word);
            }
        }
        kept.by_word.insert(word.clone(), Secret { session, gift, expires: now.plus(LIFE_MS) });
        kept.oldest_first.push_back(word.clone());
        word
    }

    /// What a word stands for; [`Error::Expired`] when it is not known (any more).
    pub fn find(&self, word: &str, now: Millis) -> Result<Secret> {
        self.0.lock().by_word.get(word).filter(|secret| secret.expires > now).cloned().ok_or(Error::Expired)
    }
}
