//! Names of nodes: what is a good one, and when two are the same.

use std::fmt;

use thiserror::Error;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A valid name of a node, kept as its author wrote it.
///
/// Two names are the same when their NFC forms are: clients on different systems send the same name
/// composed or decomposed, and must meet the same file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

/// Why a name is refused; the text says what to change.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// No characters at all.
    #[error("a name is needed: it is empty")]
    Empty,
    /// `.` or `..`, which mean directories in paths.
    #[error("the name {0:?} is reserved: choose another")]
    Reserved(String),
    /// Longer than file systems can hold.
    #[error("the name is {len} bytes long: shorten it to {max} bytes", max = Name::LEN_MAX)]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// A character that no client could write back.
    #[error("the name holds {0:?}, which is not allowed: remove it")]
    Character(char),
}

impl Name {
    /// Longest name, in bytes of UTF-8: what common file systems allow.
    pub const LEN_MAX: usize = 255;

    /// Checks a name: 1 to [`Name::LEN_MAX`] bytes, no `/`, no control character, neither `.` nor `..`.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text == "." || text == ".." {
            return Err(NameError::Reserved(text.to_owned()));
        }
        if text.len() > Self::LEN_MAX {
            return Err(NameError::TooLong { len: text.len() });
        }
        if let Some(bad) = text.chars().find(|c| *c == '/' || c.is_control()) {
            return Err(NameError::Character(bad));
        }
        Ok(Name(text.to_owned()))
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which names are compared and kept unique: NFC.
    pub fn key(&self) -> String {
        nfc(&self.0)
    }
}

/// The NFC form of `text`.
pub fn nfc(text: &str) -> String {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        _ => text.nfc().collect(),
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_and_decomposed_names_are_the_same() {
        let composed = Name::parse("été").expect("valid");
        let decomposed = Name::parse("e\u{301}te\u{301}").expect("valid");
        assert_ne!(composed, decomposed);
        assert_eq!(composed.key(), decomposed.key());
    }

    #[test]
    fn bad_names_say_why() {
        assert_eq!(Name::parse(""), Err(NameError::Empty));
        assert_eq!(Name::parse(".."), Err(NameError::Reserved("..".into())));
        assert_eq!(Name::parse("a/b"), Err(NameError::Character('/')));
        assert_eq!(Name::parse("a\u{0}b"), Err(NameError::Character('\u{0}')));
        assert_eq!(Name::parse(&"x".repeat(256)), Err(NameError::TooLong { len: 256 }));
        assert!(Name::parse("...").is_ok());
    }
}
