//! What an inference library has to offer. `tronie-ort` implements it for ONNX Runtime, [`crate::stub`] for tests.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;

use tronie_common::Kind;

use crate::tabular::TabularGraph;

/// Opens model files.
pub trait Backend: Debug + Send + Sync {
    /// Reads and checks the graph in `file`. Its text inputs are `input_ids` and, if it has them, `attention_mask` and
    /// `token_type_ids`, each `[batch, tokens]`.
    ///
    /// # Errors
    /// When the file is not a graph that this library can run (it has tried), or the library itself is missing.
    fn load(&self, file: &Path) -> Result<Arc<dyn Graph>, BackendError>;

    /// Reads and checks the content of a file with a graph over columns of tables.
    ///
    /// # Errors
    /// When it is not a graph that this library can run, its inputs or outputs are nothing that a table has, or the library
    /// is missing. A backend without such graphs refuses all.
    fn load_tabular(&self, content: &[u8]) -> Result<Arc<dyn TabularGraph>, BackendError> {
        let _ = content;
        Err(BackendError {
            message: "this backend runs no graphs over tables".to_owned(),
            kind: Kind::Missing,
        })
    }
}

/// A loaded graph, from which sessions are opened.
pub trait Graph: Debug + Send + Sync {
    /// The outputs, in the graph's order.
    fn outputs(&self) -> &[GraphOutput];

    /// A session that computes on one thread. Sessions of one graph may share its weights.
    ///
    /// # Errors
    /// When the library cannot open one, for want of memory for instance.
    fn session(&self) -> Result<Box<dyn Session>, BackendError>;
}

/// An output of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphOutput {
    /// Its name.
    pub name: String,
    /// How many numbers it has for each text, where that is known before the first text.
    pub columns: Option<usize>,
}

/// One single-threaded way through a graph.
pub trait Session: Send {
    /// Computes the named outputs for a batch in one pass: a tensor for each, its first dimension the texts.
    ///
    /// # Errors
    /// When the computation fails. The session stays usable.
    fn run(&mut self, batch: &TokenBatch, outputs: &[&str]) -> Result<Vec<Tensor>, BackendError>;
}

/// A rectangular batch of texts: `rows` times `width` tokens, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenBatch {
    /// How many texts.
    pub rows: usize,
    /// Tokens of the longest one.
    pub width: usize,
    /// Token ids; shorter texts are filled up with the padding id.
    pub ids: Vec<i64>,
    /// 1 for a token, 0 for padding.
    pub mask: Vec<i64>,
}

/// A dense result.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// `[texts, columns]`, or `[texts, tokens, columns]`.
    pub shape: Vec<usize>,
    /// The numbers, the last dimension fastest.
    pub values: Vec<f32>,
}

/// What the library said, and what the caller can do about it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct BackendError {
    /// The message, with the next step.
    pub message: String,
    /// What the caller can do.
    pub kind: Kind,
}
