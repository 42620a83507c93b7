use crate::house::House;

fn sync(token: &str, level: &str, limit: &str) -> String {
    format!(
        r#"<d:sync-collection xmlns:d="DAV:"><d:sync-token>{token}</d:sync-token><d:sync-level>{level}</d:sync-level>{limit}<d:prop><d:getetag/></d:prop></d:sync-collection>"#
    )
}

fn token(body: &str) -> String {
    body.split("<d:sync-token>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

async fn report(house: &House, path: &str, token: &str, level: &str) -> crate::house::Answer {
    house.ada("REPORT", path, &[("depth", "0")], &sync(token, level, "")).await
}

#[tokio::test]
async fn what_changed_is_told_once() {
    let house = House::open().await;
    house.ada("MKCOL", "/dav/in", &[], "").await.is(201);
    house.ada("PUT", "/dav/in/a.txt", &[], "a").await.is(201);
    house.ada("PUT", "/dav/out.txt", &[], "o").await.is(201);
    let first = report(&house, "/dav/in/", "", "1").await.is(207).has("/dav/in/a.txt").lacks("out.txt");
    let since = token(&first.body);
    let none = report(&house, "/dav/in/", &since, "1").await.is(207).lacks("<d:response>");
    let since = token(&none.body);
    house.ada("PUT", "/dav/in/b.txt", &[], "b").await.is(201);
    house.ada("DELETE", "/dav/in/a.txt", &[], "").await.is(204);
    house.ada("PUT", "/dav/out.txt", &[], "o2").await.is(204);
    let next = report(&house, "/dav/in/", &since, "1").await.is(207);
    let next = next.has("/dav/in/b.txt").has("<d:href>/dav/in/a.txt</d:href><d:status>HTTP/1.1 404").lacks("out.txt");
    let since = token(&next.body);
    // Gone and there again under the same name: told once, as there.
    house.ada("DELETE", "/dav/in/b.txt", &[], "").await.is(204);
    house.ada("PUT", "/dav/in/b.txt", &[], "b2").await.is(201);
    report(&house, "/dav/in/", &since, "1").await.is(207).has("/dav/in/b.txt").lacks("404");
}

#[tokio::test]
async fn a_tree_that_arrives_is_told_whole() {
    let house = House::open().await;
    house.ada("MKCOL", "/dav/in", &[], "").await.is(201);
    house.ada("PUT", "/dav/tree/sub/x.txt", &[("x-nc-webdav-auto-mkcol", "1")], "x").await.is(201);
    let since = token(&report(&house, "/dav/in/", "", "infinite").await.is(207).body);
    house.ada("MOVE", "/dav/tree", &[("destination", "/dav/in/tree")], "").await.is(201);
    let next = report(&house, "/dav/in/", &since, "infinite").await.is(207);
    let next = next.has("/dav/in/tree/</d:href>").has("/dav/in/tree/sub/</d:href>").has("/dav/in/tree/sub/x.txt");
    let since = token(&next.body);
    house.ada("MOVE", "/dav/in/tree", &[("destination", "/dav/tree")], "").await.is(201);
    report(&house, "/dav/in/", &since, "infinite").await.is(207).has("/dav/in/tree</d:href><d:status>HTTP/1.1 404");
    let all = report(&house, "/dav/", "", "infinite").await.is(207);
    all.has("/dav/tree/sub/x.txt").has("/dav/in/</d:href>");
}

#[tokio::test]
async fn truncated_reports_go_on() {
    let house = House::open().await;
    for name in ["a", "b", "c"] {
        house.ada("PUT", &format!("/dav/{name}"), &[], "x").await.is(201);
    }
    let limit = "<d:limit><d:nresults>2</d:nresults></d:limit>";
    let first = house.ada("REPORT", "/dav/", &[("depth", "0")], &sync("", "1", limit)).await.is(207);
    let first =
        first.has("/dav/a").has("/dav/b").lacks("/dav/c").has("507").has("<d:number-of-matches-within-limits/>");
    let since = token(&first.body);
    let rest = house.ada("REPORT", "/dav/", &[("depth", "0")], &sync(&since, "1", limit)).await.is(207);
    rest.has("/dav/c").lacks("/dav/a").lacks("507");
}

#[tokio::test]
async fn tokens_that_are_not_ours_are_refused() {
    let house = House::open().await;
    for wrong in ["nonsense", "urn:abri:sync:0000000000000000.1", "http://example.org/1"] {
        report(&house, "/dav/", wrong, "1").await.is(403).has("<d:valid-sync-token/>");
    }
}

#[tokio::test]
async fn favourites_are_found() {
    let house = House::open().await;
    house.ada("PUT", "/dav/a/b.txt", &[("x-nc-webdav-auto-mkcol", "1")], "x").await.is(201);
    let star = r#"<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:set><d:prop><oc:favorite>1</oc:favorite></d:prop></d:set></d:propertyupdate>"#;
    house.ada("PROPPATCH", "/dav/a/b.txt", &[], star).await.is(207);
    let body = r#"<oc:filter-files xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:favorite/></d:prop><oc:filter-rules><oc:favorite>1</oc:favorite></oc:filter-rules></oc:filter-files>"#;
    let answer = house.ada("REPORT", "/remote.php/dav/files/ada/", &[], body).await.is(207);
    let answer = answer.has("/remote.php/dav/files/ada/a/b.txt");
    assert_eq!(answer.body.matches("<d:response>").count(), 1);
}

#[tokio::test]
async fn galleries_search() {
    let house = House::open().await;
    house
        .ada("PUT", "/dav/a/photo.jpg", &[("x-nc-webdav-auto-mkcol", "1"), ("x-oc-mtime", "1600000000")], "x")
        .await
        .is(201);
    house.ada("PUT", "/dav/b.txt", &[], "x").await.is(201);
    let search = |r#where: &str| {
        format!(
            r#"<d:searchrequest xmlns:d="DAV:"><d:basicsearch><d:select><d:prop><d:getcontenttype/></d:prop></d:select><d:from><d:scope><d:href>/files/ada</d:href><d:depth>infinity</d:depth></d:scope></d:from><d:where>{}</d:where><d:orderby><d:order><d:prop><d:getlastmodified/></d:prop><d:descending/></d:order></d:orderby><d:limit><d:nresults>10</d:nresults></d:limit></d:basicsearch></d:searchrequest>"#,
            r#where
        )
    };
    let images = search(
        "<d:and><d:like><d:prop><d:getcontenttype/></d:prop><d:literal>image/%</d:literal></d:like><d:lt><d:prop><d:getlastmodified/></d:prop><d:literal>2021-01-01T00:00:00Z</d:literal></d:lt></d:and>",
    );
    let answer = house.ada("SEARCH", "/remote.php/dav/", &[], &images).await.is(207);
    answer.has("<d:href>/remote.php/dav/files/ada/a/photo.jpg</d:href>").lacks("b.txt");
    let named = search("<d:like><d:prop><d:displayname/></d:prop><d:literal>B%</d:literal></d:like>");
    house.ada("SEARCH", "/remote.php/dav/", &[], &named).await.is(207).has("b.txt").lacks("photo");
    let odd = search("<d:contains>word</d:contains>");
    house.ada("SEARCH", "/remote.php/dav/", &[], &odd).await.is(400);
}
