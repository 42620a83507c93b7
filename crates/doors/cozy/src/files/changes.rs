//! `GET /files/_changes`: what is different since a cursor, in CouchDB's shape.

use abri_data::{Change, Node, Scope};
use abri_model::{Cursor, Error, Kind, Seq};
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use super::{id, node};
use crate::door::House;
use crate::error::{Outcome, Refusal};
use crate::json;
use crate::request::{Asker, Query};

/// Changes told when nobody says how many.
const LIMIT_DEFAULT: usize = 100;

/// A page of them.
pub(crate) async fn changes(State(house): State<House>, Asker(session): Asker, query: Query) -> Outcome {
    let tree = house.tree(&session).await?;
    let limit = query.limit(LIMIT_DEFAULT)?;
    let incarnation = tree.incarnation().to_owned();
    let cursor = |seq: Seq| Cursor { incarnation: incarnation.clone(), seq }.to_string();
    let since = match query.get("since") {
        None | Some("0") => Seq(0),
        Some("now") => {
            let now = tree.cursor().await?;
            return Ok(json::plain(
                StatusCode::OK,
                &json!({ "last_seq": now.to_string(), "pending": 0, "results": [] }),
            ));
        }
        Some(text) => {
            let cursor = Cursor::parse(text).ok_or_else(|| {
                Refusal::Parameter("since", Error::invalid("since must be a cursor that was told here, 0 or now"))
            })?;
            tree.since(&cursor).await?
        }
    };
    let with_docs = query.is("include_docs") == Some(true);
    let found = tree.changes(&Scope::Kind(Kind::known(Kind::FILES)), since, limit).await?;
    let nodes: Vec<&Node> = found
        .items
        .iter()
        .filter_map(|change| if let Change::Node { node, .. } = change { Some(node) } else { None })
        .collect();
    let mut docs = if with_docs { node::show_all(&tree, &nodes).await? } else { Vec::new() }.into_iter();
    let mut results: Vec<Value> = Vec::with_capacity(found.items.len());
    for change in &found.items {
        match change {
            Change::Node { node, .. } => {
                let rev = node.rev().to_string();
                let mut row =
                    json!({ "id": id::write(&tree, node.id), "seq": cursor(node.seq), "changes": [{ "rev": rev }] });
                if with_docs {
                    // Without a document it was destroyed since the page was read: a later change says so.
                    row["doc"] = docs.next().flatten().map_or(Value::Null, |mut doc| {
                        doc["_id"] = doc["id"].clone();
                        doc["_rev"] = rev.into();
                        doc
                    });
                }
                results.push(row);
            }
            Change::Gone { key, rev, seq, .. } => {
                let mut row = json!({ "id": key.id, "seq": cursor(*seq), "changes": [{ "rev": rev.to_string() }], "deleted": true });
                if with_docs {
                    row["doc"] = json!({ "_id": key.id, "_rev": rev.to_string(), "_deleted": true });
                }
                results.push(row);
            }
            Change::Doc(_) => {}
        }
    }
    // How many changes follow is at most how many positions do.
    let pending = if found.more { tree.cursor().await?.seq.0.saturating_sub(found.last.0).max(1) } else { 0 };
    let body = json!({ "last_seq": cursor(found.last), "pending": pending, "results": results });
    Ok(json::plain(StatusCode::OK, &body))
}
