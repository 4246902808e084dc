//! Lists of words, and what is called by one of them.

/// Words with bars between.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words(pub(super) &'static str);

impl Words {
    pub(super) fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.split('|')
    }

    pub(super) fn has(self, word: &str) -> bool {
        self.iter().any(|known| known == word)
    }

    /// The longest of the words with which a text starts, in any case.
    pub(super) fn start(self, text: &str) -> Option<&'static str> {
        let starts = |word: &&str| text.len() >= word.len() && is_same(&text.as_bytes()[..word.len()], word);
        self.iter().filter(starts).max_by_key(|word| word.len())
    }

    /// The longest of the words with which a text ends, in any case. A Latin word is not the end of a longer one.
    pub(super) fn end(self, text: &str) -> Option<&'static str> {
        let ends = |word: &&str| {
            let Some(start) = text.len().checked_sub(word.len()) else {
                return false;
            };
            let (left, end) = text.as_bytes().split_at(start);
            let is_latin = word.as_bytes()[0].is_ascii_alphanumeric();
            is_same(end, word) && !(is_latin && left.last().is_some_and(u8::is_ascii_alphanumeric))
        };
        self.iter().filter(ends).max_by_key(|word| word.len())
    }
}

fn is_same(bytes: &[u8], word: &str) -> bool {
    bytes.eq_ignore_ascii_case(word.as_bytes())
}

/// What may stand between a word and the number or name that it speaks of.
const CONNECTORS: Words =
    Words("号码|号|码|是|为|的|用|填|了|我|这个|：|、|“|”| |\t|:|#|=|(|[|-|.|'|\"|number|num|no|nr|is|was|id|at|on");

/// Whether what starts at `at` is called one of the words: blanks, colons, 是 and the like may stand between.
pub(super) fn is_called(text: &str, at: usize, words: Words) -> bool {
    let mut lead = &text[..at];
    // With more of them between, the word speaks of something else.
    for _ in 0..7 {
        if words.end(lead).is_some() {
            return true;
        }
        let Some(connector) = CONNECTORS.end(lead) else {
            return false;
        };
        lead = &lead[..lead.len() - connector.len()];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_counts() {
        assert_eq!(Words("号|号楼|院").start("号楼下"), Some("号楼"));
        assert_eq!(Words("路|公路").end("人民公路"), Some("公路"));
        assert_eq!(Words("ext|x").start("Ext. 5"), Some("ext"));
    }

    #[test]
    fn a_latin_word_is_not_the_end_of_a_longer_one() {
        assert!(Words("phone").end("My Phone").is_some());
        assert!(Words("phone").end("headphone").is_none());
        assert!(Words("phone").end("我的phone").is_some());
    }

    #[test]
    fn what_a_number_is_called_stands_before_it() {
        assert!(is_called("我的电话号码是：13", 24, Words("电话")));
        assert!(is_called("Order number: #13", 15, Words("order")));
        assert!(!is_called("电话坏了，13", 15, Words("电话")));
    }
}
