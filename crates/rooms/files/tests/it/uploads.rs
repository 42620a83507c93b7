use abri_files::{Announced, At, Condition, Incoming, Join, Part, Tree, UploadAsk};
use abri_model::Error;

use crate::house::*;

async fn part(tree: &Tree, name: &str, bytes: &str) -> abri_model::Result<u64> {
    tree.upload_part(Part { id: "up-1".into(), name: name.into(), body: Incoming::of(bytes.to_owned()) }).await
}

fn join(at: &str) -> Join {
    Join {
        id: "up-1".into(),
        at: At::Path(path(at)),
        condition: Condition::Any,
        announced: Announced::default(),
        mtime: None,
        created: None,
        mime: None,
        make_parents: false,
        tokens: vec![],
    }
}

#[tokio::test]
async fn parts_in_any_order_become_one_file() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    tree.upload_begin(UploadAsk { id: "up-1".into(), ..Default::default() }).await.unwrap();
    assert!(matches!(
        tree.upload_begin(UploadAsk { id: "up-1".into(), ..Default::default() }).await,
        Err(Error::Exists)
    ));
    part(&tree, "00002", "world").await.unwrap();
    part(&tree, "00001", "bad").await.unwrap();
    part(&tree, "00001", "hello ").await.unwrap();
    let sizes: Vec<u64> = tree.upload("up-1").await.unwrap().parts.iter().map(|part| part.size).collect();
    assert_eq!(sizes, [6, 5]);
    assert!(at(&tree, "x.txt").await.is_none());
    let mut wrong = join("x.txt");
    wrong.announced.total = Some(12);
    assert!(matches!(tree.upload_join(wrong).await, Err(Error::Invalid(_))));
    let mut wrong = join("x.txt");
    wrong.announced.sha256 = Some([0; 32]);
    assert!(matches!(tree.upload_join(wrong).await, Err(Error::Checksum)));
    let mut good = join("x.txt");
    good.announced.total = Some(11);
    let written = tree.upload_join(good).await.unwrap();
    assert!(written.created);
    assert_eq!(written.node.mime, "text/plain");
    assert_eq!(read(&tree, written.node.id).await, "hello world");
    assert!(matches!(tree.upload("up-1").await, Err(Error::NotFound)));
}

#[tokio::test]
async fn an_upload_is_its_makers() {
    let house = House::open().await;
    let (ada, bob) = (house.tree("ada").await, house.tree("bob").await);
    ada.upload_begin(UploadAsk { id: "up-1".into(), ..Default::default() }).await.unwrap();
    assert!(matches!(bob.upload("up-1").await, Err(Error::NotFound)));
    bob.upload_begin(UploadAsk { id: "up-1".into(), ..Default::default() }).await.unwrap();
    assert!(matches!(part(&ada, "part", "x").await, Err(Error::Invalid(_))));
    ada.upload_drop("up-1").await.unwrap();
    assert!(matches!(part(&ada, "1", "x").await, Err(Error::NotFound)));
    assert!(bob.upload("up-1").await.is_ok());
    assert!(matches!(
        ada.upload_begin(UploadAsk { id: "../x".into(), ..Default::default() }).await,
        Err(Error::Invalid(_))
    ));
}

#[tokio::test]
async fn an_upload_that_cannot_fit_is_refused_at_once() {
    let house = House::with(Some(10)).await;
    let tree = house.tree("ada").await;
    let ask = UploadAsk { id: "up-1".into(), dest: None, total: Some(11) };
    assert!(matches!(tree.upload_begin(ask).await, Err(Error::Quota { .. })));
    tree.upload_begin(UploadAsk { id: "up-1".into(), ..Default::default() }).await.unwrap();
    part(&tree, "1", "123456").await.unwrap();
    assert!(matches!(part(&tree, "2", "123456").await, Err(Error::Quota { .. })));
    part(&tree, "2", "1234").await.unwrap();
    tree.upload_join(join("x.txt")).await.unwrap();
}
