//! How good an ONNX model's predictions are, and what they come to when a column is shuffled.

use arrow::array::{ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use datafusion_common::Result;
use tronie_learn::hash::Hash;

use crate::ml_onnx::Answers;

/// Where each row takes its value of a shuffled column from; rows that do not count keep their own.
pub(super) fn shuffled(rows: &[usize], count: usize, repeat: u64) -> Vec<usize> {
    let key = |row: usize| {
        let mut hash = Hash::new(repeat);
        hash.add(&row.to_le_bytes());
        hash.finish()
    };
    let mut from = rows.to_vec();
    from.sort_by_key(|&row| (key(row), row));
    let mut moved: Vec<usize> = (0..count).collect();
    for (&row, from) in rows.iter().zip(from) {
        moved[row] = from;
    }
    moved
}

/// Compares predictions with what is true.
pub(super) struct Judge {
    pub(super) actual: ArrayRef,
    pub(super) is_class: bool,
    /// The rows that count.
    pub(super) rows: Vec<usize>,
}

impl Judge {
    /// The accuracy, or R2; `None` if no row counts.
    pub(super) fn score(&self, answers: &Answers<'_>) -> Result<Option<f64>> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        let count = self.rows.len() as f64;
        let predictions = self.rows.iter().map(|&row| answers.prediction(row));
        if let Some(actual) = self.actual.as_string_opt::<i32>()
            && self.is_class
        {
            let right = predictions
                .zip(&self.rows)
                .filter(|(predicted, row)| predicted.as_deref() == Some(actual.value(**row)));
            return Ok(Some(right.count() as f64 / count));
        }
        let actual = cast(&self.actual, &DataType::Float64)?;
        let actual = actual.as_primitive::<Float64Type>();
        let pairs = predictions.zip(&self.rows).map(|(predicted, &row)| {
            let predicted = predicted.and_then(|predicted| predicted.parse().ok());
            (actual.value(row), predicted.unwrap_or(f64::NAN))
        });
        let pairs: Vec<(f64, f64)> = pairs.collect();
        if self.is_class {
            let right = pairs.iter().filter(|(actual, predicted)| actual == predicted).count();
            return Ok(Some(right as f64 / count));
        }
        let mean = pairs.iter().map(|(actual, _)| actual).sum::<f64>() / count;
        let spread: f64 = pairs.iter().map(|(actual, _)| (actual - mean) * (actual - mean)).sum();
        let missed: f64 = pairs
            .iter()
            .map(|(actual, predicted)| (actual - predicted) * (actual - predicted))
            .sum();
        Ok((spread > 0.0).then(|| 1.0 - missed / spread))
    }
}
