//! Slows guessing down, by account and address and by address alone. Never locks anybody out for good.
//!
//! Whoever guesses waits longer and longer, up to [`WAIT_MAX_MS`]. The owner from another address, with a session or with an app
//! password does not wait. Kept in memory: a restart forgives.

use std::net::IpAddr;
use std::num::NonZeroUsize;

use abri_model::{Error, Millis, Result, SpaceId};
use lru::LruCache;
use parking_lot::Mutex;

/// Failures of one account from one address that cost nothing.
const FREE_FAILURES: u32 = 5;
/// Failures of one address, whatever the account, that cost nothing.
const FREE_FAILURES_OF_ADDRESS: u32 = 30;
/// Longest wait, in milliseconds.
const WAIT_MAX_MS: i64 = 15 * 60 * 1000;
/// After this many milliseconds without failure everything is forgotten.
const FORGET_MS: i64 = 60 * 60 * 1000;
/// How many guessers are remembered; the one heard of longest ago is forgotten first.
const GUESSERS_MAX: NonZeroUsize = NonZeroUsize::new(100_000).expect("not zero");

/// Whose failures are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Guesser {
    Pair(SpaceId, String, IpAddr),
    Address(IpAddr),
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Millis,
    until: Millis,
}

/// Counts failures.
pub(crate) struct Throttle {
    guessers: Mutex<LruCache<Guesser, Failures>>,
}

impl Throttle {
    pub(crate) fn new() -> Throttle {
        Throttle { guessers: Mutex::new(LruCache::unbounded()) }
    }

    /// Whether a try may be made now.
    ///
    /// # Errors
    /// `Throttled` with the seconds to wait.
    pub(crate) fn check(&self, organisation: SpaceId, name: &str, address: IpAddr, now: Millis) -> Result<()> {
        let mut guessers = self.guessers.lock();
        for guesser in both(organisation, name, address) {
            if let Some(failures) = guessers.get(&guesser)
                && failures.until > now
            {
                let after_seconds = u64::try_from((failures.until.0 - now.0 + 999) / 1000).unwrap_or(1);
                return Err(Error::Throttled { after_seconds });
            }
        }
        Ok(())
    }

    /// Counts a failure.
    pub(crate) fn failed(&self, organisation: SpaceId, name: &str, address: IpAddr, now: Millis) {
        let mut guessers = self.guessers.lock();
        for guesser in both(organisation, name, address) {
            let free = if matches!(guesser, Guesser::Pair(..)) { FREE_FAILURES } else { FREE_FAILURES_OF_ADDRESS };
            let before =
                guessers.get(&guesser).filter(|failures| now.0 - failures.last.0 < FORGET_MS).map_or(0, |f| f.count);
            let count = before.saturating_add(1);
            let until = now.plus(wait_ms(count.saturating_sub(free)));
            guessers.put(guesser, Failures { count, last: now, until });
        }
        while guessers.len() > GUESSERS_MAX.get() {
            guessers.pop_lru();
        }
    }

    /// Forgets the failures of an account from an address: it was the owner.
    pub(crate) fn succeeded(&self, organisation: SpaceId, name: &str, address: IpAddr) {
        self.guessers.lock().pop(&Guesser::Pair(organisation, name.to_owned(), network(address)));
    }
}

fn both(organisation: SpaceId, name: &str, address: IpAddr) -> [Guesser; 2] {
    let address = network(address);
    [Guesser::Pair(organisation, name.to_owned(), address), Guesser::Address(address)]
}

/// What one guesser holds: an IPv4 address, or the /64 that everybody gets in IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        four => four,
    }
}

fn wait_ms(beyond: u32) -> i64 {
    if beyond == 0 { 0 } else { 1000_i64.checked_shl(beyond.min(20) - 1).unwrap_or(WAIT_MAX_MS).min(WAIT_MAX_MS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: SpaceId = SpaceId::ROOT;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_guesser_waits_longer_and_longer_but_never_for_good() {
        let throttle = Throttle::new();
        let (guesser, mut now) = (address("192.0.2.7"), Millis(0));
        let mut waits = Vec::new();
        for _ in 0..18 {
            throttle.failed(ORG, "alice", guesser, now);
            match throttle.check(ORG, "alice", guesser, now) {
                Ok(()) => waits.push(0),
                Err(Error::Throttled { after_seconds }) => {
                    waits.push(after_seconds);
                    now = now.plus(after_seconds as i64 * 1000);
                    assert!(throttle.check(ORG, "alice", guesser, now).is_ok(), "the wait ends");
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    }

    #[test]
    fn the_owner_elsewhere_does_not_wait_and_success_forgives() {
        let throttle = Throttle::new();
        let (guesser, owner) = (address("192.0.2.7"), address("198.51.100.1"));
        (0..10).for_each(|_| throttle.failed(ORG, "alice", guesser, Millis(0)));
        assert!(throttle.check(ORG, "alice", guesser, Millis(0)).is_err());
        assert!(throttle.check(ORG, "alice", owner, Millis(0)).is_ok());
        assert!(throttle.check(ORG, "bob", guesser, Millis(0)).is_ok(), "another account from there, so far");
        throttle.succeeded(ORG, "alice", guesser);
        assert!(throttle.check(ORG, "alice", guesser, Millis(0)).is_ok());
    }

    #[test]
    fn trying_many_accounts_from_one_network_is_slowed_down_too() {
        let throttle = Throttle::new();
        for at in 0..40_u16 {
            let of_network = IpAddr::from([0x2001, 0xdb8, 0, 1, at, 0, 0, at]);
            throttle.failed(ORG, &format!("account{at}"), of_network, Millis(0));
        }
        assert!(throttle.check(ORG, "zoe", address("2001:db8:0:1::99"), Millis(0)).is_err());
        assert!(throttle.check(ORG, "zoe", address("2001:db8:0:2::99"), Millis(0)).is_ok());
        assert!(throttle.check(ORG, "zoe", address("2001:db8:0:1::99"), Millis(WAIT_MAX_MS)).is_ok());
    }
}
