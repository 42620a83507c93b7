//! The writer is killed, or the power is cut: what was acknowledged is there, in whole batches.
//!
//! The test runs itself again as the writer, which prints each position it was told is durable. `ABRI_CRASH_ROUNDS` sets how often;
//! `ABRI_POWERCUT` names the library that cuts the power (compile tests/crash/powercut.c).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use abri_model::SpaceId;
use abri_store::oracle::crash::{judge, write_on};
use abri_store::suite::fixture::SCHEMA;
use abri_store_sqlite::{Options, SqliteStore};

const DIRECTORY: &str = "ABRI_CRASH_DIRECTORY";
const SPACES: i64 = 4;
const SEED: u64 = 20_261_121;

fn open(directory: &Path) -> SqliteStore {
    // Small logs and few open spaces, so that checkpoints and closing are often what is interrupted.
    let options = Options { checkpoint_pages: 20, open_max: 3, ..Options::default() };
    SqliteStore::open(directory, &SCHEMA, options).unwrap()
}

/// The writer; does nothing unless the tests below run it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writer() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let engine = open(Path::new(&directory));
    let write = async |space: i64| {
        let error = write_on(&engine, SpaceId(space), SEED + space as u64, |position| {
            std::io::stdout().write_all(format!("\nack {space} {position}\n").as_bytes()).unwrap();
        });
        error.await
    };
    let failed = futures_util::future::select_all((1..=SPACES).map(|space| Box::pin(write(space)))).await.0;
    panic!("a writer failed: {failed}");
}

fn rounds(default: u64) -> u64 {
    std::env::var("ABRI_CRASH_ROUNDS").map_or(default, |rounds| rounds.parse().unwrap())
}

fn start(directory: &Path, environment: &[(&str, String)]) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "writer", "--nocapture", "--test-threads=1"]).env(DIRECTORY, directory);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
}

/// What a writer acknowledges until its end; `after_first` runs beside it from the first acknowledgement on.
fn listen(writer: &mut Child, acknowledged: &mut BTreeMap<i64, i64>, limit: Option<Duration>) {
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let mut begun = None;
    while let Some(Ok(line)) = lines.next() {
        let mut words = line.split(' ');
        if words.next() != Some("ack") {
            continue;
        }
        // The last line may be cut short only if the writer was killed inside one write, which pipes do not do.
        let mut number = || words.next().unwrap().parse::<i64>().unwrap();
        let (space, position) = (number(), number());
        acknowledged.insert(space, position);
        let begun = begun.get_or_insert_with(std::time::Instant::now);
        if limit.is_some_and(|limit| begun.elapsed() > limit) {
            // Already dead the second time: nothing to say.
            let _ = writer.kill();
        }
    }
    let status = writer.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9), "the writer ended by itself: {status}");
}

async fn judge_all(directory: &Path, acknowledged: &mut BTreeMap<i64, i64>) {
    let engine = open(directory);
    for space in 1..=SPACES {
        let last = acknowledged.get(&space).copied().unwrap_or(0);
        acknowledged.insert(space, judge(&engine, SpaceId(space), SEED + space as u64, last).await);
    }
}

#[tokio::test]
async fn killed_writers_lose_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeMap::new();
    for round in 0..rounds(8) {
        let mut writer = start(directory.path(), &[]);
        listen(&mut writer, &mut acknowledged, Some(Duration::from_millis(round * 97 % 400)));
        judge_all(directory.path(), &mut acknowledged).await;
    }
    println!("positions reached: {acknowledged:?}");
}

#[tokio::test]
async fn power_cuts_lose_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let (data, image) = (scratch.path().join("data"), scratch.path().join("image"));
    // The library of tests/crash/powercut.c, compiled.
    let Some(library) = std::env::var_os("ABRI_POWERCUT") else {
        eprintln!("no power-cut library is named by ABRI_POWERCUT: nothing tested");
        return;
    };
    std::fs::create_dir(&data).unwrap();
    let mut acknowledged = BTreeMap::new();
    for round in 0..rounds(20) {
        std::fs::create_dir(&image).unwrap();
        let environment = [
            ("LD_PRELOAD", Path::new(&library).display().to_string()),
            ("POWERCUT_ROOT", data.display().to_string()),
            ("POWERCUT_IMAGE", image.display().to_string()),
            ("POWERCUT_AFTER", (20 + round * 7919 % 3000).to_string()),
            ("POWERCUT_TORN", (round % 2 * 40).to_string()),
            ("POWERCUT_SEED", (round + 1).to_string()),
        ];
        let mut writer = start(&data, &environment);
        listen(&mut writer, &mut acknowledged, None);
        std::fs::remove_dir_all(&data).unwrap();
        // Files the library says were written behind its back: such a run proves nothing, and the next begins from nothing.
        if let Ok(blind) = std::fs::read_to_string(image.join("blind")) {
            eprintln!(
                "round {round} proves nothing, the library did not see all of {}",
                blind.trim().replace('\n', ", ")
            );
            std::fs::remove_dir_all(&image).unwrap();
            std::fs::create_dir(&data).unwrap();
            acknowledged.clear();
            continue;
        }
        std::fs::rename(image.join("after"), &data).unwrap();
        std::fs::remove_dir_all(&image).unwrap();
        judge_all(&data, &mut acknowledged).await;
    }
    println!("positions reached: {acknowledged:?}");
}
