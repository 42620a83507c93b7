//! Many spaces, few of them open; many tasks; no room on the disk.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use abri_model::SpaceId;
use abri_store::suite::fixture::{LARGE, NUMBER, SCHEMA, firsts, large, number, put};
use abri_store::{Fence, Mut, Scan, Snapshots, Store, StoreError, V};
use abri_store_sqlite::{Options, SqliteStore};

fn open(directory: &Path, options: Options) -> SqliteStore {
    SqliteStore::open(directory, &SCHEMA, options).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_spaces_with_room_for_two() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path(), Options { open_max: 2, checkpoint_pages: 10, ..Options::default() });
    let mut tasks = Vec::new();
    for n in 0..20 {
        let (engine, space) = (engine.clone(), SpaceId(1000 + n));
        tasks.push(tokio::spawn(async move {
            engine.create_space(space).await.unwrap();
            let mut fence = engine.acquire(space).await.unwrap();
            for round in 0..15 {
                put(&engine, &mut fence, &NUMBER, [number(round, &format!("{n}"), round)]).await;
                let found = firsts(&engine, &fence, Scan::by_index(&NUMBER, 0, vec![format!("{n}").into()], 99)).await;
                assert_eq!(found, (0..=round).map(V::I).collect::<Vec<_>>());
            }
            if n % 4 == 0 {
                engine.delete_space(space).await.unwrap();
                engine.create_space(space).await.unwrap();
                assert_eq!(engine.seq(space).await.unwrap(), (0, 0));
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    engine.close_idle().await;
    for space in engine.spaces().await.unwrap() {
        assert_eq!(engine.verify(space).await.unwrap(), Vec::<String>::new());
        engine.close_idle().await;
        let names: Vec<_> =
            std::fs::read_dir(engine.directory(space)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["space.db"], "a closed space is one file");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_meet_no_half_batch_and_no_old_one() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path(), Options { checkpoint_pages: 10, ..Options::default() });
    let space = SpaceId(1);
    engine.create_space(space).await.unwrap();
    let mut fence = engine.acquire(space).await.unwrap();
    put(&engine, &mut fence, &NUMBER, (0..30).map(|id| number(id, "v", 0))).await;
    let is_done = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for reader in 0..6 {
        let (engine, is_done) = (engine.clone(), is_done.clone());
        readers.push(tokio::spawn(async move {
            let (mut last, mut reads) = (0, 0);
            while !is_done.load(Ordering::SeqCst) {
                let rows: Vec<_> = if reader % 2 == 0 {
                    engine.scan(space, Scan::by_key(&NUMBER, vec![], 99)).await.unwrap()
                } else {
                    let keys: Vec<_> = (0..30).map(|id| vec![V::I(id)]).collect();
                    engine.get(space, &NUMBER, &keys).await.unwrap().into_iter().flatten().collect()
                };
                let round = rows[0][2].as_i64().unwrap();
                assert!(rows.len() == 30 && rows.iter().all(|row| row[2] == V::I(round)) && round >= last);
                last = round;
                reads += 1;
            }
            reads
        }));
    }
    for round in 1..200 {
        put(&engine, &mut fence, &NUMBER, (0..30).map(|id| number(id, "v", round))).await;
    }
    is_done.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
    assert!(
        std::fs::metadata(engine.directory(space).join("space.db-wal")).unwrap().len() < 4 << 20,
        "the log grew without end"
    );
}

/// A small file system that is taken down at the end.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount(options: &str) -> Option<Disk> {
        let directory = tempfile::tempdir().unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(directory.path()).status();
        mounted.is_ok_and(|status| status.success()).then_some(Disk(directory))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // In a panic there may be open files: lazily, then.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_loses_nothing() {
    let Some(disk) = Disk::mount("size=6m") else {
        eprintln!("may not mount here: nothing tested");
        return;
    };
    let engine = open(disk.0.path(), Options { checkpoint_pages: 100, ..Options::default() });
    let space = SpaceId(1);
    engine.create_space(space).await.unwrap();
    let mut fence = engine.acquire(space).await.unwrap();
    let write = async |fence: &mut Fence, n: i64| {
        let next = fence.seq + 1;
        engine
            .commit(
                fence,
                next,
                vec![
                    Mut::Put(&LARGE, large(n, "id", &"x".repeat(20_000), V::Null)),
                    Mut::Put(&NUMBER, number(n, "v", n)),
                ],
            )
            .await
    };
    let mut written = 0;
    let full = loop {
        match write(&mut fence, written).await {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, StoreError::Full), "{full:?}");
    assert!(written > 50);
    for _ in 0..5 {
        assert!(matches!(write(&mut fence, written).await, Err(StoreError::Full)));
    }
    // A space that cannot be made is not there, or it is whole.
    for n in 2..40 {
        match engine.create_space(SpaceId(n)).await {
            Ok(()) => assert_eq!(engine.seq(SpaceId(n)).await.unwrap(), (0, 0)),
            Err(error) => {
                assert!(matches!(error, StoreError::Full), "{error:?}");
                assert!(matches!(engine.seq(SpaceId(n)).await, Err(StoreError::NoSpace(_))));
            }
        }
    }
    let expected: Vec<V> = (0..written).map(V::I).collect();
    let everything = || Scan::by_key(&NUMBER, vec![], 10_000);
    assert_eq!(firsts(&engine, &fence, everything()).await, expected);
    assert_eq!(firsts(&engine, &fence, Scan::by_key(&LARGE, vec![], 10_000)).await, expected);
    assert_eq!(engine.seq(space).await.unwrap(), (1, written));
    // Room again: the same writer goes on.
    let more = Command::new("mount").args(["-o", "remount,size=40m"]).arg(disk.0.path()).status().unwrap();
    assert!(more.success());
    write(&mut fence, written).await.unwrap();
    drop(engine);
    let engine = open(disk.0.path(), Options::default());
    assert_eq!(firsts(&engine, &fence, everything()).await.len() as i64, written + 1);
    assert_eq!(engine.verify(space).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_damaged_file_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let space = SpaceId(1);
    let engine = open(directory.path(), Options::default());
    engine.create_space(space).await.unwrap();
    let copy = directory.path().join("copy");
    engine.snapshot(space, &copy).await.unwrap();
    let path = engine.directory(space).join("space.db");
    drop(engine);
    std::fs::write(&path, "this is no database at all ".repeat(1000)).unwrap();
    let engine = open(directory.path(), Options::default());
    assert!(matches!(engine.seq(space).await, Err(StoreError::Damaged(_))));
    assert!(matches!(engine.acquire(space).await, Err(StoreError::Damaged(_))));
    // And its copy can be put in its place.
    engine.restore(space, &copy).await.unwrap();
    assert_eq!(engine.seq(space).await.unwrap(), (1, 0));
}
