//! Answers of models that outlive the process: Parquet files in the warehouse, under
//! `_tronie/model_cache/<model's digest>/<question>/`.
//!
//! No file ever changes, and each has a name of its own, so any number of processes may write at the same time without
//! locks. A file goes only after another one with its content is there (when many small ones become one), or when room is
//! needed; whoever has listed it before and does not find it any more looks again.

mod file;
mod flush;
mod tidy;

use std::collections::hash_map::RandomState;
use std::fmt;
use std::future::Future;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use datafusion::execution::object_store::ObjectStoreRegistry;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;
use tronie_model::{AnswerStore, Entries, Shelf, StoreError, StoredFile};

pub(crate) use self::flush::FlushAtEnd;
use crate::error::Error;
use crate::files::{Location, OWN_FOLDER};
use crate::stores::Stores;

/// The folder of all kept answers in [`OWN_FOLDER`].
const FOLDER: &str = "model_cache";

/// How the files' names end.
const SUFFIX: &str = ".parquet";

/// Kept answers in a warehouse.
pub(crate) struct WarehouseAnswers {
    stores: Arc<Stores>,
    warehouse: String,
}

impl WarehouseAnswers {
    /// Answers in `warehouse`, a folder or URL. It is not looked at before the first query that wants them.
    pub(crate) fn new(stores: Arc<Stores>, warehouse: String) -> Self {
        Self { stores, warehouse }
    }

    /// The store of the warehouse and the folder in it.
    fn place(&self) -> Result<(Arc<dyn ObjectStore>, Path), Error> {
        let root = Location::parse(&format!("{}/", self.warehouse.trim_end_matches('/')))?;
        let store = self.stores.get_store(root.url.object_store().as_ref())?;
        Ok((store, root.url.prefix().clone().join(OWN_FOLDER).join(FOLDER)))
    }
}

/// Waits for `work` on the runtime of the query that asks.
fn wait<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, StoreError> {
    let failed = |message: String| StoreError { message };
    let handle = Handle::try_current().map_err(|e| failed(e.to_string()))?;
    if handle.runtime_flavor() != RuntimeFlavor::MultiThread {
        return Err(failed("kept answers need a runtime of several threads".to_owned()));
    }
    block_in_place(|| handle.block_on(work)).map_err(|e| failed(e.to_string()))
}

impl AnswerStore for WarehouseAnswers {
    fn list(&self, shelf: &Shelf) -> Result<Vec<StoredFile>, StoreError> {
        wait(async {
            let (store, root) = self.place()?;
            let folder = folder(&root, shelf);
            let listed = list(store.as_ref(), &folder).await?;
            Ok(files_of(&listed, &folder))
        })
    }

    fn read(&self, shelf: &Shelf, file: &StoredFile) -> Result<Option<Entries>, StoreError> {
        wait(async {
            let (store, root) = self.place()?;
            match fetch(store.as_ref(), &folder(&root, shelf).join(file.name.as_str())).await? {
                Some(bytes) => file::decode(bytes).map(Some),
                None => Ok(None),
            }
        })
    }

    fn write(&self, shelf: &Shelf, entries: &Entries, most_bytes: u64) -> Result<String, StoreError> {
        wait(async {
            let (store, root) = self.place()?;
            let folder = folder(&root, shelf);
            let content = file::encode(entries)?;
            let bytes = content.len() as u64;
            tidy::make_room(store.as_ref(), &root, bytes, most_bytes).await?;
            let name = new_name(now());
            let path = folder.clone().join(name.as_str());
            store.put(&path, PutPayload::from(content)).await?;
            // The answers are safe; what goes wrong from here on only leaves more files than necessary.
            if let Err(error) = tidy::merge_small(store.as_ref(), &folder, most_bytes).await {
                tracing::warn!(folder = %folder, %error, "files of kept answers cannot be put together");
            }
            Ok(name)
        })
    }
}

impl fmt::Debug for WarehouseAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WarehouseAnswers")
            .field("warehouse", &self.warehouse)
            .finish_non_exhaustive()
    }
}

fn folder(root: &Path, shelf: &Shelf) -> Path {
    shelf.path().split('/').fold(root.clone(), |path, part| path.join(part))
}

/// A file below the folder of all kept answers.
#[derive(Debug, Clone)]
struct Listed {
    path: Path,
    bytes: u64,
}

impl Listed {
    fn name(&self) -> &str {
        self.path.filename().unwrap_or_default()
    }
}

/// All files of kept answers in a folder and below it, the newest first.
async fn list(store: &dyn ObjectStore, folder: &Path) -> Result<Vec<Listed>, Error> {
    let metas: Vec<object_store::ObjectMeta> = match store.list(Some(folder)).try_collect().await {
        Err(object_store::Error::NotFound { .. }) => Vec::new(),
        listed => listed?,
    };
    let files = metas.into_iter().map(|meta| Listed {
        path: meta.location,
        bytes: meta.size,
    });
    let mut files: Vec<Listed> = files.filter(|file| file.name().ends_with(SUFFIX)).collect();
    // Names begin with the time.
    files.sort_by(|a, b| b.name().cmp(a.name()));
    Ok(files)
}

/// The files that lie in `folder` itself.
fn files_of(listed: &[Listed], folder: &Path) -> Vec<StoredFile> {
    let own = |file: &&Listed| file.path.prefix_match(folder).is_some_and(|parts| parts.count() == 1);
    let stored = |file: &Listed| StoredFile {
        name: file.name().to_owned(),
        bytes: file.bytes,
    };
    listed.iter().filter(own).map(stored).collect()
}

/// The content of a file; `None` if it is not there (any more).
async fn fetch(store: &dyn ObjectStore, path: &Path) -> Result<Option<bytes::Bytes>, Error> {
    let fetched = async { store.get(path).await?.bytes().await };
    match fetched.await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Milliseconds since 1970, as file names begin.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or_default()
}

/// A name that no other file has, in any process. Names sort by their time.
fn new_name(millis: u64) -> String {
    // Every state begins with random keys of its own.
    let random = || RandomState::new().hash_one(std::process::id());
    format!("{millis:013}-{:016x}{:016x}{SUFFIX}", random(), random())
}

/// The time in a name.
fn millis(name: &str) -> Option<u64> {
    name.split_once('-')?.0.parse().ok()
}

#[cfg(test)]
mod tests;
