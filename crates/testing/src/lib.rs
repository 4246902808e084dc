//! Fixtures and drivers for the tests of all crates. A development dependency only.

pub mod conformance;
mod fixtures;
mod onnxruntime;
mod skip;
pub mod weed;

pub use fixtures::{TINY_MULTI_OUTPUTS, fixture, fixtures};
pub use onnxruntime::onnxruntime;
