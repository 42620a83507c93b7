//! The conditions of a request: `If`, `If-Match`, `If-None-Match` and the dates (RFC 4918 §10.4, RFC 9110 §13).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use abri_files::{Condition, Found, Tree};
use abri_model::Error;
use abri_proto_dav::{Conditions, Current, EntityTag, If, TagList, Verdict, if_header};

use crate::area::Area;
use crate::door::Door;
use crate::error::Refusal;
use crate::request::Asked;

/// Most resources that one `If` header may name.
const RESOURCES_MAX: usize = 32;

/// A request whose conditions hold.
pub struct Guarded {
    /// The lock tokens it submits.
    pub tokens: Vec<String>,
    /// What must still hold when it is done.
    pub condition: Condition,
}

/// Judges the conditions of a request about a resource that may be there or not.
pub async fn guard(door: &Door, asked: &Asked, tree: &Tree, found: &Found, is_read: bool) -> Result<Guarded, Refusal> {
    let mut guarded = Guarded { tokens: Vec::new(), condition: Condition::Any };
    if !asked.headers.keys().any(|name| name.as_str().starts_with("if")) {
        return Ok(guarded);
    }
    if let Some(header) = asked.if_header()? {
        judge_if(door, asked, tree, found, &header).await?;
        guarded.tokens = header.tokens().map(str::to_owned).collect();
    }
    guarded.condition = judge_conditions(asked, tree, found, is_read)?;
    Ok(guarded)
}

fn judge_conditions(asked: &Asked, tree: &Tree, found: &Found, is_read: bool) -> Result<Condition, Refusal> {
    let conditions = Conditions::parse(
        asked.header("if-match"),
        asked.header("if-none-match"),
        asked.header("if-modified-since"),
        asked.header("if-unmodified-since"),
    );
    let node = found.node();
    let etag = node.map(|node| EntityTag::strong(tree.etag(node)));
    let current = node.map(|node| Current { etag: etag.as_ref(), modified_s: Some(node.mtime.seconds()) });
    match conditions.evaluate(is_read, current) {
        Verdict::NotModified => return Err(Refusal::NotModified(etag.map(|etag| etag.value).unwrap_or_default())),
        Verdict::PreconditionFailed => return Err(Refusal::Failed),
        Verdict::Proceed => {}
    }
    Ok(match (&conditions.if_match, &conditions.if_none_match, etag) {
        (Some(TagList::Any), _, _) => Condition::Present,
        (Some(TagList::Tags(_)), _, Some(etag)) => Condition::Etag(vec![etag.value]),
        (_, Some(TagList::Any), _) => Condition::Absent,
        _ => Condition::Any,
    })
}

async fn judge_if(door: &Door, asked: &Asked, tree: &Tree, found: &Found, header: &If) -> Result<(), Refusal> {
    let mut states: HashMap<Option<String>, if_header::State> = HashMap::new();
    states.insert(None, state(tree, found).await?);
    for resource in header.resources() {
        if states.len() > RESOURCES_MAX {
            return Err(Refusal::Bad(format!("the If header names more than {RESOURCES_MAX} resources: send fewer")));
        }
        if let Entry::Vacant(entry) = states.entry(Some(resource.to_owned())) {
            entry.insert(state_of(door, asked, resource).await?);
        }
    }
    let holds = header.evaluate(|resource| states.get(&resource.map(str::to_owned)).cloned().unwrap_or_default());
    if holds { Ok(()) } else { Err(Refusal::Failed) }
}

/// What a resource named in the header is like; one that is not ours is like nothing.
async fn state_of(door: &Door, asked: &Asked, resource: &str) -> Result<if_header::State, Refusal> {
    let Ok(path) = asked.path_of(resource) else { return Ok(Default::default()) };
    let Area::Files(base) = Area::of(&path) else { return Ok(Default::default()) };
    let found = match door.tree(&asked.session, &base.which).await {
        Ok(tree) => {
            let found = tree.find(base.names(&path)).await?;
            return state(&tree, &found).await;
        }
        Err(error) => error,
    };
    match found {
        Error::NotFound | Error::Forbidden => Ok(Default::default()),
        other => Err(other.into()),
    }
}

/// What is there, and the locks on it: for a name that is free, those that keep it from being taken.
async fn state(tree: &Tree, found: &Found) -> Result<if_header::State, Refusal> {
    let guarded = match found.missing {
        0 | 1 => found.last(),
        _ => None,
    };
    let locks = match guarded {
        Some(node) => tree.locks_on(node.id).await?,
        None => Vec::new(),
    };
    Ok(if_header::State {
        etag: found.node().map(|node| EntityTag::strong(tree.etag(node))),
        lock_tokens: locks.into_iter().map(|lock| lock.token).collect(),
    })
}
