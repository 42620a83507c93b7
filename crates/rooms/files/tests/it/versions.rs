use crate::house::*;

#[tokio::test]
async fn what_was_overwritten_can_be_had_again() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    let id = put(&tree, "x.txt", "one").await.node.id;
    house.pass(60);
    put(&tree, "x.txt", "two").await;
    house.pass(60);
    put(&tree, "x.txt", "three").await;
    let versions = tree.versions(id).await.unwrap();
    assert_eq!(versions.len(), 2);
    let oldest = versions[1].number;
    let opened = tree.open(id, Some(oldest)).await.unwrap();
    assert_eq!(opened.size, 3);
    let node = tree.revert(id, oldest).await.unwrap();
    assert_eq!(node.id, id);
    assert_eq!(read(&tree, id).await, "one");
    assert!(tree.versions(id).await.unwrap().len() >= 2);
}

#[tokio::test]
async fn old_versions_are_thinned_but_not_named_ones() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    let id = put(&tree, "x.txt", "0").await.node.id;
    for number in 1..=20 {
        house.pass(60);
        put(&tree, "x.txt", &number.to_string()).await;
    }
    assert_eq!(tree.versions(id).await.unwrap().len(), 20, "all of the last hour");
    let named = tree.versions(id).await.unwrap()[10].number;
    tree.label_version(id, named, Some("before the party".into())).await.unwrap();
    house.pass(40 * 86_400);
    put(&tree, "x.txt", "later").await;
    let left = tree.versions(id).await.unwrap();
    assert!(left.len() <= 4, "{left:?}");
    assert!(left.iter().any(|version| version.number == named));
    tree.drop_version(id, named).await.unwrap();
    assert!(!tree.versions(id).await.unwrap().iter().any(|version| version.number == named));
}

#[tokio::test]
async fn versions_take_at_most_half_of_what_is_free() {
    let house = House::with(Some(100)).await;
    let tree = house.tree("ada").await;
    let id = put(&tree, "x.txt", "1234567890").await.node.id;
    for _ in 0..12 {
        house.pass(1);
        put(&tree, "x.txt", &"x".repeat(10)).await;
    }
    let held: i64 = tree.versions(id).await.unwrap().iter().map(|version| version.size).sum();
    assert!(held <= 50, "{held}");
}
