//! Tables of the warehouse: its folders and data files, by their names.

use std::path::Path;

use datafusion::catalog::Session;
use object_store::ObjectStore;

use super::format::Format;
use super::location::Location;
use crate::error::Error;

/// Where the table called `name` lies: the folder of that name, or the data file that has it before its end.
///
/// A folder of this machine that is not there yet has no tables: the first model makes it.
///
/// # Errors
/// When the warehouse cannot be listed.
pub(crate) async fn find(state: &dyn Session, warehouse: &str, name: &str) -> Result<Option<Location>, Error> {
    if !warehouse.contains("://") && !Path::new(warehouse).exists() {
        return Ok(None);
    }
    let base = warehouse.trim_end_matches('/');
    let root = Location::parse(&format!("{base}/"))?;
    let store = state.runtime_env().object_store(&root.url)?;
    let listing = store
        .list_with_delimiter(Some(root.url.prefix()))
        .await
        .map_err(|e| Error::from(e).of(warehouse))?;
    let folders = listing.common_prefixes.iter().filter_map(|prefix| prefix.filename());
    if folders.into_iter().any(|folder| folder == name) {
        return Location::parse(&format!("{base}/{name}/")).map(Some);
    }
    let mut files = listing.objects.iter().filter_map(|object| object.location.filename());
    let file = files.find(|file| Format::of(file).is_some_and(|format| stem(file, &format) == name));
    file.map(|file| Location::parse(&format!("{base}/{file}"))).transpose()
}

fn stem<'a>(file: &'a str, format: &Format) -> &'a str {
    &file[..file.len() - format.suffix().len()]
}
