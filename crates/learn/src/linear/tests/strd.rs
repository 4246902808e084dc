//! The linear problems of NIST's Statistical Reference Datasets, against their certified values.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::linear::{Options, State};

/// A problem of `data/strd`.
#[derive(Deserialize)]
struct Problem {
    name: String,
    /// The columns are the powers of `x` up to this one.
    powers: i32,
    intercept: bool,
    y: Vec<f64>,
    x: Vec<Vec<f64>>,
    coefficients: Vec<f64>,
    std_errors: Vec<f64>,
    residual_sd: f64,
    r2: f64,
}

/// Correct digits of the coefficients, the standard errors, the residual standard deviation and R squared; of several the
/// fewest.
type Digits = [f64; 4];

/// The problems in order of difficulty, as NIST has them.
const PROBLEMS: [&str; 11] = [
    "norris", "pontius", "noint1", "noint2", "filip", "longley", "wampler1", "wampler2", "wampler3", "wampler4",
    "wampler5",
];

/// The log relative error, the number of digits that are right: certified values have 15. For a certified 0 the digits
/// after the point.
fn digits(got: f64, certified: f64) -> f64 {
    let error = match certified == 0.0 {
        true => got.abs(),
        false => ((got - certified) / certified).abs(),
    };
    (-error.log10()).clamp(0.0, 15.0)
}

fn fewest(got: &[f64], certified: &[f64]) -> f64 {
    assert_eq!(got.len(), certified.len());
    let digits = got
        .iter()
        .zip(certified)
        .map(|(got, certified)| digits(*got, *certified));
    digits.fold(15.0, f64::min)
}

fn measured(problem: &Problem) -> Digits {
    let mut state = State::new();
    for (row, y) in problem.y.iter().enumerate() {
        let x = problem
            .x
            .iter()
            .flat_map(|column| (1..=problem.powers).map(move |power| column[row].powi(power)));
        let numbers: Vec<f64> = std::iter::once(*y).chain(x).collect();
        state.update(&numbers, numbers.len()).unwrap();
    }
    let options = Options {
        intercept: problem.intercept,
        ..Options::default()
    };
    let fit = state.finish(&options).unwrap().unwrap();
    let features = fit.coefficients.len();
    assert_eq!(fit.rank, features, "{}: no column is left out", problem.name);
    let mut coefficients: Vec<f64> = fit.coefficients.iter().flatten().copied().collect();
    let mut std_errors: Vec<f64> = fit.statistics.iter().filter_map(|of| of.std_error).collect();
    if problem.intercept {
        coefficients.insert(0, fit.intercept);
        std_errors.insert(0, fit.intercept_statistic.std_error.unwrap());
    }
    let degrees = problem.y.len() - features - usize::from(problem.intercept);
    let residual_sd = fit.rmse * (fit.n as f64 / degrees as f64).sqrt();
    [
        fewest(&coefficients, &problem.coefficients),
        fewest(&std_errors, &problem.std_errors),
        digits(residual_sd, problem.residual_sd),
        digits(fit.r2.unwrap(), problem.r2),
    ]
}

/// `docs/ml-accuracy.md` says how many digits are right. To write its table anew, empty it and run this test: the message
/// has the new one.
#[test]
fn the_digits_are_those_of_the_documentation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documentation = fs::read_to_string(root.join("../../docs/ml-accuracy.md")).unwrap();
    let mut table = String::new();
    let mut is_kept = true;
    for name in PROBLEMS {
        let file = fs::read_to_string(root.join(format!("data/strd/{name}.json"))).unwrap();
        let problem: Problem = serde_json::from_str(&file).unwrap();
        let measured = measured(&problem);
        let cells: Vec<String> = measured.iter().map(|digits| format!("{digits:.1}")).collect();
        table.push_str(&format!("| {} | {} |\n", problem.name, cells.join(" | ")));
        let start = format!("| {} |", problem.name);
        let documented = documentation
            .lines()
            .find(|line| line.starts_with(&start))
            .unwrap_or_default();
        let documented: Vec<f64> = documented
            .split('|')
            .filter_map(|cell| cell.trim().parse().ok())
            .collect();
        // Another processor may round elsewhere, which costs a part of a digit.
        let is_as_good = |(measured, documented): (&f64, &f64)| *measured >= documented - 0.5;
        is_kept &= documented.len() == measured.len() && measured.iter().zip(&documented).all(is_as_good);
    }
    assert!(is_kept, "measured:\n{table}");
}
