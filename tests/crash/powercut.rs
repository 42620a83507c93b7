//! Power cuts: only what was synced survives, and nothing acknowledged may be missing from that.
//!
//! crash/powercut.c is preloaded into the server and cuts before a call chosen by the dice: between a write and its
//! sync, between a rename and the sync of its directory, anywhere. In half of the runs a part of the unsynced writes
//! survives, in any order, as on a real disk. `ABRI_CUTS` sets how many, `ABRI_SEED` replays a run.

use abri_house::crowd::{Client, Follower, together, verify_all};
use abri_house::{Dice, House, Stranger, house};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const CUTS: u64 = 40;
/// A cut that has not come after this much load means that nothing is written any more.
const LOAD_MAX: Duration = Duration::from_secs(60);

/// The shim, compiled.
fn shim(dir: &Path) -> PathBuf {
    let library = dir.join("powercut.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("crash/powercut.c");
    Stranger::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o"])
        .arg(&library)
        .arg(&source)
        .args(["-ldl", "-lpthread"])
        .good();
    library
}

/// Puts what the disk held in the place of the data directory.
#[track_caller]
fn power_returns(image: &Path, data: &Path) {
    let blind = fs::read_to_string(image.join("blind")).unwrap_or_default();
    assert!(blind.is_empty(), "files were written in ways the shim does not see: {blind}");
    let after = image.join("after");
    assert!(after.is_dir(), "the shim laid out no disk");
    fs::remove_dir_all(data).expect("the data directory can be removed");
    fs::rename(&after, data).expect("the disk can be put in place");
    fs::remove_dir_all(image).expect("the image can be removed");
}

#[test]
fn forty_cuts() {
    let cuts = std::env::var("ABRI_CUTS").map_or(CUTS, |text| text.parse().expect("ABRI_CUTS is a number"));
    let mut dice = Dice::from_environment("crash_powercut");
    let mut house = House::open();
    let library = shim(&house.scratch("shim"));
    let image = house.scratch("shim").join("image");
    let ada = house.ada.clone();
    let space = house.shared_space("Common", &["ada"]);
    let root = ada.files();
    let mut clients = vec![
        Client::new(&house, &ada, &root, "one", dice.split()),
        Client::new(&house, &ada, &root, "two", dice.split()),
        Client::new(&house, &ada, &space, "three", dice.split()),
    ];
    clients[1].size_bytes_max = 3_000_000;
    let mut follower = Follower::new(&ada, &root);
    house.stop();

    let mut during_start = 0;
    for cut in 1..=cuts {
        fs::create_dir_all(&image).expect("a directory for the image");
        // Mostly soon after the start, sometimes in it, sometimes after a long run with checkpoints.
        let after = match dice.below(10) {
            0 => dice.below(150),
            1..=6 => dice.between(150, 1_000),
            _ => dice.between(1_000, 8_000),
        };
        let torn = if dice.chance(50) { dice.between(1, 100) } else { 0 };
        house.preload(&[
            ("LD_PRELOAD", library.display().to_string()),
            ("POWERCUT_ROOT", house.data().display().to_string()),
            ("POWERCUT_IMAGE", image.display().to_string()),
            ("POWERCUT_AFTER", after.to_string()),
            ("POWERCUT_TORN", torn.to_string()),
            ("POWERCUT_SEED", dice.roll().to_string()),
        ]);
        let round = format!("cut {cut} (after {after} calls, {torn} % of unsynced writes survive)");
        match house.try_start() {
            Ok(()) => {
                let wrongs = together(house.address(), &mut clients, &mut follower, || {
                    house.ends(LOAD_MAX);
                });
                assert!(wrongs.is_empty(), "{round}: {}\n{}", wrongs.join("\n"), house.log_tail());
            }
            // The cut came while the server was starting; that must be survived as well.
            Err(why) if image.join("after").exists() => {
                during_start += 1;
                println!("{round}: while starting ({why})");
            }
            Err(why) => panic!("{round}: {why}\n{}", house.log_tail()),
        }
        power_returns(&image, house.data());
        house.preload(&[]);
        house.check();
        house.start();
        verify_all(&house, &mut clients, &mut follower, &round);
        house.stop();
    }
    let acknowledged: u64 = clients.iter().map(|client| client.acknowledged).sum();
    println!("{cuts} power cuts ({during_start} while starting): {acknowledged} acknowledged writes, none lost");
    assert!(acknowledged > cuts, "the clients did work: {acknowledged}");
    house.close();
}

/// A run of a program under the shim, to its cut.
fn under_the_shim(dir: &Path, root: &Path, command: &mut Command) {
    let image = dir.join("image");
    fs::create_dir_all(&image).expect("a directory");
    let status = command
        .env("LD_PRELOAD", shim(dir))
        .env("POWERCUT_ROOT", root)
        .env("POWERCUT_IMAGE", &image)
        .status()
        .expect("the probe can be run");
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(libc::SIGKILL),
        "the probe ends by the cut"
    );
    power_returns(&image, root);
}

