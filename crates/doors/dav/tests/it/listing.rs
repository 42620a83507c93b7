use abri_door_dav::DavPolicy;

use crate::house::House;

const HOME: &str = "/remote.php/dav/files/ada/";
/// What nextcloudcmd 3.7.3 asks for, with the stray text that owncloudcmd 2.11 sends.
const DESKTOP: &str = r#"<?xml version="1.0" ?><d:propfind xmlns:d="DAV:"><d:prop><d:resourcetype/><d:getlastmodified/><d:getcontentlength/><d:getetag/><size xmlns="http://owncloud.org/ns"/><id xmlns="http://owncloud.org/ns"/><fileid xmlns="http://owncloud.org/ns"/><downloadURL xmlns="http://owncloud.org/ns"/><dDC xmlns="http://owncloud.org/ns"/><permissions xmlns="http://owncloud.org/ns"/><checksums xmlns="http://owncloud.org/ns"/><data-fingerprint xmlns="http://owncloud.org/ns"/><share-types xmlns="http://owncloud.org/ns"/></d:prop>M</d:propfind>"#;

async fn house() -> House {
    let house = House::open().await;
    house.ada("MKCOL", "/dav/%C3%89t%C3%A9%20%26%20mer", &[], "").await.is(201);
    house
        .ada("PUT", "/dav/a.txt", &[("oc-checksum", "SHA1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d")], "hello")
        .await
        .is(201);
    house
}

#[tokio::test]
async fn the_folder_itself_comes_first_with_what_desktops_need() {
    let house = house().await;
    let answer = house.ada("PROPFIND", HOME, &[("depth", "1")], DESKTOP).await.is(207);
    assert_eq!(answer.header("content-type"), "application/xml; charset=utf-8");
    let first = answer.body.find("<d:href>/remote.php/dav/files/ada/</d:href>").unwrap();
    assert_eq!(answer.body.find("<d:href>").unwrap(), first);
    let answer = answer.has("<d:href>/remote.php/dav/files/ada/%C3%89t%C3%A9%20%26%20mer/</d:href>");
    let answer = answer.has("<oc:permissions>GDNVCK</oc:permissions>").has("<oc:permissions>GDNVW</oc:permissions>");
    let answer = answer.has(
        "<oc:checksum>SHA1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d MD5:5d41402abc4b2a76b9719d911017c592</oc:checksum>",
    );
    let answer =
        answer.has("<d:getetag>&quot;").has("<d:getcontentlength>5</d:getcontentlength>").has("<oc:size>5</oc:size>");
    let answer = answer.has("<oc:dDC/>").has("<d:resourcetype><d:collection/></d:resourcetype>");
    // iOS reads the first propstat only.
    for response in answer.body.split("<d:response>").skip(1) {
        assert!(response.find("200 OK").unwrap() < response.find("404 Not Found").unwrap());
    }
}

#[tokio::test]
async fn numbers_are_the_same_wherever_they_are_told() {
    let house = house().await;
    let put = house.ada("PUT", "/dav/b.txt", &[], "b").await.is(201);
    let id = format!("<oc:id>{}</oc:id>", put.header("oc-fileid"));
    let etag = put.header("oc-etag").trim_matches('"').to_owned();
    let answer = house.ada("PROPFIND", "/dav/b.txt", &[("depth", "0")], DESKTOP).await.is(207).has(&id).has(&etag);
    let fileid = answer.body.split("<oc:fileid>").nth(1).unwrap().split('<').next().unwrap();
    assert!(fileid.parse::<i64>().unwrap() < 1 << 53);
    let moved = house.ada("MOVE", "/dav/b.txt", &[("destination", "/dav/c.txt")], "").await.is(201);
    assert_eq!(moved.header("oc-fileid"), put.header("oc-fileid"));
    let copied = house.ada("COPY", "/dav/c.txt", &[("destination", "/dav/d.txt")], "").await.is(201);
    assert_ne!(copied.header("oc-fileid"), put.header("oc-fileid"));
}

