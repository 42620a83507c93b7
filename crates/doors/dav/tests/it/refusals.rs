use crate::house::House;

#[tokio::test]
async fn nobody_is_asked_to_log_in() {
    let house = House::open().await;
    for path in ["/dav/", "/remote.php/dav/files/ada/", "/remote.php/webdav/"] {
        let answer = house.nobody("PROPFIND", path).await.is(401);
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"Abri\", charset=\"UTF-8\"");
        answer.has("<s:exception>");
    }
}

#[tokio::test]
async fn other_peoples_files_are_not_there() {
    let house = House::open().await;
    house.ada("PUT", "/dav/a.txt", &[], "a").await.is(201);
    house.bob("GET", "/remote.php/dav/files/ada/a.txt", &[], "").await.is(404);
    house.bob("PROPFIND", "/remote.php/dav/files/ada/", &[("depth", "0")], "").await.is(404);
    house.bob("PROPFIND", "/remote.php/dav/trashbin/ada/trash/", &[("depth", "1")], "").await.is(404);
    house.bob("GET", "/dav/spaces/00000000000000ff/a", &[], "").await.is(404);
    house.bob("MOVE", "/dav/x", &[("destination", "/remote.php/dav/files/ada/b.txt")], "").await.is(409);
}

#[tokio::test]
async fn nonsense_gets_a_helpful_400() {
    let house = House::open().await;
    house.ada("PUT", "/dav/a.txt", &[], "a").await.is(201);
    let check = async |method: &str, path: &str, headers: &[(&str, &str)], body: &str, status: u16, says: &str| {
        house.ada(method, path, headers, body).await.is(status).has(says);
    };
    check("PROPFIND", "/dav/", &[("depth", "two")], "", 400, "Depth").await;
    check("PROPFIND", "/dav/", &[("depth", "1")], "<open", 400, "XML").await;
    check(
        "PROPFIND",
        "/dav/",
        &[("depth", "1")],
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
        400,
        "no-external-entities",
    )
    .await;
    check(
        "PROPFIND",
        "/dav/",
        &[("depth", "1")],
        r#"<d:propfind xmlns:d="DAV:" xmlns:x=""><d:prop><x:a/></d:prop></d:propfind>"#,
        400,
        "prefix",
    )
    .await;
    check("PROPPATCH", "/dav/a.txt", &[], "", 400, "propertyupdate").await;
    check("PUT", "/dav/a%00b", &[], "x", 400, "").await;
    check("PUT", "/dav/a%01b", &[], "x", 400, "not allowed").await;
    check("PUT", &format!("/dav/{}", "x".repeat(300)), &[], "x", 400, "shorten").await;
    check("PUT", "/dav/%ff", &[], "x", 400, "UTF-8").await;
    check("PUT", "/dav/..%2f..%2fetc", &[], "x", 400, "").await;
    check("PUT", "/dav/a.txt", &[("x-oc-mtime", "yesterday")], "x", 400, "X-OC-Mtime").await;
    check("PUT", "/dav/a.txt", &[("content-range", "bytes 0-1/2")], "x", 400, "Content-Range").await;
    check("PUT", "/dav/a.txt", &[("if", "no list")], "x", 400, "If").await;
    check("LOCK", "/dav/a.txt", &[("depth", "1")], "", 400, "LOCK").await;
    check("LOCK", "/dav/a.txt", &[], "", 400, "refresh").await;
    check("REPORT", "/dav/", &[], r#"<d:expand-property xmlns:d="DAV:"/>"#, 403, "supported-report").await;
    check("PATCH", "/dav/a.txt", &[], "", 501, "method").await;
    let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
    check("PROPFIND", "/dav/", &[("depth", "0")], &deep, 400, "").await;
    let large = format!("<a>{}</a>", "x".repeat(2 << 20));
    check("PROPFIND", "/dav/", &[("depth", "0")], &large, 413, "").await;
}

#[tokio::test]
async fn options_tells_what_windows_wants_to_hear() {
    let house = House::open().await;
    let answer = house.ada("OPTIONS", "/dav/", &[], "").await.is(200);
    assert_eq!(answer.header("dav"), "1, 2, 3");
    assert_eq!(answer.header("ms-author-via"), "DAV");
    assert!(answer.header("allow").contains("PROPPATCH"));
}
