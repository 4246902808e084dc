//! What `SHOW MODELS`, `DESCRIBE MODEL` and `CREATE MODEL` answer.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampSecondArray};
use datafusion::error::DataFusionError;

use super::kept::{Entry, Kept, Version};
use crate::error::Error;

/// A model's name, what there is of it, and its default version.
type Row<'a> = (&'a str, &'a Entry, &'a Version);

/// A row a trained model.
pub(crate) fn shown(models: &[(String, Entry)]) -> Result<RecordBatch, Error> {
    let rows: Vec<Row<'_>> = models
        .iter()
        .filter_map(|(name, entry)| {
            let default = entry
                .versions
                .iter()
                .find(|version| Some(version.version) == entry.default)?;
            Some((name.as_str(), entry, default))
        })
        .collect();
    let texts = |of: &dyn Fn(&Row<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<StringArray>())
    };
    let numbers = |of: &dyn Fn(&Row<'_>) -> i64| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(of(row))).collect::<Int64Array>())
    };
    let created = rows.iter().map(|(.., version)| Some(version.created as i64));
    let created = created.collect::<TimestampSecondArray>().with_timezone("+00:00");
    batch(vec![
        ("model", texts(&|(name, ..)| Some((*name).to_owned()))),
        ("version", numbers(&|(.., version)| i64::from(version.version))),
        (
            "versions",
            texts(&|(_, entry, _)| {
                let numbers: Vec<String> = entry.versions.iter().map(|v| v.version.to_string()).collect();
                Some(numbers.join(", "))
            }),
        ),
        ("model_type", texts(&|(.., version)| Some(version.model_type.clone()))),
        ("label", texts(&|(.., version)| version.label.clone())),
        ("rows", numbers(&|(.., version)| version.rows as i64)),
        ("metric", texts(&|(.., version)| version.metric.clone())),
        ("created", Arc::new(created)),
        ("digest", texts(&|(.., version)| Some(version.digest.clone()))),
    ])
}

/// All that is known about a version, a row each.
pub(crate) fn described(name: &str, entry: &Entry, version: &Version, kept: &Kept) -> Result<RecordBatch, Error> {
    let default = if entry.default == Some(version.version) {
        " (default)"
    } else {
        ""
    };
    let versions: Vec<String> = entry.versions.iter().map(|v| v.version.to_string()).collect();
    let mut rows = vec![
        ("model".to_owned(), name.to_owned()),
        ("version".to_owned(), format!("{}{default}", version.version)),
        ("versions".to_owned(), versions.join(", ")),
        ("model_type".to_owned(), kept.model_type.clone()),
    ];
    if let Some(label) = &kept.label {
        rows.push(("label".to_owned(), format!("{} {}", label.name, label.data_type)));
    }
    let columns = kept.columns.iter();
    rows.extend(columns.map(|(name, data_type)| (format!("column {name}"), data_type.clone())));
    if kept.is_trained_here() {
        rows.push(("rows".to_owned(), kept.rows.to_string()));
        rows.push(("rows without label".to_owned(), kept.skipped.to_string()));
        rows.push(("validation rows".to_owned(), kept.validation_rows.to_string()));
    }
    let numbers = |rows: &mut Vec<(String, String)>, what: &str, named: &[(String, f64)]| {
        rows.extend(
            named
                .iter()
                .map(|(name, value)| (format!("{what} {name}"), value.to_string())),
        );
    };
    numbers(&mut rows, "metric", &kept.metrics);
    numbers(&mut rows, "trial", &kept.trials);
    rows.extend(kept.notes.iter().cloned());
    rows.push(("digest".to_owned(), version.digest.clone()));
    rows.push(("statement".to_owned(), kept.statement.clone()));
    pairs("property", "value", &rows)
}

/// What became of `CREATE MODEL`.
pub(crate) fn created(name: &str, version: &Version, kept: &Kept, is_kept: bool) -> Result<RecordBatch, Error> {
    let mut rows = vec![("model".to_owned(), format!("{name}@{}", version.version))];
    if kept.is_trained_here() {
        rows.push(("rows".to_owned(), kept.rows.to_string()));
        rows.push(("validation rows".to_owned(), kept.validation_rows.to_string()));
    }
    let metrics = kept.metrics.iter();
    rows.extend(metrics.map(|(name, value)| (name.clone(), format!("{value:.6}"))));
    rows.extend(kept.notes.iter().cloned());
    if !is_kept {
        let next = "for this process only; start with --warehouse to keep models";
        rows.push(("kept".to_owned(), next.to_owned()));
    }
    pairs("property", "value", &rows)
}

/// Properties with a value each.
pub(crate) fn properties(rows: &[(String, String)]) -> Result<RecordBatch, Error> {
    pairs("property", "value", rows)
}

fn pairs(first: &str, second: &str, rows: &[(String, String)]) -> Result<RecordBatch, Error> {
    let column = |of: fn(&(String, String)) -> &String| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(of(row))).collect::<StringArray>())
    };
    batch(vec![(first, column(|row| &row.0)), (second, column(|row| &row.1))])
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, Error> {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
        .map_err(|e| Error::from(DataFusionError::from(e)))
}
