//! What is kept of a trained model: a version, and the log's entries that say which versions there are.

use serde::{Deserialize, Serialize};
use tronie_common::Kind;
use tronie_learn::trained::Trained;

use super::syntax::ModelName;
use crate::error::Error;

/// A version of a model, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// What answers.
    pub(crate) trained: Trained,
    /// `linear_reg`, `logistic_reg`, `kmeans`, `text_classifier` or `onnx`.
    pub(crate) model_type: String,
    /// The statement that made it.
    pub(crate) statement: String,
    /// The column that it predicts, if any, and its type.
    pub(crate) label: Option<Label>,
    /// The columns that it reads, and their types when it was trained.
    pub(crate) columns: Vec<(String, String)>,
    /// Rows that it was trained with.
    pub(crate) rows: u64,
    /// Rows left out because the label was missing.
    pub(crate) skipped: u64,
    /// Rows of the validation part, on which `metrics` were taken; 0 if they are of the training rows.
    pub(crate) validation_rows: u64,
    /// How good it is.
    pub(crate) metrics: Vec<(String, f64)>,
    /// How much each column matters.
    pub(crate) importance: Vec<(String, f64)>,
    /// What was tried, if hyper-parameters were searched: their text, and the metric they were chosen by.
    pub(crate) trials: Vec<(String, f64)>,
    /// What the fit has to say: convergence, rank, separation.
    pub(crate) notes: Vec<(String, String)>,
    /// Seconds since 1970 when it was made.
    pub(crate) created: u64,
}

impl Kept {
    /// Whether it learned from rows of a query, and is not from a file.
    pub(crate) fn is_trained_here(&self) -> bool {
        !matches!(self.trained, Trained::Onnx(_))
    }
}

/// The column that a model predicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Label {
    pub(crate) name: String,
    /// Its Arrow type as text, such as `Int64`.
    pub(crate) data_type: String,
}

/// A version in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) version: u32,
    /// Its folder.
    pub(super) folder: String,
    /// BLAKE3 of its manifest.
    pub(crate) digest: String,
    pub(crate) model_type: String,
    pub(crate) label: Option<String>,
    pub(crate) rows: u64,
    pub(crate) created: u64,
    /// The metric that it is known by.
    pub(crate) metric: Option<String>,
}

/// An entry of the log: all that is true of a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub(crate) struct Entry {
    /// The versions that exist, the oldest first.
    pub(crate) versions: Vec<Version>,
    /// Which one is meant where none is said.
    pub(crate) default: Option<u32>,
    /// The highest version there ever was: a number is not used again.
    pub(super) last: u32,
}

impl Entry {
    /// The version that is meant.
    pub(crate) fn version(&self, name: &ModelName) -> Result<&Version, Error> {
        let wanted = name.version.or(self.default);
        let found = self.versions.iter().find(|version| Some(version.version) == wanted);
        found.ok_or_else(|| {
            let there: Vec<String> = self.versions.iter().map(|v| v.version.to_string()).collect();
            let there = there.join(", ");
            let ModelName { name, .. } = name;
            let wanted = wanted.unwrap_or_default();
            missing(format!(
                "model `{name}` has no version {wanted} (versions there: {there})"
            ))
        })
    }
}

/// The error for what the registry does not have.
pub(super) fn missing(message: String) -> Error {
    Error::new(Kind::Missing, message)
}
