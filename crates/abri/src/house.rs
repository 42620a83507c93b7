//! The house: an engine is picked, everything is built on it, the doors are hung.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use abri_data::{Data, Doctypes, Organisation, SpaceKind};
use abri_files::{Files, FilesPolicy, VersionPolicy};
use abri_identity::{Identity, IdentityConfig};
use abri_model::time::Clock;
use abri_model::{Millis, SpaceId, Who};
use abri_space::Engine;
use abri_space::tables::SCHEMA;
use abri_store::memory::MemoryStore;
use abri_store::{Snapshots, Store};
use abri_store_cluster::PgStore;
use abri_store_sqlite::{Options, SqliteStore};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::command::Fault;
use crate::config::{Config, StoreChoice};
use crate::data_dir::DataDir;
use crate::listen::front::Doors;

/// Everything between the engine and the doors.
pub struct House {
    /// The settings.
    pub config: Config,
    /// The data directory, ours alone.
    pub dir: DataDir,
    /// The engine of rows, for backups; the memory engine has none.
    pub snapshots: Option<Arc<dyn Snapshots>>,
    /// Opens spaces without a `Who`: for checks and backups of the whole installation only.
    pub engine: Engine,
    /// The way down.
    pub data: Data,
    /// Who is who.
    pub identity: Identity,
    /// The files room.
    pub files: Files,
}

/// The engine of rows that the settings choose.
pub async fn rows(config: &Config, dir: &Path) -> Result<(Arc<dyn Store>, Option<Arc<dyn Snapshots>>), String> {
    match &config.store {
        StoreChoice::Memory => Ok((Arc::new(MemoryStore::new(&SCHEMA)), None)),
        StoreChoice::Sqlite => {
            let options = Options { open_max: config.limits.open_spaces.max(1), ..Options::default() };
            let store = SqliteStore::open(dir, &SCHEMA, options)
                .map_err(|error| format!("the data cannot be opened: {error}"))?;
            Ok((Arc::new(store.clone()), Some(Arc::new(store))))
        }
        StoreChoice::Postgres(url) => {
            let store = PgStore::connect(url, &SCHEMA, abri_store_cluster::Options::default())
                .await
                .map_err(|error| format!("the database cannot be used: {error}"))?;
            let store = Arc::new(store);
            Ok((store.clone(), Some(store)))
        }
    }
}

/// The system's clock.
pub fn clock() -> Arc<dyn Clock> {
    Arc::new(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

impl House {
    /// Opens the house over a data directory.
    pub async fn open(config: Config, dir: DataDir) -> Result<House, String> {
        if crate::command::restore::was_cut_off(&dir.path) {
            return Err("a restore was cut off before its end: run `abri restore` again".into());
        }
        let (store, snapshots) = rows(&config, &dir.path).await?;
        House::build(config, dir, store, snapshots).await
    }

    /// Builds the house over an engine of rows.
    pub async fn build(
        config: Config,
        dir: DataDir,
        store: Arc<dyn Store>,
        snapshots: Option<Arc<dyn Snapshots>>,
    ) -> Result<House, String> {
        let clock = clock();
        let open_max = NonZeroUsize::new(config.limits.open_spaces).unwrap_or(NonZeroUsize::MIN);
        let engine_config = abri_space::Config { open_max, ..abri_space::Config::default() };
        let built = Mutex::new(None);
        let data = Data::build(
            |ids| {
                let engine = Engine::new(store, &dir.path, ids, engine_config, clock.clone());
                *built.lock() = Some(engine.clone());
                engine
            },
            abri_identity::register(Doctypes::new()),
            clock.clone(),
        );
        let engine = built.into_inner().ok_or("the engine was not built")?;
        // Makes the root system space at the very first opening.
        data.organisations().await.map_err(|error| Fault::from(error).0)?;
        let identity = Identity::new(data.clone(), IdentityConfig::default());
        let files = Files::new(data.clone(), policy(&config));
        Ok(House { config, dir, snapshots, engine, data, identity, files })
    }

    /// The doors, hung. `stop` ends streams that would never end by themselves.
    pub fn doors(&self, stop: watch::Receiver<bool>) -> Doors {
        let (data, identity, files) = (&self.data, &self.identity, &self.files);
        Doors {
            dav: abri_door_dav::router(data.clone(), identity.clone(), files.clone()),
            nextcloud: abri_door_nextcloud::router(data.clone(), identity.clone(), files.clone()),
            cozy: abri_door_cozy::router(data.clone(), identity.clone(), files.clone()),
            realtime: abri_door_realtime::router(data.clone(), identity.clone(), files.clone(), stop),
            web: abri_door_web::router(),
        }
    }

    /// Gives the first organisation the language of the settings.
    pub async fn speak(&self) -> abri_model::Result<()> {
        let first = self.data.organisation(SpaceId::ROOT).await?;
        let locale = &self.config.accounts.locale;
        if first.locale != *locale {
            let first = Organisation { locale: locale.clone(), ..first };
            self.data.set_organisation(&Who::system("settings"), first).await?;
        }
        Ok(())
    }

    /// The organisation that a host name leads to; without one the first.
    pub async fn organisation(&self, host: Option<&str>) -> abri_model::Result<SpaceId> {
        self.data.organisation_of_host(host).await
    }

    /// Upkeep now and then, for ever: expired trash, locks and uploads, contents that nothing names.
    pub async fn upkeep(&self) {
        let every = Duration::from_secs(self.config.sweep_minutes.max(1) * 60);
        loop {
            tokio::time::sleep(every).await;
            self.sweep().await;
        }
    }

    /// One round of upkeep over every space; what fails in one does not keep it from the others.
    pub async fn sweep(&self) {
        let who = Who::system("upkeep");
        let outcome: abri_model::Result<()> = async {
            for id in self.data.all_spaces(&who).await? {
                let space = self.data.space(&who, id).await?;
                if space.info().kind == SpaceKind::System {
                    continue;
                }
                if let Err(error) = self.files.tree(space).sweep().await {
                    tracing::warn!(space.id = %id, %error, "the trash of a space could not be swept");
                }
            }
            for organisation in self.data.organisations().await? {
                self.identity.sweep(&who, organisation.id).await?;
            }
            for id in self.data.all_spaces(&who).await? {
                let now = self.data.clock().now();
                let swept = match self.engine.open(id).await {
                    Ok(space) => space.sweep(now).await.map(drop),
                    Err(error) => Err(error),
                };
                if let Err(error) = swept {
                    tracing::warn!(space.id = %id, %error, "a space could not be swept");
                }
            }
            Ok(())
        }
        .await;
        if let Err(error) = outcome {
            tracing::warn!(%error, "upkeep was not done to its end");
        }
    }

    /// Finishes what is being written and lets go of everything.
    pub async fn close(&self) {
        self.data.close().await;
    }
}

fn policy(config: &Config) -> FilesPolicy {
    FilesPolicy {
        versions: VersionPolicy { keep: config.files.versions, ..VersionPolicy::default() },
        trash_days: config.files.trash_days,
        ..FilesPolicy::default()
    }
}
