//! Deleting, restoring, destroying.

use serde_json::json;

use crate::house::{House, ROOT, id, names};

#[tokio::test]
async fn what_is_deleted_is_in_the_trash_and_comes_back_to_its_place() {
    let house = House::open().await;
    let dir = house.folder(ROOT, "docs").await;
    let file = house.file(&dir, "a.txt", "x").await;
    let trashed = house.ask("DELETE", &format!("/files/{file}")).send().await.good(200);
    let attributes = &trashed["data"]["attributes"];
    assert_eq!(
        (&attributes["trashed"], &attributes["restore_path"], &attributes["dir_id"]),
        (&json!(true), &json!("/docs"), &json!("io.cozy.files.trash-dir"))
    );
    let list = house.get("/files/trash").await;
    assert_eq!((names(&list["data"]), list["meta"]["count"].as_u64()), (vec!["a.txt"], Some(1)));
    assert_eq!(list["data"][0]["attributes"]["restore_path"], "/docs");
    assert!(names(&house.get(&format!("/files/{dir}")).await["included"]).is_empty());
    house.ask("DELETE", &format!("/files/{dir}")).send().await.good(200);
    let restored = house.ask("POST", &format!("/files/trash/{file}")).send().await.good(200);
    assert_eq!(
        (&restored["data"]["attributes"]["path"], &restored["data"]["attributes"]["trashed"]),
        (&json!("/docs/a.txt"), &json!(false)),
        "its folder is made again"
    );
    assert!(restored["data"]["attributes"].get("restore_path").is_none());
}

#[tokio::test]
async fn what_is_below_a_deleted_folder_says_where_it_was() {
    let house = House::open().await;
    let one = house.folder(ROOT, "one").await;
    let two = house.folder(&one, "two").await;
    let file = house.file(&two, "a.txt", "x").await;
    house.ask("DELETE", &format!("/files/{two}")).send().await.good(200);
    let attributes = house.get(&format!("/files/{file}")).await["data"]["attributes"].clone();
    assert_eq!(
        (&attributes["trashed"], &attributes["restore_path"], &attributes["path"]),
        (&json!(true), &json!("/one/two"), &json!("/.cozy_trash/two/a.txt"))
    );
}

#[tokio::test]
async fn a_taken_name_gets_a_number_at_restore() {
    let house = House::open().await;
    let file = house.file(ROOT, "a.txt", "old").await;
    house.ask("DELETE", &format!("/files/{file}")).send().await.good(200);
    house.file(ROOT, "a.txt", "new").await;
    let restored = house.ask("POST", &format!("/files/trash/{file}")).send().await.good(200);
    assert_eq!(restored["data"]["attributes"]["name"], "a (2).txt");
}

#[tokio::test]
async fn only_what_is_in_the_trash_is_destroyed() {
    let house = House::open().await;
    let file = house.file(ROOT, "a.txt", "x").await;
    assert_eq!(house.ask("DELETE", &format!("/files/trash/{file}")).send().await.fault(), "404 missing");
    assert_eq!(house.ask("DELETE", "/files/trash/io.cozy.files.trash-dir").send().await.fault(), "404 missing");
    assert_eq!(house.ask("DELETE", "/files/trash/io.cozy.files.root-dir").send().await.fault(), "404 missing");
    house.ask("DELETE", &format!("/files/{file}")).send().await.good(200);
    house.ask("DELETE", &format!("/files/trash/{file}")).send().await.good(204);
    assert_eq!(house.ask("GET", &format!("/files/{file}")).send().await.fault(), "404 missing");
}

#[tokio::test]
async fn the_trash_is_emptied() {
    let house = House::open().await;
    for name in ["a", "b"] {
        let file = house.file(ROOT, name, "x").await;
        house.ask("DELETE", &format!("/files/{file}")).send().await.good(200);
    }
    house.ask("DELETE", "/files/trash").send().await.good(204);
    assert_eq!(house.get("/files/trash").await["meta"]["count"], 0);
}

#[tokio::test]
async fn versions_are_listed_read_reverted_and_forgotten() {
    let house = House::open().await;
    let file = house.file(ROOT, "a.txt", "first").await;
    house.pass(60);
    let replaced = house.ask("PUT", &format!("/files/{file}")).body("second!").send().await.good(200);
    assert_eq!(replaced["data"]["attributes"]["size"], "7");
    let versions = house.get(&format!("/files/{file}/versions")).await;
    let version = versions["data"][0].clone();
    assert_eq!((&version["type"], &version["attributes"]["size"]), (&json!("io.cozy.files.versions"), &json!("5")));
    let number = version["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let bytes = house.ask("GET", &format!("/files/download/{file}/{number}")).send().await;
    assert_eq!((bytes.status, bytes.bytes.as_slice()), (200, &b"first"[..]));
    let reverted = house.ask("POST", &format!("/files/revert/{file}/{number}")).send().await.good(200);
    assert_eq!((id(&reverted), &reverted["data"]["attributes"]["size"]), (file.clone(), &json!("5")));
    let versions = house.get(&format!("/files/{file}/versions")).await;
    let number = versions["data"][0]["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    house.ask("DELETE", &format!("/files/{file}/{number}")).send().await.good(204);
    assert_eq!(house.ask("DELETE", &format!("/files/{file}/{number}")).send().await.fault(), "404 missing");
}
