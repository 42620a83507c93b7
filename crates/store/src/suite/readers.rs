//! Reading and writing at once.

use abri_model::SpaceId;
use futures_util::future::{join, join_all};

use super::Case;
use super::fixture::{NUMBER, number, put};
use crate::{Mut, Scan, Snapshots, V};

/// Rows of the batches that readers look at.
const ROWS: i64 = 20;

pub async fn a_read_after_a_commit_sees_it(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    for round in 0..50 {
        put(case.engine, &mut fence, &NUMBER, [number(1, &round.to_string(), round)]).await;
        let expected = number(1, &round.to_string(), round);
        assert_eq!(case.engine.get(case.space, &NUMBER, &[vec![1.into()]]).await.unwrap(), [Some(expected.clone())]);
        let found = case.engine.scan(case.space, Scan::by_index(&NUMBER, 1, vec![round.into()], 9)).await.unwrap();
        assert_eq!(found, [expected]);
        assert_eq!(case.engine.seq(case.space).await.unwrap().1, round + 1);
    }
}

pub async fn readers_see_whole_batches(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &NUMBER, (0..ROWS).map(|id| number(id, "v", 0))).await;
    let write = async {
        for round in 1..=60 {
            put(case.engine, &mut fence, &NUMBER, (0..ROWS).map(|id| number(id, "v", round))).await;
        }
        // A batch that the readers can tell from all others: the end.
        let end = (0..ROWS).map(|id| Mut::Put(&NUMBER, number(id, "v", -1))).collect();
        case.engine.commit(&mut fence, 100, end).await.unwrap();
    };
    let keys: Vec<_> = (0..ROWS).map(|id| vec![V::I(id)]).collect();
    let read = async |by_key: bool| {
        let mut last = V::I(0);
        while last != V::I(-1) {
            let rows = if by_key {
                case.engine.get(case.space, &NUMBER, &keys).await.unwrap().into_iter().map(Option::unwrap).collect()
            } else {
                case.engine.scan(case.space, Scan::by_key(&NUMBER, vec![], 100)).await.unwrap()
            };
            assert_eq!(rows.len() as i64, ROWS);
            assert!(rows.iter().all(|row| row[2] == rows[0][2]), "half a batch: {rows:?}");
            assert!(rows[0][2] == V::I(-1) || rows[0][2] >= last, "back in time");
            last = rows[0][2].clone();
        }
    };
    // The memory engine never waits, so that its writer is done before its readers begin: fine, they must see the end.
    join(write, join_all([read(true), read(false), read(true)])).await;
}

pub async fn many_spaces_are_written_at_once(case: &Case<'_, impl Snapshots>) {
    let work = async |number_of: i64| {
        let space = SpaceId(case.other.0 + 0x1_0000 * (number_of + 1));
        case.engine.create_space(space).await.unwrap();
        let mut fence = case.engine.acquire(space).await.unwrap();
        for round in 0..10 {
            put(case.engine, &mut fence, &NUMBER, [number(round, &number_of.to_string(), round)]).await;
        }
        let found =
            case.engine.scan(space, Scan::by_index(&NUMBER, 0, vec![number_of.to_string().into()], 99)).await.unwrap();
        assert_eq!(found.len(), 10);
        case.engine.delete_space(space).await.unwrap();
    };
    join_all((0..16).map(work)).await;
}
