//! `Timeout` (RFC 4918 §10.7): how long a client would like a lock to last.

use crate::header::{digits, members};

/// A wished or granted duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeout {
    /// As long as possible.
    Infinite,
    /// This many seconds.
    Seconds(u32),
}

impl Timeout {
    /// Returns the first wish in the list that makes sense; it is only a wish, so nonsense is no error.
    pub fn parse(value: Option<&str>) -> Option<Self> {
        members(value?).find_map(|member| {
            if member.eq_ignore_ascii_case("infinite") {
                return Some(Self::Infinite);
            }
            let (unit, number) = member.split_once('-')?;
            let seconds = digits(number).filter(|_| unit.eq_ignore_ascii_case("second"))?;
            Some(Self::Seconds(u32::try_from(seconds).unwrap_or(u32::MAX)))
        })
    }

    /// Returns the wish in seconds, at most `max_s`.
    pub fn clamp_s(self, max_s: u32) -> u32 {
        match self {
            Self::Infinite => max_s,
            Self::Seconds(seconds) => seconds.min(max_s),
        }
    }
}

/// Writes the header's form: `Second-3600` or `Infinite`.
impl std::fmt::Display for Timeout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Infinite => f.write_str("Infinite"),
            Self::Seconds(seconds) => write!(f, "Second-{seconds}"),
        }
    }
}
