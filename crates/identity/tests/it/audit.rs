use abri_identity::audit::{Event, FAILURES_MAX};
use abri_model::{Error, Right, Rule, Verbs};

use crate::house::{GOOD, House, ORG, cli, from};

async fn words(house: &House, name: &str) -> Vec<&'static str> {
    let events = house.identity.audit_of(&cli(), ORG, name, None, 100).await.expect("read");
    events.iter().map(|event| event.event.word()).collect()
}

#[tokio::test]
async fn the_owner_reads_what_happened_newest_first_page_by_page() {
    let house = House::new();
    house.person("alice").await;
    let login = house.login("alice").await;
    let other = house.login("alice").await;
    let identity = &house.identity;
    let (phone, _) = identity.add_app_password(&login.session, "Phone", &from("192.0.2.1")).await.expect("made");
    identity.revoke_app_password(&login.session, &phone.id).await.expect("revoked");
    let _ = identity.login(ORG, "alice", "wrong horse battery", &from("203.0.113.5"), false).await;
    identity.end_session(&login.session, &other.session.id).await.expect("ended");
    let login = identity
        .change_passphrase(&login.session, GOOD, "a whole new phrase", &from("192.0.2.1"))
        .await
        .expect("changed")
        .expect("rotated");
    identity.logout(&login.session).await.expect("ended");
    let wanted = [
        "logout",
        "passphrase_changed",
        "session_revoked",
        "login_failed",
        "app_password_revoked",
        "app_password_created",
        "login",
        "login",
        "account_created",
    ];
    assert_eq!(words(&house, "alice").await, wanted);
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = identity.audit(&login.session, after.as_deref(), 2).await.expect("a page");
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        paged.extend(page);
    }
    assert_eq!(paged.iter().map(|event| event.event.word()).collect::<Vec<_>>(), wanted);
    let failed = &paged[3];
    assert_eq!((failed.address.as_str(), failed.user_agent.as_str()), ("203.0.113.5", "Browser/1"));
    assert_eq!(paged[4].detail, "Phone");
    assert!(matches!(identity.audit(&login.session, Some("x"), 2).await, Err(Error::Invalid(_))));
    let mut app = abri_identity::Session::clone(&login.session);
    app.who.right = Right::Rules(vec![Rule::of("*", Verbs::ALL)]);
    assert!(matches!(identity.audit(&app, None, 2).await, Err(Error::Forbidden)));
}

#[tokio::test]
async fn tries_with_names_of_no_account_do_not_fill_the_directory() {
    let house = House::new();
    house.person("alice").await;
    for at in 0..3 {
        let _ = house.identity.login(ORG, &format!("nobody{at}"), GOOD, &from("203.0.113.5"), false).await;
    }
    assert_eq!(words(&house, "").await, ["login_failed"; 3]);
    assert_eq!(words(&house, "alice").await, ["account_created"]);
}

#[tokio::test]
async fn the_trail_is_bounded_and_failures_push_no_other_event_out() {
    let house = House::new();
    house.person("alice").await;
    let record = async |event| house.identity.audit_record(ORG, "alice", event, None, "").await.expect("recorded");
    for _ in 0..FAILURES_MAX + 20 {
        record(Event::LoginFailed).await;
    }
    let count = async || {
        let (mut total, mut after) = (Vec::new(), None);
        loop {
            let page = house.identity.audit_of(&cli(), ORG, "alice", after.as_deref(), 200).await.expect("a page");
            let Some(last) = page.last() else { return total };
            after = Some(last.id.clone());
            total.extend(page);
        }
    };
    let events = count().await;
    assert_eq!(events.len() as i64, FAILURES_MAX + 1);
    assert_eq!(events.last().map(|event| event.event), Some(Event::AccountCreated));
    record(Event::Login).await;
    assert_eq!(count().await.first().map(|event| event.event), Some(Event::Login));
}

#[tokio::test]
async fn events_at_the_same_time_are_all_kept() {
    let house = House::new();
    house.person("alice").await;
    let tries = (0..50).map(|_| {
        let identity = house.identity.clone();
        tokio::spawn(async move { identity.audit_record(ORG, "alice", Event::Login, None, "").await })
    });
    for one in tries.collect::<Vec<_>>() {
        one.await.expect("joined").expect("recorded");
    }
    assert_eq!(words(&house, "alice").await.len(), 51);
}
