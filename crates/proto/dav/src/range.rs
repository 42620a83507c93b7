//! `Range` (RFC 9110 §14.2): which bytes of a known number of bytes are asked for.

use crate::header::{digits, trim};

/// How many ranges one request may ask for; with more the header is ignored (§14.2 allows it).
pub const RANGES_MAX: usize = 32;
/// Ranges with at most this many bytes between them become one: a part's header costs as much.
pub const GAP_BYTES_MAX: u64 = 80;

/// Some bytes, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// The first byte.
    pub first: u64,
    /// The last byte, never before the first and never past the end.
    pub last: u64,
}

impl ByteRange {
    /// Returns how many bytes these are.
    pub fn size_bytes(self) -> u64 {
        self.last - self.first + 1
    }

    /// Returns the value of `Content-Range` (§14.4).
    pub fn content_range(self, total_bytes: u64) -> String {
        format!("bytes {}-{}/{total_bytes}", self.first, self.last)
    }
}

/// Returns the value of `Content-Range` that goes with 416.
pub fn unsatisfied_range(total_bytes: u64) -> String {
    format!("bytes */{total_bytes}")
}

/// What a `Range` header comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ranges {
    /// Answer 200 with everything: no header, nonsense, another unit, or too many ranges.
    Whole,
    /// Answer 206 with this.
    One(ByteRange),
    /// Answer 206 with `multipart/byteranges`; at least two that do not touch.
    Many(Vec<ByteRange>),
    /// Answer 416.
    Unsatisfiable,
}

impl Ranges {
    /// Returns what to send of `total_bytes` bytes.
    pub fn parse(value: Option<&str>, total_bytes: u64) -> Self {
        let Some(specs) = value.and_then(read_specs) else {
            return Self::Whole;
        };
        let ranges: Vec<ByteRange> = specs.iter().filter_map(|spec| spec.within(total_bytes)).collect();
        let ranges = coalesce(ranges);
        match ranges.as_slice() {
            [] => Self::Unsatisfiable,
            [one] => Self::One(*one),
            _ => Self::Many(ranges),
        }
    }
}

enum Spec {
    From(u64),
    Between(u64, u64),
    Suffix(u64),
}

impl Spec {
    fn read(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-')?;
        let (first, last) = (trim(first), trim(last));
        match (first, last) {
            ("", last) => digits(last).map(Self::Suffix),
            (first, "") => digits(first).map(Self::From),
            (first, last) => {
                let (first, last) = (digits(first)?, digits(last)?);
                (first <= last).then_some(Self::Between(first, last))
            }
        }
    }

    fn within(&self, total_bytes: u64) -> Option<ByteRange> {
        let end = total_bytes.checked_sub(1)?;
        let (first, last) = match *self {
            Self::From(first) => (first, end),
            Self::Between(first, last) => (first, last.min(end)),
            Self::Suffix(0) => return None,
            Self::Suffix(size) => (total_bytes.saturating_sub(size), end),
        };
        (first <= end).then_some(ByteRange { first, last })
    }
}

fn read_specs(value: &str) -> Option<Vec<Spec>> {
    let (unit, specs) = trim(value).split_once('=')?;
    if !trim(unit).eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut read = Vec::new();
    for spec in specs.split(',').map(trim).filter(|spec| !spec.is_empty()) {
        if read.len() >= RANGES_MAX {
            return None;
        }
        read.push(Spec::read(spec)?);
    }
    (!read.is_empty()).then_some(read)
}

/// Returns ranges of which none overlap or nearly touch; the order asked for is kept if none did (§15.3.7.2).
fn coalesce(ranges: Vec<ByteRange>) -> Vec<ByteRange> {
    let mut sorted = ranges.clone();
    sorted.sort_by_key(|range| range.first);
    let mut joined: Vec<ByteRange> = Vec::with_capacity(sorted.len());
    for range in sorted {
        match joined.last_mut() {
            Some(before) if range.first <= before.last.saturating_add(1).saturating_add(GAP_BYTES_MAX) => {
                before.last = before.last.max(range.last);
            }
            _ => joined.push(range),
        }
    }
    if joined.len() == ranges.len() { ranges } else { joined }
}
