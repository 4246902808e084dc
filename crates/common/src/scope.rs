//! The scope of one running query: whether it was cancelled, and what its models did.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion_common::config::{ConfigEntry, ConfigExtension, ExtensionOptions};
use datafusion_common::{DataFusionError, Result};

use parking_lot::Mutex;

use crate::counts::{Counts, Tallies};

/// Shared by everything that works for one query. It travels to the functions among the session's options, which is the
/// only channel that DataFusion offers to a scalar function. Clones are the same scope.
#[derive(Debug, Clone, Default)]
pub struct QueryScope(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    cancelled: AtomicBool,
    tallies: Tallies,
    kept: Mutex<HashMap<String, Arc<dyn Any + Send + Sync>>>,
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

    /// Something that the query has kept under `name`.
    pub fn kept<T: Any + Send + Sync>(&self, name: &str) -> Option<Arc<T>> {
        let kept = self.0.kept.lock();
        kept.get(name).and_then(|kept| Arc::clone(kept).downcast().ok())
    }

    /// Keeps `thing` as long as the query lives. Returns what all of the query shall use: `thing`, or what another thread has
    /// kept under that name before.
    pub fn keep<T: Any + Send + Sync>(&self, name: &str, thing: Arc<T>) -> Arc<T> {
        let mut kept = self.0.kept.lock();
        let first = kept.entry(name.to_owned()).or_insert_with(|| Arc::clone(&thing) as _);
        Arc::clone(first).downcast().unwrap_or(thing)
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
