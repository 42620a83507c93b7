//! The trash: deleting, restoring, destroying.

use abri_files::{Condition, Tree};
use abri_model::{Error, NodeId, Result};
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::content::if_match;
use super::{id, node, read};
use crate::door::House;
use crate::error::Outcome;
use crate::json;
use crate::request::{Asker, Query};

/// Things shown when nobody says how many.
const LIMIT_DEFAULT: usize = 100;

/// `DELETE /files/:id`: moves it to the trash.
pub(crate) async fn trash(
    State(house): State<House>,
    Asker(session): Asker,
    Path(text): Path<String>,
    headers: HeaderMap,
) -> Outcome {
    let tree = house.tree(&session).await?;
    let condition = if_match(&headers).unwrap_or(Condition::Present);
    let trashed = tree.trash(id::read(&tree, &text)?, condition, Vec::new()).await?;
    Ok(json::one(StatusCode::OK, node::show(&tree, &trashed).await?))
}

/// `GET /files/trash`.
pub(crate) async fn list(State(house): State<House>, Asker(session): Asker, query: Query) -> Outcome {
    let tree = house.tree(&session).await?;
    let limit = query.limit(LIMIT_DEFAULT)?;
    let listing = tree.list(tree.trash_root(), read::sort(&query)?, query.get("page[cursor]"), limit).await?;
    let sort = query.get("sort").map(|sort| format!("&sort={sort}")).unwrap_or_default();
    let next = listing.next.map(|next| {
        format!(
            "/files/trash?page%5Blimit%5D={limit}{sort}&page%5Bcursor%5D={}",
            utf8_percent_encode(&next, NON_ALPHANUMERIC)
        )
    });
    Ok(json::many(read::children(&tree, &listing.nodes).await?, listing.total, next))
}

/// `POST /files/trash/:id`: back to where it was.
pub(crate) async fn restore(State(house): State<House>, Asker(session): Asker, Path(text): Path<String>) -> Outcome {
    let tree = house.tree(&session).await?;
    let restored = tree.restore(id::read(&tree, &text)?).await?;
    Ok(json::one(StatusCode::OK, node::show(&tree, &restored).await?))
}

/// `DELETE /files/trash/:id`: gone for good.
pub(crate) async fn destroy(State(house): State<House>, Asker(session): Asker, Path(text): Path<String>) -> Outcome {
    let tree = house.tree(&session).await?;
    destroy_one(&tree, id::read(&tree, &text)?).await?;
    Ok(json::empty())
}

/// Destroys something that is in the trash; what is not there is not found there.
pub(crate) async fn destroy_one(tree: &Tree, id: NodeId) -> Result<()> {
    if id == tree.trash_root() || !tree.is_trashed(id).await? {
        return Err(Error::NotFound);
    }
    tree.destroy(id, Condition::Present, Vec::new()).await
}

/// `DELETE /files/trash`: empties it.
pub(crate) async fn empty(State(house): State<House>, Asker(session): Asker) -> Outcome {
    let tree = house.tree(&session).await?;
    tree.empty_trash().await?;
    Ok(json::empty())
}
