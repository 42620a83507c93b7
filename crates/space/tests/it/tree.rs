//! The tree: names, moves, tails, trash, versions, quota, locks, changes.

use abri_model::{Error, Millis, NodeId, Seq};
use abri_space::edit::Source;
use abri_space::{Change, Edit, Expect, IfExists, Lock, NewSpace, Request, Scope};

use crate::house::{House, folder, name, node, shift, star, write};

#[tokio::test]
async fn a_deep_edit_changes_every_folder_above_it_and_no_other() {
    let house = House::new().await;
    let a = house.folder(house.root(), "a").await.unwrap();
    let b = house.folder(a.id, "b").await.unwrap();
    let other = house.folder(house.root(), "other").await.unwrap();
    let file = house.file(b.id, "f", b"hello").await.unwrap();
    for id in [house.root(), a.id, b.id] {
        let node = house.node(id).await;
        assert_eq!((node.size, node.tail), (5, file.seq), "node {id}");
    }
    assert_eq!(house.node(other.id).await.tail, other.seq);
    house.is_sound().await;
}

#[tokio::test]
async fn moving_a_folder_carries_its_size_and_touches_nothing_below() {
    let house = House::new().await;
    let a = house.folder(house.root(), "a").await.unwrap();
    let b = house.folder(house.root(), "b").await.unwrap();
    let inner = house.folder(a.id, "inner").await.unwrap();
    let file = house.file(inner.id, "f", b"hello").await.unwrap();
    let moved = house.shift(inner.id, b.id, "renamed").await.unwrap();
    assert_eq!((moved.id, moved.name.as_str()), (inner.id, "renamed"));
    assert_eq!(house.node(file.id).await.seq, file.seq);
    assert_eq!((house.node(a.id).await.size, house.node(b.id).await.size), (0, 5));
    let gone = house.shift(b.id, inner.id, "loop").await;
    assert!(matches!(gone, Err(Error::Cycle)), "{gone:?}");
    house.is_sound().await;
}

#[tokio::test]
async fn the_same_name_composed_or_decomposed_is_taken() {
    let house = House::new().await;
    house.folder(house.root(), "été").await.unwrap();
    let twice = house.folder(house.root(), "e\u{301}te\u{301}").await;
    assert!(matches!(twice, Err(Error::Exists)), "{twice:?}");
}

#[tokio::test]
async fn two_names_swap_in_one_request() {
    let house = House::new().await;
    let a = house.folder(house.root(), "a").await.unwrap();
    let b = house.folder(house.root(), "b").await.unwrap();
    let root = house.root();
    house.edits(vec![shift(a.id, root, "c"), shift(b.id, root, "a"), shift(a.id, root, "b")]).await.unwrap();
    assert_eq!(house.node(a.id).await.name, "b");
    assert_eq!(house.space.child(root, "a").await.unwrap().unwrap().id, b.id);
    assert!(house.space.child(root, "c").await.unwrap().is_none());
    house.is_sound().await;
}

#[tokio::test]
async fn a_request_is_done_whole_or_not_at_all() {
    let house = House::new().await;
    let root = house.root();
    let before = house.space.seq();
    let failed = house.edits(vec![folder(root, "a"), folder(root, "b"), folder(root, "a")]).await;
    assert!(matches!(failed, Err(Error::Exists)), "{failed:?}");
    assert_eq!(house.space.seq(), before);
    assert!(house.space.children(root, None, 10).await.unwrap().is_empty());
    house.is_sound().await;
}

#[tokio::test]
async fn overwriting_keeps_the_number_and_the_former_content() {
    let house = House::new().await;
    let first = house.file(house.root(), "f", b"one").await.unwrap();
    house.pass(1000);
    let second = house.file(house.root(), "f", b"two!").await.unwrap();
    assert_eq!(first.id, second.id);
    assert!(second.content_seq > first.content_seq);
    let versions = house.space.versions(first.id).await.unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!((versions[0].size, versions[0].number), (3, first.content_seq.0));
    house.edit(Edit::RevertTo { node: first.id, version: versions[0].number, by: "ada".into() }).await.unwrap();
    assert_eq!(house.read(&house.node(first.id).await).await, b"one");
    let versions = house.space.versions(first.id).await.unwrap();
    assert_eq!(versions.iter().map(|version| version.size).collect::<Vec<_>>(), [4]);
    assert_eq!(house.space.state().await.unwrap().versions_bytes, 4);
    house.is_sound().await;
}

