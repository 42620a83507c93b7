//! Measures the embedded engine: `cargo run --release --example commits [directory] [seconds]`.
#![allow(clippy::unwrap_used, reason = "a measurement stops at the first fault")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use abri_model::SpaceId;
use abri_store::table::{Column, Index, Schema, Table, Type};
use abri_store::{Mut, Row, Scan, Snapshots, Store, V};
use abri_store_sqlite::{Options, SqliteStore};

const fn column(name: &'static str, ty: Type) -> Column {
    Column { name, ty, null: false, since: 1 }
}

const fn index(name: &'static str, columns: &'static [usize]) -> Index {
    Index { name, columns, not_null: None, since: 1 }
}

/// Documents as a space has them: a body of 850 bytes, two indexes.
static DOC: Table = Table {
    name: "doc",
    columns: &[
        column("kind", Type::I),
        column("id", Type::T),
        column("seq", Type::I),
        column("grp", Type::I),
        column("body", Type::T),
    ],
    key: 2,
    large: true,
    indexes: &[index("doc_seq", &[2]), index("doc_grp", &[3, 2])],
    since: 1,
};

/// Nodes of a tree: fifteen columns.
static NODE: Table = Table {
    name: "node",
    columns: &[
        column("id", Type::I),
        column("parent", Type::I),
        column("name", Type::T),
        column("kind", Type::I),
        column("seq", Type::I),
        column("tree_seq", Type::I),
        column("size", Type::I),
        column("made", Type::I),
        column("changed", Type::I),
        column("mime", Type::T),
        column("flags", Type::I),
        column("content", Type::I),
        column("rev", Type::B),
        column("gen", Type::I),
        column("uploaded", Type::I),
    ],
    key: 1,
    large: false,
    indexes: &[index("node_name", &[1, 2])],
    since: 1,
};

static SCHEMA: Schema = Schema { version: 1, tables: &[&DOC, &NODE] };

fn doc(number: i64) -> Mut {
    let body = format!("{{\"number\":{number},\"text\":\"{}\"}}", "x".repeat(820));
    Mut::Put(
        &DOC,
        vec![
            V::I(1),
            V::T(format!("{:032x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64))),
            V::I(number),
            V::I(number % 100),
            V::T(body),
        ],
    )
}

fn node(number: i64) -> Row {
    let mut row = vec![V::I(number), V::I(1), V::T(format!("file number {number:06}.jpeg")), V::I(1)];
    row.extend((4..9).map(|n| V::I(number * n)));
    row.extend([V::from("image/jpeg"), V::I(0), V::I(number), V::from(vec![7; 16]), V::I(1), V::I(number)]);
    row
}

/// Processor time of the process so far.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // User and system time, in hundredths of a second.
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis(10 * (ticks(11) + ticks(12)))
}

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next())
        .and_then(|kib| kib.parse::<f64>().ok())
        .map_or(0.0, |kib| kib / 1024.0)
}

fn open(directory: &Path) -> SqliteStore {
    SqliteStore::open(directory, &SCHEMA, Options::default()).unwrap()
}

