//! Files of scikit-learn, LightGBM and XGBoost through the real library; `tests/fixtures/onnx/make.py` made them.

use std::path::Path;
use std::sync::Arc;

use tronie_common::Kind;
use tronie_model::{Backend, TabularGraph, TabularKind, TabularValues};
use tronie_testing::onnxruntime;

use crate::OnnxRuntime;

fn content(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/onnx");
    std::fs::read(folder.join(name)).expect("the fixture")
}

fn load(name: &str) -> Option<Arc<dyn TabularGraph>> {
    let library = onnxruntime()?;
    let backend = OnnxRuntime::new(vec![library]);
    Some(backend.load_tabular(&content(name)).expect("the fixture loads"))
}

#[test]
fn inputs_and_outputs_are_described() {
    let Some(graph) = load("churn.onnx") else { return };
    let inputs: Vec<_> = graph
        .inputs()
        .iter()
        .map(|of| (of.name.as_str(), of.kind, of.columns))
        .collect();
    assert_eq!(
        inputs,
        [
            ("tenure", TabularKind::Integer, Some(1)),
            ("monthly", TabularKind::Number, Some(1)),
            ("contract", TabularKind::Text, Some(1)),
        ]
    );
    let outputs: Vec<_> = graph
        .outputs()
        .iter()
        .map(|of| (of.name.as_str(), of.is_map, of.columns))
        .collect();
    assert_eq!(outputs, [("label", false, Some(1)), ("probabilities", false, Some(2))]);
}

#[test]
fn maps_come_with_their_keys_row_by_row() {
    let Some(graph) = load("iris.onnx") else { return };
    assert!(graph.outputs()[1].is_map);
    let rows = TabularValues::Numbers(vec![5.1, 3.5, 1.4, 0.2, 6.0, 3.0, 4.8, 1.5, 7.7, 2.6, 6.9, 2.3]);
    let answers = graph
        .run(3, &[rows], &["output_probability", "output_label"])
        .expect("answers");
    assert_eq!(answers[0].keys, ["setosa", "versicolor", "virginica"]);
    let labels = ["setosa", "versicolor", "virginica"].map(str::to_owned).to_vec();
    assert_eq!(answers[1].values, TabularValues::Texts(labels));
    let TabularValues::Numbers(shares) = &answers[0].values else {
        panic!("numbers")
    };
    assert_eq!(shares.len(), 9);
    for row in shares.chunks(3) {
        assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-5, "{row:?}");
    }
    assert!(shares[0] > 0.9 && shares[8] > 0.9, "{shares:?}");
}

#[test]
fn a_row_has_the_same_answer_alone_among_others_and_on_another_thread() {
    let Some(graph) = load("lightgbm.onnx") else { return };
    let row = |place: usize| {
        let x = place as f64;
        let bmi = if usize::is_multiple_of(place, 3) {
            f64::NAN
        } else {
            20.0 + x / 7.0
        };
        [1.0 + x % 2.0, bmi, 80.0 + x / 5.0, 150.0 + x, 90.0 + x / 2.0]
    };
    let all: Vec<f64> = (0..100).flat_map(row).collect();
    let together = graph
        .run(100, &[TabularValues::Numbers(all.clone())], &["probabilities"])
        .expect("answers");
    let TabularValues::Numbers(together) = &together[0].values else {
        panic!("numbers")
    };
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (graph, all) = (&graph, &all);
            scope.spawn(move || {
                for place in (thread..100).step_by(4) {
                    let one = TabularValues::Numbers(all[place * 5..(place + 1) * 5].to_vec());
                    let alone = graph.run(1, &[one], &["probabilities"]).expect("an answer");
                    let expected = TabularValues::Numbers(together[place * 2..(place + 1) * 2].to_vec());
                    assert_eq!(alone[0].values, expected, "row {place}");
                }
            });
        }
    });
}

#[test]
fn what_does_not_fit_is_an_error_and_the_graph_stays_usable() {
    let Some(graph) = load("xgboost.onnx") else { return };
    let numbers = |count: usize| TabularValues::Numbers(vec![0.0; count]);
    for (inputs, expected) in [
        (vec![], "the graph has 1 inputs, got 0"),
        (vec![numbers(6)], "input `input` got 6 values for 2 rows"),
        (vec![TabularValues::Texts(vec![String::new(); 10])], "got another kind"),
    ] {
        let error = graph.run(2, &inputs, &["variable"]).expect_err(expected);
        assert!(error.message.contains(expected), "{}", error.message);
    }
    let error = graph.run(2, &[numbers(10)], &["none"]).expect_err("no such output");
    assert!(!error.message.contains('\n'), "{}", error.message);
    assert_eq!(
        graph.run(2, &[numbers(10)], &["variable"]).expect("answers")[0].columns,
        1
    );
}

#[test]
fn what_is_no_graph_over_columns_is_refused_in_one_line() {
    let Some(library) = onnxruntime() else { return };
    let backend = OnnxRuntime::new(vec![library]);
    let whole = content("iris.onnx");
    // The version of `ai.onnx`, 15, made one that no library has yet: 115.
    let mut newer = whole.clone();
    let version = newer.windows(4).rposition(|bytes| bytes == [0x0a, 0x00, 0x10, 0x0f]);
    newer[version.expect("the set of operators") + 3] = 115;
    for (case, bytes) in [
        ("noise", b"not a graph".to_vec()),
        ("empty", Vec::new()),
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("newer", newer),
    ] {
        let error = backend.load_tabular(&bytes).expect_err(case);
        assert_eq!(error.kind, Kind::Input, "{case}");
        assert!(!error.message.contains('\n'), "{case}: {}", error.message);
    }
}
