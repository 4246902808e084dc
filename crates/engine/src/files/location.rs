//! Where files are: a local path, folder or glob, or a URL.

use std::fs;
use std::path::Path;

use datafusion::datasource::listing::ListingTableUrl;
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
    pub(crate) url: ListingTableUrl,
}

impl Location {
    /// Whether a table's name means a place rather than a name: it is a URL, has a separator or a glob, or ends like a
    /// file.
    pub(crate) fn is_meant(name: &str) -> bool {
        name.contains(['/', '\\', '*', '?'])
            || Format::of(name).is_some()
            || name.contains("://")
            || Path::new(name).is_dir()
    }

    /// Reads a path or URL.
    ///
    /// # Errors
    /// When it is no place, or a local one where nothing is.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let url = if text.contains("://") {
            remote(text)?
        } else {
            local(text)?
        };
        Ok(Self {
            text: text.to_owned(),
            url,
        })
    }

    /// Where a table called `name` may lie in the warehouse: a folder, or a file of any format.
    ///
    /// # Errors
    /// When the warehouse is no place.
    pub(crate) fn candidates(warehouse: &str, name: &str) -> Result<Vec<Self>, Error> {
        let base = warehouse.trim_end_matches('/');
        let mut found = Vec::new();
        for end in ["/", ".parquet", ".csv", ".json", ".ndjson"] {
            let text = format!("{base}/{name}{end}");
            if text.contains("://") || Path::new(&text).exists() {
                found.push(Self::parse(&text)?);
            }
        }
        Ok(found)
    }
}

fn local(text: &str) -> Result<ListingTableUrl, Error> {
    let invalid = |e: &dyn std::fmt::Display| Error::new(Kind::Input, format!("`{text}` is not a path: {e}"));
    let path = Path::new(text);
    match fs::metadata(path) {
        // An existing path is meant as it stands, even with characters of a glob in it.
        Ok(found) => {
            let absolute = path.canonicalize().map_err(|e| invalid(&e))?;
            let url = if found.is_dir() {
                Url::from_directory_path(absolute)
            } else {
                Url::from_file_path(absolute)
            };
            let url = url.map_err(|()| invalid(&"it cannot be written as a URL"))?;
            ListingTableUrl::try_new(url, None).map_err(|e| invalid(&e))
        }
        Err(_) if text.contains(['*', '?', '[']) => ListingTableUrl::parse(text).map_err(|e| invalid(&e)),
        Err(e) => {
            let what = if e.kind() == std::io::ErrorKind::NotFound {
                "does not exist".to_owned()
            } else {
                e.to_string()
            };
            let beside = neighbours(path)
                .map(|names| format!(" (there: {names})"))
                .unwrap_or_default();
            Err(Error::new(
                Kind::Missing,
                format!("the file `{text}` {what}{beside}; check the path"),
            ))
        }
    }
}

/// The data files beside a missing one, at most five.
fn neighbours(path: &Path) -> Option<String> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut names: Vec<String> = fs::read_dir(parent)
        .ok()?
        .flatten()
        .filter_map(|e| e.file_name().into_string().ok())
        .collect();
    names.retain(|name| Format::of(name).is_some());
    names.sort();
    names.truncate(5);
    (!names.is_empty()).then(|| format!("`{}`", names.join("`, `")))
}

fn remote(text: &str) -> Result<ListingTableUrl, Error> {
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
    // The part with a glob starts at the first segment that has one of its characters.
    let glob_at = text.find(['*', '?', '[']).filter(|_| !web);
    let (base, glob) = match glob_at.map(|at| text[..at].rfind('/').map_or(at, |slash| slash + 1)) {
        Some(start) => (&text[..start], Some(&text[start..])),
        None => (text, None),
    };
    let url = Url::parse(base).map_err(|e| invalid(e.to_string()))?;
    if scheme != "file" && url.host_str().is_none_or(str::is_empty) {
        return Err(invalid(format!(
            "it names no bucket or host; write {scheme}://name/path"
        )));
    }
    let glob = glob
        .map(glob::Pattern::new)
        .transpose()
        .map_err(|e| invalid(e.to_string()))?;
    ListingTableUrl::try_new(url, glob).map_err(|e| invalid(e.to_string()))
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
        let key = object_store::path::Path::from("2026/11/part-1.csv");
        assert!(location.url.contains(&key, false));
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
