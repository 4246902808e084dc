//! A trained model as it is kept: what it reads, what it answers, and by which arithmetic.

use serde::{Deserialize, Serialize};

use crate::prepare::{FeatureKind, Preparation};
use crate::table::{Column, Values};

/// A trained model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "snake_case")]
pub enum Trained {
    /// A sum that is the answer.
    Linear(Score),
    /// Classes, and a sum for each of them, in log-odds.
    Logistic(Classes),
    /// The centres of clusters.
    KMeans(Clusters),
    /// Classes of texts, by the embedding of a text model.
    TextClassifier(TextClasses),
    /// A file that ONNX Runtime runs.
    Onnx(OnnxModel),
}

/// A sum over columns: `base + sum of attributions`. What a column adds is its distance from the average row, so that the
/// attributions are the exact Shapley values of the sum for independent columns (Lundberg and Lee 2017, corollary 1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The answer for the average row.
    pub base: f64,
    /// What each column adds, in the order of the query that it was trained with.
    pub terms: Vec<Term>,
}

/// What one column adds to a sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The column.
    pub column: String,
    /// How.
    pub adds: Adds,
}

/// How a column adds to a sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reads", rename_all = "snake_case")]
pub enum Adds {
    /// `weight * (x - mean)`; nothing where the number is missing or not finite.
    Number {
        /// By how much the answer grows for each unit.
        weight: f64,
        /// The mean of the rows it was trained with.
        mean: f64,
    },
    /// `weight of the word - mean`.
    Category {
        /// The weights of words; `None` is a missing one. A word that is not there has the weight 0.
        weights: Vec<(Option<String>, f64)>,
        /// The mean weight of the rows it was trained with.
        mean: f64,
    },
}

impl Adds {
    /// Whether it adds nothing, whatever the row.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Number { weight, .. } => *weight == 0.0,
            Self::Category { weights, mean } => *mean == 0.0 && weights.iter().all(|(_, weight)| *weight == 0.0),
        }
    }

    /// What it adds for a row; `None` where the values are of the wrong kind.
    pub fn of(&self, values: &Values, row: usize) -> Option<f64> {
        match (self, values) {
            (Self::Number { weight, mean }, Values::Numbers(numbers)) => {
                let x = numbers[row];
                Some(if x.is_finite() { weight * (x - mean) } else { 0.0 })
            }
            (Self::Category { weights, mean }, Values::Words(words)) => {
                let word = words.word(row);
                let own = weights.iter().find(|(known, _)| known.as_deref() == word);
                Some(own.map_or(0.0, |(_, weight)| *weight) - mean)
            }
            _ => None,
        }
    }
}

impl Score {
    /// Turns the coefficients of a fit over prepared columns into a sum over the columns themselves.
    pub fn of_fit(preparation: &Preparation, intercept: f64, coefficients: &[f64]) -> Self {
        let mut rest = coefficients;
        let mut base = intercept;
        let terms = preparation.features.iter().map(|feature| {
            let (own, others) = rest.split_at(feature.kind.width().min(rest.len()));
            rest = others;
            let adds = match &feature.kind {
                FeatureKind::Number { mean, sd } => Adds::Number {
                    weight: own.first().map_or(0.0, |coefficient| coefficient / sd),
                    mean: *mean,
                },
                FeatureKind::Category { columns, shares, .. } => {
                    let mean = own.iter().zip(shares).map(|(weight, share)| weight * share).sum();
                    Adds::Category {
                        weights: columns.iter().cloned().zip(own.iter().copied()).collect(),
                        mean,
                    }
                }
            };
            if let Adds::Category { mean, .. } = &adds {
                base += mean;
            }
            Term {
                column: feature.name.clone(),
                adds,
            }
        });
        let terms = terms.collect();
        Self { base, terms }
    }

    /// The sum for a row; `None` where a column is of the wrong kind.
    pub fn of(&self, columns: &[Column], row: usize) -> Option<f64> {
        let mut sum = self.base;
        for (term, column) in self.terms.iter().zip(columns) {
            sum += term.adds.of(&column.values, row)?;
        }
        Some(sum)
    }

    /// How much each column moves the answer on average over some rows: the mean absolute attribution.
    pub fn importance(&self, columns: &[Column]) -> Vec<f64> {
        let of_column = |(term, column): (&Term, &Column)| {
            let rows = column.values.len();
            let sum: f64 = (0..rows)
                .filter_map(|row| term.adds.of(&column.values, row))
                .map(f64::abs)
                .sum();
            sum / (rows.max(1)) as f64
        };
        self.terms.iter().zip(columns).map(of_column).collect()
    }
}

/// Classes and what speaks for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classes {
    /// The classes, as text, in order.
    pub classes: Vec<String>,
    /// Log-odds: of the second class alone where there are two, else one sum a class, of which the softmax is taken.
    pub scores: Vec<Score>,
}

