//! The metrics against scikit-learn's, and partial states against whole ones.

use serde_json::Value;

use super::auc::Auc;
use super::confusion::{Average, Cells, Measure};
use super::pairs::{AbsoluteError, Accuracy, LogLoss, Pairs, R2, RootOfSquaredError, SquaredError};
use super::silhouette::Silhouette;
use crate::labels::Labels;
use crate::spread::Scale;

fn fixture() -> Value {
    serde_json::from_str(include_str!("tests/metrics.json")).expect("json")
}

fn numbers(of: &Value) -> Vec<f64> {
    let items = of.as_array().expect("a list").iter();
    items.map(|item| item.as_f64().expect("a number")).collect()
}

fn texts(of: &Value) -> Vec<&str> {
    let items = of.as_array().expect("a list").iter();
    items.map(|item| item.as_str().expect("a text")).collect()
}

#[track_caller]
fn close(got: f64, expected: f64) {
    let tolerance = 1e-12 * expected.abs().max(1.0);
    assert!((got - expected).abs() <= tolerance, "{got} is not {expected}");
}

/// The metric over all rows, row by row, and of parts that are written, read and merged.
#[track_caller]
fn pairs<P: Pairs>(actual: &[f64], predicted: &[f64], expected: &Value) {
    let expected = expected.as_f64().expect("a number");
    let mut whole = P::default();
    whole.update_all(actual, predicted);
    close(whole.finish().expect("rows"), expected);
    for size in [1, 7, 59] {
        let mut merged = P::default();
        for (actual, predicted) in actual.chunks(size).zip(predicted.chunks(size)) {
            let mut part = P::default();
            for (actual, predicted) in actual.iter().zip(predicted) {
                part.update(*actual, *predicted);
            }
            let mut written = Vec::new();
            part.write(&mut written);
            assert_eq!(written.len(), P::NUMBERS);
            merged.merge(&P::read(&written));
        }
        close(merged.finish().expect("rows"), expected);
    }
    assert_eq!(P::default().finish(), None);
    assert_eq!(P::read(&[1.0]).finish(), None);
    if P::RETRACTS {
        let mut window = P::default();
        let mut rest = P::default();
        for (row, (actual, predicted)) in actual.iter().zip(predicted).enumerate() {
            window.update(*actual, *predicted);
            if row >= 40 {
                rest.update(*actual, *predicted);
            }
        }
        for (actual, predicted) in actual.iter().zip(predicted).take(40) {
            window.retract(*actual, *predicted);
        }
        close(window.finish().expect("rows"), rest.finish().expect("rows"));
    }
}

#[test]
fn errors_of_numbers() {
    let all = fixture();
    let (y, p) = (numbers(&all["y"]), numbers(&all["p"]));
    pairs::<SquaredError>(&y, &p, &all["mse"]);
    pairs::<RootOfSquaredError>(&y, &p, &all["rmse"]);
    pairs::<AbsoluteError>(&y, &p, &all["mae"]);
    pairs::<R2>(&y, &p, &all["r2"]);
}

#[test]
fn probabilities() {
    let all = fixture();
    let (label, score) = (numbers(&all["label"]), numbers(&all["score"]));
    pairs::<LogLoss>(&label, &score, &all["log_loss"]);

    let expected = all["auc"].as_f64().expect("a number");
    let positive: Vec<bool> = label.iter().map(|label| *label == 1.0).collect();
    for size in [1, 7, 60] {
        let mut merged = Auc::default();
        for (positive, score) in positive.chunks(size).zip(score.chunks(size)) {
            let mut part = Auc::default();
            part.update_all(positive, score);
            let [positive, negative] = part.write();
            merged.merge(&positive, &negative);
        }
        close(merged.finish().expect("both"), expected);
        close(merged.finish().expect("the same again"), expected);
    }
    let mut one = Auc::default();
    one.update(true, 0.5);
    assert_eq!(one.finish(), None);
}

#[test]
fn labels_and_predictions() {
    let all = fixture();
    let mut labels = Labels::default();
    let mut cells = Cells::default();
    let (actual, predicted) = (texts(&all["actual"]), texts(&all["predicted"]));
    for (actual, predicted) in actual.iter().zip(&predicted) {
        cells.add(labels.code(actual), labels.code(predicted), 1);
    }
    let classes = cells.classes(&labels);
    let averages = [
        (Average::Macro, "macro"),
        (Average::Micro, "micro"),
        (Average::Weighted, "weighted"),
    ];
    for (average, name) in averages {
        let measures = [Measure::Precision, Measure::Recall, Measure::F1];
        for (measure, expected) in measures.into_iter().zip(numbers(&all[name])) {
            close(classes.average(measure, average).expect("rows"), expected);
        }
    }
    let mut matrix: Vec<(String, String, u64)> = cells
        .cells()
        .map(|(actual, predicted, rows)| {
            let text = |code| labels.text(code).expect("known").to_owned();
            (text(actual), text(predicted), rows)
        })
        .collect();
    matrix.sort();
    let expected = serde_json::to_value(&matrix).expect("json");
    assert_eq!(expected, all["matrix"]);
    let codes = |texts: &[&str]| -> Vec<f64> {
        let code = |text: &&str| f64::from(labels.find(text).expect("known"));
        texts.iter().map(code).collect()
    };
    pairs::<Accuracy>(&codes(&actual), &codes(&predicted), &all["accuracy"]);

    let mut labels = Labels::default();
    let mut cells = Cells::default();
    for (label, yes) in numbers(&all["label"]).iter().zip(numbers(&all["yes"])) {
        cells.add(labels.code(&label.to_string()), labels.code(&yes.to_string()), 1);
    }
    let class = cells.classes(&labels).of(labels.find("1").expect("known"));
    let measures = [Measure::Precision, Measure::Recall, Measure::F1];
    for (measure, expected) in measures.into_iter().zip(numbers(&all["binary"])) {
        close(class.measure(measure), expected);
    }
}

