//! What is told and cannot be changed: storage, capabilities, flags.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;

use crate::door::House;
use crate::error::Outcome;
use crate::json;
use crate::request::Asker;

const KIND: &str = "io.cozy.settings";
/// Bytes of an upload's part: as large as the largest content that is one chunk, so that a part becomes one.
pub(crate) const UPLOAD_CHUNK_BYTES: u64 = 8 << 20;

/// How much is stored.
pub(crate) async fn disk_usage(State(house): State<House>, Asker(session): Asker) -> Outcome {
    let state = house.data.personal(&session.who).await?.state().await?;
    let mut attributes = json!({
        "used": state.used.to_string(),
        "files": state.files_bytes.to_string(),
        "trash": state.trash_bytes.to_string(),
        "versions": state.versions_bytes.to_string(),
    });
    if let Some(quota) = state.quota {
        attributes["quota"] = quota.to_string().into();
    }
    Ok(json::one(StatusCode::OK, json::document(KIND, "io.cozy.settings.disk-usage", None, attributes)))
}

/// What this server can do.
pub(crate) async fn capabilities(_: Asker) -> Outcome {
    let attributes = json!({
        "file_versioning": true,
        "can_auth_with_password": true,
        "can_auth_with_oidc": false,
        "flat_subdomains": false,
        "upload_chunk_bytes": UPLOAD_CHUNK_BYTES,
    });
    Ok(json::one(StatusCode::OK, json::document(KIND, "io.cozy.settings.capabilities", None, attributes)))
}

/// Feature flags: none yet.
pub(crate) async fn flags(_: Asker) -> Outcome {
    Ok(json::one(StatusCode::OK, json::document(KIND, "io.cozy.settings.flags", None, json!({}))))
}
