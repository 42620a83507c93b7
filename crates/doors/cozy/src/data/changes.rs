//! `GET /data/:doctype/_changes`, the normal feed.

use abri_data::{Change, Scope};
use abri_model::{Cursor, Error, Seq};
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::{Value, json};

use super::doc;
use super::error::Outcome;
use crate::door::House;
use crate::json;
use crate::request::{Asker, Query};

/// Changes told when nobody says how many.
const LIMIT_DEFAULT: usize = 100;

/// What is different since a cursor.
pub(crate) async fn changes(
    State(house): State<House>,
    Asker(session): Asker,
    Path(kind): Path<String>,
    query: Query,
) -> Outcome {
    let kind = doc::kind(&kind)?;
    let space = house.data.personal(&session.who).await?;
    let now = space.cursor().await?;
    let since = match query.get("since") {
        None | Some("0") => Seq(0),
        Some("now") => {
            return Ok(json::plain(
                StatusCode::OK,
                &json!({ "last_seq": now.to_string(), "pending": 0, "results": [] }),
            ));
        }
        Some(text) => {
            space
                .since(
                    &Cursor::parse(text)
                        .ok_or_else(|| Error::invalid("since must be a cursor that was told here, 0 or now"))?,
                )
                .await?
        }
    };
    let with_docs = query.is("include_docs") == Some(true);
    let found = space.changes(&Scope::Kind(kind), since, query.limit(LIMIT_DEFAULT)?).await?;
    let cursor = |seq: Seq| Cursor { incarnation: now.incarnation.clone(), seq }.to_string();
    let mut results: Vec<Value> = Vec::with_capacity(found.items.len());
    for change in &found.items {
        let (id, rev, seq, deleted) = match change {
            Change::Doc(doc) => (doc.key.id.clone(), doc.rev, doc.seq, doc.deleted),
            Change::Gone { key, rev, seq, .. } => (key.id.clone(), *rev, *seq, true),
            Change::Node { .. } => continue,
        };
        let mut row = json!({ "id": id, "seq": cursor(seq), "changes": [{ "rev": rev.to_string() }] });
        if deleted {
            row["deleted"] = true.into();
        }
        if with_docs {
            row["doc"] = match change {
                Change::Doc(found) => doc::shown(found)?,
                _ => json!({ "_id": id, "_rev": rev.to_string(), "_deleted": true }),
            };
        }
        results.push(row);
    }
    let pending = if found.more { now.seq.0.saturating_sub(found.last.0).max(1) } else { 0 };
    Ok(json::plain(StatusCode::OK, &json!({ "last_seq": cursor(found.last), "pending": pending, "results": results })))
}
