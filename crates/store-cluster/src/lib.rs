//! The cluster engine: the rows of all spaces in one PostgreSQL database, or in one that speaks its protocol.
//!
//! Every key and index begins with the space, so that the database can be spread by space; nothing is used that Citus, YugabyteDB or
//! CockroachDB lack. Must not know documents, who asks, or HTTP. Start with [`PgStore`], then `commit` (one round trip, decidable when
//! the connection is lost) and `read`.

mod commit;
mod copy;
mod ddl;
mod error;
mod param;
mod read;
mod sql;
mod statistics;

use std::path::Path;
use std::sync::Arc;

use abri_model::SpaceId;
use abri_store::{Fence, Mut, Result, Row, Scan, Schema, Snapshots, Store, StoreError, Table, check};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::TryFutureExt;
use futures_util::future::{BoxFuture, try_join_all};
use tokio_postgres::{Config, NoTls};

use crate::error::Fault;
use crate::sql::Sql;
use crate::statistics::Statistics;

/// How the engine uses its database.
#[derive(Clone, Debug)]
pub struct Options {
    /// At most this many connections.
    pub connections_max: usize,
    /// The SQL schema that holds the tables.
    pub namespace: String,
}

impl Default for Options {
    fn default() -> Options {
        Options { connections_max: 16, namespace: "abri".into() }
    }
}

/// The cluster engine. Cloning gives another handle to the same one.
#[derive(Clone)]
pub struct PgStore {
    engine: Arc<Engine>,
}

struct Engine {
    schema: &'static Schema,
    sql: Sql,
    pool: Pool,
    statistics: Statistics,
}

/// How often a read or an acquire is tried again after a lost connection or a serialisation failure.
const TRIES_MAX: u32 = 4;

/// Planner settings of our connections. Young tables have no statistics, and without them the planner reads whole spaces for one row;
/// forced choices look expensive to it, which must not start the compiler.
const SETTINGS: &str = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off -c enable_sort=off -c jit=off";

impl PgStore {
    /// Connects to the database at `url` and brings its tables to the present version.
    pub async fn connect(url: &str, schema: &'static Schema, options: Options) -> Result<PgStore> {
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| StoreError::engine(error))?;
        if !options.namespace.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
            return Err(StoreError::engine("the namespace must be lower-case letters, digits and _"));
        }
        let settings =
            format!("{} {SETTINGS} -c search_path={}", config.get_options().unwrap_or_default(), options.namespace);
        config.options(settings.trim());
        config.application_name("abri");
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager).max_size(options.connections_max.max(2)).runtime(Runtime::Tokio1).build();
        let pool = pool.map_err(StoreError::engine)?;
        let mut client = pool.get().await.map_err(Fault::from)?;
        ddl::prepare(&mut client, schema, &options.namespace).await?;
        drop(client);
        let engine = Engine { schema, sql: Sql::new(schema), pool, statistics: Statistics::new(schema) };
        Ok(PgStore { engine: Arc::new(engine) })
    }
}

impl Engine {
    async fn client(&self) -> Result<Object, Fault> {
        Ok(self.pool.get().await?)
    }

    /// Waits before another try; says whether there is one.
    async fn may_try_again(&self, tried: &mut u32, fault: &Fault) -> bool {
        *tried += 1;
        let again = *tried < TRIES_MAX && matches!(fault, Fault::Lost(_) | Fault::Conflict(_));
        if again {
            tokio::time::sleep(std::time::Duration::from_millis(20 << *tried)).await;
        }
        again
    }
}

/// Does something until it is done, failed for good, or tried often enough.
macro_rules! persist {
    ($engine:expr, $work:expr) => {{
        let mut tried = 0;
        loop {
            match $work.await {
                Ok(done) => break Ok(done),
                Err(fault) if $engine.may_try_again(&mut tried, &fault).await => {}
                Err(fault) => break Err(StoreError::from(fault)),
            }
        }
    }};
}

impl Store for PgStore {
    fn create_space(&self, space: SpaceId) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { persist!(self.engine, commit::create(&self.engine, space)) })
    }

    fn delete_space(&self, space: SpaceId) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { persist!(self.engine, commit::delete(&self.engine, space)) })
    }

    fn acquire(&self, space: SpaceId) -> BoxFuture<'_, Result<Fence>> {
        Box::pin(async move { persist!(self.engine, commit::acquire(&self.engine, space)) })
    }

    fn commit<'a>(&'a self, fence: &'a mut Fence, new_seq: i64, muts: Vec<Mut>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            check::batch(self.engine.schema, fence, new_seq, &muts)?;
            commit::commit(&self.engine, fence, new_seq, &muts).await?;
            self.engine.statistics.count(&self.engine.pool, &muts);
            Ok(())
        })
    }

    fn get<'a>(
        &'a self,
        space: SpaceId,
        table: &'static Table,
        keys: &'a [Row],
    ) -> BoxFuture<'a, Result<Vec<Option<Row>>>> {
        Box::pin(async move {
            check::keys(self.engine.schema, table, keys)?;
            persist!(self.engine, read::get(&self.engine, space, table, keys))
        })
    }

    fn scan(&self, space: SpaceId, scan: Scan) -> BoxFuture<'_, Result<Vec<Row>>> {
        Box::pin(async move {
            check::scan(self.engine.schema, &scan)?;
            persist!(self.engine, read::scan(&self.engine, space, &scan))
        })
    }

    fn scan_many(&self, space: SpaceId, scans: Vec<Scan>) -> BoxFuture<'_, Result<Vec<Vec<Row>>>> {
        Box::pin(try_join_all(scans.into_iter().map(move |scan| self.scan(space, scan))))
    }

    fn seq(&self, space: SpaceId) -> BoxFuture<'_, Result<(i64, i64)>> {
        Box::pin(async move { persist!(self.engine, read::seq(&self.engine, space)) })
    }
}

impl Snapshots for PgStore {
    fn spaces(&self) -> BoxFuture<'_, Result<Vec<SpaceId>>> {
        Box::pin(async move { persist!(self.engine, read::spaces(&self.engine)) })
    }

    fn snapshot<'a>(&'a self, space: SpaceId, target: &'a Path) -> BoxFuture<'a, Result<()>> {
        Box::pin(copy::snapshot(&self.engine, space, target).map_err(StoreError::from))
    }

    fn restore<'a>(&'a self, space: SpaceId, source: &'a Path) -> BoxFuture<'a, Result<()>> {
        Box::pin(copy::restore(&self.engine, space, source).map_err(StoreError::from))
    }

    /// PostgreSQL checks its own pages and indexes (checksums, `amcheck`), which is the administrator's; here only that the space is there.
    fn verify(&self, space: SpaceId) -> BoxFuture<'_, Result<Vec<String>>> {
        Box::pin(self.seq(space).map_ok(|_| Vec::new()))
    }
}
