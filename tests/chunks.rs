//! Chunked uploads (Nextcloud's second protocol): five clients' habits, resuming, and a kill in the middle.

use abri_house::dav::{Multistatus, propfind};
use abri_house::{Answer, Ask, House, body};

const MIB: usize = 1 << 20;

fn mkcol(house: &House, folder: &str, total: usize) -> Answer {
    house.ask(Ask::new("MKCOL", folder).header("OC-Total-Length", total.to_string()))
}

fn close_ask(house: &House, folder: &str, target: &str, total: usize) -> Ask {
    Ask::new("MOVE", &format!("{folder}.file"))
        .header("Destination", house.url(target))
        .header("OC-Total-Length", total.to_string())
}

#[track_caller]
fn same(house: &House, target: &str, bytes: &[u8]) {
    let got = house.ask(Ask::new("GET", target)).expect(&[200], "the file is there");
    assert_eq!(
        body::sha256(&got.body),
        body::sha256(bytes),
        "{target}: {} bytes came back of {}",
        got.body.len(),
        bytes.len()
    );
}

/// Each client names its chunks in its own way; leading numbers decide the order.
#[test]
fn five_dialects() {
    let house = House::open();
    let bytes = body::bytes(5, 5 * MIB + 123);
    type Name = fn(usize, usize, usize) -> String;
    let dialects: [(&str, Name); 6] = [
        ("Nextcloud desktop 3.7: a sequence from 0", |number, _, _| format!("{number:016}")),
        ("Nextcloud desktop now: 5 digits from 1", |number, _, _| format!("{:05}", number + 1)),
        ("ownCloud desktop: byte offsets", |_, from, _| format!("{from:016}")),
        ("Android: 6 digits from 1", |number, _, _| format!("{:06}", number + 1)),
        ("iOS: a bare counter", |number, _, _| format!("{}", number + 1)),
        ("rclone: start and end", |_, from, to| format!("{from:015}-{to:015}")),
    ];
    for (index, (dialect, name)) in dialects.iter().enumerate() {
        let folder = format!("{}up-{index}/", house.ada.uploads());
        let target = format!("{}file-{index}.bin", house.ada.files());
        mkcol(&house, &folder, bytes.len()).expect(&[201], dialect);
        mkcol(&house, &folder, bytes.len()).expect(&[405], "a resumed upload makes its folder again");
        for (number, part) in bytes.chunks(512 * 1024).enumerate() {
            let from = number * 512 * 1024;
            let chunk = format!("{folder}{}", name(number, from, from + part.len()));
            house
                .ask(Ask::new("PUT", &chunk).header("OC-Chunk-Offset", from.to_string()).body(part))
                .expect(&[201, 204], dialect);
        }
        let done = house
            .ask(close_ask(&house, &folder, &target, bytes.len()).header("X-OC-Mtime", "1700000000.75"))
            .expect(&[201], dialect);
        assert_eq!(done.must_header("x-oc-mtime"), "accepted", "{dialect}");
        let row =
            Multistatus::of(&house.ask(propfind(&target, "0", "<d:getetag/><oc:id/><d:getlastmodified/><oc:size/>")))
                .row(&target)
                .clone();
        assert_eq!(row.oc("id"), Some(done.must_header("oc-fileid")), "{dialect}: OC-FileId is oc:id to the byte");
        assert_eq!(row.dav("getetag"), Some(done.must_header("oc-etag")), "{dialect}: OC-ETag is the property");
        assert_eq!(row.dav("getlastmodified"), Some("Tue, 14 Nov 2023 22:13:20 GMT"), "{dialect}");
        same(&house, &target, &bytes);
        house.ask(propfind(&folder, "0", "<d:getetag/>")).expect(&[404], "the upload is gone when it is done");
    }
    house.close();
}

