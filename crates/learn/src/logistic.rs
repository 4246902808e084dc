//! Logistic regression for two or more classes.
//!
//! What is minimised is scikit-learn's objective with `C = 1 / l2`: the sum over rows of `-ln(probability of the row's
//! class)`, plus `l2 / 2` times the sum of squared coefficients; intercepts cost nothing. Two classes have one sum
//! `intercept + coefficients * x`, the log-odds of the second; more have one each, of which the softmax is taken, and whose
//! coefficients add up to 0 over the classes. Columns are standardised inside; results are in the units of the columns.

mod descent;
mod kernel;
mod label;
mod pass;
mod rows;
mod statistics;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{Error, parallel};
use descent::{Objective, Solution, Stop};
pub use label::Label;
use pass::Problem;
pub use rows::{MOST_BYTES, MOST_CLASSES, Rows};

/// What a fit may be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// The penalty: `1 / C` of scikit-learn. 0 for none.
    pub l2: f64,
    /// A fit has converged when no slope of the mean objective over the standardised coefficients is larger.
    pub tolerance: f64,
    /// After so many steps a fit stops where it is.
    pub max_iterations: u32,
    /// How many threads it uses; 0 for one a core. The result does not depend on it.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            l2: 0.0,
            tolerance: 1e-8,
            max_iterations: 1000,
            threads: 0,
        }
    }
}

/// A fit. Rows of coefficients and of statistics: one for two classes (of the second), else one a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// The classes as text, sorted: numbers by size, texts by their bytes, false before true.
    pub classes: Vec<String>,
    /// The intercepts.
    pub intercepts: Vec<f64>,
    /// The coefficients; 0 for a column that is constant, or with `l2 = 0` a sum of columns before it.
    pub coefficients: Vec<Vec<f64>>,
    /// The statistics.
    pub statistics: Statistics,
}

/// How sure a fit is of its coefficients, and how good it is on its own rows. Of the lists, each row starts with the
/// intercept; `None` for a column that has no coefficient, and everywhere if the classes are separated or there are more
/// coefficients than [`MOST_ERRORS`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Square roots of the diagonal of the inverse of the (penalised) information matrix.
    pub std_errors: Vec<Vec<Option<f64>>>,
    /// Coefficient by standard error.
    pub z_values: Vec<Vec<Option<f64>>>,
    /// Two-sided, of the normal distribution.
    pub p_values: Vec<Vec<Option<f64>>>,
    /// The mean of `-ln(probability of the row's class)`.
    pub log_loss: f64,
    /// The area under the ROC curve, ties counted half; `None` for more than two classes.
    pub auc: Option<f64>,
    /// The columns without a coefficient, counted from 0.
    pub left_out: Vec<usize>,
    /// How many columns tell something that those before them do not; all that are not constant, if `l2 > 0`.
    pub rank: u64,
    /// Steps of the fit over all rows.
    pub iterations: u32,
    /// Whether the tolerance was reached.
    pub converged: bool,
    /// Whether some sum of columns tells classes apart without an error (or without one but for rows on the border). Then
    /// no finite coefficients are the best; those given are where the fit stopped, at a log-loss below 0.0001 or where it
    /// was clear. Only with `l2 = 0`.
    pub separated: bool,
    /// How many rows were read.
    pub n: u64,
    /// How many were left out.
    pub skipped: u64,
}

/// Up to so many coefficients in all, a fit of two classes uses Newton's method.
const MOST_NEWTON: usize = 128;

/// Up to so many coefficients in all, the same for more classes, whose matrix costs more to add up.
const MOST_NEWTON_CLASSES: usize = 48;

/// Up to so many coefficients in all have standard errors.
pub const MOST_ERRORS: usize = 300;

/// How many rows a first fit reads from which a fit over many rows starts.
const SAMPLE: usize = 40_000;

/// A column whose share of variance that columns before it do not tell is smaller than this is a sum of them.
const COLLINEAR: f64 = 1e-10;

/// Fits rows.
///
/// # Errors
/// Without rows, with one class only, with numbers whose squares are not numbers any more (from about 1e150), for options
/// that make no sense.
pub fn fit(rows: &Rows, options: &Options) -> Result<Logistic, Error> {
    fit_from(rows, options, None)
}

