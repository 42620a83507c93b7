//! Rows come back as they were written.

use bytes::Bytes;

use super::Case;
use super::fixture::{BYTES, LARGE, NUMBER, PAIR, PLAIN, SCHEMA, large, number, pair, plain, put};
use crate::{Mut, Scan, Snapshots, StoreError, V};

pub async fn a_new_space_is_empty(case: &Case<'_, impl Snapshots>) {
    assert_eq!(case.engine.seq(case.space).await.unwrap(), (0, 0));
    for table in SCHEMA.tables {
        assert!(case.engine.scan(case.space, Scan::by_key(table, vec![], 10)).await.unwrap().is_empty());
    }
    assert_eq!(case.engine.get(case.space, &PLAIN, &[vec!["k".into()]]).await.unwrap(), [None]);
    assert!(case.engine.get(case.space, &PLAIN, &[]).await.unwrap().is_empty());
}

pub async fn a_batch_puts_and_deletes_together(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &PLAIN, [plain("a", 1, "x", V::Null), plain("b", 2, "y", V::Null)]).await;
    let batch = vec![
        Mut::Delete(&PLAIN, vec!["a".into()]),
        Mut::Put(&PLAIN, plain("c", 3, V::Null, V::Null)),
        Mut::Put(&PAIR, pair(7, "z", 8, "w")),
        Mut::Put(&NUMBER, number(9, "nine", 1)),
        Mut::Put(&LARGE, large(1, "one", "body", V::Null)),
    ];
    case.engine.commit(&mut fence, 2, batch).await.unwrap();
    let keys = ["a", "b", "c"].map(|key| vec![V::from(key)]);
    let found = case.engine.get(case.space, &PLAIN, &keys).await.unwrap();
    assert_eq!(found, [None, Some(plain("b", 2, "y", V::Null)), Some(plain("c", 3, V::Null, V::Null))]);
    let pairs = case.engine.get(case.space, &PAIR, &[vec![7.into(), "z".into()]]).await.unwrap();
    assert_eq!(pairs, [Some(pair(7, "z", 8, "w"))]);
    assert_eq!(case.engine.get(case.space, &NUMBER, &[vec![9.into()]]).await.unwrap(), [Some(number(9, "nine", 1))]);
    let larges = case.engine.get(case.space, &LARGE, &[vec![1.into(), "one".into()]]).await.unwrap();
    assert_eq!(larges, [Some(large(1, "one", "body", V::Null))]);
    assert_eq!((fence.seq, fence.commits), (2, 2));
}

pub async fn a_put_replaces_the_whole_row(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &PLAIN, [plain("a", 1, "x", Bytes::from_static(b"b"))]).await;
    put(case.engine, &mut fence, &PLAIN, [plain("a", V::Null, "y", V::Null)]).await;
    let found = case.engine.scan(case.space, Scan::by_key(&PLAIN, vec![], 10)).await.unwrap();
    assert_eq!(found, [plain("a", V::Null, "y", V::Null)]);
}

pub async fn deleting_what_is_not_there_is_fine(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    case.engine.commit(&mut fence, 1, vec![Mut::Delete(&PAIR, vec![1.into(), "b".into()])]).await.unwrap();
    assert_eq!(case.engine.seq(case.space).await.unwrap().1, 1);
}

pub async fn an_empty_batch_only_moves_the_position(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    case.engine.commit(&mut fence, 5, vec![]).await.unwrap();
    assert_eq!((fence.seq, fence.commits), (5, 1));
    assert_eq!(case.engine.seq(case.space).await.unwrap().1, 5);
}

pub async fn many_keys_with_duplicates_and_misses(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &PAIR, (0..1000).map(|n| pair(n, &format!("b{n}"), n * 2, "w"))).await;
    let key = |n: i64| vec![n.into(), format!("b{n}").into()];
    let found = case
        .engine
        .get(case.space, &PAIR, &[key(7), key(1000), key(3), key(7), vec![7.into(), "b".into()]])
        .await
        .unwrap();
    let seven = Some(pair(7, "b7", 14, "w"));
    assert_eq!(found, [seven.clone(), None, Some(pair(3, "b3", 6, "w")), seven, None]);
    let keys: Vec<_> = (0..1000).rev().map(key).collect();
    let all = case.engine.get(case.space, &PAIR, &keys).await.unwrap();
    assert!(all.iter().zip((0..1000).rev()).all(|(row, n)| row.as_ref().is_some_and(|row| row[2] == V::I(n * 2))));
}

