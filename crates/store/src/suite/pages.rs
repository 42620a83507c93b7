//! A scan read page by page is the scan.

use super::Case;
use super::fixture::{LARGE, NUMBER, PAIR, PLAIN, firsts, large, number, pair, plain, put};
use crate::{Mut, Row, Scan, Snapshots, Store, StoreError, V};

/// All rows of a scan, read `limit` at a time; the last page is the first that is not full.
async fn paged(engine: &impl Store, space: abri_model::SpaceId, scan: &Scan, limit: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut scan = Scan { limit, ..scan.clone() };
    loop {
        let page = engine.scan(space, scan.clone()).await.unwrap();
        assert!(page.len() <= limit);
        let is_last = page.len() < limit;
        rows.extend(page);
        if is_last {
            return rows;
        }
        scan.after = rows.last().map(|row| scan.place_of(row));
    }
}

async fn same_in_pages(case: &Case<'_, impl Snapshots>, scan: Scan, count: usize) {
    for scan in [scan.clone(), scan.backwards()] {
        let whole = case.engine.scan(case.space, Scan { limit: 10_000, ..scan.clone() }).await.unwrap();
        assert_eq!(whole.len(), count, "{scan:?}");
        for limit in [1, 2, 3, 7, 100] {
            assert_eq!(paged(case.engine, case.space, &scan, limit).await, whole, "{scan:?} by {limit}");
        }
    }
}

pub async fn equal_values_are_neither_lost_nor_doubled(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &PAIR, (0..60).map(|n| pair(n % 4, &format!("b{n}"), n / 20, "w"))).await;
    put(case.engine, &mut fence, &LARGE, (0..40).map(|n| large(n % 2, &format!("{n}"), "body", vec![(n % 3) as u8])))
        .await;
    same_in_pages(case, Scan::by_key(&PAIR, vec![], 0), 60).await;
    same_in_pages(case, Scan::by_index(&PAIR, 0, vec![], 0), 60).await;
    same_in_pages(case, Scan::by_index(&PAIR, 1, vec![], 0), 60).await;
    same_in_pages(case, Scan::by_index(&PAIR, 2, vec![], 0), 60).await;
    same_in_pages(case, Scan::by_index(&LARGE, 0, vec![], 0), 40).await;
    same_in_pages(case, Scan::by_index(&LARGE, 1, vec![], 0), 40).await;
}

pub async fn pages_pass_over_nulls(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let some = |n: i64, every: i64| if n % every == 0 { V::Null } else { V::I(n % 5) };
    let text = |n: i64| if n % 3 == 0 { V::Null } else { V::T(format!("t{}", n % 2)) };
    put(case.engine, &mut fence, &PLAIN, (0..50).map(|n| plain(&format!("k{n}"), some(n, 4), text(n), V::Null))).await;
    same_in_pages(case, Scan::by_index(&PLAIN, 0, vec![], 0), 50).await;
    same_in_pages(case, Scan::by_index(&PLAIN, 1, vec![], 0), 50).await;
    same_in_pages(case, Scan::by_index(&PLAIN, 3, vec![], 0), 50).await;
    same_in_pages(case, Scan::by_index(&PLAIN, 3, vec![V::Null], 0), 13).await;
    same_in_pages(case, Scan::by_index(&PLAIN, 0, vec![], 0).below(1), 20).await;
    same_in_pages(case, Scan::by_index(&PLAIN, 0, vec![], 0).from(1), 30).await;
}

pub async fn pages_within_a_prefix(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(
        case.engine,
        &mut fence,
        &PAIR,
        (0..60).map(|n| pair(n % 4, &format!("b{n:02}"), n / 20, if n % 2 == 0 { "e" } else { "o" })),
    )
    .await;
    same_in_pages(case, Scan::by_key(&PAIR, vec![1.into()], 0), 15).await;
    same_in_pages(case, Scan::by_index(&PAIR, 1, vec!["e".into()], 0), 30).await;
    same_in_pages(case, Scan::by_index(&PAIR, 1, vec!["e".into(), 1.into()], 0), 10).await;
    same_in_pages(case, Scan::by_index(&PAIR, 1, vec!["e".into(), 1.into(), 0.into()], 0), 5).await;
    same_in_pages(case, Scan::by_key(&PAIR, vec![9.into()], 0), 0).await;
    // A place outside the prefix: everything, or nothing.
    let outside = |a: i64| Scan::by_key(&PAIR, vec![1.into()], 100).after(Some(vec![a.into(), "b".into()]));
    assert_eq!(firsts(case.engine, &fence, outside(0)).await.len(), 15);
    assert_eq!(firsts(case.engine, &fence, outside(2)).await.len(), 0);
    assert_eq!(firsts(case.engine, &fence, outside(0).backwards()).await.len(), 0);
    assert_eq!(firsts(case.engine, &fence, outside(2).backwards()).await.len(), 15);
}