/// Fits rows, starting from another fit of the same classes and columns (such as one with another `l2`), which is faster
/// and comes to the same.
///
/// # Errors
/// As [`fit`].
pub fn fit_from(rows: &Rows, options: &Options, start: Option<&Logistic>) -> Result<Logistic, Error> {
    if !(options.l2 >= 0.0 && options.l2.is_finite()) {
        return Err(Error::Parameter(format!(
            "`l2` must be a number from 0, got {}",
            options.l2
        )));
    }
    if rows.is_empty() {
        return Err(Error::Rows("there are no rows to fit".to_owned()));
    }
    let counts = rows.counts();
    let mut order: Vec<usize> = (0..counts.len()).filter(|&code| counts[code] > 0).collect();
    order.sort_by(|&a, &b| rows.labels()[a].order(&rows.labels()[b]));
    if order.len() < 2 {
        let class = order
            .first()
            .map_or_else(String::new, |&code| rows.labels()[code].text());
        return Err(Error::Rows(format!(
            "all rows are of the class `{class}`; a fit needs two classes"
        )));
    }
    let mut places = vec![0; counts.len()];
    order.iter().zip(0..).for_each(|(&code, place)| places[code] = place);
    let class_counts: Vec<u64> = order.iter().map(|&code| counts[code]).collect();

    let threads = if rows.len().saturating_mul(rows.width() + 1) < 400_000 {
        1
    } else if options.threads == 0 {
        parallel::cores()
    } else {
        options.threads
    };
    let frame = statistics::frame(rows, options.l2 == 0.0, threads)?;
    let sums = if order.len() == 2 { 1 } else { order.len() };
    let problem = Problem {
        rows,
        frame: &frame,
        places: &places,
        sums,
        threads,
    };
    let first = start
        .and_then(|start| statistics::in_frame(start, &frame, sums, rows.width()))
        .unwrap_or_else(|| first_guess(&problem, &class_counts));
    let solution = solve(&problem, options, first);
    let statistics = statistics::statistics(&problem, &solution, &class_counts);
    let (intercepts, coefficients) = statistics::in_units(&solution.at, &frame, rows.width());
    Ok(Logistic {
        classes: order.iter().map(|&code| rows.labels()[code].text()).collect(),
        intercepts,
        coefficients,
        statistics,
    })
}

/// A start at the classes' shares, or where there are many rows, at a fit of some of them.
fn first_guess(problem: &Problem<'_>, class_counts: &[u64]) -> Vec<f64> {
    let terms = problem.frame.terms();
    let mut guess = vec![0.0; problem.dimensions()];
    if let [first, second] = class_counts {
        guess[0] = (*second as f64 / *first as f64).ln();
    } else {
        let logs: Vec<f64> = class_counts.iter().map(|count| (*count as f64).ln()).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        guess
            .chunks_exact_mut(terms)
            .zip(logs)
            .for_each(|(sum, log)| sum[0] = log - mean);
    }
    if problem.rows.len() < 4 * SAMPLE {
        return guess;
    }
    let sample = problem.rows.sample(SAMPLE);
    let counts = sample.counts();
    if counts
        .iter()
        .zip(problem.rows.counts())
        .any(|(some, all)| all > 0 && *some < 20)
    {
        return guess;
    }
    let of_sample = Problem {
        rows: &sample,
        ..*problem
    };
    // One row's worth of penalty keeps the start finite where the sample happens to be separated.
    let objective = objective(&of_sample, 0.0, 1.0);
    let stop = Stop {
        tolerance: 1e-5,
        iterations: 100,
        unbounded: false,
    };
    descend(&objective, guess, stop).at
}

fn objective<'a>(problem: &'a Problem<'a>, l2: f64, standardised: f64) -> Objective<'a> {
    let penalty = |scale: &f64| l2 / (scale * scale) + standardised;
    let rows = problem.rows.len() as f64;
    let sums = problem.sums as f64;
    Objective {
        problem,
        penalties: std::iter::once(0.0)
            .chain(problem.frame.scales.iter().map(penalty))
            .collect(),
        tie: rows / (sums * sums),
        rows,
    }
}

fn descend(objective: &Objective<'_>, start: Vec<f64>, stop: Stop) -> Solution {
    let most = if objective.problem.sums == 1 {
        MOST_NEWTON
    } else {
        MOST_NEWTON_CLASSES
    };
    if start.len() <= most {
        objective.newton(start, stop)
    } else {
        objective.lbfgs(start, stop)
    }
}

