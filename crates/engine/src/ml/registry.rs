//! Trained models in the warehouse, version by version, under `_tronie/models/<name>/`.
//!
//! - `v<version>-<writer>/` holds what belongs to one version. It is written whole before anybody hears of it, and never
//!   changes.
//! - `log/<number>.json` says what there is: each entry lists all versions and the default one. An entry is only ever
//!   created, and only where there is none of its number, so that of two writers one comes first; the other looks again and
//!   writes the next. The entry with the highest number holds.
//!
//! Without a warehouse the same lies in memory, for as long as the process.

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use datafusion::execution::object_store::ObjectStoreRegistry;
use futures::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use parking_lot::Mutex;
use tronie_common::Kind;
use tronie_learn::trained::Trained;
use tronie_model::{Backend, TabularGraph};
use tronie_udf_kit::TrainedModels;

use super::kept::{Entry, Kept, Version, missing};
use super::onnx::Graphs;
use super::relations::wait;
use super::syntax::ModelName;
use crate::error::Error;
use crate::files::{Location, OWN_FOLDER};
use crate::stores::Stores;

/// The folder of trained models in [`OWN_FOLDER`].
const FOLDER: &str = "models";

/// The file of a version that says all about it.
const MANIFEST: &str = "model.json";

/// How often a writer that comes second tries again.
const TRIES: usize = 20;

/// How many versions are remembered when they have been read.
const REMEMBERED: usize = 64;

/// The models of a process.
pub(crate) struct TrainedRegistry {
    place: Place,
    /// Versions that have been read, by name and folder. A version never changes.
    read: Mutex<HashMap<(String, String), Arc<Kept>>>,
    /// The graphs of those from ONNX files.
    pub(super) graphs: Graphs,
}

enum Place {
    Memory(Arc<InMemory>),
    Warehouse { stores: Arc<Stores>, url: String },
}

impl TrainedRegistry {
    /// Models in `warehouse`, a folder or URL; in memory if there is none. `backend` runs those from ONNX files.
    pub(crate) fn new(stores: Arc<Stores>, warehouse: Option<String>, backend: Arc<dyn Backend>) -> Self {
        let place = match warehouse {
            Some(url) => Place::Warehouse { stores, url },
            None => Place::Memory(Arc::new(InMemory::new())),
        };
        Self {
            place,
            read: Mutex::default(),
            graphs: Graphs::new(backend),
        }
    }

    /// Whether models outlive the process.
    pub(crate) fn is_kept(&self) -> bool {
        matches!(self.place, Place::Warehouse { .. })
    }

    /// The store, and the folder of all models in it.
    fn store(&self) -> Result<(Arc<dyn ObjectStore>, Path), Error> {
        match &self.place {
            Place::Memory(store) => Ok((Arc::clone(store) as Arc<dyn ObjectStore>, Path::from(FOLDER))),
            // A folder of this machine that is not there yet has no models: the first one makes it.
            Place::Warehouse { url, .. } if !url.contains("://") && !std::path::Path::new(url).exists() => {
                Ok((Arc::new(InMemory::new()), Path::from(FOLDER)))
            }
            Place::Warehouse { url, .. } if !url.contains("://") && !std::path::Path::new(url).is_dir() => {
                let message = format!("the warehouse `{url}` is a file; let --warehouse name a folder");
                Err(Error::new(Kind::Input, message))
            }
            Place::Warehouse { stores, url } => {
                let root = Location::parse(&format!("{}/", url.trim_end_matches('/')))?;
                let store = stores.get_store(root.url.object_store().as_ref())?;
                Ok((store, root.url.prefix().clone().join(OWN_FOLDER).join(FOLDER)))
            }
        }
    }

