//! SIGKILL at random moments under mixed load: nothing acknowledged is lost, nothing half-written is seen.
//!
//! A kill says nothing about fsync, because the page cache survives it (crash/powercut.rs is for that). It says
//! that no answer is given before the commit, that no state lives in memory only, and that starting again repairs.
//! `ABRI_KILLS` sets how many, `ABRI_SEED` replays a run.

use abri_house::crowd::{Client, Follower, together, verify_all};
use abri_house::{Dice, House};
use std::time::{Duration, Instant};

const KILLS: u64 = 200;
/// `abri check` reads everything, so not after every kill.
const CHECK_EVERY: u64 = 20;

#[test]
fn two_hundred_kills() {
    let kills = std::env::var("ABRI_KILLS").map_or(KILLS, |text| text.parse().expect("ABRI_KILLS is a number"));
    let mut dice = Dice::from_environment("crash_kill");
    let mut house = House::open();
    let bob = house.account("bob", &[]);
    let space = house.shared_space("Common", &["ada", "bob"]);
    let ada = house.ada.clone();
    let root = ada.files();
    let mut clients = vec![
        Client::new(&house, &ada, &root, "one", dice.split()),
        Client::new(&house, &ada, &root, "two", dice.split()),
        Client::new(&house, &ada, &root, "three", dice.split()),
        // Two accounts in one shared space, on a sequence of its own.
        Client::new(&house, &ada, &space, "four", dice.split()),
        Client::new(&house, &bob, &space, "five", dice.split()),
    ];
    // Above the size of one object of the store, some of the time.
    clients[2].size_bytes_max = 3_000_000;
    let mut follower = Follower::new(&ada, &root);

    let started = Instant::now();
    let mut slowest = Duration::ZERO;
    for round in 1..=kills {
        let load = Duration::from_millis(dice.between(50, 400));
        let address = house.address();
        let wrongs = together(address, &mut clients, &mut follower, || {
            // The load must last a random time: this is the one thing that is waited for by the clock.
            std::thread::sleep(load);
            house.kill();
        });
        assert!(wrongs.is_empty(), "kill {round}: {}\n{}", wrongs.join("\n"), house.log_tail());
        if round % CHECK_EVERY == 0 {
            house.check();
        }
        let again = Instant::now();
        house.start();
        slowest = slowest.max(again.elapsed());
        verify_all(&house, &mut clients, &mut follower, &format!("kill {round}"));
    }
    let acknowledged: u64 = clients.iter().map(|client| client.acknowledged).sum();
    println!(
        "{kills} kills in {:?}: {acknowledged} acknowledged writes, none lost; {} sync reports, no gap, {} tokens refused; slowest start {slowest:?}",
        started.elapsed(),
        follower.reports,
        follower.restarts
    );
    assert!(acknowledged > kills, "the clients did work: {acknowledged}");
    // Starting again is for folders that were replaced: were it the rule, nothing would have been followed.
    assert!(follower.restarts * 4 < follower.reports, "{} of {} reports", follower.restarts, follower.reports);
    house.close();
}
