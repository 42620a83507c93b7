use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use abri_data::{Change, Changes, Follower, Followers, Scope, Space};
use abri_model::{Error, Result, Seq};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use crate::house::{House, THINGS, colored, doc, kind, thing};

/// Writes down what it is shown.
#[derive(Clone, Default)]
struct Scribe {
    seen: Arc<Mutex<Vec<(String, Seq)>>>,
    restarts: Arc<AtomicUsize>,
    broken: Arc<AtomicBool>,
    written: Arc<Notify>,
}

impl Follower for Scribe {
    fn name(&self) -> &str {
        "scribe"
    }

    fn scope(&self) -> Scope {
        Scope::Kind(kind(THINGS))
    }

    fn restart<'a>(&'a self, _space: &'a Space) -> BoxFuture<'a, Result<()>> {
        self.restarts.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(()) })
    }

    fn follow<'a>(&'a self, _space: &'a Space, changes: &'a Changes) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            for change in &changes.items {
                if let Change::Doc(doc) = change {
                    self.seen.lock().push((doc.key.id.clone(), doc.seq));
                }
            }
            self.written.notify_one();
            if self.broken.load(Ordering::SeqCst) { Err(Error::Unavailable) } else { Ok(()) }
        })
    }
}

impl Scribe {
    fn ids(&self) -> Vec<String> {
        self.seen.lock().iter().map(|(id, _)| id.clone()).collect()
    }
}

#[tokio::test]
async fn a_follower_sees_everything_in_order_and_goes_on_where_it_was() {
    let house = House::new();
    let id = house.person("alice").await;
    let own = house.own("alice").await;
    for at in 0..600 {
        own.put(thing(&format!("{at:03}"), colored("red"))).await.expect("written");
    }
    let scribe = Scribe::default();
    let followers = Followers::new(house.data.clone()).with(scribe.clone());
    followers.catch_up(id).await.expect("followed");
    let seen = scribe.seen.lock().clone();
    assert_eq!(seen.len(), 600);
    assert!(seen.windows(2).all(|pair| pair[0].1 < pair[1].1), "in the order of positions");
    scribe.seen.lock().clear();
    own.put(doc("com.example.other", "x", colored("red"))).await.expect("written");
    own.put(thing("000", colored("blue"))).await.expect("written");
    // A new process: nothing but the cursor in the space is left of the old one.
    let followers = Followers::new(house.data.clone()).with(scribe.clone());
    followers.catch_up(id).await.expect("followed");
    followers.catch_up(id).await.expect("nothing new");
    assert_eq!(scribe.ids(), ["000"]);
    assert_eq!(followers.cursor(id, "scribe").await.expect("read").expect("there").seq, own.seq());
    assert_eq!(scribe.restarts.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_failing_follower_is_shown_the_same_again() {
    let house = House::new();
    let id = house.person("alice").await;
    let own = house.own("alice").await;
    own.put(thing("a", colored("red"))).await.expect("written");
    let scribe = Scribe::default();
    scribe.broken.store(true, Ordering::SeqCst);
    let followers = Followers::new(house.data.clone()).with(scribe.clone());
    assert!(followers.catch_up(id).await.is_err());
    own.put(thing("b", colored("red"))).await.expect("written");
    scribe.broken.store(false, Ordering::SeqCst);
    followers.catch_up(id).await.expect("followed");
    assert_eq!(scribe.ids(), ["a", "a", "b"]);
}

#[tokio::test]
async fn a_follower_made_to_start_again_sees_everything_again() {
    let house = House::new();
    let id = house.person("alice").await;
    let own = house.own("alice").await;
    own.put(thing("a", colored("red"))).await.expect("written");
    let scribe = Scribe::default();
    let followers = Followers::new(house.data.clone()).with(scribe.clone());
    followers.catch_up(id).await.expect("followed");
    followers.restart(id, "scribe").await.expect("restarted");
    followers.catch_up(id).await.expect("followed");
    assert_eq!(scribe.ids(), ["a", "a"]);
    assert_eq!(scribe.restarts.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn running_followers_catch_up_at_start_and_are_woken_by_the_bell() {
    let house = House::new();
    house.person("alice").await;
    let own = house.own("alice").await;
    own.put(thing("before", colored("red"))).await.expect("written");
    let scribe = Scribe::default();
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(Followers::new(house.data.clone()).with(scribe.clone()).run(stopped));
    scribe.written.notified().await;
    own.put(thing("after", colored("red"))).await.expect("written");
    scribe.written.notified().await;
    stop.send(true).expect("listening");
    running.await.expect("stopped");
    assert_eq!(scribe.ids(), ["before", "after"]);
}