    /// Makes the warehouse's folder if it is one of this machine that is not there yet, as the first model's is not.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn make_room(&self) -> Result<(), Error> {
        match &self.place {
            Place::Warehouse { url, .. } if !url.contains("://") => std::fs::create_dir_all(url).map_err(|e| {
                let next = "let --warehouse name a folder that can be written to";
                Error::new(
                    Kind::Denied,
                    format!("the warehouse `{url}` cannot be made: {e}; {next}"),
                )
            }),
            _ => Ok(()),
        }
    }

    /// The same error, said of the warehouse.
    fn of_warehouse(&self, error: impl Into<Error>) -> Error {
        let error = error.into();
        match &self.place {
            Place::Warehouse { url, .. } => {
                let message = format!("the warehouse `{url}` cannot be used: {error}");
                Error::new(error.kind(), message)
            }
            Place::Memory(_) => error,
        }
    }

    /// The names of all models, in alphabetical order, and what there is of each.
    pub(crate) async fn all(&self) -> Result<Vec<(String, Entry)>, Error> {
        let (store, root) = self.store()?;
        let listing = match store.list_with_delimiter(Some(&root)).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(Vec::new()),
            listing => listing.map_err(|e| self.of_warehouse(e))?,
        };
        let mut names: Vec<String> = listing
            .common_prefixes
            .iter()
            .filter_map(|prefix| prefix.filename().map(str::to_owned))
            .collect();
        names.sort();
        let mut all = Vec::new();
        for name in names {
            let (_, entry) = self.newest(&name).await?;
            if !entry.versions.is_empty() {
                all.push((name, entry));
            }
        }
        Ok(all)
    }

    /// What there is of a model; an error with the names that exist if there is nothing.
    pub(crate) async fn entry(&self, name: &str) -> Result<Entry, Error> {
        let (_, entry) = self.newest(name).await?;
        if entry.versions.is_empty() {
            let names: Vec<String> = self.all().await?.into_iter().map(|(name, _)| name).collect();
            return Err(unknown(name, &names));
        }
        Ok(entry)
    }

    /// Whether there is a model of a name.
    pub(crate) async fn has(&self, name: &str) -> Result<bool, Error> {
        let (_, entry) = self.newest(name).await?;
        Ok(!entry.versions.is_empty())
    }

    /// A version of a model, and which one it is.
    pub(crate) async fn get(&self, name: &ModelName) -> Result<(Version, Arc<Kept>), Error> {
        // A version that was named and read before needs no look at what there is.
        let entry = self.entry(&name.name).await?;
        let version = entry.version(name)?.clone();
        let key = (name.name.clone(), version.folder.clone());
        if let Some(kept) = self.read.lock().get(&key) {
            return Ok((version, Arc::clone(kept)));
        }
        let kept = Arc::new(self.read_version(&name.name, &version).await?);
        let mut read = self.read.lock();
        if read.len() >= REMEMBERED {
            read.clear();
        }
        read.insert(key, Arc::clone(&kept));
        Ok((version, kept))
    }

    async fn read_version(&self, name: &str, version: &Version) -> Result<Kept, Error> {
        let bytes = self.file(name, version, MANIFEST).await?;
        let broken = |reason: String| {
            let number = version.version;
            let next = "make it again by CREATE OR REPLACE MODEL";
            Error::new(Kind::Fault, format!("model `{name}@{number}` {reason}; {next}"))
        };
        if blake3::hash(&bytes).to_hex().as_str() != version.digest {
            return Err(broken("is not as it was written".to_owned()));
        }
        serde_json::from_slice(&bytes).map_err(|e| broken(format!("cannot be read: {e}")))
    }

    /// A file of a version.
    pub(crate) async fn file(&self, name: &str, version: &Version, file: &str) -> Result<Vec<u8>, Error> {
        let (store, root) = self.store()?;
        let path = root.join(name).join(version.folder.as_str()).join(file);
        let content = match store.get(&path).await {
            Err(object_store::Error::NotFound { .. }) => {
                let number = version.version;
                let next = "make it again by CREATE OR REPLACE MODEL";
                let message = format!("model `{name}@{number}` has lost its file `{file}`; {next}");
                return Err(Error::new(Kind::Fault, message));
            }
            content => content?.bytes().await?,
        };
        Ok(content.to_vec())
    }

    /// Keeps a new version and makes it the default one. `may_replace` says whether there may be others.
    ///
    /// # Errors
    /// When the name is taken and others may not be there, or nothing can be written.
    pub(crate) async fn add(
        &self,
        name: &str,
        kept: &Kept,
        files: &[(&str, Vec<u8>)],
        may_replace: bool,
    ) -> Result<Version, Error> {
        let (store, root) = self.store()?;
        let manifest = serde_json::to_vec_pretty(kept)
            .map_err(|e| Error::new(Kind::Fault, format!("model `{name}` cannot be written: {e}")))?;
        // JSON has no infinity: what is written in its place could not be read again.
        if serde_json::from_slice::<Kept>(&manifest).is_err() {
            let next = "divide columns with very large values by a power of ten";
            let message = format!("model `{name}` has numbers that are not finite and cannot be kept; {next}");
            return Err(Error::new(Kind::Input, message));
        }
        let digest = blake3::hash(&manifest).to_hex().to_string();
        let (_, before) = self.newest(name).await?;
        refuse_taken(name, &before, may_replace)?;
        let folder = format!("v{}-{}", before.last + 1, unique());
        let place = root.clone().join(name).join(folder.as_str());
        for (file, content) in files {
            let content = PutPayload::from(content.clone());
            let written = store.put(&place.clone().join(*file), content).await;
            written.map_err(|e| self.of_warehouse(e))?;
        }
        let written = store
            .put(&place.clone().join(MANIFEST), PutPayload::from(manifest))
            .await;
        written.map_err(|e| self.of_warehouse(e))?;
        let metric = kept.metrics.first().map(|(name, value)| format!("{name} {value:.4}"));
        self.change(name, |entry| {
            refuse_taken(name, entry, may_replace)?;
            let version = Version {
                version: entry.last + 1,
                folder: folder.clone(),
                digest: digest.clone(),
                model_type: kept.model_type.clone(),
                label: kept.label.as_ref().map(|label| label.name.clone()),
                rows: kept.rows,
                created: kept.created,
                metric: metric.clone(),
            };
            entry.last = version.version;
            entry.default = Some(version.version);
            entry.versions.push(version.clone());
            Ok(version)
        })
        .await
    }

    /// Makes a version the default one.
    pub(crate) async fn set_default(&self, name: &str, version: u32) -> Result<(), Error> {
        self.entry(name).await?;
        self.change(name, |entry| {
            let wanted = ModelName {
                name: name.to_owned(),
                version: Some(version),
            };
            entry.version(&wanted)?;
            entry.default = Some(version);
            Ok(())
        })
        .await
    }

    /// Drops a model, or one version of it. The newest of what is left becomes the default one if that was dropped.
    pub(crate) async fn remove(&self, name: &ModelName) -> Result<(), Error> {
        self.entry(&name.name).await?;
        let gone = self
            .change(&name.name, |entry| {
                let gone: Vec<Version> = match name.version {
                    None => std::mem::take(&mut entry.versions),
                    Some(_) => {
                        let version = entry.version(name)?.version;
                        let (gone, left) = entry.versions.drain(..).partition(|v| v.version == version);
                        entry.versions = left;
                        gone
                    }
                };
                let is_left = |default| entry.versions.iter().any(|v| v.version == default);
                if !entry.default.is_some_and(is_left) {
                    entry.default = entry.versions.last().map(|v| v.version);
                }
                Ok(gone)
            })
            .await?;
        // Nobody finds the files any more; what cannot be removed only takes room.
        let (store, root) = self.store()?;
        for version in gone {
            let folder = root.clone().join(name.name.as_str()).join(version.folder.as_str());
            let files: Vec<_> = store.list(Some(&folder)).try_collect().await.unwrap_or_default();
            for file in files {
                if let Err(error) = store.delete(&file.location).await {
                    tracing::warn!(file = %file.location, %error, "a file of a dropped model cannot be removed");
                }
            }
        }
        Ok(())
    }

    /// Writes the next entry of the log; if somebody else has, changes theirs.
    async fn change<T>(&self, name: &str, change: impl Fn(&mut Entry) -> Result<T, Error>) -> Result<T, Error> {
        let (store, root) = self.store()?;
        for _ in 0..TRIES {
            let (number, mut entry) = self.newest(name).await?;
            let changed = change(&mut entry)?;
            let content = serde_json::to_vec(&entry)
                .map_err(|e| Error::new(Kind::Fault, format!("model `{name}` cannot be written: {e}")))?;
            let path = root.clone().join(name).join("log").join(entry_name(number + 1));
            match store
                .put_opts(&path, PutPayload::from(content), PutMode::Create.into())
                .await
            {
                Ok(_) => return Ok(changed),
                Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => (),
                Err(error) => return Err(self.of_warehouse(error)),
            }
        }
        Err(Error::new(
            Kind::Fault,
            format!("others keep changing model `{name}`; try again when they are done"),
        ))
    }

    /// The newest entry of a model's log and its number: 0 and nothing if there is none.
    async fn newest(&self, name: &str) -> Result<(u64, Entry), Error> {
        let (store, root) = self.store()?;
        let log = root.join(name).join("log");
        let listed: Vec<object_store::ObjectMeta> = match store.list(Some(&log)).try_collect().await {
            Err(object_store::Error::NotFound { .. }) => Vec::new(),
            listed => listed.map_err(|e| self.of_warehouse(e))?,
        };
        let numbers = listed.iter().filter_map(|file| {
            let name = file.location.filename()?;
            name.strip_suffix(".json")?.parse::<u64>().ok()
        });
        let Some(number) = numbers.max() else {
            return Ok((0, Entry::default()));
        };
        let content = store.get(&log.join(entry_name(number))).await?.bytes().await?;
        let entry = serde_json::from_slice(&content).map_err(|e| {
            let file = entry_name(number);
            Error::new(
                Kind::Fault,
                format!("the log of model `{name}` is broken in `{file}`: {e}; remove that file to go back"),
            )
        })?;
        Ok((number, entry))
    }
}

