//! The schema the suite and the oracle speak: every type, null or not, keys of one and of several columns, whole and partial indexes.

use crate::table::{Column, Index, Row, Schema, Table, Type, V};
use crate::{Fence, Mut, Scan, Store};

/// A column that is never null.
pub const fn column(name: &'static str, ty: Type) -> Column {
    Column { name, ty, null: false, since: 1 }
}

/// A column that may be null.
pub const fn nullable(name: &'static str, ty: Type) -> Column {
    Column { name, ty, null: true, since: 1 }
}

/// An index of every row.
pub const fn index(name: &'static str, columns: &'static [usize]) -> Index {
    Index { name, columns, not_null: None, since: 1 }
}

/// A text key and a nullable column of each type, each indexed.
pub static PLAIN: Table = Table {
    name: "plain",
    columns: &[column("k", Type::T), nullable("n", Type::I), nullable("t", Type::T), nullable("b", Type::B)],
    key: 1,
    large: false,
    indexes: &[index("plain_n", &[1]), index("plain_t", &[2]), index("plain_b", &[3]), index("plain_nt", &[1, 2])],
    since: 1,
};

/// A key of a number and a text.
pub static PAIR: Table = Table {
    name: "pair",
    columns: &[column("a", Type::I), column("b", Type::T), column("v", Type::I), column("w", Type::T)],
    key: 2,
    large: false,
    indexes: &[index("pair_v", &[2]), index("pair_wv", &[3, 2]), index("pair_ba", &[1])],
    since: 1,
};

/// A key of one number, and a partial index.
pub static NUMBER: Table = Table {
    name: "number",
    columns: &[column("id", Type::I), column("v", Type::T), nullable("grp", Type::I)],
    key: 1,
    large: false,
    indexes: &[
        index("number_v", &[1]),
        Index { name: "number_grp", columns: &[2], not_null: Some(2), since: 1 },
        Index { name: "number_vgrp", columns: &[1], not_null: Some(2), since: 1 },
    ],
    since: 1,
};

/// Large rows.
pub static LARGE: Table = Table {
    name: "large",
    columns: &[
        column("a", Type::I),
        column("id", Type::T),
        column("body", Type::T),
        nullable("extra", Type::B),
        // In no index: what an index holds must be short (see `Index`).
        nullable("data", Type::B),
    ],
    key: 2,
    large: true,
    indexes: &[index("large_extra", &[3]), Index { name: "large_part", columns: &[0, 3], not_null: Some(3), since: 1 }],
    since: 1,
};

/// Rows that are all key.
pub static BYTES: Table = Table {
    name: "bytes",
    columns: &[column("k", Type::B), column("c", Type::I)],
    key: 2,
    large: false,
    indexes: &[index("bytes_c", &[1])],
    since: 1,
};

/// The schema of all of them.
pub static SCHEMA: Schema = Schema { version: 1, tables: &[&PLAIN, &PAIR, &NUMBER, &LARGE, &BYTES] };

/// A row of [`PLAIN`].
pub fn plain(k: &str, n: impl Into<V>, t: impl Into<V>, b: impl Into<V>) -> Row {
    vec![k.into(), n.into(), t.into(), b.into()]
}

/// A row of [`PAIR`].
pub fn pair(a: i64, b: &str, v: i64, w: &str) -> Row {
    vec![a.into(), b.into(), v.into(), w.into()]
}

/// A row of [`NUMBER`].
pub fn number(id: i64, v: &str, grp: impl Into<V>) -> Row {
    vec![id.into(), v.into(), grp.into()]
}

/// A row of [`LARGE`].
pub fn large(a: i64, id: &str, body: &str, extra: impl Into<V>) -> Row {
    vec![a.into(), id.into(), body.into(), extra.into(), V::Null]
}

/// Commits rows of one table at the next position.
pub async fn put(engine: &impl Store, fence: &mut Fence, table: &'static Table, rows: impl IntoIterator<Item = Row>) {
    let muts = rows.into_iter().map(|row| Mut::Put(table, row)).collect();
    let next = fence.seq + 1;
    engine.commit(fence, next, muts).await.unwrap();
}

/// The first columns of what a scan finds.
pub async fn firsts(engine: &impl Store, fence: &Fence, scan: Scan) -> Row {
    engine.scan(fence.space, scan).await.unwrap().into_iter().map(|mut row| row.swap_remove(0)).collect()
}
