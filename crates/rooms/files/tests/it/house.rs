//! A room to test with, on a clock that only moves when told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use abri_data::{CreateSpace, Data, Doctypes, Member, Node, SpaceKind};
use abri_files::{At, Condition, Files, FilesPolicy, Incoming, MakeDirectory, Place, Tree, Write, Written};
use abri_model::{Millis, Name, NodeId, Principal, Result, Right, SpaceId, Verbs, Who};
use abri_space::{Config, Engine};
use abri_store::memory::MemoryStore;
use futures_util::StreamExt;

pub struct House {
    pub files: Files,
    pub data: Data,
    pub space: SpaceId,
    now: Arc<AtomicI64>,
    _dir: tempfile::TempDir,
}

pub fn person(name: &str) -> Who {
    Who {
        principal: Principal::User { name: name.into(), organisation: SpaceId::ROOT },
        right: Right::EVERYTHING,
        via: "test".into(),
    }
}

impl House {
    pub async fn open() -> House {
        House::with(None).await
    }

    pub async fn with(quota: Option<u64>) -> House {
        let dir = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(1_700_000_000_000));
        let clock: Arc<dyn abri_model::time::Clock> = {
            let now = now.clone();
            Arc::new(move || Millis(now.load(Ordering::Relaxed)))
        };
        let store = Arc::new(MemoryStore::new(&abri_space::tables::SCHEMA));
        let (root, time) = (dir.path().to_owned(), clock.clone());
        let data =
            Data::build(move |ids| Engine::new(store, &root, ids, Config::default(), time), Doctypes::new(), clock);
        let new = CreateSpace {
            organisation: SpaceId::ROOT,
            kind: SpaceKind::Shared,
            name: "Family".into(),
            owner: Some("ada".into()),
            members: vec![Member::account("bob", Verbs::ALL)],
            quota,
        };
        let space = data.create_space(&Who::system("test"), new).await.unwrap().id;
        let files = Files::new(data.clone(), FilesPolicy::default());
        House { files, data, space, now, _dir: dir }
    }

    pub async fn tree(&self, name: &str) -> Tree {
        self.files.tree(self.data.space(&person(name), self.space).await.unwrap())
    }

    pub fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1000, Ordering::Relaxed);
    }
}

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub fn place(parent: NodeId, text: &str) -> Place {
    Place { parent, name: name(text) }
}

pub fn path(text: &str) -> Vec<String> {
    text.split('/').map(str::to_owned).collect()
}

pub fn writing(at: &str, bytes: &str) -> Write {
    Write {
        at: At::Path(path(at)),
        condition: Condition::Any,
        body: Incoming::of(bytes.to_owned()),
        mtime: None,
        created: None,
        mime: None,
        executable: None,
        make_parents: true,
        tokens: Vec::new(),
    }
}

pub async fn put(tree: &Tree, at: &str, bytes: &str) -> Written {
    tree.write(writing(at, bytes)).await.unwrap()
}

pub async fn mkdir(tree: &Tree, parent: NodeId, text: &str) -> Result<Arc<Node>> {
    let make = MakeDirectory { place: place(parent, text), times: Default::default(), tokens: Vec::new() };
    tree.make_directory(make).await
}

pub async fn read(tree: &Tree, id: NodeId) -> String {
    let opened = tree.open(id, None).await.unwrap();
    let mut bytes = Vec::new();
    let mut stream = opened.read(0..opened.size).await.unwrap();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    String::from_utf8(bytes).unwrap()
}

pub async fn at(tree: &Tree, text: &str) -> Option<Arc<Node>> {
    tree.find(&path(text)).await.unwrap().node().cloned()
}
