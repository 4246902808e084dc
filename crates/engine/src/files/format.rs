//! File formats by the end of the name.

use std::sync::Arc;

use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::arrow::ArrowFormat;
use datafusion::datasource::file_format::csv::CsvFormat;
use datafusion::datasource::file_format::file_compression_type::FileCompressionType;
use datafusion::datasource::file_format::json::JsonFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;

/// Rows from which the columns of CSV and JSON files are inferred.
pub(crate) const ROWS_TO_INFER: usize = 10_000;

/// How the bytes of a file are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) kind: Kind,
    pub(crate) compression: FileCompressionType,
    /// The end of the names of such files, dot included.
    pub(crate) extension: &'static str,
    compression_extension: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Parquet,
    Csv,
    Tsv,
    Json,
    Arrow,
}

/// The formats, for messages.
pub(crate) const KNOWN: &str =
    "parquet, csv, tsv, json, ndjson, jsonl, arrow; csv and json also with gz, zst, bz2 or xz";

const KINDS: [(&str, Kind); 7] = [
    (".parquet", Kind::Parquet),
    (".csv", Kind::Csv),
    (".tsv", Kind::Tsv),
    (".json", Kind::Json),
    (".ndjson", Kind::Json),
    (".jsonl", Kind::Json),
    (".arrow", Kind::Arrow),
];

const COMPRESSIONS: [(&str, FileCompressionType); 4] = [
    (".gz", FileCompressionType::GZIP),
    (".zst", FileCompressionType::ZSTD),
    (".bz2", FileCompressionType::BZIP2),
    (".xz", FileCompressionType::XZ),
];

impl Format {
    /// The format of the file called `name`.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let end = |(extension, _): &(&'static str, FileCompressionType)| name.ends_with(extension);
        let (compression_extension, compression) = COMPRESSIONS
            .into_iter()
            .find(end)
            .unwrap_or(("", FileCompressionType::UNCOMPRESSED));
        let plain = name.strip_suffix(compression_extension).unwrap_or(&name);
        let (extension, kind) = KINDS.into_iter().find(|(extension, _)| plain.ends_with(extension))?;
        // Parquet and Arrow files compress their own pages.
        let compressible = matches!(kind, Kind::Csv | Kind::Tsv | Kind::Json);
        (compressible || compression_extension.is_empty()).then_some(Self {
            kind,
            compression,
            extension,
            compression_extension,
        })
    }

    /// What separates the fields of a line.
    pub(crate) fn delimiter(&self) -> u8 {
        if self.kind == Kind::Tsv { b'\t' } else { b',' }
    }

    /// The end of the names of such files, `.csv.gz` for instance.
    pub(crate) fn suffix(&self) -> String {
        format!("{}{}", self.extension, self.compression_extension)
    }

    /// The reader. `json_array` tells that a JSON file is one array and not a value a line.
    pub(crate) fn reader(&self, json_array: bool) -> Arc<dyn FileFormat> {
        let csv = CsvFormat::default();
        match self.kind {
            Kind::Parquet => Arc::new(ParquetFormat::default()),
            Kind::Csv | Kind::Tsv => Arc::new(
                csv.with_delimiter(self.delimiter())
                    .with_file_compression_type(self.compression),
            ),
            Kind::Json => Arc::new(
                JsonFormat::default()
                    .with_schema_infer_max_rec(ROWS_TO_INFER)
                    .with_newline_delimited(!json_array)
                    .with_file_compression_type(self.compression),
            ),
            Kind::Arrow => Arc::new(ArrowFormat),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_name_tells_format_and_compression() {
        let of = |name| Format::of(name).map(|format| (format.kind, format.compression));
        assert_eq!(of("a.csv"), Some((Kind::Csv, FileCompressionType::UNCOMPRESSED)));
        assert_eq!(of("a.tsv.zst"), Some((Kind::Tsv, FileCompressionType::ZSTD)));
        assert_eq!(of("a.b.jsonl.gz"), Some((Kind::Json, FileCompressionType::GZIP)));
        assert_eq!(
            of("a.parquet"),
            Some((Kind::Parquet, FileCompressionType::UNCOMPRESSED))
        );
        assert_eq!(of("a.parquet.gz"), None);
        assert_eq!(of("A.CSV"), Some((Kind::Csv, FileCompressionType::UNCOMPRESSED)));
        assert_eq!(of("a.txt"), None);
        assert_eq!(of("csv"), None);
    }
}
