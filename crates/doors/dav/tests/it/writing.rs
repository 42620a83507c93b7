use crate::house::House;

#[tokio::test]
async fn a_put_answers_what_desktops_read() {
    let house = House::open().await;
    let headers = [("x-oc-mtime", "1600000000.75"), ("x-oc-ctime", "1500000000"), ("oc-total-length", "5")];
    let answer = house.ada("PUT", "/dav/a.txt", &headers, "hello").await.is(201);
    assert_eq!(answer.header("x-oc-mtime"), "accepted");
    assert_eq!(answer.header("x-oc-ctime"), "accepted");
    assert!(!answer.header("oc-fileid").is_empty() && !answer.header("etag").is_empty());
    let etag = answer.header("etag").to_owned();
    house.ada("PUT", "/dav/a.txt", &[("if-match", &etag)], "second").await.is(204);
    house.ada("PUT", "/dav/a.txt", &[("if-match", &etag)], "third").await.is(412).has("<s:message>");
    house.ada("PUT", "/dav/a.txt", &[("if-none-match", "*")], "third").await.is(412);
    // iOS says `Overwrite: true` on PUT.
    house.ada("PUT", "/dav/a.txt", &[("overwrite", "true")], "third").await.is(204);
}

#[tokio::test]
async fn a_wrong_checksum_leaves_nothing() {
    let house = House::open().await;
    let wrong = [("oc-checksum", "SHA1:0000000000000000000000000000000000000000")];
    let answer = house.ada("PUT", "/dav/a.txt", &wrong, "hello").await.is(400);
    answer.has("The computed checksum does not match the one received from the client.");
    house.ada("GET", "/dav/a.txt", &[], "").await.is(404).has(r"Sabre\DAV\Exception\NotFound");
    house.ada("PUT", "/dav/a.txt", &[("content-md5", "XUFAKrxLKna5cZ2REBfFkg==")], "hello").await.is(201);
    house.ada("PUT", "/dav/a.txt", &[("oc-checksum", "nonsense")], "hello").await.is(400);
}

#[tokio::test]
async fn folders_are_made_when_asked_for_by_header() {
    let house = House::open().await;
    house.ada("PUT", "/dav/a/b/c.txt", &[], "c").await.is(409);
    house.ada("PUT", "/dav/a/b/c.txt", &[("x-nc-webdav-auto-mkcol", "1")], "c").await.is(201);
    house.ada("MKCOL", "/dav/a", &[], "").await.is(405);
    house.ada("MKCOL", "/dav/x/y", &[], "").await.is(409);
    house.ada("MKCOL", "/dav/x", &[], "<body/>").await.is(415);
    house.ada("PUT", "/dav/a", &[], "c").await.is(405);
}

#[tokio::test]
async fn the_quota_is_told_as_507() {
    let house = House::with(Default::default(), Some(10)).await;
    house.ada("PUT", "/dav/a.txt", &[], "12345678901").await.is(507).has("<d:quota-not-exceeded/>");
    house.ada("PUT", "/dav/a.txt", &[], "1234567890").await.is(201);
    house.ada("COPY", "/dav/a.txt", &[("destination", "/dav/b.txt")], "").await.is(507);
    let body = r#"<d:propfind xmlns:d="DAV:"><d:prop><d:quota-available-bytes/></d:prop></d:propfind>"#;
    let answer = house.ada("PROPFIND", "/dav/", &[("depth", "0")], body).await.is(207);
    answer.has("<d:quota-available-bytes>0</d:quota-available-bytes>");
}

#[tokio::test]
async fn moves_and_copies_keep_to_overwrite() {
    let house = House::open().await;
    house.ada("PUT", "/dav/a.txt", &[], "a").await.is(201);
    house.ada("PUT", "/dav/b.txt", &[], "b").await.is(201);
    house
        .ada("COPY", "/dav/a.txt", &[("destination", "http://cloud.example/dav/b.txt"), ("overwrite", "F")], "")
        .await
        .is(412);
    house.ada("COPY", "/dav/a.txt", &[("destination", "http://cloud.example/dav/b.txt")], "").await.is(204);
    house.ada("MOVE", "/dav/a.txt", &[("destination", "http://elsewhere.example/dav/c.txt")], "").await.is(502);
    house.ada("MOVE", "/dav/a.txt", &[("destination", "/dav/no/c.txt")], "").await.is(409);
    house.ada("MOVE", "/dav/a.txt", &[("destination", "/dav/a.txt")], "").await.is(403);
    house.ada("MOVE", "/dav/a.txt", &[], "").await.is(400);
    house.ada("MKCOL", "/dav/dir", &[], "").await.is(201);
    house.ada("MOVE", "/dav/dir", &[("destination", "/dav/dir/below")], "").await.is(409);
    house.ada("MOVE", "/dav/dir", &[("destination", "/dav/dir2"), ("depth", "0")], "").await.is(400);
    // The desktop spells it percent-encoded as a whole.
    house.ada("MOVE", "/dav/a.txt", &[("destination", "http%3A//cloud.example/dav/dir/%C3%A9.txt")], "").await.is(201);
    assert_eq!(house.ada("GET", "/dav/dir/%C3%A9.txt", &[], "").await.is(200).body, "a");
    let shared = format!("/dav/spaces/{}/dir", house.shared.to_hex());
    house.ada("MOVE", "/dav/dir", &[("destination", &shared)], "").await.is(201);
    assert_eq!(house.ada("GET", &format!("{shared}/%C3%A9.txt"), &[], "").await.is(200).body, "a");
    house.ada("GET", "/dav/dir/%C3%A9.txt", &[], "").await.is(404);
}

