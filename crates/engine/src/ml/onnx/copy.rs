//! `COPY MODEL`: where the file of a model goes.

use std::path::Path as LocalPath;
use std::sync::Arc;

use datafusion::execution::object_store::ObjectStoreUrl;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
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
    let (store, path) = match to.contains("://") {
        true => {
            let location = Location::parse(to)?;
            (store(location.url.object_store())?, location.url.prefix().clone())
        }
        false => (Arc::new(LocalFileSystem::new()) as Arc<dyn ObjectStore>, local(to)?),
    };
    let written = store.put(&path, PutPayload::from(content)).await;
    written.map_err(|e| Error::from(e).of(to))?;
    Ok(rows)
}

/// A local place in a folder that is there.
fn local(to: &str) -> Result<Path, Error> {
    let refused = |reason: String| Error::new(Kind::Input, format!("`{to}` cannot be written: {reason}"));
    let place = LocalPath::new(to);
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(LocalPath::new("."));
    let Some(name) = place.file_name() else {
        return Err(refused("it names no file".to_owned()));
    };
    let folder = folder.canonicalize().map_err(|e| refused(format!("its folder: {e}")))?;
    Path::from_absolute_path(folder.join(name)).map_err(|e| refused(e.to_string()))
}
