//! Folders that are Delta Lake tables.

use std::sync::Arc;

use datafusion::catalog::{Session, TableProvider};
use object_store::ObjectMeta;
use tronie_common::Kind;
use tronie_lake::{Place, Table};
use url::Url;

use super::location::Location;
use crate::error::Error;

/// The folder of a table's log.
const LOG: &str = "_delta_log";

/// The table whose folder a location is; `None` if its files have no log.
///
/// # Errors
/// When the log cannot be read, or has no such version.
pub(super) async fn open(
    state: &dyn Session,
    location: &Location,
    files: &[ObjectMeta],
) -> Result<Option<Arc<dyn TableProvider>>, Error> {
    let is_log = |file: &ObjectMeta| {
        let first = location
            .url
            .strip_prefix(&file.location)
            .and_then(|mut rest| rest.next());
        first == Some(LOG)
    };
    if location.glob.is_some() || !files.iter().any(is_log) {
        return Ok(None);
    }
    let store = state.runtime_env().object_store(&location.url)?;
    let url: &Url = location.url.as_ref();
    let place = Place::new(store, location.url.prefix().clone(), url.clone());
    let table = Table::open(&place, location.version).await.map_err(of_lake)?;
    match table {
        Some(table) => table.provider(state).await.map(Some).map_err(of_lake),
        None => Ok(None),
    }
}

fn of_lake(error: tronie_lake::Error) -> Error {
    let kind = match error {
        tronie_lake::Error::Version { .. } | tronie_lake::Error::Type { .. } => Kind::Input,
        _ => Kind::Fault,
    };
    Error::new(kind, error.to_string())
}
