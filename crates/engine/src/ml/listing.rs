//! What `SHOW MODELS`, `DESCRIBE MODEL` and `CREATE MODEL` answer.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampSecondArray};
use datafusion::error::DataFusionError;

use tronie_model::Models;

use super::kept::{Entry, Kept, Version};
use crate::error::Error;

/// A model's name, and of a trained one what there is of it, and its default version.
type Row<'a> = (&'a str, Option<(&'a Entry, &'a Version)>);

/// What models that are found in folders are called, beside the types of `CREATE MODEL`.
const TEXT_MODEL: &str = "text_model";

/// A row a trained model, then a row a text model, of which only the names are given.
pub(crate) fn shown(trained: &[(String, Entry)], texts: &[String]) -> Result<RecordBatch, Error> {
    let of_trained = trained.iter().filter_map(|(name, entry)| {
        let mut versions = entry.versions.iter();
        let default = versions.find(|version| Some(version.version) == entry.default)?;
        Some((name.as_str(), Some((entry, default))))
    });
    let of_texts = texts.iter().map(|name| (name.as_str(), None));
    let rows: Vec<Row<'_>> = of_trained.chain(of_texts).collect();
    let words = |of: &dyn Fn(&Version) -> Option<String>| -> ArrayRef {
        let of_row = |(_, kept): &Row<'_>| kept.and_then(|(_, version)| of(version));
        Arc::new(rows.iter().map(of_row).collect::<StringArray>())
    };
    let numbers = |of: &dyn Fn(&Version) -> i64| -> ArrayRef {
        let of_row = |(_, kept): &Row<'_>| kept.map(|(_, version)| of(version));
        Arc::new(rows.iter().map(of_row).collect::<Int64Array>())
    };
    let versions = rows.iter().map(|(_, kept)| {
        let (entry, _) = (*kept)?;
        let numbers: Vec<String> = entry.versions.iter().map(|v| v.version.to_string()).collect();
        Some(numbers.join(", "))
    });
    let types = rows
        .iter()
        .map(|(_, kept)| Some(kept.map_or(TEXT_MODEL, |(_, version)| version.model_type.as_str())));
    let created = rows
        .iter()
        .map(|(_, kept)| kept.map(|(_, version)| version.created as i64));
    let created = created.collect::<TimestampSecondArray>().with_timezone("+00:00");
    batch(vec![
        (
            "model",
            Arc::new(rows.iter().map(|(name, _)| Some(*name)).collect::<StringArray>()),
        ),
        ("version", numbers(&|version| i64::from(version.version))),
        ("versions", Arc::new(versions.collect::<StringArray>())),
        ("model_type", Arc::new(types.collect::<StringArray>())),
        ("label", words(&|version| version.label.clone())),
        ("rows", numbers(&|version| version.rows as i64)),
        ("metric", words(&|version| version.metric.clone())),
        ("created", Arc::new(created)),
        ("digest", words(&|version| Some(version.digest.clone()))),
    ])
}

/// What is known about a text model, a row each.
pub(crate) fn described_text(name: &str, models: &Models) -> Result<RecordBatch, Error> {
    let model = models.load(name).map_err(|e| Error::new(e.kind(), e.to_string()))?;
    let mut questions: Vec<&str> = model
        .manifest()
        .outputs
        .iter()
        .filter_map(|output| output.task.as_deref())
        .collect();
    questions.dedup();
    properties(&[
        ("model".to_owned(), name.to_owned()),
        ("model_type".to_owned(), TEXT_MODEL.to_owned()),
        ("questions".to_owned(), questions.join(", ")),
        ("digest".to_owned(), model.digest().to_owned()),
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
