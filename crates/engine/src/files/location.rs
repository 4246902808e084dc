//! Where files are: a local path, folder or glob, or a URL.

use std::fs;
use std::path::Path;

use datafusion::datasource::listing::ListingTableUrl;
use glob::{MatchOptions, Pattern};
use tronie_common::Kind;
use url::Url;

use super::format::Format;
use crate::error::Error;
use crate::stores::SCHEMES;

/// A place that holds a table's files.
#[derive(Debug, Clone)]
pub(crate) struct Location {
    /// As the user wrote it, for messages.
    pub(crate) text: String,
    /// A file, or a folder or prefix with everything below it.
    pub(crate) url: ListingTableUrl,
    /// Which of the files below are meant, by their paths from there; all of them without it.
    pub(crate) glob: Option<Pattern>,
    /// Which version of a Delta Lake table is meant.
    pub(crate) version: Version,
}

/// Which version of a Delta Lake table is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Version {
    /// The newest.
    #[default]
    Newest,
    /// The one of this number.
    Number(u64),
    /// All that are kept, one below the other.
    All,
}

/// The folder in a warehouse that Tronie keeps for itself. Its files belong to no table above it.
pub(crate) const OWN_FOLDER: &str = "_tronie";

/// In a glob, `*` ends at a folder's end; `**` does not.
const GLOB: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

impl Location {
    /// Whether a table's name can only mean a place: it is a URL, has a separator or a glob, or ends like a file.
    pub(crate) fn is_meant(name: &str) -> bool {
        name.contains(['/', '\\', '*', '?']) || Format::of(name).is_some()
    }

    /// Reads a path or URL.
    ///
    /// # Errors
    /// When it is no place, or a local one where nothing is.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let (url, glob) = if text.contains("://") {
            remote(text)?
        } else {
            local(text)?
        };
        Ok(Self {
            text: text.to_owned(),
            url,
            glob,
            version: Version::Newest,
        })
    }

    /// The same, as it was at a version.
    pub(crate) fn at(self, version: Version) -> Self {
        Self { version, ..self }
    }

    /// Whether the file at `path` of the store belongs to it.
    pub(crate) fn includes(&self, path: &object_store::path::Path) -> bool {
        let Some(segments) = self.url.strip_prefix(path) else {
            return self.glob.is_none();
        };
        let segments: Vec<&str> = segments.collect();
        if segments.contains(&OWN_FOLDER) {
            return false;
        }
        let from_here = segments.join("/");
        self.glob
            .as_ref()
            .is_none_or(|glob| glob.matches_with(&from_here, GLOB))
    }
}

fn local(text: &str) -> Result<(ListingTableUrl, Option<Pattern>), Error> {
    let invalid = |e: &dyn std::fmt::Display| Error::new(Kind::Input, format!("`{text}` is not a path: {e}"));
    let listing = |path: &Path, is_folder: bool| {
        // A link keeps its own name, which tells the format; what it points to may be called anything.
        let absolute = match (
            path.parent().filter(|parent| !parent.as_os_str().is_empty()),
            path.file_name(),
        ) {
            (Some(parent), Some(name)) => parent.canonicalize().map(|parent| parent.join(name)),
            (None, Some(name)) => Path::new(".").canonicalize().map(|parent| parent.join(name)),
            _ => path.canonicalize(),
        };
        let absolute = absolute.map_err(|e| invalid(&e))?;
        let url = if is_folder {
            Url::from_directory_path(absolute)
        } else {
            Url::from_file_path(absolute)
        };
        let url = url.map_err(|()| invalid(&"it cannot be written as a URL"))?;
        ListingTableUrl::try_new(url, None).map_err(|e| invalid(&e))
    };
    let path = Path::new(text);
    let error = match fs::metadata(path) {
        // An existing path is meant as it stands, even with characters of a glob in it.
        Ok(found) => return Ok((listing(path, found.is_dir())?, None)),
        Err(error) => error,
    };
    let (base, glob) = split_glob(text);
    if let Some(glob) = glob {
        let folder = Path::new(if base.is_empty() { "." } else { base });
        if folder.is_dir() {
            return Ok((
                listing(folder, true)?,
                Some(Pattern::new(glob).map_err(|e| invalid(&e))?),
            ));
        }
    }
    let what = match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        _ => error.to_string(),
    };
    let beside = neighbours(path)
        .map(|names| format!(" (there: {names})"))
        .unwrap_or_default();
    Err(Error::new(
        Kind::Missing,
        format!("the file `{text}` {what}{beside}; check the path"),
    ))
}

