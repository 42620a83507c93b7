use abri_files::{Condition, Copy, Move};
use abri_model::{Error, NodeId};

use crate::house::*;

fn mv(node: NodeId, to: abri_files::Place, replace: bool) -> Move {
    Move { node, condition: Condition::Any, to, replace, tokens: vec![] }
}

fn cp(node: NodeId, to: abri_files::Place, replace: bool, deep: bool) -> Copy {
    Copy { node, condition: Condition::Any, to, replace, deep, tokens: vec![] }
}

#[tokio::test]
async fn a_tree_moves_with_its_numbers_and_copies_without() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    put(&tree, "a/b/c.txt", "c").await;
    let (a, c) = (at(&tree, "a").await.unwrap(), at(&tree, "a/b/c.txt").await.unwrap());
    let moved = tree.move_to(mv(a.id, place(tree.root(), "z"), false)).await.unwrap();
    assert!(!moved.replaced);
    assert_eq!(at(&tree, "z/b/c.txt").await.unwrap().id, c.id);
    assert!(at(&tree, "a").await.is_none());
    let copied = tree.copy(cp(a.id, place(tree.root(), "y"), false, true)).await.unwrap();
    assert_ne!(copied.node.id, a.id);
    let other = at(&tree, "y/b/c.txt").await.unwrap();
    assert_ne!(other.id, c.id);
    assert_eq!(read(&tree, other.id).await, "c");
    let shallow = tree.copy(cp(a.id, place(tree.root(), "w"), false, false)).await.unwrap();
    assert!(tree.children(shallow.node.id, None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_folder_does_not_go_into_itself() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    put(&tree, "a/b/c.txt", "c").await;
    let (a, b) = (at(&tree, "a").await.unwrap(), at(&tree, "a/b").await.unwrap());
    assert!(matches!(tree.move_to(mv(a.id, place(b.id, "a"), false)).await, Err(Error::Cycle)));
    assert!(matches!(tree.copy(cp(a.id, place(b.id, "a"), false, true)).await, Err(Error::Cycle)));
    assert!(matches!(tree.move_to(mv(tree.root(), place(b.id, "a"), false)).await, Err(Error::Forbidden)));
}

#[tokio::test]
async fn what_is_replaced_goes_to_the_trash() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    put(&tree, "a/x.txt", "a").await;
    put(&tree, "b/x.txt", "b").await;
    let (a, b) = (at(&tree, "a").await.unwrap(), at(&tree, "b").await.unwrap());
    assert!(matches!(tree.move_to(mv(a.id, place(tree.root(), "b"), false)).await, Err(Error::Exists)));
    let moved = tree.move_to(mv(a.id, place(tree.root(), "b"), true)).await.unwrap();
    assert!(moved.replaced);
    assert_eq!(moved.node.id, a.id);
    assert!(tree.is_trashed(b.id).await.unwrap());
    let x = at(&tree, "b/x.txt").await.unwrap();
    assert_eq!(read(&tree, x.id).await, "a");
}

#[tokio::test]
async fn another_case_or_composition_of_a_name_is_a_rename() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    let node = put(&tree, "e\u{301}te\u{301}.txt", "x").await.node;
    assert_eq!(at(&tree, "été.txt").await.unwrap().id, node.id);
    let moved = tree.move_to(mv(node.id, place(tree.root(), "été.txt"), false)).await.unwrap();
    assert_eq!(moved.node.name, "été.txt");
    let moved = tree.move_to(mv(node.id, place(tree.root(), "Été.txt"), false)).await.unwrap();
    assert_eq!(moved.node.name, "Été.txt");
}

#[tokio::test]
async fn a_tree_goes_to_another_space() {
    let house = House::open().await;
    let other = House::open().await;
    let (here, there) = (house.tree("ada").await, other.tree("ada").await);
    put(&here, "a/b/c.txt", "c").await;
    let a = at(&here, "a").await.unwrap();
    let moved = here.copy_across(a.id, &there, place(there.root(), "a"), false, true).await.unwrap();
    assert!(!moved.replaced);
    assert_eq!(read(&there, at(&there, "a/b/c.txt").await.unwrap().id).await, "c");
    assert!(matches!(here.copy_across(a.id, &there, place(there.root(), "a"), false, true).await, Err(Error::Exists)));
}
