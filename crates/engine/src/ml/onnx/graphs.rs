//! Graphs of models from ONNX files, each loaded once.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::task::block_in_place;
use tronie_common::Kind;
use tronie_learn::trained::Trained;
use tronie_model::{Backend, TabularGraph};

use crate::error::Error;
use crate::ml::kept::{Kept, Version};
use crate::ml::registry::TrainedRegistry;

/// How many graphs are kept loaded.
const LOADED: usize = 64;

/// Graphs, and what runs them.
pub(crate) struct Graphs {
    backend: Arc<dyn Backend>,
    /// By the digest of their file.
    loaded: Mutex<HashMap<String, Arc<dyn TabularGraph>>>,
}

impl Graphs {
    pub(crate) fn new(backend: Arc<dyn Backend>) -> Self {
        Self {
            backend,
            loaded: Mutex::default(),
        }
    }

    /// Loads the content of an ONNX file.
    ///
    /// # Errors
    /// When it cannot be run.
    pub(crate) fn load(&self, content: &[u8]) -> Result<Arc<dyn TabularGraph>, Error> {
        let loaded = block_in_place(|| self.backend.load_tabular(content));
        loaded.map_err(|e| Error::new(e.kind, e.message))
    }

    /// The graph of a version.
    ///
    /// # Errors
    /// When it has none, or its file is not the one that was kept.
    pub(crate) async fn of_version(
        &self,
        registry: &TrainedRegistry,
        name: &str,
        version: &Version,
        kept: &Kept,
    ) -> Result<Arc<dyn TabularGraph>, Error> {
        let Trained::Onnx(model) = &kept.trained else {
            let message = format!("model `{name}` is a {}, which has no ONNX file", kept.model_type);
            return Err(Error::new(Kind::Input, message));
        };
        if let Some(graph) = self.loaded.lock().get(&model.digest) {
            return Ok(Arc::clone(graph));
        }
        let content = registry.file(name, version, &model.file).await?;
        if blake3::hash(&content).to_hex().as_str() != model.digest {
            let number = version.version;
            let next = "make it again by CREATE OR REPLACE MODEL";
            return Err(Error::new(
                Kind::Fault,
                format!("the file of model `{name}@{number}` is not as it was written; {next}"),
            ));
        }
        let graph = self.load(&content)?;
        let mut loaded = self.loaded.lock();
        if loaded.len() >= LOADED {
            // Queries that run keep theirs.
            loaded.clear();
        }
        Ok(Arc::clone(loaded.entry(model.digest.clone()).or_insert(graph)))
    }
}
