//! The scope of one running query: whether it was cancelled, and what its models did.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use datafusion_common::config::{ConfigEntry, ConfigExtension, ExtensionOptions};
use datafusion_common::{DataFusionError, Result};

/// Shared by everything that works for one query. It travels to the functions among the session's options, which is the
/// only channel that DataFusion offers to a scalar function. Clones are the same scope.
#[derive(Debug, Clone, Default)]
pub struct QueryScope(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    cancelled: AtomicBool,
    texts: AtomicU64,
    inferred: AtomicU64,
    tokens: AtomicU64,
    padded: AtomicU64,
    batches: AtomicU64,
}

/// What the models have done for a query so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Texts answered: rows that are neither NULL nor blank, each time a function read them.
    pub texts: u64,
    /// Texts that went through a model; the others repeated one, or came from a cache.
    pub inferred: u64,
    /// Tokens of the inferred texts, without padding.
    pub tokens: u64,
    /// Padding tokens that were computed beside them.
    pub padded: u64,
    /// Runs of a model.
    pub batches: u64,
}

impl Counts {
    /// Texts that are answered so far, also within a call that has not returned yet.
    pub fn answered(&self) -> u64 {
        self.texts.max(self.inferred)
    }
}

impl QueryScope {
    /// Asks everything that works for this query to stop at the next batch of texts.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// Notes `texts` rows answered.
    pub fn add_texts(&self, texts: usize) {
        self.0.texts.fetch_add(texts as u64, Ordering::Relaxed);
    }

    /// Notes one run of a model over `texts` texts of together `tokens` tokens, plus `padded` tokens of padding.
    pub fn add_batch(&self, texts: usize, tokens: usize, padded: usize) {
        self.0.inferred.fetch_add(texts as u64, Ordering::Relaxed);
        self.0.tokens.fetch_add(tokens as u64, Ordering::Relaxed);
        self.0.padded.fetch_add(padded as u64, Ordering::Relaxed);
        self.0.batches.fetch_add(1, Ordering::Relaxed);
    }

    /// The counts so far.
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            texts: read(&self.0.texts),
            inferred: read(&self.0.inferred),
            tokens: read(&self.0.tokens),
            padded: read(&self.0.padded),
            batches: read(&self.0.batches),
        }
    }
}

impl ConfigExtension for QueryScope {
    const PREFIX: &'static str = "tronie_query";
}

impl ExtensionOptions for QueryScope {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn cloned(&self) -> Box<dyn ExtensionOptions> {
        Box::new(self.clone())
    }

    fn set(&mut self, key: &str, _: &str) -> Result<()> {
        Err(DataFusionError::Configuration(format!(
            "there is no option `tronie_query.{key}`"
        )))
    }

    fn entries(&self) -> Vec<ConfigEntry> {
        Vec::new()
    }
}
