//! A space to test with, on a clock that only moves when told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use abri_model::{Millis, Name, NodeId, Result, SpaceId};
use abri_space::edit::{EditDone, Keep, NodePatch, Source, Times};
use abri_space::{Config, Done, Edit, Engine, Expect, Ids, IfExists, NewSpace, Node, Request, SinkPlan, Space, Staged};
use abri_store::Store;
use abri_store::memory::MemoryStore;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};

pub struct Counting(AtomicI64);

impl Ids for Counting {
    fn lease(&self, _space: SpaceId) -> BoxFuture<'_, Result<i64>> {
        let block = self.0.fetch_add(1, Ordering::Relaxed);
        async move { Ok(block) }.boxed()
    }
}

pub struct House {
    pub dir: tempfile::TempDir,
    pub engine: Engine,
    pub space: Space,
    pub now: Arc<AtomicI64>,
}

impl House {
    pub async fn new() -> House {
        House::over(Arc::new(MemoryStore::new(&abri_space::tables::SCHEMA))).await
    }

    pub async fn over(store: Arc<dyn Store>) -> House {
        let dir = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(1_000_000));
        let clock = {
            let now = now.clone();
            move || Millis(now.load(Ordering::Relaxed))
        };
        let ids = Arc::new(Counting(AtomicI64::new(100)));
        let engine = Engine::new(store, dir.path(), ids, Config::default(), Arc::new(clock));
        let space = engine.create(SpaceId(77), NewSpace { first_block: 1, quota: None }).await.unwrap();
        House { dir, engine, space, now }
    }

    pub fn now(&self) -> Millis {
        Millis(self.now.load(Ordering::Relaxed))
    }

    pub fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
    }

    pub fn root(&self) -> NodeId {
        self.space.roots().0
    }

    pub async fn edit(&self, edit: Edit) -> Result<Done> {
        self.edits(vec![edit]).await
    }

    pub async fn edits(&self, edits: Vec<Edit>) -> Result<Done> {
        self.space.commit(Request { edits, now: self.now(), tokens: Vec::new() }).await
    }

    pub async fn stage(&self, bytes: &[u8]) -> Staged {
        let mut sink = self.space.sink(SinkPlan { size: Some(bytes.len() as u64), ..SinkPlan::default() });
        for piece in bytes.chunks(100_000) {
            sink.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        sink.finish().await.unwrap()
    }

    pub async fn file(&self, parent: NodeId, name: &str, bytes: &[u8]) -> Result<Node> {
        let staged = self.stage(bytes).await;
        node(self.edit(write(parent, name, Source::Staged(staged))).await?)
    }

    pub async fn folder(&self, parent: NodeId, name: &str) -> Result<Node> {
        node(self.edit(folder(parent, name)).await?)
    }

    pub async fn shift(&self, id: NodeId, parent: NodeId, name: &str) -> Result<Node> {
        node(self.edit(shift(id, parent, name)).await?)
    }

    pub async fn read(&self, node: &Node) -> Vec<u8> {
        let mut stream = self.space.read(node.content.unwrap(), 0..u64::MAX).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece.unwrap());
        }
        bytes
    }

    pub async fn node(&self, id: NodeId) -> Node {
        (*self.space.node(id).await.unwrap().unwrap()).clone()
    }

    pub async fn is_sound(&self) {
        let faults = self.space.check(true).await.unwrap();
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub fn write(parent: NodeId, file: &str, source: Source) -> Edit {
    Edit::WriteFile {
        parent,
        name: name(file),
        source,
        mime: "text/plain".into(),
        executable: None,
        times: Times::default(),
        meta: None,
        if_exists: IfExists::Replace { expect: Expect::Any },
        may_create: true,
        version: Keep::Version { author: "ada".into() },
    }
}

pub fn folder(parent: NodeId, folder: &str) -> Edit {
    Edit::MakeDirectory { parent, name: name(folder), times: Times::default(), meta: None }
}

pub fn shift(node: NodeId, parent: NodeId, to: &str) -> Edit {
    Edit::MoveNode { node, expect: Expect::Any, parent, name: name(to), if_exists: IfExists::Fail, by: "ada".into() }
}

pub fn star(node: NodeId, meta: &str) -> Edit {
    let patch = NodePatch { meta: Some(Some(meta.into())), ..NodePatch::default() };
    Edit::UpdateNode { node, expect: Expect::Any, patch }
}

pub fn node(done: Done) -> Result<Node> {
    Ok(done
        .results
        .into_iter()
        .rev()
        .find_map(|result| match result {
            EditDone::Node { node, .. } => Some(node),
            _ => None,
        })
        .unwrap())
}
