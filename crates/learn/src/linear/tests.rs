//! Fits against certified values, against each other, and where there is nothing to fit.

mod strd;

use proptest::prelude::*;

use super::{Linear, Options, State};
use crate::Error;

/// Numbers without a pattern between -1 and 1, the same in every run: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as f64 / 2f64.powi(63) - 1.0
    }
}

fn state(rows: &[f64], width: usize) -> State {
    let mut state = State::new();
    state.update(rows, width).unwrap();
    state
}

fn fit(rows: &[f64], width: usize) -> Linear {
    state(rows, width).finish(&Options::default()).unwrap().unwrap()
}

/// Rows `y, x1, .., xp` with `y = 3 + x1 - 2 x2 + 0.5 x3 .. + noise`.
fn rows(count: usize, features: usize, noise: f64, seed: u64) -> Vec<f64> {
    let mut random = Random(seed);
    let mut rows = Vec::new();
    for _ in 0..count {
        let x: Vec<f64> = (0..features).map(|_| random.next() * 10.0).collect();
        let sum: f64 = x.iter().enumerate().map(|(at, x)| weight(at) * x).sum();
        rows.push(3.0 + sum + noise * random.next());
        rows.extend(x);
    }
    rows
}

fn weight(at: usize) -> f64 {
    [1.0, -2.0, 0.5, 4.0][at % 4]
}

fn near(one: f64, other: f64, tolerance: f64) -> bool {
    (one - other).abs() <= tolerance * (1.0 + one.abs().max(other.abs()))
}

fn same(one: &Linear, other: &Linear, tolerance: f64) {
    let numbers = |fit: &Linear| {
        let mut numbers = vec![Some(fit.intercept), fit.r2, fit.adj_r2, Some(fit.rmse)];
        numbers.extend(&fit.coefficients);
        for statistic in fit.statistics.iter().chain([&fit.intercept_statistic]) {
            numbers.extend([statistic.std_error, statistic.t_value, statistic.p_value]);
        }
        numbers
    };
    for (one, other) in numbers(one).into_iter().zip(numbers(other)) {
        match (one, other) {
            (Some(one), Some(other)) => assert!(near(one, other, tolerance), "{one} {other}"),
            (one, other) => assert_eq!(one, other),
        }
    }
    assert_eq!((one.n, one.skipped, one.rank), (other.n, other.skipped, other.rank));
}

#[test]
fn a_line_is_found() {
    let fit = fit(&rows(1000, 3, 0.0, 1), 4);
    assert!(near(fit.intercept, 3.0, 1e-13), "{fit:?}");
    for (at, coefficient) in fit.coefficients.iter().enumerate() {
        assert!(near(coefficient.unwrap(), weight(at), 1e-13), "{fit:?}");
    }
    assert!(fit.r2.unwrap() > 1.0 - 1e-14 && fit.rmse < 1e-12);
    assert_eq!((fit.rank, fit.n), (3, 1000));
    assert!(near(fit.predict(&[1.0, 1.0, 2.0]), 3.0 + 1.0 - 2.0 + 1.0, 1e-12));
}

#[test]
fn rows_and_columns_are_the_same() {
    for count in [1, 5, 31, 32, 33, 256, 257, 300, 5000] {
        let rows = rows(count, 4, 1.0, 2);
        let columns: Vec<Vec<f64>> = (0..5)
            .map(|at| rows[at..].iter().step_by(5).copied().collect())
            .collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let mut by_column = State::new();
        by_column.update_columns(&columns).unwrap();
        let by_column = by_column.finish(&Options::default()).unwrap().unwrap();
        same(&by_column, &fit(&rows, 5), 1e-11);
        let mut one_by_one = State::new();
        rows.chunks(5).for_each(|row| one_by_one.update(row, 5).unwrap());
        same(
            &one_by_one.finish(&Options::default()).unwrap().unwrap(),
            &fit(&rows, 5),
            1e-11,
        );
    }
}

