//! The ONNX Runtime library that tests with real models use.

use std::path::PathBuf;

use crate::skip::skipped;

/// The library that `cargo xtask test` hands to its tests by `ORT_DYLIB_PATH`. Where there is none, says so loudly and
/// returns `None`: the test is then skipped.
pub fn onnxruntime() -> Option<PathBuf> {
    let library = std::env::var_os("ORT_DYLIB_PATH")
        .map(PathBuf::from)
        .filter(|path| path.is_file());
    if library.is_none() {
        skipped("there is no ONNX Runtime for this test; `cargo xtask test` sets it up");
    }
    library
}
