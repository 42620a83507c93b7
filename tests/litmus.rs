//! litmus 0.13, the WebDAV conformance suite: 104 of 104 on a personal space, a folder in it and a shared space.

use abri_house::{Ask, House, Stranger};
use std::time::Duration;

/// How many tests each part of litmus 0.13 runs. A part that stops early runs fewer, and that must not look well.
const PARTS: [(&str, u32); 5] = [("basic", 16), ("copymove", 13), ("props", 30), ("locks", 41), ("http", 4)];

/// Warnings that are understood. A fragment in a request target is against RFC 9112 §3.2 and no client sends one; the HTTP
/// library cuts it off before anybody sees it, and what is left is a request like any other. The test passes all the same.
const KNOWN_WARNINGS: [&str; 1] = ["DELETE removed collection resource with Request-URI including fragment"];

#[track_caller]
fn litmus(house: &House, path: &str) {
    let outcome = Stranger::new("litmus")
        .args(["-k", &house.url(path), &house.ada.name, &house.ada.secret])
        // It writes debug.log where it runs.
        .cwd(&house.scratch("litmus"))
        .wait(Duration::from_secs(300))
        .run();
    for (part, tests) in PARTS {
        let perfect = format!("<- summary for `{part}': of {tests} tests run: {tests} passed, 0 failed. 100.0%");
        assert!(outcome.out.contains(&perfect), "{part} on {path}: {outcome}");
    }
    let summaries = outcome.out.matches("<- summary for").count();
    assert_eq!(summaries, PARTS.len(), "parts that this test does not know: {outcome}");
    let warnings: Vec<&str> = outcome
        .out
        .split(['\r', '\n'])
        .filter(|line| line.contains("WARNING"))
        .filter(|line| !KNOWN_WARNINGS.iter().any(|known| line.contains(known)))
        .collect();
    assert!(warnings.is_empty(), "litmus warns on {path}: {warnings:?} {outcome}");
    let counted: u32 = PARTS.iter().map(|(_, tests)| tests).sum();
    println!("litmus {path}: {counted} of {counted}");
}

#[test]
fn personal_space() {
    let house = House::open();
    litmus(&house, &house.ada.files());
    house.close();
}

#[test]
fn the_other_names_of_the_personal_space() {
    let house = House::open();
    litmus(&house, "/remote.php/webdav/");
    litmus(&house, "/dav/");
    house.close();
}

#[test]
fn sub_folder() {
    let house = House::open();
    let folder = format!("{}Fotos%20%26%20%C3%89t%C3%A9/", house.ada.files());
    house.ask(Ask::new("MKCOL", &folder)).expect(&[201], "a folder");
    litmus(&house, &folder);
    house.close();
}

#[test]
fn shared_space() {
    let house = House::open();
    house.account("bob", &[]);
    let space = house.shared_space("Family", &["ada", "bob"]);
    litmus(&house, &space);
    litmus(&house, &format!("/remote.php{space}"));
    house.close();
}
