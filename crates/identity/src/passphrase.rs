//! Passphrases: which are good enough, and their slow hash.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use abri_model::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Characters that are enough, if they are not too uniform.
const CHARS_ENOUGH: usize = 10;
/// Fewest characters, however mixed.
const CHARS_MIN: usize = 8;
/// Longest passphrase, in bytes.
pub const PASSPHRASE_BYTES_MAX: usize = 1_024;
/// Estimated bits that make a short passphrase good.
const BITS_SHORT: f64 = 50.0;
/// Estimated bits below which even a long one is not.
const BITS_LONG: f64 = 24.0;
/// Different characters needed.
const DISTINCT_MIN: usize = 5;
/// Verifications waiting at most: more are turned away at once.
const WAITING_MAX: usize = 64;
/// Beginnings of the passphrases that are tried first everywhere.
const COMMON: [&str; 16] = [
    "password",
    "passw0rd",
    "motdepasse",
    "qwerty",
    "azerty",
    "123456",
    "abcdef",
    "letmein",
    "welcome",
    "bonjour",
    "iloveyou",
    "jetaime",
    "administrator",
    "admin123",
    "changeme",
    "soleil",
];

/// What Argon2id costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// How many are computed at the same time.
    pub at_once: usize,
}

impl Default for Cost {
    /// What OWASP recommends: 19 MiB, two passes, one lane; two at once, so 38 MiB at most.
    fn default() -> Self {
        Cost { memory_kib: 19 * 1024, passes: 2, lanes: 1, at_once: 2 }
    }
}

/// Refuses a passphrase that would be guessed soon.
///
/// # Errors
/// `WeakPassphrase` with what to change.
pub fn check(passphrase: &str, name: &str) -> Result<()> {
    let weak = |text: &str| Err(Error::WeakPassphrase(text.to_owned()));
    let chars = passphrase.chars().count();
    if passphrase.len() > PASSPHRASE_BYTES_MAX {
        return weak("the passphrase is too long: shorten it to 1024 bytes");
    }
    if chars < CHARS_MIN {
        return weak("the passphrase is too short: use at least 10 characters, several words are best");
    }
    let lower = passphrase.to_lowercase();
    if !name.is_empty()
        && (lower == name || lower.replace(name, "").chars().count() < CHARS_MIN && lower.contains(name))
    {
        return weak("the passphrase must not be made of the account's name");
    }
    if passphrase.chars().collect::<HashSet<_>>().len() < DISTINCT_MIN {
        return weak("the passphrase repeats too few characters: use several words");
    }
    let bits = bits(&lower, passphrase);
    let enough = if chars >= CHARS_ENOUGH { bits >= BITS_LONG } else { bits >= BITS_SHORT };
    if enough {
        Ok(())
    } else {
        weak("the passphrase is easy to guess: use at least 10 characters, several words are best")
    }
}

/// A rough estimate of how many bits a guesser has to find: predictable steps (repeats, sequences, known beginnings) count little.
fn bits(lower: &str, passphrase: &str) -> f64 {
    let has = |test: fn(char) -> bool| passphrase.chars().any(test);
    let mut pool: f64 = 0.0;
    for (there, size) in [
        (has(|c| c.is_ascii_lowercase()), 26.0),
        (has(|c| c.is_ascii_uppercase()), 26.0),
        (has(|c| c.is_ascii_digit()), 10.0),
        (has(|c| c.is_ascii() && !c.is_ascii_alphanumeric()), 32.0),
        (has(|c| !c.is_ascii()), 64.0),
    ] {
        pool += if there { size } else { 0.0 };
    }
    let known = COMMON.iter().filter(|common| lower.contains(*common)).map(|common| common.len()).max().unwrap_or(0);
    let letters: Vec<u32> = lower.chars().map(u32::from).collect();
    let predictable = letters.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) <= 1).count();
    let free = letters.len().saturating_sub(predictable).saturating_sub(known);
    free as f64 * pool.max(1.0).log2()
}

/// Computes and verifies slow hashes, a few at a time, on threads made for it.
#[derive(Clone)]
pub(crate) struct Hasher {
    cost: Cost,
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    dummy: Arc<OnceLock<String>>,
}

/// What a verification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verified {
    /// It is not the passphrase.
    No,
    /// It is.
    Yes,
    /// It is; the hash was made at another cost and should be made again.
    Outdated,
}

impl Hasher {
    pub(crate) fn new(cost: Cost) -> Hasher {
        Hasher {
            cost,
            turns: Arc::new(Semaphore::new(cost.at_once.max(1))),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
            dummy: Arc::default(),
        }
    }

