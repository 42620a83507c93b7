//! `GET /realtime/bell`: an event whenever the asker's space moved. It carries no facts.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use abri_data::Bell;
use abri_identity::Connection;
use abri_model::{Cursor, Error, Result, Seq};
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, HeaderValue, Response, header};
use tokio::time::Instant;

use crate::{Door, asker, refused, stopped};

/// Silence that proxies and browsers bear; then a comment keeps the stream awake, and rights are read again.
const AWAKE_EVERY: Duration = Duration::from_secs(25);
/// Shortest time between two events: a busy space rings no more than ten times a second.
const GAP: Duration = Duration::from_millis(100);

/// Opens the stream.
pub(crate) async fn bell(
    State(door): State<Arc<Door>>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
) -> Response<Body> {
    match open(door, connection, headers).await {
        Ok(stream) => {
            let mut answer = Response::new(Body::from_stream(stream));
            let headers = answer.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            // nginx would hold the events back.
            headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
            answer
        }
        Err(error) => refused(&error),
    }
}

async fn open(
    door: Arc<Door>,
    connection: Connection,
    headers: HeaderMap,
) -> Result<impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static> {
    let session = asker(&door, &headers, &connection).await?.ok_or(Error::Unauthenticated)?;
    let space = door.data.personal(&session.who).await?;
    // The bell first, the position second: what moves in between rings.
    let mut bell = space.bell();
    let mut cursor = space.cursor().await?;
    let mut stop = door.stop.clone();
    let mut awake = tokio::time::interval_at(Instant::now() + AWAKE_EVERY, AWAKE_EVERY);
    Ok(async_stream::stream! {
        yield Ok(event(&bell, &cursor));
        loop {
            let moved = tokio::select! {
                moved = bell.moved() => Some(moved),
                _ = awake.tick() => None,
                () = stopped(&mut stop) => return,
            };
            // Whether the asker still is who they were is asked every time: a session that was ended hears nothing more.
            if !matches!(asker(&door, &headers, &connection).await, Ok(Some(_))) {
                return;
            }
            match moved {
                Some(Ok(seq)) => {
                    if let Some(next) = later(&cursor, seq) {
                        cursor = next;
                        yield Ok(event(&bell, &cursor));
                        tokio::time::sleep(GAP).await;
                    }
                }
                Some(Err(_)) => return,
                None => {
                    if bell.still_allowed().await.is_err() {
                        return;
                    }
                    yield Ok(Bytes::from_static(b": awake\n\n"));
                }
            }
        }
    })
}

/// The cursor of a position, unless it was told already.
fn later(cursor: &Cursor, seq: Seq) -> Option<Cursor> {
    (seq > cursor.seq).then(|| Cursor { incarnation: cursor.incarnation.clone(), seq })
}

fn event(bell: &Bell, cursor: &Cursor) -> Bytes {
    let data = serde_json::json!({ "space": bell.space().id().to_hex(), "cursor": cursor.to_string() });
    format!("event: moved\nid: {cursor}\ndata: {data}\n\n").into()
}
