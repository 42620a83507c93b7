use abri_model::{Error, Kind, Right, Rule, SpaceId, Verbs};

use crate::house::{GOOD, House, ORG, cli, from};

const DAY_MS: i64 = 24 * 3600 * 1000;

async fn is_good(house: &House, cookie: &str) -> bool {
    match house.identity.cookie(ORG, cookie, &from("192.0.2.1")).await {
        Ok(session) => session.account.name == "alice",
        Err(Error::Unauthenticated) => false,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn logging_in_needs_the_passphrase_and_tells_nobody_which_accounts_exist() {
    let house = House::new();
    house.person("alice").await;
    for (name, passphrase) in
        [("alice", "wrong horse battery"), ("alice", ""), ("nobody", GOOD), ("", GOOD), ("a/../b", GOOD)]
    {
        let outcome = house.identity.login(ORG, name, passphrase, &from("192.0.2.9"), false).await;
        assert!(matches!(outcome, Err(Error::Unauthenticated)), "{name}");
    }
    let short = house.identity.login(ORG, "Alice", GOOD, &from("192.0.2.1"), false).await.expect("logged in");
    let long = house.login("alice").await;
    assert_eq!((short.max_age_seconds, long.max_age_seconds), (None, Some(400 * 24 * 3600)));
    assert_ne!(short.cookie_value, long.cookie_value, "each login is a session of its own");
    assert!(is_good(&house, &short.cookie_value).await && is_good(&house, &long.cookie_value).await);
    assert!(!is_good(&house, "x").await && !is_good(&house, &"x".repeat(9_000)).await);
    assert!(!is_good(&house, &long.session.id).await, "its id opens nothing");
}

#[tokio::test]
async fn only_a_hash_of_the_cookie_is_kept() {
    let house = House::new();
    house.person("alice").await;
    let login = house.login("alice").await;
    let system = house.data.space(&cli(), ORG).await.expect("opened");
    let mut seen = 0;
    for kind in system.kinds().await.expect("listed") {
        for doc in system.list(&kind, None, 100).await.expect("listed") {
            assert!(!doc.body.contains(&login.cookie_value) && !doc.key.id.contains(&login.cookie_value), "{kind}");
            assert!(!doc.body.contains(GOOD), "{kind}");
            seen += 1;
        }
    }
    assert!(seen > 4);
    assert!(!format!("{login:?}").contains(&login.cookie_value));
}

#[tokio::test]
async fn a_session_slides_while_it_is_used_and_ends_when_it_is_not() {
    let house = House::new();
    house.person("alice").await;
    let short =
        house.identity.login(ORG, "alice", GOOD, &from("192.0.2.1"), false).await.expect("logged in").cookie_value;
    let long = house.login("alice").await.cookie_value;
    for _ in 0..4 {
        house.pass_ms(DAY_MS / 2);
        assert!(is_good(&house, &short).await);
    }
    house.pass_ms(DAY_MS + 1);
    assert!(!is_good(&house, &short).await);
    assert!(is_good(&house, &long).await);
    for _ in 0..6 {
        house.pass_ms(80 * DAY_MS);
        if !is_good(&house, &long).await {
            break;
        }
    }
    assert!(!is_good(&house, &long).await, "no session lives longer than 400 days");
    assert_eq!(house.identity.sweep(&cli(), ORG).await.expect("swept"), 2);
}

#[tokio::test]
async fn sessions_are_listed_with_their_last_use_and_ended_one_by_one_or_all_others() {
    let house = House::new();
    house.person("alice").await;
    house.person("bob").await;
    let (one, two, three) = (house.login("alice").await, house.login("alice").await, house.login("alice").await);
    let bobs = house.login("bob").await;
    assert!(is_good(&house, &one.cookie_value).await);
    house.pass_ms(6 * 60 * 1000);
    let mut elsewhere = from("2001:db8::7");
    elsewhere.user_agent = "Other\u{7}/2".into();
    house.identity.cookie(ORG, &one.cookie_value, &elsewhere).await.expect("known");
    house.settle().await;
    let list = house.identity.sessions(&one.session).await.expect("listed");
    assert_eq!(list.len(), 3);
    let current = &list[0];
    assert!(current.current && current.long && !list[1].current);
    assert_eq!((current.address.as_str(), current.user_agent.as_str()), ("2001:db8::7", "Other/2"));
    assert_eq!(current.last_seen.0 - current.created.0, 6 * 60 * 1000);
    house.identity.end_session(&one.session, &two.session.id).await.expect("ended");
    assert!(!is_good(&house, &two.cookie_value).await);
    assert!(
        matches!(house.identity.end_session(&one.session, &bobs.session.id).await, Err(Error::NotFound)),
        "not somebody else's"
    );
    assert_eq!(house.identity.logout_others(&one.session).await.expect("ended"), 1);
    assert!(!is_good(&house, &three.cookie_value).await && is_good(&house, &one.cookie_value).await);
    house.identity.logout(&one.session).await.expect("ended");
    assert!(!is_good(&house, &one.cookie_value).await);
    assert!(house.identity.cookie(ORG, &bobs.cookie_value, &from("192.0.2.1")).await.is_ok());
}

#[tokio::test]
async fn last_use_is_written_at_most_every_few_minutes() {
    let house = House::new();
    house.person("alice").await;
    let login = house.login("alice").await;
    let system = house.data.space(&cli(), ORG).await.expect("opened");
    let before = system.seq();
    for _ in 0..100 {
        assert!(is_good(&house, &login.cookie_value).await);
        house.pass_ms(1_000);
    }
    house.settle().await;
    assert_eq!(system.seq(), before);
    house.pass_ms(5 * 60 * 1000);
    for _ in 0..100 {
        assert!(is_good(&house, &login.cookie_value).await);
    }
    house.settle().await;
    assert_eq!(system.seq().0, before.0 + 1);
}

#[tokio::test]
async fn changing_the_passphrase_ends_other_sessions_and_gives_this_one_a_new_cookie() {
    let house = House::new();
    house.person("alice").await;
    let (here, there) = (house.login("alice").await, house.login("alice").await);
    let new = "a whole new phrase";
    let change = async |current: &str, new: &str| {
        house.identity.change_passphrase(&here.session, current, new, &from("192.0.2.1")).await
    };
    assert!(matches!(change("wrong horse battery", new).await, Err(Error::Unauthenticated)));
    assert!(matches!(change(GOOD, "short").await, Err(Error::WeakPassphrase(_))));
    assert!(is_good(&house, &there.cookie_value).await, "nothing has happened so far");
    house.basic("alice", GOOD, "192.0.2.1").await.expect("verified");
    let rotated = change(GOOD, new).await.expect("changed").expect("a browser gets a session");
    assert!(!is_good(&house, &here.cookie_value).await && !is_good(&house, &there.cookie_value).await);
    assert!(is_good(&house, &rotated.cookie_value).await);
    assert!(
        matches!(house.basic("alice", GOOD, "192.0.2.1").await, Err(Error::Unauthenticated)),
        "not even as verified before"
    );
    house.basic("alice", new, "192.0.2.1").await.expect("the new one");
    house.identity.set_passphrase(&cli(), ORG, "alice", GOOD).await.expect("set by the administrator");
    assert!(!is_good(&house, &rotated.cookie_value).await);
    house.login("alice").await;
}

#[tokio::test]
async fn a_token_lives_within_its_session_and_its_right() {
    let house = House::new();
    house.person("alice").await;
    let login = house.login("alice").await;
    let identity = &house.identity;
    let right = Right::Rules(vec![Rule::of(Kind::FILES, Verbs::READ)]);
    let (token, ends) = identity.add_token(&login.session, right.clone(), 600_000).await.expect("made");
    assert_eq!(ends.0 - house.data.clock().now().0, 600_000);
    let bearer = async || identity.bearer(ORG, &token, &from("192.0.2.1")).await;
    let session = bearer().await.expect("known");
    assert_eq!(session.who.right, right);
    assert!(
        matches!(identity.add_token(&session, right.clone(), 1).await, Err(Error::Forbidden)),
        "a token makes no token"
    );
    assert!(matches!(identity.sessions(&session).await, Err(Error::Forbidden)));
    assert!(identity.bearer(SpaceId(99), &token, &from("192.0.2.1")).await.is_err());
    identity
        .basic(ORG, crate::house::basic("user", &token).as_bytes(), &from("192.0.2.1"))
        .await
        .expect("as some clients send it");
    house.pass_ms(600_000);
    assert!(matches!(bearer().await, Err(Error::Unauthenticated)), "it ends");
    let (token, _) = identity.add_token(&login.session, right, 600_000).await.expect("made");
    identity.bearer(ORG, &token, &from("192.0.2.1")).await.expect("known");
    identity.logout(&login.session).await.expect("ended");
    assert!(
        matches!(identity.bearer(ORG, &token, &from("192.0.2.1")).await, Err(Error::Unauthenticated)),
        "with its session"
    );
}

#[tokio::test]
async fn past_a_hundred_sessions_the_oldest_ends() {
    let house = House::new();
    house.person("alice").await;
    let first = house.login("alice").await;
    for _ in 0..100 {
        house.pass_ms(1);
        house.login("alice").await;
    }
    assert!(!is_good(&house, &first.cookie_value).await);
    let last = house.login("alice").await;
    assert_eq!(house.identity.sessions(&last.session).await.expect("listed").len(), 100);
}
