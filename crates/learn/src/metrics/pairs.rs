//! Metrics that are sums over rows of two numbers.

use std::fmt::Debug;

/// A metric over rows of two finite numbers, `actual` and `predicted`, whose state is a few numbers.
pub trait Pairs: Debug + Default + Clone + Send + Sync + 'static {
    /// How many numbers a written state has.
    const NUMBERS: usize;
    /// Whether rows can be taken out again, as sliding windows do.
    const RETRACTS: bool = true;

    /// Adds one row.
    fn update(&mut self, actual: f64, predicted: f64);

    /// Adds rows; both slices have the same length.
    fn update_all(&mut self, actual: &[f64], predicted: &[f64]) {
        for (&actual, &predicted) in actual.iter().zip(predicted) {
            self.update(actual, predicted);
        }
    }

    /// Takes out a row that was added before. Only where [`Self::RETRACTS`].
    fn retract(&mut self, actual: f64, predicted: f64);

    /// Adds the rows of `other`.
    fn merge(&mut self, other: &Self);

    /// Appends the state, as [`Self::NUMBERS`] numbers.
    fn write(&self, numbers: &mut Vec<f64>);

    /// The state that was written as `numbers`; the empty one if there are not [`Self::NUMBERS`] of them.
    fn read(numbers: &[f64]) -> Self;

    /// The metric; `None` where it is not defined.
    fn finish(&self) -> Option<f64>;
}

/// A sum with what rounding lost of it (Neumaier 1974), so that neither the order of rows nor their number shows.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, number: f64) {
        let sum = self.sum + number;
        self.lost += if self.sum.abs() >= number.abs() {
            (self.sum - sum) + number
        } else {
            (number - sum) + self.sum
        };
        self.sum = sum;
    }

    fn merge(&mut self, other: Self) {
        self.add(other.sum);
        self.lost += other.lost;
    }

    fn value(self) -> f64 {
        // Past the largest number, what was lost is not a number.
        if self.sum.is_finite() {
            self.sum + self.lost
        } else {
            self.sum
        }
    }
}

/// The mean of a number a row.
#[derive(Debug, Default, Clone, Copy)]
struct Mean {
    rows: f64,
    sum: Sum,
}

impl Mean {
    const NUMBERS: usize = 3;

    fn add(&mut self, number: f64) {
        self.rows += 1.0;
        self.sum.add(number);
    }

    fn add_all(&mut self, numbers: impl ExactSizeIterator<Item = f64>) {
        // Short plain sums lose nothing that counts, and are fast.
        let mut rest = numbers;
        while rest.len() > 0 {
            let part = rest.by_ref().take(64);
            self.rows += part.len() as f64;
            self.sum.add(part.sum());
        }
    }

    fn retract(&mut self, number: f64) {
        self.rows -= 1.0;
        if self.rows < 1.0 {
            *self = Self::default();
            return;
        }
        self.sum.add(-number);
    }

    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.sum.merge(other.sum);
    }

    fn write(&self, numbers: &mut Vec<f64>) {
        numbers.extend([self.rows, self.sum.sum, self.sum.lost]);
    }

    fn read(numbers: &[f64]) -> Self {
        match *numbers {
            [rows, sum, lost] => Self {
                rows,
                sum: Sum { sum, lost },
            },
            _ => Self::default(),
        }
    }

    fn value(&self) -> Option<f64> {
        (self.rows > 0.0).then(|| self.sum.value() / self.rows)
    }
}

