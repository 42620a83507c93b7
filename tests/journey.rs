//! "Done means": the whole of a newcomer's first day, without a browser.
//!
//! A thousand real-looking files go in over WebDAV, one is edited, the server is killed in the middle of an upload,
//! started again, the upload resumed, and every byte compared.

use abri_house::dav::{Multistatus, propfind, sync_report};
use abri_house::house::PASSPHRASE;
use abri_house::{Ask, House, Stranger, body};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A thousand photos and documents in folders, as a person has them; hash by path.
fn a_thousand_files(dir: &Path) -> BTreeMap<String, String> {
    let folders =
        ["Photos/2023/Été", "Photos/2024/Noël", "Documents", "Documents/Impôts & taxes", "Musique/Björk", "."];
    let kinds = ["jpg", "pdf", "odt", "txt", "mp3"];
    let mut hashes = BTreeMap::new();
    for number in 0..1_000_usize {
        let folder = folders[number % folders.len()];
        let name = format!("{folder}/IMG {number:04}.{}", kinds[number % kinds.len()]);
        let name = name.trim_start_matches("./").to_string();
        // Mostly small, some of some megabytes: inline, objects and chunks.
        let size = if number % 100 == 0 { 9_000_000 } else { number * 97 % 60_000 };
        let bytes = body::bytes(number as u64, size);
        let path = dir.join(&name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, &bytes).expect("a file");
        hashes.insert(name, body::sha256(&bytes));
    }
    hashes
}

fn hashes_of(dir: &Path) -> BTreeMap<String, String> {
    fn walk(dir: &Path, base: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(dir).expect("a listing") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, base, found);
            } else {
                let name = path.strip_prefix(base).expect("below").to_string_lossy().into_owned();
                found.insert(name, body::sha256(&fs::read(&path).expect("a file")));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(dir, dir, &mut found);
    found
}

#[test]
fn the_first_day() {
    // The link, the account, a password for a device: as the screens do it.
    let mut house = House::plan().bare().open();
    let link = house.said().iter().find_map(|line| line.strip_prefix("set-up link: ")).expect("a link").to_string();
    let token = link.split_once('#').expect("a token").1;
    let made = house
        .ask_bare(Ask::new("POST", "/auth/setup").header("Content-Type", "application/json").header("X-Abri-Shell", "1").body(format!(
            r#"{{"token":"{token}","name":"ada","public_name":"Ada","passphrase":"{PASSPHRASE}","locale":"en"}}"#
        )))
        .expect(&[201], "the first account");
    let cookie = made.must_header("set-cookie").split(';').next().expect("a cookie").to_string();
    let shell = |ask: Ask| ask.header("Cookie", &cookie).header("X-Abri-Shell", "1");
    let made = house
        .ask_bare(
            shell(Ask::new("POST", "/settings/app-passwords"))
                .header("Content-Type", "application/json")
                .body(r#"{"label":"laptop"}"#),
        )
        .expect(&[201], "an app password");
    let made: serde_json::Value = serde_json::from_slice(&made.body).expect("JSON");
    house.ada.secret = made["data"]["attributes"]["password"].as_str().expect("shown once").to_string();

    // The folder goes in.
    let here = house.scratch("here");
    let mut hashes = a_thousand_files(&here);
    let obscured = Stranger::new("rclone").args(["obscure", &house.ada.secret]).good();
    let config = house.scratch("rclone").join("conf");
    let write_config = |house: &House| {
        let text = format!(
            "[abri]\ntype = webdav\nurl = {}\nvendor = nextcloud\nuser = ada\npass = {}\n",
            house.url(&house.ada.files()),
            obscured.trim()
        );
        fs::write(&config, text).expect("a config");
    };
    write_config(&house);
    let rclone = |words: &[&str]| {
        Stranger::new("rclone").arg("--config").arg(&config).args(["--retries", "1"]).args(words).good()
    };
    let here_text = here.to_str().expect("UTF-8").to_string();
    rclone(&["copy", "--transfers", "8", &here_text, "abri:"]);
    rclone(&["check", "--checkers", "8", &here_text, "abri:"]);

    // The window that is open learns of an edit by another client: its cursor moves.
    let token = Multistatus::of(&house.ask(sync_report(&house.ada.files(), "", "infinite", "<d:getetag/>")))
        .sync_token
        .expect("a token");
    let edited = "Documents/Impôts & taxes/IMG 0003.txt";
    assert!(hashes.contains_key(edited), "{:?}", hashes.keys().take(12).collect::<Vec<_>>());
    fs::write(here.join(edited), b"edited elsewhere").expect("an edit");
    hashes.insert(edited.into(), body::sha256(b"edited elsewhere"));
    rclone(&["copyto", here.join(edited).to_str().expect("UTF-8"), &format!("abri:{edited}")]);
    let report = Multistatus::of(&house.ask(sync_report(&house.ada.files(), &token, "infinite", "<d:getetag/>")));
    assert!(report.find(&format!("{}{edited}", house.ada.files())).is_some(), "{:?}", report.paths());
    let changes = house
        .ask_bare(shell(Ask::new("GET", "/files/_changes?since=0&limit=5")))
        .expect(&[200], "the same for the browser");
    assert!(changes.text().contains("last_seq"), "{changes}");

    // An upload of 40 MB in chunks, as the browser does it; killed in the middle.
    let film = body::bytes(777, 40_000_000);
    let chunk = 5_000_000;
    let folder = format!("{}film-1/", house.ada.uploads());
    let target = format!("{}Film.mp4", house.ada.files());
    house
        .ask(
            Ask::new("MKCOL", &folder).header("Destination", &target).header("OC-Total-Length", film.len().to_string()),
        )
        .expect(&[201], "an upload");
    for number in 1..=4 {
        let part = &film[(number - 1) * chunk..number * chunk];
        house.ask(Ask::new("PUT", &format!("{folder}{number:05}")).body(part)).expect(&[201], "a part");
    }
    let mut line = house.line();
    let ask = Ask::new("PUT", &format!("{folder}00005"))
        .basic("ada", &house.ada.secret)
        .header("Content-Length", chunk.to_string());
    line.send(&ask.head("abri")).expect("a head");
    line.send(&film[4 * chunk..4 * chunk + 2_000_000]).expect("some of the fifth part");
    house.kill();
    house.start();
    write_config(&house);

    // Resumed with what is there.
    let listed = Multistatus::of(&house.ask(propfind(&folder, "1", "<d:getcontentlength/>")));
    assert_eq!(listed.names(&folder), ["00001", "00002", "00003", "00004"]);
    for number in 5..=8 {
        let part = &film[(number - 1) * chunk..number * chunk];
        house.ask(Ask::new("PUT", &format!("{folder}{number:05}")).body(part)).expect(&[201], "the rest");
    }
    house
        .ask(
            Ask::new("MOVE", &format!("{folder}.file"))
                .header("Destination", &target)
                .header("OC-Total-Length", film.len().to_string()),
        )
        .expect(&[201], "the end");
    hashes.insert("Film.mp4".into(), body::sha256(&film));

    // Nothing was lost.
    let back = house.scratch("back");
    rclone(&["copy", "--transfers", "8", "abri:", back.to_str().expect("UTF-8")]);
    let found = hashes_of(&back);
    assert_eq!(found.len(), 1_001);
    assert!(found == hashes, "every byte is the one that was put in");
    house.close();
}
