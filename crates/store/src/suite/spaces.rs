//! Spaces come, go, stay apart and come back.

use super::Case;
use super::fixture::{LARGE, NUMBER, PAIR, PLAIN, SCHEMA, firsts, large, number, pair, plain, put};
use crate::{Fence, Mut, Row, Scan, Snapshots, Store, StoreError, V};

async fn everything(engine: &impl Store, space: abri_model::SpaceId) -> Vec<Vec<Row>> {
    let mut tables = Vec::new();
    for table in SCHEMA.tables {
        tables.push(engine.scan(space, Scan::by_key(table, vec![], 10_000)).await.unwrap());
    }
    tables
}

pub async fn a_missing_space_is_told(case: &Case<'_, impl Snapshots>) {
    let (engine, none) = (case.engine, case.other);
    let mut fence = Fence { space: none, epoch: 1, seq: 0, commits: 0 };
    assert!(matches!(engine.acquire(none).await, Err(StoreError::NoSpace(space)) if space == none));
    assert!(matches!(engine.seq(none).await, Err(StoreError::NoSpace(_))));
    assert!(matches!(engine.get(none, &NUMBER, &[vec![1.into()]]).await, Err(StoreError::NoSpace(_))));
    assert!(matches!(engine.get(none, &NUMBER, &[]).await, Err(StoreError::NoSpace(_))));
    assert!(matches!(engine.scan(none, Scan::by_key(&NUMBER, vec![], 9)).await, Err(StoreError::NoSpace(_))));
    let write = engine.commit(&mut fence, 1, vec![Mut::Put(&NUMBER, number(1, "v", 0))]).await;
    assert!(matches!(write, Err(StoreError::NoSpace(_))), "{write:?}");
    assert!(matches!(engine.verify(none).await, Err(StoreError::NoSpace(_))));
    assert!(matches!(engine.snapshot(none, &case.directory.join("none")).await, Err(StoreError::NoSpace(_))));
    assert!(!case.directory.join("none").exists());
    engine.delete_space(none).await.unwrap();
    // Nothing of the commit is there when the space is made.
    engine.create_space(none).await.unwrap();
    assert!(everything(engine, none).await.iter().all(Vec::is_empty));
    engine.delete_space(none).await.unwrap();
}

pub async fn creating_twice_changes_nothing(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &NUMBER, [number(1, "v", 0)]).await;
    case.engine.create_space(case.space).await.unwrap();
    assert_eq!(case.engine.seq(case.space).await.unwrap(), (1, 1));
    put(case.engine, &mut fence, &NUMBER, [number(2, "v", 0)]).await;
    assert_eq!(firsts(case.engine, &fence, Scan::by_key(&NUMBER, vec![], 9)).await, [1, 2].map(V::I));
}

pub async fn spaces_are_apart(case: &Case<'_, impl Snapshots>) {
    case.engine.create_space(case.other).await.unwrap();
    let mut here = case.acquire().await;
    let mut there = case.engine.acquire(case.other).await.unwrap();
    put(case.engine, &mut here, &PAIR, [pair(1, "k", 1, "here"), pair(2, "k", 1, "here")]).await;
    put(case.engine, &mut there, &PAIR, [pair(1, "k", 1, "there")]).await;
    case.engine.commit(&mut there, 7, vec![Mut::Delete(&PAIR, vec![2.into(), "k".into()])]).await.unwrap();
    let by_v = || Scan::by_index(&PAIR, 0, vec![1.into()], 9);
    assert_eq!(case.engine.scan(case.space, by_v()).await.unwrap(), [pair(1, "k", 1, "here"), pair(2, "k", 1, "here")]);
    assert_eq!(case.engine.scan(case.other, by_v()).await.unwrap(), [pair(1, "k", 1, "there")]);
    assert_eq!(case.engine.seq(case.space).await.unwrap(), (1, 1));
    assert_eq!(case.engine.seq(case.other).await.unwrap(), (1, 7));
    case.engine.delete_space(case.other).await.unwrap();
    assert_eq!(case.engine.scan(case.space, by_v()).await.unwrap().len(), 2);
}

pub async fn deleting_leaves_nothing(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &PLAIN, [plain("a", 1, V::Null, V::Null)]).await;
    put(case.engine, &mut fence, &LARGE, [large(1, "a", "body", V::Null)]).await;
    case.engine.delete_space(case.space).await.unwrap();
    assert!(matches!(case.engine.seq(case.space).await, Err(StoreError::NoSpace(_))));
    case.engine.delete_space(case.space).await.unwrap();
    case.engine.create_space(case.space).await.unwrap();
    assert_eq!(case.engine.seq(case.space).await.unwrap(), (0, 0));
    assert!(everything(case.engine, case.space).await.iter().all(Vec::is_empty));
    let gone = case.engine.commit(&mut fence, 9, vec![]).await;
    assert!(matches!(gone, Err(StoreError::Fenced)));
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &PLAIN, [plain("b", 1, V::Null, V::Null)]).await;
    assert_eq!(firsts(case.engine, &fence, Scan::by_index(&PLAIN, 0, vec![], 9)).await, [V::from("b")]);
}

