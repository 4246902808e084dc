//! From a state to coefficients, and how sure they are.

use serde::{Deserialize, Serialize};
use statrs::function::beta::checked_beta_reg;

use super::{Options, State};
use crate::Error;

/// The coefficients of a fit and how good it is. `n` rows, `p` columns of which `rank` count.
///
/// Statistics that do not exist are `None`: with a penalty (its estimates are biased, and the tests below do not hold for
/// them); with no more rows than coefficients; of a column that was left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// The prediction for a row of zeros; 0 for a fit without an intercept.
    pub intercept: f64,
    /// By how much the prediction grows for each unit of a column. `None` for a column that was left out, because it is
    /// constant, or a sum of multiples of the columns before it: its coefficient could be anything. Predictions take it as 0.
    pub coefficients: Vec<Option<f64>>,
    /// Of the intercept; all `None` without one.
    pub intercept_statistic: Statistic,
    /// Of the coefficients.
    pub statistics: Vec<Statistic>,
    /// The share of the variance of `y` that is explained: `1 - SSE / SST`. `None` if `y` is constant. Without an intercept
    /// SST is the sum of squares of `y` itself, as in R and statsmodels.
    pub r2: Option<f64>,
    /// `1 - (1 - r2) (n - 1) / (n - rank - 1)`; without an intercept `1 - (1 - r2) n / (n - rank)`.
    pub adj_r2: Option<f64>,
    /// The root of the mean squared error, `sqrt(SSE / n)`, in the unit of `y`.
    pub rmse: f64,
    /// Rows that were used.
    pub n: u64,
    /// Rows that were left out.
    pub skipped: u64,
    /// Columns that were not left out.
    pub rank: usize,
}

/// How sure a coefficient is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Statistic {
    /// Its standard error, from the residual variance `SSE / (n - rank - 1)`; without an intercept `SSE / (n - rank)`.
    pub std_error: Option<f64>,
    /// The coefficient divided by its standard error.
    pub t_value: Option<f64>,
    /// How likely a `t_value` this far from 0, or farther, is if the coefficient is 0: two-sided, by Student's t.
    pub p_value: Option<f64>,
}

impl Linear {
    /// The prediction for a row.
    pub fn predict(&self, row: &[f64]) -> f64 {
        let terms = self.coefficients.iter().zip(row);
        self.intercept + terms.filter_map(|(by, x)| by.map(|by| by * x)).sum::<f64>()
    }
}

impl State {
    /// The least-squares fit of the rows; `None` if there are none.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a penalty that is negative or not finite; [`Error::Rows`] where numbers are so large that
    /// their squares are not numbers any more (from about 1e150).
    pub fn finish(&self, options: &Options) -> Result<Option<Linear>, Error> {
        let l2 = options.l2;
        if !l2.is_finite() || l2 < 0.0 {
            return Err(Error::Parameter(format!(
                "`l2` must be 0 or a positive number, got {l2}"
            )));
        }
        if self.rows() == 0 {
            return Ok(None);
        }
        let state = self.settled();
        if !state
            .factor()
            .iter()
            .chain(state.offsets())
            .all(|number| number.is_finite())
        {
            return Err(Error::Rows(
                "the numbers are too large to be squared; divide the columns by a power of ten".to_owned(),
            ));
        }
        Ok(Some(Solver::new(&state, options).fit()))
    }
}

/// The parts of a fit. Columns are `height` numbers, one column after the other, `y` last.
struct Solver<'a> {
    state: &'a State,
    options: &'a Options,
    features: usize,
    height: usize,
    /// The rows, brought down to `height` ones with the same products.
    columns: Vec<f64>,
    /// The root of each column's sum of squares, after centring where there is an intercept.
    norms: Vec<f64>,
    means: Vec<f64>,
}

/// A triangular system: `height` numbers a column, its columns those of `kept`, `y` last.
struct Triangle {
    kept: Vec<usize>,
    columns: Vec<f64>,
    height: usize,
}

