//! Data files on their way into a table.

use std::num::NonZeroU64;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use deltalake::datafile::writer::{DeltaWriter, WriterConfig};
use deltalake::kernel::Add;
use deltalake::kernel::schema::cast::{cast_record_batch, normalize_for_delta};
use deltalake::parquet::basic::{Compression, ZstdLevel};
use deltalake::parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};

use crate::{Error, Place};

/// Bytes from which a data file is closed and another one begun.
const FILE_BYTES: u64 = 128 << 20;

/// Rows that are being written. Dropped before [`Draft::finish`], its files are no part of any table.
pub struct Draft {
    name: String,
    writer: DeltaWriter,
    schema: SchemaRef,
    partition_by: Vec<String>,
    rows: u64,
}

/// A finished draft: files that are complete and that no reader sees yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// The files, as the log will name them.
    pub(crate) files: Vec<Add>,
    /// The columns, as JSON of Delta Lake.
    pub(crate) schema: String,
    /// The columns that the files are grouped by.
    pub(crate) partition_by: Vec<String>,
    /// How many rows they hold.
    pub rows: u64,
}

impl Written {
    /// How many bytes the files have.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size.unsigned_abs()).sum()
    }
}

impl Draft {
    /// Begins files for the table at a place, for rows of `schema`. Types that Delta tables do not have are written as those
    /// nearest to them: whole numbers without a sign as those with one, times as microseconds.
    ///
    /// # Errors
    /// When a column to group by is not there.
    pub fn begin(place: &Place, schema: &SchemaRef, partition_by: &[String]) -> Result<Self, Error> {
        let name = place.name().to_owned();
        if let Some(column) = partition_by.iter().find(|column| schema.index_of(column).is_err()) {
            return Err(Error::Type {
                table: name,
                reason: format!("it has no column `{column}` to be partitioned by"),
            });
        }
        let schema = normalize_for_delta(schema);
        let level = ZstdLevel::try_new(3).unwrap_or_default();
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level));
        let config = WriterConfig::new(
            Arc::clone(&schema),
            partition_by.to_vec(),
            Some(properties.build()),
            NonZeroU64::new(FILE_BYTES),
            None,
            Default::default(),
            None,
        );
        let writer = DeltaWriter::new(place.table().object_store(), config);
        Ok(Self {
            name,
            writer,
            schema,
            partition_by: partition_by.to_vec(),
            rows: 0,
        })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When the columns are not those of the draft, or nothing can be written.
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let failed = Error::of(&self.name);
        let fields = self.schema.fields();
        let batch = cast_record_batch(batch, Arc::clone(&self.schema), false, false).map_err(|e| Error::Type {
            table: self.name.clone(),
            reason: format!("its {} columns do not fit: {e}", fields.len()),
        })?;
        self.rows += batch.num_rows() as u64;
        self.writer.write(&batch).await.map_err(failed)
    }

    /// Closes the files.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn finish(self) -> Result<Written, Error> {
        let schema = crate::publish::kernel_schema(&self.name, &self.schema)?;
        let files = self.writer.close().await.map_err(Error::of(&self.name))?;
        Ok(Written {
            files,
            schema,
            partition_by: self.partition_by,
            rows: self.rows,
        })
    }
}
