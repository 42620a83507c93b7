//! Names of accounts and groups.

use abri_model::{Error, Result};

/// Longest name of an account or group, in bytes.
pub const NAME_LEN_MAX: usize = 64;

/// The name as it is kept and compared: lower case.
///
/// # Errors
/// `AccountName` with what to change: 1 to [`NAME_LEN_MAX`] letters a–z, digits, `.`, `_`, `-` and `@`, starting with a letter or digit.
pub fn account_name(name: &str) -> Result<String> {
    let bad = |text: &str| Err(Error::AccountName(text.to_owned()));
    let name = name.trim().to_ascii_lowercase();
    if name.is_empty() {
        return bad("a name is needed: it is empty");
    }
    if name.len() > NAME_LEN_MAX {
        return bad("the name is too long: shorten it to 64 characters");
    }
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-' | b'@')) {
        return bad("a name holds only letters a to z without accents, digits, and . _ - @");
    }
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || name.ends_with('.') {
        return bad("a name starts with a letter or a digit and does not end with a dot");
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_in_lower_case_and_bad_ones_say_why() {
        for (given, kept) in [("Alice", "alice"), (" bob ", "bob"), ("a.b_c-d@e.org", "a.b_c-d@e.org"), ("7", "7")] {
            assert_eq!(account_name(given).expect(given), kept);
        }
        let long = "x".repeat(65);
        for bad in ["", "  ", ".", "..", "-x", "@x", "x.", "a b", "a/b", "é", "a\0b", "a:b", &long] {
            assert!(matches!(account_name(bad), Err(Error::AccountName(_))), "{bad:?}");
        }
    }
}
