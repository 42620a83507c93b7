//! Folders and files: made, listed, renamed, moved, copied, tagged.

use serde_json::{Value, json};

use crate::house::{House, ROOT, id, names};

#[tokio::test]
async fn a_folder_shows_its_children_folders_first_numbers_as_numbers() {
    let house = House::open().await;
    for name in ["photo%2010.jpg", "photo%209.jpg", "A.txt"] {
        house.file(ROOT, name, "x").await;
    }
    house.folder(ROOT, "zebra").await;
    let listed = house.get(&format!("/files/{ROOT}")).await;
    assert_eq!(names(&listed["included"]), ["zebra", "A.txt", "photo 9.jpg", "photo 10.jpg"]);
    assert_eq!(listed["data"]["relationships"]["contents"]["data"].as_array().unwrap().len(), 4);
    assert_eq!(listed["meta"]["count"], 4);
    assert!(listed["meta"]["cursor"].as_str().unwrap().contains('.'));
    assert_eq!(
        names(&house.get(&format!("/files/{ROOT}?sort=-name")).await["included"]),
        ["zebra", "photo 10.jpg", "photo 9.jpg", "A.txt"]
    );
    assert_eq!(house.ask("GET", &format!("/files/{ROOT}?sort=colour")).send().await.fault(), "400 bad_request");
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let house = House::open().await;
    for number in 0..7 {
        house.file(ROOT, &format!("f{number}"), "x").await;
    }
    let (mut next, mut seen) = (Some(format!("/files/{ROOT}?page[limit]=3")), Vec::new());
    while let Some(address) = next {
        let page = house.get(&address).await;
        seen.extend(names(&page["included"]).into_iter().map(str::to_owned));
        next = page["links"]["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, ["f0", "f1", "f2", "f3", "f4", "f5", "f6"]);
}

#[tokio::test]
async fn a_file_tells_what_is_known_of_it() {
    let house = House::open().await;
    let dir = house.folder(ROOT, "docs").await;
    let made = house
        .ask(
            "POST",
            &format!("/files/{dir}?Type=file&Name=hello.txt&UpdatedAt=2026-01-02T03:04:05%2B01:00&Executable=true"),
        )
        .header("content-md5", "XUFAKrxLKna5cZ2REBfFkg==")
        .body("hello")
        .send()
        .await
        .good(201);
    let attributes = &made["data"]["attributes"];
    for (name, value) in [
        ("type", json!("file")),
        ("name", json!("hello.txt")),
        ("dir_id", json!(dir)),
        ("path", json!("/docs/hello.txt")),
        ("size", json!("5")),
        ("md5sum", json!("XUFAKrxLKna5cZ2REBfFkg==")),
        ("sha256", json!("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")),
        ("mime", json!("text/plain")),
        ("class", json!("text")),
        ("executable", json!(true)),
        ("trashed", json!(false)),
        ("updated_at", json!("2026-01-02T02:04:05.000Z")),
        ("tags", json!([])),
    ] {
        assert_eq!(attributes[name], value, "{name}");
    }
    assert_eq!(made["data"]["type"], "io.cozy.files");
    assert!(made["data"]["meta"]["rev"].as_str().unwrap().starts_with("1-"));
    assert_eq!(house.get("/files/metadata?Path=/docs/hello.txt").await["data"], made["data"]);
    assert_eq!(house.get(&format!("/files/{}", id(&made))).await["data"], made["data"]);
    assert_eq!(house.ask("GET", "/files/metadata?Path=/docs/none").send().await.fault(), "404 missing");
}

#[tokio::test]
async fn what_cannot_be_made_says_why() {
    let house = House::open().await;
    let file = house.file(ROOT, "taken", "x").await;
    let long = "x".repeat(256);
    let cases = [
        (format!("/files/{ROOT}?Type=directory&Name=taken"), "409 exists"),
        (format!("/files/{ROOT}?Type=file&Name=taken"), "409 exists"),
        (format!("/files/{ROOT}?Type=directory&Name="), "422 invalid_name"),
        (format!("/files/{ROOT}?Type=directory&Name=a%2Fb"), "422 invalid_name"),
        (format!("/files/{ROOT}?Type=directory&Name=.."), "422 invalid_name"),
        (format!("/files/{ROOT}?Type=directory&Name=a%00b"), "422 invalid_name"),
        (format!("/files/{ROOT}?Type=directory&Name={long}"), "422 invalid_name"),
        (format!("/files/{ROOT}?Type=directory"), "400 bad_request"),
        (format!("/files/{ROOT}?Type=socket&Name=a"), "400 bad_request"),
        (format!("/files/{ROOT}?Name=a"), "400 bad_request"),
        (format!("/files/{ROOT}?Type=file&Name=a&UpdatedAt=yesterday"), "400 bad_request"),
        (format!("/files/{file}?Type=file&Name=a"), "422 bad_request"),
        (format!("/files/{}?Type=file&Name=a", "f".repeat(32)), "404 missing"),
        ("/files/00000000000000000000000000ffffff?Type=file&Name=a".to_owned(), "404 no_parent"),
    ];
    for (path, fault) in cases {
        assert_eq!(house.ask("POST", &path).send().await.fault(), fault, "{path}");
    }
    let wrong = house
        .ask("POST", &format!("/files/{ROOT}?Type=file&Name=a"))
        .header("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")
        .body("hello")
        .send()
        .await;
    assert_eq!(wrong.fault(), "412 checksum");
    let cut = house.ask("POST", &format!("/files/{ROOT}?Type=file&Name=a")).header("content-length", "9").send().await;
    assert_eq!(cut.fault(), "400 bad_request");
    assert_eq!(names(&house.get(&format!("/files/{ROOT}")).await["included"]), ["taken"], "nothing is left behind");
}

#[tokio::test]
async fn the_quota_is_kept() {
    let house = House::with(Some(10)).await;
    assert_eq!(
        house.ask("POST", &format!("/files/{ROOT}?Type=file&Name=a")).body("12345678901").send().await.fault(),
        "413 quota"
    );
    house.file(ROOT, "a", "1234567890").await;
    assert_eq!(
        house.ask("POST", &format!("/files/{ROOT}?Type=file&Name=b")).body("1").send().await.fault(),
        "413 quota"
    );
}

fn patch(attributes: Value) -> Value {
    json!({ "data": { "type": "io.cozy.files", "attributes": attributes } })
}

#[tokio::test]
async fn rename_move_tag_and_star() {
    let house = House::open().await;
    let (one, two) = (house.folder(ROOT, "one").await, house.folder(ROOT, "two").await);
    let file = house.file(&one, "a.txt", "x").await;
    let path = format!("/files/{file}");
    let renamed = house.ask("PATCH", &path).json(&patch(json!({ "name": "b.txt" }))).send().await.good(200);
    assert_eq!(renamed["data"]["attributes"]["path"], "/one/b.txt");
    let moved = house
        .ask("PATCH", &path)
        .json(&patch(json!({ "dir_id": two, "name": "c.txt", "tags": ["x"], "cozyMetadata": { "favorite": true } })))
        .send()
        .await
        .good(200);
    let attributes = &moved["data"]["attributes"];
    assert_eq!(
        (&attributes["path"], &attributes["tags"], &attributes["cozyMetadata"]["favorite"]),
        (&json!("/two/c.txt"), &json!(["x"]), &json!(true))
    );
    let unstarred =
        house.ask("PATCH", &path).json(&patch(json!({ "cozyMetadata": { "favorite": false } }))).send().await.good(200);
    assert_eq!(unstarred["data"]["attributes"]["cozyMetadata"]["favorite"], false);
    assert_eq!(unstarred["data"]["attributes"]["tags"], json!(["x"]), "what is left out stays");

    house.file(&two, "taken", "x").await;
    assert_eq!(house.ask("PATCH", &path).json(&patch(json!({ "name": "taken" }))).send().await.fault(), "409 exists");
    assert_eq!(
        house.ask("PATCH", &path).json(&patch(json!({ "name": "a/b" }))).send().await.fault(),
        "422 invalid_name"
    );
    assert_eq!(
        house.ask("PATCH", &path).json(&patch(json!({ "dir_id": "f".repeat(32) }))).send().await.fault(),
        "404 no_parent"
    );
    assert_eq!(
        house.ask("PATCH", &format!("/files/{two}")).json(&patch(json!({ "dir_id": two }))).send().await.fault(),
        "422 invalid_cycle"
    );
    assert_eq!(house.ask("PATCH", &path).json(&patch(json!({ "tags": "x" }))).send().await.fault(), "400 bad_request");
    assert_eq!(house.ask("PATCH", &path).json(&json!({ "name": "x" })).send().await.fault(), "400 bad_request");
}

#[tokio::test]
async fn a_change_by_one_who_saw_something_older_is_refused() {
    let house = House::open().await;
    let file = house.file(ROOT, "a.txt", "x").await;
    let path = format!("/files/{file}");
    let rev = house.get(&path).await["data"]["meta"]["rev"].as_str().unwrap().to_owned();
    house.ask("PATCH", &path).header("if-match", &rev).json(&patch(json!({ "name": "b.txt" }))).send().await.good(200);
    assert_eq!(
        house
            .ask("PATCH", &path)
            .header("if-match", &rev)
            .json(&patch(json!({ "name": "c.txt" })))
            .send()
            .await
            .fault(),
        "412 conflict"
    );
    let mut body = patch(json!({ "name": "c.txt" }));
    body["data"]["meta"] = json!({ "rev": rev });
    assert_eq!(house.ask("PATCH", &path).json(&body).send().await.fault(), "412 conflict");
    assert_eq!(house.ask("PUT", &path).header("if-match", &rev).body("new").send().await.fault(), "412 conflict");
    // Cozy's client sends an empty condition when it knows none.
    house.ask("PATCH", &path).header("if-match", "").json(&patch(json!({ "name": "c.txt" }))).send().await.good(200);
}

#[tokio::test]
async fn copies_of_files_and_trees() {
    let house = House::open().await;
    let dir = house.folder(ROOT, "dir").await;
    let file = house.file(&dir, "a.txt", "hello").await;
    let second = house.ask("POST", &format!("/files/{file}/copy")).send().await.good(201);
    assert_eq!(second["data"]["attributes"]["path"], "/dir/a (2).txt");
    let named = house.ask("POST", &format!("/files/{file}/copy?Name=b.txt&DirID={ROOT}")).send().await.good(201);
    assert_eq!(named["data"]["attributes"]["path"], "/b.txt");
    assert_eq!(
        house.ask("POST", &format!("/files/{file}/copy?Name=b.txt&DirID={ROOT}")).send().await.fault(),
        "409 exists"
    );
    let tree = house.ask("POST", &format!("/files/{dir}/copy?Name=dir-copy")).send().await.good(201);
    assert_eq!(names(&house.get(&format!("/files/{}", id(&tree))).await["included"]), ["a (2).txt", "a.txt"]);
}

#[tokio::test]
async fn recent_files_newest_first() {
    let house = House::open().await;
    for name in ["old", "mid", "new"] {
        house.file(ROOT, name, name).await;
        house.pass(60);
    }
    let gone = house.file(ROOT, "gone", "x").await;
    house.ask("DELETE", &format!("/files/{gone}")).send().await.good(200);
    assert_eq!(names(&house.get("/files/_recent?page[limit]=2").await["data"]), ["new", "mid"]);
}
