//! The memory engine does what every engine does.

use abri_store::memory::MemoryStore;
use abri_store::suite::{self, fixture};

#[test]
fn behaviours() {
    let directory = tempfile::tempdir().unwrap();
    let engine = MemoryStore::new(&fixture::SCHEMA);
    assert!(futures_util::FutureExt::now_or_never(suite::all(&engine, directory.path())).unwrap() >= 25);
}
