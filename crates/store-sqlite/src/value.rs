//! Values in and out of SQLite.

use abri_store::{Row, StoreError, V};
use bytes::Bytes;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Statement, ToSql};

use crate::error::sqlite;

struct Bind<'a>(&'a V);

impl ToSql for Bind<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            V::Null => ValueRef::Null,
            V::I(number) => ValueRef::Integer(*number),
            V::T(text) => ValueRef::Text(text.as_bytes()),
            V::B(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Binds `values` to the parameters of a statement, from the first.
pub fn bind<'a>(statement: &mut Statement<'_>, values: impl IntoIterator<Item = &'a V>) -> Result<(), StoreError> {
    for (place, value) in values.into_iter().enumerate() {
        statement.raw_bind_parameter(place + 1, Bind(value)).map_err(sqlite)?;
    }
    Ok(())
}

/// A row of `columns` columns.
pub fn row(found: &rusqlite::Row<'_>, columns: usize) -> Result<Row, StoreError> {
    let mut row = Row::with_capacity(columns);
    for column in 0..columns {
        row.push(match found.get_ref(column).map_err(sqlite)? {
            ValueRef::Null => V::Null,
            ValueRef::Integer(number) => V::I(number),
            ValueRef::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => V::T(text.to_owned()),
                Err(error) => return Err(StoreError::Damaged(error.to_string())),
            },
            ValueRef::Blob(bytes) => V::B(Bytes::copy_from_slice(bytes)),
            ValueRef::Real(_) => return Err(StoreError::Damaged("a fractional number".into())),
        });
    }
    Ok(row)
}
