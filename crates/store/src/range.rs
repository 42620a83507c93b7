//! A scan as pieces that a b-tree walks without looking at a row too many.
//!
//! SQL compares nothing with null, and a row value with a null in it is nothing at all; yet null has its place in our order. So a
//! scan becomes pieces, each a plain range over non-null values or over null, to be read one after the other.

use std::cmp::Ordering;

use crate::scan::Scan;
use crate::table::{Row, V};

/// A range of a scan's order. Pieces of one scan do not overlap and come in the order they are to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// What the first columns of the order equal ([`V::Null`] means: is null).
    pub equal: Row,
    /// Where the columns after those start; never holds a null.
    pub low: Option<Edge>,
    /// Where the columns after those end; never holds a null.
    pub high: Option<Edge>,
    /// Whether the next column must not be null.
    pub not_null: bool,
}

/// One end of a piece: a row value over the columns that follow the equal ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The values.
    pub values: Row,
    /// Whether rows equal to them belong to the piece.
    pub inclusive: bool,
}

/// The pieces of `scan`, in reading order; none when it can have no rows.
pub fn pieces(scan: &Scan) -> Vec<Piece> {
    let order = scan.order();
    let skip = scan.prefix.len();
    let not_null = scan.index_of().and_then(|index| index.not_null);
    let nullable: Vec<bool> =
        order[skip..].iter().map(|column| scan.table.columns[*column].null && not_null != Some(*column)).collect();
    let bound = |bound: &crate::Bound| Edge { values: vec![bound.value.clone()], inclusive: bound.inclusive };
    let (mut low, mut high) = (scan.from.as_ref().map(bound), scan.to.as_ref().map(bound));
    if let Some(after) = &scan.after {
        let (before, beyond) = after.split_at(skip);
        let passed = if scan.desc { before.cmp(&scan.prefix[..]).reverse() } else { before.cmp(&scan.prefix[..]) };
        match passed {
            Ordering::Less => {}
            Ordering::Greater => return Vec::new(),
            Ordering::Equal if beyond.is_empty() => return Vec::new(),
            Ordering::Equal => {
                let edge = Edge { values: beyond.to_vec(), inclusive: false };
                let side = if scan.desc { &mut high } else { &mut low };
                if side.as_ref().is_none_or(|bound| is_tighter(beyond, bound, scan.desc)) {
                    *side = Some(edge);
                }
            }
        }
    }
    let mut pieces = Vec::new();
    split(&scan.prefix, &nullable, low, high, &mut pieces);
    if scan.desc {
        pieces.reverse();
    }
    pieces
}

/// Whether going on beyond the place `beyond` leaves fewer rows than `bound` on the first of its columns.
fn is_tighter(beyond: &[V], bound: &Edge, desc: bool) -> bool {
    match beyond[0].cmp(&bound.values[0]) {
        Ordering::Equal => bound.inclusive,
        Ordering::Greater => !desc,
        Ordering::Less => desc,
    }
}

/// Appends, in ascending order, the pieces between `low` and `high` of the rows whose first columns equal `equal`.
fn split(equal: &[V], nullable: &[bool], low: Option<Edge>, high: Option<Edge>, pieces: &mut Vec<Piece>) {
    let reach = [&low, &high].into_iter().flatten().map(|edge| edge.values.len()).max().unwrap_or(0);
    let is_null_in = |edge: &Edge| edge.values.contains(&V::Null);
    if !nullable[..reach].contains(&true) && ![&low, &high].into_iter().flatten().any(is_null_in) {
        pieces.push(Piece { equal: equal.to_vec(), low, high, not_null: false });
        return;
    }
    // Rows that share the first value of an edge and are judged by its other values; then those strictly between.
    let first = |edge: &Option<Edge>| edge.as_ref().map(|edge| edge.values[0].clone());
    let (bottom, top) = (first(&low), first(&high));
    let rest = |edge: &Option<Edge>, value: &V| {
        let edge = edge.as_ref()?;
        let within = edge.values[0] == *value && edge.values.len() > 1;
        within.then(|| Edge { values: edge.values[1..].to_vec(), inclusive: edge.inclusive })
    };
    // A single-valued edge that is exclusive has no rows on it.
    let holds = |edge: &Option<Edge>, value: &V| {
        edge.as_ref().is_none_or(|edge| edge.values[0] != *value || edge.values.len() > 1 || edge.inclusive)
    };
    let on = |value: &V, pieces: &mut Vec<Piece>| {
        if holds(&low, value) && holds(&high, value) {
            let equal = [equal, std::slice::from_ref(value)].concat();
            split(&equal, &nullable[1..], rest(&low, value), rest(&high, value), pieces);
        }
    };
    if let (Some(bottom), Some(top)) = (&bottom, &top) {
        match bottom.cmp(top) {
            Ordering::Greater => return,
            Ordering::Equal => return on(bottom, pieces),
            Ordering::Less => {}
        }
    }
    match &bottom {
        Some(bottom) => on(bottom, pieces),
        None if nullable[0] && top != Some(V::Null) => on(&V::Null, pieces),
        None => {}
    }
    let open = |value: Option<V>| {
        value.filter(|value| *value != V::Null).map(|value| Edge { values: vec![value], inclusive: false })
    };
    if top != Some(V::Null) {
        pieces.push(Piece { equal: equal.to_vec(), low: open(bottom), high: open(top.clone()), not_null: nullable[0] });
    }
    if let Some(top) = &top {
        on(top, pieces);
    }
}
