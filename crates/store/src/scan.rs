//! Reading rows in order, a page at a time.

use crate::table::{Index, Row, Table, V};

/// One end of a range over the column that follows a scan's prefix.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The value.
    pub value: V,
    /// Whether rows equal to it belong to the range.
    pub inclusive: bool,
}

/// A range of rows in the order of a key or an index.
///
/// The order is that of the columns of the index (or key), then of the key's remaining columns; values compare as
/// [`V`] does: null, numbers, text by bytes, bytes.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The table.
    pub table: &'static Table,
    /// The position of the index in the table's list; `None` scans in key order.
    pub index: Option<usize>,
    /// Values that the first columns of the order must equal.
    pub prefix: Row,
    /// Where the next column starts.
    pub from: Option<Bound>,
    /// Where the next column ends.
    pub to: Option<Bound>,
    /// The last row of the page before, as [`Scan::place_of`] gives it: only rows beyond it are read.
    pub after: Option<Row>,
    /// Whether to read backwards.
    pub desc: bool,
    /// At most this many rows.
    pub limit: usize,
}

impl Scan {
    /// A scan of `table` in key order.
    pub fn by_key(table: &'static Table, prefix: Row, limit: usize) -> Scan {
        Scan { table, index: None, prefix, from: None, to: None, after: None, desc: false, limit }
    }

    /// A scan of `table` by the index at position `index`.
    pub fn by_index(table: &'static Table, index: usize, prefix: Row, limit: usize) -> Scan {
        Scan { index: Some(index), ..Scan::by_key(table, prefix, limit) }
    }

    /// The same, only values of the next column greater than `value`.
    pub fn above(mut self, value: impl Into<V>) -> Scan {
        self.from = Some(Bound { value: value.into(), inclusive: false });
        self
    }

    /// The same, only values of the next column from `value` on.
    pub fn from(mut self, value: impl Into<V>) -> Scan {
        self.from = Some(Bound { value: value.into(), inclusive: true });
        self
    }

    /// The same, only values of the next column up to and with `value`.
    pub fn up_to(mut self, value: impl Into<V>) -> Scan {
        self.to = Some(Bound { value: value.into(), inclusive: true });
        self
    }

    /// The same, only values of the next column below `value`.
    pub fn below(mut self, value: impl Into<V>) -> Scan {
        self.to = Some(Bound { value: value.into(), inclusive: false });
        self
    }

    /// The same, going on beyond the row whose place is `place`.
    pub fn after(mut self, place: Option<Row>) -> Scan {
        self.after = place;
        self
    }

    /// The same, backwards.
    pub fn backwards(mut self) -> Scan {
        self.desc = true;
        self
    }

    /// The index used, if any.
    pub fn index_of(&self) -> Option<&'static Index> {
        self.index.map(|i| &self.table.indexes[i])
    }

    /// The columns that order this scan, as positions in the table: those of the index, then the key's others.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = self.index_of().map_or_else(Vec::new, |index| index.columns.to_vec());
        for column in 0..self.table.key {
            if !order.contains(&column) {
                order.push(column);
            }
        }
        order
    }

    /// Where `row` stands in this scan's order: what to pass to [`Scan::after`] for the next page.
    pub fn place_of(&self, row: &[V]) -> Row {
        self.order().into_iter().map(|column| row[column].clone()).collect()
    }
}
