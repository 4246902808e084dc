//! Where a table is.

use std::sync::Arc;

use deltalake::DeltaTable;
use deltalake::logstore::{StorageConfig, default_logstore};
use object_store::ObjectStore;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use url::Url;

/// A folder of an object store.
#[derive(Debug, Clone)]
pub struct Place {
    store: Arc<dyn ObjectStore>,
    url: Url,
    prefix: Path,
}

impl Place {
    /// The folder at `prefix` of `store`; `url` is the URL of the folder.
    pub fn new(store: Arc<dyn ObjectStore>, prefix: Path, mut url: Url) -> Self {
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Self { store, url, prefix }
    }

    /// A folder in this one.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(name).push("");
        }
        Self {
            store: Arc::clone(&self.store),
            prefix: self.prefix.clone().join(name),
            url,
        }
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// The folder in the store.
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// The folder on a disk of this machine, if it is on one.
    pub fn local(&self) -> Option<std::path::PathBuf> {
        match self.url.scheme() {
            "file" => self.url.to_file_path().ok(),
            _ => None,
        }
    }

    /// The folder's name, for messages.
    pub fn name(&self) -> &str {
        self.prefix.filename().unwrap_or(self.url.as_str())
    }

    /// A table that is there or not.
    pub(crate) fn table(&self) -> DeltaTable {
        let inside = PrefixStore::new(Arc::clone(&self.store), self.prefix.clone());
        let config = StorageConfig::default();
        DeltaTable::new(default_logstore(
            Arc::new(inside),
            Arc::clone(&self.store),
            &self.url,
            &config,
        ))
    }
}
