//! Forgetting what a table was.

use std::collections::HashSet;

use deltalake::checkpoints::create_checkpoint;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

use crate::{Error, Place, Table};

/// The folder of a table's log.
const LOG: &str = "_delta_log";

/// What was deleted of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Data files that the newest version does not have.
    pub files: u64,
    /// Entries of the log that are older than the newest version.
    pub entries: u64,
}

/// Leaves nothing but the newest version of a table: data files that it does not have and all older entries of the log are
/// deleted, so that no version before can be read again. Nobody may publish meanwhile. Ended half-way, it can be done again.
///
/// # Errors
/// When there is no table, or something cannot be read or deleted.
pub async fn keep_newest(place: &Place) -> Result<Forgotten, Error> {
    let name = place.name().to_owned();
    let failed = Error::of(&name);
    let Some(Table { table, .. }) = Table::open(place, None).await? else {
        return Ok(Forgotten::default());
    };
    // The newest version has to be readable without the entries before it.
    create_checkpoint(&table, None).await.map_err(&failed)?;
    let newest = table.version().unwrap_or_default();
    let snapshot = table.snapshot().map_err(&failed)?;
    let log_store = table.log_store();
    let current: Vec<_> = snapshot
        .snapshot()
        .file_views(&log_store, None)
        .try_collect()
        .await
        .map_err(&failed)?;
    let current: HashSet<Path> = current.iter().map(|file| inside(place, file.path().as_ref())).collect();
    let store = place.store();
    let listed: Vec<ObjectMeta> = store
        .list(Some(place.prefix()))
        .try_collect()
        .await
        .map_err(|e| failed(e.into()))?;
    let log = place.prefix().clone().join(LOG);
    let mut forgotten = Forgotten::default();
    for file in listed {
        let path = file.location;
        if path.prefix_matches(&log) {
            if version_of(&path).is_none_or(|version| version >= newest) {
                continue;
            }
            forgotten.entries += 1;
        } else if current.contains(&path) {
            continue;
        } else {
            forgotten.files += 1;
        }
        store.delete(&path).await.map_err(|e| failed(e.into()))?;
    }
    Ok(forgotten)
}

/// A path of the log, in the store.
fn inside(place: &Place, file: &str) -> Path {
    let mut path = place.prefix().clone();
    for part in Path::from(file).parts() {
        path = path.join(part);
    }
    path
}

/// The version that an entry of the log is of: the number its name begins with.
fn version_of(path: &Path) -> Option<u64> {
    let name = path.filename()?;
    name.split('.').next()?.parse().ok()
}
