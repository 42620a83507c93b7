//! Values in and out of PostgreSQL.

use abri_store::{Row, StoreError, Table, Type, V};
use bytes::{Bytes, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type as PgType, to_sql_checked};

/// One value as a parameter.
#[derive(Debug)]
pub struct Value<'a>(pub &'a V);

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &PgType, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            V::Null => Ok(IsNull::Yes),
            V::I(number) => number.to_sql(ty, out),
            V::T(text) => text.to_sql(ty, out),
            V::B(bytes) => (&bytes[..]).to_sql(ty, out),
        }
    }

    fn accepts(ty: &PgType) -> bool {
        [PgType::INT8, PgType::TEXT, PgType::BYTEA].contains(ty)
    }

    to_sql_checked!();
}

/// The values of a column of many rows, as an array.
pub enum Array<'a> {
    /// Numbers.
    I(Vec<Option<i64>>),
    /// Texts.
    T(Vec<Option<&'a str>>),
    /// Bytes.
    B(Vec<Option<&'a [u8]>>),
}

impl<'a> Array<'a> {
    /// The first `columns` columns of `rows`, whose values have been checked to fit `table`.
    pub fn of(table: &Table, columns: usize, rows: &[&'a Row]) -> Vec<Array<'a>> {
        let column = |place: usize| match table.columns[place].ty {
            Type::I => Array::I(rows.iter().map(|row| row[place].as_i64()).collect()),
            Type::T => Array::T(rows.iter().map(|row| row[place].as_text()).collect()),
            Type::B => Array::B(rows.iter().map(|row| row[place].as_bytes().map(|bytes| &bytes[..])).collect()),
        };
        (0..columns).map(column).collect()
    }

    /// As a parameter.
    pub fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Array::I(values) => values,
            Array::T(values) => values,
            Array::B(values) => values,
        }
    }
}

/// The row of `table` that begins at column `first` of what was found.
pub fn row(found: &tokio_postgres::Row, table: &Table, first: usize) -> Result<Row, StoreError> {
    let value = |place: usize| {
        let column = first + place;
        Ok(match table.columns[place].ty {
            Type::I => found.try_get::<_, Option<i64>>(column)?.into(),
            Type::T => found.try_get::<_, Option<String>>(column)?.into(),
            Type::B => found.try_get::<_, Option<&[u8]>>(column)?.map(Bytes::copy_from_slice).into(),
        })
    };
    let row: Result<Row, tokio_postgres::Error> = (0..table.columns.len()).map(value).collect();
    row.map_err(|error| StoreError::Damaged(error.to_string()))
}
