//! Where words begin and end: the one place that owns jieba and its dictionary.
//!
//! Chinese is segmented by jieba, everything else by the word boundaries of Unicode (UAX 29). jieba reads a text as a
//! whole, since its dictionary has words of both scripts, such as `T恤`.

use std::sync::LazyLock;

use jieba_rs::Jieba;
use tronie_common::is_invisible;
use unicode_segmentation::UnicodeSegmentation;

/// Loaded by the first text with Chinese characters: a tenth of a second that no other query pays.
static JIEBA: LazyLock<Jieba> = LazyLock::new(load);

/// jieba with its own dictionary and the words of customers: lines of a tag and its words.
fn load() -> Jieba {
    let lines = include_str!("../data/zh_words.txt").lines();
    let tags = lines.filter_map(|line| line.split_once(' '));
    let ours: Vec<(&str, &str)> = tags
        .flat_map(|(tag, words)| words.split(' ').map(move |word| (word, tag)))
        .collect();
    let mut jieba = Jieba::empty();
    // A word that is there already keeps its tag, so ours go first; how frequent they are jieba then knows better.
    for (word, tag) in &ours {
        jieba.add_word(word, Some(1), Some(tag));
    }
    jieba.load_default_dict();
    for (word, _) in &ours {
        jieba.add_word(word, None, None);
    }
    jieba
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    /// Where it starts in the text, in bytes.
    pub(crate) start: usize,
    pub(crate) kind: Kind<'a>,
}

/// What a piece of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// A word with Chinese characters, and jieba's tag for it, which is empty where nobody asked.
    Chinese(&'a str),
    /// Any other word or number.
    Word,
    /// Punctuation, a symbol or an emoji, repeated or not.
    Mark,
}

/// Whether there is nothing to read: no character that is neither white space nor invisible.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Whether a character is a Chinese one, in any of Unicode's blocks.
pub(crate) fn is_chinese(c: char) -> bool {
    // Nearly all are in the first one.
    matches!(c, '\u{4e00}'..='\u{9fff}')
        || matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Tells `emit` the words of a text in their order, as they are written.
pub(crate) fn each_word<'a>(text: &'a str, mut emit: impl FnMut(Piece<'a>)) {
    if !has_chinese(text) {
        return other_words(text, 0, &mut emit);
    }
    let tokens = JIEBA.cut(text, true);
    split(
        text,
        tokens.iter().map(|token| (token.byte_start, token.word, "")),
        &mut emit,
    );
}

/// Tells `emit` all pieces of a text in their order, Chinese words with jieba's tags. White space and what cannot be seen
/// is left out.
pub(crate) fn each_piece<'a>(text: &'a str, mut emit: impl FnMut(Piece<'a>)) {
    let mut read = 0;
    let mut with_marks = |word: Piece<'a>| {
        marks(&text[read..word.start], read, &mut emit);
        read = word.start + word.text.len();
        emit(word);
    };
    if has_chinese(text) {
        let tags = JIEBA.tag(text, true);
        split(
            text,
            tags.iter().map(|tag| (tag.byte_start, tag.word, tag.tag)),
            &mut with_marks,
        );
    } else {
        other_words(text, 0, &mut with_marks);
    }
    marks(&text[read..], read, &mut emit);
}

/// Whether jieba's dictionary has a word; where it has not, the word is jieba's guess.
pub(crate) fn is_in_dictionary(word: &str) -> bool {
    JIEBA.has_word(word)
}

fn has_chinese(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(is_chinese)
}

/// jieba's Chinese words as they are; what lies between two of them is divided anew, by Unicode's rules.
fn split<'a>(text: &'a str, tokens: impl Iterator<Item = (usize, &'a str, &'a str)>, emit: &mut impl FnMut(Piece<'a>)) {
    let mut read = 0;
    for (start, word, tag) in tokens {
        if word.chars().any(is_chinese) {
            if read < start {
                other_words(&text[read..start], read, emit);
            }
            emit(Piece {
                text: word,
                start,
                kind: Kind::Chinese(tag),
            });
            read = start + word.len();
        }
    }
    other_words(&text[read..], read, emit);
}

