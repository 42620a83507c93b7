//! The statements of each table, made once from its description.

use std::fmt::Write;

use abri_store::range::{Edge, Piece};
use abri_store::{Result, Row, Scan, Schema, StoreError, Table, Type, V};

/// The statements of a schema.
pub struct Sql {
    /// What they were made from.
    pub schema: &'static Schema,
    tables: Vec<TableSql>,
}

/// The statements of a table.
pub struct TableSql {
    /// The table.
    pub table: &'static Table,
    /// Writes a whole row.
    pub put: String,
    /// Removes the row with a key.
    pub delete: String,
    /// Reads the row with a key.
    pub get: String,
    columns: String,
}

impl Sql {
    /// The statements of `schema`.
    pub fn new(schema: &'static Schema) -> Sql {
        Sql { schema, tables: schema.tables.iter().map(|table| TableSql::new(table)).collect() }
    }

    /// The statements of `table`.
    pub fn of(&self, table: &'static Table) -> Result<&TableSql> {
        let found = self.tables.iter().find(|sql| sql.table == table);
        found.ok_or_else(|| StoreError::engine(format!("no table {} in the schema", table.name)))
    }
}

/// Whether the key of `table` is SQLite's own row number.
pub fn is_numbered(table: &Table) -> bool {
    table.key == 1 && table.columns[0].ty == Type::I
}

/// Whether rows of `table` live in the tree of their key.
pub fn is_clustered(table: &Table) -> bool {
    !table.large && !is_numbered(table)
}

/// Which tree a statement must walk: the planner, which has no statistics, is never asked.
pub fn walk(table: &Table, index: Option<usize>) -> String {
    match index {
        Some(index) => format!("INDEXED BY {}", table.indexes[index].name),
        None if is_numbered(table) => "NOT INDEXED".into(),
        None => format!("INDEXED BY sqlite_autoindex_{}_1", table.name),
    }
}

impl TableSql {
    fn new(table: &'static Table) -> TableSql {
        let names = |columns: &[abri_store::Column]| columns.iter().map(|column| column.name).collect::<Vec<_>>();
        let (all, key, others) =
            (names(table.columns), names(&table.columns[..table.key]), names(&table.columns[table.key..]));
        let columns = all.join(",");
        let name = table.name;
        let matches = key.iter().map(|column| format!("{column}=?")).collect::<Vec<_>>().join(" AND ");
        let updates = others.iter().map(|column| format!("{column}=excluded.{column}")).collect::<Vec<_>>().join(",");
        let on_conflict = if others.is_empty() { "DO NOTHING".into() } else { format!("DO UPDATE SET {updates}") };
        let marks = vec!["?"; all.len()].join(",");
        TableSql {
            table,
            put: format!("INSERT INTO {name}({columns}) VALUES({marks}) ON CONFLICT({}) {on_conflict}", key.join(",")),
            delete: format!("DELETE FROM {name} WHERE {matches}"),
            get: format!("SELECT {columns} FROM {name} {} WHERE {matches}", walk(table, None)),
            columns,
        }
    }

    /// The statement that reads a piece of a scan, and its values. One more parameter follows them: how many rows.
    pub fn scan(&self, scan: &Scan, piece: &Piece) -> (String, Row) {
        let table = self.table;
        let order: Vec<&str> = scan.order().into_iter().map(|column| table.columns[column].name).collect();
        let (equal, rest) = order.split_at(piece.equal.len());
        let mut conditions = Vec::new();
        let mut values = Row::new();
        for (column, value) in equal.iter().zip(&piece.equal) {
            match value {
                V::Null => conditions.push(format!("{column} IS NULL")),
                value => {
                    conditions.push(format!("{column}=?"));
                    values.push(value.clone());
                }
            }
        }
        for (edge, sign) in [(&piece.low, '>'), (&piece.high, '<')] {
            if let Some(edge) = edge {
                conditions.push(beyond(rest, edge, sign));
                values.extend(edge.values.iter().cloned());
            }
        }
        if piece.not_null {
            conditions.push(format!("{} IS NOT NULL", rest[0]));
        }
        if let Some(column) = scan.index_of().and_then(|index| index.not_null) {
            conditions.push(format!("{} IS NOT NULL", table.columns[column].name));
        }
        let mut sql = format!("SELECT {} FROM {} {}", self.columns, table.name, walk(table, scan.index));
        if !conditions.is_empty() {
            let _ = write!(sql, " WHERE {}", conditions.join(" AND "));
        }
        let direction = if scan.desc { " DESC" } else { "" };
        let ordering = order.iter().map(|column| format!("{column}{direction}")).collect::<Vec<_>>().join(",");
        let _ = write!(sql, " ORDER BY {ordering} LIMIT ?");
        (sql, values)
    }
}

/// The condition that the columns from `columns` on are beyond `edge`.
fn beyond(columns: &[&str], edge: &Edge, sign: char) -> String {
    let or_equal = if edge.inclusive { "=" } else { "" };
    match edge.values.len() {
        1 => format!("{}{sign}{or_equal}?", columns[0]),
        many => format!("({}){sign}{or_equal}({})", columns[..many].join(","), vec!["?"; many].join(",")),
    }
}
