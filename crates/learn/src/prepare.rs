//! What is done to raw columns before a fit: learned once, kept with the model, repeated at each prediction.
//!
//! - A number is standardised: `(x - mean) / sd` with the mean and population standard deviation of its known values; a
//!   missing one counts as the mean. A constant column has `sd` 1, so it is 0 everywhere.
//! - A word becomes one column a category (one-hot). Where there is an intercept, the most frequent category has no column
//!   of its own: it is what the others are compared with, and what a word never seen counts as. Missing is a category of its
//!   own if it occurs in the rows learned from, else it counts as a word never seen.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::table::{Column, MISSING, Values, Words};

/// The most different words that a column of categories may have.
pub const MOST_CATEGORIES: usize = 1000;

/// The most columns that a fit may have: its time grows with their square.
pub const MOST_WIDTH: usize = 2000;

/// What was learned about the columns of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// One a column that the model reads, in the order of the query.
    pub features: Vec<Feature>,
}

/// What was learned about one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// The column's name.
    pub name: String,
    /// How it is read.
    pub kind: FeatureKind,
}

/// How a column is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FeatureKind {
    /// As a number.
    Number {
        /// The mean of its known values, which stands for missing ones.
        mean: f64,
        /// What the distance from the mean is divided by.
        sd: f64,
    },
    /// As one of several words.
    Category {
        /// The words that have a column, in that order; `None` is a missing word.
        columns: Vec<Option<String>>,
        /// The share of the rows learned from that each of `columns` has.
        shares: Vec<f64>,
        /// The word that the others are compared with, if any.
        reference: Option<String>,
    },
}

impl FeatureKind {
    /// How many columns of the fit it makes.
    pub fn width(&self) -> usize {
        match self {
            Self::Number { .. } => 1,
            Self::Category { columns, .. } => columns.len(),
        }
    }
}

/// How columns are to be prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct How {
    /// Whether the most frequent category goes without a column, as an intercept wants it.
    pub drop_reference: bool,
    /// Whether numbers are standardised; else they are taken as they are.
    pub standardize: bool,
}

impl Preparation {
    /// Learns from columns.
    ///
    /// # Errors
    /// When a column has no known value, or numbers too large to be added up, or more than [`MOST_CATEGORIES`] words; when all
    /// columns together make more than [`MOST_WIDTH`].
    pub fn learn(columns: &[Column], how: How) -> Result<Self, Error> {
        let features = columns.iter().map(|column| {
            let kind = match &column.values {
                Values::Numbers(numbers) => number(&column.name, numbers, how)?,
                Values::Words(words) => category(&column.name, words, how)?,
            };
            Ok(Feature {
                name: column.name.clone(),
                kind,
            })
        });
        let learned = Self {
            features: features.collect::<Result<_, _>>()?,
        };
        let width = learned.width();
        if width <= MOST_WIDTH {
            return Ok(learned);
        }
        let widest = learned.features.iter().max_by_key(|feature| feature.kind.width());
        let widest = widest.map_or("", |feature| feature.name.as_str());
        Err(Error::Rows(format!(
            "a column a number and a column a word make {width} columns, {MOST_WIDTH} are allowed; leave some out, or group \
             the values of `{widest}`, which makes the most"
        )))
    }

    /// How many columns the fit has.
    pub fn width(&self) -> usize {
        self.features.iter().map(|feature| feature.kind.width()).sum()
    }

    /// The names of the columns of the fit: of a category with its word, as `contract = 'monthly'`.
    pub fn names(&self) -> Vec<String> {
        let names = self.features.iter().flat_map(|feature| match &feature.kind {
            FeatureKind::Number { .. } => vec![feature.name.clone()],
            FeatureKind::Category { columns, .. } => {
                let named = columns.iter().map(|word| match word {
                    Some(word) => format!("{} = '{word}'", feature.name),
                    None => format!("{} is null", feature.name),
                });
                named.collect()
            }
        });
        names.collect()
    }

