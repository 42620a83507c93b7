//! The statements of each table, made once from its description.

use abri_store::range::{Edge, Piece};
use abri_store::{Column, Result, Row, Scan, Schema, StoreError, Table, Type, V};

/// The statements of a schema.
pub struct Sql {
    tables: Vec<TableSql>,
}

/// The statements of a table. The first parameter of each is the space.
pub struct TableSql {
    /// The table.
    pub table: &'static Table,
    /// Writes rows, given as an array per column.
    pub put: String,
    /// Removes rows by their keys, given as an array per column of the key.
    pub delete: String,
    /// Reads rows by their keys, given likewise: first the place of the key in the arrays, from 1.
    pub get: String,
    /// Reads every row of the space.
    pub all: String,
    /// Removes every row of the space.
    pub clear: String,
    columns: String,
}

impl Sql {
    /// The statements of `schema`.
    pub fn new(schema: &'static Schema) -> Sql {
        Sql { tables: schema.tables.iter().map(|table| TableSql::new(table)).collect() }
    }

    /// The statements of `table`.
    pub fn of(&self, table: &'static Table) -> Result<&TableSql> {
        let found = self.tables.iter().find(|sql| sql.table == table);
        found.ok_or_else(|| StoreError::engine(format!("no table {} in the schema", table.name)))
    }

    /// The statements of every table.
    pub fn all(&self) -> &[TableSql] {
        &self.tables
    }
}

/// The type of a column in PostgreSQL.
pub fn type_of(column: &Column) -> &'static str {
    match column.ty {
        Type::I => "bigint",
        Type::T => "text",
        Type::B => "bytea",
    }
}

fn list<'a, T: 'a>(from: impl IntoIterator<Item = T>, show: impl FnMut(T) -> String, between: &str) -> String {
    from.into_iter().map(show).collect::<Vec<_>>().join(between)
}

impl TableSql {
    fn new(table: &'static Table) -> TableSql {
        let name = table.name;
        let (key, others) = table.columns.split_at(table.key);
        let columns = list(table.columns, |column| column.name.into(), ",");
        let arrays = |columns: &[Column]| {
            list(columns.iter().enumerate(), |(n, column)| format!("${}::{}[]", n + 2, type_of(column)), ",")
        };
        let asked = list(0..table.key, |n| format!("k{n}"), ",");
        let matches = list(key.iter().enumerate(), |(n, column)| format!("t.{}=u.k{n}", column.name), " AND ");
        let on_conflict = match list(others, |column| format!("{0}=excluded.{0}", column.name), ",") {
            none if none.is_empty() => "DO NOTHING".into(),
            updates => format!("DO UPDATE SET {updates}"),
        };
        TableSql {
            table,
            put: format!(
                "INSERT INTO {name}(space,{columns}) SELECT $1::bigint,u.* FROM unnest({}) AS u ON CONFLICT(space,{}) {on_conflict}",
                arrays(table.columns),
                list(key, |column| column.name.into(), ","),
            ),
            delete: format!(
                "DELETE FROM {name} t USING unnest({}) AS u({asked}) WHERE t.space=$1::bigint AND {matches}",
                arrays(key)
            ),
            get: format!(
                "SELECT u.n,{} FROM unnest({}) WITH ORDINALITY AS u({asked},n) JOIN {name} t ON t.space=$1::bigint AND {matches}",
                list(table.columns, |column| format!("t.{}", column.name), ","),
                arrays(key)
            ),
            all: format!("SELECT {columns} FROM {name} WHERE space=$1::bigint"),
            clear: format!("DELETE FROM {name} WHERE space=$1::bigint"),
            columns,
        }
    }

    /// The statement that reads the pieces of a scan in one moment, and its values after the space: each row with the number of its piece.
    pub fn scan(&self, scan: &Scan, pieces: &[Piece]) -> (String, Row) {
        let mut values = vec![V::I(i64::try_from(scan.limit).unwrap_or(i64::MAX))];
        let mut selects =
            pieces.iter().enumerate().map(|(n, piece)| self.piece(scan, n, piece, &mut values)).collect::<Vec<_>>();
        let text = match &mut selects[..] {
            [only] => std::mem::take(only),
            many => format!("({}) LIMIT $2::bigint", many.join(") UNION ALL (")),
        };
        (text, values)
    }

    fn piece(&self, scan: &Scan, number: usize, piece: &Piece, values: &mut Row) -> String {
        let order: Vec<&Column> = scan.order().into_iter().map(|column| &self.table.columns[column]).collect();
        let (equal, rest) = order.split_at(piece.equal.len());
        let mut conditions = vec!["space=$1::bigint".to_owned()];
        // The values so far stand at $2 and on.
        let mut mark = |column: &Column, value: &V| {
            values.push(value.clone());
            format!("${}::{}", values.len() + 1, type_of(column))
        };
        for (column, value) in equal.iter().zip(&piece.equal) {
            conditions.push(match value {
                V::Null => format!("{} IS NULL", column.name),
                value => format!("{}={}", column.name, mark(column, value)),
            });
        }
        for (edge, sign) in [(&piece.low, '>'), (&piece.high, '<')] {
            let Some(Edge { values, inclusive }) = edge else { continue };
            let or_equal = if *inclusive { "=" } else { "" };
            let names = list(&rest[..values.len()], |column| column.name.into(), ",");
            let marks = list(rest.iter().zip(values), |(column, value)| mark(column, value), ",");
            conditions.push(format!("({names}){sign}{or_equal}({marks})"));
        }
        if piece.not_null {
            conditions.push(format!("{} IS NOT NULL", rest[0].name));
        }
        if let Some(column) = scan.index_of().and_then(|index| index.not_null) {
            conditions.push(format!("{} IS NOT NULL", self.table.columns[column].name));
        }
        let ordering = list(&order, |column| format!("{}{}", column.name, direction(column, scan.desc)), ",");
        format!(
            "SELECT {number},{} FROM {} WHERE {} ORDER BY {ordering} LIMIT $2::bigint",
            self.columns,
            self.table.name,
            conditions.join(" AND ")
        )
    }
}

/// How `column` is ordered: null is before everything, for PostgreSQL only when told.
pub fn direction(column: &Column, desc: bool) -> &'static str {
    match (column.null, desc) {
        (false, false) => "",
        (false, true) => " DESC",
        (true, false) => " NULLS FIRST",
        (true, true) => " DESC NULLS LAST",
    }
}
