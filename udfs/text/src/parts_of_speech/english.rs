//! English: a greedy averaged perceptron, trained and packed by `data/recipe/english_tagger.py`.
//!
//! The method is that of Collins, "Discriminative training methods for hidden Markov models" (2002), with hashed features.
//! The features here and there have to be the same, to the letter.

use super::{Tag, mark};
use crate::words::{Kind, Piece};

/// One row a hashed feature; in a row one weight a tag, in the order of [`TAGS`], and two that are unused.
static WEIGHTS: &[u8; ROWS * ROW] = include_bytes!("../../data/english_tagger.bin");

const ROWS: usize = 1 << 15;
const ROW: usize = 16;

const TAGS: [Tag; 14] = [
    Tag::Adjective,
    Tag::Adposition,
    Tag::Adverb,
    Tag::Auxiliary,
    Tag::CoordinatingConjunction,
    Tag::Determiner,
    Tag::Interjection,
    Tag::Noun,
    Tag::Number,
    Tag::Particle,
    Tag::Pronoun,
    Tag::ProperNoun,
    Tag::SubordinatingConjunction,
    Tag::Verb,
];

/// The tag of marks, and of what lies outside the text.
const MARK: usize = TAGS.len();

/// A run of words and marks, as the perceptron sees it; kept to be filled again.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    /// The words one after another, in lower case.
    letters: String,
    /// Where each starts in `letters`, and the end of the last.
    starts: Vec<usize>,
    /// For each word the letter that stands for its shape; `None` for a mark.
    shapes: Vec<Option<&'static str>>,
    /// Where each piece's first word is: `don't` is one piece and two words.
    places: Vec<usize>,
}

impl Sentence {
    /// Adds the tags of pieces none of which is Chinese.
    pub(super) fn tag(&mut self, pieces: &[Piece<'_>], tags: &mut Vec<Tag>) {
        self.read(pieces);
        let (mut before, mut before2) = (MARK, MARK);
        let mut places = pieces.iter().zip(&self.places).peekable();
        for place in 0..self.shapes.len() {
            let guess = match self.shapes[place] {
                Some(shape) => self.guess(place, shape, before, before2),
                None => MARK,
            };
            if let Some((piece, _)) = places.next_if(|(_, first)| **first == place) {
                tags.push(match guess {
                    MARK => mark(piece.text),
                    _ if !is_latin(piece.text) => Tag::Other,
                    guess => TAGS[guess],
                });
            }
            (before, before2) = (guess, before);
        }
    }

    fn read(&mut self, pieces: &[Piece<'_>]) {
        self.letters.clear();
        self.starts.clear();
        self.shapes.clear();
        self.places.clear();
        for piece in pieces {
            self.places.push(self.shapes.len());
            match piece.kind {
                Kind::Mark => {
                    let first = piece.text.chars().next().map_or(0, char::len_utf8);
                    self.push(&piece.text[..first], None);
                }
                _ => {
                    let (host, clitic) = contraction(piece.text);
                    self.push(host, Some(shape(host)));
                    if !clitic.is_empty() {
                        self.push(clitic, Some(shape(clitic)));
                    }
                }
            }
        }
        self.starts.push(self.letters.len());
    }

    fn push(&mut self, word: &str, shape: Option<&'static str>) {
        self.starts.push(self.letters.len());
        self.shapes.push(shape);
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            self.letters.push('0');
        } else {
            let straight = |c: char| if c == '’' { '\'' } else { c };
            self.letters
                .extend(word.chars().flat_map(char::to_lowercase).map(straight));
        }
    }

    /// A word, or nothing outside the text.
    fn word(&self, place: usize) -> &str {
        match (self.starts.get(place), self.starts.get(place.wrapping_add(1))) {
            (Some(&start), Some(&end)) => &self.letters[start..end],
            _ => "",
        }
    }

    /// The place among [`TAGS`] of the most likely tag.
    fn guess(&self, place: usize, shape: &str, before: usize, before2: usize) -> usize {
        let (word, previous, following) = (self.word(place), self.word(place.wrapping_sub(1)), self.word(place + 1));
        let (tag, tag2) = (NUMBERS[before], NUMBERS[before2]);
        let features: [&[&str]; 17] = [
            &["a"],
            &["b", word],
            &["c", end(word, 3)],
            &["d", end(word, 2)],
            &["e", beginning(word, 3)],
            &["f", shape],
            &["g", tag],
            &["h", tag, " ", tag2],
            &["i", tag, " ", word],
            &["j", previous],
            &["k", following],
            &["l", end(following, 3)],
            &["m", end(previous, 3)],
            &["n", self.word(place + 2)],
            &["o", tag, " ", end(following, 3)],
            &["p", previous, " ", following],
            &["q", tag, " ", end(word, 3)],
        ];
        let mut scores = [0_i16; ROW];
        for parts in features {
            let first = row(parts) * ROW;
            for (score, &weight) in scores.iter_mut().zip(&WEIGHTS[first..first + ROW]) {
                *score += i16::from(weight.cast_signed());
            }
        }
        let mut best = 0;
        for tag in 1..MARK {
            if scores[tag] > scores[best] {
                best = tag;
            }
        }
        best
    }
}

/// The tags as they are written in features: by their numbers.
const NUMBERS: [&str; 15] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14",
];

