//! Random stories, told alike by the embedded engine and the memory one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use abri_store::oracle;
use abri_store::suite::fixture::SCHEMA;
use abri_store_sqlite::{Options, SqliteStore};

/// Steps of a story.
const STEPS: usize = 400;

fn open(directory: &Path, options: &Options) -> SqliteStore {
    SqliteStore::open(directory, &SCHEMA, options.clone()).unwrap()
}

async fn tell(seeds: std::ops::Range<u64>, options: Options) {
    let (directory, snapshots) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut engine = open(directory.path(), &options);
    let reopen = |engine: SqliteStore| {
        let (path, options) = (directory.path().to_owned(), options.clone());
        let again: futures_util::future::BoxFuture<'static, SqliteStore> = Box::pin(async move {
            drop(engine);
            open(&path, &options)
        });
        again
    };
    for seed in seeds {
        engine = oracle::run(seed, STEPS, engine, Some(&reopen), snapshots.path()).await;
    }
}

/// Seeds from the environment, for a long night: `ABRI_ORACLE_SEEDS=1000..2000`.
fn seeds(default: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let asked = std::env::var("ABRI_ORACLE_SEEDS").ok();
    let range = asked.as_deref().and_then(|asked| asked.split_once(".."));
    range.map_or(default, |(from, to)| from.parse().unwrap()..to.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stories() {
    tell(seeds(0..12), Options::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stories_with_one_space_open_and_tiny_logs() {
    tell(seeds(100..108), Options { open_max: 1, checkpoint_pages: 2, page_cache_kib: 16, ..Options::default() }).await;
}
