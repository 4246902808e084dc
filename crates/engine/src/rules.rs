//! Planner rules that spare model calls: a call costs milliseconds a text, everything else is free in comparison.
//!
//! | rule | what it does |
//! | --- | --- |
//! | `defer.rs` | model calls wait for the joins, filters and limits that drop rows |
//! | `order.rs` | conditions without model calls come first, and DataFusion's rules leave it so |
//! | `topk.rs` | under `ORDER BY .. LIMIT`, rows are sorted before a condition asks a model about them |
//! | `slices.rs` | under a limit, a condition asks a model about a few rows at a time |
//! | `chain.rs` | several questions are asked one after the other, each about the rows that the one before has left |
//! | `guards.rs` | what an aggregate reads is computed where its FILTER is true |
//! | `share.rs` | functions over the same text share a pass |
//! | `casts.rs` | no model, but right rows: casts between texts and numbers have no bounds |
//! | `branches.rs` | no model, but right rows: branches of a union do not share a limit's threshold |
//!
//! `calls.rs` knows what a model call is, `moves.rs` what may move.

mod branches;
mod calls;
mod casts;
mod chain;
mod defer;
mod guards;
mod moves;
mod order;
mod share;
mod slices;
mod topk;

use std::sync::Arc;

use datafusion::config::ConfigOptions;
use datafusion::error::DataFusionError;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::optimizer::Optimizer;
use datafusion::optimizer::optimize_projections::OptimizeProjections;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use tronie_common::{Kind, TronieOptions};

use self::calls::Calls;
use crate::error::Error;
pub(crate) use share::Askers;

/// Adds the rules to a session.
pub(crate) fn install(builder: SessionStateBuilder, askers: &Askers) -> SessionStateBuilder {
    let calls = Calls::new(askers);
    let mut logical = Optimizer::new().rules;
    logical.insert(0, Arc::new(guards::Guard::new(calls.clone())));
    let share = || Arc::new(share::SharePasses::new(askers.clone()));
    // Once before calls whose fields are read are moved into the branches of a union, away from those that they could share
    // with, when what nobody reads is gone; and once at the end, when calls of sub-queries have come together.
    let moving = logical
        .iter()
        .position(|rule| rule.name() == "common_sub_expression_eliminate");
    if let Some(moving) = moving {
        logical.insert(moving, share());
        logical.insert(moving, Arc::new(OptimizeProjections::new()));
    }
    logical.push(share());
    logical.push(Arc::new(casts::CastValuesNotBounds));

    let mut physical = PhysicalOptimizer::new().rules;
    physical.insert(0, Arc::new(order::Split::new(calls.clone())));
    let last: [Arc<dyn PhysicalOptimizerRule + Send + Sync>; 5] = [
        Arc::new(branches::SortBranchesWhole),
        Arc::new(order::Unshield),
        Arc::new(topk::SortFirst::new(calls.clone())),
        Arc::new(slices::Slice::new(calls.clone())),
        Arc::new(chain::Chain::new(calls.clone())),
    ];
    // The last of DataFusion's checks that the plan can run.
    let check = physical.pop();
    physical.extend(last.into_iter().chain(check));

    builder
        .with_query_planner(Arc::new(defer::Planner::new(calls)))
        .with_optimizer_rules(logical)
        .with_physical_optimizer_rules(physical)
}

/// A plan that these rules should never have come to.
fn fault(what: &str) -> DataFusionError {
    let message =
        format!("the query was planned wrongly: {what}; please report it, and set tronie.model_planning = false");
    DataFusionError::External(Box::new(Error::new(Kind::Fault, message)))
}

/// Whether the session wants its model calls planned.
fn is_on(options: &ConfigOptions) -> bool {
    let tronie = options.extensions.get::<TronieOptions>();
    tronie.is_none_or(|tronie| tronie.model_planning)
}
