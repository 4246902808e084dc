//! Texts to token ids.

use std::path::Path;

use tokenizers::{Tokenizer, TruncationParams};

/// A text cannot fill more tokens than it has characters, but a token can stand for several: what lies beyond this many
/// characters for each token that the model reads is never looked at, so a text of megabytes costs no more than a page.
const CHARS_PER_TOKEN: usize = 64;

/// Fewer texts than this are not worth waking other threads for.
const PARALLEL_FROM: usize = 16;

/// The tokenizer of one model: its prefix, its truncation, no padding.
#[derive(Debug)]
pub(crate) struct TextTokenizer {
    tokenizer: Tokenizer,
    prefix: String,
    max_chars: usize,
    pad: i64,
}

impl TextTokenizer {
    /// Reads `file`, a `tokenizer.json`. Returns a reason when it is not one.
    pub(crate) fn read(file: &Path, prefix: &str, max_length: usize) -> Result<Self, String> {
        let mut tokenizer = Tokenizer::from_file(file).map_err(|e| e.to_string())?;
        // The file may cut shorter than the model can read, never longer.
        let own = tokenizer.get_truncation().map_or(max_length, |own| own.max_length);
        let max_length = own.min(max_length);
        let pad = tokenizer.get_padding().map(|padding| padding.pad_id);
        let pad = pad.or_else(|| ["<pad>", "[PAD]"].iter().find_map(|token| tokenizer.token_to_id(token)));
        tokenizer.with_padding(None);
        let truncation = TruncationParams {
            max_length,
            ..TruncationParams::default()
        };
        tokenizer.with_truncation(Some(truncation)).map_err(|e| e.to_string())?;
        Ok(Self {
            tokenizer,
            prefix: prefix.to_owned(),
            max_chars: max_length.saturating_mul(CHARS_PER_TOKEN),
            pad: i64::from(pad.unwrap_or(0)),
        })
    }

    /// The id that fills up shorter texts.
    pub(crate) fn pad(&self) -> i64 {
        self.pad
    }

    /// The token ids of each text, or why it has none. In parallel, in the order given.
    pub(crate) fn encode(&self, texts: &[&str]) -> Vec<Result<Vec<u32>, String>> {
        let inputs: Vec<String> = texts.iter().map(|text| self.input(text)).collect();
        if inputs.len() >= PARALLEL_FROM {
            // One text that fails makes the whole call fail; then each is tried alone.
            if let Ok(encodings) = self.tokenizer.encode_batch_fast(inputs.clone(), true) {
                return encodings.iter().map(|encoding| non_empty(encoding.get_ids())).collect();
            }
        }
        let one = |input: String| match self.tokenizer.encode_fast(input, true) {
            Ok(encoding) => non_empty(encoding.get_ids()),
            Err(error) => Err(format!("it cannot be tokenised: {error}")),
        };
        inputs.into_iter().map(one).collect()
    }

    /// For each text its token ids and the bytes of the text that each token stands for, none for special tokens. Slower
    /// than [`Self::encode`].
    pub(crate) fn encode_with_spans(&self, texts: &[&str]) -> Vec<Result<(Vec<u32>, Spans), String>> {
        let one = |text: &&str| {
            let encoding = self.tokenizer.encode(self.input(text), true);
            let encoding = encoding.map_err(|error| format!("it cannot be tokenised: {error}"))?;
            // The spans count from the start of the prefix and of what `input` has trimmed off.
            let before = text.len() - text.trim_start().len();
            let place = |offset: usize| (offset.saturating_sub(self.prefix.len()) + before).min(text.len());
            let spans = encoding
                .get_offsets()
                .iter()
                .map(|&(start, end)| (place(start), place(end)));
            non_empty(encoding.get_ids()).map(|ids| (ids, spans.collect()))
        };
        texts.iter().map(one).collect()
    }

    fn input(&self, text: &str) -> String {
        let text = text.trim();
        let end = text
            .char_indices()
            .nth(self.max_chars)
            .map_or(text.len(), |(end, _)| end);
        format!("{}{}", self.prefix, &text[..end])
    }
}

/// A text's tokens, and the bytes of the text that each stands for.
type Spans = Vec<(usize, usize)>;

fn non_empty(ids: &[u32]) -> Result<Vec<u32>, String> {
    if ids.is_empty() {
        Err("it has no tokens".to_owned())
    } else {
        Ok(ids.to_vec())
    }
}