pub async fn pages_go_on_where_a_row_was_removed(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &NUMBER, (0..10).map(|n| number(n, "same", n))).await;
    let scan = Scan::by_index(&NUMBER, 0, vec!["same".into()], 4);
    let page = case.engine.scan(case.space, scan.clone()).await.unwrap();
    let place = scan.place_of(&page[3]);
    case.engine.commit(&mut fence, 2, vec![Mut::Delete(&NUMBER, vec![3.into()])]).await.unwrap();
    assert_eq!(firsts(case.engine, &fence, scan.after(Some(place))).await, [4, 5, 6, 7].map(V::I));
}

pub async fn bounds_and_places_agree(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &PAIR, (0..30).map(|n| pair(n, "b", n / 3, "w"))).await;
    same_in_pages(case, Scan::by_index(&PAIR, 0, vec![], 0).above(2).up_to(6), 12).await;
    same_in_pages(case, Scan::by_index(&PAIR, 0, vec![], 0).from(2).below(6), 12).await;
    same_in_pages(case, Scan::by_index(&PAIR, 1, vec!["w".into()], 0).from(2).below(6), 12).await;
    // A place at the value of an exclusive bound does not bring that value back.
    let place = Some(vec![2.into(), 6.into(), "b".into()]);
    let above = Scan::by_index(&PAIR, 0, vec![], 2).above(2).after(place.clone());
    assert_eq!(firsts(case.engine, &fence, above).await, [9, 10].map(V::I));
    let below = Scan::by_index(&PAIR, 0, vec![], 2).below(2).backwards().after(place);
    assert_eq!(firsts(case.engine, &fence, below).await, [5, 4].map(V::I));
}

pub async fn several_scans_in_the_order_asked(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &NUMBER, (0..20).map(|n| number(n, "v", n % 3))).await;
    let scans: Vec<Scan> = [2, 0, 7, 1, 2].map(|group| Scan::by_index(&NUMBER, 1, vec![group.into()], 4)).into();
    let many = case.engine.scan_many(case.space, scans.clone()).await.unwrap();
    assert_eq!(many.len(), scans.len());
    for (rows, scan) in many.into_iter().zip(scans) {
        assert_eq!(rows, case.engine.scan(case.space, scan).await.unwrap());
    }
    assert!(case.engine.scan_many(case.space, vec![]).await.unwrap().is_empty());
    let missing = case.engine.scan_many(case.other, vec![Scan::by_key(&NUMBER, vec![], 1)]).await;
    assert!(matches!(missing, Err(StoreError::NoSpace(_))));
}

pub async fn limits(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &NUMBER, (0..10).map(|n| number(n, "v", V::Null))).await;
    assert_eq!(firsts(case.engine, &fence, Scan::by_key(&NUMBER, vec![], 0)).await, []);
    assert_eq!(firsts(case.engine, &fence, Scan::by_key(&NUMBER, vec![], 1)).await, [V::I(0)]);
    assert_eq!(firsts(case.engine, &fence, Scan::by_key(&NUMBER, vec![], usize::MAX)).await.len(), 10);
}

pub async fn misfits_are_refused(case: &Case<'_, impl Snapshots>) {
    let misfits = [
        Scan::by_key(&NUMBER, vec!["text".into()], 9),
        Scan::by_key(&NUMBER, vec![1.into(), 2.into()], 9),
        Scan::by_key(&NUMBER, vec![1.into()], 9).above(1),
        Scan::by_key(&NUMBER, vec![], 9).above("text"),
        Scan::by_key(&NUMBER, vec![], 9).after(Some(vec![])),
        Scan::by_index(&NUMBER, 0, vec![], 9).after(Some(vec![1.into()])),
        Scan::by_index(&NUMBER, 99, vec![], 9),
    ];
    for scan in misfits {
        // A scan can be this wrong that it does not print.
        assert!(matches!(case.engine.scan(case.space, scan).await, Err(StoreError::Engine(_))));
    }
    assert!(matches!(case.engine.get(case.space, &NUMBER, &[vec!["text".into()]]).await, Err(StoreError::Engine(_))));
    assert!(matches!(case.engine.get(case.space, &PAIR, &[vec![1.into()]]).await, Err(StoreError::Engine(_))));
}