impl<'a> Solver<'a> {
    fn new(state: &'a State, options: &'a Options) -> Self {
        let width = state.features() + 1;
        let means: Vec<f64> = state
            .shifts()
            .iter()
            .zip(state.offsets())
            .map(|(shift, offset)| shift + offset)
            .collect();
        let square = state.columns();
        let root = (state.folded as f64).sqrt();
        let (mut columns, mut norms) = (Vec::new(), Vec::new());
        for (column, mean) in square.chunks_exact(width).zip(&means) {
            // What was taken away by centring is one more row.
            columns.extend_from_slice(column);
            let mut norm = norm(column);
            if !options.intercept {
                columns.push(root * mean);
                norm = norm.hypot(root * mean);
            } else if norm <= CONSTANT * root * mean.abs() {
                norm = 0.0;
            }
            norms.push(norm);
        }
        Self {
            state,
            options,
            features: state.features(),
            height: columns.len() / width,
            columns,
            norms,
            means,
        }
    }

    fn column(&self, at: usize) -> &[f64] {
        &self.columns[at * self.height..][..self.height]
    }

    /// What is lost by rounding, against a column's norm: more after many blocks of rows.
    fn tolerance(&self) -> f64 {
        f64::EPSILON * (4.0 * (self.state.folded as f64).sqrt()).max(64.0)
    }

    /// Brings the columns to triangular form one after the other, and leaves out those of which next to nothing is left once
    /// the columns before them are taken away: the pivoting that R's `lm` uses. The test is relative to each column's own
    /// norm, so units do not matter. With a penalty no column is left out of the system, only out of the rank.
    fn triangle(&self, penalty: f64) -> Triangle {
        let features = self.features;
        let more = if penalty > 0.0 { features } else { 0 };
        let height = self.height + more;
        let mut columns = Vec::with_capacity(height * (features + 1));
        for at in 0..=features {
            columns.extend_from_slice(self.column(at));
            let start = columns.len();
            columns.resize(start + more, 0.0);
            if let Some(entry) = columns[start..].get_mut(at) {
                *entry = penalty.sqrt();
            }
        }
        let mut kept = Vec::with_capacity(features);
        for at in 0..features {
            let top = kept.len();
            let (before, after) = columns.split_at_mut((at + 1) * height);
            let column = &mut before[at * height..];
            let left = norm(column.get(top..).unwrap_or_default());
            if left == 0.0 || (penalty == 0.0 && left <= self.tolerance() * self.norms[at]) {
                continue;
            }
            if penalty == 0.0 && self.norms[at] == 0.0 {
                continue;
            }
            kept.push(at);
            if column[top + 1..].iter().all(|below| *below == 0.0) {
                continue;
            }
            let new = if column[top] > 0.0 { -left } else { left };
            column[top] -= new;
            let reflected = &column[top..];
            for other in after.chunks_exact_mut(height) {
                let product: f64 = reflected.iter().zip(&other[top..]).map(|(a, b)| a * b).sum();
                let step = product / reflected[0] / new;
                let pairs = other[top..].iter_mut().zip(reflected);
                pairs.for_each(|(to, from)| *to += step * from);
            }
            column[top] = new;
        }
        Triangle { kept, columns, height }
    }

    fn fit(&self) -> Linear {
        let free = self.triangle(0.0);
        let rank = free.kept.len();
        let is_penalised = self.options.l2 > 0.0;
        let solved = if is_penalised {
            self.triangle(self.options.l2)
        } else {
            free
        };
        let found = solved.solve(self.features);
        let mut coefficients = vec![None; self.features];
        for (at, coefficient) in solved.kept.iter().zip(&found) {
            coefficients[*at] = Some(*coefficient);
        }
        if is_penalised {
            // A column of zeros costs whatever its coefficient is not 0.
            coefficients.iter_mut().for_each(|by| *by = by.or(Some(0.0)));
        }

        let sse = match is_penalised {
            false => square(&solved.column(self.features)[rank..]),
            true => self.squared_errors(&coefficients),
        };
        let n = self.state.folded as f64;
        let norm = self.norms[self.features];
        let r2 = (norm > 0.0).then(|| 1.0 - (sse / norm) / norm);
        let taken = rank as f64 + f64::from(u8::from(self.options.intercept));
        let degrees = n - taken;
        let is_tested = !is_penalised && degrees > 0.0;
        let all = n - f64::from(u8::from(self.options.intercept));
        let variance = sse / degrees;

        let inverse = solved.inverse();
        let mut statistics = vec![Statistic::default(); self.features];
        if is_tested {
            for ((row, at), coefficient) in inverse.chunks_exact(rank.max(1)).zip(&solved.kept).zip(&found) {
                statistics[*at] = Statistic::new(*coefficient, (variance * square(row)).sqrt(), degrees);
            }
        }
        let intercept = self.intercept(&coefficients);
        let mut intercept_statistic = Statistic::default();
        if is_tested && self.options.intercept {
            // The variance of the mean of y and that of the plane's slope from the mean to the origin.
            let mut slopes = vec![0.0; rank];
            for (row, at) in inverse.chunks_exact(rank.max(1)).zip(&solved.kept) {
                let products = slopes.iter_mut().zip(row);
                products.for_each(|(slope, entry)| *slope += entry * self.means[*at]);
            }
            let std_error = (variance * (1.0 / n + square(&slopes))).sqrt();
            intercept_statistic = Statistic::new(intercept, std_error, degrees);
        }
        Linear {
            intercept,
            coefficients,
            intercept_statistic,
            statistics,
            r2,
            adj_r2: r2.filter(|_| is_tested).map(|r2| 1.0 - (1.0 - r2) * all / degrees),
            rmse: (sse / n).sqrt(),
            n: self.state.folded,
            skipped: self.state.skipped(),
            rank,
        }
    }