pub async fn text_is_kept_byte_for_byte(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let long = "é𝄞\u{1}x".repeat((1 << 20) / 8);
    let short = [
        "",
        " ",
        "\u{1}",
        "'",
        "\"\\%_",
        "e\u{301}",
        "é",
        "𝄞",
        "\u{10ffff}",
        "\u{ffff}",
        "\r\n",
        r#"{"b":1.10,"a":"\u0000"}"#,
    ];
    let texts = [&short[..], &[&long]].concat();
    let key = |n: usize| format!("{n:02}");
    put(case.engine, &mut fence, &PLAIN, short.iter().enumerate().map(|(n, text)| plain(&key(n), 0, *text, V::Null)))
        .await;
    put(
        case.engine,
        &mut fence,
        &LARGE,
        texts.iter().enumerate().map(|(n, text)| large(n as i64, &key(n), text, V::Null)),
    )
    .await;
    let plains = case.engine.scan(case.space, Scan::by_key(&PLAIN, vec![], 100)).await.unwrap();
    let larges = case.engine.scan(case.space, Scan::by_key(&LARGE, vec![], 100)).await.unwrap();
    assert!(plains.iter().map(|row| row[2].as_text()).eq(short.map(Some)));
    for (place, text) in texts.iter().enumerate() {
        assert!(larges[place][2].as_text() == Some(*text), "large text {place} changed");
    }
}

pub async fn bytes_are_kept_byte_for_byte(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let every: Bytes = (0..=255).collect::<Vec<u8>>().into();
    let long: Bytes = (0..1_000_000_u32).map(|n| (n.wrapping_mul(n) >> 3) as u8).collect::<Vec<u8>>().into();
    let holds =
        |a: i64, data: &Bytes| vec![a.into(), "x".into(), "".into(), data.slice(..16).into(), data.clone().into()];
    put(case.engine, &mut fence, &PLAIN, [plain("every", 0, V::Null, every.clone())]).await;
    put(case.engine, &mut fence, &LARGE, [holds(1, &long), holds(2, &every)]).await;
    put(case.engine, &mut fence, &BYTES, [vec![every.clone().into(), 1.into()]]).await;
    let plains = case.engine.get(case.space, &PLAIN, &[vec!["every".into()]]).await.unwrap();
    assert_eq!(plains, [Some(plain("every", 0, V::Null, every.clone()))]);
    let larges = case.engine.scan(case.space, Scan::by_key(&LARGE, vec![], 9)).await.unwrap();
    assert!(larges[0][4].as_bytes() == Some(&long) && larges[1][4].as_bytes() == Some(&every));
    let key = vec![every.into(), 1.into()];
    assert_eq!(case.engine.get(case.space, &BYTES, std::slice::from_ref(&key)).await.unwrap(), [Some(key)]);
}

pub async fn numbers_reach_both_ends(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let numbers = [i64::MIN, i64::MIN + 1, -1, 0, 1, (1 << 53) + 1, i64::MAX - 1, i64::MAX];
    put(case.engine, &mut fence, &NUMBER, numbers.map(|n| number(n, "v", n))).await;
    let found = case.engine.scan(case.space, Scan::by_key(&NUMBER, vec![], 100)).await.unwrap();
    assert_eq!(found, numbers.map(|n| number(n, "v", n)));
    let found = case.engine.get(case.space, &NUMBER, &numbers.map(|n| vec![n.into()])).await.unwrap();
    assert_eq!(found, numbers.map(|n| Some(number(n, "v", n))));
}

pub async fn empty_is_not_null(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let rows = [plain("", 0, "", Bytes::new()), plain("n", V::Null, V::Null, V::Null)];
    put(case.engine, &mut fence, &PLAIN, rows.clone()).await;
    put(case.engine, &mut fence, &BYTES, [vec![Bytes::new().into(), 0.into()]]).await;
    assert_eq!(case.engine.scan(case.space, Scan::by_key(&PLAIN, vec![], 9)).await.unwrap(), rows);
    let key = vec![Bytes::new().into(), 0.into()];
    assert_eq!(case.engine.get(case.space, &BYTES, std::slice::from_ref(&key)).await.unwrap(), [Some(key)]);
}