#[test]
fn parts_out_of_order_and_sent_again() {
    let house = House::open();
    let bytes = body::bytes(6, 4 * MIB);
    let folder = format!("{}shuffled/", house.ada.uploads());
    let target = format!("{}shuffled.bin", house.ada.files());
    mkcol(&house, &folder, bytes.len()).expect(&[201], "an upload");
    let part = |number: usize| bytes[(number - 1) * MIB..number * MIB].to_vec();
    house.ask(Ask::new("PUT", &format!("{folder}00003")).body(part(3))).expect(&[201], "the third first");
    house.ask(Ask::new("PUT", &format!("{folder}00001")).body("wrong bytes")).expect(&[201], "a wrong first");
    house.ask(Ask::new("PUT", &format!("{folder}00004")).body(part(4))).expect(&[201], "the fourth");
    house.ask(Ask::new("PUT", &format!("{folder}00001")).body(part(1))).expect(&[201, 204], "the first again, right");
    house.ask(close_ask(&house, &folder, &target, bytes.len())).expect(&[400], "a part is missing: the sum is wrong");
    house.ask(Ask::new("GET", &target)).expect(&[404], "nothing half is visible");
    house.ask(Ask::new("PUT", &format!("{folder}00002")).body(part(2))).expect(&[201], "the second");
    house.ask(close_ask(&house, &folder, &target, bytes.len())).expect(&[201], "now it is whole");
    same(&house, &target, &bytes);
    house.close();
}

#[test]
fn resume_after_a_kill_in_the_middle() {
    let mut house = House::open();
    let bytes = body::bytes(7, 12 * MIB);
    let folder = format!("{}resumed/", house.ada.uploads());
    let target = format!("{}resumed.bin", house.ada.files());
    mkcol(&house, &folder, bytes.len()).expect(&[201], "an upload");
    for number in 1..=5 {
        let part = &bytes[(number - 1) * MIB..number * MIB];
        house.ask(Ask::new("PUT", &format!("{folder}{number:05}")).body(part)).expect(&[201], "a part");
    }
    // The sixth is under way when the server dies.
    let mut line = house.line();
    let ask = Ask::new("PUT", &format!("{folder}00006"))
        .basic(&house.ada.name, &house.ada.secret)
        .body(&bytes[5 * MIB..6 * MIB]);
    line.send(&ask.head(&house.address().to_string())).expect("the head goes out");
    line.send(&bytes[5 * MIB..5 * MIB + 300_000]).expect("some of the body goes out");
    house.kill();
    house.start();

    // What the client asks to know where to go on (Android, iOS, the browser).
    let listed = Multistatus::of(&house.ask(propfind(&folder, "1", "<d:getcontentlength/><d:resourcetype/>")));
    let names = listed.names(&folder);
    assert_eq!(names, ["00001", "00002", "00003", "00004", "00005"], "whole parts and nothing else");
    for name in &names {
        assert_eq!(listed.row(&format!("{folder}{name}")).dav("getcontentlength"), Some("1048576"), "{name}");
    }
    house.ask(Ask::new("GET", &target)).expect(&[404], "nothing half is visible");
    for number in 6..=12 {
        let part = &bytes[(number - 1) * MIB..number * MIB];
        house.ask(Ask::new("PUT", &format!("{folder}{number:05}")).body(part)).expect(&[201], "the rest");
    }
    house.ask(close_ask(&house, &folder, &target, bytes.len())).expect(&[201], "the end");
    same(&house, &target, &bytes);
    house.close();
}

#[test]
fn checksum_of_the_whole() {
    let house = House::open();
    let bytes = body::bytes(8, 2 * MIB);
    let target = format!("{}summed.bin", house.ada.files());
    let right = format!("SHA256:{}", body::sha256(&bytes));
    let wrong = format!("SHA256:{}", body::sha256(b"something else"));
    for (checksum, status) in [(&wrong, 400), (&right, 201)] {
        let folder = format!("{}summed-{status}/", house.ada.uploads());
        mkcol(&house, &folder, bytes.len()).expect(&[201], "an upload");
        house.ask(Ask::new("PUT", &format!("{folder}00001")).body(&bytes[..MIB])).expect(&[201], "a part");
        house.ask(Ask::new("PUT", &format!("{folder}00002")).body(&bytes[MIB..])).expect(&[201], "a part");
        house
            .ask(close_ask(&house, &folder, &target, bytes.len()).header("OC-Checksum", checksum))
            .expect(&[status], "the checksum decides");
    }
    same(&house, &target, &bytes);
    house.close();
}

