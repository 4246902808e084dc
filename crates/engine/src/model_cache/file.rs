//! One file of kept answers: two columns, the key and the row, and a checksum over both.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeBinaryBuilder, Float32Builder, ListBuilder, RecordBatch,
};
use datafusion::arrow::datatypes::{DataType, Field, Float32Type, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::parquet::basic::{Compression, Encoding, ZstdLevel};
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::schema::types::ColumnPath;
use tronie_common::Kind;
use tronie_model::Entries;

use crate::error::Error;

/// Bytes of a key.
const KEY: i32 = 16;

/// Answers that are put together into one batch of rows.
const BATCH: usize = 65_536;

/// The name of the checksum in the file's metadata.
const CHECKSUM: &str = "tronie.checksum";

fn schema() -> SchemaRef {
    let number = Arc::new(Field::new("item", DataType::Float32, false));
    Arc::new(Schema::new(vec![
        Field::new("key", DataType::FixedSizeBinary(KEY), false),
        Field::new("row", DataType::List(number), false),
    ]))
}

/// The answers as a Parquet file.
pub(super) fn encode(entries: &Entries) -> Result<Vec<u8>, Error> {
    let checksum = KeyValue::new(CHECKSUM.to_owned(), entries.checksum());
    // The bytes of a number at the same place are more alike than its bytes: so they are laid beside each other.
    let numbers = ColumnPath::new(["row", "list", "item"].map(str::to_owned).to_vec());
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_encoding(numbers, Encoding::BYTE_STREAM_SPLIT)
        .set_key_value_metadata(Some(vec![checksum]))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema(), Some(properties)).map_err(of_parquet)?;
    let mut rows = entries.iter();
    loop {
        let batch = batch(rows.by_ref().take(BATCH)).map_err(of_arrow)?;
        if batch.num_rows() == 0 {
            break;
        }
        writer.write(&batch).map_err(of_parquet)?;
    }
    writer.into_inner().map_err(of_parquet)
}

fn batch<'a>(entries: impl Iterator<Item = (&'a [u8; 16], &'a [f32])>) -> Result<RecordBatch, ArrowError> {
    let mut keys = FixedSizeBinaryBuilder::new(KEY);
    let number = Field::new("item", DataType::Float32, false);
    let mut rows = ListBuilder::new(Float32Builder::new()).with_field(number);
    for (key, row) in entries {
        keys.append_value(key)?;
        rows.values().append_slice(row);
        rows.append(true);
    }
    let columns: Vec<ArrayRef> = vec![Arc::new(keys.finish()), Arc::new(rows.finish())];
    RecordBatch::try_new(schema(), columns)
}

/// The answers in a Parquet file.
///
/// # Errors
/// When it is not, to the last bit, what [`encode`] has made.
pub(super) fn decode(content: Bytes) -> Result<Entries, Error> {
    // A file that is broken in an odd place may make the reader panic.
    let read = catch_unwind(AssertUnwindSafe(|| read(content)));
    read.unwrap_or_else(|_| Err(broken("its parts do not fit together")))
}

fn read(content: Bytes) -> Result<Entries, Error> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(content).map_err(of_parquet)?;
    if builder.schema().fields() != schema().fields() {
        return Err(broken("it has other columns than `key` and `row`"));
    }
    let metadata = builder.metadata().file_metadata().key_value_metadata();
    let written = metadata.and_then(|all| all.iter().find(|entry| entry.key == CHECKSUM));
    let written = written.and_then(|entry| entry.value.clone());
    let mut entries = Entries::default();
    for batch in builder.with_batch_size(BATCH).build().map_err(of_parquet)? {
        take(&batch.map_err(of_arrow)?, &mut entries)?;
    }
    if written != Some(entries.checksum()) {
        return Err(broken("its checksum is not that of its content"));
    }
    Ok(entries)
}

fn take(batch: &RecordBatch, entries: &mut Entries) -> Result<(), Error> {
    let (keys, rows) = (batch.column(0).as_fixed_size_binary(), batch.column(1).as_list::<i32>());
    let numbers = rows.values().as_primitive::<Float32Type>();
    if [keys as &dyn Array, rows, numbers]
        .iter()
        .any(|array| array.null_count() > 0)
    {
        return Err(broken("it has nulls"));
    }
    for row in 0..batch.num_rows() {
        let key = keys
            .value(row)
            .try_into()
            .map_err(|_| broken("a key has another length"))?;
        let (start, end) = (rows.value_offsets()[row], rows.value_offsets()[row + 1]);
        entries.push(key, &numbers.values()[start as usize..end as usize]);
    }
    Ok(())
}

fn broken(reason: &str) -> Error {
    Error::new(Kind::Fault, reason)
}

fn of_parquet(error: ParquetError) -> Error {
    Error::new(Kind::Fault, error.to_string())
}

fn of_arrow(error: ArrowError) -> Error {
    Error::new(Kind::Fault, error.to_string())
}
