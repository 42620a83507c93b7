use abri_identity::proof::{self, COOKIE_NAME, SECURE_COOKIE_NAME};
use abri_identity::{Connection, Means};
use abri_model::Error;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::house::{GOOD, House, ORG, account, basic, cli};

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.append(
            HeaderName::from_bytes(name.as_bytes()).expect("a name"),
            HeaderValue::from_str(value).expect("a value"),
        );
    }
    map
}

fn over(secure: bool, host: &str) -> Connection {
    Connection { address: "192.0.2.1".parse().expect("an address"), secure, host: Some(host.to_owned()) }
}

#[tokio::test]
async fn a_cookie_counts_only_on_a_request_from_our_own_origin() {
    let house = House::new();
    house.person("alice").await;
    let value = house.login("alice").await.cookie_value;
    let (plain, secure) = (format!("{COOKIE_NAME}={value}"), format!("other=1; {SECURE_COOKIE_NAME}={value}; more=2"));
    let http = over(false, "cloud.example.org:8080");
    let https = over(true, "cloud.example.org");
    type Case<'a> = (&'a Connection, Vec<(&'a str, &'a str)>, bool);
    let cases: Vec<Case<'_>> = vec![
        (&http, vec![("sec-fetch-site", "same-origin")], true),
        (&http, vec![("sec-fetch-site", "same-site")], false),
        (&http, vec![("sec-fetch-site", "cross-site")], false),
        (&http, vec![("sec-fetch-site", "none")], false),
        (&http, vec![("sec-fetch-site", "none"), ("x-abri-shell", "1")], false),
        (&http, vec![("sec-fetch-site", "cross-site"), ("x-abri-shell", "1")], false),
        (&http, vec![("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false),
        (&http, vec![("sec-fetch-site", "same-origin"), ("origin", "null")], false),
        (&http, vec![("sec-fetch-site", "same-origin"), ("origin", "http://evil.example")], false),
        (&http, vec![("origin", "http://cloud.example.org:8080")], true),
        (&http, vec![("origin", "http://CLOUD.example.org:8080")], true),
        (&http, vec![("origin", "http://cloud.example.org")], false),
        (&http, vec![("origin", "https://cloud.example.org:8080")], false),
        (&http, vec![("origin", "http://app.cloud.example.org:8080")], false),
        (&http, vec![("origin", "null")], false),
        (&http, vec![("origin", "null"), ("x-abri-shell", "1")], false),
        (&http, vec![("origin", "http://cloud.example.org:8080"), ("origin", "http://evil.example")], false),
        (&http, vec![("x-abri-shell", "1")], true),
        (&http, vec![("x-abri-shell", "0")], false),
        (&http, vec![], false),
        (&https, vec![("sec-fetch-site", "same-origin")], true),
        (&https, vec![("origin", "https://cloud.example.org")], true),
        (&https, vec![("origin", "https://cloud.example.org:443")], true),
        (&https, vec![("origin", "http://cloud.example.org")], false),
    ];
    for (connection, mut pairs, wanted) in cases {
        pairs.push(("cookie", if connection.secure { &secure } else { &plain }));
        let found = proof::who(&house.identity, &headers(&pairs), connection).await.expect("decided");
        assert_eq!(found.is_some(), wanted, "secure {}: {pairs:?}", connection.secure);
    }
    let shell = ("x-abri-shell", "1");
    for cookies in [
        vec![("cookie", secure.as_str())],
        vec![("cookie", plain.as_str()), ("cookie", plain.as_str())],
        vec![("cookie", "abri_session=")],
        vec![("cookie", "abri_session=old")],
    ] {
        let mut pairs = cookies.clone();
        pairs.push(shell);
        let found = proof::who(&house.identity, &headers(&pairs), &http).await.expect("decided");
        assert!(found.is_none(), "{cookies:?}");
    }
}

#[tokio::test]
async fn an_authorization_header_counts_from_anywhere_and_wins_over_a_cookie() {
    let house = House::new();
    house.person("alice").await;
    house.person("bob").await;
    let cookie = format!("{COOKIE_NAME}={}", house.login("alice").await.cookie_value);
    let (_, password) = house.identity.add_app_password_for(&cli(), ORG, "bob", "Phone").await.expect("made");
    let connection = over(false, "cloud.example.org");
    let who = async |pairs: &[(&str, &str)]| proof::who(&house.identity, &headers(pairs), &connection).await;
    let bobs = basic("bob", &password);
    let found = who(&[("authorization", &bobs), ("cookie", &cookie), ("x-abri-shell", "1")])
        .await
        .expect("decided")
        .expect("known");
    assert_eq!((found.account.name.as_str(), found.means), ("bob", Means::AppPassword));
    let cross = [("authorization", bobs.as_str()), ("sec-fetch-site", "cross-site"), ("origin", "null")];
    assert!(who(&cross).await.expect("decided").is_some());
    let bearer = format!("bearer {password}");
    assert_eq!(who(&[("authorization", &bearer)]).await.expect("decided").expect("known").account.name, "bob");
    for nothing in ["null", "", "Bearer", "Bearer null", "Bearer undefined"] {
        assert!(who(&[("authorization", nothing)]).await.expect("decided").is_none(), "{nothing:?}");
        let with_cookie = [("authorization", nothing), ("cookie", cookie.as_str()), ("x-abri-shell", "1")];
        assert_eq!(who(&with_cookie).await.expect("decided").expect("by cookie").account.name, "alice");
    }
    for bad in [
        "Bearer x",
        "Basic x",
        "Digest username=\"bob\"",
        "Basic",
        &basic("bob", "x"),
        &basic("alice", &password),
        &format!("Basic {}", "A".repeat(20_000)),
    ] {
        let with_cookie = [("authorization", bad), ("cookie", cookie.as_str()), ("x-abri-shell", "1")];
        assert!(matches!(who(&with_cookie).await, Err(Error::Unauthenticated)), "{}", &bad[..bad.len().min(40)]);
    }
    assert!(who(&[]).await.expect("decided").is_none());
}

#[tokio::test]
async fn the_host_says_in_which_organisation_an_account_is_looked_for() {
    let house = House::new();
    let school = house
        .data
        .create_organisation(&cli(), "School", vec!["school.example.org".into()], "fr")
        .await
        .expect("created")
        .id;
    house.identity.add_account(&cli(), school, account("prof")).await.expect("created");
    let pairs = [("authorization", basic("prof", GOOD))];
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let found = proof::who(&house.identity, &headers(&pairs), &over(true, "School.example.org"))
        .await
        .expect("decided")
        .expect("known");
    assert_eq!((found.account.organisation, found.account.locale.as_str()), (school, "fr"));
    let elsewhere = proof::who(&house.identity, &headers(&pairs), &over(true, "cloud.example.org")).await;
    assert!(matches!(elsewhere, Err(Error::Unauthenticated)));
}

#[test]
fn the_cookie_is_kept_from_scripts_and_other_sites() {
    let (http, https) = (over(false, "a"), over(true, "a"));
    assert_eq!(http.set_cookie(Some("v"), None), "abri_session=v; Path=/; HttpOnly; SameSite=Lax");
    assert_eq!(
        https.set_cookie(Some("v"), Some(60)),
        "__Host-abri_session=v; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60"
    );
    assert_eq!(https.set_cookie(None, None), "__Host-abri_session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
}

#[tokio::test]
async fn secrets_are_in_no_debug_output() {
    let house = House::new();
    house.person("alice").await;
    let login = house.login("alice").await;
    let (made, password) =
        house.identity.add_app_password(&login.session, "Phone", &crate::house::from("192.0.2.1")).await.expect("made");
    let session = house.basic("alice", &password, "192.0.2.1").await.expect("known");
    let said = format!("{login:?} {made:?} {session:?} {:?} {:?}", account("x"), house.identity);
    for secret in [GOOD, &login.cookie_value, &password] {
        assert!(!said.contains(secret));
    }
}
