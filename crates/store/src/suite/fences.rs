//! Only the newest writer writes.

use super::Case;
use super::fixture::{NUMBER, firsts, number, put};
use crate::{Fence, Mut, Scan, Snapshots, StoreError, V};

fn all() -> Scan {
    Scan::by_key(&NUMBER, vec![], 100)
}

pub async fn a_newer_writer_fences_the_older_off(case: &Case<'_, impl Snapshots>) {
    let mut old = case.acquire().await;
    put(case.engine, &mut old, &NUMBER, [number(1, "old", 0)]).await;
    let mut new = case.acquire().await;
    assert_eq!((new.epoch, new.seq, new.commits), (old.epoch + 1, 1, 1));
    let late = vec![Mut::Put(&NUMBER, number(2, "late", 0)), Mut::Delete(&NUMBER, vec![1.into()])];
    assert!(matches!(case.engine.commit(&mut old, 2, late).await, Err(StoreError::Fenced)));
    assert_eq!(firsts(case.engine, &new, all()).await, [V::I(1)]);
    put(case.engine, &mut new, &NUMBER, [number(3, "new", 0)]).await;
    assert!(matches!(case.engine.commit(&mut old, 9, vec![]).await, Err(StoreError::Fenced)));
    assert_eq!(firsts(case.engine, &new, all()).await, [V::I(1), V::I(3)]);
}

pub async fn the_older_may_take_the_space_back(case: &Case<'_, impl Snapshots>) {
    let first = case.acquire().await;
    let mut second = case.acquire().await;
    let mut third = case.acquire().await;
    assert_eq!((first.epoch + 1, second.epoch + 1), (second.epoch, third.epoch));
    put(case.engine, &mut third, &NUMBER, [number(1, "third", 0)]).await;
    assert!(matches!(case.engine.commit(&mut second, 1, vec![]).await, Err(StoreError::Fenced)));
    put(case.engine, &mut third, &NUMBER, [number(2, "third", 0)]).await;
}

pub async fn two_holders_of_one_fence_cannot_both_commit(case: &Case<'_, impl Snapshots>) {
    let mut one = case.acquire().await;
    let mut copy = Fence { space: one.space, epoch: one.epoch, seq: one.seq, commits: one.commits };
    // The position stands still: only the count of commits tells them apart.
    case.engine.commit(&mut one, 0, vec![Mut::Put(&NUMBER, number(1, "one", 0))]).await.unwrap();
    let lost = case.engine.commit(&mut copy, 0, vec![Mut::Put(&NUMBER, number(2, "copy", 0))]).await;
    assert!(matches!(lost, Err(StoreError::Fenced)));
    assert_eq!(firsts(case.engine, &one, all()).await, [V::I(1)]);
}

pub async fn positions_stand_still_or_grow(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    case.engine.commit(&mut fence, 10, vec![Mut::Put(&NUMBER, number(1, "a", 0))]).await.unwrap();
    case.engine.commit(&mut fence, 10, vec![Mut::Put(&NUMBER, number(2, "b", 0))]).await.unwrap();
    assert_eq!((fence.seq, fence.commits), (10, 2));
    let back = case.engine.commit(&mut fence, 9, vec![Mut::Put(&NUMBER, number(3, "c", 0))]).await;
    assert!(matches!(back, Err(StoreError::Engine(_))));
    assert_eq!(firsts(case.engine, &fence, all()).await, [V::I(1), V::I(2)]);
    assert_eq!(case.engine.seq(case.space).await.unwrap(), (1, 10));
}

pub async fn a_fence_survives_a_refused_batch(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let bad = vec![Mut::Put(&NUMBER, number(1, "a", 0)), Mut::Put(&NUMBER, vec![])];
    assert!(case.engine.commit(&mut fence, 1, bad).await.is_err());
    assert_eq!((fence.seq, fence.commits), (0, 0));
    put(case.engine, &mut fence, &NUMBER, [number(2, "b", 0)]).await;
    assert_eq!(firsts(case.engine, &fence, all()).await, [V::I(2)]);
}

pub async fn epoch_and_position_are_readable(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    case.engine.commit(&mut fence, 7, vec![]).await.unwrap();
    assert_eq!(case.engine.seq(case.space).await.unwrap(), (1, 7));
    case.acquire().await;
    assert_eq!(case.engine.seq(case.space).await.unwrap(), (2, 7));
}