#[tokio::test]
async fn folders_above_get_another_tag() {
    let house = house().await;
    let tag = async |path: &str| {
        let answer = house.ada("PROPFIND", path, &[("depth", "0")], DESKTOP).await.is(207);
        answer.body.split("<d:getetag>").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    let before = (tag("/dav/").await, tag("/dav/%C3%89t%C3%A9%20%26%20mer").await);
    house.ada("PUT", "/dav/%C3%89t%C3%A9%20%26%20mer/x", &[], "x").await.is(201);
    let after = (tag("/dav/").await, tag("/dav/%C3%89t%C3%A9%20%26%20mer").await);
    assert_ne!(before.0, after.0);
    assert_ne!(before.1, after.1);
}

#[tokio::test]
async fn long_listings_are_whole_and_in_order() {
    let house = House::open().await;
    house.ada("MKCOL", "/dav/many", &[], "").await.is(201);
    for number in 0..1500 {
        house.ada("PUT", &format!("/dav/many/{number:05}"), &[], "").await.is(201);
    }
    let answer = house.ada("PROPFIND", "/dav/many", &[("depth", "1")], DESKTOP).await.is(207);
    let hrefs: Vec<&str> = answer.body.split("<d:href>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(hrefs.len(), 1501);
    assert_eq!(hrefs[0], "/dav/many/");
    assert!(hrefs[1..].is_sorted());
    assert!(answer.body.ends_with("</d:multistatus>\n"));
    let deep = house.ada("PROPFIND", "/dav/", &[("depth", "infinity")], DESKTOP).await.is(207);
    assert_eq!(deep.body.matches("<d:response>").count(), 1502);
}

#[tokio::test]
async fn depth_infinity_is_bounded() {
    let house = House::with(DavPolicy { infinity_nodes_max: 2, ..Default::default() }, None).await;
    for name in ["a", "b", "c"] {
        house.ada("PUT", &format!("/dav/{name}"), &[], "").await.is(201);
    }
    let answer = house.ada("PROPFIND", "/dav/", &[], "").await.is(207);
    answer.has("HTTP/1.1 507").has("<d:number-of-matches-within-limits/>").has("/dav/b").lacks("/dav/c");
    let house = House::with(DavPolicy { infinity: false, ..Default::default() }, None).await;
    house.ada("PROPFIND", "/dav/", &[("depth", "infinity")], "").await.is(403).has("<d:propfind-finite-depth/>");
}

#[tokio::test]
async fn phones_and_rclone_get_their_properties() {
    let house = house().await;
    let body = r#"<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"><d:prop><d:displayname/><d:getcontenttype/><d:creationdate/><d:quota-available-bytes/><d:quota-used-bytes/><oc:favorite/><oc:owner-id/><oc:owner-display-name/><nc:has-preview/><nc:creation_time/><nc:upload_time/><nc:is-encrypted/><nc:mount-type/><nc:sharees/><nc:system-tags/><nc:lock/><nc:hidden/><nc:is-mount-root/><nc:note/></d:prop></d:propfind>"#;
    let answer = house.ada("PROPFIND", HOME, &[("depth", "1")], body).await.is(207);
    let answer = answer
        .has("<d:quota-available-bytes>-3</d:quota-available-bytes>")
        .has("<d:quota-used-bytes>5</d:quota-used-bytes>");
    let answer = answer
        .has("<oc:favorite>0</oc:favorite>")
        .has("<oc:owner-id>ada</oc:owner-id>")
        .has("<nc:has-preview>false</nc:has-preview>");
    let answer =
        answer.has("<nc:creation_time>1700000000</nc:creation_time>").has("<nc:is-encrypted>0</nc:is-encrypted>");
    answer
        .has("<d:displayname>a.txt</d:displayname>")
        .has("<nc:is-mount-root>true</nc:is-mount-root>")
        .has("<nc:lock/>");
    let minimal = house.ada("PROPFIND", "/dav/a.txt", &[("depth", "0"), ("prefer", "return=minimal")], DESKTOP).await;
    minimal.is(207).lacks("404");
}

#[tokio::test]
async fn generic_clients_find_their_way_from_the_top() {
    let house = house().await;
    let top = house.ada("PROPFIND", "/remote.php/dav/", &[("depth", "1")], "").await.is(207);
    top.has("<d:href>/remote.php/dav/files/</d:href>").has("<d:href>/remote.php/dav/principals/</d:href>");
    house
        .ada("PROPFIND", "/remote.php/dav/files", &[("depth", "1")], "")
        .await
        .is(207)
        .has("/remote.php/dav/files/ada/");
    let spaces = house.bob("PROPFIND", "/remote.php/dav/spaces/", &[("depth", "1")], "").await.is(207);
    spaces.has(&house.shared.to_hex()).has("Family");
    let body = r#"<d:propfind xmlns:d="DAV:"><d:prop><d:current-user-principal/></d:prop></d:propfind>"#;
    let answer = house.ada("PROPFIND", "/remote.php/dav/", &[("depth", "0")], body).await.is(207);
    answer.has("<d:current-user-principal><d:href>/remote.php/dav/principals/users/ada/</d:href>");
    house
        .ada("PROPFIND", "/remote.php/dav/principals/users/ada/", &[("depth", "0")], "")
        .await
        .is(207)
        .has("<d:principal/>");
}

#[tokio::test]
async fn readers_of_a_shared_space_are_told_so() {
    let house = house().await;
    let root = format!("/dav/spaces/{}/", house.shared.to_hex());
    house.ada("PUT", &format!("{root}x.txt"), &[], "x").await.is(201);
    let answer = house.bob("PROPFIND", &root, &[("depth", "1")], DESKTOP).await.is(207);
    answer.has("<oc:permissions>G</oc:permissions>").lacks("GDNV");
    house.bob("PUT", &format!("{root}x.txt"), &[], "y").await.is(403);
    assert_eq!(house.bob("GET", &format!("{root}x.txt"), &[], "").await.is(200).body, "x");
}
