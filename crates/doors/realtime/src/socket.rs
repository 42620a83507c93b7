//! `GET /realtime/`: Cozy's websocket, sub-protocol `io.cozy.websocket`.

use std::sync::Arc;
use std::time::Duration;

use abri_data::{Change, Scope};
use abri_files::Tree;
use abri_identity::{Connection, Session};
use abri_model::{Error, Kind, Result, Seq};
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::IntoResponse;
use http::{HeaderMap, Response};
use serde_json::json;
use tokio::time::Instant;

use crate::event::{Event, Said, Topic, complaint};
use crate::{Door, asker, node, refused, stopped};

/// Longest message of a client: a token and a little more.
const MESSAGE_BYTES_MAX: usize = 16 << 10;
/// Topics of one socket.
const TOPICS_MAX: usize = 256;
/// Changes read at once.
const PAGE: usize = 200;
/// A client that says nothing is pinged so often, and its rights are read again.
const PING_EVERY: Duration = Duration::from_secs(54);
/// One that has not answered for so long is gone.
const SILENCE_MAX: Duration = Duration::from_secs(120);
/// How long a client may take to prove who it is.
const AUTH_WAIT: Duration = Duration::from_secs(30);

/// Opens the socket.
pub(crate) async fn socket(
    State(door): State<Arc<Door>>,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response<Body> {
    // A cookie counts from our own origin only; without one the first message must be a token.
    match asker(&door, &headers, &connection).await {
        Ok(session) => upgrade
            .protocols(["io.cozy.websocket"])
            .max_message_size(MESSAGE_BYTES_MAX)
            .max_frame_size(MESSAGE_BYTES_MAX)
            .on_upgrade(move |socket| talk(door, connection, headers, socket, session))
            .into_response(),
        Err(error) => refused(&error),
    }
}

/// A conversation from its beginning to its end.
async fn talk(
    door: Arc<Door>,
    connection: Connection,
    headers: HeaderMap,
    mut socket: WebSocket,
    session: Option<Arc<Session>>,
) {
    let mut stop = door.stop.clone();
    let proved = tokio::select! {
        proved = prove(&door, &connection, &headers, &mut socket, session) => proved,
        () = stopped(&mut stop) => None,
    };
    let Some((session, token)) = proved else { return close(socket).await };
    let listener = Listener { door, connection, headers, session, token, topics: Vec::new() };
    if let Err(error) = listener.listen(&mut socket).await {
        tracing::debug!(%error, "a websocket ended");
    }
    close(socket).await;
}

async fn close(mut socket: WebSocket) {
    // It may be gone already.
    let _ = socket.send(Message::Close(None)).await;
}

/// Who is at the other end: by cookie, or by the token that must come first.
async fn prove(
    door: &Door,
    connection: &Connection,
    headers: &HeaderMap,
    socket: &mut WebSocket,
    session: Option<Arc<Session>>,
) -> Option<(Arc<Session>, Option<String>)> {
    if let Some(session) = session {
        return Some((session, None));
    }
    let first = tokio::time::timeout(AUTH_WAIT, socket.recv()).await.ok()??.ok()?;
    let Message::Text(text) = first else { return None };
    if let Ok(Said::Auth(token)) = serde_json::from_str(&text)
        && let Ok(session) = bearer(door, connection, headers, &token).await
    {
        return Some((session, Some(token)));
    }
    // It leaves anyway.
    let _ = socket
        .send(Message::text(complaint("401 Unauthorized", "unauthorized", "The authentication has failed", &text)))
        .await;
    None
}

async fn bearer(door: &Door, connection: &Connection, headers: &HeaderMap, token: &str) -> Result<Arc<Session>> {
    let organisation = door.identity.organisation_of_host(connection.host.as_deref()).await?;
    door.identity.bearer(organisation, token, &connection.from(headers)).await
}

/// One who listens.
struct Listener {
    door: Arc<Door>,
    connection: Connection,
    headers: HeaderMap,
    session: Arc<Session>,
    token: Option<String>,
    topics: Vec<Topic>,
}

impl Listener {
    async fn listen(mut self, socket: &mut WebSocket) -> Result<()> {
        let space = self.door.data.personal(&self.session.who).await?;
        let mut bell = space.bell();
        let mut since = space.cursor().await?.seq;
        let mut stop = self.door.stop.clone();
        let mut heard = Instant::now();
        let mut ping = tokio::time::interval_at(Instant::now() + PING_EVERY, PING_EVERY);
        loop {
            tokio::select! {
                message = socket.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => self.hear(&text, socket).await?,
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
                        Some(Ok(_)) => {}
                    }
                }
                moved = bell.moved() => {
                    moved?;
                    self.still_proved().await?;
                    // As rights are now, not as they were when the socket was opened.
                    let tree = self.door.files.tree(bell.space().clone());
                    since = self.tell(&tree, since, socket).await?;
                }
                _ = ping.tick() => {
                    if heard.elapsed() > SILENCE_MAX {
                        return Ok(());
                    }
                    self.still_proved().await?;
                    bell.still_allowed().await?;
                    send(socket, Message::Ping(bytes::Bytes::new())).await?;
                }
                () = stopped(&mut stop) => return Ok(()),
            }
        }
    }

    async fn hear(&mut self, text: &str, socket: &mut WebSocket) -> Result<()> {
        match serde_json::from_str::<Said>(text) {
            Ok(Said::Subscribe(topic)) if self.topics.len() < TOPICS_MAX => {
                if !self.topics.contains(&topic) {
                    self.topics.push(topic);
                }
                Ok(())
            }
            Ok(Said::Unsubscribe(topic)) => {
                self.topics.retain(|known| *known != topic);
                Ok(())
            }
            // A token sent though a cookie was enough.
            Ok(Said::Auth(_)) => Ok(()),
            _ => {
                send(
                    socket,
                    Message::text(complaint(
                        "405 Method Not Allowed",
                        "method not allowed",
                        "The method is not supported",
                        text,
                    )),
                )
                .await
            }
        }
    }

    async fn still_proved(&self) -> Result<()> {
        match &self.token {
            Some(token) => bearer(&self.door, &self.connection, &self.headers, token).await.map(drop),
            None => asker(&self.door, &self.headers, &self.connection).await?.map(drop).ok_or(Error::Unauthenticated),
        }
    }

    /// Tells what changed since a position, as far as it was asked for; the position reached.
    async fn tell(&self, tree: &Tree, mut since: Seq, socket: &mut WebSocket) -> Result<Seq> {
        loop {
            let page = tree.changes(&Scope::All, since, PAGE).await?;
            for change in &page.items {
                if let Some(message) = self.message(tree, change).await? {
                    send(socket, Message::text(message)).await?;
                }
            }
            since = page.last;
            if !page.more {
                return Ok(since);
            }
        }
    }

    async fn message(&self, tree: &Tree, change: &Change) -> Result<Option<String>> {
        let wanted = |kind: &str, id: &str| self.topics.iter().any(|topic| topic.covers(kind, id));
        match change {
            Change::Node { node, .. } => {
                let id = node::id(tree, node.id);
                if !wanted(Kind::FILES, &id) {
                    return Ok(None);
                }
                let trashed = tree.is_trashed(node.id).await?;
                let event = if node.generation == 1 { Event::Created } else { Event::Updated };
                Ok(Some(event.about(Kind::FILES, &id, &node::doc(tree, node, trashed))))
            }
            Change::Doc(doc) => {
                let (kind, id) = (doc.key.kind.as_str(), doc.key.id.as_str());
                if !wanted(kind, id) {
                    return Ok(None);
                }
                let event = match (doc.deleted, doc.rev.generation) {
                    (true, _) => Event::Deleted,
                    (false, 1) => Event::Created,
                    _ => Event::Updated,
                };
                let mut shown = serde_json::from_str(&doc.body).unwrap_or_else(|_| json!({}));
                shown["_id"] = id.into();
                shown["_rev"] = doc.rev.to_string().into();
                shown["_type"] = kind.into();
                Ok(Some(event.about(kind, id, &shown)))
            }
            Change::Gone { key, rev, .. } => {
                let (kind, id) = (key.kind.as_str(), key.id.as_str());
                let shown = json!({ "_id": id, "_rev": rev.to_string(), "_type": kind, "_deleted": true });
                Ok(wanted(kind, id).then(|| Event::Deleted.about(kind, id, &shown)))
            }
        }
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<()> {
    socket.send(message).await.map_err(|_| Error::Interrupted)
}
