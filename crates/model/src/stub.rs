//! A backend without weights, for exact tests: a function of the token ids.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::backend::{Backend, BackendError, Graph, GraphOutput, Session, Tensor, TokenBatch};

type Answer = dyn Fn(&[i64]) -> Result<Vec<f32>, BackendError> + Send + Sync;

/// Answers each text by a function of its token ids, padding left out, and counts what it was asked.
#[derive(Clone)]
pub struct Stub {
    outputs: Vec<GraphOutput>,
    answer: Arc<Answer>,
    /// The output with a vector for each token.
    tokens: Option<String>,
    runs: Arc<AtomicUsize>,
    texts: Arc<AtomicUsize>,
    widest: Arc<AtomicUsize>,
}

impl Stub {
    /// A backend whose graphs have the given outputs, all computed by `answer`.
    pub fn new(
        outputs: &[&str],
        answer: impl Fn(&[i64]) -> Result<Vec<f32>, BackendError> + Send + Sync + 'static,
    ) -> Self {
        let outputs = outputs
            .iter()
            .map(|&name| GraphOutput {
                name: name.to_owned(),
                columns: None,
            })
            .collect();
        Self {
            outputs,
            answer: Arc::new(answer),
            tokens: None,
            runs: Arc::default(),
            texts: Arc::default(),
            widest: Arc::default(),
        }
    }

    /// The same, saying beforehand how many numbers each answer has.
    #[must_use]
    pub fn with_columns(mut self, columns: usize) -> Self {
        for output in &mut self.outputs {
            output.columns = Some(columns);
        }
        self
    }

    /// The same, whose output `name` has for each token what a text of that token alone is answered.
    #[must_use]
    pub fn with_tokens(mut self, name: &str) -> Self {
        self.tokens = Some(name.to_owned());
        self
    }

    /// How often a session ran.
    pub fn runs(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }

    /// How many texts the sessions were given.
    pub fn texts(&self) -> usize {
        self.texts.load(Ordering::Relaxed)
    }

    /// The most tokens that a session was given at once, padding included.
    pub fn widest(&self) -> usize {
        self.widest.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stub")
            .field("outputs", &self.outputs)
            .finish_non_exhaustive()
    }
}

impl Backend for Stub {
    fn load(&self, _: &Path) -> Result<Arc<dyn Graph>, BackendError> {
        Ok(Arc::new(self.clone()))
    }
}

impl Graph for Stub {
    fn outputs(&self) -> &[GraphOutput] {
        &self.outputs
    }

    fn session(&self) -> Result<Box<dyn Session>, BackendError> {
        Ok(Box::new(self.clone()))
    }
}

impl Session for Stub {
    fn run(&mut self, batch: &TokenBatch, outputs: &[&str]) -> Result<Vec<Tensor>, BackendError> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.texts.fetch_add(batch.rows, Ordering::Relaxed);
        self.widest.fetch_max(batch.ids.len(), Ordering::Relaxed);
        let mut values = Vec::new();
        for (ids, mask) in batch.ids.chunks(batch.width).zip(batch.mask.chunks(batch.width)) {
            let length = mask.iter().filter(|&&m| m == 1).count();
            values.extend((self.answer)(&ids[..length])?);
        }
        let tensor = Tensor {
            shape: vec![batch.rows, values.len() / batch.rows.max(1)],
            values,
        };
        let by_name = |name: &&str| match &self.tokens {
            Some(own) if own == name => self.by_token(batch),
            _ => Ok(tensor.clone()),
        };
        outputs.iter().map(by_name).collect()
    }
}

impl Stub {
    fn by_token(&self, batch: &TokenBatch) -> Result<Tensor, BackendError> {
        let vectors = batch.ids.iter().map(|&id| (self.answer)(&[id]));
        let values = vectors.collect::<Result<Vec<_>, _>>()?.concat();
        Ok(Tensor {
            shape: vec![batch.rows, batch.width, values.len() / batch.ids.len().max(1)],
            values,
        })
    }
}
