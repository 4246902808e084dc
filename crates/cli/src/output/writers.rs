//! One writer a format.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::csv;
use arrow::datatypes::SchemaRef;
use arrow::json::writer::{JsonArray, JsonFormat, LineDelimited};
use arrow::json::{Writer as JsonWriter, WriterBuilder};
use arrow::util::display::FormatOptions;
use arrow::util::pretty::pretty_format_batches_with_options;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;

use crate::args::Format;

/// Writes batches of one schema.
pub(super) enum Writer<W: Write + Send> {
    Table {
        sink: W,
        schema: SchemaRef,
        batches: Vec<RecordBatch>,
    },
    Csv(csv::Writer<W>),
    Json(JsonWriter<W, JsonArray>),
    Ndjson(JsonWriter<W, LineDelimited>),
    Parquet(ArrowWriter<W>),
}

impl<W: Write + Send> Writer<W> {
    pub(super) fn new(format: Format, sink: W, schema: &SchemaRef) -> io::Result<Self> {
        Ok(match format {
            Format::Table => Self::Table {
                sink,
                schema: schema.clone(),
                batches: Vec::new(),
            },
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new().with_header(true).build(sink);
                // An empty result has a header too.
                writer
                    .write(&RecordBatch::new_empty(schema.clone()))
                    .map_err(io::Error::other)?;
                Self::Csv(writer)
            }
            Format::Json => Self::Json(json(sink)),
            Format::Ndjson => Self::Ndjson(json(sink)),
            Format::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(Default::default()))
                    .build();
                Self::Parquet(ArrowWriter::try_new(sink, schema.clone(), Some(properties)).map_err(io::Error::other)?)
            }
        })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        match self {
            Self::Table { batches, .. } => {
                batches.push(batch.clone());
                Ok(())
            }
            Self::Csv(writer) => writer.write(batch).map_err(cause),
            Self::Json(writer) => writer.write(batch).map_err(cause),
            Self::Ndjson(writer) => writer.write(batch).map_err(cause),
            Self::Parquet(writer) => writer.write(batch).map_err(io::Error::other),
        }
    }

    pub(super) fn finish(self, limit: Option<usize>) -> io::Result<W> {
        match self {
            Self::Table {
                mut sink,
                schema,
                batches,
            } => {
                let (batches, more) = head(schema, batches, limit.unwrap_or(usize::MAX));
                let options = FormatOptions::default().with_null("NULL").with_display_error(true);
                let table = pretty_format_batches_with_options(&batches, &options).map_err(cause)?;
                writeln!(sink, "{table}")?;
                if more {
                    let shown = limit.unwrap_or_default();
                    writeln!(sink, "The first {shown} rows; --max-rows 0 shows all.")?;
                }
                Ok(sink)
            }
            Self::Csv(writer) => Ok(writer.into_inner()),
            Self::Json(mut writer) => {
                writer.finish().map_err(cause)?;
                let mut sink = writer.into_inner();
                writeln!(sink)?;
                Ok(sink)
            }
            Self::Ndjson(mut writer) => {
                writer.finish().map_err(cause)?;
                Ok(writer.into_inner())
            }
            Self::Parquet(writer) => writer.into_inner().map_err(io::Error::other),
        }
    }
}

/// NULLs are written out, so that every object has every key.
fn json<W: Write, F: JsonFormat>(sink: W) -> JsonWriter<W, F> {
    WriterBuilder::new().with_explicit_nulls(true).build(sink)
}

/// The I/O error below an Arrow error, so that a closed pipe is known as such.
fn cause(error: arrow::error::ArrowError) -> io::Error {
    match error {
        arrow::error::ArrowError::IoError(_, inner) => inner,
        other => io::Error::other(other),
    }
}

/// The first `limit` rows, at least one batch for the header, and whether there were more.
fn head(schema: SchemaRef, batches: Vec<RecordBatch>, limit: usize) -> (Vec<RecordBatch>, bool) {
    let mut left = limit;
    let mut more = false;
    let mut shown = vec![RecordBatch::new_empty(schema)];
    for batch in batches {
        let rows = batch.num_rows().min(left);
        more |= rows < batch.num_rows();
        shown.push(batch.slice(0, rows));
        left -= rows;
    }
    (shown, more)
}