    /// Where the plane through the means is above the origin.
    fn intercept(&self, coefficients: &[Option<f64>]) -> f64 {
        if !self.options.intercept {
            return 0.0;
        }
        // Shifts and offsets apart: the shifts cancel, and the offsets are small beside them.
        let (shifts, offsets) = (self.state.shifts(), self.state.offsets());
        let plane = |points: &[f64]| {
            let terms = coefficients.iter().zip(points);
            points[self.features] - terms.filter_map(|(by, x)| by.map(|by| by * x)).sum::<f64>()
        };
        plane(shifts) + plane(offsets)
    }

    /// The sum of squared errors of any coefficients.
    fn squared_errors(&self, coefficients: &[Option<f64>]) -> f64 {
        let mut errors = self.column(self.features).to_vec();
        for (at, by) in coefficients.iter().enumerate() {
            let by = by.unwrap_or_default();
            let pairs = errors.iter_mut().zip(self.column(at));
            pairs.for_each(|(error, x)| *error -= by * x);
        }
        square(&errors)
    }
}

/// A column whose spread is not above this share of its size is constant: the spread is the rounding of its mean.
const CONSTANT: f64 = 4.0 * f64::EPSILON;

impl Triangle {
    fn column(&self, at: usize) -> &[f64] {
        &self.columns[at * self.height..][..self.height]
    }

    /// The coefficients of the kept columns, by back substitution.
    fn solve(&self, y: usize) -> Vec<f64> {
        let mut found = self.column(y)[..self.kept.len()].to_vec();
        for (row, at) in self.kept.iter().enumerate().rev() {
            let column = self.column(*at);
            found[row] /= column[row];
            let coefficient = found[row];
            let above = found[..row].iter_mut().zip(column);
            above.for_each(|(sum, entry)| *sum -= coefficient * entry);
        }
        found
    }

    /// The inverse of the triangle, row by row.
    fn inverse(&self) -> Vec<f64> {
        let rank = self.kept.len();
        let mut inverse = vec![0.0; rank * rank];
        for (at, column) in self.kept.iter().enumerate() {
            let column = self.column(*column);
            inverse[at * rank + at] = 1.0 / column[at];
            for row in 0..at {
                let entries = inverse[row * rank + row..row * rank + at].iter().zip(&column[row..at]);
                let sum: f64 = entries.map(|(a, b)| a * b).sum();
                inverse[row * rank + at] = -sum / column[at];
            }
        }
        inverse
    }
}

impl Statistic {
    fn new(coefficient: f64, std_error: f64, degrees: f64) -> Self {
        let t_value = coefficient / std_error;
        // Both 0: y is constant, and nothing is known.
        let t_value = (!t_value.is_nan()).then_some(t_value);
        Self {
            std_error: Some(std_error),
            t_value,
            p_value: t_value.and_then(|t| two_sided(t, degrees)),
        }
    }
}

/// The two-sided p-value of Student's t: the regularised incomplete beta function (Abramowitz and Stegun 26.7.1).
fn two_sided(t: f64, degrees: f64) -> Option<f64> {
    if t.is_infinite() {
        return Some(0.0);
    }
    checked_beta_reg(degrees / 2.0, 0.5, degrees / (degrees + t * t)).ok()
}

fn square(numbers: &[f64]) -> f64 {
    numbers.iter().map(|number| number * number).sum()
}

fn norm(numbers: &[f64]) -> f64 {
    square(numbers).sqrt()
}