/// The conditions of the closing MOVE are about the destination.
#[test]
fn conditions_on_the_destination() {
    let house = House::open();
    let files = house.ada.files();
    let target = format!("{files}taken.bin");
    let first = house.ask(Ask::new("PUT", &target).body("first")).expect(&[201], "a file");
    let etag = first.must_header("etag").to_string();
    let upload = |name: &str, text: &str| {
        let folder = format!("{}{name}/", house.ada.uploads());
        mkcol(&house, &folder, text.len()).expect(&[201], "an upload");
        house.ask(Ask::new("PUT", &format!("{folder}00001")).body(text)).expect(&[201], "a part");
        folder
    };
    let folder = upload("refused", "second");
    house.ask(close_ask(&house, &folder, &target, 6).header("Overwrite", "F")).expect(&[412], "Overwrite: F");
    let stale = format!("<{}> ([\"0000\"])", house.url(&target));
    house.ask(close_ask(&house, &folder, &target, 6).header("If", &stale)).expect(&[412], "a stale ETag");
    let fresh = format!("<{target}> ([{etag}])");
    house.ask(close_ask(&house, &folder, &target, 6).header("If", &fresh)).expect(&[204], "the ETag it has");
    same(&house, &target, b"second");
    // Nextcloud's newest client percent-encodes the whole URL.
    let folder = upload("encoded", "third!");
    let encoded = house.url(&target).replace(':', "%3A");
    house
        .ask(Ask::new("MOVE", &format!("{folder}.file")).header("Destination", encoded).header("OC-Total-Length", "6"))
        .expect(&[204], "a percent-encoded Destination");
    same(&house, &target, b"third!");
    // No such folder to go to.
    let folder = upload("nowhere", "fourth");
    house.ask(close_ask(&house, &folder, &format!("{files}no/such/folder.bin"), 6)).expect(&[409], "no parent");
    house.ask(Ask::new("DELETE", &folder)).expect(&[204], "an upload is given up");
    house.ask(propfind(&folder, "0", "<d:getetag/>")).expect(&[404], "and gone");
    house.close();
}

#[test]
fn quota_is_told_before_and_at_the_end() {
    let house = House::open();
    let eve = house.account("eve", &["--quota", "3000000"]);
    let folder = format!("{}big/", eve.uploads());
    let told = house.ask_as(&eve, Ask::new("MKCOL", &folder).header("OC-Total-Length", "9000000"));
    if told.status == 201 {
        // A server may wait for the bytes before it refuses.
        let mut refused = false;
        for number in 1..=9 {
            let put = house
                .ask_as(&eve, Ask::new("PUT", &format!("{folder}{number:05}")).body(body::bytes(number, 1_000_000)));
            refused |= put.status == 507;
        }
        assert!(refused, "9 MB went into a quota of 3 MB");
    } else {
        assert_eq!(told.status, 507, "{told}");
    }
    house
        .ask_as(&eve, Ask::new("PUT", &format!("{}ok", eve.files())).body(body::bytes(1, 1_000_000)))
        .expect(&[201], "there is room");
    house
        .ask_as(&eve, Ask::new("PUT", &format!("{}over", eve.files())).body(body::bytes(2, 2_500_000)))
        .expect(&[507], "no room");
    house.ask_as(&eve, Ask::new("GET", &format!("{}over", eve.files()))).expect(&[404], "nothing is left of it");
    house.close();
}

#[test]
fn uploads_of_others_are_out_of_reach() {
    let house = House::open();
    let bob = house.account("bob", &[]);
    let folder = format!("{}private/", house.ada.uploads());
    mkcol(&house, &folder, 4).expect(&[201], "ada's upload");
    for ask in [
        Ask::new("PUT", &format!("{folder}00001")).body("evil"),
        propfind(&folder, "1", "<d:getetag/>"),
        Ask::new("DELETE", &folder),
        Ask::new("MKCOL", &format!("{}mine/", house.ada.uploads())),
    ] {
        let shown = ask.method.clone();
        let answer = house.ask_as(&bob, ask);
        assert!([403, 404].contains(&answer.status), "{shown} in another account: {answer}");
    }
    house.close();
}
