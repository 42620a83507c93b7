//! Many operations in one request.

use serde_json::{Value, json};

use crate::house::{House, ROOT, names};

#[tokio::test]
async fn each_operation_stands_for_itself() {
    let house = House::open().await;
    let dir = house.folder(ROOT, "dir").await;
    let (a, b) = (house.file(ROOT, "a", "x").await, house.file(ROOT, "b", "x").await);
    let body = json!({ "operations": [
        { "op": "move", "id": a, "dir_id": dir },
        { "op": "move", "id": b, "dir_id": dir, "name": "a" },
        { "op": "copy", "id": a, "dir_id": ROOT, "name": "a copy" },
        { "op": "update", "id": b, "attributes": { "cozyMetadata": { "favorite": true } } },
        { "op": "trash", "id": b },
        { "op": "restore", "id": b },
        { "op": "trash", "id": b },
        { "op": "destroy", "id": b },
        { "op": "destroy", "id": a },
        { "op": "trash", "id": "nonsense" },
        { "op": "explode", "id": a },
    ] });
    let answer = house.ask("POST", "/files/_batch").json(&body).send().await.good(200);
    let results = answer["results"].as_array().unwrap();
    let told: Vec<String> = results
        .iter()
        .map(|result| {
            format!("{} {}", result["status"].as_str().unwrap(), result["errors"][0]["code"].as_str().unwrap_or(""))
        })
        .collect();
    assert_eq!(
        told,
        [
            "200 ",
            "409 exists",
            "201 ",
            "200 ",
            "200 ",
            "200 ",
            "200 ",
            "204 ",
            "404 missing",
            "404 missing",
            "400 bad_request"
        ]
    );
    assert_eq!(results[0]["data"]["attributes"]["path"], "/dir/a");
    assert_eq!(results[3]["data"]["attributes"]["cozyMetadata"]["favorite"], true);
    assert_eq!(results[4]["data"]["attributes"]["restore_path"], "/");
    assert_eq!(names(&house.get(&format!("/files/{ROOT}")).await["included"]), ["dir", "a copy"]);
}

#[tokio::test]
async fn a_batch_is_bounded() {
    let house = House::open().await;
    let operations: Vec<Value> = (0..1001).map(|_| json!({ "op": "trash", "id": "x" })).collect();
    assert_eq!(
        house.ask("POST", "/files/_batch").json(&json!({ "operations": operations })).send().await.fault(),
        "413 too_large"
    );
    assert_eq!(house.ask("POST", "/files/_batch").body("not json").send().await.fault(), "400 bad_request");
    let huge = format!("{{\"operations\": [], \"x\": \"{}\"}}", "x".repeat(5 << 20));
    assert_eq!(house.ask("POST", "/files/_batch").body(&huge).send().await.fault(), "413 too_large");
}
