use crate::house::House;

const PROPS: &str = r#"<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"><d:prop><nc:trashbin-filename/><nc:trashbin-original-location/><nc:trashbin-deletion-time/><oc:size/><oc:fileid/></d:prop></d:propfind>"#;

#[tokio::test]
async fn what_was_deleted_is_listed_and_restored() {
    let house = House::open().await;
    house.ada("PUT", "/dav/a/x.txt", &[("x-nc-webdav-auto-mkcol", "1")], "hello").await.is(201);
    house.ada("DELETE", "/dav/a/x.txt", &[], "").await.is(204);
    let trash = "/remote.php/dav/trashbin/ada/trash/";
    let listed = house.ada("PROPFIND", trash, &[("depth", "1")], PROPS).await.is(207);
    let listed = listed
        .has("<nc:trashbin-filename>x.txt</nc:trashbin-filename>")
        .has("<nc:trashbin-original-location>a/x.txt</nc:trashbin-original-location>");
    let listed = listed.has("<nc:trashbin-deletion-time>1700000000</nc:trashbin-deletion-time>");
    let href = listed.body.split("<d:href>").nth(2).unwrap().split('<').next().unwrap().to_owned();
    assert!(href.starts_with("/remote.php/dav/trashbin/ada/trash/x.txt.d1700000000"), "{href}");
    assert_eq!(house.ada("GET", &href, &[], "").await.is(200).body, "hello");
    house.ada("MOVE", &href, &[("destination", "/remote.php/dav/trashbin/ada/restore/x.txt")], "").await.is(201);
    assert_eq!(house.ada("GET", "/dav/a/x.txt", &[], "").await.is(200).body, "hello");
    house.ada("DELETE", "/dav/a", &[], "").await.is(204);
    house.ada("DELETE", trash, &[], "").await.is(204);
    house.ada("PROPFIND", trash, &[("depth", "1")], PROPS).await.is(207).lacks("trashbin-filename>a<");
}

#[tokio::test]
async fn former_contents_are_listed_read_named_and_restored() {
    let house = House::open().await;
    house.ada("PUT", "/dav/x.txt", &[], "one").await.is(201);
    house.pass(60);
    let put = house.ada("PUT", "/dav/x.txt", &[], "two").await.is(204);
    let id: i64 = put.header("oc-fileid").split("oc").next().unwrap().parse().unwrap();
    let base = format!("/remote.php/dav/versions/ada/versions/{id}");
    let listed = house.ada("PROPFIND", &base, &[("depth", "1")], "").await.is(207);
    let href = listed.body.split("<d:href>").nth(2).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(house.ada("GET", &href, &[], "").await.is(200).body, "one");
    let label = r#"<d:propertyupdate xmlns:d="DAV:" xmlns:nc="http://nextcloud.org/ns"><d:set><d:prop><nc:version-label>draft</nc:version-label></d:prop></d:set></d:propertyupdate>"#;
    house.ada("PROPPATCH", &href, &[], label).await.is(207).has("200 OK");
    let body = r#"<d:propfind xmlns:d="DAV:" xmlns:nc="http://nextcloud.org/ns"><d:prop><nc:version-label/><nc:version-author/></d:prop></d:propfind>"#;
    house
        .ada("PROPFIND", &base, &[("depth", "1")], body)
        .await
        .is(207)
        .has("<nc:version-label>draft</nc:version-label>");
    house.ada("MOVE", &href, &[("destination", "/remote.php/dav/versions/ada/restore/target")], "").await.is(201);
    assert_eq!(house.ada("GET", "/dav/x.txt", &[], "").await.is(200).body, "one");
    house.bob("GET", &href, &[], "").await.is(404);
}
