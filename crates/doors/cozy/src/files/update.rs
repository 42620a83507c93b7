//! `PATCH /files/:id`: rename, move, tag, star.

use std::sync::Arc;

use abri_data::Node;
use abri_files::{Condition, MetaPatch, Move, Place, Tree};
use abri_model::{Error, Name, NodeId, Result, Rev};
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::content::if_match;
use super::{id, node};
use crate::door::House;
use crate::error::{Outcome, Refusal};
use crate::request::{Asker, Json, data};
use crate::{json, time};

/// Changes it.
pub(crate) async fn update(
    State(house): State<House>,
    Asker(session): Asker,
    Path(text): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Outcome {
    let tree = house.tree(&session).await?;
    let data = data(&body)?;
    let rev = data.pointer("/meta/rev").and_then(Value::as_str).filter(|rev| !rev.is_empty());
    let condition = match (if_match(&headers), rev) {
        (Some(condition), _) => condition,
        (None, Some(rev)) => Condition::Rev(Rev::parse(rev).ok_or(Error::Conflict { current: None })?),
        (None, None) => Condition::Present,
    };
    let node = apply(&tree, id::read(&tree, &text)?, data.get("attributes").unwrap_or(&Value::Null), condition).await?;
    Ok(json::one(StatusCode::OK, node::show(&tree, &node).await?))
}

/// What a change asks for.
#[derive(Default)]
struct Change {
    name: Option<Name>,
    dir: Option<NodeId>,
    patch: MetaPatch,
    patches: bool,
}

/// Changes a node by attributes; those that are left out stay as they are.
pub(crate) async fn apply(
    tree: &Tree,
    id: NodeId,
    attributes: &Value,
    condition: Condition,
) -> Result<Arc<Node>, Refusal> {
    let change = read(tree, attributes)?;
    let now = tree.node(id).await?;
    let moves = change.name.is_some() || change.dir.is_some();
    let mut found = now.clone();
    if moves {
        let name = match change.name {
            Some(name) => name,
            None => Name::parse(&now.name).map_err(Error::from)?,
        };
        let to = Place { parent: change.dir.unwrap_or(now.parent), name };
        found = tree
            .move_to(Move { node: id, condition: condition.clone(), to, replace: false, tokens: Vec::new() })
            .await?
            .node;
    }
    if change.patches || !moves {
        // After a move the revision is a new one, which only this request knows.
        let condition = if moves { Condition::Present } else { condition };
        found = tree.patch(id, change.patch, condition, Vec::new()).await?;
    }
    Ok(found)
}

fn read(tree: &Tree, attributes: &Value) -> Result<Change, Refusal> {
    let wrong =
        |name: &'static str, what: &str| Refusal::Parameter(name, Error::invalid(format!("{name} must be {what}")));
    let text = |name: &'static str| match attributes.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(wrong(name, "a text")),
    };
    let mut change = Change::default();
    if let Some(name) = text("name")? {
        change.name = Some(Name::parse(name).map_err(|error| Refusal::Parameter("name", error.into()))?);
    }
    if let Some(dir) = text("dir_id")? {
        change.dir = Some(id::read(tree, dir).map_err(|_| Refusal::Parameter("dir_id", Error::NoParent))?);
    }
    change.patch.mtime = text("updated_at")?.map(time::read).transpose()?;
    change.patch.created = text("created_at")?.map(time::read).transpose()?;
    if let Some(value) = attributes.get("executable") {
        change.patch.executable = Some(value.as_bool().ok_or_else(|| wrong("executable", "true or false"))?);
    }
    if let Some(value) = attributes.get("tags") {
        let tags = value
            .as_array()
            .and_then(|tags| tags.iter().map(|tag| tag.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
        change.patch.tags = Some(tags.ok_or_else(|| wrong("tags", "a list of texts"))?);
    }
    if let Some(value) = attributes.pointer("/cozyMetadata/favorite") {
        change.patch.starred = Some(value.as_bool().ok_or_else(|| wrong("favorite", "true or false"))?);
    }
    let patch = &change.patch;
    change.patches = patch.mtime.is_some()
        || patch.created.is_some()
        || patch.executable.is_some()
        || patch.tags.is_some()
        || patch.starred.is_some();
    Ok(change)
}
