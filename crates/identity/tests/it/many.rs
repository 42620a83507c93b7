use std::time::Instant;

use crate::house::{GOOD, House, ORG, account, basic, cli, from};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_accounts_made_at_once_can_all_log_in() {
    const ACCOUNTS: usize = 200;
    let house = House::new();
    let mut tasks = tokio::task::JoinSet::new();
    for at in 0..ACCOUNTS {
        let identity = house.identity.clone();
        tasks.spawn(async move { identity.add_account(&cli(), ORG, account(&format!("person{at:05}"))).await });
    }
    while let Some(one) = tasks.join_next().await {
        one.expect("joined").expect("created");
    }
    for at in (0..ACCOUNTS).step_by(17) {
        let session = house.basic(&format!("person{at:05}"), GOOD, "192.0.2.1").await.expect("known");
        assert_eq!(house.data.personal(&session.who).await.expect("opened").id(), session.account.space);
    }
    let (mut after, mut seen) = (None::<String>, 0);
    loop {
        let page = house.identity.accounts(&cli(), ORG, after.as_deref(), 64).await.expect("a page");
        let Some(last) = page.last() else { break };
        after = Some(last.name.clone());
        seen += page.len();
    }
    assert_eq!(seen, ACCOUNTS);
}

#[tokio::test]
async fn basic_costs_no_hash_and_no_read_once_it_was_verified() {
    const REQUESTS: u32 = 20_000;
    let house = House::new();
    house.person("alice").await;
    let header = basic("alice", GOOD);
    let place = from("192.0.2.1");
    house.identity.basic(ORG, header.as_bytes(), &place).await.expect("verified");
    let began = Instant::now();
    for _ in 0..REQUESTS {
        house.identity.basic(ORG, header.as_bytes(), &place).await.expect("known");
    }
    // Generous: an unoptimised build on a busy machine. One Argon2 alone takes longer than a thousand of these.
    let each = began.elapsed() / REQUESTS;
    assert!(each.as_micros() < 100, "{each:?}");
}
