//! What is said about a fit, and its way from standardised columns to their own units.

use statrs::function::erf::erfc;

use super::descent::Solution;
use super::pass::{Frame, Problem};
use super::{COLLINEAR, Logistic, Rows, Statistics};
use crate::Error;
use crate::parallel::in_order;

/// Means, standard deviations and which columns tell something: not constant ones, and if `independent` none that is a sum
/// of columns before it.
///
/// # Errors
/// For numbers so large that their squares are not numbers any more.
pub(super) fn frame(rows: &Rows, independent: bool, threads: usize) -> Result<Frame, Error> {
    let width = rows.width();
    // Numbers near the means, against which products of large numbers would lose their digits.
    let some = rows.sample(1000);
    let near = some.chunks[0]
        .columns
        .iter()
        .map(|column| column.iter().sum::<f64>() / column.len().max(1) as f64);
    let means: Vec<f64> = near.collect();
    let sums = in_order(rows.chunks.len(), threads, |chunk| {
        let columns = rows.chunks[chunk].columns.iter().zip(&means);
        let moments = columns.map(|(column, near)| moments(column, *near));
        moments.collect::<Vec<_>>()
    });
    let n = rows.len() as f64;
    let mut frame = Frame {
        columns: Vec::new(),
        means: Vec::new(),
        scales: Vec::new(),
    };
    for column in 0..width {
        let (mut first, mut second, mut largest) = (0.0, 0.0, 0.0_f64);
        for sums in &sums {
            let (a, b, most) = sums[column];
            first += a;
            second += b;
            largest = largest.max(most);
        }
        let variance = (second - first * first / n) / n;
        if !variance.is_finite() {
            return Err(Error::Rows(
                "the numbers are too large to be squared; divide the columns by a power of ten".to_owned(),
            ));
        }
        // What rounding alone makes of a constant column.
        if variance.sqrt() > 1e-13 * largest {
            frame.columns.push(column);
            frame.means.push(means[column] + first / n);
            frame.scales.push(variance.sqrt());
        }
    }
    if independent && !frame.columns.is_empty() {
        leave_out_collinear(rows, &mut frame, threads);
    }
    Ok(frame)
}

/// The sum of distances from `near`, of their squares, and the largest size.
fn moments(column: &[f64], near: f64) -> (f64, f64, f64) {
    const LANES: usize = 8;
    let (mut first, mut second, mut largest) = ([0.0; LANES], [0.0; LANES], [0.0_f64; LANES]);
    let (whole, rest) = column.as_chunks::<LANES>();
    for some in whole {
        for lane in 0..LANES {
            let x = some[lane] - near;
            first[lane] += x;
            second[lane] += x * x;
            largest[lane] = if some[lane].abs() > largest[lane] {
                some[lane].abs()
            } else {
                largest[lane]
            };
        }
    }
    for (lane, x) in rest.iter().enumerate() {
        first[lane] += x - near;
        second[lane] += (x - near) * (x - near);
        largest[lane] = largest[lane].max(x.abs());
    }
    (
        first.iter().sum(),
        second.iter().sum(),
        largest.into_iter().fold(0.0, f64::max),
    )
}

/// Leaves out columns that are sums of columns before them: those whose pivot in a Cholesky factorisation of the
/// correlations vanishes.
fn leave_out_collinear(rows: &Rows, frame: &mut Frame, threads: usize) {
    let places = vec![0; rows.labels().len()];
    let problem = Problem {
        rows,
        frame,
        places: &places,
        sums: 1,
        threads,
    };
    let terms = frame.terms();
    let gram = problem.gram();
    let mut lower = vec![0.0; terms * terms];
    let mut kept: Vec<usize> = vec![0];
    lower[0] = gram[0].sqrt();
    for j in 1..terms {
        for (place, &k) in kept.iter().enumerate() {
            let done: f64 = kept[..place]
                .iter()
                .map(|&l| lower[j * terms + l] * lower[k * terms + l])
                .sum();
            lower[j * terms + k] = (gram[j * terms + k] - done) / lower[k * terms + k];
        }
        let told: f64 = kept.iter().map(|&k| lower[j * terms + k] * lower[j * terms + k]).sum();
        let left = gram[j * terms + j] - told;
        if left > COLLINEAR * gram[j * terms + j] {
            lower[j * terms + j] = left.sqrt();
            kept.push(j);
        }
    }
    let keep = |of: &[f64]| kept[1..].iter().map(|&j| of[j - 1]).collect();
    let (means, scales) = (keep(&frame.means), keep(&frame.scales));
    frame.columns = kept[1..].iter().map(|&j| frame.columns[j - 1]).collect();
    (frame.means, frame.scales) = (means, scales);
}

/// Intercepts and coefficients in the units of the columns.
pub(super) fn in_units(at: &[f64], frame: &Frame, width: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let sums = at.chunks_exact(frame.terms()).map(|sum| {
        let mut coefficients = vec![0.0; width];
        let mut intercept = sum[0];
        for (n, &column) in frame.columns.iter().enumerate() {
            let coefficient = sum[n + 1] / frame.scales[n];
            coefficients[column] = coefficient;
            intercept -= coefficient * frame.means[n];
        }
        (intercept, coefficients)
    });
    sums.unzip()
}

