//! A house to test in: an engine in memory, a clock that stands, cheap hashes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use abri_data::{Data, Doctypes};
use abri_identity::passphrase::Cost;
use abri_identity::{Account, From, Identity, IdentityConfig, NewAccount, NewSession, Session};
use abri_model::{Millis, SpaceId, Who};
use abri_space::{Config, Engine};
use abri_store::memory::MemoryStore;
use base64::Engine as _;
use tempfile::TempDir;

pub const ORG: SpaceId = SpaceId::ROOT;
pub const GOOD: &str = "correct horse battery";
pub const CHEAP: Cost = Cost { memory_kib: 16, passes: 1, lanes: 1, at_once: 2 };

pub struct House {
    pub data: Data,
    pub identity: Identity,
    pub now: Arc<AtomicI64>,
    _dir: TempDir,
}

impl House {
    pub fn new() -> House {
        let dir = tempfile::tempdir().expect("a directory");
        let now = Arc::new(AtomicI64::new(1_700_000_000_000));
        let time = now.clone();
        let clock: Arc<dyn abri_model::time::Clock> = Arc::new(move || Millis(time.load(Ordering::SeqCst)));
        let store = Arc::new(MemoryStore::new(&abri_space::tables::SCHEMA));
        let engine = |ids| Engine::new(store, dir.path(), ids, Config::default(), clock.clone());
        let data = Data::build(engine, abri_identity::register(Doctypes::new()), clock.clone());
        let identity = House::process(&data);
        House { data, identity, now, _dir: dir }
    }

    /// Identity as a new process would have it: nothing remembered.
    pub fn process(data: &Data) -> Identity {
        Identity::new(data.clone(), IdentityConfig { cost: CHEAP, ..IdentityConfig::default() })
    }

    pub fn pass_ms(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }

    pub async fn person(&self, name: &str) -> Account {
        self.identity.add_account(&cli(), ORG, account(name)).await.expect("created")
    }

    pub async fn login(&self, name: &str) -> NewSession {
        self.identity.login(ORG, name, GOOD, &from("192.0.2.1"), true).await.expect("logged in")
    }

    pub async fn basic(&self, name: &str, password: &str, at: &str) -> Result<Arc<Session>, abri_model::Error> {
        self.identity.basic(ORG, basic(name, password).as_bytes(), &from(at)).await
    }

    /// Lets what is written behind requests be written.
    pub async fn settle(&self) {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }
}

pub fn cli() -> Who {
    Who::system("cli")
}

pub fn account(name: &str) -> NewAccount {
    NewAccount { name: name.into(), passphrase: GOOD.into(), ..NewAccount::default() }
}

pub fn admin(name: &str) -> NewAccount {
    NewAccount { admin: true, ..account(name) }
}

pub fn from(address: &str) -> From {
    From { address: address.parse().expect("an address"), user_agent: "Browser/1".into() }
}

pub fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(format!("{name}:{password}")))
}