#[test]
fn counts_survive_more_labels() {
    let mut cells = Cells::default();
    for code in 0..100 {
        cells.add(code, 0, 1);
        cells.add(code / 2, code, 2);
    }
    cells.remove(7, 0);
    assert_eq!(cells.cells().map(|(_, _, rows)| rows).sum::<u64>(), 299);
    assert!(cells.cells().all(|cell| cell != (7, 0, 1)));
    assert!(cells.cells().any(|cell| cell == (49, 99, 2)));
}

#[test]
fn one_label_only() {
    let mut labels = Labels::default();
    let mut cells = Cells::default();
    assert_eq!(cells.classes(&labels).average(Measure::F1, Average::Macro), None);
    let no = labels.code("0");
    cells.add(no, no, 3);
    let classes = cells.classes(&labels);
    assert_eq!(classes.average(Measure::F1, Average::Macro), Some(1.0));
    assert_eq!(classes.of(17).measure(Measure::Precision), 0.0);
}

#[test]
fn constants_have_an_r2() {
    let r2 = |actual: &[f64], predicted: &[f64]| {
        let mut state = R2::default();
        state.update_all(actual, predicted);
        state.finish()
    };
    assert_eq!(r2(&[0.1, 0.1, 0.1], &[0.1, 0.1, 0.1]), Some(1.0));
    assert_eq!(r2(&[0.1, 0.1, 0.1], &[0.1, 0.1, 0.2]), Some(0.0));
    assert_eq!(r2(&[0.1], &[0.1]), None);
}

#[test]
fn a_certain_prediction_that_is_wrong() {
    let mut state = LogLoss::default();
    state.update(1.0, 0.0);
    close(state.finish().expect("a row"), 36.043_653_389_117_15);
}

fn points(all: &Value) -> Vec<(Vec<f64>, String)> {
    let points = all["points"].as_array().expect("a list").iter().map(numbers);
    let clusters = all["cluster"].as_array().expect("a list").iter();
    points.zip(clusters.map(Value::to_string)).collect()
}

#[test]
fn clusters() {
    let all = fixture();
    let points = points(&all);
    let expected = all["silhouette"].as_f64().expect("a number");
    for size in [1, 7, 60] {
        let mut labels = Labels::default();
        let mut merged = Silhouette::new(1000, 0);
        for part in points.chunks(size) {
            let mut own = Labels::default();
            let mut state = Silhouette::new(1000, 0);
            for (numbers, label) in part.iter().rev() {
                state.update(numbers, own.code(label), label).expect("a row");
            }
            let codes = labels.merge(own.texts());
            for (numbers, mut row) in state.sample() {
                row.cluster = codes[row.cluster as usize];
                merged.add(numbers, row).expect("a row");
            }
        }
        close(merged.finish().expect("clusters"), expected);
    }
    let mut state = Silhouette::new(1000, 0);
    assert_eq!(state.finish(), None);
    state.update(&[1.0], 0, "a").expect("a row");
    state.update(&[3.0], 1, "b").expect("a row");
    assert_eq!(state.finish(), None);
    state.update(&[1.0], 0, "a").expect("a row");
    close(state.finish().expect("two rows of a"), 2.0 / 3.0);
    assert!(state.update(&[1.0, 2.0], 0, "a").is_err());
}

#[test]
fn a_sample_does_not_depend_on_the_order_of_rows() {
    let row = |row: u32| {
        (
            [f64::from(row % 3) * 10.0 + f64::from(row % 997) / 997.0],
            row % 3,
            (row % 3).to_string(),
        )
    };
    let sampled = |rows: &mut dyn Iterator<Item = u32>, most: usize| {
        let mut state = Silhouette::new(most, 5);
        for (numbers, cluster, label) in rows.map(row) {
            state.update(&numbers, cluster, &label).expect("a row");
        }
        state.finish().expect("clusters")
    };
    let exact = sampled(&mut (0..2991), 5000);
    let sample = sampled(&mut (0..2991), 200);
    assert_eq!(sampled(&mut (0..2991).rev(), 200), sample);
    assert!(exact != sample && (exact - sample).abs() < 0.01, "{exact} {sample}");
    // Each row twice: the same rows stand for all, and have one more beside them.
    let twice = sampled(&mut (0..5982), 200);
    assert!(twice != sample && (twice - sample).abs() < 0.01, "{twice} {sample}");
}

#[test]
fn scales() {
    let all = fixture();
    let y = numbers(&all["y"]);
    let scales = [
        (Scale::min_max(&y), "min_max"),
        (Scale::standard(&y), "standard"),
        (Scale::robust(&mut y.clone()), "robust"),
    ];
    for (scale, name) in scales {
        for (y, expected) in y.iter().zip(numbers(&all[name])) {
            close(scale.apply(*y), expected);
        }
    }
}
