//! Tronie's SQL functions over text: one function, one file, the same name, one entry below.

mod ai_analyze_sentiment;
mod ai_sentiment;
mod clean_text;
mod polarity;

use tronie_udf_kit::FunctionSet;

/// The functions of this crate.
pub const FUNCTIONS: FunctionSet = FunctionSet {
    title: "Text",
    functions: &[
        ai_analyze_sentiment::function,
        ai_sentiment::function,
        clean_text::function,
    ],
};

#[cfg(test)]
mod tests;