#[tokio::test]
async fn properties_are_set_all_or_none() {
    let house = House::open().await;
    house.ada("PUT", "/dav/a.txt", &[], "a").await.is(201);
    let update = |inside: &str| {
        format!(
            r#"<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:t="urn:t"><d:set><d:prop>{inside}</d:prop></d:set></d:propertyupdate>"#
        )
    };
    let all = r#"<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:t="urn:t"><d:prop><t:colour/><oc:favorite/><d:getlastmodified/></d:prop></d:propfind>"#;
    let bad = house
        .ada(
            "PROPPATCH",
            "/dav/a.txt",
            &[],
            &update("<t:colour>red</t:colour><d:getcontentlength>9</d:getcontentlength>"),
        )
        .await;
    bad.is(207).has("HTTP/1.1 424").has("HTTP/1.1 403").has("<d:cannot-modify-protected-property/>");
    house.ada("PROPFIND", "/dav/a.txt", &[("depth", "0")], all).await.is(207).lacks(">red<");
    let good = update(
        r#"<t:colour xml:lang="fr">rouge <b xmlns="urn:b">vif</b></t:colour><oc:favorite>1</oc:favorite><d:lastmodified>1600000000</d:lastmodified>"#,
    );
    house.ada("PROPPATCH", "/dav/a.txt", &[], &good).await.is(207).has("200 OK").lacks("424");
    let answer = house.ada("PROPFIND", "/dav/a.txt", &[("depth", "0")], all).await.is(207);
    answer.has("xml:lang=\"fr\"").has("rouge ").has("vif").has("<oc:favorite>1</oc:favorite>").has("Sun, 13 Sep 2020");
    house.ada("COPY", "/dav/a.txt", &[("destination", "/dav/b.txt")], "").await.is(201);
    house.ada("PROPFIND", "/dav/b.txt", &[("depth", "0")], all).await.is(207).has("rouge ");
    house.ada("PROPFIND", "/dav/b.txt", &[("depth", "0")], "").await.is(207).has("rouge ");
}

#[tokio::test]
async fn locks_keep_others_out() {
    let house = House::open().await;
    let root = format!("/dav/spaces/{}/", house.shared.to_hex());
    let file = format!("{root}new.txt");
    let body = r#"<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype><d:owner>ada</d:owner></d:lockinfo>"#;
    // RFC 4918 §7.3: the file is made.
    let answer = house.ada("LOCK", &file, &[("timeout", "Second-60")], body).await.is(201);
    let token = answer.header("lock-token").to_owned();
    answer.has("<d:timeout>Second-60</d:timeout>").has(&format!("<d:lockroot><d:href>{file}</d:href></d:lockroot>"));
    house.ada("PUT", &file, &[], "x").await.is(423).has("<d:lock-token-submitted");
    house.ada("PUT", &file, &[("if", &format!("({token})"))], "x").await.is(204);
    house.ada("PUT", &file, &[("if", "(<urn:uuid:00000000-0000-4000-8000-000000000000>)")], "x").await.is(412);
    house.ada("PUT", &file, &[("if", "(<DAV:no-lock>) (Not <DAV:no-lock>)")], "x").await.is(423);
    house.ada("LOCK", &file, &[], body).await.is(423).has("<d:no-conflicting-lock>");
    house
        .ada("LOCK", &file, &[("if", &format!("({token})")), ("timeout", "Second-120")], "")
        .await
        .is(200)
        .has("Second-120");
    house.ada("UNLOCK", &file, &[("lock-token", "<urn:uuid:00000000-0000-4000-8000-000000000000>")], "").await.is(409);
    house.ada("UNLOCK", &file, &[], "").await.is(400);
    house.ada("UNLOCK", &file, &[("lock-token", &token)], "").await.is(204);
    house.ada("PUT", &file, &[], "x").await.is(204);
}
