//! What a function may see of the world.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use tronie_model::{Models, TokenReader};

/// The environment that functions are made with: no session, no paths, no network, only what is in here.
#[derive(Clone)]
pub struct UdfEnv {
    models: Arc<Models>,
    readers: Vec<(&'static str, Arc<dyn TokenReader>)>,
}

impl UdfEnv {
    /// An environment with the models of the process.
    pub fn new(models: Arc<Models>) -> Self {
        Self {
            models,
            readers: Vec::new(),
        }
    }

    /// The same, in which `task` is answered by a reading of token vectors.
    #[must_use]
    pub fn with_reader(mut self, task: &'static str, reader: Arc<dyn TokenReader>) -> Self {
        self.readers.push((task, reader));
        self
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