/// Run by `the_shim_loses_what_was_not_synced` in a process of its own, with the shim preloaded.
#[test]
#[ignore = "only under the shim"]
fn probe() {
    let root = PathBuf::from(std::env::var_os("POWERCUT_ROOT").expect("run by another test"));
    let at = |name: &str| root.join(name);
    let sync = |name: &str| fs::File::open(at(name)).expect("a file").sync_all().expect("a sync");
    let write = |name: &str, text: &str| fs::write(at(name), text).expect("a write");

    write("synced", "kept");
    sync("synced");
    write("not-synced", "lost");
    write("overwritten", "old");
    sync("overwritten");
    write("grown", "base");
    sync("grown");
    write("cut-off", "long enough");
    sync("cut-off");
    write("renamed-from", "stays");
    sync("renamed-from");
    write("removed", "returns");
    sync("removed");
    fs::create_dir(at("dir")).expect("a directory");
    sync("");
    // Names are synced up to here.
    write("overwritten", "new");
    std::io::Write::write_all(&mut fs::File::options().append(true).open(at("grown")).expect("a file"), b"+more")
        .expect("a write");
    fs::File::options().write(true).open(at("cut-off")).expect("a file").set_len(4).expect("a cut");
    fs::rename(at("renamed-from"), at("renamed-to")).expect("a rename");
    fs::remove_file(at("removed")).expect("a removal");
    // Very likely the inode of the removed file; its content must not come back under the old name.
    write("reused", "another file");
    sync("reused");
    write("dir/inner", "no name");
    sync("dir/inner");
    write("dir2", "synced without its directory");
    sync("dir2");
    let _ = fs::remove_file(at("powercut-now"));
}

#[test]
fn the_shim_loses_what_was_not_synced() {
    let dir = tempfile::tempdir().expect("a directory");
    let root = dir.path().join("root");
    fs::create_dir(&root).expect("a directory");
    fs::write(root.join("before"), "was there").expect("a file");
    let test = std::env::current_exe().expect("a test knows where it is");
    under_the_shim(dir.path(), &root, Command::new(test).args(["--exact", "probe", "--ignored", "--test-threads=1"]));

    let read = |name: &str| fs::read_to_string(root.join(name)).ok();
    for (name, held) in [
        ("before", Some("was there")),
        ("synced", Some("kept")),
        ("not-synced", Some("")),
        ("overwritten", Some("old")),
        ("grown", Some("base")),
        ("cut-off", Some("long enough")),
        ("renamed-from", Some("stays")),
        ("renamed-to", None),
        ("removed", Some("returns")),
        ("reused", None),
        ("dir/inner", None),
        ("dir2", None),
    ] {
        assert_eq!(read(name).as_deref(), held, "{name}");
    }
}

/// The shim must be able to show the fault it is there for: SQLite with `synchronous=NORMAL` loses commits.
#[test]
fn the_shim_tells_full_from_normal() {
    let commits = |mode: &str| {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dir.path().join("root");
        fs::create_dir(&root).expect("a directory");
        let script = format!(
            "import os, sqlite3, sys\n\
             db = sqlite3.connect(sys.argv[1] + '/x.db', isolation_level=None)\n\
             db.execute('pragma journal_mode=wal')\n\
             db.execute('pragma synchronous={mode}')\n\
             db.execute('create table t(n)')\n\
             [db.execute('insert into t values(?)', (n,)) for n in range(100)]\n\
             os.unlink(sys.argv[1] + '/powercut-now')\n"
        );
        under_the_shim(dir.path(), &root, Command::new("python3").args(["-c", &script]).arg(&root));
        let count = "import sqlite3, sys\ntry: print(sqlite3.connect(sys.argv[1] + '/x.db').execute('select count(*) from t').fetchone()[0])\nexcept sqlite3.Error: print(0)";
        Stranger::new("python3").args(["-c", count]).arg(&root).good().trim().parse::<u32>().expect("a count")
    };
    assert_eq!(commits("full"), 100, "what FULL committed is kept");
    assert!(commits("normal") < 100, "what NORMAL committed is lost");
}

/// The binary must be one that the shim can see into.
#[test]
fn the_server_calls_the_c_library() {
    let out = Stranger::new("ldd").arg(house::binary()).good();
    assert!(out.contains("libc.so"), "a static binary passes by LD_PRELOAD: {out}");
}
