//! Metrics, windows and encodings, against the rules that all functions keep.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, ListArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use datafusion_common::ScalarValue;
use datafusion_expr::{AggregateUDF, ScalarUDF, WindowUDF};
use tronie_testing::conformance::columns::{
    Columns, column_aggregate, labels_and_predictions, labels_and_probabilities,
};
use tronie_testing::conformance::windows::partition_window;
use tronie_testing::conformance::{options, text_function};
use tronie_udf_kit::FunctionKind;

use super::functions;

fn aggregate(name: &str) -> Arc<AggregateUDF> {
    let kind = functions()
        .into_iter()
        .find(|function| function.name() == name)
        .map(|function| function.kind);
    match kind {
        Some(FunctionKind::Aggregate(udf)) => udf,
        other => panic!("{name} is {other:?}"),
    }
}

fn window(name: &str) -> Arc<WindowUDF> {
    let kind = functions()
        .into_iter()
        .find(|function| function.name() == name)
        .map(|function| function.kind);
    match kind {
        Some(FunctionKind::Window(udf)) => udf,
        other => panic!("{name} is {other:?}"),
    }
}

fn scalar(name: &str) -> Arc<ScalarUDF> {
    let kind = functions()
        .into_iter()
        .find(|function| function.name() == name)
        .map(|function| function.kind);
    match kind {
        Some(FunctionKind::Scalar(udf)) => udf,
        other => panic!("{name} is {other:?}"),
    }
}

fn check(name: &str, columns: &[ArrayRef; 2], options: &[ScalarValue]) {
    let columns = Columns {
        columns: columns.to_vec(),
        options: options.to_vec(),
    };
    column_aggregate(&aggregate(name), &columns);
}

fn as_texts(columns: &[ArrayRef; 2]) -> [ArrayRef; 2] {
    [0, 1].map(|place| cast(&columns[place], &DataType::Utf8).expect("castable"))
}

#[test]
fn metrics_of_labels_keep_the_rules() {
    let two = labels_and_predictions(120, 2);
    let seven = labels_and_predictions(120, 7);
    // More than a full matrix is kept for.
    let forty = labels_and_predictions(200, 40);
    for columns in [&two, &seven, &forty] {
        for columns in [columns.clone(), as_texts(columns)] {
            check("accuracy", &columns, &[]);
            check("confusion_matrix", &columns, &[]);
        }
    }
    for name in ["precision_score", "recall_score", "f1_score"] {
        for average in ["macro", "micro", "weighted"] {
            check(name, &seven, &[ScalarValue::from(average)]);
            check(name, &as_texts(&forty), &[ScalarValue::from(average)]);
        }
        check(name, &two, &[]);
        check(name, &as_texts(&two), &[]);
        check(name, &seven, &[ScalarValue::from("binary"), ScalarValue::from("3")]);
    }
}

#[test]
fn metrics_of_probabilities_keep_the_rules() {
    let columns = labels_and_probabilities(150);
    for name in ["roc_auc", "log_loss"] {
        check(name, &columns, &[]);
        let named = [as_texts(&columns)[0].clone(), columns[1].clone()];
        check(name, &named, &[ScalarValue::from("0")]);
    }
}

#[test]
fn silhouettes_keep_the_rules() {
    let [clusters, places] = labels_and_predictions(120, 4);
    let numbers = |column: &ArrayRef| {
        let column = cast(column, &DataType::Float64).expect("castable");
        arrow::array::AsArray::as_primitive::<Float64Type>(column.as_ref()).clone()
    };
    let (x, y) = (numbers(&clusters), numbers(&places));
    let pairs = x.values().iter().zip(y.values()).enumerate();
    let rows = pairs.map(|(row, (x, y))| Some(vec![Some(*x), Some(*y), Some(row as f64 / 100.0)]));
    let features: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Float64Type, _, _>(rows));
    for sample in [50, 10_000] {
        let options = [ScalarValue::from(sample), ScalarValue::from(3)];
        check(
            "silhouette_score",
            &[Arc::clone(&features), Arc::clone(&clusters)],
            &options,
        );
        let texts = cast(&clusters, &DataType::Utf8).expect("castable");
        check("silhouette_score", &[Arc::clone(&features), texts], &options);
    }
}

#[test]
fn windows_keep_the_rules() {
    let numbers: ArrayRef = Arc::new(Float64Array::from_iter_values(
        (0..97).map(|row| f64::from(row * row % 101)),
    ));
    let types = [
        DataType::Int8,
        DataType::UInt16,
        DataType::Int64,
        DataType::Float32,
        DataType::Decimal128(10, 2),
    ];
    for name in ["min_max_scale", "standardize", "robust_scale", "is_outlier"] {
        partition_window(&window(name), &numbers, &[], &types);
    }
    for method in ["iqr", "zscore", "mad"] {
        let options = [ScalarValue::from(method), ScalarValue::from(1.2)];
        partition_window(&window("is_outlier"), &numbers, &options, &types);
    }
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(
        (0..97).map(|row| format!("t{}", row * row % 13)),
    ));
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let layouts = [DataType::LargeUtf8, DataType::Utf8View, dictionary];
    partition_window(&window("label_encode"), &texts, &[], &layouts);
    let wholes = cast(&numbers, &DataType::Int64).expect("castable");
    partition_window(
        &window("label_encode"),
        &wholes,
        &[],
        &[DataType::UInt8, DataType::Decimal128(10, 0)],
    );
}

#[test]
fn encodings_keep_the_rules_for_text_columns() {
    let list = |items: Vec<ScalarValue>| {
        let of = items[0].data_type();
        ScalarValue::List(ScalarValue::new_list_nullable(&items, &of))
    };
    let weights = list(vec![
        ScalarValue::from(0.7),
        ScalarValue::from(0.2),
        ScalarValue::from(0.1),
    ]);
    text_function(&scalar("data_split"), &[weights], &options("tiny-multi"));
    let categories = list(vec![ScalarValue::from("good food"), ScalarValue::from("")]);
    text_function(&scalar("one_hot"), &[categories], &options("tiny-multi"));
}
