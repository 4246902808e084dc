//! Model folders that lie elsewhere: what brings them here, and how long they stay.

use std::any::Any;
use std::fmt::{self, Debug};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::ModelError;

/// Brings the model folders behind URLs to this machine. Planning a query must not wait for a network, so they are
/// brought before, by whoever plans; here is only asked what has come.
pub trait RemoteFolders: Debug + Send + Sync {
    /// The folder that was brought for `url` last.
    ///
    /// # Errors
    /// [`ModelError::Remote`] when none was: it could not be reached, or could not be seen before planning.
    fn folder(&self, url: &str) -> Result<LocalFolder, ModelError>;
}

/// A model folder on this machine, and what keeps it there.
#[derive(Clone)]
pub struct LocalFolder {
    path: PathBuf,
    hold: Option<Arc<dyn Any + Send + Sync>>,
}

impl LocalFolder {
    /// A folder that stays where it is.
    pub fn new(path: PathBuf) -> Self {
        Self { path, hold: None }
    }

    /// A copy that may be removed when nobody has `hold` any more.
    pub fn held(path: PathBuf, hold: Arc<dyn Any + Send + Sync>) -> Self {
        Self { path, hold: Some(hold) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Debug for LocalFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalFolder")
            .field("path", &self.path)
            .field("is_held", &self.hold.is_some())
            .finish()
    }
}

/// Whether a model is named by a URL.
pub fn is_url(name: &str) -> bool {
    name.contains("://")
}
