use abri_identity::{NewAccount, ProfileChange};
use abri_model::{Error, Right, Rule, Verbs};

use crate::house::{GOOD, House, ORG, account, admin, cli, from};

#[tokio::test]
async fn an_account_has_a_space_and_is_found_by_its_name_in_any_case() {
    let house = House::new();
    let made = house
        .identity
        .add_account(
            &cli(),
            ORG,
            NewAccount { email: "a@example.org".into(), locale: "fr".into(), quota: Some(1_000), ..account("Alice") },
        )
        .await
        .expect("created");
    assert_eq!((made.name.as_str(), made.public_name.as_str(), made.locale.as_str()), ("alice", "alice", "fr"));
    assert_eq!(house.identity.account(ORG, "ALICE").await.expect("read"), Some(made.clone()));
    assert_eq!(house.identity.account(ORG, "no body").await.expect("read"), None);
    let login = house.login("aLiCe").await;
    let space = house.data.personal(&login.session.who).await.expect("opened");
    assert_eq!((space.id(), space.state().await.expect("read").quota), (made.space, Some(1_000)));
    for (new, wanted) in [
        (account("ALICE"), "there is already"),
        (account("a b"), "a name holds only"),
        (NewAccount { passphrase: "short".into(), ..account("bob") }, "too short"),
        (NewAccount { passphrase: "bob-bob-bob".into(), ..account("bob") }, "name"),
        (NewAccount { email: "nope".into(), ..account("bob") }, "e-mail"),
        (NewAccount { locale: "tlh".into(), ..account("bob") }, "language"),
        (NewAccount { public_name: "x".repeat(200), ..account("bob") }, "public name"),
    ] {
        let error = house.identity.add_account(&cli(), ORG, new).await.expect_err(wanted);
        assert!(error.to_string().contains(wanted), "{error}");
    }
    assert!(house.identity.account(ORG, "bob").await.expect("read").is_none());
    house.person("bob").await;
}

#[tokio::test]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let house = House::new();
    let tries = (0..8).map(|_| {
        let identity = house.identity.clone();
        tokio::spawn(async move { identity.add_account(&cli(), ORG, account("alice")).await })
    });
    let mut made = 0;
    for one in tries.collect::<Vec<_>>() {
        match one.await.expect("joined") {
            Ok(_) => made += 1,
            Err(error) => assert!(matches!(error, Error::Exists), "{error}"),
        }
    }
    assert_eq!(made, 1);
    let login = house.login("alice").await;
    assert_eq!(house.data.personal(&login.session.who).await.expect("opened").id(), login.session.account.space);
}

#[tokio::test]
async fn only_administrators_of_the_organisation_administer() {
    let house = House::new();
    house.identity.add_account(&cli(), ORG, admin("root")).await.expect("created");
    house.person("alice").await;
    let (root, alice) = (house.login("root").await.session, house.login("alice").await.session);
    let school = house
        .data
        .create_organisation(&cli(), "School", vec!["school.example.org".into()], "fr")
        .await
        .expect("created")
        .id;
    let identity = &house.identity;
    identity.add_account(&root.who, ORG, account("bob")).await.expect("by an administrator");
    assert!(matches!(identity.add_account(&alice.who, ORG, account("eve")).await, Err(Error::Forbidden)));
    assert!(
        matches!(identity.add_account(&root.who, school, account("eve")).await, Err(Error::Forbidden)),
        "of another organisation"
    );
    let mut limited = root.who.clone();
    limited.right = Right::Rules(vec![Rule::of("*", Verbs::ALL)]);
    assert!(
        matches!(identity.accounts(&limited, ORG, None, 10).await, Err(Error::Forbidden)),
        "an app of an administrator"
    );
    assert!(matches!(
        identity.set_passphrase(&alice.who, ORG, "root", "another good one").await,
        Err(Error::Forbidden)
    ));
    let names =
        |accounts: Vec<abri_identity::Account>| accounts.into_iter().map(|account| account.name).collect::<Vec<_>>();
    assert_eq!(names(identity.accounts(&root.who, ORG, None, 2).await.expect("listed")), ["alice", "bob"]);
    assert_eq!(names(identity.accounts(&root.who, ORG, Some("bob"), 2).await.expect("listed")), ["root"]);
    assert!(
        matches!(identity.disable(&root.who, ORG, "root", true).await, Err(Error::Invalid(_))),
        "the last administrator stays"
    );
    assert!(matches!(identity.set_admin(&root.who, ORG, "root", false).await, Err(Error::Invalid(_))));
    identity.set_admin(&root.who, ORG, "alice", true).await.expect("promoted");
    identity.disable(&root.who, ORG, "root", true).await.expect("now there is another");
    assert!(
        matches!(identity.accounts(&root.who, ORG, None, 1).await, Err(Error::Forbidden)),
        "a disabled administrator is none"
    );
    identity.set_quota(&alice.who, ORG, "bob", Some(5)).await.expect("set");
    identity.add_account(&cli(), school, account("alice")).await.expect("the same name elsewhere");
}

