//! Copies of model folders on this machine.
//!
//! `<cache>/models/<digest of the URL>/<digest of the files' versions>/<name>/` has one version of one model. It appears
//! under that name when it is complete, and is never changed. Whoever uses it holds a lock on the file `in-use` beside it,
//! shared, and whoever removes old versions takes that lock alone; the system gives locks back when a process ends, however
//! it ends. The lock on the file `lock` of a URL makes one process copy while others wait for its copy; nothing but the
//! work done twice depends on it.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};
use tronie_common::{Kind, QueryScope};
use tronie_model::LocalFolder;

use super::source::{RemoteFile, Source, folder_name, in_folder};
use crate::error::Error;

/// The longest wait for the copy of another process. One that hangs must not hold up everybody.
const PATIENCE: Duration = Duration::from_secs(120);

/// The pause between two looks at a lock.
const PAUSE: Duration = Duration::from_millis(50);

/// How the names of unfinished copies begin.
const UNFINISHED: &str = ".unfinished-";

/// Tells the copies of one process apart.
static COPIES: AtomicU64 = AtomicU64::new(0);

/// What became of a copy.
pub(super) enum Made {
    /// It is there.
    Folder(LocalFolder),
    /// The files have changed meanwhile.
    Changed,
}

/// The versions of the model behind one URL.
pub(super) struct Entries {
    folder: PathBuf,
    name: String,
}

impl Entries {
    pub(super) fn of(cache: &Path, url: &str) -> Self {
        let digest = hex_digest(url.as_bytes());
        Self {
            folder: cache.join("models").join(&digest[..32]),
            name: folder_name(url),
        }
    }

    /// The version with just these files; copied now if it is not there yet. Old versions that nobody uses go.
    ///
    /// # Errors
    /// When a file cannot be read or written, has another digest than it should, or the query is cancelled.
    pub(super) async fn get(&self, source: &Source, files: &[RemoteFile], scope: &QueryScope) -> Result<Made, Error> {
        let failed = |e: io::Error| not_written(source, &self.folder, &e);
        fs::create_dir_all(&self.folder).map_err(failed)?;
        let lock = self.lock(source, scope).await?;
        let version = self.folder.join(version(files));
        let made = match self.find(&version, files) {
            Some(folder) => {
                tracing::debug!(url = source.url(), folder = %folder.path().display(), "the copy of the model is current");
                Made::Folder(folder)
            }
            None => self.copy(source, files, &version, scope).await?,
        };
        if let Made::Folder(_) = &made
            && lock.is_some()
        {
            self.remove_old(&version);
        }
        Ok(made)
    }

    /// Waits until no other process copies from the same URL; `None` if that takes too long, or cannot be known.
    async fn lock(&self, source: &Source, scope: &QueryScope) -> Result<Option<File>, Error> {
        let file = open_lock(&self.folder.join("lock")).map_err(|e| not_written(source, &self.folder, &e))?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    check_cancelled(scope)?;
                    sleep(PAUSE).await;
                }
                Err(error) => {
                    tracing::warn!(url = source.url(), %error, "the model's copies cannot be locked");
                    return Ok(None);
                }
            }
        }
    }

    /// A version that is there and complete, held.
    fn find(&self, version: &Path, files: &[RemoteFile]) -> Option<LocalFolder> {
        let in_use = File::open(version.join("in-use")).ok()?;
        match in_use.try_lock_shared() {
            Err(TryLockError::WouldBlock) => return None,
            // File systems without locks: nothing is ever removed there.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let folder = version.join(&self.name);
        let is_whole = |file: &RemoteFile| {
            let found = fs::metadata(in_folder(&folder, file));
            found.is_ok_and(|found| found.is_file() && found.len() == file.bytes)
        };
        (files.iter().all(is_whole)).then(|| LocalFolder::held(folder, Arc::new(in_use)))
    }

    async fn copy(
        &self,
        source: &Source,
        files: &[RemoteFile],
        version: &Path,
        scope: &QueryScope,
    ) -> Result<Made, Error> {
        let failed = |e: io::Error| not_written(source, &self.folder, &e);
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let unfinished = Unfinished(self.folder.join(format!("{UNFINISHED}{}-{number}", std::process::id())));
        let folder = unfinished.0.join(&self.name);
        fs::create_dir_all(&folder).map_err(failed)?;
        let in_use = open_lock(&unfinished.0.join("in-use")).map_err(failed)?;
        if let Err(error) = in_use.try_lock_shared() {
            tracing::warn!(url = source.url(), %error, "the model's copy cannot be locked");
        }
        let bytes: u64 = files.iter().map(|file| file.bytes).sum();
        tracing::info!(url = source.url(), bytes, "copying the model");
        for file in files {
            if !copy_file(source, file, &in_folder(&folder, file), scope).await? {
                return Ok(Made::Changed);
            }
        }
        // Files of two uploads must not be taken for one model.
        if source.files().await? != files {
            return Ok(Made::Changed);
        }
        if let Err(error) = fs::rename(&unfinished.0, version) {
            if let Some(other) = self.find(version, files) {
                return Ok(Made::Folder(other));
            }
            // What is there is broken.
            let aside = Unfinished(unfinished.0.with_extension("broken"));
            fs::rename(version, &aside.0).map_err(|_| failed(error))?;
            fs::rename(&unfinished.0, version).map_err(failed)?;
        }
        let path = version.join(&self.name);
        Ok(Made::Folder(LocalFolder::held(path, Arc::new(in_use))))
    }

    /// Removes what nobody uses: other versions, and copies that were never finished.
    fn remove_old(&self, current: &Path) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for old in entries
            .map(|entry| entry.path())
            .filter(|path| path.is_dir() && path != current)
        {
            let unused = File::open(old.join("in-use")).is_ok_and(|in_use| in_use.try_lock().is_ok());
            if unused && let Err(error) = fs::remove_dir_all(&old) {
                tracing::warn!(folder = %old.display(), %error, "an old copy of a model cannot be removed");
            }
        }
    }
}

