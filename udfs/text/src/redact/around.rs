//! Looking at the characters and words around a place in a text, and sets of Chinese characters.

/// A set of Chinese characters: one bit for each of U+4E00 to U+9FFF.
#[derive(Debug)]
pub(super) struct HanSet([u64; SIZE]);

const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;
const SIZE: usize = ((LAST - FIRST) / 64 + 1) as usize;

impl HanSet {
    /// The characters of `list`, each of which is in that range.
    pub(super) const fn new(list: &str) -> Self {
        let bytes = list.as_bytes();
        let mut bits = [0; SIZE];
        let mut at = 0;
        while at + 2 < bytes.len() {
            // Each of them takes three bytes of UTF-8, with 4, 6 and 6 bits of its number.
            let high = (bytes[at] as u32 & 0x0f) << 12;
            let c = high | ((bytes[at + 1] as u32 & 0x3f) << 6) | (bytes[at + 2] as u32 & 0x3f);
            let bit = c - FIRST;
            bits[(bit / 64) as usize] |= 1 << (bit % 64);
            at += 3;
        }
        Self(bits)
    }

    pub(super) fn contains(&self, c: char) -> bool {
        is_han(c) && self.0[((c as u32 - FIRST) / 64) as usize] >> ((c as u32 - FIRST) % 64) & 1 == 1
    }
}

/// Whether a character is a Chinese one.
pub(super) fn is_han(c: char) -> bool {
    (FIRST..=LAST).contains(&(c as u32))
}

/// The character that ends at `at`.
pub(super) fn before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

/// The character that starts at `at`.
pub(super) fn after(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// Where the run of Chinese characters starts that ends at `end`; no more than `most` of them.
pub(super) fn han_start(text: &str, end: usize, most: usize) -> usize {
    let run = text[..end].chars().rev().take(most).take_while(|&c| is_han(c));
    end - run.map(char::len_utf8).sum::<usize>()
}

/// Where the run of Chinese characters ends that starts at `start`; no more than `most` of them.
pub(super) fn han_end(text: &str, start: usize, most: usize) -> usize {
    let run = text[start..].chars().take(most).take_while(|&c| is_han(c));
    start + run.map(char::len_utf8).sum::<usize>()
}

/// Whether no Latin word or number goes on to the left of `start` or to the right of `end`.
pub(super) fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    !goes_on(before(text, start)) && !goes_on(after(text, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_its_characters_and_no_others() {
        const SET: HanSet = HanSet::new("一王鿿");
        assert!("一王鿿".chars().all(|c| SET.contains(c)));
        assert!("丁玉a１😀\u{9ffe}".chars().all(|c| !SET.contains(c)));
    }

    #[test]
    fn a_word_stands_alone_among_chinese_characters() {
        assert!(stands_alone("打13号", 3, 5));
        assert!(!stands_alone("a13", 1, 3));
        assert!(!stands_alone("13b", 0, 2));
    }
}
