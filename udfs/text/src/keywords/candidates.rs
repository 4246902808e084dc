//! Which words of a text may be keywords.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use crate::parts_of_speech::{Tag, tags};
use crate::words::{Kind, Piece, each_piece, is_in_dictionary};

/// A word that may be a keyword.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate<'a> {
    /// The word; in lower case unless it is Chinese.
    pub(crate) word: Cow<'a, str>,
    pub(crate) is_chinese: bool,
    pub(crate) is_noun: bool,
}

impl Candidate<'_> {
    /// What the word counts: people choose nouns as keywords rather than verbs and adjectives.
    pub(crate) fn part(&self) -> f64 {
        if self.is_noun { 1.0 } else { 0.6 }
    }
}

/// Words that say nothing about what a text is about, of both languages.
static STOP_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    [
        include_str!("../../data/stop_words_zh.txt"),
        include_str!("../../data/stop_words_en.txt"),
    ]
    .into_iter()
    .flat_map(str::split_whitespace)
    .collect()
});

/// The pieces of a text: the candidates among them, and `None` for what is none.
pub(crate) fn candidates(text: &str) -> Vec<Option<Candidate<'_>>> {
    let mut pieces = Vec::with_capacity(text.len() / 5 + 1);
    each_piece(text, |piece| pieces.push(piece));
    let mut candidates = Vec::with_capacity(pieces.len());
    let mut place = 0;
    while place < pieces.len() {
        if let Kind::Chinese(tag) = pieces[place].kind {
            candidates.push(chinese(pieces[place].text, tag));
            place += 1;
            continue;
        }
        // The English tagger has to see the neighbours.
        let is_chinese = |piece: &Piece<'_>| matches!(piece.kind, Kind::Chinese(_));
        let rest = &pieces[place..];
        let run = &rest[..rest.iter().position(is_chinese).unwrap_or(rest.len())];
        if run.iter().all(|piece| piece.kind == Kind::Mark) {
            candidates.extend(run.iter().map(|_| None));
        } else {
            candidates.extend(run.iter().zip(tags(run)).map(|(piece, tag)| english(piece.text, tag)));
        }
        place += run.len();
    }
    candidates
}

/// Degrees, negations and numbers that jieba, when it guesses, takes for the start of a word: 很软, 不油, 三遍.
const NO_START: &[char] = &[
    '很', '太', '不', '没', '挺', '更', '最', '超', '真', '好', '也', '都', '就', '还', '又', '再', '是', '有', '一',
    '二', '两', '三', '四', '五', '六', '七', '八', '九', '十', '百', '千', '万', '几', '半', '这', '那', '我', '你',
    '他', '她', '它', '被', '把', '给', '让', '用', '买', '的', '了',
];

fn chinese<'a>(word: &'a str, tag: &str) -> Option<Candidate<'a>> {
    let tag = tag.as_bytes();
    // Nouns, verbs, adjectives, idioms, short forms, places and times; what is in no dictionary may have any tag.
    let may = matches!(tag, [b'n' | b's' | b'j' | b'l' | b't' | b'i', ..] | [b'v', ..])
        || matches!(tag, [b'a'] | [b'a', b'n'] | [b'e', b'n', b'g'] | [b'x']);
    let first = word.chars().next()?;
    if !may || first.len_utf8() == word.len() || STOP_WORDS.contains(word) {
        return None;
    }
    if NO_START.contains(&first) && !is_in_dictionary(word) {
        return None;
    }
    let is_noun = matches!(
        tag,
        [b'n' | b's' | b'j' | b'l', ..] | [b'v', b'n' | b'k'] | [b'a', b'n'] | [b'e', b'n', b'g']
    );
    Some(Candidate {
        word: if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(word.to_ascii_lowercase())
        } else {
            Cow::Borrowed(word)
        },
        is_chinese: true,
        is_noun,
    })
}

fn english(written: &str, tag: Tag) -> Option<Candidate<'_>> {
    let is_noun = matches!(tag, Tag::Noun | Tag::ProperNoun | Tag::Other);
    if !is_noun && !matches!(tag, Tag::Adjective | Tag::Verb) {
        return None;
    }
    let word = normal(written);
    let digits = word.chars().filter(|c| c.is_numeric()).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    // Order numbers, addresses and what nobody calls a word say something about one text only.
    let is_address = word.contains([':', '.', '_']);
    let fits = letters > 0 && digits <= letters && (2..=40).contains(&(letters + digits)) && !is_address;
    (fits && !STOP_WORDS.contains(word.as_ref())).then_some(Candidate {
        word,
        is_chinese: false,
        is_noun,
    })
}

/// An English word in lower case, its apostrophe straight, without a possessive ending.
fn normal(written: &str) -> Cow<'_, str> {
    if written.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(written);
    }
    let mut word = written.to_lowercase().replace('’', "'");
    if word.ends_with("'s") {
        word.truncate(word.len() - 2);
    }
    Cow::Owned(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        candidates(text)
            .into_iter()
            .flatten()
            .map(|candidate| candidate.word.into_owned())
            .collect()
    }

    #[test]
    fn words_with_content_are_candidates() {
        assert_eq!(
            found("物流很快，包装也很严实，就是屏幕有3道划痕"),
            ["物流", "包装", "屏幕", "划痕"]
        );
        assert_eq!(
            found("The Battery of my wife’s laptop dies after 2 hours!"),
            ["battery", "wife", "laptop", "dies"]
        );
    }

    #[test]
    fn single_characters_numbers_and_codes_are_none() {
        assert_eq!(
            found("书 a I 123 4.5 A20394 二十三 ！！ http://t.cn/x www.example.com"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn both_languages_stand_in_one_text() {
        assert_eq!(found("Kindle 屏幕很暗"), ["kindle", "屏幕"]);
    }

    #[test]
    fn every_piece_keeps_its_place() {
        let all = candidates("屏幕，很 battery");
        assert_eq!(
            all.iter().map(Option::is_some).collect::<Vec<_>>(),
            [true, false, false, true]
        );
    }
}
