//! A model folder behind a URL: which files it has, in which version, and what is in them.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use datafusion::execution::object_store::ObjectStoreRegistry;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt};
use tronie_common::Kind;
use tronie_model::{EXPORT_CONFIG, EXPORT_GRAPHS, EXPORT_TOKENIZER, Manifest};
use url::Url;

use crate::error::Error;
use crate::stores::{SCHEMES, Stores};

/// A description that is longer is none.
const LONGEST_DESCRIPTION: u64 = 4 << 20;

/// Bytes asked for at once. Stores end a request after half a minute, so a slow line needs small ones.
const PART: u64 = 4 << 20;

/// Requests for parts at the same time.
const PARTS: usize = 4;

/// What a URL can mean.
pub(super) enum Place {
    /// A folder of this machine, used where it is.
    Local(PathBuf),
    /// A folder in a store.
    Remote(Source),
}

/// A folder in a store.
pub(super) struct Source {
    url: String,
    store: Arc<dyn ObjectStore>,
    folder: ObjectPath,
    part: u64,
}

/// A file of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RemoteFile {
    /// Its path in the folder.
    pub(super) path: String,
    /// How long it is.
    pub(super) bytes: u64,
    /// What tells this content from another: the e-tag, or else the time of the last change.
    pub(super) version: String,
    /// The digest that the description gives it.
    pub(super) sha256: Option<String>,
    /// What is in it, if that was read already.
    pub(super) content: Option<Bytes>,
}

impl Source {
    /// Reads a URL; nothing is asked of its store yet.
    ///
    /// # Errors
    /// When it is no URL of a folder, or of a local one that is not there.
    pub(super) fn parse(text: &str, stores: &Stores) -> Result<Place, Error> {
        let input = |message: String| Error::new(Kind::Input, message);
        // What may be a secret is in no message.
        let shown = text.split(['?', '#']).next().unwrap_or_default();
        let Ok(url) = Url::parse(text) else {
            return Err(input(
                "a model's URL cannot be read; write it as s3://bucket/folder".to_owned(),
            ));
        };
        let is_container = matches!(url.scheme(), "abfs" | "abfss") && url.password().is_none();
        if url.password().is_some() || !(url.username().is_empty() || is_container) {
            let next = "put credentials into the environment";
            return Err(input(format!(
                "a model's URL must not carry a user or password; {next}"
            )));
        }
        if url.query().is_some() || url.fragment().is_some() {
            let next = "it must end with the folder's name";
            return Err(input(format!(
                "the model URL `{shown}` has something after a `?` or `#`; {next}"
            )));
        }
        if !SCHEMES.contains(&url.scheme()) {
            let (scheme, known) = (url.scheme(), SCHEMES.join(", "));
            return Err(input(format!(
                "the scheme `{scheme}` of the model `{shown}` is not one of {known}"
            )));
        }
        if url.scheme() == "file" {
            let folder = url.to_file_path().ok().filter(|folder| folder.is_dir());
            let missing = || Error::new(Kind::Missing, format!("there is no folder `{shown}`; check the path"));
            return folder.map(Place::Local).ok_or_else(missing);
        }
        if url.host_str().is_none_or(str::is_empty) {
            let scheme = url.scheme();
            return Err(input(format!(
                "the model URL `{shown}` names no bucket or host; write {scheme}://name/folder"
            )));
        }
        let folder = ObjectPath::from_url_path(url.path())
            .map_err(|e| input(format!("the model URL `{shown}` is not one of a folder: {e}")))?;
        let url_text = shown.trim_end_matches('/').to_owned();
        let store = stores.get_store(&url).map_err(|e| {
            let error = Error::from(e);
            Error::new(error.kind(), format!("model `{url_text}`: {error}"))
        })?;
        Ok(Place::Remote(Self::new(url_text, store, folder)))
    }

    fn new(url: String, store: Arc<dyn ObjectStore>, folder: ObjectPath) -> Self {
        Self {
            url,
            store,
            folder,
            part: PART,
        }
    }

    /// The URL, without a slash at its end.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// An error of this model.
    pub(super) fn error(&self, kind: Kind, reason: impl std::fmt::Display) -> Error {
        Error::new(kind, format!("model `{}`: {reason}", self.url))
    }

    fn of_store(&self, error: object_store::Error) -> Error {
        let error = Error::from(error);
        self.error(error.kind(), &error)
    }

    fn path(&self, file: &str) -> Result<ObjectPath, Error> {
        let path = format!("{}/{file}", self.folder);
        ObjectPath::parse(path.trim_start_matches('/'))
            .map_err(|e| self.error(Kind::Input, format!("the file name `{file}` cannot be used: {e}")))
    }

