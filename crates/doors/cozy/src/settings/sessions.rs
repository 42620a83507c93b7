//! `/settings/sessions`: the browsers that are logged in.

use axum::extract::{Path, State};
use serde_json::json;

use crate::door::House;
use crate::error::Outcome;
use crate::request::Asker;
use crate::{json, time};

/// Lists them.
pub(crate) async fn list(State(house): State<House>, Asker(asker): Asker) -> Outcome {
    let sessions = house.identity.sessions(&asker).await?;
    let documents: Vec<_> = sessions
        .iter()
        .map(|session| {
            let attributes = json!({
                "current": session.current,
                "created_at": time::write(session.created),
                "last_seen": time::write(session.last_seen),
                "user_agent": session.user_agent,
                "address": session.address,
            });
            json::document("io.cozy.sessions", &session.id, None, attributes)
        })
        .collect();
    let count = documents.len();
    Ok(json::many(documents, count, None))
}

/// Ends one.
pub(crate) async fn end(State(house): State<House>, Asker(asker): Asker, Path(id): Path<String>) -> Outcome {
    house.identity.end_session(&asker, &id).await?;
    Ok(json::empty())
}
