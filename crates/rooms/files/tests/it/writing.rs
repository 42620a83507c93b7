use abri_data::Digests;
use abri_files::{Announced, Condition, Incoming, MetaPatch, PropertyName};
use abri_model::{Error, Millis};
use bytes::Bytes;

use crate::house::*;

#[tokio::test]
async fn a_file_is_there_with_its_bytes_and_times() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    let mut write = writing("a/b/hello.txt", "hello");
    write.mtime = Some(Millis(1_000_000));
    write.created = Some(Millis(2_000_000));
    let written = tree.write(write).await.unwrap();
    assert!(written.created);
    let node = at(&tree, "a/b/hello.txt").await.unwrap();
    assert_eq!((node.mtime, node.created, node.mime.as_str()), (Millis(1_000_000), Millis(2_000_000), "text/plain"));
    assert_eq!(read(&tree, node.id).await, "hello");
    assert_eq!(tree.path_of(node.id).await.unwrap(), ["a", "b", "hello.txt"]);
    let again = put(&tree, "a/b/hello.txt", "other").await;
    assert!(!again.created);
    assert_eq!(again.node.id, node.id, "the number stays");
    assert_ne!(tree.etag(&again.node), tree.etag(&node));
}

#[tokio::test]
async fn every_folder_above_gets_another_tag() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    put(&tree, "a/b/c.txt", "1").await;
    put(&tree, "other/d.txt", "1").await;
    let tag = async |p: &str| tree.etag(&at(&tree, p).await.unwrap());
    let before = (tag("a").await, tag("a/b").await, tag("other").await);
    put(&tree, "a/b/c.txt", "2").await;
    let after = (tag("a").await, tag("a/b").await, tag("other").await);
    assert_ne!(before.0, after.0);
    assert_ne!(before.1, after.1);
    assert_eq!(before.2, after.2);
}

#[tokio::test]
async fn what_was_announced_is_checked_and_nothing_is_left() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    let check = async |announced: Announced, good: bool| {
        let mut write = writing("x.txt", "hello");
        write.body.announced = announced;
        let outcome = tree.write(write).await;
        if good {
            outcome.unwrap();
            tree.trash(at(&tree, "x.txt").await.unwrap().id, Condition::Any, vec![]).await.unwrap();
        } else {
            assert!(matches!(outcome, Err(Error::Checksum)), "{outcome:?}");
            assert!(at(&tree, "x.txt").await.is_none());
        }
    };
    let sha1: [u8; 20] =
        data_encoding::HEXLOWER.decode(b"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d").unwrap().try_into().unwrap();
    check(Announced { sha1: Some(sha1), ..Default::default() }, true).await;
    check(Announced { sha1: Some([0; 20]), ..Default::default() }, false).await;
    check(Announced { md5: Some([0; 16]), ..Default::default() }, false).await;
    check(Announced { sha256: Some([0; 32]), ..Default::default() }, false).await;
    check(Announced { adler32: Some(0x062c_0215), ..Default::default() }, true).await;
    check(Announced { adler32: Some(1), ..Default::default() }, false).await;
    check(Announced { total: Some(6), ..Default::default() }, false).await;
    assert!(Announced::default().check(1, &Digests::default()).is_ok());
}

#[tokio::test]
async fn a_cut_upload_leaves_nothing() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    let mut write = writing("x.txt", "");
    let pieces = vec![Ok(Bytes::from_static(b"half")), Err(Error::Interrupted)];
    write.body = Incoming {
        size: Some(8),
        stream: Box::pin(futures_util::stream::iter(pieces)),
        announced: Announced::default(),
    };
    assert!(matches!(tree.write(write).await, Err(Error::Interrupted)));
    assert!(at(&tree, "x.txt").await.is_none());
    let mut short = writing("x.txt", "half");
    short.body.size = Some(8);
    assert!(tree.write(short).await.is_err());
    assert!(at(&tree, "x.txt").await.is_none());
    assert_eq!(tree.quota().await.unwrap().used, 0);
}

