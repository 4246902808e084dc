//! Every function of the list, against the rules that all functions keep.

use std::sync::Arc;

use tronie_model::stub::Stub;
use tronie_model::{Models, ModelsConfig, Registry};
use tronie_testing::{TINY_MULTI_OUTPUTS, conformance, fixtures};
use tronie_udf_kit::{Function, FunctionKind, UdfEnv};

use crate::FUNCTIONS;

/// Functions whose default model is a stub: the more tokens, the more positive.
fn functions() -> Vec<Function> {
    let stub = Stub::new(&TINY_MULTI_OUTPUTS, |ids| Ok(vec![2.0, 3.0, ids.len() as f32 - 2.0])).with_columns(3);
    let models = Models::new(ModelsConfig::new(Registry::new(vec![fixtures()]), Arc::new(stub)));
    let env = UdfEnv::new(Arc::new(models));
    FUNCTIONS.functions.iter().map(|make| make(&env)).collect()
}

#[test]
fn every_function_keeps_the_rules_for_text_columns() {
    for function in functions() {
        match &function.kind {
            FunctionKind::Scalar(udf) => {
                conformance::text_function(udf, &function.samples, &conformance::options("tiny-multi"));
            }
            FunctionKind::Aggregate(udf) => conformance::text_aggregate(udf, &function.samples),
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