    /// The files of the model, its description first.
    ///
    /// # Errors
    /// When there is no model, one of its files is missing, or the store does not answer.
    pub(super) async fn files(&self) -> Result<Vec<RemoteFile>, Error> {
        let mut look = Look {
            source: self,
            denied: None,
        };
        if let Some(manifest) = look.description(Manifest::FILE).await? {
            return self.with_manifest(manifest, look).await;
        }
        let Some(config) = look.description(EXPORT_CONFIG).await? else {
            return Err(self.nothing(look.denied).await);
        };
        let mut files = vec![config];
        for graph in EXPORT_GRAPHS {
            if let Some(found) = look.file(graph, None).await? {
                files.push(found);
                break;
            }
        }
        if files.len() == 1 {
            let missing = "it has no `model.onnx`; export the model to onnx first";
            return Err(look.denied.unwrap_or_else(|| self.error(Kind::Missing, missing)));
        }
        match look.file(EXPORT_TOKENIZER, None).await? {
            Some(tokenizer) => files.push(tokenizer),
            None => {
                let missing = "it has no `tokenizer.json`; save the tokenizer in its fast form";
                return Err(look.denied.unwrap_or_else(|| self.error(Kind::Missing, missing)));
            }
        }
        Ok(files)
    }

    async fn with_manifest(&self, file: RemoteFile, mut look: Look<'_>) -> Result<Vec<RemoteFile>, Error> {
        let text = std::str::from_utf8(file.content.as_deref().unwrap_or_default());
        let text = text.map_err(|_| self.error(Kind::Input, "manifest.toml is not UTF-8"))?;
        let manifest = Manifest::parse(text).map_err(|reason| self.error(Kind::Input, reason))?;
        let mut files = vec![file];
        for entry in manifest.files.all() {
            let parts = entry.path.components().filter_map(|part| match part {
                Component::Normal(part) => part.to_str(),
                _ => None,
            });
            let path = parts.collect::<Vec<_>>().join("/");
            if files.iter().any(|file| file.path == path) {
                continue;
            }
            match look.file(&path, entry.sha256.as_deref()).await? {
                Some(found) => files.push(found),
                None => {
                    let missing = format!("manifest.toml names `{path}`, which is not there; upload it");
                    return Err(look.denied.unwrap_or_else(|| self.error(Kind::Missing, missing)));
                }
            }
        }
        Ok(files)
    }

    /// Why there is no model.
    async fn nothing(&self, denied: Option<Error>) -> Error {
        if let Some(denied) = denied {
            return denied;
        }
        // Web servers list nothing.
        if !self.url.starts_with("http") {
            match self.store.list(Some(&self.folder)).try_next().await {
                Ok(None) => return self.error(Kind::Missing, "there is nothing in that folder; check the URL"),
                Ok(Some(_)) | Err(object_store::Error::PermissionDenied { .. }) => {}
                Err(error) => return self.of_store(error),
            }
        }
        let what = "neither `manifest.toml` nor a Hugging Face `config.json` is there";
        self.error(Kind::Missing, format!("{what}; name the folder that holds the model"))
    }

    /// What tells this content of a file from another; `None` if the server says nothing of the kind.
    fn version(meta: &ObjectMeta) -> Option<String> {
        let modified = meta.last_modified.timestamp_millis();
        (meta.e_tag.clone()).or_else(|| (modified != 0).then(|| modified.to_string()))
    }

    /// Whether an answer is about the same content as the file.
    fn is_same(file: &RemoteFile, meta: &ObjectMeta) -> bool {
        let version = Self::version(meta).or_else(|| file.sha256.clone());
        meta.size == file.bytes && version.as_ref() == Some(&file.version)
    }