#[tokio::test]
async fn the_trash_gives_back_what_it_got() {
    let house = House::new().await;
    let (root, trash) = house.space.roots();
    let a = house.folder(root, "a").await.unwrap();
    let file = house.file(a.id, "f", b"hello").await.unwrap();
    house.edit(Edit::Trash { node: file.id, expect: Expect::Any, by: "ada".into() }).await.unwrap();
    house.file(a.id, "f", b"another").await.unwrap();
    let state = house.space.state().await.unwrap();
    assert_eq!((state.files_bytes, state.trash_bytes), (7, 5));
    let trashed = house.space.trashed(None, 10).await.unwrap();
    assert_eq!((trashed[0].0.path.as_str(), trashed[0].1.id), ("/a/f", file.id));
    assert_eq!(house.space.children(trash, None, 10).await.unwrap()[0].name, "f");
    let taken = house.edit(Edit::Restore { node: file.id, parent: a.id, name: name("f") }).await;
    assert!(matches!(taken, Err(Error::Exists)), "{taken:?}");
    house.edit(Edit::Restore { node: file.id, parent: a.id, name: name("f (2)") }).await.unwrap();
    assert!(house.space.trashed(None, 10).await.unwrap().is_empty());
    assert_eq!(house.read(&house.node(file.id).await).await, b"hello");
    house.is_sound().await;
}

#[tokio::test]
async fn what_is_destroyed_is_gone_at_once_and_its_rows_soon() {
    let house = House::new().await;
    let root = house.root();
    let a = house.folder(root, "a").await.unwrap();
    let mut deep = a.id;
    for level in 0..5 {
        deep = house.folder(deep, &format!("level {level}")).await.unwrap().id;
        for file in 0..30 {
            house.file(deep, &format!("f{file}"), format!("{level} {file}").as_bytes()).await.unwrap();
        }
    }
    let kept = house.file(root, "kept", b"3 3").await.unwrap();
    house.edit(Edit::Destroy { node: a.id, expect: Expect::Any }).await.unwrap();
    assert!(house.space.child(root, "a").await.unwrap().is_none());
    assert_eq!(house.space.state().await.unwrap().used, 3);
    house.is_sound().await;
    let swept = house.space.sweep(house.now()).await.unwrap();
    assert_eq!(swept.nodes, 156);
    assert!(house.space.node(deep).await.unwrap().is_none());
    assert_eq!(house.read(&house.node(kept.id).await).await, b"3 3", "content shared with what was destroyed stays");
    house.is_sound().await;
}

#[tokio::test]
async fn nothing_is_accepted_into_what_was_destroyed() {
    let house = House::new().await;
    let root = house.root();
    let a = house.folder(root, "a").await.unwrap();
    let inner = house.folder(a.id, "inner").await.unwrap();
    let file = house.file(inner.id, "f", b"1").await.unwrap();
    house.edit(Edit::Destroy { node: a.id, expect: Expect::Any }).await.unwrap();
    assert!(matches!(house.file(inner.id, "f", b"2").await, Err(Error::NoParent)));
    assert!(matches!(house.file(inner.id, "g", b"2").await, Err(Error::NoParent)));
    assert!(matches!(house.folder(inner.id, "deeper").await, Err(Error::NoParent)));
    assert!(matches!(house.edit(star(file.id, "{}")).await, Err(Error::NotFound)));
    assert!(matches!(house.shift(file.id, root, "saved").await, Err(Error::NotFound)));
    house.is_sound().await;
}

