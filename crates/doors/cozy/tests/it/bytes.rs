//! Bytes going out: ranges, conditions, secret addresses, archives.

use serde_json::json;

use crate::house::{House, ROOT, id};

#[tokio::test]
async fn bytes_are_sent_harmless_and_in_ranges() {
    let house = House::open().await;
    let file = house.file(ROOT, "page.html", "<b>hello</b>").await;
    let path = format!("/files/download/{file}");
    let whole = house.ask("GET", &path).send().await;
    assert_eq!(
        (whole.status, whole.bytes.as_slice(), whole.header("content-length")),
        (200, &b"<b>hello</b>"[..], "12")
    );
    assert!(whole.header("content-security-policy").contains("sandbox"));
    assert_eq!(
        (whole.header("x-content-type-options"), whole.header("content-disposition")),
        ("nosniff", "inline; filename=\"page.html\"")
    );
    assert_eq!(
        house.ask("GET", &format!("{path}?Dl=1")).send().await.header("content-disposition"),
        "attachment; filename=\"page.html\""
    );
    let part = house.ask("GET", &path).header("range", "bytes=3-7").send().await;
    assert_eq!(
        (part.status, part.bytes.as_slice(), part.header("content-range"), part.header("content-length")),
        (206, &b"hello"[..], "bytes 3-7/12", "5")
    );
    let past = house.ask("GET", &path).header("range", "bytes=99-").send().await;
    assert_eq!((past.status, past.header("content-range")), (416, "bytes */12"));
    let etag = whole.header("etag").to_owned();
    assert_eq!(house.ask("GET", &path).header("if-none-match", &etag).send().await.status, 304);
    assert_eq!(
        house.ask("GET", &path).header("range", "bytes=0-0").header("if-range", "\"other\"").send().await.status,
        200
    );
    let head = house.ask("HEAD", &path).send().await;
    assert_eq!((head.status, head.bytes.len(), head.header("content-length")), (200, 0, "12"));
    assert_eq!(house.ask("GET", &format!("/files/download/{ROOT}")).send().await.fault(), "422 bad_request");
}

#[tokio::test]
async fn a_secret_address_needs_no_login_and_ends() {
    let house = House::open().await;
    let file = house.file(ROOT, "%C3%A9t%C3%A9.txt", "sun").await;
    let answer = house.ask("POST", &format!("/files/downloads?Id={file}")).send().await.good(200);
    let address = answer["links"]["related"].as_str().unwrap().to_owned();
    assert!(address.starts_with("/files/downloads/"));
    let bytes = house.stranger("GET", &address).send().await;
    assert_eq!((bytes.status, bytes.bytes.as_slice()), (200, &b"sun"[..]));
    assert_eq!(house.stranger("GET", "/files/downloads/0123456789/x").send().await.fault(), "410 expired");
    house.pass(11 * 60);
    assert_eq!(house.stranger("GET", &address).send().await.fault(), "410 expired");
    assert_eq!(
        house.ask("POST", &format!("/files/downloads?Id={}", "f".repeat(32))).send().await.fault(),
        "404 missing"
    );
    assert_eq!(house.ask("POST", "/files/downloads").send().await.fault(), "400 bad_request");
    assert_eq!(
        house.stranger("POST", &format!("/files/downloads?Id={file}")).send().await.fault(),
        "401 unauthenticated"
    );
}

#[tokio::test]
async fn an_archive_holds_what_was_chosen() {
    let house = House::open().await;
    let dir = house.folder(ROOT, "dir").await;
    house.file(&dir, "inside.txt", "inside").await;
    let file = house.file(ROOT, "a.txt", "hello").await;
    let body =
        json!({ "data": { "type": "io.cozy.archives", "attributes": { "name": "my things", "ids": [dir, file] } } });
    let answer = house.ask("POST", "/files/archive").json(&body).send().await.good(200);
    let zip = house.stranger("GET", answer["links"]["related"].as_str().unwrap()).send().await;
    assert_eq!(
        (zip.status, zip.header("content-type"), zip.header("content-disposition")),
        (200, "application/zip", "attachment; filename=\"my things.zip\"")
    );
    let text = String::from_utf8_lossy(&zip.bytes);
    assert!(
        zip.bytes.starts_with(b"PK")
            && text.contains("dir/inside.txt")
            && text.contains("a.txt")
            && text.contains("hello")
    );
    let none = json!({ "data": { "attributes": { "ids": [] } } });
    assert_eq!(house.ask("POST", "/files/archive").json(&none).send().await.fault(), "400 bad_request");
}

#[tokio::test]
async fn large_contents_stream_through() {
    let house = House::open().await;
    let big: String = (0..300_000).map(|number| format!("{number:08}")).collect();
    let made = house
        .ask("POST", &format!("/files/{ROOT}?Type=file&Name=big.bin&Size={}", big.len()))
        .body(&big)
        .send()
        .await
        .good(201);
    let path = format!("/files/download/{}", id(&made));
    assert_eq!(house.ask("GET", &path).send().await.bytes, big.as_bytes());
    let part = house.ask("GET", &path).header("range", "bytes=1600000-1600007").send().await;
    assert_eq!((part.status, part.bytes.as_slice()), (206, &b"00200000"[..]));
}
