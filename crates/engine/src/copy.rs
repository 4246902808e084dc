//! `COPY .. TO` a local file: the file appears when it is complete, or stays as it was.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::logical_expr::dml::CopyTo;
use tronie_common::Kind;

use crate::error::Error;

/// A file written under another name beside its place. Dropped before [`complete`](Self::complete), it goes away.
#[derive(Debug)]
pub(crate) struct PendingCopy {
    temporary: PathBuf,
    place: PathBuf,
}

/// Tells copies of one process apart.
static COPIES: AtomicU64 = AtomicU64::new(0);

impl PendingCopy {
    /// Sends a copy that writes one local file to a name of its own first. Copies to folders and to object stores, which
    /// make objects visible only when they are whole, stay as they are.
    ///
    /// # Errors
    /// When the format has no form for a column.
    pub(crate) fn redirect(copy: &mut CopyTo) -> Result<Option<Self>, Error> {
        if copy.file_type.get_ext() == "csv"
            && let Some(field) = copy
                .input
                .schema()
                .fields()
                .iter()
                .find(|field| field.data_type().is_nested())
        {
            let next = "select its fields, as in x['label'], or copy to json or parquet";
            let message = format!(
                "the column `{}` is nested, which csv has no form for; {next}",
                field.name()
            );
            return Err(Error::new(Kind::Input, message));
        }
        let place = Path::new(&copy.output_url);
        let (Some(name), Some(_)) = (place.file_name().and_then(|name| name.to_str()), place.extension()) else {
            return Ok(None);
        };
        let single =
            !copy.output_url.contains("://") && !copy.output_url.ends_with('/') && copy.partition_by.is_empty();
        if !single || place.is_dir() {
            return Ok(None);
        }
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let temporary = place.with_file_name(format!(".tronie-{}-{number}-{name}", std::process::id()));
        let pending = Self {
            temporary,
            place: place.to_path_buf(),
        };
        pending.check()?;
        copy.output_url = pending.temporary.display().to_string();
        Ok(Some(pending))
    }

    /// Whether a file can be made there. The store makes missing folders, but tries for ever where it may not.
    fn check(&self) -> Result<(), Error> {
        let folder = self.temporary.parent().filter(|folder| !folder.as_os_str().is_empty());
        let made = folder.map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::File::create_new(&self.temporary))
            .and_then(|_| fs::remove_file(&self.temporary))
            .map_err(|e| {
                let reason = match e.kind() {
                    io::ErrorKind::NotFound => "no file can be made in its folder".to_owned(),
                    _ => e.to_string(),
                };
                let next = "name a file in a folder that can be written to";
                let place = self.place.display();
                Error::new(Kind::Denied, format!("`{place}` cannot be written: {reason}; {next}"))
            })
    }

    /// Gives the file its name.
    pub(crate) fn complete(self) -> Result<(), Error> {
        match fs::rename(&self.temporary, &self.place) {
            // A copy of no rows may write no file.
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(Error::new(
                Kind::Fault,
                format!("`{}` cannot be written: {e}", self.place.display()),
            )),
            Ok(()) => Ok(()),
        }
    }
}

impl Drop for PendingCopy {
    fn drop(&mut self) {
        let (Some(folder), Some(name)) = (self.temporary.parent(), self.temporary.file_name()) else {
            return;
        };
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        // The store itself writes under the name with a number behind it.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry
                .file_name()
                .as_encoded_bytes()
                .starts_with(name.as_encoded_bytes())
            {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}