/// A fit in standardised columns; `None` if it is of other columns or classes.
pub(super) fn in_frame(fit: &Logistic, frame: &Frame, sums: usize, width: usize) -> Option<Vec<f64>> {
    if fit.intercepts.len() != sums || fit.coefficients.iter().any(|own| own.len() != width) || fit.statistics.separated
    {
        return None;
    }
    let mut at = Vec::with_capacity(sums * frame.terms());
    for (intercept, own) in fit.intercepts.iter().zip(&fit.coefficients) {
        let scaled = frame
            .columns
            .iter()
            .zip(&frame.scales)
            .map(|(&column, scale)| own[column] * scale);
        let scaled: Vec<f64> = scaled.collect();
        let shift = frame
            .columns
            .iter()
            .zip(&frame.means)
            .map(|(&column, mean)| own[column] * mean);
        at.push(intercept + shift.sum::<f64>());
        at.extend(scaled);
    }
    at.iter().all(|x| x.is_finite()).then_some(at)
}

/// The statistics of a solution.
pub(super) fn statistics(problem: &Problem<'_>, solution: &Solution, class_counts: &[u64]) -> Statistics {
    let (frame, width) = (problem.frame, problem.rows.width());
    let terms = frame.terms();
    let (intercepts, coefficients) = in_units(&solution.at, frame, width);
    let error = |sum: usize| {
        let mut errors = vec![None; width + 1];
        let Some(covariance) = &solution.covariance else {
            return errors;
        };
        // Of the direction in which all sums grow together, which is known to be 0, the penalty has put this into the inverse.
        let classes = problem.sums as f64;
        let tied = if problem.sums > 1 {
            1.0 / (problem.rows.len() as f64 / (classes * classes)) / (classes * classes)
        } else {
            0.0
        };
        let at = |j: usize, k: usize| covariance[(sum * terms + j, sum * terms + k)] - if j == k { tied } else { 0.0 };
        // The intercept is the sum at 0, not at the means.
        let weight = |j: usize| {
            if j == 0 {
                1.0
            } else {
                -frame.means[j - 1] / frame.scales[j - 1]
            }
        };
        let mut variance = 0.0;
        for (j, k) in (0..terms).flat_map(|j| (0..terms).map(move |k| (j, k))) {
            variance += weight(j) * weight(k) * at(j, k);
        }
        errors[0] = Some(variance.max(0.0).sqrt());
        for (n, &column) in frame.columns.iter().enumerate() {
            errors[column + 1] = Some(at(n + 1, n + 1).max(0.0).sqrt() / frame.scales[n]);
        }
        errors
    };
    let std_errors: Vec<Vec<Option<f64>>> = (0..problem.sums).map(error).collect();
    let z_values: Vec<Vec<Option<f64>>> = std_errors
        .iter()
        .enumerate()
        .map(|(sum, errors)| {
            let values = std::iter::once(&intercepts[sum]).chain(&coefficients[sum]);
            let z =
                |(value, error): (&f64, &Option<f64>)| error.filter(|error| *error > 0.0).map(|error| value / error);
            values.zip(errors).map(z).collect()
        })
        .collect();
    let p = |z: &Option<f64>| z.map(|z| erfc(z.abs() / std::f64::consts::SQRT_2));
    Statistics {
        p_values: z_values.iter().map(|row| row.iter().map(p).collect()).collect(),
        std_errors,
        z_values,
        log_loss: solution.loss / problem.rows.len() as f64,
        auc: (problem.sums == 1).then(|| auc(problem, &solution.at, class_counts)),
        left_out: (0..width).filter(|column| !frame.columns.contains(column)).collect(),
        rank: frame.columns.len() as u64,
        iterations: solution.iterations,
        converged: solution.converged,
        separated: solution.separated,
        n: problem.rows.len() as u64,
        skipped: problem.rows.skipped(),
    }
}

/// The share of pairs of a row of each class in which the second class has the larger score, ties counted half.
fn auc(problem: &Problem<'_>, at: &[f64], class_counts: &[u64]) -> f64 {
    // Bits that sort as the numbers do; the last one gives way to the class, so that scores are equal within two units in
    // the last place.
    let key = |score: f64, class: u32| {
        let bits = score.to_bits();
        let sorted = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
        (sorted & !1) | u64::from(class)
    };
    let mut pieces = problem.scores(at, key);
    // Sorting is most of the work, and each thread can do it for its own pieces.
    let parts = pieces.len().div_ceil(problem.threads.max(1)).max(1);
    let sorted: Vec<Vec<u64>> = {
        let groups: Vec<Vec<u64>> = pieces.chunks_mut(parts).map(|some| some.concat()).collect();
        pieces.clear();
        in_order(groups.len(), problem.threads, |group| {
            let mut keys = groups[group].clone();
            keys.sort_unstable();
            keys
        })
    };
    let mut keys = sorted.concat();
    // A stable sort finds the sorted runs and merges them.
    keys.sort();
    let (mut below, mut wins) = (0_u64, 0.0);
    let mut from = 0;
    while from < keys.len() {
        let score = keys[from] >> 1;
        let (mut first, mut second) = (0_u64, 0_u64);
        while from < keys.len() && keys[from] >> 1 == score {
            second += keys[from] & 1;
            first += 1 - (keys[from] & 1);
            from += 1;
        }
        wins += second as f64 * (below as f64 + 0.5 * first as f64);
        below += first;
    }
    let pairs = class_counts.iter().map(|count| *count as f64).product::<f64>();
    wins / pairs
}
