//! Keywords by meaning: the candidates whose vectors are closest to the text's, and not all the same.
//!
//! As in KeyBERT (Grootendorst, 2020), but a candidate's vector is the mean of its own tokens' in the text, which the pass
//! that reads the text has made anyway, so candidates cost no pass of their own. Diversity is by maximal marginal relevance
//! (Carbonell and Goldstein, 1998).

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use tronie_model::{Row, TokenReader, TokenVectors};

use super::candidates::candidates;
use super::rank::Weighted;
use crate::embedding::cosine;
use crate::words::each_piece;

/// The task by which functions ask for these keywords.
pub(crate) const TASK: &str = "keywords";

/// How many keywords of a text are found; more cannot be asked for.
pub(crate) const MOST: usize = 20;

/// What closeness to the text counts against distance from the keywords chosen before.
const RELEVANCE: f64 = 0.7;

/// Makes the reader.
pub(crate) fn reader() -> Arc<dyn TokenReader> {
    Arc::new(Closest)
}

/// Reads the keywords off a text's token vectors: for each its first byte, its last byte and its weight.
#[derive(Debug)]
struct Closest;

/// A different word of a text: where it stands first, what it counts, and its vector.
struct Word {
    place: Range<usize>,
    vector: Vec<f32>,
    relevance: f64,
}

impl TokenReader for Closest {
    fn name(&self) -> &str {
        "keywords-1"
    }

    fn read(&self, tokens: &TokenVectors<'_>) -> Vec<f32> {
        let words = words(tokens);
        let chosen = choose(&words);
        let row = |&word: &usize| {
            let Word { place, relevance, .. } = &words[word];
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                reason = "a model reads the first thousands of bytes"
            )]
            [place.start as f32, place.end as f32, *relevance as f32]
        };
        chosen.iter().flat_map(row).collect()
    }
}

fn words(tokens: &TokenVectors<'_>) -> Vec<Word> {
    let columns = tokens.columns;
    let mut whole = vec![0.0; columns];
    for token in (0..tokens.spans.len()).filter(|&token| is_real(tokens.spans[token])) {
        add(&mut whole, tokens.vector(token));
    }
    let whole = unit(&whole);
    let mut places = Vec::new();
    each_piece(tokens.text, |piece| {
        places.push(piece.start..piece.start + piece.text.len())
    });
    let mut found: Vec<Word> = Vec::new();
    let mut parts: Vec<f64> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    // Tokens and places both go from left to right.
    let mut first = 0;
    for (place, candidate) in places.into_iter().zip(candidates(tokens.text)) {
        while first < tokens.spans.len() && tokens.spans[first].1 <= place.start {
            first += 1;
        }
        let Some(candidate) = candidate else { continue };
        let own = (first..tokens.spans.len()).take_while(|&token| tokens.spans[token].0 < place.end);
        let own: Vec<usize> = own.filter(|&token| is_real(tokens.spans[token])).collect();
        // What lies beyond the tokens that the model reads has no vector.
        if own.is_empty() {
            continue;
        }
        let number = *numbers.entry(candidate.word.to_string()).or_insert_with(|| {
            found.push(Word {
                place: place.clone(),
                vector: vec![0.0; columns],
                relevance: 0.0,
            });
            parts.push(candidate.part());
            found.len() - 1
        });
        own.into_iter()
            .for_each(|token| add(&mut found[number].vector, tokens.vector(token)));
    }
    for (word, part) in found.iter_mut().zip(parts) {
        word.vector = unit(&word.vector);
        word.relevance = cosine(&word.vector, &whole) * part;
        // The vectors of one text all lean to the same side; what is left without it tells the words apart.
        let lean = cosine(&word.vector, &whole);
        #[expect(clippy::cast_possible_truncation, reason = "at most 1")]
        let lean = lean as f32;
        word.vector
            .iter_mut()
            .zip(&whole)
            .for_each(|(x, middle)| *x -= lean * middle);
        word.vector = unit(&word.vector);
    }
    found
}

/// The numbers of the words to take, in the order of their marginal relevance; of equals the one that comes first.
fn choose(words: &[Word]) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    let mut likeness = vec![0.0_f64; words.len()];
    while chosen.len() < MOST.min(words.len()) {
        let gain = |word: usize| RELEVANCE * words[word].relevance - (1.0 - RELEVANCE) * likeness[word];
        let open = (0..words.len()).rev().filter(|word| !chosen.contains(word));
        let Some(next) = open.max_by(|&a, &b| gain(a).total_cmp(&gain(b))) else {
            break;
        };
        chosen.push(next);
        for (word, alike) in likeness.iter_mut().enumerate() {
            *alike = alike.max(cosine(&words[word].vector, &words[next].vector));
        }
    }
    chosen
}

/// The `k` keywords in a reader's row, the heaviest first.
pub(crate) fn keywords<'a>(text: &'a str, row: &Row, k: usize) -> Vec<Weighted<'a>> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "written as places in a text"
    )]
    let place = |number: f32| number as usize;
    let found = row.chunks_exact(3).take(k).filter_map(|word| {
        let written = text.get(place(word[0])..place(word[1]))?;
        let own = candidates(written).into_iter().flatten().next();
        let word_of = own.map_or_else(|| written.to_lowercase(), |own| own.word.into_owned());
        Some(Weighted {
            word: word_of.into(),
            weight: f64::from(word[2]),
        })
    });
    let mut found: Vec<Weighted<'a>> = found.collect();
    found.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    found
}

/// Whether a token stands for a part of the text; special ones do not.
fn is_real(span: (usize, usize)) -> bool {
    span.0 < span.1
}

fn add(sum: &mut [f32], vector: &[f32]) {
    sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
}

fn unit(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-12);
    vector.iter().map(|x| x / length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One token a word, with vectors by hand.
    fn read(text: &str, vectors: &[[f32; 2]]) -> Vec<(String, f64)> {
        let mut spans = Vec::new();
        each_piece(text, |piece| spans.push((piece.start, piece.start + piece.text.len())));
        let vectors: Vec<f32> = vectors.iter().flatten().copied().collect();
        let row = Closest.read(&TokenVectors {
            text,
            spans: &spans,
            vectors: &vectors,
            columns: 2,
        });
        keywords(text, &Row::from(row), 2)
            .into_iter()
            .map(|word| (word.word.into_owned(), word.weight))
            .collect()
    }

    #[test]
    fn what_is_close_to_the_text_weighs_most() {
        let found = read("screen battery table", &[[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]]);
        assert_eq!(found[0].0, "battery");
    }

    #[test]
    fn a_word_is_found_once_however_often_it_stands_there() {
        let found = read("screen Screen battery", &[[1.0, 0.0], [1.0, 0.0], [0.9, 0.3]]);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_text_without_candidates_has_no_keywords() {
        assert!(read("the of 123", &[[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]).is_empty());
    }
}
