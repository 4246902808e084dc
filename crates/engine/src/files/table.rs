//! A location's files as one table.

use std::sync::Arc;

use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use futures::TryStreamExt;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use tronie_common::Kind;
use url::Url;

use super::csv;
use super::delta;
use super::format::{self, Format};
use super::location::Location;
use super::sample::sample;
use crate::error::Error;

/// A table over the files at the location: their format by their names, their columns by a look into them.
///
/// # Errors
/// When there are none, they are of several formats or of none that is known, or cannot be read.
pub(crate) async fn open(state: &dyn Session, location: &Location) -> Result<Arc<dyn TableProvider>, Error> {
    let (files, whole) = files(state, location).await?;
    if let Some(table) = delta::open(state, location, &files).await? {
        return Ok(table);
    }
    let format = common_format(location, &files)?;
    let store = state.runtime_env().object_store(&location.url)?;
    let is_data = |file: &ObjectMeta| Format::of(file.location.as_ref()).is_some();
    let data: Vec<ObjectMeta> = files.into_iter().filter(is_data).collect();
    let json_array = format.kind == format::Kind::Json && are_arrays(store.as_ref(), &format, &data).await?;
    let (paths, extension) = paths(location, whole, &format, &data)?;
    let options = ListingOptions::new(format.reader(json_array)).with_file_extension(extension);
    let config = ListingTableConfig::new_with_multi_paths(paths).with_listing_options(options);
    let inferred = async {
        let config = config.infer_partitions_from_path(state).await?;
        match format.kind {
            format::Kind::Csv | format::Kind::Tsv => {
                let schema = csv::infer_schema(store.as_ref(), &data, &format, &state.config_options().catalog).await?;
                Ok(config.with_schema(schema))
            }
            _ => Ok::<_, Error>(config.infer_schema(state).await?),
        }
    };
    let config = inferred.await.map_err(|e| e.of(&location.text))?;
    if config
        .file_schema
        .as_ref()
        .is_none_or(|schema| schema.fields().is_empty())
    {
        return Err(Error::new(
            Kind::Input,
            format!("`{}` has no columns; is it empty?", location.text),
        ));
    }
    let table = ListingTable::try_new(config).map_err(Error::from)?;
    Ok(Arc::new(table.with_cache(
        state.runtime_env().cache_manager.get_file_statistic_cache(),
    )))
}

/// What does not begin like the folder that Tronie keeps for itself.
const OUTSIDE_OWN_FOLDER: &str = "[!_]*";

/// What the table lists when it is read, and how the names of its files end: the location itself where all data files below
/// it are meant, else each file.
fn paths(
    location: &Location,
    whole: bool,
    format: &Format,
    files: &[ObjectMeta],
) -> Result<(Vec<ListingTableUrl>, String), Error> {
    let suffix = format.suffix();
    if location.glob.is_none() && files.iter().all(|file| file.location.as_ref().ends_with(&suffix)) {
        // The table lists again whenever it is read, and what Tronie keeps may have come by then.
        let without_own = location.url.clone().with_glob(OUTSIDE_OWN_FOLDER)?;
        if files.iter().all(|file| without_own.contains(&file.location, false)) {
            return Ok((vec![without_own], suffix));
        }
        if whole {
            return Ok((vec![location.url.clone()], suffix));
        }
    }
    let origin = location.url.object_store();
    let file = |file: &ObjectMeta| -> Result<ListingTableUrl, Error> {
        let mut url = AsRef::<Url>::as_ref(&origin).clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            // Segment by segment, so that a percent sign in a name is written as one.
            segments.clear().extend(file.location.as_ref().split('/'));
        }
        Ok(ListingTableUrl::try_new(url, None)?)
    };
    Ok((files.iter().map(file).collect::<Result<_, _>>()?, String::new()))
}

/// The files at the location, and whether these are all that are there.
async fn files(state: &dyn Session, location: &Location) -> Result<(Vec<ObjectMeta>, bool), Error> {
    let store = state.runtime_env().object_store(&location.url)?;
    let url = &location.url;
    if url.scheme().starts_with("http") {
        // Plain web servers have no listing.
        return match store.head(url.prefix()).await {
            Ok(meta) => Ok((vec![meta], true)),
            Err(object_store::Error::NotFound { .. }) => Ok((Vec::new(), true)),
            Err(e) => Err(Error::from(e).of(&location.text)),
        };
    }
    let listed = async {
        url.list_all_files(state, store.as_ref(), "")
            .await?
            .try_collect::<Vec<_>>()
            .await
    };
    let mut files = listed.await.map_err(|e| Error::from(e).of(&location.text))?;
    let all = files.len();
    files.retain(|file| location.includes(&file.location));
    let whole = files.len() == all;
    Ok((files, whole))
}

/// The one format that all data files have; files of no known format beside them are left alone.
fn common_format(location: &Location, files: &[ObjectMeta]) -> Result<Format, Error> {
    let place = &location.text;
    let mut formats = files
        .iter()
        .filter_map(|file| Some((file, Format::of(file.location.as_ref())?)));
    let Some((first, format)) = formats.next() else {
        let message = match files.first() {
            None => format!("there is no file at `{place}`; check the path"),
            Some(file) => {
                let name = file.location.filename().unwrap_or_default();
                let next = "rename it, or declare it: create external table t stored as csv location '..'";
                format!(
                    "the format of `{name}` cannot be told from its name (known are {}); {next}",
                    format::KNOWN
                )
            }
        };
        return Err(Error::new(
            if files.is_empty() { Kind::Missing } else { Kind::Input },
            message,
        ));
    };
    match formats.find(|(_, other)| other.suffix() != format.suffix()) {
        None => Ok(format),
        Some((other, _)) => {
            let names = [first, other]
                .map(|file| file.location.filename().unwrap_or_default().to_owned())
                .join("` and `");
            let pattern = format!("*{}", format.suffix());
            let message = format!(
                "`{place}` holds files of several formats (`{names}`); choose one by a glob such as `{pattern}`"
            );
            Err(Error::new(Kind::Input, message))
        }
    }
}

/// Whether the JSON files are arrays; otherwise they hold an object a line.
///
/// # Errors
/// When some are and some are not, since one reader reads them all.
async fn are_arrays(store: &dyn ObjectStore, format: &Format, files: &[ObjectMeta]) -> Result<bool, Error> {
    /// Bytes in which the first character is looked for.
    const HEAD: u64 = 4096;
    let mut first: Option<(&ObjectMeta, bool)> = None;
    for file in files.iter().filter(|file| file.size > 0) {
        let head = sample(store, file, format, HEAD).await?.bytes;
        let name = |file: &ObjectMeta| file.location.filename().unwrap_or_default().to_owned();
        if head.starts_with(b"\xef\xbb\xbf") {
            let message = format!(
                "`{}` begins with a byte order mark, which json has not; remove it",
                name(file)
            );
            return Err(Error::new(Kind::Input, message));
        }
        let array = head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
        match first {
            None => first = Some((file, array)),
            Some((other, arrays)) if arrays != array => {
                let (one, other) = (name(other), name(file));
                let message =
                    format!("of `{one}` and `{other}` one is a json array and one is not; read them one by one");
                return Err(Error::new(Kind::Input, message));
            }
            Some(_) => {}
        }
    }
    Ok(first.is_some_and(|(_, array)| array))
}
