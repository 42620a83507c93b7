//! cadaver, the command line client: the session of somebody who types.

use abri_house::{House, Stranger, body};
use std::fs;

#[test]
fn a_session() {
    let house = House::open();
    let home = house.scratch("home");
    let host = house.address();
    fs::write(home.join(".netrc"), format!("machine {} login ada password {}\n", host.ip(), house.ada.secret))
        .expect("a netrc");
    let work = house.scratch("work");
    fs::write(work.join("one.txt"), b"first\n").expect("a file");
    fs::write(work.join("two.bin"), body::bytes(2, 300_000)).expect("a file");

    let typed = [
        "mkcol Letters",
        "cd Letters",
        "put one.txt",
        "put two.bin",
        "ls",
        "copy one.txt three.txt",
        "move three.txt four.txt",
        "get four.txt four.back",
        "get two.bin two.back",
        "propset one.txt mood cheerful",
        "propget one.txt mood",
        "lock one.txt",
        "discover one.txt",
        "unlock one.txt",
        "delete four.txt",
        "cd ..",
        "rmcol Letters",
        "ls",
        "quit",
    ]
    .join("\n");
    let outcome = Stranger::new("cadaver")
        .arg(house.url(&house.ada.files()))
        .env("HOME", &home)
        .cwd(&work)
        .input(format!("{typed}\n"))
        .run();
    assert!(outcome.status.success(), "{outcome}");
    assert!(!outcome.out.contains("failed"), "a command failed: {outcome}");
    assert!(!outcome.out.contains("Authentication"), "the credentials were refused: {outcome}");
    for seen in
        ["Creating `Letters': succeeded", "Listing collection", "cheerful", "Lock token <", "Unlocking", "succeeded"]
    {
        assert!(outcome.out.contains(seen), "{seen:?} is missing: {outcome}");
    }
    assert_eq!(fs::read(work.join("four.back")).expect("downloaded"), b"first\n");
    assert_eq!(fs::read(work.join("two.back")).expect("downloaded"), body::bytes(2, 300_000));
    assert!(outcome.out.contains("collection is empty"), "the last listing is empty: {outcome}");
    house.close();
}
