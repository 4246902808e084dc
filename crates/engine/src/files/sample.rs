//! The beginnings of files.

use std::io::{self, Cursor, Read};

use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

use super::format::Format;
use crate::error::Error;

/// The beginning of a file, decompressed.
#[derive(Debug)]
pub(crate) struct Sample {
    /// At most as many bytes as were asked for.
    pub(crate) bytes: Vec<u8>,
    /// Whether the file goes on behind them.
    pub(crate) cut: bool,
}

/// Reads the first `limit` bytes of a file.
///
/// # Errors
/// When it cannot be read or decompressed.
pub(crate) async fn sample(
    store: &dyn ObjectStore,
    file: &ObjectMeta,
    format: &Format,
    limit: u64,
) -> Result<Sample, Error> {
    let packed = store.get_range(&file.location, 0..file.size.min(limit)).await?;
    let packed_cut = file.size > limit;
    let mut bytes = Vec::new();
    let mut reader = format.compression.convert_read(Cursor::new(packed))?.take(limit);
    match reader.read_to_end(&mut bytes) {
        // A compressed file that was cut ends in the middle of something.
        Err(e) if packed_cut && e.kind() == io::ErrorKind::UnexpectedEof => {}
        Err(e) => {
            let name = file.location.filename().unwrap_or_default();
            let error = ArrowError::CsvError(format!("`{name}` cannot be decompressed: {e}"));
            return Err(Error::from(DataFusionError::ArrowError(Box::new(error), None)));
        }
        Ok(_) => {}
    }
    let cut = packed_cut || bytes.len() as u64 == limit;
    Ok(Sample { bytes, cut })
}
