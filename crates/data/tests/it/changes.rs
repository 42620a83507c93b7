use abri_data::{Expect, Scope};
use abri_model::{Cursor, Error, Rule, Seq, Verbs};
use serde_json::json;

use crate::house::{House, THINGS, colored, doc, kind, thing, told, user};

#[tokio::test]
async fn what_leaves_an_apps_selector_is_told_as_gone_and_what_never_was_in_it_is_not_told() {
    let house = House::new();
    house.person("alice").await;
    let own = house.own("alice").await;
    let app =
        house.by_app("alice", vec![Rule::of(THINGS, Verbs::READ).only(["red"]).by("color")]).await.expect("opened");
    let scope = Scope::Kind(kind(THINGS));
    own.put(thing("a", colored("red"))).await.expect("written");
    own.put(thing("b", colored("blue"))).await.expect("written");
    own.put(doc("com.example.other", "x", colored("red"))).await.expect("written");
    let (words, at) = told(&app, &scope, Seq(0)).await;
    assert_eq!(words, [r#"doc a {"color":"red"}"#]);
    own.put(thing("a", colored("blue"))).await.expect("written");
    own.put(thing("b", colored("green"))).await.expect("written");
    let (words, _) = told(&app, &scope, at).await;
    assert_eq!(words, ["gone a"]);
    own.put(thing("a", json!({"color": "blue", "size": 1}))).await.expect("written");
    assert_eq!(told(&app, &scope, at).await.0, ["gone a"], "still, after further changes");
    own.delete(&kind(THINGS), "a", Expect::Any).await.expect("deleted");
    own.delete(&kind(THINGS), "b", Expect::Any).await.expect("deleted");
    assert_eq!(told(&app, &scope, at).await.0, ["gone a"], "and after its deletion");
    own.put(thing("a", colored("red"))).await.expect("written");
    let (words, at) = told(&app, &Scope::All, at).await;
    assert_eq!(words, [r#"doc a {"color":"red"}"#], "back again");
    own.delete(&kind(THINGS), "a", Expect::Any).await.expect("deleted");
    assert_eq!(told(&app, &scope, at).await.0, ["gone a"]);
    let tombstone = own.get_or_tombstone(&kind(THINGS), "a").await.expect("read").expect("there");
    assert_eq!(tombstone.body, "", "what a tombstone remembers is nobody's");
}

#[tokio::test]
async fn cursors_of_another_life_or_ahead_of_the_space_have_expired() {
    let house = House::new();
    house.person("alice").await;
    let own = house.own("alice").await;
    own.put(thing("a", colored("red"))).await.expect("written");
    let cursor = own.cursor().await.expect("a cursor");
    assert_eq!(own.since(&cursor).await.expect("known"), cursor.seq);
    let ahead = Cursor { seq: Seq(cursor.seq.0 + 1), ..cursor.clone() };
    let other = Cursor { incarnation: "0123456789abcdef".into(), ..cursor };
    for bad in [ahead, other] {
        assert!(matches!(own.since(&bad).await, Err(Error::Expired)), "{bad}");
    }
}

#[tokio::test]
async fn the_bell_rings_after_a_change_and_breaks_when_the_right_is_lost() {
    let house = House::new();
    let id = house.person("alice").await;
    let own = house.own("alice").await;
    let mut bell = own.bell();
    own.put(thing("a", colored("red"))).await.expect("written");
    assert_eq!(bell.moved().await.expect("rings"), own.seq());
    house.data.delete_space(&crate::house::system(), id).await.expect("deleted");
    assert!(matches!(bell.still_allowed().await, Err(Error::Forbidden)));
    assert!(matches!(house.data.space(&user("alice"), id).await, Err(Error::NotFound)));
}
