//! Runs Tronie's text models, and models over tables, on ONNX Runtime. The only crate that knows the library.
//!
//! The library is loaded at the first model, from the first of the places given that has it, and sends nothing out. Each
//! session computes on the thread that runs it; how many there are is `tronie-model`'s business.

mod graph;
mod library;
mod tabular;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ort::environment::Environment;
use tronie_model::{Backend, BackendError, Graph, TabularGraph};

use crate::graph::OnnxGraph;
use crate::tabular::OnnxTable;

/// ONNX Runtime as a [`Backend`].
#[derive(Debug)]
pub struct OnnxRuntime {
    libraries: Vec<PathBuf>,
}

impl OnnxRuntime {
    /// A backend that loads the first of `libraries` that exists. Nothing is loaded before the first model.
    pub fn new(libraries: Vec<PathBuf>) -> Self {
        Self { libraries }
    }

    fn environment(&self) -> Result<Environment, BackendError> {
        library::environment(&self.libraries)
    }
}

impl Backend for OnnxRuntime {
    fn load(&self, file: &Path) -> Result<Arc<dyn Graph>, BackendError> {
        Ok(Arc::new(OnnxGraph::load(self.environment()?, file)?))
    }

    fn load_tabular(&self, content: &[u8]) -> Result<Arc<dyn TabularGraph>, BackendError> {
        Ok(Arc::new(OnnxTable::load(self.environment()?, content)?))
    }
}

#[cfg(test)]
mod tests;