macro_rules! mean_of {
    ($(#[$doc:meta])* $name:ident, $term:expr, $finish:expr) => {
        $(#[$doc])*
        #[derive(Debug, Default, Clone)]
        pub struct $name(Mean);

        impl Pairs for $name {
            const NUMBERS: usize = Mean::NUMBERS;

            fn update(&mut self, actual: f64, predicted: f64) {
                self.0.add($term(actual, predicted));
            }

            fn update_all(&mut self, actual: &[f64], predicted: &[f64]) {
                let rows = actual.iter().zip(predicted);
                self.0.add_all(rows.map(|(&actual, &predicted)| $term(actual, predicted)));
            }

            fn retract(&mut self, actual: f64, predicted: f64) {
                self.0.retract($term(actual, predicted));
            }

            fn merge(&mut self, other: &Self) {
                self.0.merge(&other.0);
            }

            fn write(&self, numbers: &mut Vec<f64>) {
                self.0.write(numbers);
            }

            fn read(numbers: &[f64]) -> Self {
                Self(Mean::read(numbers))
            }

            fn finish(&self) -> Option<f64> {
                self.0.value().map($finish)
            }
        }
    };
}

mean_of!(
    /// The share of rows in which both numbers are the same: of codes of labels, the accuracy.
    Accuracy,
    |actual: f64, predicted: f64| if actual == predicted { 1.0 } else { 0.0 },
    |share: f64| share
);

mean_of!(
    /// The mean squared error.
    SquaredError,
    |actual: f64, predicted: f64| (actual - predicted) * (actual - predicted),
    |mean: f64| mean.max(0.0)
);

mean_of!(
    /// The square root of the mean squared error.
    RootOfSquaredError,
    |actual: f64, predicted: f64| (actual - predicted) * (actual - predicted),
    |mean: f64| mean.max(0.0).sqrt()
);

mean_of!(
    /// The mean absolute error.
    AbsoluteError,
    |actual: f64, predicted: f64| (actual - predicted).abs(),
    |mean: f64| mean.max(0.0)
);

mean_of!(
    /// The mean of -ln(p) where `actual` is 1 and -ln(1 - p) where it is 0; p is the predicted probability of 1, cut off
    /// at [`SMALLEST_PROBABILITY`] and 1 minus that.
    LogLoss,
    |actual: f64, predicted: f64| {
        let probability = predicted.clamp(SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY);
        -(if actual == 1.0 { probability } else { 1.0 - probability }).ln()
    },
    |mean: f64| mean.max(0.0)
);

/// Where [`LogLoss`] cuts off probabilities, 2^-52: a certain prediction that is wrong costs 36.04, and not infinity.
pub const SMALLEST_PROBABILITY: f64 = f64::EPSILON;

/// The coefficient of determination: 1 minus the squared error over the squared distance of `actual` from its mean, which
/// is gathered after Chan, Golub and LeVeque (1979).
#[derive(Debug, Default, Clone)]
pub struct R2 {
    errors: Mean,
    mean: f64,
    squares: f64,
}

impl R2 {
    fn add_part(&mut self, rows: f64, mean: f64, squares: f64, before: f64) {
        if rows == 0.0 {
            return;
        }
        let all = before + rows;
        let distance = mean - self.mean;
        // Written so that equal means stay exactly what they are.
        self.mean += distance * (rows / all);
        self.squares += squares + distance * distance * (before * rows / all);
    }
}

impl Pairs for R2 {
    const NUMBERS: usize = Mean::NUMBERS + 2;
    const RETRACTS: bool = false;

    fn update(&mut self, actual: f64, predicted: f64) {
        let before = self.errors.rows;
        self.add_part(1.0, actual, 0.0, before);
        let error = actual - predicted;
        self.errors.add(error * error);
    }

    fn update_all(&mut self, actual: &[f64], predicted: &[f64]) {
        let Some(&first) = actual.first() else { return };
        let rows = actual.len() as f64;
        // Numbers that are all the same are at distance 0 from the first one, and stay so.
        let offset = actual.iter().map(|y| y - first).sum::<f64>() / rows;
        let squares: f64 = actual.iter().map(|y| (y - first - offset).powi(2)).sum();
        self.add_part(rows, first + offset, squares, self.errors.rows);
        let errors = actual
            .iter()
            .zip(predicted)
            .map(|(y, predicted)| (y - predicted).powi(2));
        self.errors.add_all(errors);
    }

    fn retract(&mut self, _: f64, _: f64) {}

    fn merge(&mut self, other: &Self) {
        self.add_part(other.errors.rows, other.mean, other.squares, self.errors.rows);
        self.errors.merge(&other.errors);
    }

    fn write(&self, numbers: &mut Vec<f64>) {
        self.errors.write(numbers);
        numbers.extend([self.mean, self.squares]);
    }

    fn read(numbers: &[f64]) -> Self {
        match numbers.split_at_checked(Mean::NUMBERS) {
            Some((errors, &[mean, squares])) => Self {
                errors: Mean::read(errors),
                mean,
                squares,
            },
            _ => Self::default(),
        }
    }

    /// `None` for fewer than two rows. Where all of `actual` are the same: 1 if every prediction is right, else 0, as in
    /// scikit-learn.
    fn finish(&self) -> Option<f64> {
        if self.errors.rows < 2.0 {
            return None;
        }
        let errors = self.errors.sum.value();
        if self.squares == 0.0 {
            return Some(if errors == 0.0 { 1.0 } else { 0.0 });
        }
        Some(1.0 - errors / self.squares)
    }
}
