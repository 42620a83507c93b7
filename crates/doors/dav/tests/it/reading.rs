use crate::house::House;

const FILE: &str = "/remote.php/dav/files/ada/hello.txt";

async fn house() -> House {
    let house = House::open().await;
    house.ada("PUT", FILE, &[("x-oc-mtime", "1600000000")], "hello world").await.is(201);
    house
}

#[tokio::test]
async fn a_file_comes_with_what_clients_look_for() {
    let house = house().await;
    let answer = house.ada("GET", FILE, &[], "").await.is(200);
    assert_eq!(answer.body, "hello world");
    assert_eq!(answer.header("last-modified"), "Sun, 13 Sep 2020 12:26:40 GMT");
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("etag"), answer.header("oc-etag"));
    assert!(answer.header("etag").starts_with('"'));
    assert_eq!(answer.header("oc-checksum"), "MD5:5eb63bbbe01eeed093cb22bb8f5acdc3");
    assert!(answer.header("content-security-policy").starts_with("sandbox"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"hello.txt\"");
    let head = house.ada("HEAD", FILE, &[], "").await.is(200);
    assert_eq!(head.header("content-length"), "11");
    assert!(head.body.is_empty());
    for path in ["/remote.php/webdav/hello.txt", "/dav/hello.txt"] {
        assert_eq!(house.ada("GET", path, &[], "").await.is(200).body, "hello world");
    }
}

#[tokio::test]
async fn conditions_and_ranges() {
    let house = house().await;
    let etag = house.ada("GET", FILE, &[], "").await.header("etag").to_owned();
    house.ada("GET", FILE, &[("if-none-match", &etag)], "").await.is(304);
    house.ada("GET", FILE, &[("if-match", "\"other\"")], "").await.is(412);
    house.ada("GET", FILE, &[("if-modified-since", "Sun, 13 Sep 2020 12:26:40 GMT")], "").await.is(304);
    let part = house.ada("GET", FILE, &[("range", "bytes=6-")], "").await.is(206);
    assert_eq!((part.body.as_str(), part.header("content-range")), ("world", "bytes 6-10/11"));
    let part = house.ada("GET", FILE, &[("range", "bytes=0-4"), ("if-range", &etag)], "").await.is(206);
    assert_eq!(part.body, "hello");
    let whole = house.ada("GET", FILE, &[("range", "bytes=0-4"), ("if-range", "\"other\"")], "").await.is(200);
    assert_eq!(whole.body, "hello world");
    let beyond = house.ada("GET", FILE, &[("range", "bytes=99-")], "").await.is(416);
    assert_eq!(beyond.header("content-range"), "bytes */11");
    let long = "x".repeat(500);
    house.ada("PUT", "/dav/long", &[], &long).await.is(201);
    let many = house.ada("GET", "/dav/long", &[("range", "bytes=0-1,300-301")], "").await.is(206);
    assert!(
        many.header("content-type").starts_with("multipart/byteranges; boundary="),
        "{}",
        many.header("content-type")
    );
    assert_eq!(many.header("content-length"), many.bytes.len().to_string());
    let many = many.has("bytes 0-1/500");
    many.has("bytes 300-301/500");
}

#[tokio::test]
async fn a_folder_is_no_file_but_may_be_a_zip() {
    let house = house().await;
    house.ada("MKCOL", "/dav/folder", &[], "").await.is(201);
    house.ada("PUT", "/dav/folder/a.txt", &[], "a").await.is(201);
    house.ada("GET", "/dav/folder", &[], "").await.is(405);
    let zip = house.ada("GET", "/dav/folder", &[("accept", "application/zip")], "").await.is(200);
    assert_eq!(&zip.bytes[..4], b"PK\x03\x04");
    assert_eq!(zip.header("content-disposition"), "attachment; filename=\"folder.zip\"");
    let some = house.ada("GET", "/dav/?accept=zip&files=%5B%22hello.txt%22%5D", &[], "").await.is(200);
    assert!(String::from_utf8_lossy(&some.bytes).contains("hello.txt"));
}
