//! Tiny models whose answers can be worked out by hand; `models/recipe/tiny.py` made them.

use std::path::{Path, PathBuf};

/// The folder of all fixtures. It can serve as a model registry: `tiny-hf` (a Hugging Face export, two labels) and
/// `tiny-multi` (Tronie's own layout, two outputs).
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The fixture called `name`.
pub fn fixture(name: &str) -> PathBuf {
    fixtures().join(name)
}
