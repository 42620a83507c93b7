//! The bell and the websocket, over the memory engine and a real connection.

#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use abri_data::{Data, Doctypes, Expect, PutDoc};
use abri_files::{At, Condition, Files, FilesPolicy, Incoming, Place, Write};
use abri_identity::{Connection, From, Identity, IdentityConfig, NewAccount, Session};
use abri_model::{Kind, Millis, Name, SpaceId, Who};
use abri_space::{Config, Engine};
use abri_store::memory::MemoryStore;
use axum::Extension;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const PASSPHRASE: &str = "seven herons over the quiet estuary";
/// Only ends a hang.
const WAIT: Duration = Duration::from_secs(20);

struct House {
    data: Data,
    identity: Identity,
    files: Files,
    session: Arc<Session>,
    cookie: String,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    _dir: tempfile::TempDir,
}

impl House {
    async fn open() -> House {
        let dir = tempfile::tempdir().unwrap();
        let clock: Arc<dyn abri_model::time::Clock> = Arc::new(|| Millis(1_767_225_600_000));
        let store = Arc::new(MemoryStore::new(&abri_space::tables::SCHEMA));
        let (root, time) = (dir.path().to_owned(), clock.clone());
        let doctypes = abri_identity::register(Doctypes::new());
        let data = Data::build(move |ids| Engine::new(store, &root, ids, Config::default(), time), doctypes, clock);
        data.organisations().await.unwrap();
        let identity = Identity::new(data.clone(), IdentityConfig::default());
        let files = Files::new(data.clone(), FilesPolicy::default());
        let new = NewAccount {
            name: "ada".into(),
            public_name: "Ada".into(),
            passphrase: PASSPHRASE.into(),
            locale: "en".into(),
            email: String::new(),
            admin: true,
            quota: None,
        };
        identity.add_account(&Who::system("test"), SpaceId::ROOT, new).await.unwrap();
        let from = From { address: [127, 0, 0, 1].into(), user_agent: "test".into() };
        let opened = identity.login(SpaceId::ROOT, "ada", PASSPHRASE, &from, false).await.unwrap();

        let (stop, stopped) = watch::channel(false);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connection = Connection { address: [127, 0, 0, 1].into(), secure: false, host: Some("cloud.test".into()) };
        let router = abri_door_realtime::router(data.clone(), identity.clone(), files.clone(), stopped)
            .layer(Extension(connection));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let cookie = format!("abri_session={}", opened.cookie_value);
        House { data, identity, files, session: opened.session, cookie, address, stop, _dir: dir }
    }

    async fn write(&self, name: &str) {
        let tree = self.files.tree(self.data.personal(&self.session.who).await.unwrap());
        let at = At::Place(Place { parent: tree.root(), name: Name::parse(name).unwrap() });
        let write = Write {
            at,
            condition: Condition::Any,
            body: Incoming::of(name.to_owned()),
            mtime: None,
            created: None,
            mime: None,
            executable: None,
            make_parents: false,
            tokens: Vec::new(),
        };
        tree.write(write).await.unwrap();
    }

    async fn put(&self, id: &str, expect: Expect) -> abri_model::Rev {
        let space = self.data.personal(&self.session.who).await.unwrap();
        let kind = Kind::known("com.example.notes");
        space.put(PutDoc { kind, id: id.into(), expect, body: "{\"n\":1}".into(), place: None }).await.unwrap().rev
    }

    /// A connection on which a GET with these header lines was sent, and the head of the answer.
    async fn get(&self, path: &str, headers: &[&str]) -> (String, Wire) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let head: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: cloud.test\r\n{head}\r\n").as_bytes()).await.unwrap();
        let mut wire = Wire { stream, read: Vec::new() };
        let head = wire.until("\r\n\r\n").await;
        (head, wire)
    }

    fn own(&self) -> [String; 2] {
        [format!("Cookie: {}", self.cookie), "X-Abri-Shell: 1".into()]
    }
}