    /// The hash of a passphrase, with its parameters, as text.
    pub(crate) async fn hash(&self, passphrase: &str) -> Result<String> {
        // Waits however long: only people who may set a passphrase come here, in bulk when accounts are imported.
        let _turn = self.turns.acquire().await.map_err(Error::internal)?;
        let (cost, passphrase) = (self.cost, Zeroizing::new(passphrase.to_owned()));
        tokio::task::spawn_blocking(move || hash(cost, &passphrase)).await.map_err(Error::internal)?
    }

    /// Compares a passphrase with a hash; with none, takes as long and says no.
    ///
    /// # Errors
    /// `Throttled` when too many are waiting.
    pub(crate) async fn verify(&self, passphrase: &str, stored: Option<&str>) -> Result<Verified> {
        if passphrase.len() > PASSPHRASE_BYTES_MAX {
            return Ok(Verified::No);
        }
        let _place = self.waiting.try_acquire().map_err(|_| Error::Throttled { after_seconds: 1 })?;
        let _turn = self.turns.acquire().await.map_err(Error::internal)?;
        let passphrase = Zeroizing::new(passphrase.to_owned());
        let (cost, dummy, stored) = (self.cost, self.dummy.clone(), stored.map(str::to_owned));
        let work = move || match stored {
            Some(stored) => verify(cost, &passphrase, &stored),
            None => {
                let stored = dummy.get_or_init(|| hash(cost, "nobody's passphrase").unwrap_or_default());
                verify(cost, &passphrase, stored).map(|_| Verified::No)
            }
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }
}

fn argon2(cost: Cost) -> Result<Argon2<'static>> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
        .map_err(|error| Error::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(cost: Cost, passphrase: &str) -> Result<String> {
    let hash =
        argon2(cost)?.hash_password(passphrase.as_bytes()).map_err(|error| Error::internal(error.to_string()))?;
    Ok(hash.to_string())
}

fn verify(cost: Cost, passphrase: &str, stored: &str) -> Result<Verified> {
    let stored = PasswordHash::new(stored).map_err(|error| Error::internal(error.to_string()))?;
    if argon2(cost)?.verify_password(passphrase.as_bytes(), &stored).is_err() {
        return Ok(Verified::No);
    }
    let params = Params::try_from(&stored).map_err(|error| Error::internal(error.to_string()))?;
    let same = (params.m_cost(), params.t_cost(), params.p_cost()) == (cost.memory_kib, cost.passes, cost.lanes);
    Ok(if same { Verified::Yes } else { Verified::Outdated })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 16, passes: 1, lanes: 1, at_once: 2 };

    #[test]
    fn weak_passphrases_are_refused_with_advice() {
        let good =
            ["correct horse battery", "Tr0ub4dor&3x", "le chat dort bien", "xK9#mP2$", "éàüöñçßøåæ", "x7bd-m2qk-p4zt"];
        let bad = [
            "",
            "short",
            "aaaaaaaaaaaa",
            "password1234",
            "1234567890",
            "abcdefghij",
            "alice",
            "alicealice",
            "alice12345",
            "qwertyuiop12",
            "motdepasse",
            "abababababab",
            "0987654321",
        ];
        for passphrase in good {
            assert!(check(passphrase, "alice").is_ok(), "{passphrase}");
        }
        for passphrase in bad {
            assert!(matches!(check(passphrase, "alice"), Err(Error::WeakPassphrase(_))), "{passphrase}");
        }
        assert!(check(&"aB3$é".repeat(400), "alice").is_err(), "too long");
    }

    #[tokio::test]
    async fn a_passphrase_is_known_again_and_hashed_anew_when_the_cost_changes() {
        let hasher = Hasher::new(CHEAP);
        let stored = hasher.hash("correct horse").await.expect("hashes");
        assert!(stored.starts_with("$argon2id$v=19$m=16,t=1,p=1$"), "{stored}");
        assert_eq!(hasher.verify("correct horse", Some(&stored)).await.expect("verifies"), Verified::Yes);
        assert_eq!(hasher.verify("wrong horse", Some(&stored)).await.expect("verifies"), Verified::No);
        assert_eq!(hasher.verify("nobody's passphrase", None).await.expect("verifies"), Verified::No);
        let dearer = Hasher::new(Cost { passes: 2, ..CHEAP });
        assert_eq!(dearer.verify("correct horse", Some(&stored)).await.expect("verifies"), Verified::Outdated);
    }
}
