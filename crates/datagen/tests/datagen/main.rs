//! What the tables hold, and that they hold it always.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod same;
mod schema;
mod shapes;
mod truth;

use std::collections::HashMap;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use tronie_datagen::{Industry, Options, tables};

/// An industry's tables, each value as text.
struct Data(HashMap<&'static str, HashMap<String, Vec<Option<String>>>>);

impl Data {
    fn new(industry: Industry, customers: u64, dirty: bool) -> Self {
        let options = Options {
            customers,
            dirty,
            ..Options::new(industry)
        };
        let mut data = HashMap::new();
        for table in tables(&options).unwrap() {
            let mut columns: HashMap<String, Vec<Option<String>>> = HashMap::new();
            for field in table.schema.fields() {
                columns.insert(field.name().clone(), Vec::new());
            }
            for batch in table.batches {
                append(&batch, &mut columns);
            }
            data.insert(table.name, columns);
        }
        Self(data)
    }

    /// A column with its NULLs.
    fn column(&self, table: &str, name: &str) -> &[Option<String>] {
        &self.0[table][name]
    }

    /// A column; NULL is an empty text.
    fn texts(&self, table: &str, name: &str) -> Vec<&str> {
        self.column(table, name)
            .iter()
            .map(|value| value.as_deref().unwrap_or_default())
            .collect()
    }

    /// A column of numbers; NULL is 0.
    fn numbers(&self, table: &str, name: &str) -> Vec<f64> {
        self.texts(table, name)
            .iter()
            .map(|value| value.parse().unwrap_or_default())
            .collect()
    }

    /// From one column to another.
    fn map(&self, table: &str, from: &str, to: &str) -> HashMap<&str, &str> {
        self.texts(table, from).into_iter().zip(self.texts(table, to)).collect()
    }

    /// How large a share of the rows has a value.
    fn share(&self, table: &str, name: &str, value: &str) -> f64 {
        let all = self.texts(table, name);
        all.iter().filter(|found| **found == value).count() as f64 / all.len() as f64
    }
}

fn append(batch: &RecordBatch, columns: &mut HashMap<String, Vec<Option<String>>>) {
    let options = FormatOptions::default();
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        let shown = ArrayFormatter::try_new(array, &options).unwrap();
        let values = (0..array.len()).map(|row| array.is_valid(row).then(|| shown.value(row).to_string()));
        columns.get_mut(field.name()).unwrap().extend(values);
    }
}
