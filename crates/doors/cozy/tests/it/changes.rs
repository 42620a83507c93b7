//! What is different since a cursor.

use serde_json::{Value, json};

use crate::house::{House, ROOT};

fn told(answer: &Value) -> Vec<String> {
    answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let name = row["doc"]["attributes"]["name"].as_str().unwrap_or("");
            let mark = if row["deleted"] == true {
                "deleted"
            } else if row["doc"]["attributes"]["trashed"] == true {
                "trashed"
            } else {
                "here"
            };
            format!("{name} {mark}").trim().to_owned()
        })
        .collect()
}

#[tokio::test]
async fn a_client_follows_what_happens() {
    let house = House::open().await;
    let mut cursor = house.get("/files/_changes?since=now").await["last_seq"].as_str().unwrap().to_owned();
    let mut since = async |house: &House| {
        let answer = house.get(&format!("/files/_changes?since={cursor}&include_docs=true&limit=100")).await;
        cursor = answer["last_seq"].as_str().unwrap().to_owned();
        assert_eq!(answer["pending"], 0);
        told(&answer)
    };
    assert!(since(&house).await.is_empty());
    let file = house.file(ROOT, "a.txt", "x").await;
    assert_eq!(since(&house).await, ["a.txt here"]);
    house
        .ask("PATCH", &format!("/files/{file}"))
        .json(&json!({ "data": { "attributes": { "name": "b.txt" } } }))
        .send()
        .await
        .good(200);
    assert_eq!(since(&house).await, ["b.txt here"]);
    house.ask("DELETE", &format!("/files/{file}")).send().await.good(200);
    assert_eq!(since(&house).await, ["b.txt trashed"]);
    house.ask("DELETE", &format!("/files/trash/{file}")).send().await.good(204);
    assert_eq!(since(&house).await, ["deleted"]);
    assert!(since(&house).await.is_empty());
}

#[tokio::test]
async fn pages_say_how_much_is_left() {
    let house = House::open().await;
    let start = house.get("/files/_changes?since=now").await["last_seq"].as_str().unwrap().to_owned();
    for name in ["a", "b", "c"] {
        house.file(ROOT, name, "x").await;
    }
    let page = house.get(&format!("/files/_changes?since={start}&limit=2")).await;
    assert_eq!((page["results"].as_array().unwrap().len(), page["pending"].as_i64()), (2, Some(1)));
    assert!(page["results"][0].get("doc").is_none());
    let rest = house.get(&format!("/files/_changes?since={}&limit=2", page["last_seq"].as_str().unwrap())).await;
    assert_eq!((rest["results"].as_array().unwrap().len(), rest["pending"].as_i64()), (1, Some(0)));
}

#[tokio::test]
async fn a_cursor_of_another_life_has_expired() {
    let house = House::open().await;
    assert_eq!(house.ask("GET", "/files/_changes?since=0123456789abcdef.1").send().await.fault(), "410 expired");
    assert_eq!(house.ask("GET", "/files/_changes?since=yesterday").send().await.fault(), "400 bad_request");
}
