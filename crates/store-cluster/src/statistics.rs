//! Statistics for tables while they are young: the server's own collector comes too late, and until then its plans are bad.

use std::sync::atomic::{AtomicU64, Ordering};

use abri_store::{Mut, Schema, Table};
use deadpool_postgres::Pool;

/// A table is analysed when this many rows have been written to it since the start. Never while it is empty: that makes plans worse.
const ROWS: [u64; 3] = [300, 3_000, 30_000];

/// How many rows this process has written to each table.
pub struct Statistics {
    tables: Vec<(&'static Table, AtomicU64)>,
}

impl Statistics {
    /// None yet.
    pub fn new(schema: &'static Schema) -> Statistics {
        Statistics { tables: schema.tables.iter().map(|table| (*table, AtomicU64::new(0))).collect() }
    }

    /// Counts a batch that was committed, and has the tables analysed that passed a mark.
    pub fn count(&self, pool: &Pool, muts: &[Mut]) {
        for (table, written) in &self.tables {
            let rows = muts.iter().filter(|one| matches!(one, Mut::Put(of, _) if of == table)).count() as u64;
            let before = written.fetch_add(rows, Ordering::Relaxed);
            if ROWS.iter().any(|mark| (before + 1..=before + rows).contains(mark)) {
                tokio::spawn(analyse(pool.clone(), table));
            }
        }
    }
}

async fn analyse(pool: Pool, table: &'static Table) {
    // Only plans depend on it: a failure is told and the next mark tries again.
    let analysed = async {
        pool.get()
            .await
            .map_err(|error| error.to_string())?
            .batch_execute(&format!("ANALYZE {}", table.name))
            .await
            .map_err(|error| error.to_string())
    };
    if let Err(error) = analysed.await {
        tracing::warn!(table = table.name, error, "could not analyse a table");
    }
}