/// The part before the first segment with a character of a glob, and the rest.
fn split_glob(text: &str) -> (&str, Option<&str>) {
    match text.find(['*', '?', '[']) {
        Some(at) => {
            let (base, glob) = text.split_at(text[..at].rfind('/').map_or(0, |slash| slash + 1));
            (base, Some(glob))
        }
        None => (text, None),
    }
}

/// Data files beside a missing one, at most five, those with the most similar names first.
fn neighbours(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_string_lossy();
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let entries = fs::read_dir(parent).ok()?.flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.retain(|name| Format::of(name).is_some());
    let shared = |name: &str| name.chars().zip(wanted.chars()).take_while(|(a, b)| a == b).count();
    names.sort_by_cached_key(|name| (std::cmp::Reverse(shared(name)), name.clone()));
    names.truncate(5);
    (!names.is_empty()).then(|| format!("`{}`", names.join("`, `")))
}

fn remote(text: &str) -> Result<(ListingTableUrl, Option<Pattern>), Error> {
    let invalid = |reason: String| Error::new(Kind::Input, format!("`{text}` is not a URL of files: {reason}"));
    let scheme = text.split("://").next().unwrap_or_default().to_ascii_lowercase();
    if !SCHEMES.contains(&scheme.as_str()) {
        return Err(invalid(format!(
            "the scheme is `{scheme}`, known are {}",
            SCHEMES.join(", ")
        )));
    }
    let web = scheme.starts_with("http");
    if web && text.contains('?') {
        return Err(invalid(
            "query strings, as in pre-signed links, are not supported; download the file first".to_owned(),
        ));
    }
    let (base, glob) = if web { (text, None) } else { split_glob(text) };
    let url = Url::parse(base).map_err(|e| invalid(e.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        let message = "a URL of files must not carry a user or password; put credentials into the environment";
        return Err(Error::new(Kind::Input, message));
    }
    if scheme != "file" && url.host_str().is_none_or(str::is_empty) {
        return Err(invalid(format!(
            "it names no bucket or host; write {scheme}://name/path"
        )));
    }
    let glob = glob.map(Pattern::new).transpose().map_err(|e| invalid(e.to_string()))?;
    Ok((
        ListingTableUrl::try_new(url, None).map_err(|e| invalid(e.to_string()))?,
        glob,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_places_are_told_apart() {
        for place in [
            "reviews.csv",
            "data/reviews",
            "s3://b/k",
            "*.parquet",
            "./x.json.gz",
            "评论.csv",
        ] {
            assert!(Location::is_meant(place), "{place}");
        }
        for name in ["reviews", "orders_2026", "评论"] {
            assert!(!Location::is_meant(name), "{name}");
        }
    }

    #[test]
    fn a_glob_in_a_url_applies_to_the_keys_under_its_folder() {
        let location = Location::parse("s3://lake/2026/*/part-?.csv").expect("a place");
        assert_eq!(location.url.as_str(), "s3://lake/2026/");
        let includes = |key: &str| location.includes(&object_store::path::Path::from(key));
        assert!(includes("2026/11/part-1.csv"));
        assert!(!includes("2026/11/deeper/part-1.csv"));
        assert!(!includes("2026/11/part-10.csv"));
        let lake = Location::parse("s3://lake/").expect("a place");
        assert!(lake.includes(&object_store::path::Path::from("2026/x.csv")));
        assert!(!lake.includes(&object_store::path::Path::from("_tronie/model_cache/x.parquet")));
    }

    #[test]
    fn what_is_no_place_is_refused_with_the_next_step() {
        for (text, expected) in [
            ("ftp://host/x.csv", "the scheme is `ftp`, known are "),
            ("s3:///x.csv", "it names no bucket or host; write s3://name/path"),
            ("https://host/x.csv?sig=1", "query strings"),
            ("no/such.csv", "the file `no/such.csv` does not exist"),
        ] {
            let message = Location::parse(text).expect_err(text).to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
