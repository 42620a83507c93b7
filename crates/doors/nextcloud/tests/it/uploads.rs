use crate::house::House;

const UP: &str = "/remote.php/dav/uploads/ada/1234567890";
const TO: (&str, &str) = ("destination", "/remote.php/dav/files/ada/big.bin");

/// Names of parts as each client makes them, in order.
const DIALECTS: [(&str, [&str; 3]); 5] = [
    ("nextcloud desktop 3.7", ["0000000000000000", "0000000000000001", "0000000000000002"]),
    ("nextcloud desktop", ["00001", "00002", "00010"]),
    ("owncloud desktop 2.11", ["0000000000000000", "0000000000000006", "0000000000000012"]),
    ("android", ["000001", "000002", "000003"]),
    (
        "rclone",
        ["000000000000000-000000000000005", "000000000000006-000000000000011", "000000000000012-000000000000013"],
    ),
];

#[tokio::test]
async fn every_dialect_makes_a_file() {
    for (client, names) in DIALECTS {
        let house = House::open().await;
        house
            .ada(
                "MKCOL",
                UP,
                &[
                    ("oc-total-length", "14"),
                    ("destination", "http%3A//cloud.example/remote.php/dav/files/ada/big.bin"),
                ],
                "",
            )
            .await
            .is(201);
        // Parts come in any order, and again.
        for (number, bytes) in [(2, "!!"), (0, "xxxxxx"), (1, "world "), (0, "hello ")] {
            house.ada("PUT", &format!("{UP}/{}", names[number]), &[("oc-total-length", "14")], bytes).await.is(201);
        }
        let headers = [
            TO,
            ("oc-total-length", "14"),
            ("x-oc-mtime", "1600000000"),
            ("oc-checksum", "SHA1:9b4ba0e4d28c0f3bd2dca72a1a04d77cbb35a96f"),
        ];
        let wrong = house.ada("MOVE", &format!("{UP}/.file"), &headers, "").await;
        wrong.is(400).has("checksum does not match");
        let headers = [TO, ("oc-total-length", "14"), ("x-oc-mtime", "1600000000")];
        let answer = house.ada("MOVE", &format!("{UP}/.file"), &headers, "").await.is(201);
        assert!(
            answer.header("oc-fileid").contains("oc") && answer.header("oc-etag") == answer.header("etag"),
            "{client}"
        );
        assert_eq!(answer.header("x-oc-mtime"), "accepted");
        assert_eq!(house.read("big.bin").await.unwrap(), b"hello world !!", "{client}");
        house.ada("PROPFIND", UP, &[("depth", "1")], "").await.is(404);
    }
}

#[tokio::test]
async fn those_who_resume_find_what_is_there() {
    let house = House::open().await;
    house.ada("MKCOL", UP, &[], "").await.is(201);
    house.ada("MKCOL", UP, &[], "").await.is(405);
    house.ada("PUT", &format!("{UP}/00001"), &[], "hello").await.is(201);
    let body = r#"<d:propfind xmlns:d="DAV:"><d:prop><d:resourcetype/><d:getcontentlength/></d:prop></d:propfind>"#;
    let listed = house.ada("PROPFIND", UP, &[("depth", "1")], body).await.is(207);
    let first = listed.body.find("<d:href>").unwrap();
    assert_eq!(listed.body.find("<d:href>/remote.php/dav/uploads/ada/1234567890/</d:href>"), Some(first));
    listed
        .has("/remote.php/dav/uploads/ada/1234567890/00001</d:href>")
        .has("<d:getcontentlength>5</d:getcontentlength>");
    house.ada("PROPFIND", "/remote.php/dav/uploads/ada/", &[("depth", "1")], body).await.is(207).has("1234567890/");
    house.bob("PROPFIND", UP, &[("depth", "1")], body).await.is(404);
    house.ada("DELETE", UP, &[], "").await.is(204);
    house.ada("DELETE", UP, &[], "").await.is(404);
    house.ada("PUT", &format!("{UP}/00002"), &[], "hello").await.is(404);
}

#[tokio::test]
async fn a_wrong_total_or_condition_is_told_and_may_be_mended() {
    let house = House::open().await;
    house.ada("MKCOL", UP, &[], "").await.is(201);
    house.ada("PUT", &format!("{UP}/1"), &[], "hello").await.is(201);
    let file = format!("{UP}/.file");
    house
        .ada("MOVE", &file, &[TO, ("oc-total-length", "6")], "")
        .await
        .is(400)
        .has("Chunks on server do not sum up to 6");
    house.ada("MOVE", &file, &[], "").await.is(400);
    house.ada("MOVE", &file, &[("destination", "/remote.php/dav/files/bob/x")], "").await.is(400);
    house.ada("MOVE", &file, &[("destination", "/remote.php/dav/files/ada/no/x")], "").await.is(409);
    // The desktop's precondition on the destination (it believes that there is a file).
    house.ada("MOVE", &file, &[TO, ("if", "</remote.php/dav/files/ada/big.bin> ([\"old\"])")], "").await.is(412);
    let made = house.ada("MOVE", &file, &[TO, ("overwrite", "F")], "").await.is(201);
    let etag = made.header("etag").to_owned();
    house.ada("MKCOL", UP, &[], "").await.is(201);
    house.ada("PUT", &format!("{UP}/1"), &[], "second").await.is(201);
    house.ada("MOVE", &file, &[TO, ("overwrite", "F")], "").await.is(412);
    house
        .ada("MOVE", &file, &[TO, ("if", &format!("</remote.php/dav/files/ada/big.bin> ([{etag}])"))], "")
        .await
        .is(204);
    assert_eq!(house.read("big.bin").await.unwrap(), b"second");
}

#[tokio::test]
async fn the_quota_is_told_before_and_while() {
    let house = House::with(Some(10)).await;
    house.ada("MKCOL", UP, &[("oc-total-length", "11")], "").await.is(507).has("<d:quota-not-exceeded/>");
    house.ada("MKCOL", UP, &[], "").await.is(201);
    house.ada("PUT", &format!("{UP}/1"), &[], "123456").await.is(201);
    house.ada("PUT", &format!("{UP}/2"), &[], "123456").await.is(507);
}

#[tokio::test]
async fn an_upload_may_go_to_a_shared_space() {
    let house = House::open().await;
    let to = format!("/dav/spaces/{}/x.txt", house.shared.to_hex());
    house.ada("MKCOL", UP, &[("destination", &to)], "").await.is(201);
    house.ada("PUT", &format!("{UP}/1"), &[], "hello").await.is(201);
    house.ada("MOVE", &format!("{UP}/.file"), &[TO], "").await.is(400);
    house.ada("MOVE", &format!("{UP}/.file"), &[("destination", &to)], "").await.is(201);
}

#[tokio::test]
async fn nonsense_is_refused() {
    let house = House::open().await;
    house.ada("MKCOL", UP, &[], "").await.is(201);
    house.ada("PUT", &format!("{UP}/part"), &[], "x").await.is(400).has("number");
    house.ada("MKCOL", "/remote.php/dav/uploads/ada/a%20b", &[], "").await.is(400);
    house.ada("MOVE", &format!("{UP}/1"), &[TO], "").await.is(405);
    house.ada("GET", UP, &[], "").await.is(405);
    house.ada("MKCOL", "/remote.php/dav/uploads/bob/x", &[], "").await.is(404);
    let answer = house.nobody("MKCOL", UP).await.is(401);
    assert!(answer.header("www-authenticate").starts_with("Basic "));
}
