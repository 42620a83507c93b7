use abri_data::{Followers, Grantee, Grants, NewGrant, Space};
use abri_model::{Error, Kind, NodeId, Rule, SpaceId, Verb, Verbs};
use serde_json::json;

use crate::house::{
    House, THINGS, app, colored, doc, kind, link, make_directory, system, thing, user, user_of, write_file,
};

fn to(grantee: Grantee, rules: Vec<Rule>) -> NewGrant {
    NewGrant { grantee, rules, name: "Holidays".into(), expires: None }
}

fn bob() -> Grantee {
    Grantee::account("bob", SpaceId::ROOT)
}

async fn folder(space: &Space) -> NodeId {
    let folder = make_directory(space, space.roots().0, "Holidays").await.expect("made");
    write_file(space, folder, "beach.jpg", "x").await.expect("written");
    folder
}

fn read_folder(folder: NodeId) -> Vec<Rule> {
    vec![Rule::of(Kind::FILES, Verbs::READ).only([folder.to_hex()])]
}

#[tokio::test]
async fn a_grant_opens_what_it_names_and_closes_when_revoked() {
    let house = House::new();
    let id = house.person("alice").await;
    house.person("bob").await;
    let own = house.own("alice").await;
    own.put(thing("1", colored("red"))).await.expect("written");
    let folder = folder(&own).await;
    assert!(matches!(house.data.space(&user("bob"), id).await, Err(Error::NotFound)));
    let grants = Grants::of(&own).await.expect("the owner");
    let grant = grants.add(to(bob(), read_folder(folder))).await.expect("granted");
    let bobs = house.data.space(&user("bob"), id).await.expect("opened");
    assert_eq!(bobs.children(folder, None, 10).await.expect("listed").len(), 1);
    assert!(matches!(bobs.list(&kind(THINGS), None, 10).await, Err(Error::Forbidden)));
    assert!(matches!(make_directory(&bobs, folder, "x").await, Err(Error::Forbidden)));
    assert!(matches!(Grants::of(&bobs).await, Err(Error::Forbidden)), "a recipient does not grant on");
    assert!(matches!(house.data.space(&user("carol"), id).await, Err(Error::NotFound)));
    let mut bell = bobs.bell();
    grants.revoke(&grant.id).await.expect("revoked");
    assert!(matches!(house.data.space(&user("bob"), id).await, Err(Error::NotFound)));
    assert!(matches!(bell.moved().await, Err(Error::Forbidden)), "an open stream ends");
    assert!(grants.list(None, 10).await.expect("listed").is_empty());
}

#[tokio::test]
async fn grants_to_groups_links_and_other_organisations_count_for_exactly_these() {
    let house = House::new();
    let id = house.person("alice").await;
    house.person("bob").await;
    let school = house
        .data
        .create_organisation(&system(), "School", vec!["school.example.org".into()], "fr")
        .await
        .expect("created")
        .id;
    let own = house.own("alice").await;
    let folder = folder(&own).await;
    let grants = Grants::of(&own).await.expect("the owner");
    let root = house.data.space(&system(), SpaceId::ROOT).await.expect("opened");
    root.put(doc("abri.groups", "friends", json!({"members": ["bob"]}))).await.expect("written");
    let sees = async |who| house.data.space(&who, id).await.is_ok();
    let cases = [
        (
            Grantee::group("friends", SpaceId::ROOT),
            [user("bob"), user("carol"), user_of(school, "bob"), link("abc")],
            [true, false, false, false],
        ),
        (
            Grantee::link("abc"),
            [user("bob"), link("abc"), link("abcd"), user_of(school, "bob")],
            [false, true, false, false],
        ),
        (
            Grantee::account("bob", school),
            [user("bob"), user_of(school, "bob"), link("bob"), user_of(school, "eve")],
            [false, true, false, false],
        ),
    ];
    for (grantee, askers, wanted) in cases {
        let grant = grants.add(to(grantee.clone(), read_folder(folder))).await.expect("granted");
        for (who, wanted) in askers.into_iter().zip(wanted) {
            assert_eq!(sees(who.clone()).await, wanted, "{grantee:?} {who:?}");
        }
        grants.revoke(&grant.id).await.expect("revoked");
    }
}