    /// The columns as a fit reads them.
    ///
    /// # Errors
    /// When the columns are not those that were learned from.
    pub fn columns(&self, columns: &[Column]) -> Result<Vec<Vec<f64>>, Error> {
        if columns.len() != self.features.len() {
            let (expected, got) = (self.features.len(), columns.len());
            return Err(Error::Mismatch(format!("expected {expected} columns, got {got}")));
        }
        let mut prepared = Vec::with_capacity(self.width());
        for (feature, column) in self.features.iter().zip(columns) {
            match (&feature.kind, &column.values) {
                (FeatureKind::Number { mean, sd }, Values::Numbers(numbers)) => {
                    let of = |x: &f64| if x.is_finite() { (x - mean) / sd } else { 0.0 };
                    prepared.push(numbers.iter().map(of).collect());
                }
                (FeatureKind::Category { columns, .. }, Values::Words(words)) => {
                    for column in columns {
                        let is_own = |word: &String| column.as_ref() == Some(word);
                        let own = words
                            .known()
                            .iter()
                            .position(is_own)
                            .map_or(MISSING, |code| code as u32);
                        let of = |&code: &u32| if code == own { 1.0 } else { 0.0 };
                        // A word that is not in these rows has no code, and must not be taken for a missing one.
                        let is_absent = own == MISSING && column.is_some();
                        let rows = words.codes();
                        prepared.push(if is_absent {
                            vec![0.0; rows.len()]
                        } else {
                            rows.iter().map(of).collect()
                        });
                    }
                }
                (FeatureKind::Number { .. }, Values::Words(_)) => {
                    return Err(Error::Mismatch(format!(
                        "expected numbers in `{}`, got text",
                        feature.name
                    )));
                }
                (FeatureKind::Category { .. }, Values::Numbers(_)) => {
                    return Err(Error::Mismatch(format!(
                        "expected text in `{}`, got numbers",
                        feature.name
                    )));
                }
            }
        }
        Ok(prepared)
    }
}

/// Mean and standard deviation of the known values, in two passes.
fn number(name: &str, numbers: &[f64], how: How) -> Result<FeatureKind, Error> {
    let known = || numbers.iter().copied().filter(|x| x.is_finite());
    let count = known().count() as f64;
    if count == 0.0 {
        return Err(Error::Rows(format!(
            "column `{name}` has no value in any row; leave it out of the query"
        )));
    }
    let rough = known().sum::<f64>() / count;
    // What rounding left in the first sum is small enough for a second one to be exact.
    let mean = rough + known().map(|x| x - rough).sum::<f64>() / count;
    // Squares of distances against the largest one: those of the distances themselves may be too large or too small for a
    // double.
    let farthest = known().map(|x| (x - mean).abs()).fold(0.0, f64::max);
    if !farthest.is_finite() {
        return Err(Error::Rows(format!(
            "column `{name}` has numbers that are too large to be added up; divide it by a power of ten"
        )));
    }
    let share = |x: f64| if farthest > 0.0 { (x - mean) / farthest } else { 0.0 };
    let sd = farthest * (known().map(|x| share(x) * share(x)).sum::<f64>() / count).sqrt();
    let is_constant = sd <= f64::EPSILON * mean.abs();
    let sd = if how.standardize && !is_constant { sd } else { 1.0 };
    Ok(FeatureKind::Number { mean, sd })
}

fn category(name: &str, words: &Words, how: How) -> Result<FeatureKind, Error> {
    let mut counts = vec![0_u64; words.known().len()];
    let mut missing = 0;
    for &code in words.codes() {
        match counts.get_mut(code as usize) {
            Some(count) if code != MISSING => *count += 1,
            _ => missing += 1,
        }
    }
    let mut found: Vec<(Option<String>, u64)> = Vec::new();
    let counted = words.known().iter().cloned().map(Some).zip(counts);
    found.extend(counted.filter(|(_, count)| *count > 0));
    if found.is_empty() {
        return Err(Error::Rows(format!(
            "column `{name}` has no value in any row; leave it out of the query"
        )));
    }
    if found.len() > MOST_CATEGORIES {
        return Err(Error::Rows(format!(
            "column `{name}` has {} different words, {MOST_CATEGORIES} are allowed; leave it out of the query, or group \
             its values",
            words.known().len()
        )));
    }
    // The order of words is that of the alphabet, not that in which rows came.
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut reference = None;
    if how.drop_reference {
        let most = found.iter().map(|(_, count)| *count).max();
        if let Some(at) = found.iter().position(|(_, count)| Some(*count) == most) {
            reference = found.remove(at).0;
        }
    }
    if missing > 0 {
        found.push((None, missing));
    }
    let rows = words.codes().len() as f64;
    let (columns, counts): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    Ok(FeatureKind::Category {
        shares: counts.into_iter().map(|count| count as f64 / rows).collect(),
        columns,
        reference,
    })
}
