//! Where models are found by name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::ModelError;
use crate::manifest::Manifest;

/// Folders that hold model folders. Earlier ones win where two hold the same name.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    folders: Vec<PathBuf>,
}

impl Registry {
    /// A registry over `folders`; those that do not exist are empty.
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders }
    }

    /// The folder of the model called `name`: by name in the registry, or a path to a model folder.
    ///
    /// # Errors
    /// [`ModelError::Unknown`] with the names that exist.
    pub fn find(&self, name: &str) -> Result<PathBuf, ModelError> {
        if is_name(name) {
            let in_registry = self.folders.iter().map(|folder| folder.join(name));
            if let Some(folder) = in_registry.into_iter().find(|folder| Manifest::exists_in(folder)) {
                return Ok(folder);
            }
        }
        let path = Path::new(name);
        if path.is_dir() {
            // Manifest::read says what is missing in it.
            return Ok(path.to_path_buf());
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
