//! What each word of a text does to a model's answer: Shapley values over a few orders of the words.
//!
//! In one order, a word's contribution is what the answer gains when the word joins those before it. Over all orders the
//! mean is the word's Shapley value (Lundberg and Lee, 2017); here it is the mean over the text's own order, a shuffled one
//! and both backwards, which cancels most of the error (Castro et al., 2009; Mitchell et al., 2022). In each order the
//! contributions add up to the answer for the whole text less that for no words at all, so their means do too.

use std::collections::HashMap;
use std::ops::Range;

use crate::words::{Kind, each_piece};

/// The most words of a text that are told apart; in longer ones neighbours go together.
const MOST: usize = 64;

/// The text without words, from which contributions are counted: a mark that says nothing.
pub(crate) const NOTHING: &str = "…";

/// A text in parts, and the texts that are to be answered to find out what each part does.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    text: &'a str,
    /// The bytes of each part: a word and what follows it up to the next.
    spans: Vec<Range<usize>>,
    /// The bytes of each part's words, without what follows.
    words: Vec<Range<usize>>,
    orders: Vec<Vec<usize>>,
    /// A text for each set of parts that occurs, and where it stands in `texts`.
    places: HashMap<u64, usize>,
    texts: Vec<String>,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut words: Vec<Range<usize>> = Vec::new();
        each_piece(text, |piece| {
            if piece.kind != Kind::Mark || is_emoji(piece.text) {
                words.push(piece.start..piece.start + piece.text.len());
            }
        });
        if words.is_empty() {
            words.push(0..text.len());
        }
        let words = merged(&words);
        let starts: Vec<usize> = words.iter().map(|word| word.start).collect();
        let spans = (0..words.len())
            .map(|n| {
                let start = if n == 0 { 0 } else { starts[n] };
                start..starts.get(n + 1).copied().unwrap_or(text.len())
            })
            .collect();
        let mut parts = Self {
            text,
            spans,
            orders: orders(words.len()),
            words,
            places: HashMap::new(),
            texts: Vec::new(),
        };
        parts.place(0);
        for order in parts.orders.clone() {
            let mut set = 0;
            for part in order {
                set |= 1 << part;
                parts.place(set);
            }
        }
        parts
    }

    /// Makes the text of a set of parts, if it is not there yet.
    fn place(&mut self, set: u64) {
        if self.places.contains_key(&set) {
            return;
        }
        let inside = self.spans.iter().enumerate().filter(|(part, _)| set & (1 << part) != 0);
        let text: String = inside.map(|(_, span)| &self.text[span.clone()]).collect();
        self.places.insert(set, self.texts.len());
        self.texts.push(if set == 0 { NOTHING.to_owned() } else { text });
    }

    /// The texts to be answered.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Where the whole text stands among them.
    pub(crate) fn whole(&self) -> usize {
        self.places[&(u64::MAX >> (64 - self.spans.len()))]
    }

    /// Each part's words and what they do, given the answer to each of the texts.
    pub(crate) fn attributions(&self, answers: &[f64]) -> Vec<(&'a str, f64)> {
        let mut sums = vec![0.0; self.spans.len()];
        for order in &self.orders {
            let (mut set, mut before) = (0, answers[self.places[&0]]);
            for &part in order {
                set |= 1 << part;
                let now = answers[self.places[&set]];
                sums[part] += now - before;
                before = now;
            }
        }
        let orders = self.orders.len() as f64;
        let words = self.words.iter().map(|word| &self.text[word.clone()]);
        words.zip(sums.into_iter().map(|sum| sum / orders)).collect()
    }
}

/// Neighbours together where there are more than [`MOST`].
fn merged(words: &[Range<usize>]) -> Vec<Range<usize>> {
    let size = words.len().div_ceil(MOST).max(1);
    words
        .chunks(size)
        .map(|group| group[0].start..group[group.len() - 1].end)
        .collect()
}

/// Punctuation goes with the word before it, but an emoji says something itself.
fn is_emoji(mark: &str) -> bool {
    mark.chars()
        .any(|c| matches!(u32::from(c), 0x2600..=0x27bf | 0x2b50..=0x2b55 | 0x1f000..=0x1faff))
}

/// The text's own order, a shuffled one, and both backwards.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let own: Vec<usize> = (0..count).collect();
    let mut shuffled = own.clone();
    // Fisher-Yates with SplitMix64 from a fixed seed: the same for every text of as many words.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for last in (1..count).rev() {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let pick = usize::try_from((z ^ (z >> 31)) % (last as u64 + 1)).unwrap_or_default();
        shuffled.swap(last, pick);
    }
    let mut orders = vec![own, shuffled];
    if count < 3 {
        orders.truncate(1);
    }
    let backwards: Vec<Vec<usize>> = orders
        .iter()
        .map(|order| order.iter().rev().copied().collect())
        .collect();
    orders.extend(backwards);
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The attributions under a model that is the number of `bad` in a text.
    fn of_bad(text: &str) -> Vec<(&str, f64)> {
        let parts = Parts::new(text);
        let answers: Vec<f64> = parts
            .texts()
            .iter()
            .map(|text| text.matches("bad").count() as f64)
            .collect();
        parts.attributions(&answers)
    }

    #[test]
    fn a_word_that_does_everything_gets_everything() {
        assert_eq!(
            of_bad("what a bad day"),
            [("what", 0.0), ("a", 0.0), ("bad", 1.0), ("day", 0.0)]
        );
    }

    #[test]
    fn contributions_add_up_to_the_whole_less_nothing() {
        let text = "a bad, bad thing! 👎 这 很 糟糕";
        let parts = Parts::new(text);
        let answers: Vec<f64> = parts
            .texts()
            .iter()
            .map(|text| (text.len() as f64).sqrt() + f64::from(u8::from(text.contains("thing"))))
            .collect();
        let sum: f64 = parts.attributions(&answers).iter().map(|(_, gain)| gain).sum();
        let nothing = answers[parts
            .texts()
            .iter()
            .position(|text| text == NOTHING)
            .expect("nothing is asked about")];
        assert!((sum - (answers[parts.whole()] - nothing)).abs() < 1e-9);
    }

    #[test]
    fn the_whole_text_is_asked_about_as_it_is() {
        for text in ["  bad day! ", "好", "👍👍", "...", "a"] {
            let parts = Parts::new(text);
            assert_eq!(parts.texts()[parts.whole()], text);
        }
    }

    #[test]
    fn long_texts_have_no_more_parts_than_fit() {
        let text = "word ".repeat(1_000);
        let parts = Parts::new(&text);
        assert!(parts.spans.len() <= MOST, "{}", parts.spans.len());
        assert_eq!(parts.texts()[parts.whole()], text);
    }
}
