//! What a function may see of the world.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion_common::Result;
use tronie_common::QueryScope;
use tronie_learn::trained::Trained;
use tronie_model::{Models, TabularGraph, TokenReader};

/// Models that were trained in SQL, by name.
pub trait TrainedModels: Send + Sync {
    /// The model of a name, `name` or `name@version`; `None` if there is none. May wait for a store.
    ///
    /// # Errors
    /// When the registry cannot be read, or has no such version.
    fn find(&self, name: &str) -> Result<Option<Arc<Trained>>>;

    /// The graph of a model that was read from an ONNX file, loaded; `None` if there is no model of that name. May wait for
    /// a store.
    ///
    /// # Errors
    /// As [`find`](Self::find), and when the model has no graph, or it cannot be loaded.
    fn graph(&self, name: &str) -> Result<Option<Arc<dyn TabularGraph>>>;
}

/// A graph that a query has asked for.
struct KeptGraph(Arc<dyn TabularGraph>);

/// The environment that functions are made with: no session, no paths, no network, only what is in here.
#[derive(Clone)]
pub struct UdfEnv {
    models: Arc<Models>,
    readers: Vec<(&'static str, Arc<dyn TokenReader>)>,
    trained: Option<Arc<dyn TrainedModels>>,
}

impl UdfEnv {
    /// An environment with the models of the process.
    pub fn new(models: Arc<Models>) -> Self {
        Self {
            models,
            readers: Vec::new(),
            trained: None,
        }
    }

    /// The same, in which `task` is answered by a reading of token vectors.
    #[must_use]
    pub fn with_reader(mut self, task: &'static str, reader: Arc<dyn TokenReader>) -> Self {
        self.readers.push((task, reader));
        self
    }

    /// The same with models that were trained in SQL.
    #[must_use]
    pub fn with_trained(self, trained: Arc<dyn TrainedModels>) -> Self {
        Self {
            trained: Some(trained),
            ..self
        }
    }

    /// A model that was trained in SQL; `None` if there is none of that name. All of a query gets the same version.
    ///
    /// # Errors
    /// As [`TrainedModels::find`].
    pub fn trained(&self, name: &str, scope: &QueryScope) -> Result<Option<Arc<Trained>>> {
        let Some(trained) = &self.trained else { return Ok(None) };
        let key = format!("trained model {name}");
        if let Some(kept) = scope.kept::<Trained>(&key) {
            return Ok(Some(kept));
        }
        let found = trained.find(name)?;
        Ok(found.map(|found| scope.keep(&key, found)))
    }

    /// The graph of a model that was read from an ONNX file; `None` if there is no model of that name. All of a query gets
    /// the same version.
    ///
    /// # Errors
    /// As [`TrainedModels::graph`].
    pub fn graph(&self, name: &str, scope: &QueryScope) -> Result<Option<Arc<dyn TabularGraph>>> {
        let Some(trained) = &self.trained else { return Ok(None) };
        let key = format!("graph of {name}");
        if let Some(kept) = scope.kept::<KeptGraph>(&key) {
            return Ok(Some(Arc::clone(&kept.0)));
        }
        let found = trained.graph(name)?;
        Ok(found.map(|found| Arc::clone(&scope.keep(&key, Arc::new(KeptGraph(found))).0)))
    }

    /// What reads the token vectors for `task`; `None` if an output of the model answers it.
    pub fn reader(&self, task: &str) -> Option<&Arc<dyn TokenReader>> {
        self.readers
            .iter()
            .find(|(own, _)| *own == task)
            .map(|(_, reader)| reader)
    }

    /// The models.
    pub fn models(&self) -> &Models {
        &self.models
    }
}

impl fmt::Debug for UdfEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UdfEnv")
    }
}

// The planner compares functions to find equal expressions; two are the same if they see the same world.
impl PartialEq for UdfEnv {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.models, &other.models)
    }
}

impl Eq for UdfEnv {}

impl Hash for UdfEnv {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.models).hash(state);
    }
}