#[tokio::test]
async fn a_profile_is_changed_by_its_owner_and_seen_at_once() {
    let house = House::new();
    house.person("alice").await;
    let login = house.login("alice").await;
    let session = &login.session;
    let change = ProfileChange {
        public_name: Some("Alice A.".into()),
        accent: Some(10),
        tz: Some("Europe/Paris".into()),
        ..Default::default()
    };
    let changed =
        house.identity.update_profile(session, Some(session.account.rev), change.clone()).await.expect("changed");
    assert_eq!((changed.public_name.as_str(), changed.accent, changed.locale.as_str()), ("Alice A.", 10, "en"));
    let again = house.identity.cookie(ORG, &login.cookie_value, &from("192.0.2.1")).await.expect("known");
    assert_eq!(again.account.public_name, "Alice A.");
    let late = house.identity.update_profile(session, Some(session.account.rev), change).await;
    assert!(matches!(late, Err(Error::Conflict { .. })));
    let bad = [
        ProfileChange { accent: Some(360), ..Default::default() },
        ProfileChange { color_scheme: Some("pink".into()), ..Default::default() },
        ProfileChange { tz: Some("../etc".into()), ..Default::default() },
        ProfileChange { public_name: Some(String::new()), ..Default::default() },
        ProfileChange { email: Some("a@b@c".into()), ..Default::default() },
    ];
    for change in bad {
        assert!(
            matches!(house.identity.update_profile(session, None, change.clone()).await, Err(Error::Invalid(_))),
            "{change:?}"
        );
    }
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_back_when_enabled() {
    let house = House::new();
    house.person("alice").await;
    let login = house.login("alice").await;
    let (_, device) = house.identity.add_app_password(&login.session, "Phone", &from("192.0.2.1")).await.expect("made");
    house.basic("alice", &device, "192.0.2.2").await.expect("known");
    house.basic("alice", GOOD, "192.0.2.2").await.expect("known");
    house.identity.disable(&cli(), ORG, "alice", true).await.expect("disabled");
    let cookie = house.identity.cookie(ORG, &login.cookie_value, &from("192.0.2.1")).await;
    assert!(matches!(cookie, Err(Error::Unauthenticated)));
    for password in [device.as_str(), GOOD] {
        assert!(matches!(house.basic("alice", password, "192.0.2.2").await, Err(Error::Unauthenticated)));
    }
    assert!(matches!(
        house.identity.login(ORG, "alice", GOOD, &from("192.0.2.1"), true).await,
        Err(Error::Unauthenticated)
    ));
    house.identity.disable(&cli(), ORG, "alice", false).await.expect("enabled");
    house.basic("alice", &device, "192.0.2.2").await.expect("known again");
}

#[tokio::test]
async fn groups_are_kept_by_administrators() {
    let house = House::new();
    house.person("alice").await;
    let identity = &house.identity;
    identity.add_group(&cli(), ORG, "Team", "The team").await.expect("made");
    assert!(matches!(identity.add_group(&cli(), ORG, "team", "").await, Err(Error::Exists)));
    assert!(matches!(identity.set_member(&cli(), ORG, "team", "nobody", true).await, Err(Error::NotFound)));
    let group = identity.set_member(&cli(), ORG, "team", "Alice", true).await.expect("put in");
    assert_eq!(group.members, ["alice"]);
    assert_eq!(identity.groups_of(ORG, "alice").await.expect("read"), [group]);
    let alice = house.login("alice").await.session;
    assert!(matches!(identity.set_member(&alice.who, ORG, "team", "alice", false).await, Err(Error::Forbidden)));
    identity.remove_group(&cli(), ORG, "team").await.expect("removed");
    assert!(identity.groups(ORG, None, 10).await.expect("read").is_empty());
}
