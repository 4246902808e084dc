//! `tronie functions` and the generated reference.

use std::sync::Arc;

use tronie_engine::{FunctionEntry, functions_markdown, options_markdown, own_functions};
use tronie_ort::OnnxRuntime;

use crate::args::Page;
use crate::failure::Failure;

/// Prints each function with the first sentence about it.
pub(crate) fn list() -> Result<(), Failure> {
    for FunctionEntry { name, description, .. } in own_functions(Arc::new(OnnxRuntime::new(Vec::new()))) {
        let sentence = description
            .split_once(". ")
            .map_or(description.as_str(), |(first, _)| first);
        println!("{name:<24}{}", sentence.trim_end_matches('.'));
    }
    Ok(())
}

/// Prints a page of the reference.
pub(crate) fn reference(page: Page) -> Result<(), Failure> {
    match page {
        Page::Functions => print!("{}", functions_markdown(Arc::new(OnnxRuntime::new(Vec::new())))),
        Page::Config => print!("{}", options_markdown()),
    }
    Ok(())
}