/// Clusters in the space of prepared columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clusters {
    /// How the columns are prepared.
    pub preparation: Preparation,
    /// The centres, in that space.
    pub centroids: Vec<Vec<f64>>,
    /// How many rows each had.
    pub sizes: Vec<u64>,
}

impl Clusters {
    /// How far apart the centres are in each column: the variance between clusters, in the space of prepared columns.
    pub fn importance(&self) -> Vec<(String, f64)> {
        let rows = self.sizes.iter().sum::<u64>().max(1) as f64;
        let weighted = |of: &dyn Fn(&[f64]) -> f64| {
            let parts = self.centroids.iter().zip(&self.sizes);
            parts.map(|(centre, size)| of(centre) * *size as f64).sum::<f64>() / rows
        };
        let mut place = 0;
        let mut importance = Vec::new();
        for feature in &self.preparation.features {
            let own = place..place + feature.kind.width();
            place = own.end;
            let between = own.map(|at| {
                let mean = weighted(&|centre| centre[at]);
                weighted(&|centre| (centre[at] - mean).powi(2))
            });
            importance.push((feature.name.clone(), between.sum()));
        }
        importance
    }
}

/// A linear head over the embedding of texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextClasses {
    /// The column of the texts.
    pub column: String,
    /// The text model, by name, whose embedding is read.
    pub encoder: String,
    /// Its digest when the head was trained.
    pub encoder_digest: String,
    /// The classes, in order.
    pub classes: Vec<String>,
    /// One a class, or one for the second of two.
    pub intercepts: Vec<f64>,
    /// A row as `intercepts`, one number a dimension of the embedding.
    pub weights: Vec<Vec<f64>>,
}

impl TextClasses {
    /// The probability of each class for an embedding.
    pub fn probabilities(&self, embedding: &[f32]) -> Vec<f64> {
        let sums = self.intercepts.iter().zip(&self.weights).map(|(intercept, weights)| {
            let products = weights.iter().zip(embedding).map(|(w, x)| w * f64::from(*x));
            intercept + products.sum::<f64>()
        });
        probabilities(&sums.collect::<Vec<_>>())
    }
}

/// The probabilities of classes from their log-odds: of one sum the logistic function, of more the softmax.
pub fn probabilities(sums: &[f64]) -> Vec<f64> {
    if let [sum] = sums {
        let second = 1.0 / (1.0 + (-sum).exp());
        return vec![1.0 - second, second];
    }
    let most = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let parts: Vec<f64> = sums.iter().map(|sum| (sum - most).exp()).collect();
    let whole: f64 = parts.iter().sum();
    parts.into_iter().map(|part| part / whole).collect()
}

/// What a tabular ONNX file reads and gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnnxModel {
    /// The file beside the model.
    pub file: String,
    /// Its BLAKE3.
    pub digest: String,
    /// Its inputs, in order.
    pub inputs: Vec<OnnxInput>,
    /// The classes that it tells apart, as text and in its own order; none if it tells no classes apart, or does not say
    /// which.
    pub classes: Vec<String>,
    /// What it answers, in order.
    pub answers: Vec<OnnxAnswer>,
}

/// An input of an ONNX file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnnxInput {
    /// What it reads.
    pub kind: OnnxKind,
    /// The columns of the query, in the order in which they stand in the input.
    pub columns: Vec<String>,
}

/// A kind of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnnxKind {
    /// Numbers; a missing one is NaN.
    Number,
    /// Whole numbers, or booleans as 0 and 1.
    Integer,
    /// Words.
    Text,
}

/// One answer of an ONNX file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnnxAnswer {
    /// What it is called.
    pub name: String,
    /// The output of the file.
    pub output: String,
    /// What kind of values it has.
    pub kind: OnnxKind,
    /// How they are to be read.
    pub role: OnnxRole,
}

/// How the values of an output are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnnxRole {
    /// As one value a row.
    Value,
    /// As a list of values a row.
    List,
    /// As the probability of each class.
    Probabilities,
}

impl OnnxModel {
    /// The columns that it reads, each with what it is read as.
    pub fn columns(&self) -> impl Iterator<Item = (&str, OnnxKind)> {
        self.inputs.iter().flat_map(|input| {
            let kind = input.kind;
            input.columns.iter().map(move |column| (column.as_str(), kind))
        })
    }

    /// The answer that is its prediction, if it has one.
    pub fn prediction(&self) -> Option<&OnnxAnswer> {
        self.answers.iter().find(|answer| answer.name == PREDICTION)
    }

    /// The answer that holds the probabilities of its classes, if it has one.
    pub fn probabilities(&self) -> Option<&OnnxAnswer> {
        self.answers
            .iter()
            .find(|answer| answer.role == OnnxRole::Probabilities)
    }

    /// Whether its prediction is a class, not a quantity.
    pub fn is_classifier(&self) -> bool {
        let is_class = |answer: &OnnxAnswer| answer.kind != OnnxKind::Number || self.probabilities().is_some();
        self.prediction().is_some_and(is_class)
    }
}

/// What the answer of a model is called that is its prediction.
pub const PREDICTION: &str = "prediction";