#[tokio::test]
async fn the_quota_counts_files_trash_and_versions() {
    let house = House::new().await;
    let root = house.root();
    house.edit(Edit::SetQuota(Some(10))).await.unwrap();
    let file = house.file(root, "f", b"12345").await.unwrap();
    house.file(root, "f", b"54321").await.unwrap();
    let full = house.file(root, "g", b"x").await;
    assert!(matches!(full, Err(Error::Quota { needed_bytes: 1, free_bytes: 0 })), "{full:?}");
    house.edit(Edit::DropVersions { node: file.id, versions: vec![file.content_seq.0] }).await.unwrap();
    house.file(root, "g", b"x").await.unwrap();
    house.edit(Edit::Trash { node: file.id, expect: Expect::Any, by: "ada".into() }).await.unwrap();
    assert_eq!(house.space.state().await.unwrap().used, 6);
    house.is_sound().await;
}

#[tokio::test]
async fn a_copy_appears_whole_and_shares_the_bytes() {
    let house = House::new().await;
    let root = house.root();
    let a = house.folder(root, "a").await.unwrap();
    let sub = house.folder(a.id, "sub").await.unwrap();
    house.file(sub.id, "f", &[7; 40_000]).await.unwrap();
    house.edit(star(sub.id, r#"{"tags":["x"]}"#)).await.unwrap();
    let done =
        house.space.copy_tree(a.id, root, name("b"), IfExists::Fail, "ada", house.now(), vec![], true).await.unwrap();
    let copy = node(done).unwrap();
    assert_ne!(copy.id, a.id);
    let copied = house.space.resolve(root, &["b".into(), "sub".into(), "f".into()]).await.unwrap();
    assert_eq!(copied.missing, 0);
    assert_eq!(copied.found[2].meta.as_deref(), Some(r#"{"tags":["x"]}"#));
    assert_eq!(house.node(root).await.size, 80_000);
    let into_itself =
        house.space.copy_tree(a.id, sub.id, name("x"), IfExists::Fail, "ada", house.now(), vec![], true).await;
    assert!(matches!(into_itself, Err(Error::Cycle)));
    let taken = house.space.copy_tree(a.id, root, name("b"), IfExists::Fail, "ada", house.now(), vec![], true).await;
    assert!(matches!(taken, Err(Error::Exists)));
    house.is_sound().await;
}

fn lock(token: &str, node: NodeId, deep: bool, exclusive: bool) -> Edit {
    Edit::PutLock(Lock {
        token: token.into(),
        node,
        deep,
        exclusive,
        creator: "ada".into(),
        owner: String::new(),
        expires: Millis(i64::MAX),
    })
}

#[tokio::test]
async fn a_lock_forbids_to_all_but_its_holder() {
    let house = House::new().await;
    let root = house.root();
    let a = house.folder(root, "a").await.unwrap();
    let file = house.file(a.id, "f", b"1").await.unwrap();
    house.edit(lock("t1", a.id, true, true)).await.unwrap();
    for edit in [
        star(file.id, "{}"),
        shift(file.id, root, "g"),
        folder(a.id, "new"),
        Edit::Trash { node: a.id, expect: Expect::Any, by: "eve".into() },
        lock("t2", file.id, false, false),
        lock("t3", root, true, false),
    ] {
        let refused = house.edit(edit.clone()).await;
        assert!(matches!(refused, Err(Error::Locked)), "{edit:?}: {refused:?}");
    }
    let allowed = Request { edits: vec![star(file.id, "{}")], now: house.now(), tokens: vec!["t1".into()] };
    house.space.commit(allowed).await.unwrap();
    let moved = Request { edits: vec![shift(a.id, root, "moved")], now: house.now(), tokens: vec!["t1".into()] };
    house.space.commit(moved).await.unwrap();
    assert!(house.space.locks().is_empty(), "a lock does not move with what it locked");
}

#[tokio::test]
async fn changes_tell_what_came_what_went_and_what_arrived() {
    let house = House::new().await;
    let root = house.root();
    let a = house.folder(root, "a").await.unwrap();
    let b = house.folder(root, "b").await.unwrap();
    let file = house.file(a.id, "f", b"1").await.unwrap();
    let since = house.space.seq();
    house.shift(file.id, b.id, "f").await.unwrap();
    let new = house.file(a.id, "g", b"2").await.unwrap();
    let story = |scope: Scope| {
        let space = house.space.clone();
        async move {
            let changes = space.changes(&scope, since, 100).await.unwrap();
            assert!(!changes.more);
            changes
                .items
                .into_iter()
                .map(|change| match change {
                    Change::Node { node, arrived } => {
                        format!("{} {}", if arrived { "arrived" } else { "changed" }, node.name)
                    }
                    Change::Gone { name, destroyed, .. } => {
                        format!("{} {name}", if destroyed { "destroyed" } else { "gone" })
                    }
                    Change::Doc(doc) => doc.key.id,
                })
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(story(Scope::In(a.id)).await, ["gone f", "arrived g"]);
    assert_eq!(story(Scope::In(b.id)).await, ["arrived f"]);
    assert_eq!(story(Scope::Under(root)).await, ["gone f", "arrived f", "arrived g"]);
    assert_eq!(story(Scope::All).await, ["arrived f", "arrived g"]);
    house.edit(Edit::Destroy { node: new.id, expect: Expect::Any }).await.unwrap();
    assert_eq!(story(Scope::All).await, ["arrived f", "destroyed g"]);
}

#[tokio::test]
async fn pages_of_changes_miss_nothing() {
    let house = House::new().await;
    let a = house.folder(house.root(), "a").await.unwrap();
    for at in 0..40 {
        let file = house.file(a.id, &format!("f{at}"), b"x").await.unwrap();
        if at % 3 == 0 {
            house.shift(file.id, house.root(), &format!("m{at}")).await.unwrap();
        }
    }
    let mut since = Seq(0);
    let mut seen = std::collections::HashSet::new();
    loop {
        let page = house.space.changes(&Scope::Under(house.root()), since, 7).await.unwrap();
        for change in &page.items {
            assert!(change.seq() > since, "positions grow from page to page");
            if let Change::Node { node, .. } = change {
                assert!(seen.insert(node.id), "each node once");
            }
        }
        since = page.last;
        if !page.more {
            break;
        }
    }
    assert_eq!(seen.len(), 41);
    assert_eq!(since, house.space.seq());
}

#[tokio::test]
async fn writers_at_once_share_commits_and_positions_have_no_gap() {
    let house = std::sync::Arc::new(House::new().await);
    let mut tasks = Vec::new();
    for writer in 0..32 {
        let house = house.clone();
        tasks.push(tokio::spawn(async move {
            for at in 0..10 {
                house.file(house.root(), &format!("{writer}-{at}"), format!("{writer} {at}").as_bytes()).await.unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let changes = house.space.changes(&Scope::All, Seq(0), 1000).await.unwrap();
    let positions: Vec<i64> = changes.items.iter().map(|change| change.seq().0).collect();
    assert_eq!(positions, (1..=320).collect::<Vec<i64>>());
    house.is_sound().await;
}

#[tokio::test]
async fn a_space_reads_the_same_after_it_was_closed() {
    let house = House::new().await;
    let a = house.folder(house.root(), "a").await.unwrap();
    let file = house.file(a.id, "f", b"hello").await.unwrap();
    house.edit(lock("t", file.id, false, true)).await.unwrap();
    let before = house.space.state().await.unwrap();
    let House { engine, space, now, dir } = house;
    drop(space);
    engine.close().await;
    let space = engine.open(abri_model::SpaceId(77)).await.unwrap();
    assert_eq!(space.state().await.unwrap(), before);
    assert_eq!(space.locks().len(), 1);
    assert!(matches!(
        engine.create(abri_model::SpaceId(77), NewSpace { first_block: 9, quota: None }).await,
        Err(Error::Exists)
    ));
    drop((now, dir));
    let _ = write(a.id, "unused", Source::Existing(file.content.unwrap()));
}