/// `writers` tasks that each commit batches of `batch` documents to a space of their own, for `seconds`.
async fn commits(engine: &SqliteStore, first: i64, writers: i64, batch: i64, seconds: f64) {
    let mut tasks = Vec::new();
    for writer in 0..writers {
        let (engine, space) = (engine.clone(), SpaceId(first + writer));
        engine.create_space(space).await.unwrap();
        tasks.push(tokio::spawn(async move {
            let mut fence = engine.acquire(space).await.unwrap();
            let (begun, mut waits) = (Instant::now(), Vec::new());
            while begun.elapsed().as_secs_f64() < seconds {
                let muts = (fence.seq..fence.seq + batch).map(doc).collect();
                let (asked, next) = (Instant::now(), fence.seq + batch);
                engine.commit(&mut fence, next, muts).await.unwrap();
                waits.push(asked.elapsed());
            }
            waits
        }));
    }
    let mut waits: Vec<Duration> = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    waits.sort();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize];
    println!(
        "{writers:3} writers, {batch:3} documents a batch: {:8.0} documents/s, {:6.0} commits/s, p50 {:?}, p99 {:?}, worst {:?}",
        waits.len() as f64 * batch as f64 / seconds,
        waits.len() as f64 / seconds,
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

async fn reads(engine: &SqliteStore, space: SpaceId) {
    engine.create_space(space).await.unwrap();
    let mut fence = engine.acquire(space).await.unwrap();
    engine.commit(&mut fence, 10_000, (2..10_002).map(|n| Mut::Put(&NODE, node(n))).collect()).await.unwrap();
    let each = |begun: Instant, times: u32| begun.elapsed() / times;
    let begun = Instant::now();
    for n in 0..20_000 {
        let found = engine.get(space, &NODE, &[vec![V::I(2 + (n * 7919) % 10_000)]]).await.unwrap();
        assert!(found[0].is_some());
    }
    println!("get one row: {:?}", each(begun, 20_000));
    let keys: Vec<Row> = (0..64).map(|n| vec![V::I(2 + (n * 7919) % 10_000)]).collect();
    let begun = Instant::now();
    for _ in 0..1000 {
        engine.get(space, &NODE, &keys).await.unwrap();
    }
    println!("get 64 rows: {:?}", each(begun, 1000));
    for limit in [25, 10_000] {
        let times = if limit == 25 { 5000 } else { 60 };
        let (begun, cpu_before) = (Instant::now(), cpu());
        for _ in 0..times {
            let found = engine.scan(space, Scan::by_index(&NODE, 0, vec![V::I(1)], limit)).await.unwrap();
            assert_eq!(found.len(), limit);
        }
        println!(
            "scan {limit} rows of 15 columns: {:?}, {:?} of processor time",
            each(begun, times),
            (cpu() - cpu_before) / times
        );
    }
}

async fn opening(engine: &SqliteStore) {
    let begun = Instant::now();
    for n in 0..30 {
        engine.create_space(SpaceId(10_000 + n)).await.unwrap();
    }
    println!("create: {:?}", begun.elapsed() / 30);
    let begun = Instant::now();
    for n in 0..30 {
        engine.seq(SpaceId(10_000 + n)).await.unwrap();
    }
    println!("open and read: {:?}", begun.elapsed() / 30);
    let before = resident_mib();
    for n in 0..400 {
        engine.create_space(SpaceId(20_000 + n)).await.unwrap();
    }
    for n in 0..400 {
        let mut fence = engine.acquire(SpaceId(20_000 + n)).await.unwrap();
        engine.commit(&mut fence, 1, vec![doc(1)]).await.unwrap();
        engine.get(SpaceId(20_000 + n), &DOC, &[vec![V::I(1), "".into()]]).await.unwrap();
    }
    println!(
        "400 open spaces, one writer and one reader each: {:.0} MiB more, {:.0} in all",
        resident_mib() - before,
        resident_mib()
    );
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().map_or_else(|| std::env::temp_dir().join("abri-commits"), PathBuf::from);
    let seconds: f64 = arguments.next().map_or(3.0, |seconds| seconds.parse().unwrap());
    let engine = open(&directory);
    for space in engine.spaces().await.unwrap() {
        engine.delete_space(space).await.unwrap();
    }
    reads(&engine, SpaceId(1)).await;
    commits(&engine, 100, 1, 1, seconds).await;
    commits(&engine, 200, 1, 64, seconds).await;
    commits(&engine, 300, 64, 1, seconds).await;
    commits(&engine, 400, 64, 8, seconds).await;
    opening(&engine).await;
    let begun = Instant::now();
    engine.close_idle().await;
    println!("close all: {:?}", begun.elapsed());
    drop(engine);
    std::fs::remove_dir_all(&directory).unwrap();
}
