//! The memory engine does what every engine does.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use abri_store::memory::MemoryStore;
use abri_store::suite::{self, fixture};

#[test]
fn behaviours() {
    let directory = tempfile::tempdir().unwrap();
    let engine = MemoryStore::new(&fixture::SCHEMA);
    assert!(futures_util::FutureExt::now_or_never(suite::all(&engine, directory.path())).unwrap() >= 25);
}

#[test]
fn the_oracle_agrees_with_itself() {
    let directory = tempfile::tempdir().unwrap();
    for seed in 0..20 {
        let engine = MemoryStore::new(&fixture::SCHEMA);
        let run = abri_store::oracle::run(seed, 400, engine, None, directory.path());
        futures_util::FutureExt::now_or_never(run).unwrap();
    }
}
