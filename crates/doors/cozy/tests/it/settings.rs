//! The account, its sessions, app passwords and audit trail.

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::house::{House, PASSPHRASE, ROOT};

#[tokio::test]
async fn the_profile_is_changed_by_those_who_saw_the_last_one() {
    let house = House::open().await;
    let mut document = house.get("/settings/instance").await;
    document["data"]["attributes"]["public_name"] = json!("Ada Lovelace");
    document["data"]["attributes"]["color_scheme"] = json!("dark");
    document["data"]["attributes"]["accent"] = json!(12);
    let changed = house.ask("PUT", "/settings/instance").json(&document).send().await.good(200);
    assert_eq!(changed["data"]["attributes"]["public_name"], "Ada Lovelace");
    assert_ne!(changed["data"]["meta"]["rev"], document["data"]["meta"]["rev"]);
    assert_eq!(house.ask("PUT", "/settings/instance").json(&document).send().await.fault(), "412 conflict");
    assert_eq!(house.get("/settings/instance").await, changed);
    for (name, value) in
        [("color_scheme", json!("mauve")), ("accent", json!(400)), ("locale", json!("xx")), ("public_name", json!(7))]
    {
        let body = json!({ "data": { "attributes": { name: value } } });
        assert_eq!(
            house.ask("PUT", "/settings/instance").json(&body).send().await.fault(),
            "400 bad_request",
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_passphrase_is_changed_with_the_present_one_and_other_sessions_end() {
    let house = House::open().await;
    let other =
        house.stranger("POST", "/auth/login").json(&json!({ "name": "ada", "passphrase": PASSPHRASE })).send().await;
    assert_eq!(other.status, 200);
    let change = |current: &str, new: &str| json!({ "current_passphrase": current, "new_passphrase": new });
    let new = "eleven grey seals under the pier";
    assert_eq!(
        house.ask("PUT", "/settings/passphrase").json(&change("not this one at all", new)).send().await.fault(),
        "403 unauthenticated"
    );
    assert_eq!(
        house.ask("PUT", "/settings/passphrase").json(&change(PASSPHRASE, "1234")).send().await.fault(),
        "422 weak_passphrase"
    );
    let changed = house.ask("PUT", "/settings/passphrase").json(&change(PASSPHRASE, new)).send().await;
    assert!(changed.header("set-cookie").starts_with("abri_session="), "the cookie is rotated");
    changed.good(204);
    let sessions = house.get("/settings/sessions").await;
    assert_eq!(
        (sessions["meta"]["count"].as_u64(), sessions["data"][0]["attributes"]["current"].as_bool()),
        (Some(1), Some(true))
    );
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let house = House::open().await;
    let mine = house.get("/settings/sessions").await["data"][0].clone();
    assert_eq!(
        (&mine["type"], &mine["attributes"]["user_agent"], &mine["attributes"]["address"]),
        (&json!("io.cozy.sessions"), &json!("test browser"), &json!("192.0.2.7"))
    );
    house
        .identity
        .login(
            abri_model::SpaceId::ROOT,
            "ada",
            PASSPHRASE,
            &abri_identity::From { address: [192, 0, 2, 8].into(), user_agent: "elsewhere".into() },
            true,
        )
        .await
        .unwrap();
    let both = house.get("/settings/sessions").await;
    let other =
        both["data"].as_array().unwrap().iter().find(|session| session["attributes"]["current"] == false).unwrap();
    let path = format!("/settings/sessions/{}", other["id"].as_str().unwrap());
    house.ask("DELETE", &path).send().await.good(204);
    assert_eq!(house.ask("DELETE", &path).send().await.fault(), "404 missing");
    assert_eq!(house.get("/settings/sessions").await["meta"]["count"], 1);
    house.ask("DELETE", "/auth/login/others").send().await.good(204);
}

#[tokio::test]
async fn an_app_password_is_told_once_works_and_is_revoked_at_once() {
    let house = House::open().await;
    let made = house.ask("POST", "/settings/app-passwords").json(&json!({ "label": "phone" })).send().await.good(201);
    let attributes = &made["data"]["attributes"];
    assert_eq!(
        (&attributes["label"], &attributes["login"], &attributes["last_used"]),
        (&json!("phone"), &json!("ada"), &Value::Null)
    );
    let basic =
        format!("Basic {}", BASE64.encode(format!("ada:{}", attributes["password"].as_str().unwrap()).as_bytes()));
    house.stranger("GET", &format!("/files/{ROOT}")).header("authorization", &basic).send().await.good(200);
    let list = house.get("/settings/app-passwords").await;
    assert_eq!(list["meta"]["count"], 1);
    assert!(list["data"][0]["attributes"].get("password").is_none(), "never again");
    house
        .ask("DELETE", &format!("/settings/app-passwords/{}", made["data"]["id"].as_str().unwrap()))
        .send()
        .await
        .good(204);
    assert_eq!(
        house.stranger("GET", &format!("/files/{ROOT}")).header("authorization", &basic).send().await.fault(),
        "401 unauthenticated"
    );
    assert_eq!(
        house.ask("POST", "/settings/app-passwords").json(&json!({ "label": " " })).send().await.fault(),
        "400 bad_request"
    );
}

#[tokio::test]
async fn the_audit_trail_tells_newest_first_page_by_page() {
    let house = House::open().await;
    for label in ["one", "two", "three"] {
        house.pass(1);
        house.ask("POST", "/settings/app-passwords").json(&json!({ "label": label })).send().await.good(201);
    }
    let first = house.get("/settings/audit?page[limit]=2").await;
    let events = |page: &Value| {
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["attributes"]["event"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(events(&first), ["app_password_created", "app_password_created"]);
    let second = house.get(first["links"]["next"].as_str().unwrap()).await;
    assert_eq!(events(&second), ["app_password_created", "login"]);
    assert_eq!(second["data"][1]["attributes"]["address"], "192.0.2.7");
}

#[tokio::test]
async fn storage_and_capabilities() {
    let house = House::with(Some(1000)).await;
    house.file(ROOT, "a.txt", "12345").await;
    let usage = house.get("/settings/disk-usage").await["data"]["attributes"].clone();
    assert_eq!(
        (&usage["used"], &usage["quota"], &usage["files"], &usage["trash"]),
        (&json!("5"), &json!("1000"), &json!("5"), &json!("0"))
    );
    assert!(
        house.get("/settings/capabilities").await["data"]["attributes"]["upload_chunk_bytes"].as_u64().unwrap() > 0
    );
    assert_eq!(house.get("/settings/flags").await["data"]["id"], "io.cozy.settings.flags");
}