pub async fn rows_may_be_all_key(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let row = |bytes: &'static [u8], c: i64| vec![V::B(Bytes::from_static(bytes)), c.into()];
    put(case.engine, &mut fence, &BYTES, [row(b"a", 1), row(b"a", 2)]).await;
    put(case.engine, &mut fence, &BYTES, [row(b"a", 1)]).await;
    case.engine.commit(&mut fence, 3, vec![Mut::Delete(&BYTES, row(b"a", 2))]).await.unwrap();
    assert_eq!(case.engine.scan(case.space, Scan::by_key(&BYTES, vec![], 9)).await.unwrap(), [row(b"a", 1)]);
}

pub async fn names_swap_in_a_batch(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    put(case.engine, &mut fence, &NUMBER, [number(1, "one", 0), number(2, "two", 0)]).await;
    put(case.engine, &mut fence, &NUMBER, [number(1, "two", 0), number(2, "one", 0)]).await;
    let found = case.engine.scan(case.space, Scan::by_index(&NUMBER, 0, vec![], 9)).await.unwrap();
    assert_eq!(found, [number(2, "one", 0), number(1, "two", 0)]);
}

pub async fn large_batches_are_written_whole(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let body = "lorem ipsum ".repeat(100);
    put(case.engine, &mut fence, &LARGE, (0..3000).map(|n| large(n % 3, &format!("{n:05}"), &body, V::Null))).await;
    let found = case.engine.scan(case.space, Scan::by_key(&LARGE, vec![1.into()], 5000)).await.unwrap();
    assert_eq!(found.len(), 1000);
    let all = (0..3000).map(|n| Mut::Delete(&LARGE, vec![(n % 3).into(), format!("{n:05}").into()])).collect();
    case.engine.commit(&mut fence, 2, all).await.unwrap();
    assert!(case.engine.scan(case.space, Scan::by_key(&LARGE, vec![], 5000)).await.unwrap().is_empty());
}

pub async fn two_changes_of_one_row_are_refused(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let again = vec![Mut::Delete(&NUMBER, vec![1.into()]), Mut::Put(&NUMBER, number(1, "v", 0))];
    assert!(matches!(case.engine.commit(&mut fence, 1, again).await, Err(StoreError::Engine(_))));
    assert_eq!(case.engine.seq(case.space).await.unwrap().1, 0);
    // The same key in two tables is two rows.
    let two = vec![Mut::Put(&PAIR, pair(1, "k", 0, "")), Mut::Put(&LARGE, large(1, "k", "", V::Null))];
    case.engine.commit(&mut fence, 1, two).await.unwrap();
}

pub async fn a_bad_row_leaves_nothing(case: &Case<'_, impl Snapshots>) {
    let mut fence = case.acquire().await;
    let bad = [
        Mut::Put(&PLAIN, vec!["k".into()]),
        Mut::Put(&PLAIN, vec!["k".into(), 1.into(), V::Null, V::Null, V::Null]),
        Mut::Put(&PLAIN, plain("k", "not a number", V::Null, V::Null)),
        Mut::Put(&PLAIN, plain("k", 1, Bytes::from_static(b"not text"), V::Null)),
        Mut::Put(&PLAIN, plain("k", 1, "a\0b", V::Null)),
        Mut::Put(&PLAIN, vec![V::Null, 1.into(), V::Null, V::Null]),
        Mut::Delete(&PAIR, vec![1.into()]),
    ];
    for bad in bad {
        let batch = vec![Mut::Put(&NUMBER, number(1, "v", 0)), bad.clone(), Mut::Put(&PAIR, pair(1, "k", 0, ""))];
        let answer = case.engine.commit(&mut fence, 1, batch).await;
        assert!(matches!(answer, Err(StoreError::Engine(_))), "{bad:?} gave {answer:?}");
        assert_eq!(case.engine.seq(case.space).await.unwrap(), (1, 0));
    }
    for table in SCHEMA.tables {
        assert!(case.engine.scan(case.space, Scan::by_key(table, vec![], 10)).await.unwrap().is_empty());
    }
}
