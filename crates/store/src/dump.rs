//! A space's rows as a file: the snapshot format of engines that keep no file of their own per space.
//!
//! A header (magic, schema version, position, epoch), then records: a table with its column names, each of its rows, at last the
//! number of rows. Numbers are little-endian. Columns are found by name, so a dump of an older schema can be read.

use std::io::{self, Read, Write};

use crate::table::{Row, Schema, Table, V};
use crate::{Result, StoreError};

const MAGIC: &[u8; 12] = b"abri rows 1\n";
const END: u8 = 0;
const TABLE: u8 = 1;
const ROW: u8 = 2;
/// Longest value read back, in bytes: a longer length can only be damage.
const VALUE_BYTES_MAX: u32 = 1 << 30;

/// Where the dumped space stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The schema version of the rows.
    pub version: u32,
    /// The last committed position.
    pub seq: i64,
    /// The epoch.
    pub epoch: i64,
}

/// Writes a dump, a row at a time.
pub struct Writer<W> {
    to: W,
    table: Option<&'static Table>,
    rows: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a dump.
    pub fn new(mut to: W, head: Head) -> io::Result<Self> {
        to.write_all(MAGIC)?;
        to.write_all(&head.version.to_le_bytes())?;
        to.write_all(&head.seq.to_le_bytes())?;
        to.write_all(&head.epoch.to_le_bytes())?;
        Ok(Writer { to, table: None, rows: 0 })
    }

    /// Appends a row.
    pub fn row(&mut self, table: &'static Table, row: &[V]) -> io::Result<()> {
        if self.table != Some(table) {
            self.table = Some(table);
            self.to.write_all(&[TABLE])?;
            bytes(&mut self.to, table.name.as_bytes())?;
            self.to.write_all(&length(table.columns.len())?.to_le_bytes())?;
            for column in table.columns {
                bytes(&mut self.to, column.name.as_bytes())?;
            }
        }
        self.to.write_all(&[ROW])?;
        for value in row {
            write_value(&mut self.to, value)?;
        }
        self.rows += 1;
        Ok(())
    }

    /// Ends the dump and gives back what it was written to, not yet synced.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.write_all(&[END])?;
        self.to.write_all(&self.rows.to_le_bytes())?;
        self.to.flush()?;
        Ok(self.to)
    }
}

/// Reads a dump, a row at a time.
pub struct Reader<R> {
    from: R,
    schema: &'static Schema,
    table: Option<(&'static Table, Vec<usize>)>,
    rows: u64,
}

impl<R: Read> Reader<R> {
    /// Begins reading: the header.
    pub fn new(mut from: R, schema: &'static Schema) -> Result<(Head, Self)> {
        let mut magic = [0; MAGIC.len()];
        from.read_exact(&mut magic).map_err(damaged)?;
        if &magic != MAGIC {
            return Err(StoreError::Damaged("not a snapshot of rows".into()));
        }
        let head = Head {
            version: u32::from_le_bytes(take(&mut from)?),
            seq: i64::from_le_bytes(take(&mut from)?),
            epoch: i64::from_le_bytes(take(&mut from)?),
        };
        if head.version > schema.version {
            return Err(StoreError::Damaged(format!("made by a newer version ({})", head.version)));
        }
        Ok((head, Reader { from, schema, table: None, rows: 0 }))
    }

    /// The next row; `None` at the end. A dump that was cut short is [`StoreError::Damaged`].
    pub fn next_row(&mut self) -> Result<Option<(&'static Table, Row)>> {
        loop {
            match u8::from_le_bytes(take(&mut self.from)?) {
                TABLE => self.table = Some(self.read_table()?),
                ROW => return self.read_row().map(Some),
                END if u64::from_le_bytes(take(&mut self.from)?) == self.rows => return Ok(None),
                _ => return Err(StoreError::Damaged("the snapshot is not whole".into())),
            }
        }
    }

    fn read_table(&mut self) -> Result<(&'static Table, Vec<usize>)> {
        let name = text(&mut self.from)?;
        let Some(table) = self.schema.tables.iter().find(|table| table.name == name) else {
            return Err(StoreError::Damaged(format!("unknown table {name}")));
        };
        let count = u32::from_le_bytes(take(&mut self.from)?);
        let mut places = Vec::new();
        for _ in 0..count {
            let name = text(&mut self.from)?;
            let place = table.columns.iter().position(|column| column.name == name);
            places.push(place.ok_or_else(|| StoreError::Damaged(format!("unknown column {name}")))?);
        }
        Ok((table, places))
    }

    fn read_row(&mut self) -> Result<(&'static Table, Row)> {
        let Some((table, places)) = &self.table else {
            return Err(StoreError::Damaged("a row without a table".into()));
        };
        let mut row = vec![V::Null; table.columns.len()];
        for place in places {
            row[*place] = read_value(&mut self.from)?;
        }
        if let Some(wrong) = crate::check::row(table, &row) {
            return Err(StoreError::Damaged(wrong));
        }
        self.rows += 1;
        Ok((table, row))
    }
}

fn write_value(to: &mut impl Write, value: &V) -> io::Result<()> {
    match value {
        V::Null => to.write_all(&[0]),
        V::I(number) => {
            to.write_all(&[1])?;
            to.write_all(&number.to_le_bytes())
        }
        V::T(text) => {
            to.write_all(&[2])?;
            bytes(to, text.as_bytes())
        }
        V::B(blob) => {
            to.write_all(&[3])?;
            bytes(to, blob)
        }
    }
}

fn read_value(from: &mut impl Read) -> Result<V> {
    match u8::from_le_bytes(take(from)?) {
        0 => Ok(V::Null),
        1 => Ok(V::I(i64::from_le_bytes(take(from)?))),
        2 => text(from).map(V::T),
        3 => blob(from).map(|bytes| V::B(bytes.into())),
        _ => Err(StoreError::Damaged("a value of unknown type".into())),
    }
}

fn length(len: usize) -> io::Result<u32> {
    u32::try_from(len)
        .ok()
        .filter(|len| *len <= VALUE_BYTES_MAX)
        .ok_or_else(|| io::Error::other("value too long for a snapshot"))
}

fn bytes(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&length(bytes.len())?.to_le_bytes())?;
    to.write_all(bytes)
}

fn blob(from: &mut impl Read) -> Result<Vec<u8>> {
    let len = u32::from_le_bytes(take(from)?);
    if len > VALUE_BYTES_MAX {
        return Err(StoreError::Damaged("a value of impossible length".into()));
    }
    // Read through `take`, so that a wrong length costs no more memory than the file has bytes.
    let mut bytes = Vec::new();
    from.take(len.into()).read_to_end(&mut bytes).map_err(damaged)?;
    if bytes.len() as u64 == u64::from(len) {
        Ok(bytes)
    } else {
        Err(StoreError::Damaged("the snapshot is cut short".into()))
    }
}

fn text(from: &mut impl Read) -> Result<String> {
    String::from_utf8(blob(from)?).map_err(|error| StoreError::Damaged(error.to_string()))
}

fn take<const N: usize>(from: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes).map_err(damaged)?;
    Ok(bytes)
}

fn damaged(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => StoreError::Damaged("the snapshot is cut short".into()),
        _ => StoreError::engine(error),
    }
}
