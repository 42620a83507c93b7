//! A space made by version 1 of a schema, used by version 2.

use abri_model::SpaceId;

use super::fixture::{column, firsts, index, nullable, put};
use crate::table::{Column, Index, Schema, Table, Type, V};
use crate::{Scan, Store};

static THING_OLD: Table = Table {
    name: "thing",
    columns: &[column("id", Type::I), column("v", Type::T)],
    key: 1,
    large: false,
    indexes: &[index("thing_v", &[1])],
    since: 1,
};

static THING: Table = Table {
    name: "thing",
    // A new column may stand anywhere after the key.
    columns: &[
        column("id", Type::I),
        Column { name: "extra", ty: Type::T, null: true, since: 2 },
        column("v", Type::T),
    ],
    key: 1,
    large: false,
    indexes: &[
        index("thing_v", &[2]),
        Index { name: "thing_extra", columns: &[1], not_null: Some(1), since: 2 },
        Index { name: "thing_vextra", columns: &[2, 1], not_null: None, since: 2 },
    ],
    since: 1,
};

static ADDED: Table = Table {
    name: "added",
    columns: &[Column { since: 2, ..column("k", Type::T) }, Column { since: 2, ..nullable("n", Type::I) }],
    key: 1,
    large: false,
    indexes: &[Index { since: 2, ..index("added_n", &[1]) }],
    since: 2,
};

/// Version 1.
pub static OLD: Schema = Schema { version: 1, tables: &[&THING_OLD] };
/// Version 2: a column, two indexes and a table more.
pub static NEW: Schema = Schema { version: 2, tables: &[&THING, &ADDED] };

/// Fills a space through an engine opened with [`OLD`].
pub async fn fill(engine: &impl Store, space: SpaceId) {
    engine.create_space(space).await.unwrap();
    let mut fence = engine.acquire(space).await.unwrap();
    put(engine, &mut fence, &THING_OLD, (0..100).map(|id| vec![V::I(id), V::T(format!("v{}", id % 10))])).await;
}

/// Uses what [`fill`] made through an engine opened with [`NEW`].
pub async fn use_new(engine: &impl Store, space: SpaceId) {
    let mut fence = engine.acquire(space).await.unwrap();
    assert_eq!((fence.seq, fence.commits), (1, 1));
    let old = engine.scan(space, Scan::by_key(&THING, vec![], 1000)).await.unwrap();
    assert!(old.len() == 100 && old.iter().all(|row| row[1] == V::Null));
    put(engine, &mut fence, &THING, [vec![V::I(5), "new".into(), "v5".into()]]).await;
    put(engine, &mut fence, &ADDED, [vec!["k".into(), V::Null]]).await;
    assert_eq!(firsts(engine, &fence, Scan::by_index(&THING, 1, vec![], 9)).await, [V::I(5)]);
    let by_both = Scan::by_index(&THING, 2, vec!["v5".into()], 100).backwards();
    let found = firsts(engine, &fence, by_both).await;
    assert!(found.len() == 10 && found[0] == V::I(5) && found[1] == V::I(95));
    assert_eq!(firsts(engine, &fence, Scan::by_index(&ADDED, 0, vec![], 9)).await, [V::from("k")]);
}
