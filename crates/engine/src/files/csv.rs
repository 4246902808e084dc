//! The columns of CSV files, from their first rows.
//!
//! DataFusion's own inference cuts a file at line breaks without looking at quotes, so a long quoted text breaks it.

use std::io::Cursor;
use std::sync::Arc;

use datafusion::arrow::csv::reader::Format as CsvReader;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::config::CatalogOptions;
use datafusion::error::DataFusionError;
use object_store::{ObjectMeta, ObjectStore};
use tronie_common::Kind;

use super::format::{Format, ROWS_TO_INFER};
use super::sample::{Sample, sample};
use crate::error::Error;

/// Bytes of a file that are looked at for the types of its columns.
const TYPES: u64 = 16 << 20;

/// Bytes that are looked at for the header alone.
const HEADER: u64 = 64 << 10;

/// The columns of `files`: names from the header, which all files share, types as narrow as all sampled values allow. A name
/// that comes twice gets a number behind it.
///
/// # Errors
/// When the files' headers differ, since rows are read by position, or a file is not CSV.
pub(crate) async fn infer_schema(
    store: &dyn ObjectStore,
    files: &[ObjectMeta],
    format: &Format,
    options: &CatalogOptions,
) -> Result<SchemaRef, Error> {
    let mut first: Option<(&ObjectMeta, Vec<Field>)> = None;
    let mut left = ROWS_TO_INFER;
    for file in files.iter().filter(|file| file.size > 0) {
        let head = sample(store, file, format, if left > 0 { TYPES } else { HEADER }).await?;
        let (schema, rows) = infer(&head, format, options.has_header, left)?;
        left -= rows.min(left);
        let fields = schema.fields().iter().map(|field| field.as_ref().clone());
        match &mut first {
            None => first = Some((file, fields.collect())),
            Some((first, columns)) => {
                if !schema
                    .fields()
                    .iter()
                    .map(|field| field.name())
                    .eq(columns.iter().map(Field::name))
                {
                    return Err(differ(first, columns, file, schema.fields()));
                }
                for (column, field) in columns.iter_mut().zip(fields) {
                    *column = Field::new(column.name(), wider(column.data_type(), field.data_type()), true);
                }
            }
        }
    }
    Ok(Arc::new(Schema::new(named(
        first.map(|(_, columns)| columns).unwrap_or_default(),
    ))))
}

fn differ<'a>(
    first: &ObjectMeta,
    columns: &[Field],
    other: &ObjectMeta,
    fields: impl IntoIterator<Item = &'a Arc<Field>>,
) -> Error {
    let file = |meta: &ObjectMeta| meta.location.filename().unwrap_or_default().to_owned();
    let ours = columns
        .iter()
        .map(|field| field.name().as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let theirs = fields
        .into_iter()
        .map(|field| field.name().as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let (first, other) = (file(first), file(other));
    let next = "read them one by one, or give them one header";
    let message = format!("the columns of `{first}` are {ours}, those of `{other}` are {theirs}; {next}");
    Error::new(Kind::Input, message)
}

/// Columns as a table can have them: every one with a name of its own, and with a type.
fn named(columns: Vec<Field>) -> Vec<Field> {
    let mut named: Vec<Field> = Vec::with_capacity(columns.len());
    for (position, column) in columns.into_iter().enumerate() {
        let base = match column.name().trim() {
            "" => format!("column_{}", position + 1),
            name => name.to_owned(),
        };
        let taken = |name: &str| named.iter().any(|field| field.name() == name);
        let name = if taken(&base) {
            (2..)
                .map(|n| format!("{base}_{n}"))
                .find(|name| !taken(name))
                .unwrap_or(base)
        } else {
            base
        };
        // A column without any value can be anything; text is what it can always become.
        let kind = if column.data_type().is_null() {
            DataType::Utf8
        } else {
            column.data_type().clone()
        };
        named.push(Field::new(name, kind, true));
    }
    named
}

fn infer(head: &Sample, format: &Format, header: bool, rows: usize) -> Result<(Schema, usize), Error> {
    let text = if head.cut { whole_rows(&head.bytes) } else { &head.bytes };
    if head.cut && text.is_empty() {
        let message = format!("the first row is longer than {} MB; is it a csv file?", TYPES >> 20);
        return Err(Error::new(Kind::Input, message));
    }
    let reader = CsvReader::default()
        .with_header(header)
        .with_delimiter(format.delimiter());
    let inferred = reader.infer_schema(Cursor::new(text), Some(rows));
    inferred.map_err(|e| Error::from(DataFusionError::ArrowError(Box::new(e), None)))
}

/// The text up to the end of its last whole row: a line break outside quotes.
fn whole_rows(text: &[u8]) -> &[u8] {
    let (mut quoted, mut end) = (false, 0);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => end = at + 1,
            _ => {}
        }
    }
    &text[..end]
}

/// A type that holds the values of both.
fn wider(one: &DataType, other: &DataType) -> DataType {
    match (one, other) {
        (one, other) if one == other => one.clone(),
        (DataType::Null, other) | (other, DataType::Null) => other.clone(),
        (DataType::Int64, DataType::Float64) | (DataType::Float64, DataType::Int64) => DataType::Float64,
        _ => DataType::Utf8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_widen_to_hold_both() {
        assert_eq!(wider(&DataType::Int64, &DataType::Float64), DataType::Float64);
        assert_eq!(wider(&DataType::Null, &DataType::Boolean), DataType::Boolean);
        assert_eq!(wider(&DataType::Boolean, &DataType::Int64), DataType::Utf8);
    }

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let columns = ["id", "", "id", "id_2", ""].map(|name| Field::new(name, DataType::Null, true));
        let names: Vec<String> = named(columns.into()).iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, ["id", "column_2", "id_2", "id_2_2", "column_5"]);
    }

    #[test]
    fn a_row_ends_outside_quotes() {
        assert_eq!(whole_rows(b"a,b\n1,\"x\ny\"\n2,\"z\nw"), b"a,b\n1,\"x\ny\"\n");
        assert_eq!(whole_rows(b"\"never closed\n"), b"");
    }
}
