//! `tronie functions` and the generated reference.

use std::sync::Arc;

use tronie_engine::{FunctionEntry, functions_markdown, options_markdown, own_functions};
use tronie_ort::OnnxRuntime;

use crate::args::Page;
use crate::failure::Failure;
use crate::output;

/// Prints each function with the first sentence about it.
pub(crate) fn list() -> Result<(), Failure> {
    let line = |FunctionEntry { name, description, .. }: FunctionEntry| {
        let sentence = description
            .split_once(". ")
            .map_or(description.as_str(), |(first, _)| first);
        format!("{name:<24}{}\n", sentence.trim_end_matches('.'))
    };
    let lines: String = own_functions(Arc::new(OnnxRuntime::new(Vec::new())))
        .into_iter()
        .map(line)
        .collect();
    output::print(&lines)
}

/// Prints a page of the reference.
pub(crate) fn reference(page: Page) -> Result<(), Failure> {
    output::print(&match page {
        Page::Functions => functions_markdown(Arc::new(OnnxRuntime::new(Vec::new()))),
        Page::Config => options_markdown(),
    })
}