/// What comes over a connection.
struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Wire {
    /// Reads more; `false` at the end.
    async fn more(&mut self) -> bool {
        let mut piece = [0; 4096];
        let count =
            tokio::time::timeout(WAIT, self.stream.read(&mut piece)).await.expect("something comes").unwrap_or(0);
        self.read.extend_from_slice(&piece[..count]);
        count > 0
    }

    /// The text up to a mark, which is taken away too.
    async fn until(&mut self, mark: &str) -> String {
        loop {
            if let Some(at) = self.read.windows(mark.len()).position(|window| window == mark.as_bytes()) {
                let rest = self.read.split_off(at + mark.len());
                let text = std::mem::replace(&mut self.read, rest);
                return String::from_utf8_lossy(&text[..at]).into_owned();
            }
            assert!(self.more().await, "the end came before {mark:?}: {}", String::from_utf8_lossy(&self.read));
        }
    }

    /// The next event of the bell.
    async fn ring(&mut self) -> Value {
        self.until("event: moved\n").await;
        let id = self.until("\n").await;
        let data = self.until("\n\n").await;
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").expect("data")).expect("JSON");
        assert_eq!(id, format!("id: {}", data["cursor"].as_str().expect("a cursor")));
        data
    }

    /// Sends a websocket text (RFC 6455 §5.2): masked by zeros.
    async fn say(&mut self, value: &Value) {
        let text = value.to_string();
        let mut frame = vec![0x81];
        match text.len() {
            short @ 0..126 => frame.push(0x80 | short as u8),
            long => frame.extend([0x80 | 126, (long >> 8) as u8, long as u8]),
        }
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.stream.write_all(&frame).await.unwrap();
    }

    /// The next websocket message; `None` when the other side closes.
    async fn hear(&mut self) -> Option<Value> {
        loop {
            if self.read.len() >= 2 {
                let (kind, short) = (self.read[0] & 15, usize::from(self.read[1]));
                let (head, length) = match short {
                    126 if self.read.len() >= 4 => (4, usize::from(self.read[2]) << 8 | usize::from(self.read[3])),
                    126 => (4, usize::MAX - 4),
                    _ => (2, short),
                };
                if self.read.len() >= head + length {
                    let rest = self.read.split_off(head + length);
                    let frame = std::mem::replace(&mut self.read, rest);
                    match kind {
                        1 => return Some(serde_json::from_slice(&frame[head..]).expect("JSON")),
                        8 => return None,
                        _ => continue,
                    }
                }
            }
            if !self.more().await {
                return None;
            }
        }
    }
}

const UPGRADE: [&str; 5] = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: io.cozy.websocket",
];

#[tokio::test]
async fn the_bell_rings_at_once_and_whenever_the_space_moves() {
    let house = House::open().await;
    let own = house.own();
    let (head, mut wire) = house.get("/realtime/bell", &[&own[0], &own[1]]).await;
    assert!(
        head.starts_with("HTTP/1.1 200") && head.contains("text/event-stream") && head.contains("no-store"),
        "{head}"
    );
    let first = wire.ring().await;
    assert_eq!(first["space"], house.session.account.space.to_hex());
    house.write("a.txt").await;
    let second = wire.ring().await;
    assert_ne!(first["cursor"], second["cursor"]);
    assert_eq!(first.as_object().map(serde_json::Map::len), Some(2), "it carries no facts");
}

#[tokio::test]
async fn a_busy_space_does_not_ring_for_every_change() {
    let house = House::open().await;
    let own = house.own();
    let (_, mut wire) = house.get("/realtime/bell", &[&own[0], &own[1]]).await;
    wire.ring().await;
    for number in 0..50 {
        house.write(&format!("{number}")).await;
    }
    let end = house.data.personal(&house.session.who).await.unwrap().cursor().await.unwrap().to_string();
    let mut rings = 0;
    while rings < 50 {
        rings += 1;
        if wire.ring().await["cursor"] == end {
            break;
        }
    }
    assert!(rings < 40, "{rings} rings for 50 changes");
}

#[tokio::test]
async fn the_bell_is_for_those_who_may_look() {
    let house = House::open().await;
    let cookie = house.own()[0].clone();
    for headers in [
        vec![],
        vec![cookie.as_str()],
        vec![cookie.as_str(), "Origin: http://evil.test"],
        vec!["Cookie: abri_session=forged", "X-Abri-Shell: 1"],
    ] {
        let (head, _) = house.get("/realtime/bell", &headers).await;
        assert!(head.starts_with("HTTP/1.1 401"), "{headers:?}: {head}");
    }
}

