//! What can be asked of a model: one of its outputs, or a reading of its token vectors.

use std::fmt::Debug;
use std::sync::Arc;

use crate::loaded::Model;
use crate::manifest::{Output, OutputKind};

/// One question to a model about a text. Several questions about the same text cost one pass of the model.
#[derive(Debug, Clone)]
pub struct Question {
    /// The output that is read.
    pub output: Output,
    /// Makes a row of a text's token vectors; `None` where the output has one row a text already.
    pub reader: Option<Arc<dyn TokenReader>>,
}

/// Reads the token vectors of a text into one short row, on the model's own thread: the vectors themselves, thousands of
/// numbers a text, are never kept.
pub trait TokenReader: Debug + Send + Sync {
    /// Tells its rows from those of other readers and of other versions of itself.
    fn name(&self) -> &str;

    /// The row of one text.
    fn read(&self, tokens: &TokenVectors<'_>) -> Vec<f32>;

    /// Whether a row of finite numbers that was kept since another run can be one of this reader's.
    fn accepts(&self, _row: &[f32]) -> bool {
        true
    }
}

/// The tokens of a text and what the model made of each.
#[derive(Debug)]
pub struct TokenVectors<'a> {
    /// The text as it was given.
    pub text: &'a str,
    /// The bytes of `text` that each token stands for; empty for special tokens.
    pub spans: &'a [(usize, usize)],
    /// `spans.len() * columns` numbers, token by token.
    pub vectors: &'a [f32],
    /// Numbers a token.
    pub columns: usize,
}

impl TokenVectors<'_> {
    /// The vector of one token.
    pub fn vector(&self, token: usize) -> &[f32] {
        &self.vectors[token * self.columns..(token + 1) * self.columns]
    }
}

impl Question {
    /// The question that an output with one row a text answers.
    pub fn of(output: &Output) -> Self {
        Self {
            output: output.clone(),
            reader: None,
        }
    }

    /// Whether another question has the same answers.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name() == other.name()
    }

    /// Tells its answers from those to other questions about the same text.
    pub(crate) fn name(&self) -> String {
        match &self.reader {
            None => self.output.name.clone(),
            Some(reader) => format!("{} by {}", self.output.name, reader.name()),
        }
    }

    /// Whether a row that was kept since another run can be the model's answer.
    pub(crate) fn accepts(&self, model: &Model, row: &[f32]) -> bool {
        row.iter().all(|value| value.is_finite())
            && match (&self.reader, self.output.kind) {
                (Some(reader), _) => reader.accepts(row),
                (None, OutputKind::Logits) => row.len() == self.output.labels.len(),
                (None, _) => match model.columns(&self.output) {
                    0 => !row.is_empty(),
                    columns => row.len() == columns,
                },
            }
    }
}
