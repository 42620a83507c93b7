//! A full disk: refused politely, nothing lost, reads go on, and it works again when there is room.

use abri_house::{Ask, House, Stranger, body};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A small file system, gone at the end whatever happens.
struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    fn new(at: &Path, size_mib: u32) -> SmallDisk {
        fs::create_dir_all(at).expect("a mount point");
        let outcome = Stranger::new("mount")
            .args(["-t", "tmpfs", "-o"])
            .arg(format!("size={size_mib}m,mode=0700"))
            .arg("abri-small-disk")
            .arg(at)
            .run();
        assert!(
            outcome.status.success(),
            "this test needs the right to mount a tmpfs (root in CI): {outcome}"
        );
        SmallDisk { at: at.into() }
    }

    /// A file that takes all the room there is left but `spare_bytes`.
    fn fill(&self, spare_bytes: u64) -> PathBuf {
        let path = self.at.join("ballast");
        let free = Stranger::new("df")
            .args(["--output=avail", "-B1"])
            .arg(&self.at)
            .good();
        let free: u64 = free
            .lines()
            .last()
            .and_then(|line| line.trim().parse().ok())
            .expect("df tells bytes");
        let file = fs::File::create(&path).expect("a file");
        let size = free.saturating_sub(spare_bytes);
        let outcome = Stranger::new("fallocate")
            .args(["-l", &size.to_string()])
            .arg(&path)
            .run();
        assert!(outcome.status.success(), "{outcome}");
        drop(file);
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Stranger::new("umount").arg("-l").arg(&self.at).run();
    }
}

/// An upload; whether it was kept. Anything between kept and 507 ends the test.
#[track_caller]
fn put(house: &House, kept: &mut BTreeMap<String, Vec<u8>>, name: &str, bytes: Vec<u8>) -> bool {
    let answer =
        house.ask(Ask::new("PUT", &format!("{}{name}", house.ada.files())).body(bytes.clone()));
    match answer.status {
        201 | 204 => {
            kept.insert(name.to_string(), bytes);
            true
        }
        507 => {
            assert!(
                !answer.body.is_empty(),
                "a full disk is explained: {answer}"
            );
            false
        }
        _ => panic!(
            "a full disk is 507 (RFC 4918 §11.5), not {answer}\n{}",
            house.log_tail()
        ),
    }
}

#[test]
fn a_full_disk() {
    let outer = tempfile::tempdir().expect("a directory");
    let disk = SmallDisk::new(&outer.path().join("disk"), 96);
    let data = disk.at.join("data");
    let mut house = House::plan().data(&data).open();
    let files = house.ada.files();
    let mut kept: BTreeMap<String, Vec<u8>> = BTreeMap::new();

    // Uploads of all sizes until nothing goes in any more.
    let mut refused = 0;
    for number in 0..2_000_u64 {
        let size = [4_096, 300_000, 2_500_000, 40][(number % 4) as usize];
        if !put(
            &house,
            &mut kept,
            &format!("f{number}"),
            body::bytes(number, size),
        ) {
            refused += 1;
        }
        if refused > 40 {
            break;
        }
    }
    assert!(refused > 0, "the disk was too large for this test");

    // Full to the last block: small writes too must be refused or kept, never half of each.
    let ballast = disk.fill(0);
    for number in 0..50_u64 {
        put(
            &house,
            &mut kept,
            &format!("tiny{number}"),
            body::bytes(number, 100),
        );
    }
    // A chunked upload in want of room.
    let folder = format!("{}full/", house.ada.uploads());
    let opened = house.ask(Ask::new("MKCOL", &folder));
    assert!([201, 507].contains(&opened.status), "{opened}");
    if opened.status == 201 {
        let part =
            house.ask(Ask::new("PUT", &format!("{folder}00001")).body(body::bytes(1, 3_000_000)));
        assert_eq!(part.status, 507, "{part}");
    }
    // Reads and listings go on.
    for (name, bytes) in &kept {
        let got = house
            .ask(Ask::new("GET", &format!("{files}{name}")))
            .expect(&[200], "reads go on");
        assert_eq!(got.body, *bytes, "{name}");
    }
    house
        .ask(abri_house::dav::propfind(&files, "1", "<d:getetag/>"))
        .expect(&[207], "listings go on");

    // Killed while full, started while full: it must come up, at least to read.
    house.kill();
    house.start();
    for (name, bytes) in &kept {
        let got = house
            .ask(Ask::new("GET", &format!("{files}{name}")))
            .expect(&[200], "reads after a restart on a full disk");
        assert_eq!(got.body, *bytes, "{name}");
    }

    // Room again: everything works without a restart.
    fs::remove_file(&ballast).expect("the ballast can go");
    let mut room = 0;
    for number in 0..10_u64 {
        room += u32::from(put(
            &house,
            &mut kept,
            &format!("again{number}"),
            body::bytes(number, 4_096),
        ));
    }
    assert_eq!(room, 10, "after space was freed, writes work again");
    for (name, bytes) in &kept {
        let got = house
            .ask(Ask::new("GET", &format!("{files}{name}")))
            .expect(&[200], "nothing was lost");
        assert_eq!(got.body, *bytes, "{name}");
    }
    println!(
        "full disk: {} files kept, {refused} uploads refused with 507",
        kept.len()
    );
    house.close();
}
