//! `GET /settings/audit`: the security events of the account, newest first.

use axum::extract::State;
use serde_json::json;

use crate::door::House;
use crate::error::Outcome;
use crate::request::{Asker, Query};
use crate::{json, time};

/// Events shown when nobody says how many.
const LIMIT_DEFAULT: usize = 50;

/// A page of them.
pub(crate) async fn list(State(house): State<House>, Asker(session): Asker, query: Query) -> Outcome {
    let limit = query.limit(LIMIT_DEFAULT)?;
    let events = house.identity.audit(&session, query.get("page[cursor]"), limit).await?;
    let documents: Vec<_> = events
        .iter()
        .map(|event| {
            let attributes = json!({
                "at": time::write(event.at),
                "event": event.event.word(),
                "address": event.address,
                "user_agent": event.user_agent,
                "detail": event.detail,
            });
            json::document("abri.audit", &event.id, None, attributes)
        })
        .collect();
    let next = events
        .last()
        .filter(|_| events.len() == limit)
        .map(|last| format!("/settings/audit?page%5Blimit%5D={limit}&page%5Bcursor%5D={}", last.id));
    let count = documents.len();
    Ok(json::many(documents, count, next))
}
