use abri_data::{DocEdit, Expect, Query};
use abri_model::{Error, Rule, Verb, Verbs};
use serde_json::{Value, json};

use crate::house::{House, THINGS, THINGS_BY_COLOR, colored, doc, ids, kind, system, thing};

#[tokio::test]
async fn bodies_come_back_byte_for_byte() {
    let house = House::new();
    house.person("alice").await;
    let space = house.own("alice").await;
    let text = "{ \"b\":1.10, \"a\": 123456789012345678901234567890, \"u\":\"\\u0000é\" }";
    let mut put = thing("1", json!({}));
    put.body = text.to_owned();
    let written = space.put(put).await.expect("written");
    let read = space.get(&kind(THINGS), "1").await.expect("read").expect("there");
    assert_eq!((read.body.as_str(), read.rev), (text, written.rev));
}

#[tokio::test]
async fn bad_documents_are_refused_with_a_reason() {
    let house = House::new();
    house.person("alice").await;
    let space = house.own("alice").await;
    space.put(thing("old", json!({"born": 1}))).await.expect("written");
    let cases = [
        ("1", "[]", "a document is a JSON object"),
        ("1", "{", "the document is not JSON"),
        ("1", r#"{"size": -1}"#, "size must not be negative"),
        ("old", r#"{"born": 2}"#, "born cannot be changed"),
        ("", "{}", "an id is text"),
        ("a\0b", "{}", "an id is text"),
    ];
    for (id, body, reason) in cases {
        let mut put = thing(id, json!({}));
        put.body = body.to_owned();
        let error = space.put(put).await.expect_err(body);
        assert!(matches!(&error, Error::Invalid(text) if text.contains(reason)), "{error}");
    }
    assert!(matches!(space.put(doc("io.cozy.files", "1", json!({}))).await, Err(Error::Invalid(_))));
    assert!(matches!(space.put(thing(&"x".repeat(513), json!({}))).await, Err(Error::TooLarge { .. })));
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    let mut put = thing("1", json!({}));
    put.body = deep;
    assert!(matches!(space.put(put).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn an_edit_of_an_old_revision_conflicts_and_changes_nothing() {
    let house = House::new();
    house.person("alice").await;
    let space = house.own("alice").await;
    let first = space.put(thing("1", colored("red"))).await.expect("written");
    let second = space.put(thing("1", colored("blue"))).await.expect("written");
    let mut late = thing("1", colored("green"));
    late.expect = Expect::Rev(first.rev);
    assert!(matches!(space.put(late).await, Err(Error::Conflict { current: Some(rev) }) if rev == second.rev));
    let mut new = thing("1", colored("green"));
    new.expect = Expect::Absent;
    assert!(matches!(space.put(new).await, Err(Error::Conflict { .. })));
    assert_eq!(space.get(&kind(THINGS), "1").await.expect("read").expect("there").rev, second.rev);
    assert!(matches!(space.delete(&kind(THINGS), "none", Expect::Any).await, Err(Error::NotFound)));
    space.delete(&kind(THINGS), "1", Expect::Rev(second.rev)).await.expect("deleted");
    assert_eq!(space.get(&kind(THINGS), "1").await.expect("read"), None);
    assert!(space.get_or_tombstone(&kind(THINGS), "1").await.expect("read").expect("a tombstone").deleted);
}

#[tokio::test]
async fn a_batch_is_all_or_none_when_asked_and_each_for_itself_when_not() {
    let house = House::new();
    house.person("alice").await;
    let space = house.own("alice").await;
    let edits = || {
        vec![
            DocEdit::Put(thing("1", colored("red"))),
            DocEdit::Put(thing("2", json!({"size": -1}))),
            DocEdit::Put(thing("3", colored("red"))),
        ]
    };
    assert!(space.batch_all(edits()).await.is_err());
    assert!(space.list(&kind(THINGS), None, 10).await.expect("list").is_empty());
    let outcomes = space.batch(edits()).await.expect("done");
    assert_eq!(outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(ids(&space.list(&kind(THINGS), None, 10).await.expect("list")), ["1", "3"]);
}

#[tokio::test]
async fn queries_go_by_ranges_in_collation_order_page_by_page() {
    let house = House::new();
    house.person("alice").await;
    let space = house.own("alice").await;
    for (id, color, size) in
        [("a", "red", 3), ("b", "red", 10), ("c", "blue", 1), ("d", "Red", 2), ("e", "green", 5), ("f", "red", 4)]
    {
        space.put(thing(id, json!({"color": color, "size": size}))).await.expect("written");
    }
    space.put(thing("g", json!({"size": 5}))).await.expect("written");
    let cases: [(Query, &[&str]); 7] = [
        (Query::default(), &["c", "e", "a", "f", "b", "d"]),
        (Query { desc: true, ..Query::default() }, &["d", "b", "f", "a", "e", "c"]),
        (Query { prefix: vec![json!("red")], ..Query::default() }, &["a", "f", "b"]),
        (Query { prefix: vec![json!("red")], from: vec![json!(4)], ..Query::default() }, &["f", "b"]),
        (Query { prefix: vec![json!("red")], to: vec![json!(4)], ..Query::default() }, &["a", "f"]),
        (Query { from: vec![json!("c")], to: vec![json!("green")], ..Query::default() }, &["e"]),
        (Query { prefix: vec![json!("none")], ..Query::default() }, &[]),
    ];
    for (query, wanted) in cases {
        let found = space.find(THINGS_BY_COLOR, &query).await.expect("found");
        assert_eq!(ids(&found.docs), wanted, "{query:?}");
        let mut paged = Vec::new();
        let mut page = Query { limit: 2, ..query.clone() };
        loop {
            let found = space.find(THINGS_BY_COLOR, &page).await.expect("found");
            paged.extend(found.docs.into_iter().map(|doc| doc.key.id));
            match found.bookmark {
                Some(bookmark) => page.bookmark = Some(bookmark),
                None => break,
            }
        }
        assert_eq!(paged, wanted, "page by page: {query:?}");
    }
    assert!(matches!(space.find("com.example.things/none", &Query::default()).await, Err(Error::Invalid(_))));
    space.put(thing("a", json!({"color": "yellow"}))).await.expect("written");
    space.delete(&kind(THINGS), "b", Expect::Any).await.expect("deleted");
    let red = Query { prefix: vec![json!("red")], ..Query::default() };
    assert_eq!(ids(&space.find(THINGS_BY_COLOR, &red).await.expect("found").docs), ["f"], "the index follows");
}

#[tokio::test]
async fn an_app_finds_and_lists_only_what_its_rules_say() {
    let house = House::new();
    house.person("alice").await;
    let own = house.own("alice").await;
    for at in 0..30 {
        let color = if at % 3 == 0 { "red" } else { "blue" };
        own.put(thing(&format!("{at:02}"), json!({"color": color, "size": at}))).await.expect("written");
    }
    own.put(doc("com.example.other", "1", json!({}))).await.expect("written");
    let rules = vec![Rule::of(THINGS, Verbs::READ).only(["red"]).by("color")];
    let space = house.by_app("alice", rules).await.expect("opened");
    let red: Vec<String> = (0..30).filter(|at| at % 3 == 0).map(|at| format!("{at:02}")).collect();
    assert_eq!(ids(&space.list(&kind(THINGS), None, 100).await.expect("list")), red);
    assert_eq!(ids(&space.list(&kind(THINGS), Some("09"), 2).await.expect("list")), ["12", "15"]);
    assert_eq!(
        ids(&space.find(THINGS_BY_COLOR, &Query { limit: 4, ..Query::default() }).await.expect("found").docs),
        &red[..4]
    );
    assert_eq!(space.get(&kind(THINGS), "01").await.expect("read"), None);
    assert!(space.get(&kind(THINGS), "03").await.expect("read").is_some());
    assert_eq!(space.kinds().await.expect("kinds"), [kind(THINGS)]);
    assert!(matches!(space.list(&kind("com.example.other"), None, 10).await, Err(Error::Forbidden)));
    assert!(matches!(space.put(thing("new", colored("red"))).await, Err(Error::Forbidden)));
    assert!(matches!(space.delete(&kind(THINGS), "03", Expect::Any).await, Err(Error::Forbidden)));
    assert!(
        matches!(space.delete(&kind(THINGS), "01", Expect::Any).await, Err(Error::NotFound)),
        "not even that it is there"
    );
}

#[tokio::test]
async fn an_app_cannot_move_a_document_into_or_out_of_its_selector() {
    let house = House::new();
    house.person("alice").await;
    let own = house.own("alice").await;
    own.put(thing("hers", colored("red"))).await.expect("written");
    own.put(thing("other", colored("blue"))).await.expect("written");
    let verbs = Verbs::of(&[Verb::Get, Verb::Post, Verb::Put]);
    let space = house.by_app("alice", vec![Rule::of(THINGS, verbs).only(["red"]).by("color")]).await.expect("opened");
    space.put(thing("hers", json!({"color": "red", "size": 1}))).await.expect("written");
    space.put(thing("new", colored("red"))).await.expect("made");
    for (id, color) in [("hers", "blue"), ("other", "red"), ("new2", "blue")] {
        assert!(matches!(space.put(thing(id, colored(color))).await, Err(Error::Forbidden)), "{id} to {color}");
    }
}

#[tokio::test]
async fn nobody_but_the_system_touches_the_systems_kinds() {
    let house = House::new();
    let id = house.person("alice").await;
    let own = house.own("alice").await;
    let as_system = house.data.space(&system(), id).await.expect("opened");
    as_system.put(doc("abri.secrets", "1", json!({"a": 1}))).await.expect("written");
    let secrets = kind("abri.secrets");
    assert_eq!(own.get(&secrets, "1").await.expect("read"), None);
    assert!(matches!(own.list(&secrets, None, 1).await, Err(Error::Forbidden)));
    assert!(matches!(own.put(doc("abri.secrets", "2", json!({}))).await, Err(Error::Forbidden)));
    assert!(own.kinds().await.expect("kinds").is_empty());
    let changes = own.changes(&abri_data::Scope::All, abri_model::Seq(0), 10).await.expect("changes");
    assert!(changes.items.is_empty(), "{changes:?}");
    let body: Value =
        serde_json::from_str(&as_system.get(&secrets, "1").await.expect("read").expect("there").body).expect("JSON");
    assert_eq!(body, json!({"a": 1}));
}
