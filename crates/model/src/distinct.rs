//! The distinct texts of a call.

use std::collections::HashMap;

use tronie_common::is_invisible;

use crate::answers::{Key, key};
use crate::loaded::Model;
use crate::question::Question;

/// Distinct texts in the order in which they were met.
pub(crate) struct Distinct<'a> {
    seeds: Vec<blake3::Hasher>,
    places: HashMap<Key, usize>,
    /// For each text one key a question.
    keys: Vec<Key>,
    pub(crate) texts: Vec<&'a str>,
}

impl<'a> Distinct<'a> {
    /// No texts yet, about which `questions` will be asked.
    pub(crate) fn new(model: &Model, questions: &[Question]) -> Self {
        Self {
            seeds: questions.iter().map(|question| seed(model, question)).collect(),
            places: HashMap::new(),
            keys: Vec::new(),
            texts: Vec::new(),
        }
    }

    /// The place of a text among the distinct ones; it is added if it is new.
    pub(crate) fn place(&mut self, text: &'a str) -> usize {
        let seeds = &self.seeds;
        *self.places.entry(key(&seeds[0], text)).or_insert_with_key(|first| {
            self.keys.push(*first);
            self.keys.extend(seeds[1..].iter().map(|seed| key(seed, text)));
            self.texts.push(text);
            self.texts.len() - 1
        })
    }

    /// The keys of one text, in the order of the questions.
    pub(crate) fn keys(&self, text: usize) -> &[Key] {
        let questions = self.seeds.len();
        &self.keys[text * questions..(text + 1) * questions]
    }
}

/// What the keys of all answers to a question start from.
fn seed(model: &Model, question: &Question) -> blake3::Hasher {
    let mut seed = blake3::Hasher::new();
    seed.update(model.digest().as_bytes())
        .update(question.name().as_bytes())
        .update(&[0]);
    seed
}

/// Whether there is anything to read: white space and what cannot be seen is no text.
pub(crate) fn has_text(text: &str) -> bool {
    text.chars().any(|c| !(c.is_whitespace() || is_invisible(c)))
}

/// The beginning of a text, quoted, for messages.
pub(crate) fn excerpt(text: &str) -> String {
    const CHARS: usize = 40;
    let head: String = text
        .chars()
        .take(CHARS)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(CHARS).is_some() {
        format!("'{head}...'")
    } else {
        format!("'{head}'")
    }
}
