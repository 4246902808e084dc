//! The shared library: found, loaded once per process, quiet.

use std::path::PathBuf;

use ort::environment::Environment;
use ort::logging::LogLevel;
use parking_lot::Mutex;
use tronie_common::Kind;
use tronie_model::BackendError;

/// A process can load the library once only; a failed attempt may be repeated.
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// The environment of the process, made from the first of `libraries` that exists.
pub(crate) fn environment(libraries: &[PathBuf]) -> Result<Environment, BackendError> {
    let mut environment = ENVIRONMENT.lock();
    if let Some(environment) = &*environment {
        return Ok(environment.clone());
    }
    let library = libraries
        .iter()
        .find(|path| path.is_file())
        .ok_or_else(|| missing(libraries))?;
    let failed = |reason: String| {
        let library = library.display();
        let next = "set ORT_DYLIB_PATH to ONNX Runtime 1.22 or newer, or run `cargo xtask setup`";
        BackendError {
            message: format!("ONNX Runtime cannot be loaded from `{library}`: {reason}; {next}"),
            kind: Kind::Missing,
        }
    };
    tracing::debug!(library = %library.display(), "loading ONNX Runtime");
    let builder = ort::init_from(library).map_err(|e| failed(e.to_string()))?;
    let built = builder
        .with_name("tronie")
        .with_telemetry(false)
        .build()
        .map_err(|e| failed(e.to_string()))?;
    // What goes wrong comes back as an error; the library's own lines on stderr would only repeat it.
    built.set_log_level(LogLevel::Fatal);
    Ok(environment.insert(built).clone())
}

fn missing(libraries: &[PathBuf]) -> BackendError {
    let places: Vec<String> = libraries.iter().map(|path| format!("`{}`", path.display())).collect();
    let places = if places.is_empty() {
        "nowhere".to_owned()
    } else {
        places.join(", ")
    };
    let next = "run `cargo xtask setup` in Tronie's source, or set ORT_DYLIB_PATH to a libonnxruntime of version 1.22 or newer";
    BackendError {
        message: format!("ONNX Runtime is not installed (looked at {places}); {next}"),
        kind: Kind::Missing,
    }
}
