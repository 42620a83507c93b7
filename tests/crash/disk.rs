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
        assert!(outcome.status.success(), "this test needs the right to mount a tmpfs (root in CI): {outcome}");
        SmallDisk { at: at.into() }
    }

    /// Somebody else's file, of which one can free the disk later.
    fn ballast(&self, size_mib: usize) -> PathBuf {
        let path = self.at.join("ballast");
        fs::write(&path, vec![1; size_mib << 20]).expect("there is room yet");
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
    let answer = house.ask(Ask::new("PUT", &format!("{}{name}", house.ada.files())).body(bytes.clone()));
    match answer.status {
        201 | 204 => {
            kept.insert(name.to_string(), bytes);
            true
        }
        507 => {
            assert!(!answer.body.is_empty(), "a full disk is explained: {answer}");
            false
        }
        _ => panic!("a full disk is 507 (RFC 4918 §11.5), not {answer}\n{}", house.log_tail()),
    }
}

/// Everything that was kept can be read, to the byte.
#[track_caller]
fn read_all(house: &House, kept: &BTreeMap<String, Vec<u8>>, why: &str) {
    for (name, bytes) in kept {
        let got = house.ask(Ask::new("GET", &format!("{}{name}", house.ada.files()))).expect(&[200], why);
        assert!(got.body == *bytes, "{why}: {name} has other bytes");
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

    let ballast = disk.ballast(24);
    // Uploads of all sizes until nothing goes in any more.
    let mut refused = 0;
    for number in 0..2_000_u64 {
        let size = [4_096, 300_000, 2_500_000, 40][(number % 4) as usize];
        if !put(&house, &mut kept, &format!("f{number}"), body::bytes(number, size)) {
            refused += 1;
        }
        if refused > 40 {
            break;
        }
    }
    assert!(refused > 0, "the disk was too large for this test");

    // Full to the last block: small writes too must be refused or kept, never half of each.
    for number in 0..50_u64 {
        put(&house, &mut kept, &format!("tiny{number}"), body::bytes(number, 100));
    }
    // A chunked upload in want of room.
    let folder = format!("{}full/", house.ada.uploads());
    let opened = house.ask(Ask::new("MKCOL", &folder));
    assert!([201, 507].contains(&opened.status), "{opened}");
    if opened.status == 201 {
        let part = house.ask(Ask::new("PUT", &format!("{folder}00001")).body(body::bytes(1, 3_000_000)));
        assert_eq!(part.status, 507, "{part}");
    }
    // Reads and listings go on.
    read_all(&house, &kept, "reads go on");
    house.ask(abri_house::dav::propfind(&files, "1", "<d:getetag/>")).expect(&[207], "listings go on");

    // Killed while full. It may come up, at least to read, or say why it cannot; never damage what is there.
    house.kill();
    let up = house.try_start();
    if let Err(why) = &up {
        println!("a full disk does not start: {why}");
        assert!(house.log_tail().contains("the disk is full"), "the reason is said: {}", house.log_tail());
    } else {
        read_all(&house, &kept, "reads after a restart on a full disk");
    }

    // Room again: everything works, without a restart if it was up.
    fs::remove_file(&ballast).expect("the ballast can go");
    if up.is_err() {
        house.start();
    }
    let mut room = 0;
    for number in 0..10_u64 {
        room += u32::from(put(&house, &mut kept, &format!("again{number}"), body::bytes(number, 4_096)));
    }
    assert_eq!(room, 10, "after space was freed, writes work again");
    read_all(&house, &kept, "nothing was lost");
    println!("full disk: {} files kept, {refused} uploads refused with 507", kept.len());
    house.close();
}