/// The row of a feature: FNV-1a of 32 bits over its parts, folded.
fn row(parts: &[&str]) -> usize {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    let hash = bytes.fold(2_166_136_261_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(16_777_619)
    });
    (hash ^ (hash >> 15)) as usize % ROWS
}

/// The last characters of a word.
fn end(word: &str, count: usize) -> &str {
    match word.char_indices().rev().nth(count - 1) {
        Some((start, _)) => &word[start..],
        None => word,
    }
}

/// The first characters of a word.
fn beginning(word: &str, count: usize) -> &str {
    match word.char_indices().nth(count) {
        Some((end, _)) => &word[..end],
        None => word,
    }
}

/// Takes `don't` apart into `do` and `n't`, `it's` into `it` and `'s`; the second part is empty where there is nothing to
/// take apart.
fn contraction(word: &str) -> (&str, &str) {
    let Some(mark) = word.rfind(['\'', '’']) else {
        return (word, "");
    };
    let after = word[mark..].trim_start_matches(['\'', '’']);
    let is = |ending: &str| after.eq_ignore_ascii_case(ending);
    let cut = if is("t") && word[..mark].ends_with(['n', 'N']) {
        mark - 1
    } else if ["s", "re", "ve", "ll", "d", "m"].into_iter().any(is) {
        mark
    } else {
        return (word, "");
    };
    if cut == 0 { (word, "") } else { word.split_at(cut) }
}

fn shape(word: &str) -> &'static str {
    let mut chars = word.chars();
    match chars.next() {
        Some(first) if first.is_ascii_digit() => "0",
        Some(first) if first.is_uppercase() => {
            let all = !word.chars().any(char::is_lowercase);
            if all && chars.next().is_some() { "X" } else { "x" }
        }
        _ if word.contains(|c: char| c.is_ascii_digit()) => "-",
        _ => "",
    }
}

/// Whether a word is written in Latin letters or digits. Others the perceptron has never seen.
fn is_latin(word: &str) -> bool {
    word.chars()
        .any(|c| c.is_ascii_alphanumeric() || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contractions_are_taken_apart() {
        assert_eq!(contraction("don't"), ("do", "n't"));
        assert_eq!(contraction("WON’T"), ("WO", "N’T"));
        assert_eq!(contraction("it's"), ("it", "'s"));
        assert_eq!(contraction("we'll"), ("we", "'ll"));
        assert_eq!(contraction("o'clock"), ("o'clock", ""));
        assert_eq!(contraction("'s"), ("'s", ""));
        assert_eq!(contraction("n't"), ("n't", ""));
        assert_eq!(contraction("é't"), ("é't", ""));
    }

    #[test]
    fn rows_are_those_of_the_recipe() {
        // Printed by `row(..)` in english_tagger.py.
        assert_eq!(row(&["a"]), ROW_OF_A);
        assert_eq!(row(&["b", "refund"]), ROW_OF_REFUND);
    }

    const ROW_OF_A: usize = 24_884;
    const ROW_OF_REFUND: usize = 1_177;

    #[test]
    fn ends_and_beginnings_are_characters() {
        assert_eq!((end("naïve", 3), beginning("éclair", 3)), ("ïve", "écl"));
        assert_eq!((end("a", 3), beginning("", 3)), ("a", ""));
    }
}
