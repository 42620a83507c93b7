//! Random secrets, and what is kept of them: a hash. They are too random to be guessed, so a fast hash is enough.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Letters and digits that are not taken for one another: 32 of them, 5 bits each.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters of an app password: 125 bits.
const APP_PASSWORD_LEN: usize = 25;
/// Characters in a group.
const GROUP_LEN: usize = 5;

/// A random value of 256 bits, for cookies and tokens: 43 characters.
pub(crate) fn random_value() -> String {
    BASE64URL_NOPAD.encode(&*Zeroizing::new(rand::random::<[u8; 32]>()))
}

/// A random id that is no secret: 16 hexadecimal digits.
pub(crate) fn random_id() -> String {
    HEXLOWER.encode(&rand::random::<[u8; 8]>())
}

/// A new app password, in groups that can be typed: `xxxxx-xxxxx-xxxxx-xxxxx-xxxxx`.
pub(crate) fn app_password() -> String {
    let random = Zeroizing::new(rand::random::<[u8; APP_PASSWORD_LEN]>());
    let letters: Vec<char> = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
    letters.chunks(GROUP_LEN).map(|group| group.iter().collect()).collect::<Vec<String>>().join("-")
}

/// An app password as typed, without dashes, blanks and capitals; `None` when it cannot be one.
pub(crate) fn typed_app_password(text: &str) -> Option<Zeroizing<String>> {
    let letters = text.chars().filter(|c| *c != '-' && !c.is_whitespace()).map(|c| c.to_ascii_lowercase());
    let typed: Zeroizing<String> = Zeroizing::new(letters.take(APP_PASSWORD_LEN + 1).collect());
    let good = typed.len() == APP_PASSWORD_LEN && typed.bytes().all(|b| ALPHABET.contains(&b));
    good.then_some(typed)
}

/// What is kept of a secret: its SHA-256 in hexadecimal.
pub(crate) fn hash(secret: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub(crate) fn same(one: &str, other: &str) -> bool {
    use subtle::ConstantTimeEq;
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_password_is_recognised_however_it_is_typed() {
        let password = app_password();
        assert_eq!(password.len(), 29);
        let typed = typed_app_password(&password).expect("ours");
        for other in [password.to_uppercase(), password.replace('-', ""), password.replace('-', " ")] {
            assert_eq!(typed_app_password(&other).as_deref(), Some(&*typed));
        }
        for not in ["", "correct horse battery staple", "lllll-lllll-lllll-lllll-lllll", &format!("{password}a")] {
            assert!(typed_app_password(not).is_none(), "{not}");
        }
        assert_ne!(app_password(), app_password());
    }
}
