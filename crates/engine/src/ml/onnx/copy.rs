//! `COPY MODEL`: where the file of a model goes.

use std::io::Write;
use std::path::Path as LocalPath;
use std::sync::Arc;

use datafusion::execution::object_store::ObjectStoreUrl;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use tronie_common::Kind;
use tronie_learn::trained::Trained;

use super::export::export;
use super::inspect::Inspected;
use crate::error::Error;
use crate::files::Location;
use crate::ml::kept::{Kept, Version};
use crate::ml::registry::TrainedRegistry;

/// Writes a version of a model to a path or URL as an ONNX file, and says what it is. The file is complete or absent.
///
/// # Errors
/// When the model has no such form, or nothing can be written there.
pub(crate) async fn copy(
    registry: &TrainedRegistry,
    name: &str,
    (version, kept): (&Version, &Kept),
    to: &str,
    store: impl FnOnce(ObjectStoreUrl) -> Result<Arc<dyn ObjectStore>, Error>,
) -> Result<Vec<(String, String)>, Error> {
    if !to.ends_with(".onnx") {
        return Err(Error::new(
            Kind::Input,
            format!("models are copied to ONNX files, and `{to}` is called otherwise; let its name end with .onnx"),
        ));
    }
    let reference = format!("{name}@{}", version.version);
    let content = match &kept.trained {
        Trained::Onnx(model) => registry.file(name, version, &model.file).await?,
        _ => export(&reference, kept)?,
    };
    let inspected = Inspected::of(&content).map_err(|e| e.of(to))?;
    let mut rows = vec![
        ("model".to_owned(), reference),
        ("file".to_owned(), to.to_owned()),
        ("bytes".to_owned(), content.len().to_string()),
        ("opset".to_owned(), inspected.opsets()),
    ];
    rows.extend(inspected.names());
    if to.contains("://") {
        let location = Location::parse(to)?;
        let store = store(location.url.object_store())?;
        let written = store.put(location.url.prefix(), PutPayload::from(content)).await;
        written.map_err(|e| Error::from(e).of(to))?;
    } else {
        write(to, &content)?;
    }
    Ok(rows)
}

/// Writes a local file in a folder that is there. It gets its name when it is complete.
fn write(to: &str, content: &[u8]) -> Result<(), Error> {
    let refused = |reason: String| {
        let next = "name a file in a folder that can be written to";
        Error::new(Kind::Denied, format!("`{to}` cannot be written: {reason}; {next}"))
    };
    let place = LocalPath::new(to);
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(LocalPath::new("."));
    let pending = tempfile::Builder::new().prefix(".tronie-").tempfile_in(folder);
    let mut pending = pending.map_err(|e| refused(format!("in its folder {}", of_io(&e))))?;
    pending.write_all(content).map_err(|e| refused(of_io(&e)))?;
    readable(pending.as_file()).map_err(|e| refused(of_io(&e)))?;
    pending.persist(place).map_err(|e| refused(of_io(&e.error)))?;
    Ok(())
}

/// Others may read it, as they may read what is written by other commands; a temporary file is its owner's alone.
#[cfg(unix)]
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

fn of_io(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no file can be made".to_owned(),
        _ => error.to_string(),
    }
}
