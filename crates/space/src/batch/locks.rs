//! Locks in a batch: judged in the same commit as the writes they guard (RFC 4918 §6, §7).

use std::sync::Arc;

use abri_model::{Error, Millis, NodeId, Result};
use abri_store::V;

use super::Batch;
use crate::edit::EditDone;
use crate::node::{Lock, Node};
use crate::space::LOCKS_MAX;
use crate::tables::LOCK;

impl Batch<'_> {
    fn live_locks(&self, now: Millis) -> Vec<Lock> {
        let stored;
        let locks: &[Lock] = match &self.locks {
            Some(locks) => locks,
            None => {
                stored = self.core.locks.lock().clone();
                &stored
            }
        };
        locks.iter().filter(|lock| lock.expires > now).cloned().collect()
    }

    /// Whether the space has no lock at all: then nothing needs to be looked up.
    fn has_no_locks(&self) -> bool {
        match &self.locks {
            Some(locks) => locks.is_empty(),
            None => self.core.locks.lock().is_empty(),
        }
    }

    /// Whether `node` is `ancestor` or below it.
    pub(crate) async fn is_within(&mut self, node: NodeId, ancestor: NodeId) -> Result<bool> {
        let mut at = node;
        for _ in 0..crate::tree::DEPTH_MAX + 8 {
            if at == ancestor {
                return Ok(true);
            }
            match self.node(at).await? {
                Some(node) if node.parent != NodeId::NONE => at = node.parent,
                _ => return Ok(false),
            }
        }
        Ok(false)
    }

    /// The locks on a node: its own, and deep ones above it.
    async fn covering(&mut self, node: NodeId, now: Millis) -> Result<Vec<Lock>> {
        let mut covering = Vec::new();
        for lock in self.live_locks(now) {
            if lock.node == node || (lock.deep && self.is_within(node, lock.node).await?) {
                covering.push(lock);
            }
        }
        Ok(covering)
    }

    /// Fails with [`Error::Locked`] when a lock on `node` is not among `tokens`. Of several shared ones, one is enough.
    pub(crate) async fn may_write(&mut self, node: NodeId, tokens: &[String], now: Millis) -> Result<()> {
        if self.has_no_locks() {
            return Ok(());
        }
        let covering = self.covering(node, now).await?;
        if covering.is_empty() || covering.iter().any(|lock| tokens.contains(&lock.token)) {
            return Ok(());
        }
        Err(Error::Locked)
    }

    /// The same for a node and everything below it, as moving or deleting it writes them all.
    pub(crate) async fn may_write_tree(&mut self, node: NodeId, tokens: &[String], now: Millis) -> Result<()> {
        if self.has_no_locks() {
            return Ok(());
        }
        self.may_write(node, tokens, now).await?;
        for lock in self.live_locks(now) {
            if !tokens.contains(&lock.token) && lock.node != node && self.is_within(lock.node, node).await? {
                return Err(Error::Locked);
            }
        }
        Ok(())
    }

    /// Ends the locks on a node and below it: locks do not move with what they locked (RFC 4918 §7.7).
    pub(crate) async fn end_locks_within(&mut self, node: NodeId, now: Millis) -> Result<()> {
        if self.has_no_locks() {
            return Ok(());
        }
        for lock in self.live_locks(now) {
            if self.is_within(lock.node, node).await? {
                self.forget_lock(&lock.token);
            }
        }
        Ok(())
    }

    pub(super) async fn put_lock(&mut self, lock: &Lock, now: Millis) -> Result<EditDone> {
        self.must_have(lock.node).await?;
        let locks = self.live_locks(now);
        if locks.len() >= LOCKS_MAX {
            return Err(Error::TooLarge { what: "the number of locks", limit: LOCKS_MAX as u64 });
        }
        for other in &locks {
            let meets = other.node == lock.node
                || (other.deep && self.is_within(lock.node, other.node).await?)
                || (lock.deep && self.is_within(other.node, lock.node).await?);
            if meets && (lock.exclusive || other.exclusive) {
                return Err(Error::Locked);
            }
        }
        self.keep_lock(lock.clone());
        Ok(EditDone::Lock(lock.clone()))
    }

    pub(super) fn refresh_lock(&mut self, token: &str, expires: Millis, now: Millis) -> Result<EditDone> {
        let lock = self.live_locks(now).into_iter().find(|lock| lock.token == token).ok_or(Error::NotFound)?;
        let lock = Lock { expires, ..lock };
        self.keep_lock(lock.clone());
        Ok(EditDone::Lock(lock))
    }

    pub(super) fn drop_lock(&mut self, token: &str) -> Result<EditDone> {
        if !self.all_locks().iter().any(|lock| lock.token == token) {
            return Err(Error::NotFound);
        }
        self.forget_lock(token);
        Ok(EditDone::Nothing)
    }

    /// Forgets locks whose time is over.
    pub(super) fn end_expired_locks(&mut self, now: Millis) {
        for lock in self.all_locks().iter().filter(|lock| lock.expires <= now).cloned().collect::<Vec<_>>() {
            self.forget_lock(&lock.token);
        }
    }

    fn all_locks(&mut self) -> &mut Vec<Lock> {
        let core = self.core;
        self.locks.get_or_insert_with(|| (**core.locks.lock()).clone())
    }

    fn keep_lock(&mut self, lock: Lock) {
        self.set_row(&LOCK, vec![V::T(lock.token.clone())], Some(lock.to_row()));
        let locks = self.all_locks();
        locks.retain(|other| other.token != lock.token);
        locks.push(lock);
    }

    fn forget_lock(&mut self, token: &str) {
        self.set_row(&LOCK, vec![V::T(token.to_owned())], None);
        self.all_locks().retain(|lock| lock.token != token);
    }

    /// Judges a change of a member of `parent` too: a lock on a directory guards who is in it (RFC 4918 §7.4).
    pub(crate) async fn may_write_member(&mut self, node: &Arc<Node>, tokens: &[String], now: Millis) -> Result<()> {
        self.may_write_tree(node.id, tokens, now).await?;
        self.may_write(node.parent, tokens, now).await
    }
}
