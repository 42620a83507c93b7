//! The embedded engine does what every engine does.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use abri_model::SpaceId;
use abri_store::suite::{self, fixture, migration};
use abri_store::{Schema, Store, StoreError};
use abri_store_sqlite::{Options, SqliteStore};

fn open(directory: &Path, schema: &'static Schema) -> SqliteStore {
    SqliteStore::open(directory, schema, Options::default()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behaviours() {
    let (directory, snapshots) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = open(directory.path(), &fixture::SCHEMA);
    assert!(suite::all(&engine, snapshots.path()).await >= 25);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behaviours_with_one_space_open() {
    let (directory, snapshots) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let options = Options { open_max: 1, checkpoint_pages: 5, ..Options::default() };
    let engine = SqliteStore::open(directory.path(), &fixture::SCHEMA, options).unwrap();
    suite::all(&engine, snapshots.path()).await;
}

#[tokio::test]
async fn a_space_of_an_older_version_is_brought_up() {
    let directory = tempfile::tempdir().unwrap();
    let space = SpaceId(7);
    let old = open(directory.path(), &migration::OLD);
    migration::fill(&old, space).await;
    drop(old);
    let new = open(directory.path(), &migration::NEW);
    migration::use_new(&new, space).await;
    drop(new);
    // And not back again.
    let old = open(directory.path(), &migration::OLD);
    assert!(matches!(old.seq(space).await, Err(StoreError::Damaged(_))));
}