proptest! {
    #[test]
    fn any_split_merges_to_the_same(
        cuts in proptest::collection::vec(0..400usize, 0..6), seed in 0..1000u64, is_reversed in any::<bool>(),
    ) {
        let rows = rows(400, 3, 2.0, seed);
        let mut cuts: Vec<usize> = cuts.into_iter().chain([0, 400]).collect();
        cuts.sort_unstable();
        let mut parts: Vec<State> = cuts.windows(2).map(|cut| state(&rows[cut[0] * 4..cut[1] * 4], 4)).collect();
        if is_reversed {
            parts.reverse();
        }
        let mut merged = State::new();
        for mut part in parts {
            part.skip(1);
            merged.merge(&State::read(&part.write()).unwrap()).unwrap();
        }
        let mut whole = state(&rows, 4);
        whole.skip(cuts.len() as u64 - 1);
        let options = Options::default();
        same(&merged.finish(&options).unwrap().unwrap(), &whole.finish(&options).unwrap().unwrap(), 1e-11);
    }

    #[test]
    fn units_do_not_matter(powers in proptest::collection::vec(-60..60i32, 4)) {
        let plain = rows(200, 3, 1.0, 5);
        let scaled: Vec<f64> = plain.iter().enumerate().map(|(at, x)| x * 2f64.powi(powers[at % 4])).collect();
        let (plain, scaled) = (fit(&plain, 4), fit(&scaled, 4));
        prop_assert_eq!(scaled.rank, 3);
        for at in 0..3 {
            let expected = plain.coefficients[at].unwrap() * 2f64.powi(powers[0] - powers[at + 1]);
            prop_assert!(((scaled.coefficients[at].unwrap() - expected) / expected).abs() < 1e-11);
            let (one, other) = (scaled.statistics[at].t_value.unwrap(), plain.statistics[at].t_value.unwrap());
            prop_assert!(near(one, other, 1e-10));
        }
    }
}

#[test]
fn a_large_mean_costs_no_digits() {
    let plain = rows(2000, 3, 1.0, 6);
    // Powers of two, so that what is added is exact but for the last bits of the numbers.
    let add = |numbers: &[f64], what: f64| -> Vec<f64> {
        let is_y = |at: usize| at.is_multiple_of(4);
        let numbers = numbers.iter().enumerate();
        numbers.map(|(at, x)| if is_y(at) { *x } else { x + what }).collect()
    };
    let moved = add(&plain, 2f64.powi(30));
    let back = add(&moved, -2f64.powi(30));
    let (moved, back) = (fit(&moved, 4), fit(&back, 4));
    for at in 0..3 {
        assert!(near(
            moved.coefficients[at].unwrap(),
            back.coefficients[at].unwrap(),
            1e-12
        ));
    }
    assert!(near(moved.r2.unwrap(), back.r2.unwrap(), 1e-13));
}

#[test]
fn columns_that_say_nothing_are_left_out() {
    let mut random = Random(9);
    let mut rows = Vec::new();
    for _ in 0..500 {
        let (a, b, noise) = (random.next() * 1e6, random.next(), random.next());
        // Constant; a; b; a - 1000 b; 3 a + 1.
        rows.extend([a * 1e-6 + 2.0 * b + noise, 7.3, a, b, a - 1000.0 * b, 3.0 * a + 1.0]);
    }
    let fit = fit(&rows, 6);
    assert_eq!(fit.rank, 2);
    let is_kept: Vec<bool> = fit.coefficients.iter().map(Option::is_some).collect();
    assert_eq!(is_kept, [false, true, true, false, false]);
    assert_eq!(fit.statistics[0].std_error, None);
    assert!(fit.statistics[1].p_value.is_some());
    let kept: Vec<f64> = rows.chunks(6).flat_map(|row| [row[0], row[2], row[3]]).collect();
    let alone = super::tests::fit(&kept, 3);
    assert!(near(alone.r2.unwrap(), fit.r2.unwrap(), 1e-13));
    assert!(near(
        alone.coefficients[1].unwrap(),
        fit.coefficients[2].unwrap(),
        1e-10
    ));
    assert!(near(alone.adj_r2.unwrap(), fit.adj_r2.unwrap(), 1e-13));
}

#[test]
fn little_is_said_of_few_rows() {
    assert_eq!(State::new().finish(&Options::default()), Ok(None));
    let one = fit(&[5.0, 1.0, 2.0], 3);
    assert_eq!((one.intercept, one.rank, one.n, one.rmse), (5.0, 0, 1, 0.0));
    assert_eq!((one.r2, one.adj_r2), (None, None));
    assert_eq!(one.coefficients, [None, None]);
    let two = fit(&[5.0, 1.0, 2.0, 7.0, 2.0, 9.0], 3);
    assert_eq!(two.rank, 1);
    assert!(near(two.coefficients[0].unwrap(), 2.0, 1e-14) && two.coefficients[1].is_none());
    assert_eq!(two.statistics[0].std_error, None);
    assert!(near(two.r2.unwrap(), 1.0, 1e-14) && two.adj_r2.is_none());
    // A constant y has nothing to explain.
    let flat = fit(&[5.0, 1.0, 5.0, 2.0, 5.0, 4.0, 5.0, 9.0], 2);
    assert_eq!((flat.r2, flat.intercept, flat.coefficients[0]), (None, 5.0, Some(0.0)));
    assert_eq!(flat.statistics[0].t_value, None);
}

