//! The scope of one running query: whether it was cancelled, and what its models did.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion_common::config::{ConfigEntry, ConfigExtension, ExtensionOptions};
use datafusion_common::{DataFusionError, Result};

use crate::counts::{Counts, Tallies};

/// Shared by everything that works for one query. It travels to the functions among the session's options, which is the
/// only channel that DataFusion offers to a scalar function. Clones are the same scope.
#[derive(Debug, Clone, Default)]
pub struct QueryScope(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    cancelled: AtomicBool,
    tallies: Tallies,
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

    /// Where it is counted what each model does for the query.
    pub fn tallies(&self) -> &Tallies {
        &self.0.tallies
    }

    /// What all models have done for the query so far.
    pub fn counts(&self) -> Counts {
        self.0.tallies.counts().into_iter().map(|(_, counts)| counts).sum()
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
