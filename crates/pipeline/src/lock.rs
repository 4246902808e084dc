//! One run of a pipeline at a time.
//!
//! On a disk of this machine the system's own lock of a file, which ends with its process, however that ends. In an object
//! store a lease: numbered objects that are only ever created, of which the one with the highest number holds for a minute
//! after it was written, and is written anew by its owner as long as the run lasts.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tronie_lake::Place;

use crate::error::Error;
use crate::owner::{is_gone, this_process};

/// How long a lease holds that is not written anew.
const HOLDS: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

/// How often it is.
const RENEWED: Duration = Duration::from_secs(15);

/// A held lock; others may take it when this is dropped.
#[derive(Debug)]
pub(crate) enum Lock {
    File { _held: File },
    Lease(Lease),
}

/// A lease of an object store.
#[derive(Debug)]
pub(crate) struct Lease {
    renewal: JoinHandle<()>,
    lost: watch::Receiver<bool>,
    store: Arc<dyn ObjectStore>,
    folder: Path,
}

impl Lock {
    /// Takes the lock.
    ///
    /// # Errors
    /// When another run has it.
    pub(crate) async fn take(place: &Place, pipeline: &str) -> Result<Self, Error> {
        match place.local() {
            Some(folder) => {
                let unusable =
                    |e: std::io::Error| Error::Store(format!("`{}` cannot be locked: {e}", folder.display()));
                std::fs::create_dir_all(&folder).map_err(unusable)?;
                let file = File::create(folder.join("lock")).map_err(unusable)?;
                match file.try_lock() {
                    Ok(()) => Ok(Self::File { _held: file }),
                    Err(std::fs::TryLockError::WouldBlock) => Err(busy(pipeline)),
                    Err(std::fs::TryLockError::Error(e)) => Err(unusable(e)),
                }
            }
            None => Lease::take(place, pipeline).await.map(Self::Lease),
        }
    }

    /// Whether it is still held.
    pub(crate) fn is_held(&self) -> bool {
        match self {
            Self::File { .. } => true,
            Self::Lease(lease) => !*lease.lost.borrow(),
        }
    }

    /// Gives the lock back.
    pub(crate) async fn release(self) {
        if let Self::Lease(lease) = self {
            lease.renewal.abort();
            if *lease.lost.borrow() {
                return;
            }
            // Who has none to wait for need not wait.
            let entries = entries(lease.store.as_ref(), &lease.folder).await.unwrap_or_default();
            for entry in entries {
                let _ = lease.store.delete(&entry.location).await;
            }
        }
    }
}

impl Lease {
    async fn take(place: &Place, pipeline: &str) -> Result<Self, Error> {
        let store = Arc::clone(place.store());
        let folder = place.prefix().clone();
        let newest = entries(store.as_ref(), &folder).await?.pop();
        let number = match &newest {
            Some(entry) => {
                let is_old = chrono::Utc::now() - entry.last_modified >= HOLDS;
                if !is_old && !is_gone(&owner_of(store.as_ref(), entry).await?) {
                    return Err(busy(pipeline));
                }
                number(entry) + 1
            }
            None => 1,
        };
        if !write(store.as_ref(), &folder, number).await? {
            return Err(busy(pipeline));
        }
        let (lose, lost) = watch::channel(false);
        let (keeper, at) = (Arc::clone(&store), folder.clone());
        let renewal = tokio::spawn(async move {
            let mut number = number;
            let mut failures = 0;
            loop {
                tokio::time::sleep(RENEWED).await;
                match write(keeper.as_ref(), &at, number + 1).await {
                    Ok(true) => {
                        let old = at.clone().join(name(number));
                        let _ = keeper.delete(&old).await;
                        number += 1;
                        failures = 0;
                    }
                    // Somebody thought that the owner was gone.
                    Ok(false) => break,
                    Err(_) if failures < 2 => failures += 1,
                    Err(_) => break,
                }
            }
            let _ = lose.send(true);
        });
        Ok(Self {
            renewal,
            lost,
            store,
            folder,
        })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

fn busy(pipeline: &str) -> Error {
    Error::Busy(format!(
        "another run of `{pipeline}` is at work in this warehouse; wait for its end"
    ))
}

fn name(number: u64) -> String {
    format!("{number:012}.lease")
}

fn number(entry: &ObjectMeta) -> u64 {
    let name = entry.location.filename().unwrap_or_default();
    name.trim_end_matches(".lease").parse().unwrap_or_default()
}

async fn entries(store: &dyn ObjectStore, folder: &Path) -> Result<Vec<ObjectMeta>, Error> {
    let listed: Result<Vec<ObjectMeta>, _> = store.list(Some(folder)).try_collect().await;
    let mut entries = match listed {
        Err(object_store::Error::NotFound { .. }) => Vec::new(),
        listed => listed?,
    };
    entries.sort_by_key(number);
    Ok(entries)
}

/// Who has written an entry; nobody if it is gone meanwhile.
async fn owner_of(store: &dyn ObjectStore, entry: &ObjectMeta) -> Result<String, Error> {
    match store.get(&entry.location).await {
        Err(object_store::Error::NotFound { .. }) => Ok(String::new()),
        found => Ok(String::from_utf8_lossy(&found?.bytes().await?).into_owned()),
    }
}

/// Writes an entry; false if there is one of its number.
async fn write(store: &dyn ObjectStore, folder: &Path, number: u64) -> Result<bool, Error> {
    let path = folder.clone().join(name(number));
    let content = PutPayload::from(this_process().unwrap_or_default());
    match store.put_opts(&path, content, PutMode::Create.into()).await {
        Ok(_) => Ok(true),
        Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
