//! The ten latest negative reviews: sort first, then ask the model until there are ten.
//!
//! `WHERE ai_sentiment(t)['label'] = 'negative' ORDER BY ts LIMIT 10` is planned as the ten smallest of the rows that the
//! model let through, so the model sees all of them. The first ten that it lets through of the sorted rows are the same
//! rows, and it sees few: `slices.rs` hands them to it bit by bit. Sorting the rows costs next to nothing in comparison.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_expr_common::physical_expr::is_volatile;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::execution_plan::replace_children_if_necessary;
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

use super::calls::Calls;
use super::{fault, is_on};

/// The rule.
#[derive(Debug)]
pub(super) struct SortFirst {
    calls: Calls,
}

impl SortFirst {
    pub(super) fn new(calls: Calls) -> Self {
        Self { calls }
    }

    /// The merge of sorted partitions, with the sort put under the filter with model calls that is under it.
    fn merged(&self, merge: &SortPreservingMergeExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let mut between = Vec::new();
        let mut node = merge.input();
        while let Some(projection) = node.downcast_ref::<ProjectionExec>() {
            between.push(Arc::clone(node));
            node = projection.input();
        }
        let sort = node.downcast_ref::<SortExec>();
        let Some(sort) = sort.filter(|sort| sort.fetch() == merge.fetch()) else {
            return Ok(None);
        };
        match self.turned(sort, true)? {
            Some(turned) => in_order(over(turned, between)?, merge.expr()),
            None => Ok(None),
        }
    }

    /// The sort, and if `merged` the merge of its partitions, put under the filter with model calls that is under it.
    fn turned(&self, sort: &SortExec, merged: bool) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        if sort.fetch().is_none() {
            return Ok(None);
        }
        // From the sort down to the filter: projections only.
        let mut keys: Vec<(Column, PhysicalSortExpr)> = Vec::new();
        for key in sort.expr().iter() {
            let Some(column) = key.expr.downcast_ref::<Column>() else {
                return Ok(None);
            };
            keys.push((column.clone(), key.clone()));
        }
        let mut between = Vec::new();
        let mut node = sort.input();
        while let Some(projection) = node.downcast_ref::<ProjectionExec>() {
            for (key, _) in &mut keys {
                let below = projection
                    .expr()
                    .get(key.index())
                    .and_then(|column| column.expr.downcast_ref::<Column>());
                let Some(below) = below else { return Ok(None) };
                *key = below.clone();
            }
            between.push(Arc::clone(node));
            node = projection.input();
        }
        let Some(filter) = node.downcast_ref::<FilterExec>() else {
            return Ok(None);
        };
        let condition = filter.predicate();
        if filter.fetch().is_some() || is_volatile(condition) || !self.calls.in_physical(condition)? {
            return Ok(None);
        }
        let input = filter.input();
        let mut sorted = Vec::new();
        for (key, PhysicalSortExpr { options, .. }) in keys {
            let place = filter
                .projection()
                .as_ref()
                .map_or(Some(key.index()), |places| places.get(key.index()).copied());
            let place = place.ok_or_else(|| fault("a sort key is not among the filter's columns"))?;
            let key = Arc::new(Column::new(input.schema().field(place).name(), place));
            sorted.push(PhysicalSortExpr { expr: key, options });
        }
        let Some(order) = LexOrdering::new(sorted) else {
            return Ok(None);
        };
        let mut plan: Arc<dyn ExecutionPlan> = Arc::new(
            SortExec::new(order.clone(), Arc::clone(input)).with_preserve_partitioning(sort.preserve_partitioning()),
        );
        if merged {
            plan = Arc::new(SortPreservingMergeExec::new(order, plan));
        }
        let filter = FilterExecBuilder::from(filter)
            .with_input(plan)
            .with_fetch(sort.fetch());
        in_order(over(Arc::new(filter.build()?), between)?, sort.expr())
    }
}

/// A plan under the nodes that were above it, the uppermost first.
fn over(plan: Arc<dyn ExecutionPlan>, nodes: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
    let mut nodes = nodes.into_iter().rev();
    nodes.try_fold(plan, |plan, node| replace_children_if_necessary(node, vec![plan]))
}

/// The plan, if it says itself that its rows come in that order.
fn in_order(plan: Arc<dyn ExecutionPlan>, order: &LexOrdering) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let ordered = plan.equivalence_properties().ordering_satisfy(order.clone())?;
    Ok(ordered.then_some(plan))
}

impl PhysicalOptimizerRule for SortFirst {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        if !is_on(config) {
            return Ok(plan);
        }
        plan.transform_down(|node| {
            let turned = if let Some(merge) = node.downcast_ref::<SortPreservingMergeExec>() {
                self.merged(merge)?
            } else if let Some(sort) = node.downcast_ref::<SortExec>() {
                self.turned(sort, false)?
            } else {
                None
            };
            Ok(turned.map_or_else(|| Transformed::no(node), Transformed::yes))
        })
        .data()
    }

    fn name(&self) -> &str {
        "sort_before_model_filters"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
