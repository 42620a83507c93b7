use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use abri_data::{Job, JobRunner, NewJob, Query, Space, Worker};
use abri_model::{Error, Millis, Result, SpaceId};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

use crate::house::{House, kind, system};

/// Writes down what it does.
#[derive(Clone, Default)]
struct Mailer {
    sent: Arc<Mutex<Vec<Value>>>,
    broken: Arc<AtomicBool>,
    done: Arc<Notify>,
}

impl Worker for Mailer {
    fn name(&self) -> &str {
        "mail"
    }

    fn tries_max(&self) -> u32 {
        3
    }

    fn lease_ms(&self) -> i64 {
        60_000
    }

    fn work<'a>(&'a self, _space: &'a Space, job: &'a Job) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if self.broken.load(Ordering::SeqCst) {
                return Err(Error::Unavailable);
            }
            self.sent.lock().push(job.args.clone());
            self.done.notify_one();
            Ok(())
        })
    }
}

struct Post {
    house: House,
    id: SpaceId,
    space: Space,
    mailer: Mailer,
    runner: JobRunner,
}

async fn post() -> Post {
    let house = House::new();
    let id = house.person("alice").await;
    let space = house.data.space(&system(), id).await.expect("opened");
    let mailer = Mailer::default();
    let runner = JobRunner::new(house.data.clone()).with(mailer.clone());
    Post { house, id, space, mailer, runner }
}

impl Post {
    async fn queue(&self, args: Value, in_ms: i64, dedup: Option<&str>) {
        let due = self.house.data.clock().now().plus(in_ms);
        self.space
            .enqueue(NewJob { worker: "mail".into(), args, due, dedup: dedup.map(str::to_owned) })
            .await
            .expect("queued");
    }

    async fn run(&self) -> Option<i64> {
        let next = self.runner.run_due(self.id).await.expect("ran");
        next.map(|Millis(next)| next - self.house.data.clock().now().0)
    }

    fn sent(&self) -> Vec<Value> {
        self.mailer.sent.lock().clone()
    }
}

#[tokio::test]
async fn jobs_are_done_when_due_in_order_and_once() {
    let post = post().await;
    post.queue(json!("later"), 5_000, None).await;
    post.queue(json!("now"), 0, None).await;
    post.queue(json!("before"), -1_000, None).await;
    assert_eq!(post.run().await, Some(5_000));
    assert_eq!(post.sent(), [json!("before"), json!("now")]);
    post.house.pass_ms(5_000);
    assert_eq!(post.run().await, None);
    assert_eq!(post.run().await, None);
    assert_eq!(post.sent(), [json!("before"), json!("now"), json!("later")]);
}

#[tokio::test]
async fn a_failing_job_waits_longer_each_time_and_is_given_up_in_the_end() {
    let post = post().await;
    post.mailer.broken.store(true, Ordering::SeqCst);
    post.queue(json!(1), 0, None).await;
    assert_eq!(post.run().await, Some(5_000));
    assert_eq!(post.run().await, Some(5_000), "not before its time");
    post.house.pass_ms(5_000);
    assert_eq!(post.run().await, Some(10_000));
    post.house.pass_ms(10_000);
    assert_eq!(post.run().await, None);
    let dead = post.space.dead_jobs(10).await.expect("listed");
    assert_eq!((dead.len(), dead[0].tries, dead[0].last_error.as_str()), (1, 3, "temporarily unavailable: try again"));
    post.mailer.broken.store(false, Ordering::SeqCst);
    post.space.revive_job(&dead[0].id).await.expect("revived");
    assert_eq!(post.run().await, None);
    assert_eq!(post.sent(), [json!(1)]);
    assert!(post.space.dead_jobs(10).await.expect("listed").is_empty());
}

#[tokio::test]
async fn a_job_whose_worker_was_killed_starts_again_when_its_lease_runs_out() {
    let post = post().await;
    post.queue(json!(1), 0, None).await;
    // As a killed server leaves it: leased, not finished.
    let found = post.space.find("abri.jobs/due", &Query::default()).await.expect("found").docs.remove(0);
    let mut body: Value = serde_json::from_str(&found.body).expect("JSON");
    body["state"] = json!("leased");
    body["due"] = json!(post.house.data.clock().now().0 + 60_000);
    post.space.put(crate::house::doc("abri.jobs", &found.key.id, body)).await.expect("written");
    assert_eq!(post.run().await, Some(60_000));
    assert!(post.sent().is_empty());
    post.house.pass_ms(60_000);
    assert_eq!(post.run().await, None);
    assert_eq!(post.sent(), [json!(1)]);
}

#[tokio::test]
async fn of_jobs_with_one_name_only_one_waits() {
    let post = post().await;
    post.queue(json!(1), 1_000, Some("scan")).await;
    post.queue(json!(2), 9_000, Some("scan")).await;
    post.queue(json!(3), 1_000, Some("other")).await;
    post.house.pass_ms(1_000);
    assert_eq!(post.run().await, None);
    let mut sent = post.sent();
    sent.sort_by_key(Value::to_string);
    assert_eq!(sent, [json!(2), json!(3)], "the later one's arguments at the earlier one's time");
    post.queue(json!(4), 0, Some("scan")).await;
    post.run().await;
    assert_eq!(post.sent().last(), Some(&json!(4)));
}

#[tokio::test]
async fn the_queue_keeps_no_trace_of_finished_jobs() {
    let post = post().await;
    for at in 0..50 {
        post.queue(json!(at), 0, None).await;
        post.run().await;
    }
    let docs = post.space.list(&kind("abri.jobs"), None, 100).await.expect("listed");
    assert_eq!((post.sent().len(), docs.len()), (50, 1));
}

#[tokio::test]
async fn only_the_system_queues_jobs_and_arguments_are_bounded() {
    let post = post().await;
    let new = |args: Value| NewJob { worker: "mail".into(), args, due: Millis(0), dedup: None };
    let own = post.house.own("alice").await;
    assert!(matches!(own.enqueue(new(json!(1))).await, Err(Error::Forbidden)));
    assert!(matches!(post.space.enqueue(new(json!("x".repeat(70_000)))).await, Err(Error::TooLarge { .. })));
    post.space.enqueue(NewJob { worker: "nobody".into(), ..new(json!(1)) }).await.expect("queued");
    post.run().await;
    assert_eq!(post.space.dead_jobs(10).await.expect("listed").len(), 1, "a job without worker is given up");
}

#[tokio::test]
async fn a_running_runner_does_what_was_missed_and_what_comes() {
    let post = post().await;
    post.queue(json!("missed"), 0, None).await;
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(post.runner.clone().run(stopped));
    post.mailer.done.notified().await;
    post.queue(json!("new"), 0, None).await;
    post.mailer.done.notified().await;
    stop.send(true).expect("listening");
    running.await.expect("stopped");
    assert_eq!(post.sent(), [json!("missed"), json!("new")]);
}