/// A copy on its way. Unless it has got its own name, it goes away.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(path)
}

/// What tells these files from other versions of them.
fn version(files: &[RemoteFile]) -> String {
    let mut digest = Sha256::new();
    for file in files {
        for part in [&file.path, &file.bytes.to_string(), &file.version] {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
    }
    hex(digest)[..32].to_owned()
}

/// Copies one file; false if it has changed.
async fn copy_file(source: &Source, file: &RemoteFile, to: &Path, scope: &QueryScope) -> Result<bool, Error> {
    let failed = |e: io::Error| not_written(source, to, &e);
    let mut writer = Writer::create(to).map_err(failed)?;
    let mut pieces = source.read(file).await?;
    while let Some(piece) = pieces.try_next().await? {
        check_cancelled(scope)?;
        let Some(piece) = piece else {
            return Ok(false);
        };
        if writer.bytes + piece.len() as u64 > file.bytes {
            return Ok(false);
        }
        writer = writer.append(piece).await.map_err(failed)?;
    }
    if writer.bytes != file.bytes {
        return Ok(false);
    }
    let got = writer.finish().await.map_err(failed)?;
    match &file.sha256 {
        Some(expected) if *expected != got => {
            let path = &file.path;
            let reason = format!("the sha256 of `{path}` is {got}, manifest.toml says {expected}");
            let next = "upload the file again, or correct the manifest if the change is meant";
            Err(source.error(Kind::Input, format!("{reason}; {next}")))
        }
        _ => Ok(true),
    }
}

/// A file being written, away from the threads that wait for the network.
struct Writer {
    file: File,
    digest: Sha256,
    bytes: u64,
}

impl Writer {
    fn create(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(Self {
            file: File::create_new(path)?,
            digest: Sha256::new(),
            bytes: 0,
        })
    }

    async fn append(mut self, piece: Bytes) -> io::Result<Self> {
        let write = move || {
            self.file.write_all(&piece)?;
            self.digest.update(&piece);
            self.bytes += piece.len() as u64;
            Ok(self)
        };
        tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
    }

    /// Makes sure of what is written, and returns its digest.
    async fn finish(self) -> io::Result<String> {
        let finish = move || {
            self.file.sync_all()?;
            Ok(hex(self.digest))
        };
        tokio::task::spawn_blocking(finish).await.map_err(io::Error::other)?
    }
}

fn check_cancelled(scope: &QueryScope) -> Result<(), Error> {
    if scope.is_cancelled() {
        return Err(Error::new(Kind::Cancelled, "the query was cancelled"));
    }
    Ok(())
}

fn not_written(source: &Source, place: &Path, error: &io::Error) -> Error {
    let place = place.display();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            let reason = format!("there is no room for its copy at `{place}`");
            source.error(
                Kind::Exhausted,
                format!("{reason}; make room, or set TRONIE_DATA_DIR to another disk"),
            )
        }
        _ => {
            let reason = format!("its copy at `{place}` cannot be written: {error}");
            source.error(
                Kind::Fault,
                format!("{reason}; check the folder, or set TRONIE_DATA_DIR to another"),
            )
        }
    }
}

/// The SHA-256 digest in hexadecimal digits.
pub(super) fn hex_digest(bytes: &[u8]) -> String {
    hex(Sha256::new().chain_update(bytes))
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