#[tokio::test]
async fn an_app_acts_on_a_grant_only_as_far_as_its_own_right_goes() {
    let house = House::new();
    let id = house.person("alice").await;
    house.person("bob").await;
    let own = house.own("alice").await;
    own.put(thing("1", colored("red"))).await.expect("written");
    let folder = folder(&own).await;
    let mut rules = read_folder(folder);
    rules.push(Rule::of(THINGS, Verbs::ALL));
    Grants::of(&own).await.expect("the owner").add(to(bob(), rules)).await.expect("granted");
    let space = house.data.space(&app("bob", vec![Rule::of(THINGS, Verbs::READ)]), id).await.expect("opened");
    assert!(space.get(&kind(THINGS), "1").await.expect("read").is_some());
    assert!(matches!(space.put(thing("2", colored("red"))).await, Err(Error::Forbidden)));
    assert_eq!(space.node(folder).await.expect("read"), None);
}

#[tokio::test]
async fn a_grant_ends_by_itself_and_bad_ones_are_refused() {
    let house = House::new();
    let id = house.person("alice").await;
    house.person("bob").await;
    let own = house.own("alice").await;
    let folder = folder(&own).await;
    let grants = Grants::of(&own).await.expect("the owner");
    let expires = Some(house.data.clock().now().plus(1_000));
    grants.add(NewGrant { expires, ..to(bob(), read_folder(folder)) }).await.expect("granted");
    assert!(house.data.space(&user("bob"), id).await.is_ok());
    house.pass_ms(1_000);
    assert!(matches!(house.data.space(&user("bob"), id).await, Err(Error::NotFound)));
    let bad = [
        vec![],
        vec![Rule::of("io.cozy.*", Verbs::ALL)],
        vec![Rule::of("a b", Verbs::ALL)],
        vec![Rule::of(THINGS, Verbs::NONE)],
    ];
    for rules in bad {
        assert!(matches!(grants.add(to(bob(), rules.clone())).await, Err(Error::Invalid(_))), "{rules:?}");
    }
    let limited = house.by_app("alice", vec![Rule::of("*", Verbs::of(&[Verb::Get]))]).await.expect("opened");
    assert!(matches!(Grants::of(&limited).await, Err(Error::Forbidden)), "an app with part of a right grants nothing");
}

#[tokio::test]
async fn the_recipients_mount_follows_the_grant_and_can_be_rebuilt() {
    let house = House::new();
    let id = house.person("alice").await;
    let bobs = house.person("bob").await;
    let own = house.own("alice").await;
    let folder = folder(&own).await;
    let followers = Followers::new(house.data.clone());
    let grants = Grants::of(&own).await.expect("the owner");
    let grant = grants.add(to(bob(), read_folder(folder))).await.expect("granted");
    assert!(house.data.mounts_of(&user("bob")).await.expect("read").is_empty());
    followers.catch_up(id).await.expect("followed");
    let mounts = house.data.mounts_of(&user("bob")).await.expect("read");
    let told: Vec<_> =
        mounts.iter().map(|mount| (mount.space.as_str(), mount.name.as_str(), mount.by.as_str())).collect();
    assert_eq!(told, [(id.to_hex().as_str(), "Holidays", "alice")]);
    assert!(house.data.mounts_of(&user("alice")).await.expect("read").is_empty());
    // The pointer is lost, and built again from the grant.
    let as_system = house.data.space(&system(), bobs).await.expect("opened");
    let pointer = format!("{id}-{}", grant.id);
    as_system.delete(&kind("abri.mounts"), &pointer, abri_data::Expect::Any).await.expect("deleted");
    followers.restart(id, "mounts").await.expect("restarted");
    followers.catch_up(id).await.expect("followed");
    assert_eq!(house.data.mounts_of(&user("bob")).await.expect("read").len(), 1);
    grants.revoke(&grant.id).await.expect("revoked");
    followers.catch_up(id).await.expect("followed");
    assert!(house.data.mounts_of(&user("bob")).await.expect("read").is_empty());
}

#[tokio::test]
async fn a_mount_by_a_group_is_seen_by_its_members() {
    let house = House::new();
    let id = house.person("alice").await;
    house.person("bob").await;
    let own = house.own("alice").await;
    let folder = folder(&own).await;
    let root = house.data.space(&system(), SpaceId::ROOT).await.expect("opened");
    Grants::of(&own)
        .await
        .expect("the owner")
        .add(to(Grantee::group("team", SpaceId::ROOT), read_folder(folder)))
        .await
        .expect("granted");
    Followers::new(house.data.clone()).catch_up(id).await.expect("followed");
    assert!(house.data.mounts_of(&user("bob")).await.expect("read").is_empty());
    root.put(doc("abri.groups", "team", json!({"members": ["bob"]}))).await.expect("written");
    assert_eq!(house.data.mounts_of(&user("bob")).await.expect("read").len(), 1);
}
