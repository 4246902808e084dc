//! Columns that are learned from: numbers, or words by their number.

use std::collections::HashMap;

/// The code of a missing word.
pub const MISSING: u32 = u32::MAX;

/// One column of a table of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name, as the query gives it.
    pub name: String,
    /// Its values, one a row.
    pub values: Values,
}

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers; NaN is a missing one.
    Numbers(Vec<f64>),
    /// Words.
    Words(Words),
}

impl Values {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Words(words) => words.codes.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows at these places, in this order.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        match self {
            Self::Numbers(numbers) => Self::Numbers(rows.iter().map(|&row| numbers[row as usize]).collect()),
            Self::Words(words) => Self::Words(Words {
                codes: rows.iter().map(|&row| words.codes[row as usize]).collect(),
                known: words.known.clone(),
                places: words.places.clone(),
            }),
        }
    }
}

/// A column of words: each different one once, and which of them stands in each row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    codes: Vec<u32>,
    known: Vec<String>,
    places: HashMap<String, u32>,
}

impl Words {
    /// Adds a row.
    pub fn push(&mut self, word: Option<&str>) {
        let Some(word) = word else {
            self.codes.push(MISSING);
            return;
        };
        let code = match self.places.get(word) {
            Some(&code) => code,
            None => {
                let code = self.known.len() as u32;
                self.known.push(word.to_owned());
                self.places.insert(word.to_owned(), code);
                code
            }
        };
        self.codes.push(code);
    }

    /// The code of each row, [`MISSING`] where there is no word.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The different words, by their code.
    pub fn known(&self) -> &[String] {
        &self.known
    }

    /// The word of a row.
    pub fn word(&self, row: usize) -> Option<&str> {
        self.known.get(self.codes[row] as usize).map(String::as_str)
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let words: usize = self.known.iter().map(|word| 2 * word.len() + 64).sum();
        self.codes.len() * 4 + words
    }
}
