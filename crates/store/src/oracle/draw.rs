//! What comes next, drawn from a seed: values from small pools, so that keys meet again and index values are equal.

use std::collections::HashSet;

use bytes::Bytes;

use crate::suite::fixture::SCHEMA;
use crate::table::{Column, Row, Table, Type, V};
use crate::{Bound, Mut, Scan};

const NUMBERS: [i64; 10] = [i64::MIN, -300, -1, 0, 1, 2, 3, 300, 1 << 53, i64::MAX];
const TEXTS: [&str; 11] = ["", "\u{1}", " ", "A", "a", "aa", "b", "é", "e\u{301}", "\u{ffff}", "𝄞"];
const BYTES: [&[u8]; 7] = [b"", b"\0", b"\0\0", b"\x01", b"a", b"\x80", b"\xff\xff"];
/// Changes in most batches.
const BATCH_MAX: u64 = 12;
/// Changes in some.
const BATCH_LARGE_MAX: u64 = 300;
const LIMITS: [usize; 8] = [0, 1, 1, 2, 3, 5, 20, 1000];

/// A stream of decisions (splitmix64).
pub struct Draw {
    seed: u64,
    state: u64,
}

impl Draw {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Draw {
        Draw { seed, state: seed }
    }

    /// What it was made from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    /// A table.
    pub fn table(&mut self) -> &'static Table {
        self.pick::<&'static Table>(SCHEMA.tables)
    }

    /// A key of `table`.
    pub fn key(&mut self, table: &Table) -> Row {
        table.columns[..table.key].iter().map(|column| self.value(column)).collect()
    }

    fn row(&mut self, table: &Table) -> Row {
        let mut row: Row = table.columns.iter().map(|column| self.value(column)).collect();
        if table.large && self.one_in(4) {
            row[2] = V::T("large ".repeat(self.below(3000) as usize));
        }
        row
    }

    fn value(&mut self, column: &Column) -> V {
        if column.null && self.one_in(3) {
            return V::Null;
        }
        match column.ty {
            Type::I if self.one_in(3) => V::I(self.below(200) as i64),
            Type::I => V::I(*self.pick(&NUMBERS)),
            Type::T if self.one_in(3) => V::T(format!("t{}", self.below(200))),
            Type::T => V::from(*self.pick(&TEXTS)),
            Type::B if self.one_in(3) => V::B(Bytes::from(vec![self.below(256) as u8; self.below(40) as usize])),
            Type::B => V::B(Bytes::from_static(self.pick::<&'static [u8]>(&BYTES))),
        }
    }

    /// A batch: at most one change per key.
    pub fn batch(&mut self) -> Vec<Mut> {
        let most = if self.one_in(10) { BATCH_LARGE_MAX } else { BATCH_MAX };
        let mut seen = HashSet::new();
        let mut batch = Vec::new();
        for _ in 0..self.below(most) {
            let table = self.table();
            let row = self.row(table);
            let key = table.key_of(&row);
            if seen.insert((table.name, key.clone())) {
                batch.push(if self.one_in(3) { Mut::Delete(table, key) } else { Mut::Put(table, row) });
            }
        }
        batch
    }

    /// A batch that must be refused.
    pub fn bad_batch(&mut self) -> Vec<Mut> {
        let mut batch = self.batch();
        let table = self.table();
        let mut row = self.row(table);
        match self.below(3) {
            0 => drop(row.pop()),
            1 => row[0] = V::Null,
            _ => row.push(V::I(1)),
        }
        let place = self.below(batch.len() as u64 + 1) as usize;
        batch.insert(place, Mut::Put(table, row));
        batch
    }

    /// A scan: any order, prefix, bounds and place.
    pub fn scan(&mut self) -> Scan {
        let table = self.table();
        let index = (self.below(table.indexes.len() as u64 + 1) as usize).checked_sub(1);
        let mut scan = Scan { index, ..Scan::by_key(table, vec![], *self.pick(&LIMITS)) };
        let order = scan.order();
        let columns: Vec<&Column> = order.iter().map(|column| &table.columns[*column]).collect();
        let prefix = if self.one_in(2) { 0 } else { self.below(columns.len() as u64 + 1) as usize };
        scan.prefix = columns[..prefix].iter().map(|column| self.value(column)).collect();
        if let Some(next) = columns.get(prefix) {
            scan.from = self.bound(next);
            scan.to = self.bound(next);
        }
        if self.one_in(3) {
            let rest = columns[prefix..].iter().map(|column| self.value(column)).collect();
            scan.after = Some([scan.prefix.clone(), rest].concat());
        } else if self.one_in(8) {
            scan.after = Some(columns.iter().map(|column| self.value(column)).collect());
        }
        scan.desc = self.one_in(2);
        scan
    }

    fn bound(&mut self, column: &Column) -> Option<Bound> {
        if self.one_in(3) { Some(Bound { value: self.value(column), inclusive: self.one_in(2) }) } else { None }
    }
}
