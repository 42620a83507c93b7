//! The npm `webdav` client 5.11, over everything it can do (strangers/webdav-npm/walk.mjs).

use abri_house::{House, Stranger};
use std::path::Path;

#[track_caller]
fn walk(path: &str) {
    let house = House::open();
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("strangers/webdav-npm");
    let outcome =
        Stranger::new("node").args(["walk.mjs", &house.url(path), &house.ada.name, &house.ada.secret]).cwd(&here).run();
    assert!(
        outcome.status.success() && outcome.out.ends_with("all of it\n"),
        "{path}: {outcome}\n{}",
        house.log_tail()
    );
    house.close();
}

#[test]
fn personal_space() {
    walk("/remote.php/dav/files/ada/");
}

#[test]
fn legacy_root() {
    walk("/remote.php/webdav/");
}
