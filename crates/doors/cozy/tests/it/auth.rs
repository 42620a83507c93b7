//! Set-up, login, logout, and whose cookie counts.

use serde_json::json;

use crate::house::{House, PASSPHRASE};

#[tokio::test]
async fn the_first_account_is_made_through_the_link_once() {
    let house = House::bare().await;
    let status = house.stranger("GET", "/public/status").send().await.good(200);
    assert_eq!((&status["setup"], &status["organisation"]), (&json!(true), &json!("Abri")));
    let token = house.identity.setup_token().await.unwrap().unwrap();
    assert_eq!(house.stranger("GET", "/auth/setup?token=wrong").send().await.fault(), "410 expired");
    house.stranger("GET", &format!("/auth/setup?token={token}")).send().await.good(204);
    let founder = |name: &str, passphrase: &str| json!({ "token": token, "name": name, "public_name": "Ada L.", "passphrase": passphrase, "locale": "fr" });
    assert_eq!(
        house.ask("POST", "/auth/setup").json(&founder("ada", "short")).send().await.fault(),
        "422 weak_passphrase"
    );
    assert_eq!(
        house.ask("POST", "/auth/setup").json(&founder("a/b", PASSPHRASE)).send().await.fault(),
        "422 invalid_name"
    );
    let made = house.ask("POST", "/auth/setup").json(&founder("ada", PASSPHRASE)).send().await;
    assert!(
        made.header("set-cookie").starts_with("abri_session=")
            && made.header("set-cookie").contains("HttpOnly; SameSite=Lax")
    );
    let account = made.good(201);
    assert_eq!(account["data"]["id"], "io.cozy.settings.instance");
    let attributes = &account["data"]["attributes"];
    assert_eq!(
        (&attributes["name"], &attributes["public_name"], &attributes["locale"], &attributes["admin"]),
        (&json!("ada"), &json!("Ada L."), &json!("fr"), &json!(true))
    );
    house.get("/settings/instance").await;
    assert_eq!(house.ask("POST", "/auth/setup").json(&founder("eve", PASSPHRASE)).send().await.fault(), "410 expired");
    assert_eq!(house.stranger("GET", "/public/status").send().await.good(200)["setup"], false);
}

#[tokio::test]
async fn login_and_logout() {
    let house = House::open().await;
    house.get("/settings/instance").await;
    let cleared = house.ask("DELETE", "/auth/login").send().await;
    assert!(cleared.header("set-cookie").contains("Max-Age=0"));
    cleared.good(204);
    assert_eq!(house.ask("GET", "/settings/instance").send().await.fault(), "401 unauthenticated");
    let login = |passphrase: &str| json!({ "name": "ada", "passphrase": passphrase, "long_run": true });
    assert_eq!(
        house.ask("POST", "/auth/login").json(&login("something quite different")).send().await.fault(),
        "401 unauthenticated"
    );
    let good = house.ask("POST", "/auth/login").json(&login(PASSPHRASE)).send().await;
    assert!(good.header("set-cookie").contains("Max-Age="), "a long session outlives the browser");
    assert_eq!(good.good(200)["data"]["attributes"]["name"], "ada");
    house.get("/settings/instance").await;
}

#[tokio::test]
async fn guessing_is_slowed_down_and_the_wait_is_told() {
    let house = House::open().await;
    house.ask("DELETE", "/auth/login").send().await.good(204);
    let mut last = None;
    for round in 0..100 {
        let answer = house
            .ask("POST", "/auth/login")
            .json(&json!({ "name": "ada", "passphrase": format!("a guess number {round}") }))
            .send()
            .await;
        if answer.status == 429 {
            last = Some(answer);
            break;
        }
    }
    let answer = last.expect("at last it is slowed down");
    assert_eq!(answer.fault(), "429 throttled");
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
}

#[tokio::test]
async fn a_cookie_counts_from_our_own_origin_only() {
    let house = House::open().await;
    let cases: &[(&str, &[(&str, &str)], u16)] = &[
        ("no sign of our own page", &[], 401),
        ("our own page says so", &[("sec-fetch-site", "same-origin")], 200),
        ("our own origin", &[("origin", "http://cloud.test")], 200),
        ("the shell's header", &[("x-abri-shell", "1")], 200),
        ("another site", &[("sec-fetch-site", "cross-site"), ("x-abri-shell", "1")], 401),
        ("a sibling", &[("sec-fetch-site", "same-site")], 401),
        ("an app's frame", &[("origin", "null"), ("x-abri-shell", "1")], 401),
        ("a foreign origin", &[("origin", "http://evil.test"), ("sec-fetch-site", "same-origin")], 401),
        ("typed into the address bar", &[("sec-fetch-site", "none")], 401),
    ];
    for (name, headers, status) in cases {
        let mut ask = house.ask("GET", "/settings/instance").plain();
        for (header, value) in *headers {
            ask = ask.header(header, value);
        }
        assert_eq!(ask.send().await.status, *status, "{name}");
    }
}

#[tokio::test]
async fn no_other_site_can_log_a_browser_in() {
    let house = House::open().await;
    let body = json!({ "name": "ada", "passphrase": PASSPHRASE });
    for (header, value) in [("origin", "http://evil.test"), ("sec-fetch-site", "cross-site"), ("origin", "null")] {
        assert_eq!(
            house.stranger("POST", "/auth/login").header(header, value).json(&body).send().await.fault(),
            "403 forbidden",
            "{header}: {value}"
        );
    }
    house.stranger("POST", "/auth/login").json(&body).send().await.good(200);
}

#[tokio::test]
async fn what_old_clients_send_before_they_know_who_they_are_is_nobody() {
    let house = House::open().await;
    for value in ["null", "Bearer null", ""] {
        assert_eq!(
            house.stranger("GET", "/settings/instance").header("authorization", value).send().await.fault(),
            "401 unauthenticated"
        );
    }
    house.stranger("GET", "/public/status").header("authorization", "null").send().await.good(200);
}
