//! Index keys: JSON values as bytes that order as CouchDB orders the values, on every engine alike.
//!
//! null < false < true < numbers < strings (by the Unicode collation) < arrays < objects.
//! Source: CouchDB "View Collation"; string order by the CLDR root collation, ties broken by code points.

use std::cell::RefCell;

use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use serde_json::Value;

const NULL: u8 = 1;
const FALSE: u8 = 2;
const TRUE: u8 = 3;
const NUMBER: u8 = 4;
const TEXT: u8 = 5;
const ARRAY: u8 = 6;
const OBJECT: u8 = 7;
/// Ends arrays, objects and texts; below every tag, so that a prefix sorts first.
const END: u8 = 0;

thread_local! {
    static PLAIN: RefCell<Option<CollatorBorrowed<'static>>> = const { RefCell::new(None) };
    static NUMERIC: RefCell<Option<CollatorBorrowed<'static>>> = const { RefCell::new(None) };
}

fn root_collator(numeric: bool) -> Option<CollatorBorrowed<'static>> {
    let mut preferences = CollatorPreferences::default();
    if numeric {
        preferences.numeric_ordering = Some(CollationNumericOrdering::True);
    }
    let mut options = CollatorOptions::default();
    options.strength = Some(Strength::Tertiary);
    Collator::try_new(preferences, options).ok()
}

fn collation_key(text: &str, numeric: bool, out: &mut Vec<u8>) {
    let cell = if numeric { &NUMERIC } else { &PLAIN };
    cell.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = root_collator(numeric);
        }
        match slot {
            // The data is compiled in; should it be missing all the same, code point order is a total order too.
            None => out.extend_from_slice(text.as_bytes()),
            Some(collator) => {
                let _ = collator.write_sort_key_to(text, out);
            }
        }
    });
}

/// Bytes that order `text` as a person expects names to be ordered: accents and case after letters, numbers by value.
pub fn sort_key(text: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(text.len() * 3 + 8);
    collation_key(text, true, &mut key);
    key.push(END);
    key.extend_from_slice(text.as_bytes());
    key
}

/// Encodes one JSON value, appending to `out`.
pub fn encode_into(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(NULL),
        Value::Bool(false) => out.push(FALSE),
        Value::Bool(true) => out.push(TRUE),
        Value::Number(number) => {
            out.push(NUMBER);
            encode_number(number.as_f64().unwrap_or(0.0), out);
            // Integers beyond 2^53 share a double: the exact value orders them.
            if let Some(exact) = number.as_i64() {
                out.extend_from_slice(&((exact as u64) ^ (1 << 63)).to_be_bytes());
            } else {
                out.extend_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0]);
            }
        }
        Value::String(text) => encode_text(text, out),
        Value::Array(items) => {
            out.push(ARRAY);
            for item in items {
                encode_into(item, out);
            }
            out.push(END);
        }
        Value::Object(members) => {
            out.push(OBJECT);
            for (name, member) in members {
                encode_text(name, out);
                encode_into(member, out);
            }
            out.push(END);
        }
    }
}

/// Encodes a list of values as one composite key.
pub fn encode(values: &[Value]) -> Vec<u8> {
    let mut key = Vec::with_capacity(32);
    for value in values {
        encode_into(value, &mut key);
    }
    key
}

/// The smallest key greater than every key that starts with `prefix`; `None` when there is none.
pub fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

fn encode_number(number: f64, out: &mut Vec<u8>) {
    let bits = if number == 0.0 { 0 } else { number.to_bits() };
    let ordered = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
    out.extend_from_slice(&ordered.to_be_bytes());
}

fn encode_text(text: &str, out: &mut Vec<u8>) {
    out.push(TEXT);
    let start = out.len();
    collation_key(text, false, out);
    // The key must not hold our terminator: escape 0 and 1 so that order is kept.
    escape(out, start);
    out.push(END);
    let start = out.len();
    out.extend_from_slice(text.as_bytes());
    escape(out, start);
    out.push(END);
}

/// Rewrites bytes from `start` on: 0 becomes 1 1, 1 becomes 1 2. Keeps byte order and frees 0 as terminator.
fn escape(out: &mut Vec<u8>, start: usize) {
    if !out[start..].iter().any(|b| *b <= 1) {
        return;
    }
    let tail = out.split_off(start);
    for byte in tail {
        match byte {
            0 => out.extend_from_slice(&[1, 1]),
            1 => out.extend_from_slice(&[1, 2]),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_order_as_couchdb_orders_them() {
        // From CouchDB's "View Collation", with more numbers.
        let sorted = [
            json!(null),
            json!(false),
            json!(true),
            json!(-10),
            json!(-1.5),
            json!(0),
            json!(1),
            json!(1.5),
            json!(2),
            json!(10),
            json!(9007199254740992_i64),
            json!(9007199254740993_i64),
            json!(""),
            json!("a"),
            json!("A"),
            json!("aa"),
            json!("b"),
            json!("B"),
            json!("ba"),
            json!("bb"),
            json!([]),
            json!(["a"]),
            json!(["b"]),
            json!(["b", "c"]),
            json!(["b", "c", "a"]),
            json!(["b", "d"]),
            json!(["b", "d", "e"]),
            json!({}),
            json!({"a": 1}),
            json!({"a": 2}),
            json!({"b": 1}),
            json!({"b": 2}),
            json!({"b": 2, "c": 2}),
        ];
        let keys: Vec<Vec<u8>> = sorted.iter().map(|value| encode(std::slice::from_ref(value))).collect();
        for (at, pair) in keys.windows(2).enumerate() {
            assert!(pair[0] < pair[1], "{} must sort before {}", sorted[at], sorted[at + 1]);
        }
    }

    #[test]
    fn names_order_as_people_expect() {
        let mut names = ["b10", "b9", "É", "a", "e", "Z"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["a", "b9", "b10", "e", "É", "Z"]);
    }
}
