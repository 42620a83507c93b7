use abri_identity::Means;
use abri_model::Error;

use crate::house::{GOOD, House, ORG, cli, from};

#[tokio::test]
async fn a_device_logs_in_with_its_password_until_it_is_revoked() {
    let house = House::new();
    house.person("alice").await;
    house.person("bob").await;
    let login = house.login("alice").await;
    let identity = &house.identity;
    let (phone, password) =
        identity.add_app_password(&login.session, " Phone ", &from("192.0.2.1")).await.expect("made");
    let (laptop, other) = identity.add_app_password_for(&cli(), ORG, "alice", "Laptop").await.expect("made");
    assert_eq!((phone.label.as_str(), password.len(), phone.last_used), ("Phone", 29, None));
    for typed in [password.clone(), password.to_uppercase(), password.replace('-', "")] {
        let session = house.basic("Alice", &typed, "192.0.2.2").await.expect("known");
        assert_eq!(
            (session.account.name.as_str(), session.means, session.id.as_str()),
            ("alice", Means::AppPassword, phone.id.as_str())
        );
    }
    assert_eq!(identity.bearer(ORG, &password, &from("192.0.2.2")).await.expect("known").account.name, "alice");
    assert!(
        matches!(house.basic("bob", &password, "192.0.2.3").await, Err(Error::Unauthenticated)),
        "not for another account"
    );
    let list = identity.app_passwords(&login.session).await.expect("listed");
    let told: Vec<_> =
        list.iter().map(|one| (one.label.as_str(), one.last_used.is_some(), one.last_address.as_deref())).collect();
    assert!(told.contains(&("Laptop", false, None)) && told.contains(&("Phone", true, Some("192.0.2.2"))), "{told:?}");
    identity.revoke_app_password(&login.session, &phone.id).await.expect("revoked");
    assert!(matches!(house.basic("alice", &password, "192.0.2.2").await, Err(Error::Unauthenticated)), "at once");
    assert!(matches!(identity.bearer(ORG, &password, &from("192.0.2.2")).await, Err(Error::Unauthenticated)));
    house.basic("alice", &other, "192.0.2.2").await.expect("the other one stays");
    assert!(matches!(identity.revoke_app_password(&login.session, &phone.id).await, Err(Error::NotFound)));
    let bobs = house.login("bob").await;
    assert!(
        matches!(identity.revoke_app_password(&bobs.session, &laptop.id).await, Err(Error::NotFound)),
        "not somebody else's"
    );
}

#[tokio::test]
async fn a_device_may_give_up_its_own_password_and_nothing_more() {
    let house = House::new();
    house.person("alice").await;
    let login = house.login("alice").await;
    let identity = &house.identity;
    let (phone, password) = identity.add_app_password(&login.session, "Phone", &from("192.0.2.1")).await.expect("made");
    let (laptop, _) = identity.add_app_password(&login.session, "Laptop", &from("192.0.2.1")).await.expect("made");
    let device = house.basic("alice", &password, "192.0.2.2").await.expect("known");
    assert!(matches!(identity.add_app_password(&device, "x", &from("192.0.2.2")).await, Err(Error::Forbidden)));
    assert!(matches!(identity.app_passwords(&device).await, Err(Error::Forbidden)));
    assert!(matches!(identity.sessions(&device).await, Err(Error::Forbidden)));
    assert!(matches!(identity.end_session(&device, &login.session.id).await, Err(Error::Forbidden)));
    assert!(matches!(identity.revoke_app_password(&device, &laptop.id).await, Err(Error::Forbidden)));
    assert!(matches!(
        identity.change_passphrase(&device, GOOD, "a whole new phrase", &from("192.0.2.2")).await,
        Err(Error::Forbidden)
    ));
    identity.revoke_app_password(&device, &phone.id).await.expect("its own");
    assert!(matches!(house.basic("alice", &password, "192.0.2.2").await, Err(Error::Unauthenticated)));
}

#[tokio::test]
async fn bad_labels_are_refused() {
    let house = House::new();
    house.person("alice").await;
    let login = house.login("alice").await;
    for label in ["", "  ", "a\nb", &"x".repeat(129)] {
        assert!(
            matches!(
                house.identity.add_app_password(&login.session, label, &from("192.0.2.1")).await,
                Err(Error::Invalid(_))
            ),
            "{label:?}"
        );
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_but_devices_sessions_and_other_places_are_not() {
    let house = House::new();
    house.person("alice").await;
    let login = house.login("alice").await;
    let (_, device) = house.identity.add_app_password(&login.session, "Phone", &from("192.0.2.1")).await.expect("made");
    let guesser = "203.0.113.5";
    let mut throttled = 0;
    for at in 0..12 {
        match house.basic("alice", &format!("guess number {at}"), guesser).await {
            Err(Error::Unauthenticated) => {}
            Err(Error::Throttled { after_seconds }) => throttled = after_seconds,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(throttled, 1);
    let right = house.identity.login(ORG, "alice", GOOD, &from(guesser), false).await;
    assert!(matches!(right, Err(Error::Throttled { .. })), "from there even the right one waits");
    house.basic("alice", &device, guesser).await.expect("an app password cannot be guessed: it does not wait");
    house.identity.cookie(ORG, &login.cookie_value, &from(guesser)).await.expect("a session does not wait");
    house
        .identity
        .login(ORG, "alice", GOOD, &from("198.51.100.1"), false)
        .await
        .expect("the owner elsewhere does not wait");
    house.pass_ms(1_000);
    house.identity.login(ORG, "alice", GOOD, &from(guesser), false).await.expect("the wait ends");
    for at in 0..5 {
        let outcome = house.basic("alice", &format!("guess again {at}"), guesser).await;
        assert!(matches!(outcome, Err(Error::Unauthenticated)), "success has forgiven: {outcome:?}");
    }
}
