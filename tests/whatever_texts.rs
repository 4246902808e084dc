//! Every function that asks a model, with real graphs, on made-up texts: the hand-made model, and a smaller run through the
//! shipped one. What the functions do beside the model is tested in `udfs/text`, with a stub and many more texts.

use std::path::Path;
use std::sync::Arc;

use tronie_engine::FUNCTION_SETS;
use tronie_model::{Models, ModelsConfig, Registry};
use tronie_ort::OnnxRuntime;
use tronie_testing::properties::{Runs, any_text_function};
use tronie_testing::{conformance, fixtures, onnxruntime};
use tronie_udf_kit::{Function, FunctionKind, UdfEnv};

/// The functions that ask a model, in an environment that remembers no answers, so that each call shows what it does by
/// itself; `None`, loudly, where there is no ONNX Runtime.
fn functions() -> Option<Vec<Function>> {
    let backend = Arc::new(OnnxRuntime::new(vec![onnxruntime()?]));
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let config = ModelsConfig {
        cache_bytes: 0,
        ..ModelsConfig::new(Registry::new(vec![fixtures(), models]), backend)
    };
    let env = UdfEnv::new(Arc::new(Models::new(config)));
    let readers = FUNCTION_SETS.iter().flat_map(|set| set.readers);
    let env = readers.fold(env, |env, (task, make)| env.with_reader(task, make()));
    let all = FUNCTION_SETS
        .iter()
        .flat_map(|set| set.functions)
        .map(|make| make(&env));
    Some(all.filter(|function| function.asks.is_some()).collect())
}

/// Runs all functions on `cases` columns each, in batches of many texts and of one.
fn check(model: &str, cases: u32) {
    let options = ["512", "1"].map(|batch_tokens| {
        let mut options = conformance::options(model);
        options.set("tronie.batch_tokens", batch_tokens).expect("valid");
        options
    });
    // What batches of other shapes round otherwise.
    let runs = Runs {
        options: &options,
        tolerance: 1e-5,
        cases,
        in_every_layout: false,
    };
    for function in functions().into_iter().flatten() {
        for samples in function.calls() {
            if let FunctionKind::Scalar(udf) = &function.kind {
                any_text_function(udf, samples, runs);
            }
        }
    }
}

#[test]
fn functions_keep_their_rules_with_the_hand_made_model() {
    check("tiny-multi", 24);
}

#[test]
fn functions_keep_their_rules_with_the_shipped_model() {
    check("default", 3);
}
