//! Former contents of a file.

use abri_data::Version;
use abri_model::{Error, Result};
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::{Value, json};

use super::{id, node};
use crate::door::House;
use crate::error::Outcome;
use crate::request::Asker;
use crate::{json, time};

fn document(file: &str, version: &Version) -> Value {
    let attributes = json!({
        "file_id": file,
        "size": version.size.to_string(),
        "mime": version.mime,
        "updated_at": time::write(version.mtime),
        "replaced_at": time::write(version.at),
        "author": version.author,
        "label": version.label,
    });
    json::document("io.cozy.files.versions", &format!("{file}/{}", version.number), None, attributes)
}

fn number(text: &str) -> Result<i64> {
    text.parse().map_err(|_| Error::NotFound)
}

/// `GET /files/:id/versions`, newest first.
pub(crate) async fn list(State(house): State<House>, Asker(session): Asker, Path(text): Path<String>) -> Outcome {
    let tree = house.tree(&session).await?;
    let file = tree.node(id::read(&tree, &text)?).await?;
    let versions = tree.versions(file.id).await?;
    let documents: Vec<_> = versions.iter().map(|version| document(&text, version)).collect();
    let count = documents.len();
    Ok(json::many(documents, count, None))
}

/// `POST /files/revert/:id/:version`: a former content becomes the present one, which becomes a version.
pub(crate) async fn revert(
    State(house): State<House>,
    Asker(session): Asker,
    Path((text, version)): Path<(String, String)>,
) -> Outcome {
    let tree = house.tree(&session).await?;
    let reverted = tree.revert(id::read(&tree, &text)?, number(&version)?).await?;
    Ok(json::one(StatusCode::OK, node::show(&tree, &reverted).await?))
}

/// `DELETE /files/:id/:version`.
pub(crate) async fn forget(
    State(house): State<House>,
    Asker(session): Asker,
    Path((text, version)): Path<(String, String)>,
) -> Outcome {
    let tree = house.tree(&session).await?;
    tree.drop_version(id::read(&tree, &text)?, number(&version)?).await?;
    Ok(json::empty())
}
