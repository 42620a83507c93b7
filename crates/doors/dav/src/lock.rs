//! LOCK and UNLOCK (RFC 4918 §9.10, §9.11).

use abri_data::Lock;
use abri_files::{At, Condition, Found, Incoming, LockAsk, Tree, Write};
use abri_model::Error;
use abri_proto_dav::{Depth, LockInfo, LockScope, Precondition, Timeout, if_header, lock as wire};
use axum::body::Body;
use http::{HeaderName, StatusCode};

use crate::answer::{empty, href_of, value, xml};
use crate::area::Base;
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::precondition::{Guarded, guard};
use crate::properties::active_lock;
use crate::request::{Asked, XML_BYTES_MAX, read_body};

const LOCK_TOKEN: HeaderName = HeaderName::from_static("lock-token");

/// Answers LOCK: a new lock, or more time for one that is there.
pub async fn lock(door: &Door, asked: &Asked, base: &Base, body: Body) -> Outcome {
    let info = LockInfo::parse(&read_body(body, XML_BYTES_MAX).await?, XML_BYTES_MAX)?;
    let deep = match asked.depth()? {
        None | Some(Depth::Infinity) => true,
        Some(Depth::Zero) => false,
        // §9.10.3
        Some(Depth::One) => return Err(Refusal::Bad("LOCK takes Depth: 0 or infinity".to_owned())),
    };
    let seconds = Timeout::parse(asked.header("timeout")).map(|timeout| match timeout {
        Timeout::Infinite => abri_files::LOCK_SECONDS_MAX,
        Timeout::Seconds(seconds) => u64::from(seconds),
    });
    let tree = door.tree(&asked.session, &base.which).await?;
    let names = base.names(&asked.path);
    let found = tree.find(names).await?;
    let guarded = guard(door, asked, &tree, &found, false).await?;
    match info {
        None => refresh(asked, base, &tree, &found, seconds).await,
        Some(info) => take(asked, base, &tree, &found, guarded, Wish { info, deep, seconds }).await,
    }
}

struct Wish {
    info: LockInfo,
    deep: bool,
    seconds: Option<u64>,
}

async fn take(asked: &Asked, base: &Base, tree: &Tree, found: &Found, guarded: Guarded, wish: Wish) -> Outcome {
    // §7.3: what is not there yet is made, empty.
    let (node, created) = match found.node() {
        Some(node) => (node.clone(), false),
        None => {
            let write = Write {
                at: At::Path(base.names(&asked.path).to_vec()),
                condition: Condition::Absent,
                body: Incoming::of(""),
                mtime: None,
                created: None,
                mime: None,
                executable: None,
                make_parents: false,
                tokens: guarded.tokens.clone(),
            };
            let written = tree.write(write).await?;
            (written.node, written.created)
        }
    };
    let ask = LockAsk {
        node: node.id,
        deep: wish.deep && node.is_directory(),
        exclusive: wish.info.scope == LockScope::Exclusive,
        owner: wish.info.owner_xml,
        seconds: wish.seconds,
        tokens: guarded.tokens,
    };
    let lock = tree.lock(ask).await.map_err(|error| conflicting(error, asked))?;
    let mut answer =
        shown(asked, base, tree, &lock, if created { StatusCode::CREATED } else { StatusCode::OK }).await?;
    answer.headers_mut().insert(LOCK_TOKEN, value(&format!("<{}>", lock.token)));
    Ok(answer)
}

/// §9.10.2: an empty body, and the token in `If`.
async fn refresh(asked: &Asked, base: &Base, tree: &Tree, found: &Found, seconds: Option<u64>) -> Outcome {
    let node = found.node().ok_or(Error::NotFound)?;
    let header = asked.if_header()?;
    let token = header.as_ref().and_then(|header| header.tokens().next()).ok_or_else(|| {
        Refusal::Bad("to refresh a lock send its token in If; to take one send a lockinfo body".to_owned())
    })?;
    let lock = tree.refresh(node.id, token, seconds).await.map_err(Refusal::Precondition)?;
    shown(asked, base, tree, &lock, StatusCode::OK).await
}

async fn shown(asked: &Asked, base: &Base, tree: &Tree, lock: &Lock, status: StatusCode) -> Outcome {
    let names = tree.path_of(lock.node).await?;
    let is_directory = tree.node(lock.node).await?.is_directory();
    let root = href_of(&base.href(&asked.path), &names, is_directory);
    Ok(xml(status, wire::lock_body(&active_lock(lock, tree.now(), &root))))
}

/// §9.10.6: which rule says no.
fn conflicting(error: Error, asked: &Asked) -> Refusal {
    match error {
        Error::Locked => Refusal::Rule(
            StatusCode::LOCKED,
            Precondition::NoConflictingLock(vec![asked.href()]),
            "somebody else has locked it: try again later",
        ),
        other => Refusal::House(other),
    }
}

/// Answers UNLOCK.
pub async fn unlock(door: &Door, asked: &Asked, base: &Base) -> Outcome {
    let header = asked
        .header("lock-token")
        .ok_or_else(|| Refusal::Bad("the Lock-Token header is needed: say which lock".to_owned()))?;
    let token = if_header::parse_lock_token(header)?;
    let tree = door.tree(&asked.session, &base.which).await?;
    let found = tree.find(base.names(&asked.path)).await?;
    guard(door, asked, &tree, &found, false).await?;
    let node = found.node().ok_or(Error::NotFound)?;
    tree.unlock(node.id, &token).await.map_err(|error| match error {
        // §9.11.1
        Error::Conflict { .. } => Refusal::Rule(
            StatusCode::CONFLICT,
            Precondition::LockTokenMatchesRequestUri,
            "this resource is not locked with this token: it may have expired",
        ),
        other => Refusal::House(other),
    })?;
    Ok(empty(StatusCode::NO_CONTENT))
}
