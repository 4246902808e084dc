//! All functions, from one list a crate.

use datafusion::config::ConfigOptions;
use datafusion::execution::FunctionRegistry;
use tronie_udf_kit::{Function, FunctionSet, UdfEnv};

/// Every set of functions that a session has.
pub const FUNCTION_SETS: &[FunctionSet] = &[tronie_udf_text::FUNCTIONS];

/// Makes every function, tells it the session's options, and registers it.
pub(crate) fn register(
    registry: &mut impl FunctionRegistry,
    env: &UdfEnv,
    options: &ConfigOptions,
) -> datafusion::error::Result<()> {
    for make in FUNCTION_SETS.iter().flat_map(|set| set.functions) {
        match make(env) {
            Function::Scalar(udf) => {
                let configured = udf.inner().with_updated_config(options).map(std::sync::Arc::new);
                registry.register_udf(configured.unwrap_or(udf))?;
            }
        }
    }
    Ok(())
}
