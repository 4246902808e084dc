//! Tronie's SQL functions for customer profiles: one function, one file, the same name, one entry below.

mod calendar;
mod clv_fit;
mod clv_model;
mod clv_predict;
mod constants;
mod counts;
mod entropy;
mod events;
mod gap;
mod grouped;
mod identity;
mod numbers;
mod p_alive;
mod resolve_entities;
mod rfm_score;
mod rfm_segment;
mod session_stats;
mod sessionize;
mod shares;
#[cfg(test)]
mod tests;
mod time_features;
mod times;
mod top_k;
mod trend;

use tronie_udf_kit::FunctionSet;

/// The functions of this crate.
pub const FUNCTIONS: FunctionSet = FunctionSet {
    title: "Profiles",
    functions: &[
        clv_fit::function,
        clv_predict::function,
        entropy::function,
        p_alive::function,
        resolve_entities::function,
        rfm_score::function,
        rfm_segment::function,
        session_stats::function,
        sessionize::function,
        shares::function,
        time_features::function,
        top_k::function,
        trend::function,
    ],
    readers: &[],
};
