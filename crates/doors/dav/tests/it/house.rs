//! The door in process, over the memory engine: a request in, its answer out.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use abri_data::{CreateSpace, Data, Doctypes, Member, SpaceKind};
use abri_door_dav::{DavPolicy, router_with};
use abri_files::{Files, FilesPolicy};
use abri_identity::proof::Connection;
use abri_identity::{Identity, IdentityConfig, NewAccount};
use abri_model::{Millis, SpaceId, Verbs, Who};
use abri_space::{Config, Engine};
use abri_store::memory::MemoryStore;
use axum::Router;
use axum::body::Body;
use futures_util::StreamExt;
use http::Request;
use tower::ServiceExt;

// Both WebDAV doors are tested in the same house; neither looks into every room of it.
#[allow(dead_code)]
pub struct House {
    pub files: Files,
    pub data: Data,
    pub shared: SpaceId,
    router: Router,
    ada: String,
    bob: String,
    now: Arc<AtomicI64>,
    _dir: tempfile::TempDir,
}

#[allow(dead_code)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}\n{:?}", self.body, self.headers);
        self
    }

    #[track_caller]
    pub fn has(self, text: &str) -> Answer {
        assert!(self.body.contains(text), "no {text:?} in {}", self.body);
        self
    }

    #[track_caller]
    pub fn lacks(self, text: &str) -> Answer {
        assert!(!self.body.contains(text), "{text:?} in {}", self.body);
        self
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

fn basic(name: &str, secret: &str) -> String {
    format!("Basic {}", data_encoding::BASE64.encode(format!("{name}:{secret}").as_bytes()))
}

impl House {
    pub async fn open() -> House {
        House::with(DavPolicy::default(), None).await
    }

    pub async fn with(policy: DavPolicy, quota: Option<u64>) -> House {
        let dir = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(1_700_000_000_000));
        let clock: Arc<dyn abri_model::time::Clock> = {
            let now = now.clone();
            Arc::new(move || Millis(now.load(Ordering::Relaxed)))
        };
        let store = Arc::new(MemoryStore::new(&abri_space::tables::SCHEMA));
        let (root, time) = (dir.path().to_owned(), clock.clone());
        let doctypes = abri_identity::register(Doctypes::new());
        let data = Data::build(move |ids| Engine::new(store, &root, ids, Config::default(), time), doctypes, clock);
        let identity = Identity::new(data.clone(), IdentityConfig::default());
        let system = Who::system("test");
        let mut proofs = Vec::new();
        for name in ["ada", "bob"] {
            let new = NewAccount {
                name: name.into(),
                passphrase: "correct horse battery".into(),
                quota,
                ..Default::default()
            };
            identity.add_account(&system, SpaceId::ROOT, new).await.unwrap();
            let (_, secret) = identity.add_app_password_for(&system, SpaceId::ROOT, name, "test").await.unwrap();
            proofs.push(basic(name, &secret));
        }
        let new = CreateSpace {
            organisation: SpaceId::ROOT,
            kind: SpaceKind::Shared,
            name: "Family".into(),
            owner: Some("ada".into()),
            members: vec![Member::account("bob", Verbs::READ)],
            quota: None,
        };
        let shared = data.create_space(&system, new).await.unwrap().id;
        let files = Files::new(data.clone(), FilesPolicy::default());
        let router = router_with(data.clone(), identity, files.clone(), policy);
        let [ada, bob] = proofs.try_into().unwrap();
        House { files, data, shared, router, ada, bob, now, _dir: dir }
    }

    #[allow(dead_code)]
    pub fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    pub async fn ada(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.ask(Some(&self.ada), method, path, headers, body).await
    }

    pub async fn bob(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.ask(Some(&self.bob), method, path, headers, body).await
    }

    pub async fn nobody(&self, method: &str, path: &str) -> Answer {
        self.ask(None, method, path, &[], "").await
    }

    async fn ask(&self, proof: Option<&str>, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "cloud.example");
        if let Some(proof) = proof {
            request = request.header("authorization", proof);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body.to_owned())).unwrap();
        let host = Some("cloud.example".to_owned());
        request.extensions_mut().insert(Connection { address: IpAddr::V4(Ipv4Addr::LOCALHOST), secure: false, host });
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let mut bytes = Vec::new();
        let mut stream = body.into_data_stream();
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece.unwrap());
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body: text, bytes }
    }
}