#[tokio::test]
async fn conditions_are_kept_to() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    let with = async |condition: Condition| {
        let mut write = writing("x.txt", "new");
        write.condition = condition;
        tree.write(write).await
    };
    assert!(matches!(with(Condition::Present).await, Err(Error::Conflict { .. })));
    assert!(matches!(with(Condition::Etag(vec!["none".into()])).await, Err(Error::Conflict { .. })));
    let written = with(Condition::Absent).await.unwrap();
    assert!(matches!(with(Condition::Absent).await, Err(Error::Exists)));
    let tag = tree.etag(&written.node);
    let written = with(Condition::Etag(vec![tag.clone()])).await.unwrap();
    assert!(matches!(with(Condition::Etag(vec![tag])).await, Err(Error::Conflict { .. })));
    assert!(with(Condition::Rev(written.node.rev())).await.is_ok());
    assert!(matches!(with(Condition::Rev(written.node.rev())).await, Err(Error::Conflict { .. })));
}

#[tokio::test]
async fn the_quota_is_kept_before_and_while_bytes_come() {
    let house = House::with(Some(10)).await;
    let tree = house.tree("ada").await;
    put(&tree, "a.txt", "12345").await;
    let too_much = tree.write(writing("b.txt", "1234567")).await;
    assert!(matches!(too_much, Err(Error::Quota { needed_bytes: 7, free_bytes: 5 })), "{too_much:?}");
    let mut unsaid = writing("b.txt", "");
    let pieces = vec![Ok(Bytes::from_static(b"1234")), Ok(Bytes::from_static(b"5678"))];
    unsaid.body =
        Incoming { size: None, stream: Box::pin(futures_util::stream::iter(pieces)), announced: Announced::default() };
    assert!(matches!(tree.write(unsaid).await, Err(Error::Quota { .. })));
    assert!(at(&tree, "b.txt").await.is_none());
    put(&tree, "b.txt", "12345").await;
}

#[tokio::test]
async fn files_are_no_folders() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    put(&tree, "file", "x").await;
    mkdir(&tree, tree.root(), "folder").await.unwrap();
    assert!(matches!(tree.write(writing("file/below", "x")).await, Err(Error::NoParent | Error::NotDirectory)));
    assert!(matches!(tree.write(writing("folder", "x")).await, Err(Error::IsDirectory)));
    let mut strict = writing("no/such/folder", "x");
    strict.make_parents = false;
    assert!(matches!(tree.write(strict).await, Err(Error::NoParent)));
    assert!(matches!(mkdir(&tree, tree.root(), "folder").await, Err(Error::Exists)));
    assert!(matches!(tree.write(writing("..", "x")).await, Err(Error::Name(_))));
}

#[tokio::test]
async fn stars_are_everybodys_own_and_properties_are_kept() {
    let house = House::open().await;
    let (ada, bob) = (house.tree("ada").await, house.tree("bob").await);
    let node = put(&ada, "x.txt", "x").await.node;
    let tag = ada.etag(&node);
    let odd = PropertyName::new("urn:x", "colour");
    let patch = MetaPatch {
        starred: Some(true),
        tags: Some(vec!["holiday".into()]),
        properties: vec![(odd.clone(), Some("<b/>".into()))],
        ..Default::default()
    };
    let node = ada.patch(node.id, patch, Condition::Any, vec![]).await.unwrap();
    assert!(ada.is_starred(&node) && !bob.is_starred(&node));
    assert_eq!(ada.meta(&node).property(&odd), Some("<b/>"));
    assert_eq!(ada.etag(&node), tag, "the bytes are the same");
    let node = put(&ada, "x.txt", "y").await.node;
    assert_eq!(bob.meta(&node).tags, ["holiday"], "a new content keeps them");
    let huge = MetaPatch { properties: vec![(odd, Some("x".repeat(100_000)))], ..Default::default() };
    assert!(matches!(ada.patch(node.id, huge, Condition::Any, vec![]).await, Err(Error::TooLarge { .. })));
}
