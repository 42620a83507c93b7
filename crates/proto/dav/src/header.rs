//! What all header decoders share: how they refuse.

/// A header that must not be guessed at; answer 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("header {header} near byte {at}: send {want}")]
pub struct HeaderError {
    /// The header's name.
    pub header: &'static str,
    /// What to send instead.
    pub want: &'static str,
    /// Where in the value, in bytes.
    pub at: usize,
}

impl HeaderError {
    /// Returns the refusal of a whole value.
    pub(crate) fn new(header: &'static str, want: &'static str) -> Self {
        Self { header, want, at: 0 }
    }
}

/// Returns the number made of these decimal digits and nothing else; too large is the largest.
pub(crate) fn digits(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let step = |n: u64, byte: u8| n.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
    Some(text.bytes().fold(0, step))
}

/// Returns the whitespace HTTP allows around a value trimmed off.
pub(crate) fn trim(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}

/// Returns the members of a comma-separated list; commas inside quotes do not count.
pub(crate) fn members(value: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    value
        .split(move |c| {
            if c == '"' {
                is_quoted = !is_quoted;
            }
            c == ',' && !is_quoted
        })
        .map(trim)
        .filter(|member| !member.is_empty())
}
