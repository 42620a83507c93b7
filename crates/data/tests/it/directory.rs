use abri_data::{CreateSpace, Member, SpaceInfo, SpaceKind};
use abri_model::{Error, SpaceId, Verb, Verbs, Who};
use serde_json::json;

use crate::house::{House, THINGS, app, colored, doc, kind, system, thing, user, user_of};

fn shared(name: &str, owner: &str, members: Vec<Member>) -> CreateSpace {
    CreateSpace {
        organisation: SpaceId::ROOT,
        kind: SpaceKind::Shared,
        name: name.into(),
        owner: Some(owner.into()),
        members,
        quota: None,
    }
}

fn names(spaces: &[SpaceInfo]) -> Vec<&str> {
    spaces.iter().map(|space| space.name.as_str()).collect()
}

#[tokio::test]
async fn a_person_sees_their_own_space_and_nobody_elses() {
    let house = House::new();
    let alices = house.person("alice").await;
    let bobs = house.person("bob").await;
    assert_eq!(house.data.personal(&user("alice")).await.expect("opened").id(), alices);
    for (who, id) in [
        (user("alice"), bobs),
        (user("alice"), SpaceId::ROOT),
        (user("alice"), SpaceId(12345)),
        (user("carol"), alices),
    ] {
        assert!(matches!(house.data.space(&who, id).await, Err(Error::NotFound)), "{who:?} {id}");
    }
    let elsewhere = Who { via: "x".into(), ..user_of(SpaceId(77), "alice") };
    assert!(house.data.space(&elsewhere, alices).await.is_err(), "an account of the same name elsewhere");
    assert!(
        matches!(house.data.personal(&app("alice", Vec::new())).await, Err(Error::NotFound)),
        "an app without rights"
    );
    let again = CreateSpace { kind: SpaceKind::Personal, ..shared("alice", "alice", Vec::new()) };
    assert!(matches!(house.data.create_space(&system(), again.clone()).await, Err(Error::Exists)));
    assert!(matches!(house.data.create_space(&user("bob"), again).await, Err(Error::Forbidden)));
}

