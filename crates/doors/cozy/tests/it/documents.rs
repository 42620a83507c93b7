//! `/data`: documents of any doctype.

use serde_json::{Value, json};

use crate::house::House;

fn word(answer: &crate::house::Answer) -> String {
    format!("{} {}", answer.status, answer.json()["error"].as_str().unwrap_or("?"))
}

#[tokio::test]
async fn a_document_is_made_read_changed_and_deleted() {
    let house = House::open().await;
    let made = house.ask("POST", "/data/io.cozy.todos/").json(&json!({ "label": "buy bread" })).send().await.good(201);
    assert_eq!(
        (&made["ok"], &made["type"], &made["data"]["label"], &made["data"]["_type"]),
        (&json!(true), &json!("io.cozy.todos"), &json!("buy bread"), &json!("io.cozy.todos"))
    );
    let (id, rev) = (made["id"].as_str().unwrap(), made["rev"].as_str().unwrap());
    let path = format!("/data/io.cozy.todos/{id}");
    assert_eq!(house.get(&path).await, made["data"]);
    let mut next = made["data"].clone();
    next["done"] = json!(true);
    let changed = house.ask("PUT", &path).json(&next).send().await.good(200);
    assert!(changed["rev"].as_str().unwrap().starts_with("2-"));
    assert_eq!(word(&house.ask("PUT", &path).json(&next).send().await), "409 conflict");
    assert_eq!(word(&house.ask("DELETE", &format!("{path}?rev={rev}")).send().await), "409 conflict");
    house.ask("DELETE", &format!("{path}?rev={}", changed["rev"].as_str().unwrap())).send().await.good(200);
    assert_eq!(word(&house.ask("GET", &path).send().await), "404 not_found");
}

#[tokio::test]
async fn ids_may_be_chosen_and_halves_are_refused() {
    let house = House::open().await;
    let path = "/data/com.example.notes/my%2Fnote";
    house.ask("PUT", path).json(&json!({ "text": "x" })).send().await.good(201);
    assert_eq!(house.get(path).await["_id"], "my/note");
    let rev = format!("1-{}", "a".repeat(32));
    let cases = [
        json!({ "_id": "my/note" }),
        json!({ "_rev": rev }),
        json!({ "_id": "other", "_rev": rev }),
        json!([1]),
        json!({ "_secret": 1 }),
    ];
    for body in cases {
        assert_eq!(word(&house.ask("PUT", path).json(&body).send().await), "400 bad_request", "{body}");
    }
    assert_eq!(word(&house.ask("PUT", path).json(&json!({ "text": "y" })).send().await), "409 conflict", "it is there");
    assert_eq!(word(&house.ask("DELETE", path).send().await), "400 bad_request");
    assert_eq!(
        word(&house.ask("POST", "/data/com.example.notes").json(&json!({ "_id": "x" })).send().await),
        "400 bad_request"
    );
}

#[tokio::test]
async fn reserved_and_malformed_doctypes_are_refused() {
    let house = House::open().await;
    let reserved = house.ask("GET", "/data/io.cozy.files/x").send().await;
    assert_eq!(reserved.status, 403);
    assert!(reserved.json()["error"].as_str().unwrap().contains("message=reserved doctype"));
    assert_eq!(word(&house.ask("GET", "/data/NOT%20A%20TYPE/x").send().await), "400 bad_request");
    assert_eq!(house.ask("POST", "/data/abri.accounts").json(&json!({})).send().await.status, 403, "the system's own");
}

#[tokio::test]
async fn all_documents_page_by_page_and_by_keys() {
    let house = House::open().await;
    for id in ["a", "b", "c", "d"] {
        house.ask("PUT", &format!("/data/com.example.notes/{id}")).json(&json!({ "n": id })).send().await.good(201);
    }
    let ids = |answer: &Value| {
        answer["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_str().unwrap_or("-").to_owned())
            .collect::<Vec<_>>()
    };
    let base = "/data/com.example.notes/_all_docs";
    assert_eq!(ids(&house.get(base).await), ["a", "b", "c", "d"]);
    assert_eq!(ids(&house.get(&format!("{base}?limit=2&skip=1")).await), ["b", "c"]);
    assert_eq!(ids(&house.get(&format!("{base}?startkey=%22b%22&endkey=%22c%22")).await), ["b", "c"]);
    let with_docs = house.get(&format!("{base}?limit=1&include_docs=true")).await;
    assert_eq!(with_docs["rows"][0]["doc"]["n"], "a");
    let by_keys = house.ask("POST", base).json(&json!({ "keys": ["c", "none"] })).send().await.good(200);
    assert_eq!(
        (ids(&by_keys), &by_keys["rows"][1]["error"]),
        (vec!["c".to_owned(), "-".to_owned()], &json!("not_found"))
    );
    assert_eq!(house.get("/data/com.example.notes/_normal_docs?limit=3").await["rows"].as_array().unwrap().len(), 3);
    assert_eq!(house.get("/data/_all_doctypes").await, json!(["com.example.notes"]));
}

#[tokio::test]
async fn changes_of_a_doctype() {
    let house = House::open().await;
    let start = house.get("/data/com.example.notes/_changes?since=now").await["last_seq"].as_str().unwrap().to_owned();
    let made = house.ask("PUT", "/data/com.example.notes/a").json(&json!({ "n": 1 })).send().await.good(201);
    house.ask("PUT", "/data/com.example.other/b").json(&json!({ "n": 1 })).send().await.good(201);
    let path = format!("/data/com.example.notes/_changes?since={start}&include_docs=true");
    let changes = house.get(&path).await;
    assert_eq!((changes["results"].as_array().unwrap().len(), &changes["results"][0]["doc"]["n"]), (1, &json!(1)));
    house
        .ask("DELETE", &format!("/data/com.example.notes/a?rev={}", made["rev"].as_str().unwrap()))
        .send()
        .await
        .good(200);
    let changes = house.get(&path).await;
    assert_eq!((changes["results"].as_array().unwrap().len(), &changes["results"][0]["deleted"]), (1, &json!(true)));
}
