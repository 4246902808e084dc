//! All functions, from one list a crate.

use std::sync::Arc;

use datafusion::config::ConfigOptions;
use datafusion::execution::FunctionRegistry;
use tronie_model::Models;
use tronie_udf_kit::{FunctionKind, FunctionSet, UdfEnv};

use crate::arguments::ParameterNames;
use crate::rules::Askers;

/// Every set of functions that a session has.
pub const FUNCTION_SETS: &[FunctionSet] = &[
    tronie_udf_ml::FUNCTIONS,
    tronie_udf_profile::FUNCTIONS,
    tronie_udf_text::FUNCTIONS,
];

/// What functions see of the world.
pub(crate) fn environment(models: Arc<Models>) -> UdfEnv {
    let readers = FUNCTION_SETS.iter().flat_map(|set| set.readers);
    readers.fold(UdfEnv::new(models), |env, (task, make)| env.with_reader(task, make()))
}

/// Which functions ask a model.
pub(crate) fn askers(env: &UdfEnv) -> Askers {
    let functions = FUNCTION_SETS.iter().flat_map(|set| set.functions).map(|make| make(env));
    functions
        .filter_map(|function| Some((function.name().to_owned(), function.asks?)))
        .collect()
}

/// Makes every function, tells it the session's options, and registers it. Returns the names of their arguments.
pub(crate) fn register(
    registry: &mut impl FunctionRegistry,
    env: &UdfEnv,
    options: &ConfigOptions,
) -> datafusion::error::Result<ParameterNames> {
    let mut names = ParameterNames::new();
    for make in FUNCTION_SETS.iter().flat_map(|set| set.functions) {
        let function = make(env);
        let parameters = function.signature().parameter_names.clone().unwrap_or_default();
        names.insert(function.name().to_owned(), parameters);
        match function.kind {
            FunctionKind::Scalar(udf) => {
                let configured = udf.inner().with_updated_config(options).map(Arc::new);
                registry.register_udf(configured.unwrap_or(udf))?;
            }
            FunctionKind::Aggregate(udf) => {
                registry.register_udaf(udf)?;
            }
            FunctionKind::Window(udf) => {
                registry.register_udwf(udf)?;
            }
        }
    }
    Ok(names)
}