    /// The content of a file in pieces, in order; `None` for a piece if the file is no longer the same.
    pub(super) async fn read<'a>(
        &'a self,
        file: &'a RemoteFile,
    ) -> Result<BoxStream<'a, Result<Option<Bytes>, Error>>, Error> {
        if let Some(content) = &file.content {
            return Ok(stream::iter([Ok(Some(content.clone()))]).boxed());
        }
        if file.bytes > self.part {
            let starts = (0..file.bytes).step_by(usize::try_from(self.part).unwrap_or(usize::MAX));
            let mut ranges = starts.map(|start| start..file.bytes.min(start + self.part));
            let first = ranges.next().unwrap_or_default();
            match self.get(file, Some(first)).await {
                // Some web servers have no parts.
                Err(object_store::Error::NotSupported { .. }) => {}
                Err(error) => return Err(self.of_store(error)),
                Ok(first) => {
                    let first = self.content(file, Ok(first)).await;
                    let rest = stream::iter(ranges)
                        .map(|range| async { self.content(file, self.get(file, Some(range)).await).await });
                    return Ok(stream::iter([first]).chain(rest.buffered(PARTS)).boxed());
                }
            }
        }
        match self.get(file, None).await {
            Err(object_store::Error::NotFound { .. }) => Ok(stream::iter([Ok(None)]).boxed()),
            Err(error) => Err(self.of_store(error)),
            Ok(whole) if !Self::is_same(file, &whole.meta) => Ok(stream::iter([Ok(None)]).boxed()),
            Ok(whole) => {
                let pieces = whole.into_stream().map_ok(Some);
                Ok(pieces.map_err(|error| self.of_store(error)).boxed())
            }
        }
    }

    async fn get(&self, file: &RemoteFile, range: Option<Range<u64>>) -> object_store::Result<GetResult> {
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let path = self.path(&file.path).map_err(|e| object_store::Error::Generic {
            store: "model",
            source: Box::new(e),
        })?;
        self.store.get_opts(&path, options).await
    }

    async fn content(&self, file: &RemoteFile, got: object_store::Result<GetResult>) -> Result<Option<Bytes>, Error> {
        match got {
            Ok(got) if Self::is_same(file, &got.meta) => {
                got.bytes().await.map(Some).map_err(|error| self.of_store(error))
            }
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => {
                // A part beyond the end of a file that has become shorter is an error of its own in each store.
                let now = self.store.head(&self.path(&file.path)?).await;
                match now {
                    Ok(meta) if !Self::is_same(file, &meta) => Ok(None),
                    _ => Err(self.of_store(error)),
                }
            }
        }
    }
}

/// A look into a folder. Some stores deny what is not there to those who may not list, so a denial is an error only if
/// nothing is found.
struct Look<'a> {
    source: &'a Source,
    denied: Option<Error>,
}

impl Look<'_> {
    fn found<T>(&mut self, answer: object_store::Result<T>) -> Result<Option<T>, Error> {
        use object_store::Error::{NotFound, PermissionDenied};
        match answer {
            Ok(found) => Ok(Some(found)),
            Err(NotFound { .. }) => Ok(None),
            Err(error @ PermissionDenied { .. }) => {
                self.denied.get_or_insert(self.source.of_store(error));
                Ok(None)
            }
            Err(error) => Err(self.source.of_store(error)),
        }
    }

    /// A file with its content.
    async fn description(&mut self, name: &str) -> Result<Option<RemoteFile>, Error> {
        let source = self.source;
        let got = source.store.get(&source.path(name)?).await;
        let Some(got) = self.found(got)? else {
            return Ok(None);
        };
        if got.meta.size > LONGEST_DESCRIPTION {
            let (got, most) = (got.meta.size, LONGEST_DESCRIPTION);
            let reason = format!("`{name}` has {got} bytes, expected {most} at most; name the folder of a model");
            return Err(source.error(Kind::Input, reason));
        }
        let meta = got.meta.clone();
        let content = got.bytes().await.map_err(|error| source.of_store(error))?;
        let digest = super::entry::hex_digest(&content);
        Ok(Some(RemoteFile {
            path: name.to_owned(),
            bytes: content.len() as u64,
            version: Source::version(&meta).unwrap_or(digest),
            sha256: None,
            content: Some(content),
        }))
    }

    /// A file without its content.
    async fn file(&mut self, path: &str, sha256: Option<&str>) -> Result<Option<RemoteFile>, Error> {
        let source = self.source;
        let head = source.store.head(&source.path(path)?).await;
        let Some(meta) = self.found(head)? else {
            return Ok(None);
        };
        let sha256 = sha256.map(str::to_lowercase);
        let Some(version) = Source::version(&meta).or_else(|| sha256.clone()) else {
            let reason = format!("the server gives neither an ETag nor a time of change for `{path}`");
            let next = "copy the folder to this machine and name its path";
            return Err(source.error(
                Kind::Input,
                format!("{reason}, so its changes could not be seen; {next}"),
            ));
        };
        Ok(Some(RemoteFile {
            path: path.to_owned(),
            bytes: meta.size,
            version,
            sha256,
            content: None,
        }))
    }
}

/// The last part of a model's URL, as a folder on this machine may be called: a model without a name of its own has this.
pub(super) fn folder_name(url: &str) -> String {
    let last = url.rsplit('/').next().unwrap_or_default();
    let plain = |c: char| {
        if c.is_alphanumeric() || "_-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = last.chars().take(60).map(plain).collect();
    if name.is_empty() { "model".to_owned() } else { name }
}

/// Where a file of the model lies in a folder on this machine.
pub(super) fn in_folder(folder: &Path, file: &RemoteFile) -> PathBuf {
    file.path
        .split('/')
        .fold(folder.to_path_buf(), |path, part| path.join(part))
}

#[cfg(test)]
mod tests;
