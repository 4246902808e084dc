//! How often which label was predicted for which.

use std::collections::HashMap;

use crate::labels::Labels;

/// Counts of pairs of codes, actual and predicted.
#[derive(Debug, Clone)]
pub enum Cells {
    /// `counts[actual * width + predicted]`, for codes below `width`.
    Dense {
        /// A power of two; 0 before the first row.
        width: u32,
        /// The counts.
        counts: Vec<u64>,
    },
    /// For more than 16 labels.
    Sparse(HashMap<(u32, u32), u64>),
}

/// As many labels have a full matrix.
const WIDEST: u32 = 16;

impl Default for Cells {
    fn default() -> Self {
        Self::Dense {
            width: 0,
            counts: Vec::new(),
        }
    }
}

impl Cells {
    /// Counts `rows` rows more.
    pub fn add(&mut self, actual: u32, predicted: u32, rows: u64) {
        *self.cell(actual, predicted) += rows;
    }

    /// Takes a row out that was counted before.
    pub fn remove(&mut self, actual: u32, predicted: u32) {
        let cell = self.cell(actual, predicted);
        *cell = cell.saturating_sub(1);
    }

    fn cell(&mut self, actual: u32, predicted: u32) -> &mut u64 {
        if let Self::Dense { width, .. } = self
            && actual.max(predicted) >= *width
        {
            self.grow(actual.max(predicted));
        }
        match self {
            Self::Dense { width, counts } => &mut counts[(actual * *width + predicted) as usize],
            Self::Sparse(counts) => counts.entry((actual, predicted)).or_default(),
        }
    }

    /// Makes room for `code`.
    #[cold]
    fn grow(&mut self, code: u32) {
        let cells: Vec<_> = self.cells().collect();
        *self = if code < WIDEST {
            let width = (code + 1).next_power_of_two().max(2);
            Self::Dense {
                width,
                counts: vec![0; (width * width) as usize],
            }
        } else {
            Self::Sparse(HashMap::new())
        };
        for (actual, predicted, rows) in cells {
            self.add(actual, predicted, rows);
        }
    }

    /// The pairs that occurred, and how often; in no order.
    pub fn cells(&self) -> impl Iterator<Item = (u32, u32, u64)> {
        let (dense, sparse) = match self {
            Self::Dense { width, counts } => (Some((*width, counts)), None),
            Self::Sparse(counts) => (None, Some(counts)),
        };
        let dense = dense.into_iter().flat_map(|(width, counts)| {
            let place = move |(place, &rows): (usize, &u64)| (place as u32 / width, place as u32 % width, rows);
            counts.iter().enumerate().map(place)
        });
        let sparse = sparse.into_iter().flatten();
        let sparse = sparse.map(|(&(actual, predicted), &rows)| (actual, predicted, rows));
        dense.chain(sparse).filter(|(_, _, rows)| *rows > 0)
    }

    /// The memory that is held, in bytes.
    pub fn size(&self) -> usize {
        match self {
            Self::Dense { counts, .. } => counts.capacity() * size_of::<u64>(),
            Self::Sparse(counts) => counts.capacity() * (size_of::<((u32, u32), u64)>() + 1),
        }
    }

    /// What every label came to; `labels` are those of the codes.
    pub fn classes(&self, labels: &Labels) -> Classes {
        let mut classes = vec![Class::default(); labels.len()];
        for (actual, predicted, rows) in self.cells() {
            if let Some(class) = classes.get_mut(actual as usize) {
                class.actual += rows;
                class.right += if actual == predicted { rows } else { 0 };
            }
            if let Some(class) = classes.get_mut(predicted as usize) {
                class.predicted += rows;
            }
        }
        // In one order, so that sums do not depend on which label was seen first.
        let of_code = |code: u32| (code, classes[code as usize].clone());
        let seen = |(_, class): &(u32, Class)| class.actual + class.predicted > 0;
        Classes(labels.order().into_iter().map(of_code).filter(seen).collect())
    }
}

/// What became of one label.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Class {
    /// Rows whose actual label it is.
    pub actual: u64,
    /// Rows for which it was predicted.
    pub predicted: u64,
    /// Rows for which both is true.
    pub right: u64,
}

/// A measure of how well one label is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// How many of the predictions are right.
    Precision,
    /// How many of the actual ones are found.
    Recall,
    /// The harmonic mean of both.
    F1,
}

/// How the measures of several labels become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Average {
    /// The mean over the labels.
    Macro,
    /// Over all rows: with one label a row, the accuracy.
    Micro,
    /// The mean, each label counting as often as it is actual.
    Weighted,
}

impl Class {
    /// The measure; 0 where it is 0 / 0, as in scikit-learn.
    pub fn measure(&self, measure: Measure) -> f64 {
        let (above, below) = match measure {
            Measure::Precision => (self.right, self.predicted),
            Measure::Recall => (self.right, self.actual),
            Measure::F1 => (2 * self.right, self.actual + self.predicted),
        };
        if below == 0 { 0.0 } else { above as f64 / below as f64 }
    }
}

/// The labels that occurred, by their codes, in the order of the labels.
#[derive(Debug, Clone)]
pub struct Classes(pub Vec<(u32, Class)>);

impl Classes {
    /// What became of the label with a code; zeros if it did not occur.
    pub fn of(&self, code: u32) -> Class {
        let found = self.0.iter().find(|(own, _)| *own == code);
        found.map(|(_, class)| class.clone()).unwrap_or_default()
    }

    /// The measure over all labels; `None` without rows.
    pub fn average(&self, measure: Measure, average: Average) -> Option<f64> {
        let rows: u64 = self.0.iter().map(|(_, class)| class.actual).sum();
        if rows == 0 {
            return None;
        }
        let measures = self.0.iter().map(|(_, class)| (class, class.measure(measure)));
        Some(match average {
            Average::Macro => measures.map(|(_, value)| value).sum::<f64>() / self.0.len() as f64,
            Average::Weighted => {
                let weighted = measures.map(|(class, value)| value * class.actual as f64);
                weighted.sum::<f64>() / rows as f64
            }
            // Each row has one actual and one predicted label, so all three are the share of right ones.
            Average::Micro => self.0.iter().map(|(_, class)| class.right).sum::<u64>() as f64 / rows as f64,
        })
    }
}
