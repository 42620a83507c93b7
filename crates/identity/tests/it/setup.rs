use abri_model::{Error, SpaceId};

use crate::house::{House, ORG, account, cli, from};

#[tokio::test]
async fn the_first_account_is_made_through_a_link_that_is_good_once() {
    let house = House::new();
    let identity = &house.identity;
    assert!(identity.setup_needed().await.expect("read"));
    let token = identity.setup_token().await.expect("made").expect("needed");
    assert_eq!(
        House::process(&house.data).setup_token().await.expect("read"),
        Some(token.clone()),
        "the same after a restart"
    );
    assert!(identity.setup_token_good(&token).await.expect("read"));
    for bad in ["", "x", &token[1..]] {
        assert!(!identity.setup_token_good(bad).await.expect("read"));
        assert!(matches!(identity.setup(bad, account("alice"), &from("192.0.2.1")).await, Err(Error::Expired)));
    }
    let mut weak = account("alice");
    weak.passphrase = "short".into();
    assert!(matches!(identity.setup(&token, weak, &from("192.0.2.1")).await, Err(Error::WeakPassphrase(_))));
    let opened =
        identity.setup(&token, account("alice"), &from("192.0.2.1")).await.expect("after a mistake it is still good");
    assert!(opened.session.account.admin);
    assert!(identity.cookie(ORG, &opened.cookie_value, &from("192.0.2.1")).await.is_ok());
    assert!(!identity.setup_needed().await.expect("read"));
    assert!(matches!(identity.setup(&token, account("eve"), &from("192.0.2.1")).await, Err(Error::Expired)));
    for identity in [identity, &House::process(&house.data)] {
        assert_eq!(identity.setup_token().await.expect("read"), None);
        assert!(!identity.setup_token_good(&token).await.expect("read"));
    }
}

#[tokio::test]
async fn the_link_is_no_longer_good_when_an_account_was_made_otherwise() {
    let house = House::new();
    let token = house.identity.setup_token().await.expect("made").expect("needed");
    house.identity.add_account(&cli(), SpaceId::ROOT, account("alice")).await.expect("created");
    assert!(matches!(house.identity.setup(&token, account("eve"), &from("192.0.2.1")).await, Err(Error::Expired)));
}

#[tokio::test]
async fn of_two_who_use_the_link_at_once_one_succeeds() {
    let house = House::new();
    let token = house.identity.setup_token().await.expect("made").expect("needed");
    let both = ["alice", "eve"].map(|name| {
        let (identity, token) = (house.identity.clone(), token.clone());
        tokio::spawn(async move { identity.setup(&token, account(name), &from("192.0.2.1")).await.is_ok() })
    });
    let mut good = 0;
    for one in both {
        good += usize::from(one.await.expect("joined"));
    }
    assert_eq!(good, 1);
    assert_eq!(house.identity.accounts(&cli(), ORG, None, 10).await.expect("listed").len(), 1);
}
