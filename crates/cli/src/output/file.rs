//! A file that appears when it is complete, or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Sink;

/// Written beside its final place under another name, and renamed at the end; removed when dropped before.
pub(crate) struct PendingFile {
    file: BufWriter<NamedTempFile>,
    place: PathBuf,
}

impl PendingFile {
    pub(crate) fn create(place: &Path) -> io::Result<Self> {
        if place.is_dir() {
            return Err(io::Error::other("it is a folder; name a file"));
        }
        let folder = place
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".tronie-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The usual rights of a new file, as the user's mask leaves them.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        Ok(Self {
            file: BufWriter::new(builder.tempfile_in(folder)?),
            place: place.to_path_buf(),
        })
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for PendingFile {
    fn complete(self: Box<Self>) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&self.place).map(|_: File| ()).map_err(|e| e.error)
    }
}
