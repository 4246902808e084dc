//! In how many texts of large collections a word stands: what "everybody else" writes.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A collection of texts, as far as words are counted: see `data/README.md` for where each is from.
#[derive(Debug)]
pub(crate) struct Background {
    /// How many texts there are.
    pub(crate) texts: u64,
    counts: HashMap<&'static str, u64>,
    /// What a word that is not counted is taken to have: half of the smallest count.
    rarest: f64,
}

/// Chinese newspapers.
pub(crate) static CHINESE_NEWS: LazyLock<Background> =
    LazyLock::new(|| Background::read(include_str!("../../data/zh_news.txt")));

/// Chinese customer texts.
pub(crate) static CHINESE_CUSTOMERS: LazyLock<Background> =
    LazyLock::new(|| Background::read(include_str!("../../data/zh_customers.txt")));

/// English customer texts.
pub(crate) static ENGLISH_CUSTOMERS: LazyLock<Background> =
    LazyLock::new(|| Background::read(include_str!("../../data/en_customers.txt")));

impl Background {
    /// Reads the number of texts, then lines of a count and its words, counts falling.
    fn read(file: &'static str) -> Self {
        let mut lines = file.lines();
        let texts = lines.next().and_then(|line| line.parse().ok()).unwrap_or(1);
        let mut counts = HashMap::with_capacity(file.len() / 8);
        let mut smallest = 1;
        for line in lines {
            let mut parts = line.split(' ');
            if let Some(count) = parts.next().and_then(|count| count.parse().ok()) {
                counts.extend(parts.map(|word| (word, count)));
                smallest = count;
            }
        }
        Self {
            texts,
            counts,
            rarest: smallest as f64 / 2.0,
        }
    }

    /// In how many texts a word stands; a fraction where it is too rare to have been counted.
    pub(crate) fn count(&self, word: &str) -> f64 {
        self.counts.get(word).map_or(self.rarest, |&count| count as f64)
    }

    /// Whether a word is common enough to have been counted.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.counts.contains_key(word)
    }

    /// The share of texts with a word, above 0 and below 1.
    pub(crate) fn share(&self, word: &str) -> f64 {
        self.count(word) / self.texts as f64
    }

    /// The inverse document frequency: the natural logarithm of 1 / share.
    pub(crate) fn idf(&self, word: &str) -> f64 {
        -self.share(word).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_read() {
        for background in [&CHINESE_NEWS, &CHINESE_CUSTOMERS, &ENGLISH_CUSTOMERS] {
            assert!(background.texts > 40_000 && background.counts.len() > 8_000);
            assert!(
                background
                    .counts
                    .values()
                    .all(|&count| count > 2 && count < background.texts)
            );
            assert!(background.rarest >= 1.5);
        }
    }

    #[test]
    fn common_words_say_less_than_rare_ones() {
        let rising = |background: &Background, words: &[&str]| {
            let idf: Vec<f64> = words.iter().map(|word| background.idf(word)).collect();
            assert!(idf.is_sorted() && idf[0] > 0.0, "{idf:?}");
        };
        rising(&CHINESE_NEWS, &["公司", "酒店", "洗发水", "闪退"]);
        rising(&CHINESE_CUSTOMERS, &["不错", "酒店", "发票", "挂号费"]);
        rising(&ENGLISH_CUSTOMERS, &["card", "hotel", "mattress"]);
    }
}
