//! What is typical of a group of texts: the state of the aggregate `keywords`, without any Arrow in it.

use std::collections::HashMap;

use super::background::{Background, CHINESE_CUSTOMERS, CHINESE_NEWS, ENGLISH_CUSTOMERS};
use super::candidates::candidates;
use super::rank::Weighted;
use crate::words::is_chinese;

/// How many different words a group may have. Beyond it the rarest are forgotten, down to half as many.
pub(crate) const MOST_WORDS: usize = 100_000;

/// In how many texts of a group each word stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// The texts with a Chinese candidate, and those with any other one.
    pub(crate) texts: Texts,
    counts: HashMap<Box<str>, u64>,
    /// The letters of all words, in bytes.
    letters: usize,
    most_words: usize,
}

/// How many texts of a group have candidates of each kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Texts {
    /// All that are not blank.
    pub(crate) all: u64,
    pub(crate) chinese: u64,
    pub(crate) other: u64,
}

impl Default for State {
    fn default() -> Self {
        Self::bounded(MOST_WORDS)
    }
}

impl State {
    /// A state with at most this many words.
    fn bounded(most_words: usize) -> Self {
        Self {
            texts: Texts::default(),
            counts: HashMap::new(),
            letters: 0,
            most_words,
        }
    }

    /// Counts the words of one text that is not blank: each once, however often it stands there.
    pub(crate) fn update(&mut self, text: &str) {
        let candidates = candidates(text);
        let mut words: Vec<(&str, bool)> = candidates
            .iter()
            .flatten()
            .map(|candidate| (candidate.word.as_ref(), candidate.is_chinese))
            .collect();
        words.sort_unstable();
        words.dedup();
        self.texts.all += 1;
        self.texts.chinese += u64::from(words.iter().any(|(_, is_chinese)| *is_chinese));
        self.texts.other += u64::from(words.iter().any(|(_, is_chinese)| !is_chinese));
        for (word, _) in words {
            self.add(word, 1);
        }
        self.forget();
    }

    /// Takes in what another state has counted.
    pub(crate) fn merge<'a>(&mut self, texts: Texts, counts: impl IntoIterator<Item = (&'a str, u64)>) {
        self.texts.all += texts.all;
        self.texts.chinese += texts.chinese;
        self.texts.other += texts.other;
        for (word, count) in counts {
            self.add(word, count);
        }
        self.forget();
    }

    /// The words and their counts, in the order of the words.
    pub(crate) fn counts(&self) -> Vec<(&str, u64)> {
        let mut counts: Vec<(&str, u64)> = self
            .counts
            .iter()
            .map(|(word, count)| (word.as_ref(), *count))
            .collect();
        counts.sort_unstable();
        counts
    }

    /// The `k` words that are most typical; of equals the one that sorts first. `None` if there was no text.
    pub(crate) fn finish(&self, k: usize) -> Option<Vec<Weighted<'_>>> {
        if self.texts.all == 0 {
            return None;
        }
        // A word of a single text tells about that text, unless there are hardly more.
        let least = if self.texts.all > 3 { 2 } else { 1 };
        let mut typical: Vec<Weighted<'_>> = self
            .counts
            .iter()
            .filter(|(_, count)| **count >= least)
            .filter_map(|(word, &count)| {
                let weight = self.weight(word, count)?;
                Some(Weighted {
                    word: word.as_ref().into(),
                    weight,
                })
            })
            .collect();
        let heavier =
            |a: &Weighted<'_>, b: &Weighted<'_>| b.weight.total_cmp(&a.weight).then_with(|| a.word.cmp(&b.word));
        if k < typical.len() {
            typical.select_nth_unstable_by(k, heavier);
            typical.truncate(k);
        }
        typical.sort_unstable_by(heavier);
        Some(typical)
    }

    /// How many bytes the words take.
    pub(crate) fn size(&self) -> usize {
        // A slot of the table and its control byte; an allocation for the letters, with what the allocator adds.
        let slot = size_of::<(Box<str>, u64)>() + 1;
        self.counts.capacity() * slot + self.letters + self.counts.len() * size_of::<usize>()
    }

    /// How much more often a word stands in texts of the group than in others: `None` if it does not.
    fn weight(&self, word: &str, count: u64) -> Option<f64> {
        let (texts, backgrounds): (u64, &[&Background]) = if word.chars().any(is_chinese) {
            (self.texts.chinese, &[&CHINESE_CUSTOMERS, &CHINESE_NEWS])
        } else {
            (self.texts.other, &[&ENGLISH_CUSTOMERS])
        };
        // Of two backgrounds the one that knows the word better: what either finds common is not typical of a group.
        let heavier = |a: &&&Background, b: &&&Background| a.share(word).total_cmp(&b.share(word));
        let background = backgrounds.iter().max_by(heavier)?;
        let (here, there) = (count as f64, background.count(word));
        let (texts, others) = (texts as f64, background.texts as f64);
        (here / texts > there / others).then(|| log_likelihood_ratio(here, texts, there, others))
    }

    fn add(&mut self, word: &str, count: u64) {
        match self.counts.get_mut(word) {
            Some(known) => *known += count,
            None => {
                self.letters += word.len();
                self.counts.insert(word.into(), count);
            }
        }
    }

    /// Keeps within the bound: forgets the words that stand in one text, then those in two, until half of the bound is
    /// free again.
    fn forget(&mut self) {
        if self.counts.len() <= self.most_words {
            return;
        }
        let mut counts: Vec<u64> = self.counts.values().copied().collect();
        let (_, &mut least, _) = counts.select_nth_unstable(self.counts.len() - self.most_words / 2 - 1);
        self.counts.retain(|_, count| *count > least);
        self.letters = self.counts.keys().map(|word| word.len()).sum();
    }
}

