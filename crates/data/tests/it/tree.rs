use abri_data::{Edit, Expect, IfExists, Lock, NodePatch, Scope, Space};
use abri_model::{Error, Kind, Millis, Name, NodeId, Rule, Seq, Verb, Verbs};
use futures_util::StreamExt;

use crate::house::{House, make_directory, move_node, told, write_file};

struct Shelf {
    house: House,
    own: Space,
    root: NodeId,
    shared: NodeId,
    private: NodeId,
    inside: NodeId,
    file: NodeId,
    secret: NodeId,
}

/// /Shared/Inside, /Shared/file.txt, /Private/secret.txt
async fn shelf() -> Shelf {
    let house = House::new();
    house.person("alice").await;
    let own = house.own("alice").await;
    let root = own.roots().0;
    let shared = make_directory(&own, root, "Shared").await.expect("made");
    let private = make_directory(&own, root, "Private").await.expect("made");
    let inside = make_directory(&own, shared, "Inside").await.expect("made");
    let file = write_file(&own, shared, "file.txt", "hello").await.expect("written").id;
    let secret = write_file(&own, private, "secret.txt", "hush").await.expect("written").id;
    Shelf { house, own, root, shared, private, inside, file, secret }
}

impl Shelf {
    async fn with(&self, verbs: Verbs) -> Space {
        let rule = Rule::of(Kind::FILES, verbs).only([self.shared.to_hex()]);
        self.house.by_app("alice", vec![rule]).await.expect("opened")
    }
}

fn names(nodes: &[std::sync::Arc<abri_data::Node>]) -> Vec<&str> {
    nodes.iter().map(|node| node.name.as_str()).collect()
}

