//! One question after the other: a filter that asks several asks each about the rows that the one before has left.
//!
//! AND computes both its sides for all rows unless the left one lets next to none through. As filters above each other the
//! conditions are asked in the order in which they are written; those with the same call stay together.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::utils::{conjunction, split_conjunction};
use datafusion::physical_expr_common::physical_expr::is_volatile;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};

use super::calls::Calls;
use super::is_on;

/// The rule.
#[derive(Debug)]
pub(super) struct Chain {
    calls: Calls,
}

/// Conditions that call the same functions.
type Group = (BTreeSet<String>, Vec<Arc<dyn PhysicalExpr>>);

impl Chain {
    pub(super) fn new(calls: Calls) -> Self {
        Self { calls }
    }

    fn chained(&self, filter: &FilterExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let mut groups: Vec<Group> = Vec::new();
        for condition in split_conjunction(filter.predicate()) {
            let calls = self.calls.of_physical(condition)?;
            if calls.is_empty() || is_volatile(condition) {
                return Ok(None);
            }
            match groups.iter_mut().find(|(same, _)| *same == calls) {
                Some((_, group)) => group.push(Arc::clone(condition)),
                None => groups.push((calls, vec![Arc::clone(condition)])),
            }
        }
        let mut groups = groups.into_iter().map(|(_, group)| conjunction(group));
        let Some(last) = groups.next_back().filter(|_| groups.len() > 0) else {
            return Ok(None);
        };
        // Under a limit rows are handed on as soon as there are as many as it wants.
        let most = filter.batch_size();
        let batch = filter.fetch().map_or(most, |fetch| fetch.clamp(1, most));
        let mut input = Arc::clone(filter.input());
        for condition in groups {
            let step = FilterExecBuilder::new(condition, input)
                .with_default_selectivity(filter.default_selectivity())
                .with_batch_size(batch);
            input = Arc::new(step.build()?);
        }
        let last = FilterExecBuilder::from(filter).with_input(input).with_predicate(last);
        Ok(Some(Arc::new(last.build()?)))
    }
}

impl PhysicalOptimizerRule for Chain {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        if !is_on(config) {
            return Ok(plan);
        }
        plan.transform_up(|node| {
            let chained = match node.downcast_ref::<FilterExec>() {
                Some(filter) => self.chained(filter)?,
                None => None,
            };
            Ok(chained.map_or_else(|| Transformed::no(node), Transformed::yes))
        })
        .data()
    }

    fn name(&self) -> &str {
        "one_model_call_after_the_other"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
