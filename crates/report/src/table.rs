//! The rows of a panel, column by column.

use arrow::array::{Array, RecordBatch};
use arrow::compute::concat;
use arrow::datatypes::DataType;

use crate::head::Head;
use crate::style::Style;
use crate::value::{Value, plain, read};

/// The rows of a panel that are shown.
#[derive(Debug)]
pub struct Table {
    pub columns: Vec<Column>,
    /// How many rows there are here.
    pub rows: usize,
    /// How many there were.
    pub total: usize,
}

/// A column.
#[derive(Debug)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    pub values: Vec<Value>,
    pub style: Style,
    type_name: String,
}

/// What a column is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    Time,
    Text,
    /// A list of words with weights.
    Words,
    /// NULL alone.
    Nothing,
    Other,
}

impl Table {
    /// Reads the first `limit` rows.
    ///
    /// # Errors
    /// Batches of different columns; values that cannot be shown, with their column.
    pub fn read(head: &Head, batches: &[RecordBatch], limit: usize) -> Result<Self, String> {
        let total = batches.iter().map(RecordBatch::num_rows).sum();
        let Some(first) = batches.first() else {
            return Ok(Self {
                columns: Vec::new(),
                rows: 0,
                total,
            });
        };
        let mut left = limit;
        let mut kept = Vec::new();
        for batch in batches {
            let same = batch.num_columns() == first.num_columns()
                && batch
                    .columns()
                    .iter()
                    .zip(first.columns())
                    .all(|(a, b)| a.data_type() == b.data_type());
            if !same {
                return Err("its batches have different columns; hand over those of one query".to_owned());
            }
            let rows = batch.num_rows().min(left);
            if rows > 0 {
                kept.push(batch.slice(0, rows));
            }
            left -= rows;
        }
        let schema = first.schema();
        let mut columns = Vec::with_capacity(first.num_columns());
        for (index, field) in schema.fields().iter().enumerate() {
            let name = field.name();
            let in_column = |reason: String| format!("column `{name}`: {reason}");
            let parts: Vec<&dyn Array> = kept.iter().map(|batch| batch.column(index).as_ref()).collect();
            let values = match parts.as_slice() {
                [] => Vec::new(),
                [one] => read(*one).map_err(in_column)?,
                parts => read(&concat(parts).map_err(|e| in_column(e.to_string()))?).map_err(in_column)?,
            };
            columns.push(Column {
                name: name.clone(),
                kind: Kind::of(field.data_type()),
                style: Style::of(head, name, &values),
                type_name: plain(field.data_type()).to_string(),
                values,
            });
        }
        Ok(Self {
            columns,
            rows: limit - left,
            total,
        })
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Result<&Column, String> {
        self.columns.iter().find(|column| column.name == name).ok_or_else(|| {
            let names: Vec<String> = self.columns.iter().map(|column| format!("`{}`", column.name)).collect();
            format!("no column `{name}` (columns: {})", names.join(", "))
        })
    }

    /// The column of that name, else the first that fits.
    pub fn pick(&self, name: Option<&str>, what: &str, fits: impl Fn(&Column) -> bool) -> Result<&Column, String> {
        match name {
            Some(name) => self.column(name),
            None => self.columns.iter().find(|column| fits(column)).ok_or_else(|| {
                let found: Vec<String> = self.columns.iter().map(Column::described).collect();
                format!("expected a column of {what}, got {}", found.join(", "))
            }),
        }
    }

    /// The columns of that name, else all numbers but those of other use.
    pub fn pick_numbers(&self, names: &[String], besides: &[&str]) -> Result<Vec<&Column>, String> {
        if !names.is_empty() {
            return names.iter().map(|name| self.column(name)).collect();
        }
        let picked: Vec<&Column> = self
            .columns
            .iter()
            .filter(|column| column.is_number() && !besides.contains(&column.name.as_str()))
            .collect();
        if picked.is_empty() {
            let found: Vec<String> = self.columns.iter().map(Column::described).collect();
            return Err(format!("expected a column of numbers, got {}", found.join(", ")));
        }
        Ok(picked)
    }
}

impl Column {
    /// Whether it has numbers, or nothing at all.
    pub fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number | Kind::Nothing)
    }

    /// Its values as a chart's numbers; none for NULL and what is not finite.
    pub fn numbers(&self) -> Result<Vec<Option<f64>>, String> {
        if !self.is_number() {
            return Err(format!("expected numbers in column {}", self.described()));
        }
        Ok(self.values.iter().map(Value::number).collect())
    }

    /// The value of a row in plain text.
    pub fn text(&self, row: usize) -> String {
        self.style.text(self.value(row))
    }

    /// The value of a row.
    pub fn value(&self, row: usize) -> &Value {
        self.values.get(row).unwrap_or(&Value::Null)
    }

    fn described(&self) -> String {
        format!("`{}` ({})", self.name, self.type_name)
    }
}

impl Kind {
    fn of(kind: &DataType) -> Self {
        match plain(kind) {
            DataType::Null => Self::Nothing,
            kind if kind.is_numeric() => Self::Number,
            DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => Self::Time,
            kind if is_text(kind) => Self::Text,
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::ListView(item)
            | DataType::LargeListView(item)
            | DataType::FixedSizeList(item, _) => match plain(item.data_type()) {
                DataType::Struct(fields) => {
                    // One level, not recursion: a type may be nested without end.
                    let has = |fits: fn(&DataType) -> bool| fields.iter().any(|field| fits(plain(field.data_type())));
                    match has(is_text) && has(DataType::is_numeric) {
                        true => Self::Words,
                        false => Self::Other,
                    }
                }
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}
