//! Branches of a `UNION` that are sorted for a `LIMIT` do not share what they have found.
//!
//! Where a column is constant in each branch (`SELECT 'b' AS k .. UNION ALL SELECT 'a' AS k ..`), DataFusion sorts the
//! branches by the other columns only, and merges them by all. Under a limit all branches however share one threshold, which
//! is one of the other columns: a branch drops rows that are later than another's, although its own constant comes first.
//! Such branches are sorted whole here. DataFusion's pull request 23528 keeps the constants in the order instead; with a
//! release that has it, this rule can go.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::physical_expr::AcrossPartitions;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::limit::LocalLimitExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

/// The rule.
#[derive(Debug)]
pub(super) struct SortBranchesWhole;

impl PhysicalOptimizerRule for SortBranchesWhole {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let sorted = plan.downcast_ref::<SortExec>().and_then(whole);
            Ok(sorted.map_or_else(|| Transformed::no(plan), Transformed::yes))
        })
        .map(|transformed| transformed.data)
    }

    fn name(&self) -> &str {
        "sort_branches_whole"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The same without a threshold, if branches share one that is not of all columns.
fn whole(sort: &SortExec) -> Option<Arc<dyn ExecutionPlan>> {
    let fetch = sort.fetch()?;
    let constants = sort.input().equivalence_properties().constants();
    let differ = constants
        .iter()
        .any(|constant| matches!(constant.across_partitions, AcrossPartitions::Heterogeneous));
    if !sort.preserve_partitioning() || !differ {
        return None;
    }
    let sorted = sort.clone().with_fetch(None);
    Some(Arc::new(LocalLimitExec::new(Arc::new(sorted), fetch)))
}
