//! Tronie's SQL functions over text: one function, one file, the same name, one entry below.

mod ai_analyze_sentiment;
mod ai_classify;
mod ai_embed;
mod ai_explain;
mod ai_intent;
mod ai_keywords;
mod ai_language;
mod ai_mask;
mod ai_redact;
mod ai_sentiment;
mod ai_similarity;
mod attribution;
mod clean_text;
mod embedding;
mod head;
mod keywords;
mod labelled;
mod lists;
mod parts_of_speech;
mod polarity;
mod pos_tag;
mod redact;
mod tokenize;
mod words;
mod zero_shot;

use tronie_udf_kit::FunctionSet;

/// The functions of this crate.
pub const FUNCTIONS: FunctionSet = FunctionSet {
    title: "Text",
    functions: &[
        ai_analyze_sentiment::function,
        ai_classify::function,
        ai_embed::function,
        ai_explain::function,
        ai_intent::function,
        ai_keywords::function,
        ai_language::function,
        ai_mask::function,
        ai_redact::function,
        ai_sentiment::function,
        ai_similarity::function,
        clean_text::function,
        keywords::function,
        pos_tag::function,
        tokenize::function,
    ],
    readers: &[(keywords::embedding::TASK, keywords::embedding::reader)],
};

#[cfg(test)]
mod tests;
