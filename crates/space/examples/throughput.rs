//! How fast the engine room is over SQLite, without doors: `cargo run --release --example throughput -p abri-space [DIR]`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Instant, SystemTime};

use abri_model::{Millis, Name, NodeId, Result, SpaceId};
use abri_space::edit::{Keep, Source, Times};
use abri_space::{Config, Edit, Engine, Expect, Ids, IfExists, NewSpace, Request, SinkPlan, Space};
use abri_store_sqlite::{Options, SqliteStore};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

struct Counting(AtomicI64);

impl Ids for Counting {
    fn lease(&self, _: SpaceId) -> BoxFuture<'_, Result<i64>> {
        let block = self.0.fetch_add(1, Ordering::Relaxed);
        async move { Ok(block) }.boxed()
    }
}

fn now() -> Millis {
    Millis(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as i64)
}

async fn put(space: &Space, parent: NodeId, name: &str, bytes: Bytes) -> NodeId {
    let mut sink = space.sink(SinkPlan { size: Some(bytes.len() as u64), ..SinkPlan::default() });
    sink.write(bytes).await.unwrap();
    let staged = sink.finish().await.unwrap();
    let edit = Edit::WriteFile {
        parent,
        name: Name::parse(name).unwrap(),
        source: Source::Staged(staged),
        mime: "application/octet-stream".into(),
        executable: None,
        times: Times::default(),
        meta: None,
        if_exists: IfExists::Replace { expect: Expect::Any },
        may_create: true,
        version: Keep::Version { author: "ada".into() },
    };
    space.commit(Request { edits: vec![edit], now: now(), tokens: vec![] }).await.unwrap().node().unwrap().id
}

#[tokio::main]
async fn main() {
    let dir = std::env::args().nth(1).unwrap_or_else(|| "/tmp/abri-throughput".into());
    std::fs::create_dir_all(&dir).unwrap();
    let store = SqliteStore::open(dir.as_ref(), &abri_space::tables::SCHEMA, Options::default()).unwrap();
    let ids = Arc::new(Counting(AtomicI64::new(10)));
    let engine = Engine::new(Arc::new(store), dir.as_ref(), ids, Config::default(), Arc::new(now));
    let space = engine.create(SpaceId::random(), NewSpace { first_block: 1, quota: None }).await.unwrap();
    let root = space.roots().0;
    let folder = |parent, name: &str| Edit::MakeDirectory {
        parent,
        name: Name::parse(name).unwrap(),
        times: Times::default(),
        meta: None,
    };
    for writers in [1, 8, 64] {
        let edits = vec![folder(root, &format!("w{writers}"))];
        let parent = space.commit(Request { edits, now: now(), tokens: vec![] }).await.unwrap().node().unwrap().id;
        let count = if writers == 1 { 1000 } else { 20_000 };
        let next = Arc::new(AtomicUsize::new(0));
        let began = Instant::now();
        let tasks: Vec<_> = (0..writers)
            .map(|_| {
                let (space, next) = (space.clone(), next.clone());
                tokio::spawn(async move {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        if at >= count {
                            break;
                        }
                        let mut bytes = vec![0; 4096];
                        bytes[..8].copy_from_slice(&(at as u64 * 64 + writers as u64).to_le_bytes());
                        put(&space, parent, &format!("f{at}"), bytes.into()).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let took = began.elapsed();
        println!("{writers:3} writers: {:.0} files of 4 KiB a second, durable", count as f64 / took.as_secs_f64());
    }
    let began = Instant::now();
    let path = ["w64".to_owned(), "f77".to_owned()];
    for _ in 0..200_000 {
        let found = space.resolve(root, &path).await.unwrap();
        let file = found.found.last().unwrap();
        space.read_small(file.content.unwrap()).await.unwrap().unwrap();
    }
    println!("resolve and read a cached file: {:.2} µs", began.elapsed().as_secs_f64() * 1e6 / 200_000.0);
    let parent = space.child(root, "w64").await.unwrap().unwrap().id;
    let began = Instant::now();
    let mut after: Option<String> = None;
    let mut listed = 0;
    while listed < 10_000 {
        let page = space.children(parent, after.as_deref(), 1000).await.unwrap();
        listed += page.len();
        after = page.last().map(|node| node.key.clone());
    }
    println!("list {listed} children: {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
    let bytes: Vec<u8> =
        (0..1_u64 << 30 >> 3).flat_map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_le_bytes()).collect();
    let bytes = Bytes::from(bytes);
    let began = Instant::now();
    let mut sink = space.sink(SinkPlan { size: Some(bytes.len() as u64), ..SinkPlan::default() });
    for at in (0..bytes.len()).step_by(128 << 10) {
        sink.write(bytes.slice(at..at + (128 << 10))).await.unwrap();
    }
    sink.finish().await.unwrap();
    println!("store 1 GiB, hashed and synced: {:.0} MB/s", bytes.len() as f64 / 1e6 / began.elapsed().as_secs_f64());
}
