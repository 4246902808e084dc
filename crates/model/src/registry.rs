//! Where models are found by name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tronie_common::Kind;

use crate::error::ModelError;
use crate::manifest::Manifest;
use crate::remote::{LocalFolder, RemoteFolders, is_url};

/// Folders that hold model folders. Earlier ones win where two hold the same name.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    folders: Vec<PathBuf>,
    remote: Option<Arc<dyn RemoteFolders>>,
}

impl Registry {
    /// A registry over `folders`; those that do not exist are empty.
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders, remote: None }
    }

    /// The same, in which models may be named by URLs as well.
    #[must_use]
    pub fn with_remote(self, remote: Arc<dyn RemoteFolders>) -> Self {
        Self {
            remote: Some(remote),
            ..self
        }
    }

    /// The folder of the model called `name`: by name in the registry, a path to a model folder, or the URL of one that
    /// was brought here.
    ///
    /// # Errors
    /// [`ModelError::Unknown`] with the names that exist; for a URL [`ModelError::Remote`].
    pub fn find(&self, name: &str) -> Result<LocalFolder, ModelError> {
        if is_url(name) {
            let none = || ModelError::Remote {
                reason: "models are not read from URLs here; name a folder".to_owned(),
                kind: Kind::Input,
            };
            return self.remote.as_ref().ok_or_else(none)?.folder(name);
        }
        if is_name(name) {
            let in_registry = self.folders.iter().map(|folder| folder.join(name));
            if let Some(folder) = in_registry.into_iter().find(|folder| Manifest::exists_in(folder)) {
                return Ok(LocalFolder::new(folder));
            }
        }
        let path = Path::new(name);
        if path.is_dir() {
            // Manifest::read says what is missing in it.
            return Ok(LocalFolder::new(path.to_path_buf()));
        }
        let known = self.names();
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            format!("`{}`", known.join("`, `"))
        };
        Err(ModelError::Unknown {
            name: name.to_owned(),
            known,
        })
    }

    /// The names that [`find`](Self::find) knows, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = self
            .folders
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok())
            .flatten()
            .flatten();
        let models = entries.filter(|entry| Manifest::exists_in(&entry.path()));
        models
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}

/// Whether `name` is a plain name, not a path that leads elsewhere.
fn is_name(name: &str) -> bool {
    !name.starts_with('.') && !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.@".contains(c))
}
