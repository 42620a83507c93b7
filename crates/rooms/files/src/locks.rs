//! Write locks (RFC 4918 §6): who may hold them and for how long. The commit judges them with the writes they guard.

use abri_data::{Edit, EditDone, Lock};
use abri_model::{Error, NodeId, Result};

use crate::tree::Tree;

/// Longest time a lock lives without being refreshed, in seconds.
pub const LOCK_SECONDS_MAX: u64 = 24 * 3600;
/// Time a lock lives when nobody asks for one, in seconds.
const LOCK_SECONDS_DEFAULT: u64 = 3600;
/// Shortest time a lock lives, in seconds.
const LOCK_SECONDS_MIN: u64 = 1;
/// Longest owner text kept with a lock, in bytes.
const OWNER_BYTES_MAX: usize = 4096;
/// Most tokens looked at in one request.
const TOKENS_MAX: usize = 64;

/// A lock asked for.
#[derive(Clone, Debug)]
pub struct LockAsk {
    /// What to lock.
    pub node: NodeId,
    /// Whether everything below is locked too.
    pub deep: bool,
    /// Whether nobody else may lock it.
    pub exclusive: bool,
    /// What the client says of itself, kept as sent.
    pub owner: String,
    /// Seconds asked for; `None` leaves it to us.
    pub seconds: Option<u64>,
    /// Lock tokens the asker submits.
    pub tokens: Vec<String>,
}

impl Tree {
    /// Locks a node; [`Error::Locked`] when another lock forbids it (RFC 4918 §6.1, §7.4).
    pub async fn lock(&self, ask: LockAsk) -> Result<Lock> {
        if ask.owner.len() > OWNER_BYTES_MAX {
            return Err(Error::TooLarge { what: "the owner of a lock, in bytes", limit: OWNER_BYTES_MAX as u64 });
        }
        let tokens = self.usable_tokens(ask.tokens).await?;
        let lock = Lock {
            token: new_token(),
            node: ask.node,
            deep: ask.deep,
            exclusive: ask.exclusive,
            creator: self.asker(),
            owner: ask.owner,
            expires: self.now().plus(lifetime_ms(ask.seconds)),
        };
        lock_of(self.space.commit_tree(vec![Edit::PutLock(lock)], tokens).await?.results)
    }

    /// Moves the end of a lock on this node (or on a folder above that locks it).
    pub async fn refresh(&self, node: NodeId, token: &str, seconds: Option<u64>) -> Result<Lock> {
        let lock = self.held(node, token).await?;
        let expires = self.now().plus(lifetime_ms(seconds));
        let edit = Edit::RefreshLock { token: lock.token.clone(), expires };
        lock_of(self.space.commit_tree(vec![edit], vec![lock.token]).await?.results)
    }

    /// Ends a lock of this node. [`Error::Conflict`] when it does not lock this node, [`Error::Forbidden`] when somebody else made it.
    pub async fn unlock(&self, node: NodeId, token: &str) -> Result<()> {
        let lock = self.held(node, token).await?;
        let edit = Edit::DropLock { token: lock.token.clone() };
        self.space.commit_tree(vec![edit], vec![lock.token]).await.map(drop)
    }

    /// The locks on a node: its own and those of folders above that reach down to it.
    pub async fn locks_on(&self, node: NodeId) -> Result<Vec<Lock>> {
        self.space.locks_on(node).await
    }

    async fn held(&self, node: NodeId, token: &str) -> Result<Lock> {
        let lock = self.locks_on(node).await?.into_iter().find(|lock| lock.token == token);
        let lock = lock.ok_or(Error::Conflict { current: None })?;
        if lock.creator == self.asker() { Ok(lock) } else { Err(Error::Forbidden) }
    }

    /// The tokens among those submitted that the asker may use: only a lock's creator may (RFC 4918 §6.4).
    pub(crate) async fn usable_tokens(&self, mut tokens: Vec<String>) -> Result<Vec<String>> {
        if tokens.is_empty() {
            return Ok(tokens);
        }
        tokens.truncate(TOKENS_MAX);
        let asker = self.asker();
        let mut usable = Vec::with_capacity(tokens.len());
        for token in tokens {
            if self.space.lock(&token).await?.is_some_and(|lock| lock.creator == asker) {
                usable.push(token);
            }
        }
        Ok(usable)
    }

    /// [`Error::Locked`] when a lock on the node is not among `tokens`.
    pub(crate) async fn judge_locks(&self, node: NodeId, tokens: &[String]) -> Result<()> {
        let locks = self.space.locks_on(node).await?;
        let open = locks.is_empty() || locks.iter().any(|lock| tokens.contains(&lock.token));
        if open { Ok(()) } else { Err(Error::Locked) }
    }
}

fn lifetime_ms(seconds: Option<u64>) -> i64 {
    let seconds = seconds.unwrap_or(LOCK_SECONDS_DEFAULT).clamp(LOCK_SECONDS_MIN, LOCK_SECONDS_MAX);
    seconds as i64 * 1000
}

fn lock_of(results: Vec<EditDone>) -> Result<Lock> {
    results
        .into_iter()
        .find_map(|result| match result {
            EditDone::Lock(lock) => Some(lock),
            _ => None,
        })
        .ok_or_else(|| Error::internal("a lock edit returned no lock"))
}

/// A fresh lock token: `urn:uuid:` and a random version 4 UUID (RFC 4918 §6.5, RFC 4122 §4.4).
fn new_token() -> String {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_uuids_and_differ() {
        let (one, two) = (new_token(), new_token());
        assert_ne!(one, two);
        assert_eq!(one.len(), "urn:uuid:00000000-0000-4000-8000-000000000000".len());
    }

    #[test]
    fn lifetimes_are_clamped() {
        assert_eq!(lifetime_ms(None), 3_600_000);
        assert_eq!(lifetime_ms(Some(0)), 1_000);
        assert_eq!(lifetime_ms(Some(u64::MAX)), 86_400_000);
    }
}
