//! What every engine refuses before it touches anything, so that all refuse alike.

use std::collections::HashSet;

use crate::table::{Column, Row, Schema, Table, Type, V};
use crate::{Fence, Mut, Result, Scan, StoreError};

/// Refuses a batch that no engine may write: a row that does not fit its table, two changes of one key, a position that goes back.
pub fn batch(schema: &Schema, fence: &Fence, new_seq: i64, muts: &[Mut]) -> Result<()> {
    if new_seq < fence.seq {
        return refuse(format!("position {new_seq} is before {}", fence.seq));
    }
    let mut seen: HashSet<(*const Table, &[V])> = HashSet::with_capacity(muts.len());
    for change in muts {
        let (table, key) = match change {
            Mut::Put(table, row) => {
                values(table, table.columns, row)?;
                (*table, &row[..table.key])
            }
            Mut::Delete(table, key) => {
                values(table, &table.columns[..table.key], key)?;
                (*table, &key[..])
            }
        };
        known(schema, table)?;
        if !seen.insert((std::ptr::from_ref(table), key)) {
            return refuse(format!("two changes of one row of {} in a batch", table.name));
        }
    }
    Ok(())
}

/// Refuses keys that do not fit their table.
pub fn keys(schema: &Schema, table: &'static Table, keys: &[Row]) -> Result<()> {
    known(schema, table)?;
    keys.iter().try_for_each(|key| values(table, &table.columns[..table.key], key))
}

/// Refuses a scan whose index does not exist or whose values do not fit the columns they stand for.
pub fn scan(schema: &Schema, scan: &Scan) -> Result<()> {
    known(schema, scan.table)?;
    if scan.index.is_some_and(|index| index >= scan.table.indexes.len()) {
        return refuse(format!("{} has no such index", scan.table.name));
    }
    let order = scan.order();
    let column = |place: usize| order.get(place).map(|column| &scan.table.columns[*column]);
    let fits =
        |place: usize, value: &V| column(place).is_some_and(|column| is_of(column.ty, value) || *value == V::Null);
    let prefix = scan.prefix.iter().enumerate().all(|(place, value)| fits(place, value));
    let bounds = [&scan.from, &scan.to].into_iter().flatten().all(|bound| fits(scan.prefix.len(), &bound.value));
    let after = scan.after.as_ref().is_none_or(|after| {
        after.len() == order.len() && after.iter().enumerate().all(|(place, value)| fits(place, value))
    });
    if prefix && bounds && after {
        Ok(())
    } else {
        refuse(format!("a scan of {} does not fit its columns", scan.table.name))
    }
}

/// What is wrong with a row; `None` when it fits its table.
pub fn row(table: &Table, row: &[V]) -> Option<String> {
    values(table, table.columns, row).err().map(|error| error.to_string())
}

fn values(table: &Table, columns: &[Column], values: &[V]) -> Result<()> {
    if values.len() != columns.len() {
        return refuse(format!("{} values for {} columns of {}", values.len(), columns.len(), table.name));
    }
    for (column, value) in columns.iter().zip(values) {
        match value {
            V::Null if column.null => {}
            V::T(text) if column.ty == Type::T && text.as_bytes().contains(&0) => {
                return refuse(format!("NUL in {}.{}", table.name, column.name));
            }
            value if is_of(column.ty, value) => {}
            _ => return refuse(format!("a value of the wrong type for {}.{}", table.name, column.name)),
        }
    }
    Ok(())
}

fn is_of(ty: Type, value: &V) -> bool {
    matches!((ty, value), (Type::I, V::I(_)) | (Type::T, V::T(_)) | (Type::B, V::B(_)))
}

fn known(schema: &Schema, table: &Table) -> Result<()> {
    if schema.tables.contains(&table) { Ok(()) } else { refuse(format!("no table {} in the schema", table.name)) }
}

fn refuse<T>(why: String) -> Result<T> {
    Err(StoreError::engine(why))
}
