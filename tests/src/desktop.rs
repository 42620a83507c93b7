//! The desktop synchronisation clients, which share an ancestor and therefore their tests.

use crate::dav::{Multistatus, propfind};
use crate::http::Ask;
use crate::{House, Stranger, body};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Which client.
#[derive(Clone, Copy, Debug)]
pub enum Desktop {
    /// `nextcloudcmd`
    Nextcloud,
    /// `owncloudcmd`
    Owncloud,
}

impl Desktop {
    /// One run of synchronisation of a folder with the account of the house.
    #[track_caller]
    fn sync(self, house: &House, folder: &Path) -> String {
        let home = house.scratch("desktop-home");
        let exclude = home.join("exclude.lst");
        fs::write(&exclude, "").expect("an empty list of exclusions");
        let client = match self {
            Desktop::Nextcloud => Stranger::new("nextcloudcmd").arg("--non-interactive"),
            // owncloudcmd will not run without a list.
            Desktop::Owncloud => Stranger::new("owncloudcmd").arg("--non-interactive").arg("--exclude").arg(&exclude),
        };
        let outcome = client
            .args(["-u", &house.ada.name, "-p", &house.ada.secret])
            .arg(folder)
            .arg(house.url(""))
            .env("QT_QPA_PLATFORM", "offscreen")
            .env("HOME", &home)
            .env("XDG_RUNTIME_DIR", &home)
            .wait(Duration::from_secs(180))
            .run();
        assert!(outcome.status.success(), "{self:?}: {outcome}\n{}", house.log_tail());
        format!("{}{}", outcome.out, outcome.err)
    }
}

/// Content by path, without the clients' own journals.
fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(dir: &Path, base: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(dir).expect("a listing") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(base).expect("below").to_string_lossy().into_owned();
            if name.starts_with("._sync_") || name.starts_with(".sync_") || name.starts_with(".owncloudsync") {
                continue;
            }
            if path.is_dir() {
                walk(&path, base, found);
                found.insert(format!("{name}/"), Vec::new());
            } else {
                found.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(dir, dir, &mut found);
    found
}

#[track_caller]
fn same(one: &Path, two: &Path, why: &str) {
    let (one, two) = (tree(one), tree(two));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>(), "{why}: other names");
    assert!(one == two, "{why}: other bytes");
}

fn computers(house: &House) -> (PathBuf, PathBuf) {
    (house.scratch("computer-one"), house.scratch("computer-two"))
}

/// New, changed, renamed, moved, removed, deep: on either side, seen on the other.
pub fn two_computers_stay_the_same(client: Desktop) {
    let house = House::open();
    let (one, two) = computers(&house);
    fs::create_dir_all(one.join("Documents/Été/deep/deeper")).expect("folders");
    fs::write(one.join("Documents/Été/deep/deeper/a.txt"), b"one").expect("a file");
    fs::write(one.join("Documents/empty"), b"").expect("a file");
    fs::write(one.join("50% & more #1.bin"), body::bytes(1, 700_000)).expect("a file");
    client.sync(&house, &one);
    client.sync(&house, &two);
    same(&one, &two, "first copies");

    // A deep edit by a third client is seen: ETags change up to the root.
    let deep = format!("{}Documents/%C3%89t%C3%A9/deep/deeper/a.txt", house.ada.files());
    house.ask(Ask::new("PUT", &deep).body("edited on the server")).expect(&[204], "an edit");
    client.sync(&house, &one);
    assert_eq!(fs::read(one.join("Documents/Été/deep/deeper/a.txt")).expect("the file"), b"edited on the server");

    // A rename on the server is a rename here: the number stays.
    let moved = Ask::new("MOVE", &format!("{}Documents", house.ada.files()))
        .header("Destination", format!("{}Papers", house.ada.files()));
    house.ask(moved).expect(&[201], "a rename");
    client.sync(&house, &one);
    assert!(one.join("Papers/Été/deep/deeper/a.txt").exists() && !one.join("Documents").exists());

    // A rename here is a MOVE there, not an upload.
    let number = |path: &str| {
        let rows = Multistatus::of(&house.ask(propfind(&format!("{}{path}", house.ada.files()), "0", "<oc:fileid/>")));
        rows.rows[0].oc("fileid").expect("a number").to_string()
    };
    let before = number("Papers");
    fs::rename(one.join("Papers"), one.join("Archive")).expect("a rename");
    fs::write(one.join("Archive/new.txt"), b"new").expect("a file");
    fs::remove_file(one.join("50% & more #1.bin")).expect("a removal");
    client.sync(&house, &one);
    assert_eq!(number("Archive"), before, "the same folder under another name");
    client.sync(&house, &two);
    same(&one, &two, "after renames and removals");
    assert!(!two.join("50% & more #1.bin").exists());

    // Nothing to do is nothing done: a second run asks for the root and changes nothing.
    let etag = || {
        Multistatus::of(&house.ask(propfind(&house.ada.files(), "0", "<d:getetag/>"))).rows[0]
            .dav("getetag")
            .map(str::to_owned)
    };
    let quiet = etag();
    client.sync(&house, &one);
    assert_eq!(etag(), quiet, "an idle client changes nothing");
    house.close();
}

/// Both clients cut what is larger than their chunk size (10 MB and up).
pub fn a_large_file_goes_in_chunks(client: Desktop) {
    let house = House::open();
    let (one, two) = computers(&house);
    let bytes = body::bytes(3, 35_000_000);
    fs::write(one.join("film.mp4"), &bytes).expect("a file");
    client.sync(&house, &one);
    client.sync(&house, &two);
    same(&one, &two, "a large file");
    // And an overwrite of it.
    fs::write(two.join("film.mp4"), body::bytes(4, 36_000_000)).expect("a file");
    client.sync(&house, &two);
    client.sync(&house, &one);
    same(&one, &two, "a large overwrite");
    house.close();
}

/// Two edits at once: the server's stays under the name, the other is kept beside.
pub fn a_conflict_keeps_both(client: Desktop) {
    let house = House::open();
    let (one, two) = computers(&house);
    fs::write(one.join("plan.txt"), b"common").expect("a file");
    client.sync(&house, &one);
    client.sync(&house, &two);
    fs::write(one.join("plan.txt"), b"by computer one").expect("an edit");
    fs::write(two.join("plan.txt"), b"by computer two, longer").expect("an edit");
    client.sync(&house, &one);
    client.sync(&house, &two);
    assert_eq!(fs::read(two.join("plan.txt")).expect("the file"), b"by computer one");
    let kept =
        tree(&two).into_iter().any(|(name, bytes)| name.contains("conflict") && bytes == b"by computer two, longer");
    assert!(kept, "the other edit is kept as a conflict: {:?}", tree(&two).keys());
    house.close();
}