impl TrainedModels for TrainedRegistry {
    fn find(&self, name: &str) -> datafusion::error::Result<Option<Arc<Trained>>> {
        // What cannot be a name of a trained model is one of something else: a folder, a URL.
        let Ok(name) = ModelName::parse(name) else {
            return Ok(None);
        };
        wait(async {
            if !self.has(&name.name).await? {
                return Ok(None);
            }
            let (_, kept) = self.get(&name).await?;
            Ok(Some(Arc::new(kept.trained.clone())))
        })
    }

    fn graph(&self, name: &str) -> datafusion::error::Result<Option<Arc<dyn TabularGraph>>> {
        let Ok(name) = ModelName::parse(name) else {
            return Ok(None);
        };
        wait(async {
            if !self.has(&name.name).await? {
                return Ok(None);
            }
            let (version, kept) = self.get(&name).await?;
            self.graphs
                .of_version(self, &name.name, &version, &kept)
                .await
                .map(Some)
        })
    }
}

fn entry_name(number: u64) -> String {
    format!("{number:08}.json")
}

/// A name that no other writer takes.
fn unique() -> String {
    let random = std::collections::hash_map::RandomState::new().hash_one(std::process::id());
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}{:08x}", time.as_millis(), random as u32)
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

fn refuse_taken(name: &str, entry: &Entry, may_replace: bool) -> Result<(), Error> {
    match entry.versions.last() {
        Some(newest) if !may_replace => {
            let (newest, next) = (newest.version, entry.last + 1);
            Err(Error::new(
                Kind::Input,
                format!(
                    "model `{name}` is there (version {newest}); CREATE OR REPLACE MODEL makes version {next} of it"
                ),
            ))
        }
        _ => Ok(()),
    }
}

/// The error for a name that no model has.
pub(crate) fn unknown(name: &str, names: &[String]) -> Error {
    let there = match names {
        [] => "none".to_owned(),
        names => format!("`{}`", names.join("`, `")),
    };
    missing(format!(
        "model `{name}` is not in the registry (trained models there: {there}); make one by CREATE MODEL"
    ))
}

impl fmt::Debug for TrainedRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrainedRegistry")
    }
}
