//! What is known of a run.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use crate::config::Severity;
use crate::error::Error;
use crate::layout::Layout;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its tables are published.
    Published,
    /// There was nothing new, and nothing was done.
    Unchanged,
    /// Checks found rows; nothing was published.
    ChecksFailed,
    /// A step failed; nothing was published.
    Failed,
}

impl Status {
    /// As it is shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Unchanged => "unchanged",
            Self::ChecksFailed => "checks_failed",
            Self::Failed => "failed",
        }
    }
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Its name, which starts with the time of its start: `20261101T020000Z-1f3a`.
    pub run: String,
    /// The pipeline.
    pub pipeline: String,
    /// How it ended.
    pub status: Status,
    /// Why it failed.
    pub error: Option<String>,
    /// When it started, in milliseconds since 1970.
    pub started: i64,
    /// How long it took.
    pub seconds: f64,
    /// What it was told.
    pub parameters: BTreeMap<String, String>,
    /// What it was to make; everything if empty.
    pub selected: Vec<String>,
    /// The digest of everything that its results depend on.
    pub fingerprint: String,
    /// The digest of the SQL of all its steps.
    pub sql_digest: String,
    /// Of which version of Tronie.
    pub tronie: String,
    /// What it read.
    pub inputs: Vec<Input>,
    /// What it did.
    pub steps: Vec<StepRecord>,
    /// What was checked.
    pub checks: Vec<CheckRecord>,
    /// What it published.
    pub outputs: Vec<OutputRecord>,
    /// What inference took.
    pub inference: Inference,
}

/// What a run read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// The source.
    pub source: String,
    /// Where it is.
    pub location: String,
    /// How many files it has.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// The digest of their names, sizes and versions.
    pub digest: String,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its name.
    pub step: String,
    /// `view`, `table` or `model`.
    pub kind: String,
    /// What it read.
    pub reads: Vec<String>,
    /// How many rows it made; none for a view.
    pub rows: Option<u64>,
    /// How long it took.
    pub seconds: f64,
    /// Which version of the model it made.
    pub model: Option<String>,
    /// What its columns are made of.
    #[serde(default)]
    pub columns: Vec<ColumnRecord>,
}

/// A column that a step made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnRecord {
    /// Its name.
    pub column: String,
    /// The columns of steps and sources that it is made of, as `table.column`.
    pub from: Vec<String>,
}

/// A check of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// Its name.
    pub check: String,
    /// What a finding does.
    pub severity: Severity,
    /// How many rows it found; counted up to a limit.
    pub found: u64,
    /// The first of them, or what is wrong.
    pub example: Option<String>,
}

/// A table that a run published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputRecord {
    /// The table.
    pub table: String,
    /// Its version.
    pub version: u64,
    /// How many rows it has.
    pub rows: u64,
    /// How many bytes its files have.
    pub bytes: u64,
}

/// What inference took.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Inference {
    /// Texts that models were asked about.
    pub texts: u64,
    /// Those that were inferred, and not remembered.
    pub inferred: u64,
    /// Seconds of all threads together.
    pub seconds: f64,
}

impl Layout {
    /// Keeps a record.
    pub(crate) async fn keep(&self, record: &RunRecord) -> Result<(), Error> {
        let path = self.runs().join(format!("{}.json", record.run));
        self.write(&path, record).await
    }

    /// The newest records, the newest first.
    pub(crate) async fn records(&self, most: usize) -> Result<Vec<RunRecord>, Error> {
        let mut records = Vec::new();
        for file in self.record_files().await?.into_iter().take(most) {
            records.extend(self.read::<RunRecord>(&file).await?);
        }
        Ok(records)
    }

    /// The newest record that is as it should be.
    pub(crate) async fn newest(&self, is_wanted: impl Fn(&RunRecord) -> bool) -> Result<Option<RunRecord>, Error> {
        for file in self.record_files().await? {
            let record = self.read::<RunRecord>(&file).await?;
            if let Some(record) = record.filter(&is_wanted) {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// The files of all records, the newest first.
    async fn record_files(&self) -> Result<Vec<Path>, Error> {
        let listed: Result<Vec<_>, _> = self.store().list(Some(&self.runs())).try_collect().await;
        let files = match listed {
            Err(object_store::Error::NotFound { .. }) => Vec::new(),
            listed => listed?,
        };
        let mut files: Vec<Path> = files
            .into_iter()
            .map(|file: object_store::ObjectMeta| file.location)
            .collect();
        files.sort_by(|a, b| b.cmp(a));
        Ok(files)
    }
}

/// A name for a run that starts now.
pub(crate) fn run_name(now: chrono::DateTime<chrono::Utc>) -> String {
    use std::hash::BuildHasher;
    let random = std::collections::hash_map::RandomState::new().hash_one(std::process::id());
    format!("{}-{:04x}", now.format("%Y%m%dT%H%M%S%.3fZ"), random as u16)
}
