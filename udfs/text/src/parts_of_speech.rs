//! The part of speech of each piece of a text, in the tags of Universal Dependencies.

mod chinese;
mod english;

use crate::words::{Kind, Piece, each_piece};

/// The Universal POS tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    Adjective,
    Adposition,
    Adverb,
    Auxiliary,
    CoordinatingConjunction,
    Determiner,
    Interjection,
    Noun,
    Number,
    Particle,
    Pronoun,
    ProperNoun,
    SubordinatingConjunction,
    Verb,
    Punctuation,
    Symbol,
    Other,
}

impl Tag {
    /// As Universal Dependencies write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Adjective => "ADJ",
            Self::Adposition => "ADP",
            Self::Adverb => "ADV",
            Self::Auxiliary => "AUX",
            Self::CoordinatingConjunction => "CCONJ",
            Self::Determiner => "DET",
            Self::Interjection => "INTJ",
            Self::Noun => "NOUN",
            Self::Number => "NUM",
            Self::Particle => "PART",
            Self::Pronoun => "PRON",
            Self::ProperNoun => "PROPN",
            Self::SubordinatingConjunction => "SCONJ",
            Self::Verb => "VERB",
            Self::Punctuation => "PUNCT",
            Self::Symbol => "SYM",
            Self::Other => "X",
        }
    }
}

/// The pieces of a text with their tags.
pub(crate) fn tagged(text: &str) -> Vec<(Piece<'_>, Tag)> {
    let mut pieces = Vec::with_capacity(text.len() / 5 + 1);
    each_piece(text, |piece| pieces.push(piece));
    let tags = tags(&pieces);
    pieces.into_iter().zip(tags).collect()
}

/// The tags of pieces that follow each other in a text.
pub(crate) fn tags(pieces: &[Piece<'_>]) -> Vec<Tag> {
    let mut tags = Vec::with_capacity(pieces.len());
    let mut sentence = english::Sentence::default();
    while tags.len() < pieces.len() {
        let place = tags.len();
        let piece = &pieces[place];
        match piece.kind {
            Kind::Chinese(tag) => tags.push(chinese::tag(piece.text, tag, pieces.get(place + 1))),
            // What has no Chinese word in it is tagged together, since English tags lean on their neighbours.
            Kind::Word | Kind::Mark => {
                let is_chinese = |piece: &Piece<'_>| matches!(piece.kind, Kind::Chinese(_));
                let rest = &pieces[place..];
                let length = rest.iter().position(is_chinese).unwrap_or(rest.len());
                sentence.tag(&rest[..length], &mut tags);
            }
        }
    }
    tags
}

/// The tag of a piece that is no word.
fn mark(text: &str) -> Tag {
    match text.chars().next() {
        Some('$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~' | '%' | '＋' | '＜' | '＝' | '＞' | '～' | '％') => {
            Tag::Symbol
        }
        Some('\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..) => Tag::Other,
        Some('\u{a1}' | '\u{a7}' | '\u{ab}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}') => Tag::Punctuation,
        // General, ideographic, vertical, small and full-width punctuation; that of Arabic.
        Some(
            '\u{2010}'..='\u{205e}'
            | '\u{3001}'..='\u{3003}'
            | '\u{3008}'..='\u{3011}'
            | '\u{3014}'..='\u{301f}'
            | '\u{fe10}'..='\u{fe6f}'
            | '\u{ff01}'..='\u{ff0f}'
            | '\u{ff1a}'..='\u{ff20}'
            | '\u{ff3b}'..='\u{ff40}'
            | '\u{ff5b}'..='\u{ff65}'
            | '\u{60c}'
            | '\u{61b}'
            | '\u{61f}'
            | '\u{66a}'..='\u{66d}'
            | '\u{6d4}',
        ) => Tag::Punctuation,
        Some(c) if c.is_ascii_punctuation() => Tag::Punctuation,
        _ => Tag::Symbol,
    }
}

#[cfg(test)]
mod tests;
