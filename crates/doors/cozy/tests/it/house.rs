//! A house with one account, and a browser in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use abri_data::{Data, Doctypes};
use abri_files::{Files, FilesPolicy};
use abri_identity::{Connection, Identity, IdentityConfig, NewAccount};
use abri_model::{Millis, SpaceId, Who};
use abri_space::{Config, Engine};
use abri_store::memory::MemoryStore;
use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use parking_lot::Mutex;
use serde_json::Value;
use tower::ServiceExt;

pub const PASSPHRASE: &str = "seven herons over the quiet estuary";
pub const ROOT: &str = "io.cozy.files.root-dir";

pub struct House {
    pub identity: Identity,
    router: Router,
    cookie: Mutex<Option<String>>,
    now: Arc<AtomicI64>,
    _dir: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The code of the first error, with the status.
    pub fn fault(&self) -> String {
        format!("{} {}", self.status, self.json()["errors"][0]["code"].as_str().unwrap_or("?"))
    }

    #[track_caller]
    pub fn good(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self}");
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(&self.bytes))
    }
}

/// The id of an answer's document.
pub fn id(answer: &Value) -> String {
    answer["data"]["id"].as_str().unwrap_or_else(|| panic!("no id: {answer}")).to_owned()
}

/// The names of a list of documents.
pub fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .map(|list| list.iter().filter_map(|node| node["attributes"]["name"].as_str()).collect())
        .unwrap_or_default()
}

impl House {
    /// A house without any account.
    pub async fn bare() -> House {
        let dir = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(1_767_225_600_000));
        let clock: Arc<dyn abri_model::time::Clock> = {
            let now = now.clone();
            Arc::new(move || Millis(now.load(Ordering::Relaxed)))
        };
        let store = Arc::new(MemoryStore::new(&abri_space::tables::SCHEMA));
        let (root, time) = (dir.path().to_owned(), clock.clone());
        let doctypes = abri_identity::register(Doctypes::new());
        let data = Data::build(move |ids| Engine::new(store, &root, ids, Config::default(), time), doctypes, clock);
        data.organisations().await.unwrap();
        let identity = Identity::new(data.clone(), IdentityConfig::default());
        let files = Files::new(data.clone(), FilesPolicy::default());
        let router = abri_door_cozy::router(data, identity.clone(), files);
        House { identity, router, cookie: Mutex::new(None), now, _dir: dir }
    }

    /// A house with the account `ada`, logged in.
    pub async fn open() -> House {
        House::with(None).await
    }

    /// The same with a quota.
    pub async fn with(quota: Option<u64>) -> House {
        let house = House::bare().await;
        let new = NewAccount {
            name: "ada".into(),
            public_name: "Ada".into(),
            passphrase: PASSPHRASE.into(),
            locale: "en".into(),
            email: String::new(),
            admin: true,
            quota,
        };
        house.identity.add_account(&Who::system("test"), SpaceId::ROOT, new).await.unwrap();
        let body = serde_json::json!({ "name": "ada", "passphrase": PASSPHRASE });
        house.ask("POST", "/auth/login").json(&body).send().await.good(200);
        house
    }

    pub fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    /// A request of the shell: with its header, and the cookie once there is one.
    pub fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        let mut headers =
            vec![("x-abri-shell".to_owned(), "1".to_owned()), ("user-agent".to_owned(), "test browser".to_owned())];
        if let Some(cookie) = self.cookie.lock().clone() {
            headers.push(("cookie".to_owned(), cookie));
        }
        Ask { house: self, method: method.into(), path: path.into(), headers, body: Vec::new() }
    }

    /// A request of anybody else.
    pub fn stranger(&self, method: &str, path: &str) -> Ask<'_> {
        Ask { house: self, method: method.into(), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ask("GET", path).send().await.good(200)
    }

    pub async fn folder(&self, dir: &str, name: &str) -> String {
        id(&self.ask("POST", &format!("/files/{dir}?Type=directory&Name={name}")).send().await.good(201))
    }

    pub async fn file(&self, dir: &str, name: &str, bytes: &str) -> String {
        id(&self.ask("POST", &format!("/files/{dir}?Type=file&Name={name}")).body(bytes).send().await.good(201))
    }
}

/// A request.
pub struct Ask<'a> {
    house: &'a House,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Ask<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Without the header that our own pages send.
    pub fn plain(mut self) -> Self {
        self.headers.retain(|(name, _)| name != "x-abri-shell");
        self
    }

    pub fn json(mut self, value: &Value) -> Self {
        self.body = value.to_string().into_bytes();
        self.header("content-type", "application/json")
    }

    pub fn body(mut self, bytes: &str) -> Self {
        self.body = bytes.as_bytes().to_vec();
        let length = bytes.len().to_string();
        self.header("content-length", &length)
    }

    pub async fn send(self) -> Answer {
        let connection = Connection { address: [192, 0, 2, 7].into(), secure: false, host: Some("cloud.test".into()) };
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.path).extension(connection);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = self.house.router.clone().oneshot(request.body(Body::from(self.body)).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            *self.house.cookie.lock() = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        if parts.status == StatusCode::NO_CONTENT {
            assert!(bytes.is_empty() && !parts.headers.contains_key("content-type"), "an empty answer has no type");
        }
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes }
    }
}
