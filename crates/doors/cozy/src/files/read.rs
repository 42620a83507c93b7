//! Reading: a node by id or path, the page of a directory, the files changed last.

use std::sync::Arc;

use abri_data::Node;
use abri_files::{Listing, Sort, SortBy, Tree};
use abri_model::{Cursor, Error, Result};
use axum::extract::{Path, State};
use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{id, node};
use crate::door::House;
use crate::error::{Outcome, Refusal};
use crate::json;
use crate::request::{Asker, Query};

/// Children shown when nobody says how many.
const LIMIT_DEFAULT: usize = 100;
/// Recent files shown when nobody says how many.
const RECENT_DEFAULT: usize = 50;

/// `GET /files/:id`.
pub(crate) async fn by_id(
    State(house): State<House>,
    Asker(session): Asker,
    Path(text): Path<String>,
    query: Query,
) -> Outcome {
    let tree = house.tree(&session).await?;
    let found = tree.node(id::read(&tree, &text)?).await?;
    show(&tree, &found, &query).await
}

/// `GET /files/metadata?Path=/a/b`.
pub(crate) async fn by_path(State(house): State<House>, Asker(session): Asker, query: Query) -> Outcome {
    let tree = house.tree(&session).await?;
    let path = query.need("Path")?;
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    let found = tree.find(&names).await?;
    let found = found.node().ok_or(Error::NotFound)?.clone();
    show(&tree, &found, &query).await
}

async fn show(tree: &Tree, found: &Arc<Node>, query: &Query) -> Outcome {
    let document = node::show(tree, found).await?;
    if !found.is_directory() {
        return Ok(json::one(StatusCode::OK, document));
    }
    let sort = sort(query)?;
    let limit = query.limit(LIMIT_DEFAULT)?;
    // Before the listing: what changes while it is read is then told by the changes since.
    let cursor = tree.cursor().await?;
    let listing = tree.list(found.id, sort, query.get("page[cursor]"), limit).await?;
    Ok(json::answer(
        StatusCode::OK,
        &folder(tree, document, listing, &cursor, &address(&id::write(tree, found.id), limit, query.get("sort")))
            .await?,
    ))
}

/// A directory with a page of its children.
async fn folder(tree: &Tree, mut document: Value, listing: Listing, cursor: &Cursor, address: &str) -> Result<Value> {
    let included = children(tree, &listing.nodes).await?;
    let ids: Vec<Value> = included.iter().map(|child| json!({ "type": node::KIND, "id": child["id"] })).collect();
    document["relationships"] = json!({ "contents": { "data": ids, "meta": { "count": listing.total } } });
    let mut body = json!({ "data": document, "included": included, "meta": { "count": listing.total, "cursor": cursor.to_string() } });
    if let Some(next) = &listing.next {
        body["links"] =
            json!({ "next": format!("{address}&page%5Bcursor%5D={}", utf8_percent_encode(next, NON_ALPHANUMERIC)) });
    }
    Ok(body)
}

/// The documents of nodes that are still there.
pub(crate) async fn children(tree: &Tree, nodes: &[Arc<Node>]) -> Result<Vec<Value>> {
    let nodes: Vec<&Node> = nodes.iter().map(|node| &**node).collect();
    Ok(node::show_all(tree, &nodes).await?.into_iter().flatten().collect())
}

/// `GET /files/_recent`.
pub(crate) async fn recent(State(house): State<House>, Asker(session): Asker, query: Query) -> Outcome {
    let tree = house.tree(&session).await?;
    let nodes = tree.recent(query.limit(RECENT_DEFAULT)?).await?;
    let documents = children(&tree, &nodes).await?;
    let count = documents.len();
    Ok(json::many(documents, count, None))
}

/// The address of a directory's pages, without a cursor.
fn address(id: &str, limit: usize, sort: Option<&str>) -> String {
    let sort = sort.map(|sort| format!("&sort={sort}")).unwrap_or_default();
    format!("/files/{id}?page%5Blimit%5D={limit}{sort}")
}

/// The order asked for.
pub(crate) fn sort(query: &Query) -> Result<Sort, Refusal> {
    let text = query.get("sort").unwrap_or("name");
    let (is_descending, name) = match text.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, text),
    };
    let by = match name {
        "name" => SortBy::Name,
        "updated_at" => SortBy::UpdatedAt,
        "size" => SortBy::Size,
        other => {
            return Err(Refusal::Parameter(
                "sort",
                Error::invalid(format!(
                    "there is no order {other:?}: name, updated_at or size, with - before it for descending"
                )),
            ));
        }
    };
    Ok(Sort { by, is_descending })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read() {
        let cases = [
            ("", SortBy::Name, false),
            ("sort=-name", SortBy::Name, true),
            ("sort=updated_at", SortBy::UpdatedAt, false),
            ("sort=-size", SortBy::Size, true),
        ];
        for (query, by, is_descending) in cases {
            assert_eq!(sort(&Query::parse(query)).ok(), Some(Sort { by, is_descending }), "{query}");
        }
        assert!(sort(&Query::parse("sort=colour")).is_err());
    }
}