/// The words of a text without Chinese ones, which starts `base` bytes into the whole.
fn other_words<'a>(text: &'a str, base: usize, emit: &mut impl FnMut(Piece<'a>)) {
    let mut word = |start: usize, text: &'a str| {
        emit(Piece {
            text,
            start: base + start,
            kind: Kind::Word,
        });
    };
    // Between two Chinese words there is mostly nothing, a comma, or one number.
    if text.chars().all(is_usual_mark) {
        return;
    }
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        word(0, text);
    } else if text.chars().any(char::is_alphanumeric) {
        text.unicode_word_indices().for_each(|(start, text)| word(start, text));
    }
}

/// White space and the punctuation of Chinese texts, told faster than by Unicode's tables.
fn is_usual_mark(c: char) -> bool {
    matches!(c, ' '..='/' | ':'..='@' | '\n' | '\u{3000}'..='\u{3002}' | '\u{2010}'..='\u{2027}')
        || matches!(c, '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}')
}

/// The marks in a text without words: one piece for each run of the same mark, so `...` and `！！！` stay whole.
fn marks<'a>(text: &'a str, base: usize, emit: &mut impl FnMut(Piece<'a>)) {
    // Between two Chinese words there is mostly nothing, or one mark.
    if text.is_empty() {
        return;
    }
    let mut chars = text.chars();
    if let (Some(mark), None) = (chars.next(), chars.next())
        && is_usual_mark(mark)
    {
        if !mark.is_whitespace() {
            emit(Piece {
                text,
                start: base,
                kind: Kind::Mark,
            });
        }
        return;
    }
    let mut run: Option<(usize, &str)> = None;
    let mut read = 0;
    let mut end = |run: Option<(usize, &str)>, read: usize| {
        if let Some((start, _)) = run {
            emit(Piece {
                text: &text[start..read],
                start: base + start,
                kind: Kind::Mark,
            });
        }
    };
    for (start, mark) in text.grapheme_indices(true) {
        if run.is_none_or(|(_, same)| same != mark) {
            end(run, read);
            run = (!is_blank(mark)).then_some((start, mark));
        }
        read = start + mark.len();
    }
    end(run, read);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut words = Vec::new();
        each_word(text, |piece| words.push(piece.text));
        words
    }

    fn pieces(text: &str) -> Vec<&str> {
        let mut pieces = Vec::new();
        each_piece(text, |piece| pieces.push(piece.text));
        pieces
    }

    #[test]
    fn chinese_is_segmented() {
        assert_eq!(words("物流很快，包装也不错。"), ["物流", "很快", "包装", "也", "不错"]);
    }

    #[test]
    fn english_keeps_its_case_and_its_apostrophes() {
        assert_eq!(
            words("I don't like the 3.5mm jack, e.g. at $9.99!"),
            ["I", "don't", "like", "the", "3.5mm", "jack", "e.g", "at", "9.99"]
        );
    }

    #[test]
    fn scripts_mix() {
        assert_eq!(
            words("买了2件T恤，iPhone 15 Pro不能用"),
            ["买", "了", "2", "件", "T恤", "iPhone", "15", "Pro", "不能", "用"]
        );
        assert_eq!(words("カメラの品質"), ["カメラ", "の", "品質"]);
    }

    #[test]
    fn positions_are_bytes_of_the_text() {
        let text = " 好吃 very 好吃！ok";
        each_piece(text, |piece| assert!(text[piece.start..].starts_with(piece.text)));
        each_word(text, |piece| assert!(text[piece.start..].starts_with(piece.text)));
    }

    #[test]
    fn marks_are_pieces_and_runs_stay_whole() {
        assert_eq!(pieces("好！！！ 👨‍👩‍👧👨‍👩‍👧 ok..."), ["好", "！！！", "👨‍👩‍👧👨‍👩‍👧", "ok", "..."]);
        assert_eq!(pieces("!? \u{200b}\u{0}"), ["!", "?"]);
    }

    #[test]
    fn nothing_is_lost_between_the_pieces() {
        for text in [
            "a，b好c",
            "مرحبا بالعالم",
            "e\u{301}\u{302} 好\u{fe00}x",
            "\u{fffd}\u{10ffff}",
        ] {
            let seen: usize = pieces(text).iter().map(|piece| piece.chars().count()).sum();
            let visible = text.chars().filter(|c| !c.is_whitespace()).count();
            assert_eq!(seen, visible, "{text}");
        }
    }
}
