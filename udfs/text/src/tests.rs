//! Every function of the list, against the rules that all functions keep.

use std::sync::Arc;

use tronie_model::stub::Stub;
use tronie_model::{Models, ModelsConfig, Registry};
use tronie_testing::properties::{Runs, any_text_aggregate, any_text_function, huge_texts};
use tronie_testing::{TINY_MULTI_OUTPUTS, conformance, fixtures};
use tronie_udf_kit::{Function, FunctionKind, UdfEnv};

use crate::FUNCTIONS;

/// Functions whose default model is a stub: the more tokens, the more positive, and a vector for each token by its id. It
/// remembers nothing, so that each call shows what it does by itself.
fn functions() -> Vec<Function> {
    let answer = |ids: &[i64]| match ids {
        [id] => Ok(vec![1.0, (*id % 7) as f32, (*id % 3) as f32]),
        _ => Ok(vec![2.0, 3.0, ids.len() as f32 - 2.0]),
    };
    let stub = Stub::new(&TINY_MULTI_OUTPUTS, answer)
        .with_columns(3)
        .with_tokens("token_embedding");
    let config = ModelsConfig {
        cache_bytes: 0,
        ..ModelsConfig::new(Registry::new(vec![fixtures()]), Arc::new(stub))
    };
    let env = UdfEnv::new(Arc::new(Models::new(config)));
    let env = (FUNCTIONS.readers.iter()).fold(env, |env, (task, make)| env.with_reader(task, make()));
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
            FunctionKind::Window(udf) => panic!("{} reads a window: give it a conformance test", udf.name()),
        }
    }
}

#[test]
fn every_function_keeps_the_rules_for_whatever_texts_there_are() {
    let options = [512, 1].map(|batch_tokens| {
        let mut options = conformance::options("tiny-multi");
        options
            .set("tronie.batch_tokens", &batch_tokens.to_string())
            .expect("valid");
        options
    });
    let runs = Runs {
        options: &options,
        tolerance: 0.0,
        cases: 32,
        in_every_layout: true,
    };
    for function in functions() {
        for samples in function.calls() {
            match &function.kind {
                FunctionKind::Scalar(udf) => any_text_function(udf, samples, runs),
                FunctionKind::Aggregate(udf) => any_text_aggregate(udf, samples, runs.cases),
                FunctionKind::Window(_) => {}
            }
        }
    }
}

#[test]
fn a_megabyte_of_text_is_a_text() {
    for function in functions() {
        if let FunctionKind::Scalar(udf) = &function.kind {
            huge_texts(udf, &function.samples, &conformance::options("tiny-multi"));
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
