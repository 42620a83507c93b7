//! Entity tags (RFC 9110 §8.8.3).

use crate::header::{members, trim};

/// An entity tag.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EntityTag {
    /// It began with `W/`.
    pub is_weak: bool,
    /// What stands between the quotes.
    pub value: String,
}

impl EntityTag {
    /// Returns a strong tag.
    pub fn strong(value: impl Into<String>) -> Self {
        Self { is_weak: false, value: value.into() }
    }

    /// Returns the tag this text is; a tag without quotes counts as one, since clients drop them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = trim(text);
        let (is_weak, rest) = match text.strip_prefix("W/").or_else(|| text.strip_prefix("w/")) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let value = match rest.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"')?,
            None if rest.is_empty() => return None,
            None => rest,
        };
        let is_plain = |c: char| c != '"' && c > ' ' && c != '\u{7F}';
        value.chars().all(is_plain).then(|| Self { is_weak, value: value.to_owned() })
    }

    /// Says whether both are strong and equal (RFC 9110 §8.8.3.2).
    pub fn matches_strongly(&self, other: &Self) -> bool {
        !self.is_weak && !other.is_weak && self.value == other.value
    }

    /// Says whether both are equal, weak or not.
    pub fn matches_weakly(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// Writes `"value"` or `W/"value"`.
impl std::fmt::Display for EntityTag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\"{}\"", if self.is_weak { "W/" } else { "" }, self.value)
    }
}

/// How many tags a list may hold; further ones are not looked at.
pub const TAGS_MAX: usize = 256;

/// The value of `If-Match` or `If-None-Match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagList {
    /// `*`: whatever is there.
    Any,
    /// One of these; what is no tag is left out, so the list may be empty.
    Tags(Vec<EntityTag>),
}

impl TagList {
    /// Returns the list.
    pub fn parse(value: &str) -> Self {
        if trim(value) == "*" {
            return Self::Any;
        }
        Self::Tags(members(value).take(TAGS_MAX).filter_map(EntityTag::parse).collect())
    }
}
