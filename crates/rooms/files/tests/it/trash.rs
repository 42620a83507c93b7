use abri_files::Condition;
use abri_model::Error;

use crate::house::*;

#[tokio::test]
async fn what_was_deleted_comes_back_where_it_was() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    let node = put(&tree, "a/b/x.txt", "x").await.node;
    tree.trash(node.id, Condition::Any, vec![]).await.unwrap();
    assert!(at(&tree, "a/b/x.txt").await.is_none());
    let listed = tree.trash_list(None, 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].0.name, "x.txt");
    assert_eq!(listed[0].0.by, "ada");
    tree.restore(node.id).await.unwrap();
    assert_eq!(at(&tree, "a/b/x.txt").await.unwrap().id, node.id);
    assert!(matches!(tree.restore(node.id).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn its_folders_come_back_too_and_a_taken_name_gets_a_number() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    let first = put(&tree, "a/b/x.txt", "first").await.node;
    tree.trash(first.id, Condition::Any, vec![]).await.unwrap();
    tree.trash(at(&tree, "a").await.unwrap().id, Condition::Any, vec![]).await.unwrap();
    tree.restore(first.id).await.unwrap();
    assert_eq!(read(&tree, at(&tree, "a/b/x.txt").await.unwrap().id).await, "first");
    tree.trash(first.id, Condition::Any, vec![]).await.unwrap();
    put(&tree, "a/b/x.txt", "second").await;
    let back = tree.restore(first.id).await.unwrap();
    assert_eq!(back.name, "x (2).txt");
    assert_eq!(read(&tree, at(&tree, "a/b/x.txt").await.unwrap().id).await, "second");
}

#[tokio::test]
async fn the_trash_is_swept_after_its_days() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    let old = put(&tree, "old.txt", "x").await.node;
    tree.trash(old.id, Condition::Any, vec![]).await.unwrap();
    house.pass(29 * 86_400);
    let new = put(&tree, "new.txt", "x").await.node;
    tree.trash(new.id, Condition::Any, vec![]).await.unwrap();
    assert_eq!(tree.sweep().await.unwrap().destroyed, 0);
    house.pass(2 * 86_400);
    assert_eq!(tree.sweep().await.unwrap().destroyed, 1);
    assert!(matches!(tree.restore(old.id).await, Err(Error::NotFound)));
    tree.restore(new.id).await.unwrap();
}

#[tokio::test]
async fn the_trash_can_be_emptied() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    for number in 0..300 {
        let node = put(&tree, &format!("{number}.txt"), "x").await.node;
        tree.trash(node.id, Condition::Any, vec![]).await.unwrap();
    }
    assert_eq!(tree.empty_trash().await.unwrap(), 300);
    assert!(tree.trash_list(None, 10).await.unwrap().is_empty());
}
