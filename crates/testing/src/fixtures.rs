//! Tiny models whose answers can be worked out by hand; `models/recipe/tiny.py` made them.

use std::path::{Path, PathBuf};

/// The outputs of `tiny-multi`, for a stub in its place.
pub const TINY_MULTI_OUTPUTS: [&str; 4] = ["sentiment", "intent", "sentence_embedding", "token_embedding"];

/// The folder of all fixtures. It can serve as a model registry: `tiny-hf` (a Hugging Face export, two labels) and
/// `tiny-multi` (Tronie's own layout, an output of each kind).
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The fixture called `name`.
pub fn fixture(name: &str) -> PathBuf {
    fixtures().join(name)
}
