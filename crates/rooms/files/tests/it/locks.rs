use abri_files::{Condition, LockAsk};
use abri_model::{Error, NodeId};

use crate::house::*;

fn ask(node: NodeId, deep: bool, exclusive: bool) -> LockAsk {
    LockAsk { node, deep, exclusive, owner: "<me/>".into(), seconds: Some(600), tokens: vec![] }
}

#[tokio::test]
async fn a_lock_keeps_others_out_until_it_ends() {
    let house = House::open().await;
    let (ada, bob) = (house.tree("ada").await, house.tree("bob").await);
    let node = put(&ada, "x.txt", "x").await.node;
    let lock = ada.lock(ask(node.id, false, true)).await.unwrap();
    assert!(matches!(bob.write(writing("x.txt", "y")).await, Err(Error::Locked)));
    assert!(matches!(ada.write(writing("x.txt", "y")).await, Err(Error::Locked)), "the token is needed too");
    let mut with = writing("x.txt", "y");
    with.tokens = vec![lock.token.clone()];
    ada.write(with).await.unwrap();
    let mut stolen = writing("x.txt", "z");
    stolen.tokens = vec![lock.token.clone()];
    assert!(matches!(bob.write(stolen).await, Err(Error::Locked)), "a token is its maker's");
    assert!(matches!(bob.unlock(node.id, &lock.token).await, Err(Error::Forbidden)));
    house.pass(599);
    assert!(matches!(bob.write(writing("x.txt", "y")).await, Err(Error::Locked)));
    house.pass(2);
    bob.write(writing("x.txt", "free")).await.unwrap();
}

#[tokio::test]
async fn a_deep_lock_reaches_down() {
    let house = House::open().await;
    let (ada, bob) = (house.tree("ada").await, house.tree("bob").await);
    let below = put(&ada, "a/b/x.txt", "x").await.node;
    let a = at(&ada, "a").await.unwrap();
    let lock = ada.lock(ask(a.id, true, true)).await.unwrap();
    assert!(matches!(bob.write(writing("a/b/new.txt", "y")).await, Err(Error::Locked)));
    assert!(matches!(bob.trash(below.id, Condition::Any, vec![]).await, Err(Error::Locked)));
    assert!(matches!(bob.lock(ask(below.id, false, true)).await, Err(Error::Locked)));
    assert_eq!(bob.locks_on(below.id).await.unwrap().len(), 1);
    ada.refresh(below.id, &lock.token, Some(60)).await.unwrap();
    ada.unlock(a.id, &lock.token).await.unwrap();
    bob.write(writing("a/b/new.txt", "y")).await.unwrap();
}

#[tokio::test]
async fn shared_locks_share() {
    let house = House::open().await;
    let (ada, bob) = (house.tree("ada").await, house.tree("bob").await);
    let node = put(&ada, "x.txt", "x").await.node;
    ada.lock(ask(node.id, false, false)).await.unwrap();
    let theirs = bob.lock(ask(node.id, false, false)).await.unwrap();
    assert!(matches!(bob.lock(ask(node.id, false, true)).await, Err(Error::Locked)));
    let mut with = writing("x.txt", "y");
    with.tokens = vec![theirs.token];
    bob.write(with).await.unwrap();
}