#[test]
fn a_penalty_makes_coefficients_smaller() {
    let rows = rows(300, 3, 5.0, 3);
    let options = |l2| Options {
        l2,
        ..Options::default()
    };
    let state = state(&rows, 4);
    let with = |l2| state.finish(&options(l2)).unwrap().unwrap();
    let size = |fit: &Linear| fit.coefficients.iter().flatten().map(|by| by * by).sum::<f64>();
    assert!(size(&with(0.0)) > size(&with(100.0)) && size(&with(100.0)) > size(&with(1e5)));
    assert!(near(with(1e-9).intercept, with(0.0).intercept, 1e-10));
    // With an endless penalty only the mean is left.
    let mean = rows.iter().step_by(4).sum::<f64>() / 300.0;
    assert!(near(with(1e18).intercept, mean, 1e-9));
    assert_eq!(with(1.0).statistics[0].std_error, None);
    assert_eq!(with(1.0).adj_r2, None);
    assert!(with(1.0).rmse > with(0.0).rmse);
    // Twins share their weight, and a constant has none.
    let twins: Vec<f64> = rows.chunks(4).flat_map(|row| [row[0], row[1], row[1], 1.0]).collect();
    let fit = super::tests::state(&twins, 4).finish(&options(1.0)).unwrap().unwrap();
    assert!(near(fit.coefficients[0].unwrap(), fit.coefficients[1].unwrap(), 1e-10));
    assert_eq!((fit.coefficients[2], fit.rank), (Some(0.0), 1));
    for l2 in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(state.finish(&options(l2)), Err(Error::Parameter(_))));
    }
}

#[test]
fn many_blocks_do_not_blur_the_rank() {
    // Ten thousand blocks, in which the last column is the sum of the others.
    let mut random = Random(17);
    let mut state = State::new();
    for _ in 0..10_000 {
        let mut block = Vec::new();
        for _ in 0..32 {
            let (a, b) = (random.next() * 100.0, 1000.0 + random.next());
            block.extend([a + b, a, b, a + b]);
        }
        state.update(&block, 4).unwrap();
    }
    let fit = state.finish(&Options::default()).unwrap().unwrap();
    assert_eq!(fit.rank, 2);
    assert!(near(fit.coefficients[0].unwrap(), 1.0, 1e-10));
}

#[test]
fn numbers_that_are_too_large_are_refused() {
    let state = state(&[1e200, 1.0, -1e200, 2.0, 3e200, 4.0], 2);
    assert!(matches!(state.finish(&Options::default()), Err(Error::Rows(_))));
    let largest = super::tests::state(&[f64::MAX, f64::MAX, f64::MIN, f64::MAX, f64::MAX, f64::MIN], 2);
    assert!(matches!(largest.finish(&Options::default()), Err(Error::Rows(_))));
}

#[test]
fn broken_states_and_other_widths_are_refused() {
    let state = state(&rows(100, 3, 1.0, 4), 4);
    let written = state.write();
    assert!(State::read(&written).is_ok());
    for end in 0..written.len() {
        assert!(
            matches!(State::read(&written[..end]), Err(Error::State { .. })),
            "{end} bytes"
        );
    }
    assert!(State::read(&[written.as_slice(), &[0]].concat()).is_err());
    let mut other = written.clone();
    other[0] = 9;
    assert!(
        State::read(&other)
            .unwrap_err()
            .to_string()
            .contains("version 9, expected 1")
    );
    let mut huge = written;
    huge[1..5].fill(255);
    assert!(State::read(&huge).is_err());
    let mut narrow = super::tests::state(&[1.0, 2.0], 2);
    assert!(matches!(narrow.merge(&state), Err(Error::Mismatch(_))));
    assert!(matches!(narrow.update(&[1.0, 2.0, 3.0], 3), Err(Error::Mismatch(_))));
    assert!(matches!(State::new().update(&[1.0], 1), Err(Error::Mismatch(_))));
    assert_eq!(State::read(&State::new().write()).unwrap().rows(), 0);
}

#[test]
fn a_state_does_not_grow_with_its_rows() {
    let few = state(&rows(300, 8, 1.0, 4), 9).size();
    let many = state(&rows(30_000, 8, 1.0, 4), 9).size();
    assert!(many <= few.max(4096), "{few} {many}");
}