#[tokio::test]
async fn members_of_a_shared_space_may_do_what_their_membership_says() {
    let house = House::new();
    for name in ["alice", "bob", "carol", "dave"] {
        house.person(name).await;
    }
    let system_space = house.data.space(&system(), SpaceId::ROOT).await.expect("opened");
    system_space
        .put(doc("abri.groups", "team", json!({"public_name": "Team", "members": ["carol"]})))
        .await
        .expect("written");
    let members = vec![Member::account("bob", Verbs::READ), Member::group("team", Verbs::ALL)];
    let id = house.data.create_space(&user("alice"), shared("Choir", "alice", members)).await.expect("created").id;
    let open = async |name: &str| house.data.space(&user(name), id).await;
    let owners = open("alice").await.expect("the owner");
    owners.put(thing("1", colored("red"))).await.expect("written");
    let bobs = open("bob").await.expect("a reader");
    assert!(bobs.get(&kind(THINGS), "1").await.expect("read").is_some());
    assert!(matches!(bobs.put(thing("2", colored("red"))).await, Err(Error::Forbidden)));
    assert!(matches!(crate::house::make_directory(&bobs, bobs.roots().0, "x").await, Err(Error::Forbidden)));
    open("carol").await.expect("by the group").put(thing("2", colored("red"))).await.expect("written");
    assert!(matches!(open("dave").await, Err(Error::NotFound)));
    for (name, wanted) in [
        ("alice", vec!["alice", "Choir"]),
        ("bob", vec!["bob", "Choir"]),
        ("carol", vec!["carol", "Choir"]),
        ("dave", vec!["dave"]),
    ] {
        assert_eq!(names(&house.data.spaces_of(&user(name)).await.expect("spaces")), wanted, "{name}");
    }
    let change = house.data.set_members(&user("bob"), id, vec![Member::account("bob", Verbs::ALL).manager()]).await;
    assert!(matches!(change, Err(Error::Forbidden)), "no member promotes themselves");
    house.data.set_members(&user("alice"), id, vec![Member::account("dave", Verbs::READ)]).await.expect("changed");
    assert!(matches!(open("carol").await, Err(Error::NotFound)), "at once");
    assert!(open("dave").await.is_ok());
    house.data.rename_space(&user("alice"), id, "Band").await.expect("renamed");
    assert_eq!(open("dave").await.expect("opened").info().name, "Band");
    assert!(matches!(house.data.delete_space(&user("dave"), id).await, Err(Error::Forbidden)));
    house.data.delete_space(&user("alice"), id).await.expect("deleted");
    assert!(matches!(open("alice").await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_group_counts_as_soon_as_somebody_is_in_it_and_no_longer() {
    let house = House::new();
    house.person("alice").await;
    house.person("bob").await;
    let groups = house.data.space(&system(), SpaceId::ROOT).await.expect("opened");
    let members = vec![Member::group("team", Verbs::of(&[Verb::Get, Verb::Post]))];
    let id = house.data.create_space(&user("alice"), shared("Choir", "alice", members)).await.expect("created").id;
    let sees = async || house.data.space(&user("bob"), id).await.is_ok();
    assert!(!sees().await);
    groups.put(doc("abri.groups", "team", json!({"members": ["bob"]}))).await.expect("written");
    assert!(sees().await);
    groups.put(doc("abri.groups", "team", json!({"members": []}))).await.expect("written");
    assert!(!sees().await);
}

#[tokio::test]
async fn organisations_are_told_apart_by_host_name() {
    let house = House::new();
    let data = &house.data;
    let school =
        data.create_organisation(&system(), "School", vec!["School.example.org".into()], "fr").await.expect("created");
    let cases = [
        (Some("school.example.org:8443"), school.id),
        (Some("other.example.org"), SpaceId::ROOT),
        (None, SpaceId::ROOT),
        (Some("a b"), SpaceId::ROOT),
    ];
    for (host, wanted) in cases {
        assert_eq!(data.organisation_of_host(host).await.expect("found"), wanted, "{host:?}");
    }
    let taken = data.create_organisation(&system(), "Club", vec!["school.example.org".into()], "fr").await;
    assert!(matches!(taken, Err(Error::Exists)));
    assert!(matches!(data.create_organisation(&user("alice"), "Club", vec![], "fr").await, Err(Error::Forbidden)));
    let here = house.person("alice").await;
    let there = house.person_of(school.id, "alice").await;
    assert_ne!(here, there);
    assert_eq!(data.personal(&user("alice")).await.expect("opened").id(), here);
    assert_eq!(data.personal(&user_of(school.id, "alice")).await.expect("opened").id(), there);
    assert!(matches!(data.space(&user("alice"), there).await, Err(Error::NotFound)));
    let moved = abri_data::Organisation { hosts: vec!["new.example.org".into()], ..school.clone() };
    data.set_organisation(&system(), moved).await.expect("changed");
    assert_eq!(data.organisation_of_host(Some("school.example.org")).await.expect("found"), SpaceId::ROOT);
    assert_eq!(data.organisation_of_host(Some("new.example.org")).await.expect("found"), school.id);
    let wanted = ["Abri", "School"];
    let names: Vec<String> = data.organisations().await.expect("listed").into_iter().map(|one| one.name).collect();
    assert_eq!(names, wanted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_spaces_made_at_once_have_node_ids_of_their_own() {
    let house = House::new();
    let made = (0..200).map(|at| {
        let data = house.data.clone();
        tokio::spawn(async move {
            data.create_space(
                &system(),
                CreateSpace { kind: SpaceKind::Personal, ..shared("x", &format!("p{at}"), Vec::new()) },
            )
            .await
        })
    });
    let mut blocks = std::collections::HashSet::new();
    for one in made.collect::<Vec<_>>() {
        let id = one.await.expect("joined").expect("created").id;
        let space = house.data.space(&system(), id).await.expect("opened");
        blocks.insert(space.roots().0.block());
    }
    assert_eq!(blocks.len(), 200);
    let (mut after, mut seen) = (None, 0);
    loop {
        let page = house.data.directory(&system(), SpaceId::ROOT, after, 64).await.expect("a page");
        seen += page.len();
        after = page.last().map(|info| info.id);
        if page.len() < 64 {
            break;
        }
    }
    assert_eq!(seen, 200);
    assert!(matches!(house.data.directory(&user("p1"), SpaceId::ROOT, None, 1).await, Err(Error::Forbidden)));
    let upkept = house.data.check_all(&system(), true).await.expect("checked");
    assert_eq!((upkept.spaces, upkept.findings), (201, Vec::new()));
    assert_eq!(house.data.sweep_all(&system()).await.expect("swept").findings, Vec::new());
    assert_eq!(house.data.rebuild_all(&system()).await.expect("rebuilt").findings, Vec::new());
}
