//! Every function of the list, against the rules that all functions keep.

mod metrics;

use std::sync::Arc;

use datafusion_common::ScalarValue;
use tronie_model::stub::Stub;
use tronie_model::{Models, ModelsConfig, Registry};
use tronie_testing::conformance::numbers::{Numbers, number_aggregate};
use tronie_testing::{TINY_MULTI_OUTPUTS, fixtures};
use tronie_udf_kit::{Function, FunctionKind, UdfEnv};

use crate::FUNCTIONS;

fn functions() -> Vec<Function> {
    let stub = Stub::new(&TINY_MULTI_OUTPUTS, |ids| Ok(vec![0.0; ids.len()])).with_columns(3);
    let models = Models::new(ModelsConfig::new(Registry::new(vec![fixtures()]), Arc::new(stub)));
    let env = UdfEnv::new(Arc::new(models));
    FUNCTIONS.functions.iter().map(|make| make(&env)).collect()
}

/// What each aggregate over rows of numbers is called with, and by how much results may differ that ought to be the same.
/// Empty for a function that has a conformance test of its own.
fn calls(name: &str) -> Vec<Numbers> {
    match name {
        "linear_regression" => {
            let option = |l2: f64, intercept: bool| vec![ScalarValue::from(l2), ScalarValue::from(intercept)];
            vec![
                Numbers::regression(300, 3, 1e-11),
                Numbers::regression(300, 1, 1e-11),
                Numbers::regression(400, 5, 1e-11).with_options(option(2.5, true)),
                Numbers::regression(300, 3, 1e-11).with_options(option(0.0, false)),
            ]
        }
        "mse" | "rmse" | "mae" | "r2_score" => vec![Numbers::predicted(300, 9, 1e-11)],
        "kmeans" => {
            let classes = Numbers::classes(300, 3, 2, 1e-9).with_options(vec![ScalarValue::from(3_i64)]);
            let columns = Vec::new();
            vec![Numbers { columns, ..classes }]
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_aggregate_over_numbers_keeps_the_rules() {
    for function in functions() {
        if let FunctionKind::Aggregate(udf) = &function.kind {
            for numbers in calls(function.name()) {
                number_aggregate(udf, &numbers);
            }
        }
    }
}

#[test]
fn every_function_is_documented_with_an_example() {
    for function in functions() {
        let documentation = function
            .documentation()
            .unwrap_or_else(|| panic!("{} has no docs", function.name()));
        let example = documentation.sql_example.as_deref().unwrap_or_default();
        assert!(
            example.contains("```sql") && example.contains("```text"),
            "{} has no example",
            function.name()
        );
    }
}

#[test]
fn the_list_is_in_alphabetical_order() {
    let names: Vec<String> = functions().iter().map(|function| function.name().to_owned()).collect();
    assert!(names.is_sorted(), "{names:?}");
}
