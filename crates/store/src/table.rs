//! How rows are described: static tables, from which an engine makes its own.

use bytes::Bytes;

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum V {
    /// Nothing. Sorts before everything.
    Null,
    /// A 64-bit number.
    I(i64),
    /// Text without NUL. Sorts by its UTF-8 bytes.
    T(String),
    /// Bytes. Sort bytewise.
    B(Bytes),
}

/// The values of a row, in the order of its table's columns; or those of a key, in the order of the key.
pub type Row = Vec<V>;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A 64-bit number.
    I,
    /// Text.
    T,
    /// Bytes.
    B,
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its name in SQL: lower-case, not a reserved word.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// Whether it may be [`V::Null`].
    pub null: bool,
    /// The schema version it appeared in. A column that appeared after its table is `null`: older rows hold [`V::Null`].
    pub since: u32,
}

/// A secondary index, never unique: the writer is the judge of uniqueness, so that two names can be swapped in one batch.
///
/// What an entry holds, with the key, stays below about 2,500 bytes: PostgreSQL takes no more.
#[derive(Debug)]
pub struct Index {
    /// Its name in SQL, unique in the schema.
    pub name: &'static str,
    /// The columns it orders by, as positions in the table; rows equal in them are ordered by the key.
    pub columns: &'static [usize],
    /// When given: only rows in which this column is not null are in the index.
    pub not_null: Option<usize>,
    /// The schema version it appeared in.
    pub since: u32,
}

/// A table. Compared by address: each is a `static`.
#[derive(Debug)]
pub struct Table {
    /// Its name in SQL.
    pub name: &'static str,
    /// Its columns; the first `key` of them are the primary key.
    pub columns: &'static [Column],
    /// How many leading columns make the key.
    pub key: usize,
    /// Whether rows may be large (more than about a kilobyte): such a table is not kept inside its key's tree.
    pub large: bool,
    /// Its secondary indexes.
    pub indexes: &'static [Index],
    /// The schema version it appeared in.
    pub since: u32,
}

/// Every table of a space, and the version of the whole.
#[derive(Debug)]
pub struct Schema {
    /// The present version; spaces of an older one are brought here when they are opened.
    pub version: u32,
    /// All tables.
    pub tables: &'static [&'static Table],
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Table {}

impl Table {
    /// The key of a whole row.
    pub fn key_of(&self, row: &[V]) -> Row {
        row[..self.key].to_vec()
    }
}

impl V {
    /// The number; `None` when it is none.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            V::I(number) => Some(*number),
            _ => None,
        }
    }

    /// The text; `None` when it is none.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            V::T(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes; `None` when there are none.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match self {
            V::B(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl From<i64> for V {
    fn from(number: i64) -> V {
        V::I(number)
    }
}

impl From<&str> for V {
    fn from(text: &str) -> V {
        V::T(text.to_owned())
    }
}

impl From<String> for V {
    fn from(text: String) -> V {
        V::T(text)
    }
}

impl From<Bytes> for V {
    fn from(bytes: Bytes) -> V {
        V::B(bytes)
    }
}

impl From<Vec<u8>> for V {
    fn from(bytes: Vec<u8>) -> V {
        V::B(bytes.into())
    }
}

impl<T: Into<V>> From<Option<T>> for V {
    fn from(value: Option<T>) -> V {
        value.map_or(V::Null, Into::into)
    }
}
