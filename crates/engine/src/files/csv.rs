//! The columns of CSV files, from their first rows.
//!
//! DataFusion's own inference cuts a file at line breaks without looking at quotes, so a long quoted text breaks it.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use bytes::Bytes;
use datafusion::arrow::csv::reader::Format as CsvReader;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::config::CatalogOptions;
use datafusion::error::DataFusionError;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

use super::format::{Format, ROWS_TO_INFER};
use crate::error::Error;

/// Bytes of a file that are looked at.
const SAMPLE: u64 = 16 << 20;

/// The columns of `files`: their names from the headers, their types as narrow as all sampled values allow. A column that
/// some files lack is NULL there.
pub(crate) async fn infer_schema(
    store: &dyn ObjectStore,
    files: &[ObjectMeta],
    format: &Format,
    options: &CatalogOptions,
) -> Result<SchemaRef, Error> {
    let mut columns: Vec<Field> = Vec::new();
    let mut left = ROWS_TO_INFER;
    for file in files.iter().filter(|file| file.size > 0) {
        if left == 0 {
            break;
        }
        let bytes = store.get_range(&file.location, 0..file.size.min(SAMPLE)).await?;
        let text = unpacked(bytes, format, file.size > SAMPLE)?;
        let (schema, rows) = infer(&text, format, options.has_header, left)?;
        left -= rows.min(left);
        for field in schema.fields() {
            match columns.iter_mut().find(|column| column.name() == field.name()) {
                Some(column) => *column = Field::new(field.name(), wider(column.data_type(), field.data_type()), true),
                None => columns.push(field.as_ref().clone()),
            }
        }
    }
    // A column without any value can be anything; text is what it can always become.
    let decided = columns.into_iter().map(|column| match column.data_type() {
        DataType::Null => column.with_data_type(DataType::Utf8),
        _ => column,
    });
    Ok(Arc::new(Schema::new(decided.collect::<Vec<_>>())))
}

/// The beginning of a file, decompressed. `cut` tells that the bytes end before the file does.
fn unpacked(bytes: Bytes, format: &Format, cut: bool) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    let mut reader = format.compression.convert_read(Cursor::new(bytes))?.take(SAMPLE);
    match reader.read_to_end(&mut text) {
        Err(e) if cut && e.kind() == io::ErrorKind::UnexpectedEof => Ok(text),
        Err(e) => Err(Error::from(DataFusionError::ArrowError(
            Box::new(ArrowError::CsvError(format!("it cannot be decompressed: {e}"))),
            None,
        ))),
        Ok(_) => Ok(text),
    }
}

fn infer(text: &[u8], format: &Format, header: bool, rows: usize) -> Result<(Schema, usize), Error> {
    let reader = CsvReader::default()
        .with_header(header)
        .with_delimiter(format.delimiter());
    let infer = |rows| {
        let inferred = reader.infer_schema(Cursor::new(text), Some(rows));
        inferred.map_err(|e| Error::from(DataFusionError::ArrowError(Box::new(e), None)))
    };
    if (text.len() as u64) < SAMPLE {
        return infer(rows);
    }
    // The last row of a cut text may be half a row: a text with an open quote, a date without its end.
    let tolerant = reader
        .clone()
        .with_truncated_rows(true)
        .infer_schema(Cursor::new(text), Some(rows));
    match tolerant {
        Ok((_, seen)) if seen < rows => infer(seen.saturating_sub(1)),
        _ => infer(rows),
    }
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
}
