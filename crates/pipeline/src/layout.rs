//! Where a pipeline keeps what is its own, in the warehouse under `_tronie/pipelines/<name>/`.

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tronie_lake::Place;

use crate::error::Error;

/// The folder that Tronie keeps for itself in a warehouse.
const OWN_FOLDER: &str = "_tronie";

/// The folder of what pipelines keep, in a warehouse.
pub(crate) const PIPELINES_FOLDER: &str = "_tronie/pipelines";

/// A pipeline's own folder.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    warehouse: Place,
    own: Place,
    /// The warehouse as the user wrote it, for SQL.
    url: String,
}

impl Layout {
    pub(crate) fn new(warehouse: Place, url: &str, pipeline: &str) -> Self {
        Self {
            own: warehouse.join(OWN_FOLDER).join("pipelines").join(pipeline),
            warehouse,
            url: url.trim_end_matches('/').to_owned(),
        }
    }

    /// A published table.
    pub(crate) fn table(&self, name: &str) -> Place {
        self.warehouse.join(name)
    }

    /// A published table, as SQL reads it: a path in quotes.
    pub(crate) fn table_sql(&self, name: &str) -> String {
        quoted(&format!("{}/{name}/", self.url))
    }

    /// The folder of a step of a run, as SQL reads and writes it.
    pub(crate) fn work_sql(&self, pipeline: &str, run: &str, step: &str) -> String {
        quoted(&format!(
            "{}/{OWN_FOLDER}/pipelines/{pipeline}/work/{run}/{step}/",
            self.url
        ))
    }

    /// The folder of kept answers of models.
    pub(crate) fn answers(&self) -> Path {
        self.warehouse.join(OWN_FOLDER).join("model_cache").prefix().clone()
    }

    /// Removes everything below a folder, and counts it.
    pub(crate) async fn remove_all(&self, folder: &Path) -> Result<u64, Error> {
        let listed: Result<Vec<_>, _> = self.store().list(Some(folder)).try_collect().await;
        let files = match listed {
            Err(object_store::Error::NotFound { .. }) => Vec::new(),
            listed => listed?,
        };
        for file in &files {
            self.store().delete(&file.location).await?;
        }
        Ok(files.len() as u64)
    }

    /// The folder of records of runs.
    pub(crate) fn runs(&self) -> Path {
        self.own.prefix().clone().join("runs")
    }

    /// What is being published.
    pub(crate) fn publishing(&self) -> Path {
        self.own.prefix().clone().join("publishing.json")
    }

    /// The folder of the lock.
    pub(crate) fn lock(&self) -> Place {
        self.own.join("lock")
    }

    pub(crate) fn store(&self) -> &dyn ObjectStore {
        self.warehouse.store().as_ref()
    }

    /// Writes a file of JSON.
    pub(crate) async fn write(&self, path: &Path, value: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(value).map_err(|e| Error::Store(e.to_string()))?;
        self.store().put(path, PutPayload::from(text)).await?;
        Ok(())
    }

    /// Reads a file of JSON; `None` if there is none.
    pub(crate) async fn read<T: DeserializeOwned>(&self, path: &Path) -> Result<Option<T>, Error> {
        let bytes = match self.store().get(path).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            found => found?.bytes().await?,
        };
        let broken = |e: serde_json::Error| Error::Store(format!("`{path}` cannot be read: {e}; remove it to go on"));
        serde_json::from_slice(&bytes).map(Some).map_err(broken)
    }

    /// Removes everything that unfinished runs have left; what cannot be removed only takes room.
    pub(crate) async fn remove_work(&self) {
        if let Some(folder) = self.own.join("work").local() {
            if let Err(error) = std::fs::remove_dir_all(&folder)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(folder = %folder.display(), %error, "what an unfinished run has left cannot be removed");
            }
            return;
        }
        self.remove_below(&self.own.prefix().clone().join("work")).await;
    }

    async fn remove_below(&self, folder: &Path) {
        let files: Vec<_> = self.store().list(Some(folder)).try_collect().await.unwrap_or_default();
        for file in files {
            if let Err(error) = self.store().delete(&file.location).await {
                tracing::warn!(file = %file.location, %error, "a file of an unfinished run cannot be removed");
            }
        }
    }
}

/// A text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name in quotes.
pub(crate) fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
