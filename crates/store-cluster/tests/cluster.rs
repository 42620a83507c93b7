//! The cluster engine does what every engine does, and survives its server.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use abri_model::SpaceId;
use abri_store::suite::{self, fixture, migration};
use abri_store::{Schema, Store, StoreError, oracle};
use abri_store_cluster::{Options, PgStore};
use server::Server;

async fn connect(server: &Server, schema: &'static Schema) -> PgStore {
    PgStore::connect(&server.url(), schema, Options::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behaviours() {
    let Some(server) = Server::start() else { return };
    let engine = connect(&server, &fixture::SCHEMA).await;
    let snapshots = tempfile::tempdir().unwrap();
    assert!(suite::all(&engine, snapshots.path()).await >= 25);
    // Two nodes start: the second finds everything made.
    connect(&server, &fixture::SCHEMA).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stories() {
    let Some(server) = Server::start() else { return };
    let snapshots = tempfile::tempdir().unwrap();
    let mut engine = connect(&server, &fixture::SCHEMA).await;
    for seed in 0..6 {
        engine = oracle::run(seed, 250, engine, None, snapshots.path()).await;
    }
}

#[tokio::test]
async fn tables_of_an_older_version_are_brought_up() {
    let Some(server) = Server::start() else { return };
    let space = SpaceId(7);
    migration::fill(&connect(&server, &migration::OLD).await, space).await;
    migration::use_new(&connect(&server, &migration::NEW).await, space).await;
    let old = PgStore::connect(&server.url(), &migration::OLD, Options::default()).await;
    assert!(matches!(old.err(), Some(StoreError::Damaged(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_connections_leave_no_doubt() {
    let Some(server) = Server::start() else { return };
    let engine = connect(&server, &fixture::SCHEMA).await;
    let (space, seed) = (SpaceId(9), 4711);
    let acknowledged = Arc::new(AtomicI64::new(0));
    let told = acknowledged.clone();
    let writer = tokio::spawn({
        let engine = engine.clone();
        async move {
            // An error means that nothing was written; then go on.
            let mut failures = 0;
            while told.load(Ordering::SeqCst) < 600 {
                let heard = told.clone();
                let writing =
                    oracle::crash::write_on(&engine, space, seed, |position| heard.store(position, Ordering::SeqCst));
                if tokio::time::timeout(Duration::from_secs(2), writing).await.is_ok() {
                    failures += 1;
                    let position = engine.seq(space).await.unwrap().1;
                    assert_eq!(position, told.load(Ordering::SeqCst), "an error, but something was written");
                } else {
                    // Given up in the middle of a commit, which may be done or not: as after a crash.
                    let position = oracle::crash::judge(&engine, space, seed, told.load(Ordering::SeqCst)).await;
                    told.store(position, Ordering::SeqCst);
                }
            }
            failures
        }
    });
    while !writer.is_finished() {
        tokio::time::sleep(Duration::from_millis(37)).await;
        server.psql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name='abri'");
    }
    println!("{} commits failed and were taken back", writer.await.unwrap());
    let last = acknowledged.load(Ordering::SeqCst);
    oracle::crash::judge(&engine, space, seed, last).await;
    server.crash();
    let engine = connect(&server, &fixture::SCHEMA).await;
    assert_eq!(oracle::crash::judge(&engine, space, seed, last).await, engine.seq(space).await.unwrap().1);
}