#[tokio::test]
async fn the_bell_ends_when_the_right_to_look_is_lost() {
    let house = House::open().await;
    let own = house.own();
    let (_, mut wire) = house.get("/realtime/bell", &[&own[0], &own[1], "Connection: close"]).await;
    wire.ring().await;
    house.identity.logout(&house.session).await.unwrap();
    house.write("a.txt").await;
    while wire.more().await {}
    assert!(!String::from_utf8_lossy(&wire.read).contains("moved"), "it hears nothing more");
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let house = House::open().await;
    let own = house.own();
    let (_, mut bell) = house.get("/realtime/bell", &[&own[0], &own[1], "Connection: close"]).await;
    bell.ring().await;
    let headers: Vec<&str> = own.iter().map(String::as_str).chain(UPGRADE).collect();
    let (_, mut socket) = house.get("/realtime/", &headers).await;
    house.stop.send(true).unwrap();
    while bell.more().await {}
    assert_eq!(socket.hear().await, None);
}

#[tokio::test]
async fn cozys_websocket_tells_what_was_asked_for() {
    let house = House::open().await;
    let own = house.own();
    let headers: Vec<&str> = own.iter().map(String::as_str).chain(UPGRADE).collect();
    let (head, mut wire) = house.get("/realtime/", &headers).await;
    assert!(
        head.starts_with("HTTP/1.1 101")
            && head.to_ascii_lowercase().contains("sec-websocket-protocol: io.cozy.websocket"),
        "{head}"
    );
    wire.say(&json!({ "method": "SUBSCRIBE", "payload": { "type": "io.cozy.files" } })).await;
    wire.say(&json!({ "method": "SUBSCRIBE", "payload": { "type": "com.example.notes", "id": "mine" } })).await;
    wire.say(&json!({ "method": "SHOUT", "payload": "x" })).await;
    assert_eq!(wire.hear().await.expect("a complaint")["event"], "error");
    house.put("other", Expect::Absent).await;
    house.write("a.txt").await;
    let event = wire.hear().await.expect("an event");
    assert_eq!(
        (&event["event"], &event["payload"]["type"], &event["payload"]["doc"]["name"]),
        (&json!("CREATED"), &json!("io.cozy.files"), &json!("a.txt"))
    );
    house.write("a.txt").await;
    assert_eq!(wire.hear().await.expect("an event")["event"], "UPDATED");
    let rev = house.put("mine", Expect::Absent).await;
    let event = wire.hear().await.expect("an event");
    assert_eq!(
        (&event["event"], &event["payload"]["id"], &event["payload"]["doc"]["n"]),
        (&json!("CREATED"), &json!("mine"), &json!(1))
    );
    let space = house.data.personal(&house.session.who).await.unwrap();
    space.delete(&Kind::known("com.example.notes"), "mine", Expect::Rev(rev)).await.unwrap();
    assert_eq!(wire.hear().await.expect("an event")["event"], "DELETED");
    wire.say(&json!({ "method": "UNSUBSCRIBE", "payload": { "type": "io.cozy.files" } })).await;
    wire.say(&json!({ "method": "SHOUT", "payload": "x" })).await;
    assert_eq!(wire.hear().await.expect("a complaint")["event"], "error", "what was said before was heard");
    house.write("b.txt").await;
    house.put("mine", Expect::Any).await;
    assert_eq!(wire.hear().await.expect("an event")["payload"]["type"], "com.example.notes");
}

#[tokio::test]
async fn a_websocket_of_a_stranger_is_closed() {
    let house = House::open().await;
    let cookie = house.own()[0].clone();
    // A page of another origin: the browser sends the cookie, which does not count.
    let headers: Vec<&str> = [cookie.as_str(), "Origin: http://evil.test"].into_iter().chain(UPGRADE).collect();
    let (head, mut wire) = house.get("/realtime/", &headers).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    wire.say(&json!({ "method": "SUBSCRIBE", "payload": { "type": "io.cozy.files" } })).await;
    assert_eq!(wire.hear().await.expect("a complaint")["payload"]["status"], "401 Unauthorized");
    assert_eq!(wire.hear().await, None);
    let (_, mut wire) = house.get("/realtime/", &UPGRADE).await;
    wire.say(&json!({ "method": "AUTH", "payload": "forged" })).await;
    assert_eq!(wire.hear().await.expect("a complaint")["event"], "error");
    assert_eq!(wire.hear().await, None);
}
