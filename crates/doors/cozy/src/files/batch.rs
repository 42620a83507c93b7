//! `POST /files/_batch`: many operations in one request, each standing for itself.

use abri_files::{Condition, Tree};
use abri_model::{Error, Name};
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{copy, id, node, trash, update};
use crate::door::House;
use crate::error::{Outcome, Refusal};
use crate::json;
use crate::request::{Asker, Json};

/// Operations in one request.
const OPERATIONS_MAX: usize = 1000;

/// What is sent.
#[derive(Deserialize)]
pub(crate) struct Batch {
    operations: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Operation {
    Trash { id: String },
    Restore { id: String },
    Destroy { id: String },
    Move { id: String, dir_id: String, name: Option<String> },
    Copy { id: String, dir_id: Option<String>, name: Option<String> },
    Update { id: String, attributes: Value },
}

/// Does them in order.
pub(crate) async fn batch(State(house): State<House>, Asker(session): Asker, Json(batch): Json<Batch>) -> Outcome {
    if batch.operations.len() > OPERATIONS_MAX {
        return Err(Error::TooLarge { what: "the list of operations", limit: OPERATIONS_MAX as u64 }.into());
    }
    let tree = house.tree(&session).await?;
    let mut results = Vec::with_capacity(batch.operations.len());
    for operation in batch.operations {
        results.push(match act(&tree, operation).await {
            Ok((status, Some(data))) => json!({ "status": status.as_str(), "data": data }),
            Ok((status, None)) => json!({ "status": status.as_str() }),
            Err(refusal) => {
                refusal.log();
                let (status, error) = refusal.to_json();
                json!({ "status": status.as_str(), "errors": [error] })
            }
        });
    }
    Ok(json::answer(StatusCode::OK, &json!({ "results": results })))
}

async fn act(tree: &Tree, operation: Value) -> Result<(StatusCode, Option<Value>), Refusal> {
    let operation: Operation =
        serde_json::from_value(operation).map_err(|error| Error::invalid(format!("this is no operation: {error}")))?;
    let (status, found) = match operation {
        Operation::Trash { id } => {
            (StatusCode::OK, tree.trash(id::read(tree, &id)?, Condition::Present, Vec::new()).await?)
        }
        Operation::Restore { id } => (StatusCode::OK, tree.restore(id::read(tree, &id)?).await?),
        Operation::Destroy { id } => {
            trash::destroy_one(tree, id::read(tree, &id)?).await?;
            return Ok((StatusCode::NO_CONTENT, None));
        }
        Operation::Move { id, dir_id, name } => {
            let mut attributes = json!({ "dir_id": dir_id });
            if let Some(name) = name {
                attributes["name"] = name.into();
            }
            (StatusCode::OK, update::apply(tree, id::read(tree, &id)?, &attributes, Condition::Present).await?)
        }
        Operation::Copy { id, dir_id, name } => {
            let name = name.map(|name| Name::parse(&name)).transpose().map_err(Error::from)?;
            let dir = dir_id.map(|dir| id::read(tree, &dir).map_err(|_| Error::NoParent)).transpose()?;
            (StatusCode::CREATED, copy::apply(tree, id::read(tree, &id)?, dir, name).await?)
        }
        Operation::Update { id, attributes } => {
            (StatusCode::OK, update::apply(tree, id::read(tree, &id)?, &attributes, Condition::Present).await?)
        }
    };
    Ok((status, Some(node::show(tree, &found).await?)))
}
