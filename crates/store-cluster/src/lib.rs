//! The cluster engine: rows in PostgreSQL.
