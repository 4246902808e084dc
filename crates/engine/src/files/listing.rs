//! The files that a table consists of, for whoever wants to know whether they have changed.

use std::path::Path;

use datafusion::execution::runtime_env::RuntimeEnv;
use futures::TryStreamExt;
use object_store::{ObjectMeta, ObjectStoreExt};
use tronie_common::Kind;

use super::format::Format;
use super::location::Location;
use crate::error::Error;

/// A file, and what tells whether it is still the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Its path in its store.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its entity tag or version, or the time of its last change.
    pub stamp: String,
}

/// The files at a path, glob or URL, or of a table of the warehouse, in alphabetical order.
///
/// # Errors
/// When there is none, or they cannot be listed.
pub(crate) async fn listed(runtime: &RuntimeEnv, warehouse: Option<&str>, path: &str) -> Result<Vec<InputFile>, Error> {
    let in_warehouse = match warehouse {
        Some(warehouse) if !Location::is_meant(path) && !Path::new(path).exists() => {
            let (name, _) = super::versioned(path);
            Some(format!("{}/{name}/", warehouse.trim_end_matches('/')))
        }
        _ => None,
    };
    let location = match &in_warehouse {
        None => Location::parse(path)?,
        Some(folder) => Location::parse(folder).map_err(|e| match e.kind() {
            Kind::Missing => nothing_there(path),
            _ => e,
        })?,
    };
    let store = runtime.object_store(&location.url)?;
    let named = |e: object_store::Error| Error::from(e).of(path);
    let mut found: Vec<ObjectMeta> = Vec::new();
    if !location.url.is_collection() {
        match store.head(location.url.prefix()).await {
            Ok(file) => found.push(file),
            Err(object_store::Error::NotFound { .. }) => {}
            Err(e) => return Err(named(e)),
        }
    }
    if found.is_empty() && !location.url.scheme().starts_with("http") {
        found = store
            .list(Some(location.url.prefix()))
            .try_collect()
            .await
            .map_err(named)?;
        // The log of a Delta Lake table says what belongs to it.
        let is_read = |file: &ObjectMeta| {
            let name = file.location.as_ref();
            location.includes(&file.location) && (Format::of(name).is_some() || name.contains("/_delta_log/"))
        };
        found.retain(is_read);
    }
    if found.is_empty() {
        return Err(nothing_there(path));
    }
    found.sort_by(|a, b| a.location.cmp(&b.location));
    let file = |file: ObjectMeta| InputFile {
        path: file.location.to_string(),
        size: file.size,
        stamp: file
            .e_tag
            .or(file.version)
            .unwrap_or_else(|| file.last_modified.timestamp_micros().to_string()),
    };
    Ok(found.into_iter().map(file).collect())
}

fn nothing_there(path: &str) -> Error {
    let message = format!("there is neither a file `{path}` nor a table of that name in the warehouse; check the path");
    Error::new(Kind::Missing, message)
}
