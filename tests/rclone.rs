//! rclone 1.60 (Debian), as vendor `nextcloud` and as vendor `other`: copy, check, sync, move, about.

use abri_house::{House, Stranger, body, dav};
use std::fs;
use std::path::{Path, PathBuf};

struct Remote<'a> {
    house: &'a House,
    config: PathBuf,
}

impl Remote<'_> {
    fn new<'a>(house: &'a House, vendor: &str, path: &str) -> Remote<'a> {
        let obscured = Stranger::new("rclone").args(["obscure", &house.ada.secret]).good();
        let config = house.scratch("rclone").join(format!("{vendor}.conf"));
        let text = format!(
            "[abri]\ntype = webdav\nurl = {}\nvendor = {vendor}\nuser = {}\npass = {}\n",
            house.url(path),
            house.ada.name,
            obscured.trim()
        );
        fs::write(&config, text).expect("a config file");
        Remote { house, config }
    }

    #[track_caller]
    fn run(&self, words: &[&str]) -> String {
        let outcome = Stranger::new("rclone")
            .arg("--config")
            .arg(&self.config)
            // One try: a retry would hide an error of ours.
            .args(["--retries", "1", "--low-level-retries", "1", "-v"])
            .args(words)
            .run();
        assert!(outcome.status.success(), "rclone {words:?}: {outcome}\n{}", self.house.log_tail());
        assert!(!outcome.err.contains("ERROR"), "rclone {words:?} complains: {outcome}");
        format!("{}{}", outcome.out, outcome.err)
    }
}

/// A tree that a person might have: names with blanks, accents and signs, empty files, some depth.
fn plant(dir: &Path) -> usize {
    let names =
        ["a.txt", "Été à la mer.jpg", "50% & more #1.md", "+plus+.txt", "empty", "日本語.txt", "semi;colon,comma.csv"];
    let mut count = 0;
    for (depth, folder) in ["", "Photos", "Photos/2024 — août", "Documents/Impôts/2023"].iter().enumerate() {
        let folder = dir.join(folder);
        fs::create_dir_all(&folder).expect("a folder");
        for (number, name) in names.iter().enumerate() {
            let size = if *name == "empty" { 0 } else { 1_000 * (depth + 1) * (number + 1) };
            fs::write(folder.join(name), body::bytes((depth * 10 + number) as u64, size)).expect("a file");
            count += 1;
        }
    }
    fs::write(dir.join("large.bin"), body::bytes(99, 12 << 20)).expect("a file");
    count + 1
}

fn every_command(vendor: &str, path: &str) {
    let house = House::open();
    let remote = Remote::new(&house, vendor, path);
    let here = house.scratch("here");
    let count = plant(&here);
    let here_text = here.to_str().expect("UTF-8");

    remote.run(&["copy", here_text, "abri:box"]);
    remote.run(&["check", "--download", here_text, "abri:box"]);
    if vendor == "nextcloud" {
        // By checksum, without downloading: the server must give hashes that are true.
        let said = remote.run(&["check", "--checksum", here_text, "abri:box"]);
        assert!(!said.contains("hashes could not be checked"), "every file has a SHA-1 or MD5: {said}");
    }

    // The modification time is kept (X-OC-Mtime), so a second copy has nothing to do.
    if vendor == "nextcloud" {
        let said = remote.run(&["copy", here_text, "abri:box"]);
        assert!(!said.contains("Copied"), "nothing changed, nothing copied: {said}");
    }

    // Sync: one file changed, one gone, one new.
    fs::write(here.join("a.txt"), b"changed").expect("a file");
    fs::remove_file(here.join("Photos/empty")).expect("a file to remove");
    fs::write(here.join("Photos/new.txt"), b"new").expect("a file");
    remote.run(&["sync", here_text, "abri:box"]);
    remote.run(&["check", "--download", here_text, "abri:box"]);

    remote.run(&["moveto", "abri:box/Photos", "abri:box/Pictures/All of them"]);
    remote.run(&["copyto", "abri:box/a.txt", "abri:box/a copy.txt"]);
    remote.run(&["moveto", "abri:box/large.bin", "abri:box/Documents/larger.bin"]);
    let listed = remote.run(&["lsf", "-R", "--files-only", "abri:box"]);
    let files: Vec<&str> = listed.lines().filter(|line| !line.contains(" : ") && !line.is_empty()).collect();
    assert!(files.contains(&"Pictures/All of them/Été à la mer.jpg"), "{files:?}");
    assert!(files.contains(&"Documents/larger.bin") && files.contains(&"a copy.txt"), "{files:?}");
    assert_eq!(files.len(), count + 1, "{files:?}");

    // `move` of a whole tree back to the disk empties the server.
    let back = house.scratch("back");
    remote.run(&["move", "--delete-empty-src-dirs", "abri:box/Pictures", back.to_str().expect("UTF-8")]);
    assert_eq!(fs::read(back.join("All of them/new.txt")).expect("the file came back"), b"new");
    assert_eq!(remote.run(&["cat", "abri:box/a copy.txt"]).lines().next(), Some("changed"));

    let about = remote.run(&["about", "abri:", "--json"]);
    assert!(about.contains("\"used\""), "quota is told (RFC 4331): {about}");

    remote.run(&["purge", "abri:box"]);
    let rows = dav::Multistatus::of(&house.ask(dav::propfind(path, "1", "<d:getetag/>")));
    assert_eq!(rows.names(path), Vec::<String>::new(), "purge leaves nothing");
    house.close();
}

#[test]
fn vendor_nextcloud() {
    every_command("nextcloud", "/remote.php/dav/files/ada/");
}

#[test]
fn vendor_owncloud() {
    every_command("owncloud", "/remote.php/webdav/");
}

#[test]
fn vendor_other() {
    every_command("other", "/dav/");
}

#[test]
fn many_transfers_at_once() {
    let house = House::open();
    let remote = Remote::new(&house, "nextcloud", &house.ada.files());
    let here = house.scratch("many");
    for number in 0..300_u64 {
        let folder = here.join(format!("d{}", number % 7));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(format!("{number}.bin")), body::bytes(number, (number * 131 % 40_000) as usize))
            .expect("a file");
    }
    let here = here.to_str().expect("UTF-8");
    remote.run(&["copy", "--transfers", "16", "--checkers", "16", here, "abri:many"]);
    remote.run(&["check", "--download", "--checkers", "16", here, "abri:many"]);
    house.close();
}
