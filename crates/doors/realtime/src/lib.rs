//! The realtime door: a bell over server-sent events, and Cozy's websocket.
//!
//! Both are cursors on a space's sequence that the bell wakes: nothing is buffered, a slow client lags, a client that comes back
//! misses nothing that it asks for by its cursor. Clients: our shell (`/realtime/bell`), cozy-realtime (`/realtime/`).
//! Must not know engines or other doors. Start with [`router`], then `bell` and `socket`.

mod bell;
mod event;
mod node;
mod socket;

use std::sync::Arc;

use abri_data::Data;
use abri_files::Files;
use abri_identity::proof;
use abri_identity::{Connection, Identity, Session};
use abri_model::{Error, Result};
use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use tokio::sync::watch;

/// What the door stands on.
#[derive(Clone)]
struct Door {
    data: Data,
    identity: Identity,
    files: Files,
    /// Turns true when the server stops: streams end then.
    stop: watch::Receiver<bool>,
}

/// The door; `stop` turning true ends its streams.
pub fn router(data: Data, identity: Identity, files: Files, stop: watch::Receiver<bool>) -> Router {
    let door = Arc::new(Door { data, identity, files, stop });
    Router::new()
        .route("/realtime/bell", get(bell::bell))
        .route("/realtime/", get(socket::socket))
        .route("/realtime", get(socket::socket))
        .fallback(async || refused(&Error::NotFound))
        .with_state(door)
}

/// Whoever the request proves to come from, if anybody.
async fn asker(door: &Door, headers: &HeaderMap, connection: &Connection) -> Result<Option<Arc<Session>>> {
    proof::who(&door.identity, headers, connection).await
}

/// Waits for the server's stop. A sender that is gone is a stop too.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// From outcome to answer: one total function.
fn refused(error: &Error) -> Response<Body> {
    let (status, code) = match error {
        Error::NotFound => (StatusCode::NOT_FOUND, "missing"),
        Error::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
        Error::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated"),
        Error::Throttled { .. } => (StatusCode::TOO_MANY_REQUESTS, "throttled"),
        Error::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        Error::Internal(cause) => {
            tracing::error!(%cause, "a realtime request failed");
            (StatusCode::INTERNAL_SERVER_ERROR, "internal")
        }
        _ => (StatusCode::BAD_REQUEST, "bad_request"),
    };
    let title = status.canonical_reason().unwrap_or("Error");
    let body = serde_json::json!({ "errors": [{ "status": status.as_str(), "title": title, "code": code, "detail": error.to_string() }] });
    let mut answer = Response::new(Body::from(body.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.api+json"));
    if let Error::Throttled { after_seconds } = error {
        answer.headers_mut().insert(header::RETRY_AFTER, (*after_seconds).into());
    }
    answer
}