pub async fn every_space_is_listed(case: &Case<'_, impl Snapshots>) {
    case.engine.create_space(case.other).await.unwrap();
    let spaces = case.engine.spaces().await.unwrap();
    assert!(spaces.contains(&case.space) && spaces.contains(&case.other));
    case.engine.delete_space(case.other).await.unwrap();
    let spaces = case.engine.spaces().await.unwrap();
    assert!(spaces.contains(&case.space) && !spaces.contains(&case.other));
}

pub async fn a_snapshot_brings_everything_back(case: &Case<'_, impl Snapshots>) {
    let file = case.directory.join("brings-back");
    let mut fence = case.acquire().await;
    put(
        case.engine,
        &mut fence,
        &PLAIN,
        [plain("a", V::Null, "é\u{1}", vec![0, 255]), plain("", i64::MIN, "", vec![])],
    )
    .await;
    put(case.engine, &mut fence, &LARGE, (0..2500).map(|n| large(n, "x", &"body ".repeat(40), V::Null))).await;
    let before = everything(case.engine, case.space).await;
    case.engine.snapshot(case.space, &file).await.unwrap();
    assert!(case.engine.snapshot(case.space, &file).await.is_err(), "a snapshot does not overwrite a file");
    case.engine
        .commit(&mut fence, 9, vec![Mut::Delete(&PLAIN, vec!["a".into()]), Mut::Put(&NUMBER, number(1, "v", 1))])
        .await
        .unwrap();
    let fence_after = case.acquire().await;
    case.engine.restore(case.space, &file).await.unwrap();
    assert_eq!(everything(case.engine, case.space).await, before);
    let (epoch, seq) = case.engine.seq(case.space).await.unwrap();
    assert!(epoch > fence_after.epoch && seq == 2);
    assert!(matches!(case.engine.commit(&mut fence, 10, vec![]).await, Err(StoreError::Fenced)));
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &NUMBER, [number(7, "on", 1)]).await;
    assert_eq!(firsts(case.engine, &fence, Scan::by_key(&NUMBER, vec![], 9)).await, [V::I(7)]);
    assert_eq!(case.engine.verify(case.space).await.unwrap(), Vec::<String>::new());
}

pub async fn a_snapshot_makes_a_space(case: &Case<'_, impl Snapshots>) {
    let file = case.directory.join("makes");
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &NUMBER, [number(1, "v", 0)]).await;
    case.engine.snapshot(case.space, &file).await.unwrap();
    case.engine.restore(case.other, &file).await.unwrap();
    assert_eq!(everything(case.engine, case.other).await, everything(case.engine, case.space).await);
    let (epoch, seq) = case.engine.seq(case.other).await.unwrap();
    assert!(epoch > fence.epoch && seq == 1);
    case.engine.delete_space(case.other).await.unwrap();
}

pub async fn a_broken_snapshot_changes_nothing(case: &Case<'_, impl Snapshots>) {
    let (whole, half, other) =
        (case.directory.join("whole"), case.directory.join("half"), case.directory.join("other"));
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &LARGE, (0..200).map(|n| large(n, "x", &"body ".repeat(100), V::Null))).await;
    case.engine.snapshot(case.space, &whole).await.unwrap();
    let bytes = std::fs::read(&whole).unwrap();
    std::fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    std::fs::write(&other, "not a snapshot at all, only some text ".repeat(100)).unwrap();
    for broken in [&half, &other] {
        let answer = case.engine.restore(case.space, broken).await;
        assert!(matches!(answer, Err(StoreError::Damaged(_))), "{answer:?}");
    }
    assert!(case.engine.restore(case.space, &case.directory.join("missing")).await.is_err());
    put(case.engine, &mut fence, &NUMBER, [number(1, "goes on", 0)]).await;
    assert_eq!(case.engine.scan(case.space, Scan::by_key(&LARGE, vec![], 999)).await.unwrap().len(), 200);
}

pub async fn a_healthy_space_verifies(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &NUMBER, (0..500).map(|n| number(n, "v", if n % 2 == 0 { V::Null } else { V::I(n) })))
        .await;
    assert_eq!(case.engine.verify(case.space).await.unwrap(), Vec::<String>::new());
}
