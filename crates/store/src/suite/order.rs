//! Scans read in byte order.

use bytes::Bytes;

use super::Case;
use super::fixture::{BYTES, LARGE, NUMBER, PAIR, PLAIN, firsts, large, number, pair, plain, put};
use crate::{Bound, Mut, Scan, Snapshots, V};

fn texts(texts: &[&str]) -> Vec<V> {
    texts.iter().map(|text| V::from(*text)).collect()
}

fn backwards(mut row: Vec<V>) -> Vec<V> {
    row.reverse();
    row
}

pub async fn text_by_bytes(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    // No language's order, and not that of UTF-16 either: U+FFFF is before U+10000.
    let sorted = ["", "\u{1}", " ", "A", "Z", "a", "a ", "aa", "b", "z", "É", "é", "\u{ffff}", "\u{10000}", "𝄞"];
    let mixed = [7, 3, 11, 0, 14, 5, 9, 1, 13, 2, 12, 4, 10, 6, 8].map(|place: usize| sorted[place]);
    put(case.engine, &mut fence, &PLAIN, mixed.map(|text| plain(text, 0, text, V::Null))).await;
    let by_key = Scan::by_key(&PLAIN, vec![], 100);
    assert_eq!(firsts(case.engine, &fence, by_key.clone()).await, texts(&sorted));
    assert_eq!(firsts(case.engine, &fence, by_key.backwards()).await, backwards(texts(&sorted)));
    assert_eq!(firsts(case.engine, &fence, Scan::by_index(&PLAIN, 1, vec![], 100)).await, texts(&sorted));
    let from = Scan::by_index(&PLAIN, 1, vec![], 100).from("a").below("b");
    assert_eq!(firsts(case.engine, &fence, from).await, texts(&["a", "a ", "aa"]));
}

pub async fn bytes_by_bytes(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let sorted: [&'static [u8]; 8] = [b"", b"\0", b"\0\0", b"\0\x01", b"\x01", b"\x7f", b"\x80", b"\xff\xff"];
    let value = |bytes: &'static [u8]| V::B(Bytes::from_static(bytes));
    put(
        case.engine,
        &mut fence,
        &BYTES,
        [5, 2, 7, 0, 3, 6, 1, 4].map(|place: usize| vec![value(sorted[place]), 0.into()]),
    )
    .await;
    let sorted = sorted.map(value);
    assert_eq!(firsts(case.engine, &fence, Scan::by_key(&BYTES, vec![], 100)).await, sorted);
    assert_eq!(
        firsts(case.engine, &fence, Scan::by_key(&BYTES, vec![], 100).backwards()).await,
        backwards(sorted.to_vec())
    );
    let above = Scan::by_index(&BYTES, 0, vec![0.into()], 100).above(Bytes::from_static(b"\0"));
    assert_eq!(firsts(case.engine, &fence, above).await, sorted[2..]);
}

pub async fn numbers_from_end_to_end_after_null(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let rows =
        [("e", V::I(i64::MAX)), ("c", V::I(0)), ("a", V::Null), ("b", V::I(i64::MIN)), ("d", V::I(1)), ("aa", V::Null)];
    put(case.engine, &mut fence, &PLAIN, rows.map(|(k, n)| plain(k, n, V::Null, V::Null))).await;
    let by_number = Scan::by_index(&PLAIN, 0, vec![], 100);
    let sorted = texts(&["a", "aa", "b", "c", "d", "e"]);
    assert_eq!(firsts(case.engine, &fence, by_number.clone()).await, sorted);
    assert_eq!(firsts(case.engine, &fence, by_number.backwards()).await, backwards(sorted));
}

pub async fn keys_of_several_columns(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let rows =
        [pair(2, "a", 0, ""), pair(1, "b", 1, ""), pair(-1, "z", 2, ""), pair(1, "a", 3, ""), pair(10, "", 4, "")];
    put(case.engine, &mut fence, &PAIR, rows.clone()).await;
    let found = case.engine.scan(case.space, Scan::by_key(&PAIR, vec![], 9)).await.unwrap();
    assert_eq!(found, [2, 3, 1, 0, 4].map(|place: usize| rows[place].clone()));
    let found = case.engine.scan(case.space, Scan::by_key(&PAIR, vec![1.into()], 9).backwards()).await.unwrap();
    assert_eq!(found, [1, 3].map(|place: usize| rows[place].clone()));
    let found = case.engine.scan(case.space, Scan::by_key(&PAIR, vec![1.into(), "b".into()], 9)).await.unwrap();
    assert_eq!(found, [rows[1].clone()]);
    let found = case.engine.scan(case.space, Scan::by_key(&PAIR, vec![1.into()], 9).above("a")).await.unwrap();
    assert_eq!(found, [rows[1].clone()]);
}

pub async fn indexes_of_several_columns(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let rows =
        [pair(1, "a", 5, "x"), pair(2, "b", 4, "x"), pair(3, "c", 4, "x"), pair(4, "d", 9, "w"), pair(5, "e", 5, "x")];
    put(case.engine, &mut fence, &PAIR, rows).await;
    let by_wv = Scan::by_index(&PAIR, 1, vec!["x".into()], 9);
    assert_eq!(firsts(case.engine, &fence, by_wv.clone()).await, [2, 3, 1, 5].map(V::I));
    assert_eq!(firsts(case.engine, &fence, by_wv.clone().backwards()).await, [5, 1, 3, 2].map(V::I));
    assert_eq!(firsts(case.engine, &fence, by_wv.above(4)).await, [1, 5].map(V::I));
    assert_eq!(firsts(case.engine, &fence, Scan::by_index(&PAIR, 1, vec![], 9)).await, [4, 2, 3, 1, 5].map(V::I));
    let exact = Scan::by_index(&PAIR, 1, vec!["x".into(), 5.into()], 9).above(1);
    assert_eq!(firsts(case.engine, &fence, exact).await, [V::I(5)]);
}

pub async fn an_index_follows_its_rows(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &PAIR, (0..100).map(|n| pair(n, "b", n, "w"))).await;
    put(case.engine, &mut fence, &PAIR, (0..100).step_by(2).map(|n| pair(n, "b", n + 1000, "w"))).await;
    let gone = (0..100).skip(1).step_by(4).map(|n| Mut::Delete(&PAIR, vec![n.into(), "b".into()])).collect();
    case.engine.commit(&mut fence, 3, gone).await.unwrap();
    let expected: Vec<V> = (0..100).filter(|n| n % 4 == 3).chain((0..100).step_by(2)).map(V::I).collect();
    assert_eq!(firsts(case.engine, &fence, Scan::by_index(&PAIR, 0, vec![], 500)).await, expected);
}

