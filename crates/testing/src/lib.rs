//! Fixtures and drivers for the tests of all crates. A development dependency only.

pub mod conformance;
mod fixtures;
mod onnxruntime;
pub mod properties;
mod skip;
pub mod web;
pub mod weed;

pub use fixtures::{TINY_MULTI_OUTPUTS, fixture, fixtures};
pub use onnxruntime::onnxruntime;