fn solve(problem: &Problem<'_>, options: &Options, start: Vec<f64>) -> Solution {
    let objective = objective(problem, options.l2, 0.0);
    let stop = Stop {
        tolerance: options.tolerance,
        iterations: options.max_iterations,
        unbounded: options.l2 == 0.0,
    };
    let mut solution = descend(&objective, start, stop);
    if solution.separated || solution.at.len() > MOST_ERRORS {
        solution.covariance = None;
    } else if solution.covariance.is_none() {
        solution.covariance = objective.covariance(&solution.at);
    }
    solution
}

impl Logistic {
    /// The sums for a row: of two classes the log-odds of the second, else one a class.
    ///
    /// # Errors
    /// For another number of columns than were fitted; so do the others below.
    pub fn scores(&self, row: &[f64]) -> Result<Vec<f64>, Error> {
        scores(&self.intercepts, &self.coefficients, row)
    }

    /// The probability of each class for a row, in the order of `classes`.
    ///
    /// # Errors
    /// As [`Self::scores`].
    pub fn probabilities(&self, row: &[f64]) -> Result<Vec<f64>, Error> {
        Ok(probabilities(&self.scores(row)?))
    }

    /// The place of the most probable class for a row; of equals the first.
    ///
    /// # Errors
    /// As [`Self::scores`].
    pub fn predict(&self, row: &[f64]) -> Result<usize, Error> {
        Ok(most_probable(&self.scores(row)?))
    }

    /// The mean of `-ln(probability of the row's class)` over other rows. A class that the fit has not seen has the
    /// probability 0, which makes it infinite.
    ///
    /// # Errors
    /// As [`Self::scores`], and without rows.
    pub fn log_loss(&self, rows: &Rows) -> Result<f64, Error> {
        if rows.is_empty() {
            return Err(Error::Rows("there are no rows to judge a fit by".to_owned()));
        }
        let place = |label: &Label| self.classes.iter().position(|class| *class == label.text());
        let places: Vec<Option<usize>> = rows.labels().iter().map(place).collect();
        let mut loss = 0.0;
        let mut row = vec![0.0; rows.width()];
        for chunk in &rows.chunks {
            for (n, code) in chunk.codes.iter().enumerate() {
                row.iter_mut()
                    .zip(&chunk.columns)
                    .for_each(|(to, column)| *to = column[n]);
                let scores = self.scores(&row)?;
                loss += match places[*code as usize] {
                    Some(place) => surprise(&scores, place),
                    None => f64::INFINITY,
                };
            }
        }
        Ok(loss / rows.len() as f64)
    }
}

/// The sums of a fitted value for a row, see [`Logistic::scores`].
///
/// # Errors
/// For another number of columns than were fitted.
pub fn scores(intercepts: &[f64], coefficients: &[Vec<f64>], row: &[f64]) -> Result<Vec<f64>, Error> {
    let sums = intercepts.iter().zip(coefficients).map(|(intercept, own)| {
        if own.len() != row.len() {
            let (expected, got) = (own.len(), row.len());
            return Err(Error::Mismatch(format!(
                "the model has {expected} features, the row has {got}"
            )));
        }
        Ok(intercept + own.iter().zip(row).map(|(c, x)| c * x).sum::<f64>())
    });
    sums.collect()
}

/// The probabilities that belong to scores; see [`Logistic::probabilities`].
pub fn probabilities(scores: &[f64]) -> Vec<f64> {
    crate::trained::probabilities(scores)
}

/// The place of the most probable class; see [`Logistic::predict`].
pub fn most_probable(scores: &[f64]) -> usize {
    match scores {
        [score] => usize::from(*score > 0.0),
        _ => {
            let best = |best: usize, place: usize| if scores[place] > scores[best] { place } else { best };
            (1..scores.len()).fold(0, best)
        }
    }
}

/// `-ln(probability)` of a class.
fn surprise(scores: &[f64], place: usize) -> f64 {
    if let [score] = scores {
        let margin = if place == 1 { *score } else { -score };
        return (-margin).max(0.0) + (-margin.abs()).exp().ln_1p();
    }
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let whole: f64 = scores.iter().map(|score| (score - most).exp()).sum();
    most - scores[place] + whole.ln()
}