pub async fn bounds_with_and_without_their_value(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &NUMBER, (0..10).map(|n| number(n, &format!("v{}", n / 2), n))).await;
    let by_key = || Scan::by_key(&NUMBER, vec![], 100);
    let numbers = |range: std::ops::Range<i64>| range.map(V::I).collect::<Vec<_>>();
    assert_eq!(firsts(case.engine, &fence, by_key().from(3).below(7)).await, numbers(3..7));
    assert_eq!(firsts(case.engine, &fence, by_key().above(3).up_to(7)).await, numbers(4..8));
    assert_eq!(firsts(case.engine, &fence, by_key().above(3).below(4)).await, []);
    assert_eq!(firsts(case.engine, &fence, by_key().from(7).up_to(3)).await, []);
    assert_eq!(firsts(case.engine, &fence, by_key().from(4).up_to(4)).await, numbers(4..5));
    assert_eq!(firsts(case.engine, &fence, by_key().from(8).backwards()).await, backwards(numbers(8..10)));
    let by_text = Scan::by_index(&NUMBER, 0, vec![], 100);
    assert_eq!(firsts(case.engine, &fence, by_text.clone().above("v1").up_to("v3")).await, numbers(4..8));
    assert_eq!(firsts(case.engine, &fence, by_text.from("v1").below("v3").backwards()).await, backwards(numbers(2..6)));
}

pub async fn bounds_at_null(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let rows = [("a", V::Null), ("b", V::I(i64::MIN)), ("c", V::I(5)), ("d", V::Null)];
    put(case.engine, &mut fence, &PLAIN, rows.map(|(k, n)| plain(k, n, V::Null, V::Null))).await;
    let by_number = || Scan::by_index(&PLAIN, 0, vec![], 100);
    let bound = |value: V, inclusive: bool| Some(Bound { value, inclusive });
    let expect = async |scan: Scan, expected: &[&str]| {
        assert_eq!(firsts(case.engine, &fence, scan.clone()).await, texts(expected), "{scan:?}");
        assert_eq!(firsts(case.engine, &fence, scan.clone().backwards()).await, backwards(texts(expected)), "{scan:?}");
    };
    expect(Scan { to: bound(V::I(5), false), ..by_number() }, &["a", "d", "b"]).await;
    expect(Scan { to: bound(V::I(5), true), ..by_number() }, &["a", "d", "b", "c"]).await;
    expect(Scan { to: bound(V::Null, true), ..by_number() }, &["a", "d"]).await;
    expect(Scan { to: bound(V::Null, false), ..by_number() }, &[]).await;
    expect(Scan { from: bound(V::Null, false), ..by_number() }, &["b", "c"]).await;
    expect(Scan { from: bound(V::Null, true), ..by_number() }, &["a", "d", "b", "c"]).await;
    expect(Scan { from: bound(V::Null, false), to: bound(V::I(4), true), ..by_number() }, &["b"]).await;
    expect(Scan::by_index(&PLAIN, 0, vec![V::Null], 100), &["a", "d"]).await;
    expect(Scan::by_index(&PLAIN, 0, vec![V::Null], 100).above("a"), &["d"]).await;
}

pub async fn partial_indexes_leave_rows_out(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let rows =
        [number(1, "x", V::Null), number(2, "y", 9), number(3, "x", 7), number(4, "z", V::Null), number(5, "a", 9)];
    put(case.engine, &mut fence, &NUMBER, rows).await;
    assert_eq!(firsts(case.engine, &fence, Scan::by_index(&NUMBER, 1, vec![], 9)).await, [3, 2, 5].map(V::I));
    assert_eq!(
        firsts(case.engine, &fence, Scan::by_index(&NUMBER, 1, vec![9.into()], 9).backwards()).await,
        [5, 2].map(V::I)
    );
    assert_eq!(firsts(case.engine, &fence, Scan::by_index(&NUMBER, 2, vec!["x".into()], 9)).await, [V::I(3)]);
    // In and out of the index.
    put(case.engine, &mut fence, &NUMBER, [number(1, "x", 1), number(2, "y", V::Null)]).await;
    assert_eq!(firsts(case.engine, &fence, Scan::by_index(&NUMBER, 1, vec![], 9)).await, [1, 3, 5].map(V::I));
    let blob = Bytes::from_static(b"e");
    put(
        case.engine,
        &mut fence,
        &LARGE,
        [large(1, "a", "", V::Null), large(1, "b", "", blob), large(1, "c", "", Bytes::new())],
    )
    .await;
    let found = case.engine.scan(case.space, Scan::by_index(&LARGE, 1, vec![1.into()], 9)).await.unwrap();
    assert_eq!(found.iter().map(|row| row[1].clone()).collect::<Vec<_>>(), texts(&["c", "b"]));
}
