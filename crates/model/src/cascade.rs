//! A linear model over hashed character n-grams that answers the easy texts before the encoder.
//!
//! It was taught the encoder's answers (`models/recipe/cascade.py`) and knows, for each rate of agreement that may be asked
//! for, how sure it has to be. What it is not sure of goes to the encoder.

use std::borrow::Cow;
use std::collections::BTreeMap;

use safetensors::{Dtype, SafeTensors};

/// The multiplier of Fibonacci hashing: 2^64 over the golden ratio.
const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// The linear model of one model folder.
#[derive(Debug)]
pub(crate) struct Cascade {
    /// `[buckets, columns]`.
    weights: Vec<i8>,
    scale: Vec<f32>,
    bias: Vec<f32>,
    heads: Vec<Head>,
    columns: usize,
    longest: usize,
    bits: u32,
    max_chars: usize,
}

/// The columns of one output, and how sure they must be.
#[derive(Debug)]
struct Head {
    output: String,
    columns: std::ops::Range<usize>,
    /// Rates of agreement and the least probability for each, rates rising.
    thresholds: Vec<(f64, f64)>,
}

impl Cascade {
    /// Reads a file in the safetensors format; a reason when it is none, or not a cascade.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let (_, told) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
        let told = told.metadata().clone().ok_or("it has no metadata")?;
        let told = |name: &str| told.get(name).ok_or_else(|| format!("its metadata lacks `{name}`"));
        let number =
            |name: &str| -> Result<usize, String> { told(name)?.parse().map_err(|_| format!("`{name}` is no number")) };
        let tensors = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
        let widths: Vec<(String, usize)> = serde_json::from_str(told("columns")?).map_err(|e| e.to_string())?;
        let mut thresholds: BTreeMap<String, BTreeMap<String, f64>> =
            serde_json::from_str(told("thresholds")?).map_err(|e| e.to_string())?;
        let (mut heads, mut columns) = (Vec::new(), 0);
        for (output, width) in widths {
            let rates = thresholds.remove(&output).unwrap_or_default();
            let rate = |(rate, least): (String, f64)| rate.parse::<f64>().ok().map(|rate| (rate, least));
            let mut thresholds: Vec<(f64, f64)> = rates.into_iter().filter_map(rate).collect();
            thresholds.sort_by(|a, b| a.0.total_cmp(&b.0));
            heads.push(Head {
                output,
                columns: columns..columns + width,
                thresholds,
            });
            columns += width;
        }
        let bits = u32::try_from(number("bits")?).map_err(|e| e.to_string())?;
        if !(1..=30).contains(&bits) {
            return Err(format!("`bits` is {bits}, expected 1 to 30"));
        }
        let weights = tensors.tensor("weights").map_err(|e| e.to_string())?;
        if weights.dtype() != Dtype::I8 || weights.shape() != [1 << bits, columns] {
            return Err("`weights` has another type or shape than its metadata says".to_owned());
        }
        let floats = |name: &str| -> Result<Vec<f32>, String> {
            let tensor = tensors.tensor(name).map_err(|e| e.to_string())?;
            if tensor.dtype() != Dtype::F32 || tensor.shape() != [columns] {
                return Err(format!("`{name}` has another type or shape than its metadata says"));
            }
            let quads = tensor.data().chunks_exact(4);
            Ok(quads.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
        };
        Ok(Self {
            weights: weights.data().iter().map(|&byte| byte.cast_signed()).collect(),
            scale: floats("scale")?,
            bias: floats("bias")?,
            heads,
            columns,
            longest: number("longest")?.max(1),
            bits,
            max_chars: number("max_chars")?,
        })
    }

    /// How sure it has to be of `output` for answers that agree with the encoder's at `rate`; `None` where it cannot.
    pub(crate) fn threshold(&self, output: &str, rate: f64) -> Option<f64> {
        let head = self.heads.iter().find(|head| head.output == output)?;
        let (_, least) = head.thresholds.iter().find(|(known, _)| *known >= rate - 1e-9)?;
        (*least <= 1.0).then_some(*least)
    }

    /// The logits for `output`, if the probability of the best label is at least `least`.
    pub(crate) fn answer(&self, output: &str, text: &str, least: f64) -> Option<Vec<f32>> {
        let head = self.heads.iter().find(|head| head.output == output)?;
        let logits = self.logits(text, &head.columns);
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f64 = logits.iter().map(|&logit| f64::from(logit - highest).exp()).sum();
        (1.0 / total >= least).then_some(logits)
    }

    fn logits(&self, text: &str, columns: &std::ops::Range<usize>) -> Vec<f32> {
        let mut sums = vec![0_i32; columns.len()];
        let mut count = 0_usize;
        self.each_bucket(text, |bucket| {
            let row = &self.weights[bucket * self.columns..(bucket + 1) * self.columns];
            sums.iter_mut()
                .zip(&row[columns.clone()])
                .for_each(|(sum, &weight)| *sum += i32::from(weight));
            count += 1;
        });
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a logit needs no more than single precision"
        )]
        let logit = |(sum, column): (i32, usize)| {
            let mean = f64::from(sum) / (count.max(1) as f64).sqrt();
            (mean * f64::from(self.scale[column]) + f64::from(self.bias[column])) as f32
        };
        sums.into_iter().zip(columns.clone()).map(logit).collect()
    }

    /// The bucket of every n-gram of the text: in lower case, white space folded, with a space at both ends. White space and
    /// lower case are Python's, which made the file: the separators U+001C to U+001F are spaces, and a Σ that ends a word
    /// becomes ς.
    fn each_bucket(&self, text: &str, mut take: impl FnMut(usize)) {
        let mut folded: Vec<char> = Vec::with_capacity(text.len().min(self.max_chars) + 2);
        folded.push(' ');
        let is_space = |c: char| c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}');
        'words: for word in text.split(is_space).filter(|word| !word.is_empty()) {
            let word = match word.contains('Σ') {
                true => Cow::Owned(word.to_lowercase()),
                false => Cow::Borrowed(word),
            };
            for c in word.chars().flat_map(char::to_lowercase) {
                folded.push(c);
                if folded.len() >= self.max_chars {
                    break 'words;
                }
            }
            folded.push(' ');
        }
        folded.truncate(self.max_chars);
        for start in 0..folded.len() {
            let mut hash = 0_u64;
            for &c in folded[start..].iter().take(self.longest) {
                hash = hash.wrapping_add(u64::from(u32::from(c)) + 1).wrapping_mul(MULTIPLIER);
                take(usize::try_from(hash >> (64 - self.bits)).unwrap_or_default());
            }
        }
    }
}

#[cfg(test)]
mod tests;