#[tokio::test]
async fn a_right_on_a_folder_covers_its_tree_and_nothing_else() {
    let shelf = shelf().await;
    let app = shelf.with(Verbs::READ).await;
    for (id, seen) in [
        (shelf.root, false),
        (shelf.private, false),
        (shelf.secret, false),
        (shelf.shared, true),
        (shelf.inside, true),
        (shelf.file, true),
    ] {
        assert_eq!(app.node(id).await.expect("read").is_some(), seen, "{id}");
    }
    assert_eq!(names(&app.children(shelf.shared, None, 10).await.expect("listed")), ["Inside", "file.txt"]);
    assert!(matches!(app.children(shelf.root, None, 10).await, Err(Error::NotFound)));
    assert!(matches!(app.children(shelf.private, None, 10).await, Err(Error::NotFound)));
    assert_eq!(names(&app.ancestors(shelf.file).await.expect("read")), ["Shared", "file.txt"]);
    assert!(app.ancestors(shelf.secret).await.expect("read").is_empty());
    let resolved = app.resolve(shelf.shared, &["Inside".into(), "none".into()]).await.expect("resolved");
    assert_eq!((resolved.found.len(), resolved.missing), (2, 1));
    let resolved = app.resolve(shelf.root, &["Private".into(), "secret.txt".into()]).await.expect("resolved");
    assert_eq!(resolved.found.len(), 0);
    assert_eq!(names(&app.recent(10).await.expect("read")), ["file.txt"]);
    assert!(app.child(shelf.private, "secret.txt").await.expect("read").is_none());
    assert!(matches!(app.versions(shelf.secret).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn bytes_are_read_only_of_files_that_were_shown() {
    let shelf = shelf().await;
    let secret = shelf.own.node(shelf.secret).await.expect("read").expect("there").content.expect("a content");
    let app = shelf.with(Verbs::READ).await;
    assert!(matches!(app.read_small(secret).await, Err(Error::NotFound)));
    assert!(matches!(app.read(secret, 0..9).await, Err(Error::NotFound)));
    assert!(matches!(app.content(secret).await, Err(Error::NotFound)));
    let file = app.node(shelf.file).await.expect("read").expect("there").content.expect("a content");
    let mut stream = app.read(file, 1..4).await.expect("opened");
    assert_eq!(stream.next().await.expect("bytes").expect("good"), "ell");
    let copy = Edit::WriteFile {
        parent: shelf.shared,
        name: Name::parse("stolen.txt").expect("a name"),
        source: abri_data::Source::Existing(secret),
        mime: "text/plain".into(),
        executable: None,
        times: Default::default(),
        meta: None,
        if_exists: IfExists::Fail,
        may_create: true,
        version: abri_data::Keep::Nothing,
    };
    let writer = shelf.with(Verbs::ALL).await;
    assert!(matches!(writer.commit_tree(vec![copy], Vec::new()).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn each_edit_needs_its_verb_and_stays_within_the_folder() {
    let shelf = shelf().await;
    let by = || "shop".to_owned();
    let trash = |node| Edit::Trash { node, expect: Expect::Any, by: "shop".to_owned() };
    let update = |node| Edit::UpdateNode {
        node,
        expect: Expect::Any,
        patch: NodePatch { mtime: Some(Millis(1)), ..Default::default() },
    };
    let mkdir = |parent| Edit::MakeDirectory {
        parent,
        name: Name::parse("new").expect("a name"),
        times: Default::default(),
        meta: None,
    };
    let (get, post, put, patch, delete) = (Verb::Get, Verb::Post, Verb::Put, Verb::Patch, Verb::Delete);
    // Verbs that are not enough, verbs that are, what is done.
    let cases: Vec<(Vec<Verb>, Vec<Verb>, Edit)> = vec![
        (vec![get, put, patch, delete], vec![get, post], mkdir(shelf.shared)),
        (vec![get, post, put, delete], vec![get, patch], update(shelf.file)),
        (vec![get, post, put, delete], vec![get, patch], move_node(shelf.file, shelf.shared, "renamed.txt")),
        (vec![get, post, patch], vec![get, post, patch, delete], move_node(shelf.file, shelf.inside, "moved.txt")),
        (vec![get, post, put, patch], vec![get, delete], Edit::Destroy { node: shelf.file, expect: Expect::Any }),
        (vec![get, post, put, patch], vec![get, delete], trash(shelf.inside)),
    ];
    for (few, enough, edit) in cases {
        let app = shelf.with(Verbs::of(&few)).await;
        assert!(
            matches!(app.commit_tree(vec![edit.clone()], Vec::new()).await, Err(Error::Forbidden)),
            "{few:?} {edit:?}"
        );
        let app = shelf.with(Verbs::of(&enough)).await;
        app.commit_tree(vec![edit.clone()], Vec::new()).await.unwrap_or_else(|error| panic!("{error}: {edit:?}"));
    }
    let app = shelf.with(Verbs::ALL).await;
    let outside: Vec<Edit> = vec![
        mkdir(shelf.root),
        mkdir(shelf.private),
        update(shelf.secret),
        trash(shelf.private),
        move_node(shelf.shared, shelf.private, "Shared"),
        move_node(shelf.secret, shelf.shared, "mine.txt"),
        Edit::Destroy { node: shelf.secret, expect: Expect::Any },
        Edit::Restore { node: shelf.inside, parent: shelf.root, name: Name::parse("back").expect("a name") },
        Edit::SetQuota(None),
        Edit::PutNote { name: "follower.mounts".into(), text: None },
        Edit::DropVersions { node: shelf.secret, versions: vec![1] },
    ];
    let before = shelf.own.seq();
    for edit in outside {
        let outcome = app.commit_tree(vec![edit.clone()], Vec::new()).await;
        assert!(matches!(outcome, Err(Error::NotFound | Error::Forbidden)), "{edit:?} {outcome:?}");
    }
    assert_eq!(shelf.own.seq(), before, "nothing has changed");
    let root_rename = move_node(shelf.shared, shelf.root, "Named");
    app.commit_tree(vec![root_rename], Vec::new()).await.expect("what is shared may be renamed where it is");
    let copy = async |source, parent| {
        app.copy_tree(
            source,
            parent,
            Name::parse("copy").expect("a name"),
            IfExists::Fail,
            &by(),
            Millis(0),
            Vec::new(),
            true,
        )
        .await
    };
    assert!(matches!(copy(shelf.private, shelf.shared).await, Err(Error::NotFound)));
    assert!(matches!(copy(shelf.shared, shelf.private).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn what_leaves_a_folder_is_told_as_gone_to_who_has_a_right_on_it() {
    let shelf = shelf().await;
    let app = shelf.with(Verbs::READ).await;
    let (words, at) = told(&app, &Scope::All, Seq(0)).await;
    assert_eq!(words, ["node Shared", "node Inside", "node file.txt"]);
    let commit = async |edit| shelf.own.commit_tree(vec![edit], Vec::new()).await.expect("done");
    commit(move_node(shelf.file, shelf.private, "file.txt")).await;
    commit(move_node(shelf.secret, shelf.inside, "secret.txt")).await;
    let files = Scope::Kind(Kind::known(Kind::FILES));
    for scope in [&Scope::All, &files, &Scope::Under(shelf.shared)] {
        assert_eq!(told(&app, scope, at).await.0, ["gone file.txt", "node secret.txt"], "{scope:?}");
    }
    assert!(matches!(app.changes(&Scope::Under(shelf.private), at, 10).await, Err(Error::NotFound)));
    let (_, at) = told(&app, &Scope::All, at).await;
    commit(Edit::Trash { node: shelf.inside, expect: Expect::Any, by: "alice".into() }).await;
    assert_eq!(told(&app, &Scope::All, at).await.0, ["gone Inside"]);
}

#[tokio::test]
async fn a_lock_token_counts_only_for_who_made_the_lock() {
    let shelf = shelf().await;
    let lock = Lock {
        token: "urn:uuid:1".into(),
        node: shelf.shared,
        deep: true,
        exclusive: true,
        creator: "alice".into(),
        owner: "<owner/>".into(),
        expires: Millis(1_800_000_000_000),
    };
    let app = shelf.with(Verbs::ALL).await;
    let forged = Edit::PutLock(Lock { creator: "bob".into(), ..lock.clone() });
    assert!(matches!(app.commit_tree(vec![forged], Vec::new()).await, Err(Error::Forbidden)));
    let foreign = Edit::PutLock(Lock { node: shelf.private, ..lock.clone() });
    assert!(matches!(app.commit_tree(vec![foreign], Vec::new()).await, Err(Error::NotFound)));
    shelf.own.commit_tree(vec![Edit::PutLock(lock)], Vec::new()).await.expect("locked");
    let mkdir = || Edit::MakeDirectory {
        parent: shelf.shared,
        name: Name::parse("n").expect("a name"),
        times: Default::default(),
        meta: None,
    };
    assert!(matches!(shelf.own.commit_tree(vec![mkdir()], Vec::new()).await, Err(Error::Locked)));
    shelf.own.commit_tree(vec![mkdir()], vec!["urn:uuid:1".into()]).await.expect("with the token");
    assert_eq!(app.locks_on(shelf.file).await.expect("read").len(), 1);
    assert!(matches!(app.locks_on(shelf.secret).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn an_upload_belongs_to_who_began_it() {
    let shelf = shelf().await;
    let reader = shelf.with(Verbs::READ).await;
    let now = Millis(0);
    assert!(matches!(reader.upload_begin("u", "alice", Default::default(), now).await, Err(Error::Forbidden)));
    let writer = shelf.with(Verbs::ALL).await;
    assert!(matches!(writer.upload_begin("u", "bob", Default::default(), now).await, Err(Error::Forbidden)));
    writer.upload_begin("u", "alice", Default::default(), now).await.expect("begun");
    assert!(writer.upload("u").await.expect("read").is_some());
    assert!(matches!(reader.upload_drop("u").await, Err(Error::Forbidden)));
    writer.upload_drop("u").await.expect("dropped");
}
