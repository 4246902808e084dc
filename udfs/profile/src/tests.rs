//! Every function of the list, against the rules that all functions keep.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use datafusion_common::ScalarValue;
use datafusion_expr::{AggregateUDF, WindowUDF};
use tronie_model::stub::Stub;
use tronie_model::{Models, ModelsConfig, Registry};
use tronie_testing::conformance::columns::{Columns, column_aggregate};
use tronie_testing::conformance::windows::partition_window;
use tronie_testing::{TINY_MULTI_OUTPUTS, fixtures};
use tronie_udf_kit::{Function, FunctionKind, UdfEnv};

use crate::FUNCTIONS;

fn functions() -> Vec<Function> {
    let stub = Stub::new(&TINY_MULTI_OUTPUTS, |ids| Ok(vec![0.0; ids.len()])).with_columns(3);
    let models = Models::new(ModelsConfig::new(Registry::new(vec![fixtures()]), Arc::new(stub)));
    let env = UdfEnv::new(Arc::new(models));
    FUNCTIONS.functions.iter().map(|make| make(&env)).collect()
}

fn kind(name: &str) -> FunctionKind {
    let found = functions().into_iter().find(|function| function.name() == name);
    found.unwrap_or_else(|| panic!("there is no {name}")).kind
}

fn aggregate(name: &str) -> Arc<AggregateUDF> {
    match kind(name) {
        FunctionKind::Aggregate(udf) => udf,
        other => panic!("{name} is {other:?}"),
    }
}

fn window(name: &str) -> Arc<WindowUDF> {
    match kind(name) {
        FunctionKind::Window(udf) => udf,
        other => panic!("{name} is {other:?}"),
    }
}

fn check(name: &str, columns: Vec<ArrayRef>, options: Vec<ScalarValue>) {
    column_aggregate(&aggregate(name), &Columns { columns, options });
}

/// Whole numbers without a pattern, from 0 to below `bound`.
fn numbers(rows: i64, bound: i64, factor: i64) -> Vec<i64> {
    (0..rows)
        .map(|row| (row * factor + row * row * 7) % 1_009 % bound)
        .collect()
}

/// Texts, some of them far more often than others.
fn texts(rows: i64, bound: i64) -> ArrayRef {
    let texts = numbers(rows, bound, 31)
        .into_iter()
        .map(|number| format!("值 {}", number * number % bound));
    Arc::new(StringArray::from_iter_values(texts))
}

fn times(rows: i64, unit: TimeUnit, zone: Option<&str>) -> ArrayRef {
    let seconds: ArrayRef = Arc::new(Int64Array::from_iter_values(
        numbers(rows, 1_000, 53)
            .into_iter()
            .map(|number| 1_790_000_000 + number * 997),
    ));
    let seconds = cast(&seconds, &DataType::Timestamp(TimeUnit::Second, None)).expect("castable");
    cast(&seconds, &DataType::Timestamp(unit, zone.map(Into::into))).expect("castable")
}

#[test]
fn counts_keep_the_rules() {
    let whole: ArrayRef = Arc::new(Int64Array::from(numbers(150, 60, 17)));
    let unsigned = cast(&whole, &DataType::UInt64).expect("castable");
    let bytes = cast(&whole, &DataType::Int16).expect("castable");
    let days = cast(&cast(&whole, &DataType::Int32).expect("castable"), &DataType::Date32).expect("castable");
    let flags: ArrayRef = Arc::new(BooleanArray::from_iter((0..120).map(|row| Some(row % 7 == 0))));
    for values in [texts(120, 9), texts(200, 90), unsigned, bytes, days, flags] {
        check("entropy", vec![Arc::clone(&values)], vec![]);
        check("entropy", vec![Arc::clone(&values)], vec![ScalarValue::from(10.0)]);
        check("top_k", vec![Arc::clone(&values)], vec![]);
        check("top_k", vec![values], vec![ScalarValue::from(30_i64)]);
    }
}

#[test]
fn shares_keep_the_rules() {
    let list = |items: &[ScalarValue], of: &DataType| ScalarValue::List(ScalarValue::new_list(items, of, true));
    let categories = list(
        &["值 0", "值 1", "值 4", "none"].map(ScalarValue::from),
        &DataType::Utf8,
    );
    check("shares", vec![texts(120, 9)], vec![categories]);
    let hours: Vec<ScalarValue> = (0..24_i64).map(ScalarValue::from).collect();
    let whole: ArrayRef = Arc::new(Int64Array::from(numbers(150, 30, 17)));
    let whole = cast(&whole, &DataType::Int32).expect("castable");
    check("shares", vec![whole], vec![list(&hours, &DataType::Int64)]);
}

#[test]
fn times_keep_the_rules() {
    let zone = Some("America/New_York");
    for times in [
        times(150, TimeUnit::Second, None),
        times(150, TimeUnit::Nanosecond, zone),
        times(150, TimeUnit::Microsecond, None),
    ] {
        check("session_stats", vec![Arc::clone(&times)], vec![]);
        let gap = ScalarValue::new_interval_mdn(0, 1, 1);
        check("session_stats", vec![Arc::clone(&times)], vec![gap]);
        let y = Arc::new(Float64Array::from_iter_values(
            numbers(150, 90, 3).into_iter().map(|y| y as f64),
        ));
        check("trend", vec![times, y], vec![]);
    }
}

#[test]
fn customers_keep_the_rules() {
    let frequency = numbers(160, 4, 17);
    let recency: Vec<i64> = (frequency.iter().zip(numbers(160, 20, 5)))
        .map(|(frequency, days)| frequency.min(&1) * (days + 1))
        .collect();
    let age: Vec<i64> = (recency.iter().zip(numbers(160, 15, 11)))
        .map(|(recency, days)| recency + days + 5)
        .collect();
    let column = |of: Vec<i64>| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(
            of.into_iter().map(|number| number as f64),
        ))
    };
    check("clv_fit", [frequency, recency, age].map(column).to_vec(), vec![]);
}

#[test]
fn scores_keep_the_rules() {
    let rows: ArrayRef = Arc::new(Int64Array::from(numbers(90, 50, 17)));
    let types = [
        DataType::Int32,
        DataType::UInt8,
        DataType::Float32,
        DataType::Decimal128(9, 2),
    ];
    partition_window(&window("rfm_score"), &rows, &[], &types);
    let options = [ScalarValue::from(false), ScalarValue::from(3_i64)];
    partition_window(&window("rfm_score"), &rows, &options, &types);
}

#[test]
fn every_function_is_documented_with_an_example() {
    for function in functions() {
        let documentation = function.documentation();
        let example = documentation.and_then(|of| of.sql_example.clone()).unwrap_or_default();
        let is_complete = example.contains("```sql") && example.contains("```text");
        assert!(is_complete, "{} has no example", function.name());
    }
}

#[test]
fn the_list_is_in_alphabetical_order() {
    let names: Vec<String> = functions().iter().map(|function| function.name().to_owned()).collect();
    assert!(names.is_sorted(), "{names:?}");
}