/// Dunning's log-likelihood ratio ("Accurate methods for the statistics of surprise and coincidence", 1993): twice the
/// logarithm of how much likelier it is that a word has its own share of texts here and there than one share in both.
fn log_likelihood_ratio(here: f64, texts: f64, there: f64, others: f64) -> f64 {
    let likelihood = |count: f64, texts: f64, share: f64| {
        let part = |count: f64, share: f64| if count > 0.0 { count * share.ln() } else { 0.0 };
        part(count, share) + part(texts - count, 1.0 - share)
    };
    let together = (here + there) / (texts + others);
    let apart = likelihood(here, texts, here / texts) + likelihood(there, others, there / others);
    2.0 * (apart - likelihood(here, texts, together) - likelihood(there, others, together))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(texts: &[&str]) -> State {
        let mut state = State::default();
        texts.iter().for_each(|text| state.update(text));
        state
    }

    const TEXTS: [&str; 6] = [
        "酒店的早餐很好，房间干净",
        "房间隔音差，酒店前台态度好",
        "The hotel room was dirty",
        "早餐一般，房间小",
        "hotel breakfast was cold, room was loud",
        "！！！",
    ];

    #[test]
    fn what_is_common_here_and_rare_elsewhere_is_typical() {
        let state = state(&TEXTS);
        let typical = state.finish(4).unwrap_or_default();
        let words: Vec<&str> = typical.iter().map(|weighted| weighted.word.as_ref()).collect();
        assert_eq!(words, ["hotel", "room", "房间", "早餐"]);
        assert!(typical.is_sorted_by(|a, b| a.weight >= b.weight) && typical[3].weight > 0.0);
    }

    #[test]
    fn merging_is_adding_in_any_order() {
        let whole = state(&TEXTS);
        for split in 0..TEXTS.len() {
            let (one, two) = (state(&TEXTS[..split]), state(&TEXTS[split..]));
            for (mut first, second) in [(one.clone(), two.clone()), (two, one)] {
                first.merge(second.texts, second.counts());
                assert_eq!(first, whole);
            }
        }
    }

    #[test]
    fn no_text_is_no_answer_and_no_word_is_no_keyword() {
        assert_eq!(State::default().finish(5), None);
        assert_eq!(state(&["！！！"]).finish(5), Some(Vec::new()));
    }

    #[test]
    fn the_ratio_is_that_of_dunning() {
        // Shares of 20 of 100 against 10 of 100: 2 * (20 ln(4/3) + 80 ln(16/17) + 10 ln(2/3) + 90 ln(18/17)).
        let expected = 2.0
            * (20.0 * (4.0_f64 / 3.0).ln()
                + 80.0 * (16.0_f64 / 17.0).ln()
                + 10.0 * (2.0_f64 / 3.0).ln()
                + 90.0 * (18.0_f64 / 17.0).ln());
        assert!((log_likelihood_ratio(20.0, 100.0, 10.0, 100.0) - expected).abs() < 1e-9);
        assert!(log_likelihood_ratio(10.0, 100.0, 10.0, 100.0).abs() < 1e-9);
        assert!(log_likelihood_ratio(100.0, 100.0, 0.5, 1e6).is_finite());
    }

    #[test]
    fn the_rarest_are_forgotten_beyond_the_bound() {
        let mut bounded = State::bounded(4);
        for text in [
            "hotel breakfast",
            "hotel breakfast",
            "hotel mattress",
            "shower",
            "towel",
        ] {
            bounded.update(text);
        }
        assert_eq!(bounded.counts(), [("breakfast", 2), ("hotel", 3)]);
        assert_eq!(bounded.letters, "breakfasthotel".len());
        assert_eq!(bounded.texts.all, 5);
    }
}
