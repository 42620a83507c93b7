//! Documents: revisions, index entries, tombstones.

use abri_model::{DocKey, Error, Kind, Seq};
use abri_space::KeyRange;
use abri_space::{Change, Edit, Expect, KeyEntry, Scope, collate};
use serde_json::json;

use crate::house::House;

fn put(id: &str, expect: Expect, body: &str, due: i64) -> Edit {
    let key = KeyEntry { index: "todos.due".into(), key: collate::encode(&[json!(due)]).into() };
    Edit::PutDoc {
        key: DocKey::new(&Kind::known("io.cozy.todos"), id),
        expect,
        body: body.into(),
        delete: false,
        place: None,
        keys: vec![key],
    }
}

#[tokio::test]
async fn a_document_keeps_its_text_and_its_history() {
    let house = House::new().await;
    let body = "{\"b\":1.10,\"a\":12345678901234567890123,\"n\":\"\\u0000\"}";
    let first = house.edit(put("t1", Expect::Absent, body, 5)).await.unwrap().doc().unwrap().clone();
    assert_eq!((first.body.as_str(), first.rev.generation), (body, 1));
    let again = house.edit(put("t1", Expect::Absent, "{}", 5)).await;
    assert!(matches!(again, Err(Error::Conflict { current: Some(rev) }) if rev == first.rev), "{again:?}");
    let second = house.edit(put("t1", Expect::Rev(first.rev), "{}", 9)).await.unwrap().doc().unwrap().clone();
    let stale = house.edit(put("t1", Expect::Rev(first.rev), "{}", 9)).await;
    assert!(matches!(stale, Err(Error::Conflict { .. })));
    assert_eq!(house.space.revs(&first.key).await.unwrap()[0].0, first.rev);
    let found = house.space.find("todos.due", KeyRange::default(), 10).await.unwrap();
    assert_eq!(found.len(), 1, "the former entry went with the former revision");
    let gone = Edit::PutDoc {
        key: first.key.clone(),
        expect: Expect::Rev(second.rev),
        body: String::new(),
        delete: true,
        place: None,
        keys: vec![],
    };
    house.edit(gone).await.unwrap();
    assert!(house.space.doc(&first.key).await.unwrap().unwrap().deleted);
    assert!(house.space.find("todos.due", KeyRange::default(), 10).await.unwrap().is_empty());
    assert!(house.space.docs_of(&first.key.kind, None, 10).await.unwrap().is_empty());
    house.is_sound().await;
}

#[tokio::test]
async fn the_same_edits_make_the_same_revisions_elsewhere() {
    let (one, two) = (House::new().await, House::new().await);
    for house in [&one, &two] {
        house.edit(put("t", Expect::Absent, "{\"x\":1}", 1)).await.unwrap();
        house.edit(put("t", Expect::Any, "{\"x\":2}", 1)).await.unwrap();
    }
    let key = DocKey::new(&Kind::known("io.cozy.todos"), "t");
    assert_eq!(one.space.doc(&key).await.unwrap(), two.space.doc(&key).await.unwrap());
}

#[tokio::test]
async fn an_index_is_read_in_order_and_in_pages() {
    let house = House::new().await;
    for due in [30, -5, 12, 7, 100] {
        house.edit(put(&format!("t{due}"), Expect::Absent, "{}", due)).await.unwrap();
    }
    let ids = |entries: Vec<(bytes::Bytes, DocKey)>| entries.into_iter().map(|(_, doc)| doc.id).collect::<Vec<_>>();
    let page = house.space.find("todos.due", KeyRange::default(), 2).await.unwrap();
    let after = page.last().cloned();
    assert_eq!(ids(page), ["t-5", "t7"]);
    let rest = house.space.find("todos.due", KeyRange { after, ..KeyRange::default() }, 10).await.unwrap();
    assert_eq!(ids(rest), ["t12", "t30", "t100"]);
    let seven = collate::encode(&[json!(7)]);
    let thirty = collate::encode(&[json!(30)]);
    let range =
        KeyRange { from: Some((seven.into(), false)), to: Some((thirty.into(), true)), desc: true, after: None };
    assert_eq!(ids(house.space.find("todos.due", range, 10).await.unwrap()), ["t30", "t12"]);
}

#[tokio::test]
async fn each_document_stands_once_at_its_latest_position() {
    let house = House::new().await;
    for round in 0..3 {
        for id in ["a", "b"] {
            house.edit(put(id, Expect::Any, &format!("{{\"round\":{round}}}"), round)).await.unwrap();
        }
    }
    let kind = Kind::known("io.cozy.todos");
    let changes = house.space.changes(&Scope::Kind(kind.clone()), Seq(0), 10).await.unwrap();
    assert_eq!(changes.items.iter().map(Change::seq).collect::<Vec<_>>(), [Seq(5), Seq(6)]);
    assert_eq!(house.space.kinds().await.unwrap(), [kind]);
}
