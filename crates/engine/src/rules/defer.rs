//! Model calls wait until rows have been dropped: above the joins, filters and limits that drop them.
//!
//! DataFusion keeps a computed column where the query wrote it, below the join or the `ORDER BY .. LIMIT` above it, and
//! pushes conditions as far down as it can. Both are right for cheap expressions and wrong for a model. This rule walks
//! down the plan, takes columns and conditions with model calls out of it (see [`Late`]), carries the columns that they
//! read through the nodes above under names such as `__text_1`, and puts them back above the last node that drops rows.
//! What nothing above drops stays where it is. Volatile functions are not moved, nor is a condition from below anything
//! that could fail on the rows that it keeps away.
//!
//! This is no rule among DataFusion's: those would push down again what it has lifted, and they are not made for what it
//! leaves behind. It runs once, when they are through, as the first step of making a physical plan. Every plan that is run
//! or explained comes by there. The physical rules of DataFusion push down once more: `order.rs` keeps them from it.

mod firsts;
mod late;
mod nodes;

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::display::{PlanType, ToStringifiedPlan};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::execution::context::QueryPlanner;
use datafusion::logical_expr::{LogicalPlan, TableProviderFilterPushDown, TableScan};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner};

use self::late::{Late, same_columns};
use super::calls::Calls;
use super::is_on;

/// Makes physical plans of plans in which model calls wait.
#[derive(Debug)]
pub(super) struct Planner {
    calls: Calls,
}

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(&self, plan: &LogicalPlan, session: &dyn Session) -> Result<Arc<dyn ExecutionPlan>> {
        let planner = DefaultPhysicalPlanner::default();
        if !is_on(session.config_options()) {
            return planner.create_physical_plan(plan, session).await;
        }
        let mut plan = plan.clone();
        let options = session.config_options();
        if let LogicalPlan::Explain(explain) = &mut plan {
            if explain.logical_optimization_succeeded {
                explain.plan = Arc::new(self.deferred(&explain.plan, options)?);
                let optimizer_name = "defer_model_calls".to_owned();
                let step = explain
                    .plan
                    .to_stringified(PlanType::OptimizedLogicalPlan { optimizer_name });
                explain.stringified_plans.push(step);
            }
        } else {
            plan = self.deferred(&plan, options)?;
        }
        planner.create_physical_plan(&plan, session).await
    }
}

impl Planner {
    pub(super) fn new(calls: Calls) -> Self {
        Self { calls }
    }

    fn deferred(&self, plan: &LogicalPlan, options: &ConfigOptions) -> Result<LogicalPlan> {
        if !self.calls.in_plan(plan)? {
            return Ok(plan.clone());
        }
        let mut names = HashSet::new();
        let mut nodes: usize = 0;
        plan.apply_with_subqueries(|node| {
            nodes += 1;
            names.extend(node.schema().fields().iter().map(|field| field.name().clone()));
            Ok(TreeNodeRecursion::Continue)
        })?;
        let mut walk = Walk {
            calls: &self.calls,
            names: Names { taken: names, next: 1 },
            left: nodes.saturating_mul(8),
            // DataFusion's merge join goes wrong over conditions in semi and outer joins.
            conditions_in_joins: options.optimizer.prefer_hash_join,
        };
        match walk.finished(plan) {
            Ok(done) if same_columns(done.plan.schema(), plan.schema()) => Ok(done.plan),
            // A plan that this cannot improve is slow, not wrong: no reason to fail the query.
            Err(error) if cfg!(debug_assertions) => Err(error),
            _ => Ok(plan.clone()),
        }
    }
}

/// What is above a node: whether it pays for what is late to wait until there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Above {
    /// For columns.
    columns: bool,
    /// For conditions.
    filters: bool,
}

impl Above {
    /// Nothing drops rows, or nothing may pass.
    const NONE: Self = Self {
        columns: false,
        filters: false,
    };
    /// Rows are dropped, and whatever is late may pass.
    const DROPS: Self = Self {
        columns: true,
        filters: true,
    };
}

/// One run of the rule over one plan.
struct Walk<'a> {
    calls: &'a Calls,
    names: Names,
    /// How many nodes it may still visit before it gives up walking a part of the plan again.
    left: usize,
    /// Whether a condition may become one of a join's own.
    conditions_in_joins: bool,
}

impl Walk<'_> {
    /// A plan with everything done that is in it, and no other columns.
    fn finished(&mut self, plan: &LogicalPlan) -> Result<Late> {
        self.taken(plan, Above::NONE)?.finished()
    }

    /// Whether a part of the plan may be walked again, to leave it as it was where waiting gains nothing. Parts inside of
    /// each other would double the work with each.
    fn may_return(&self) -> bool {
        self.left > 0
    }

    /// A plan with what may wait taken out of it: columns and conditions, as far as `above` says so.
    #[recursive::recursive]
    fn taken(&mut self, plan: &LogicalPlan, above: Above) -> Result<Late> {
        self.left = self.left.saturating_sub(1);
        let with_subqueries = plan.clone().map_subqueries(|subquery| {
            let done = self.finished(&subquery)?;
            Ok(Transformed::new_transformed(done.plan, done.changed))
        })?;
        let (plan, changed) = (&with_subqueries.data, with_subqueries.transformed);
        let mut late = match plan {
            // A correlated sub-query reads columns of this node that its expressions do not show.
            plan if is_correlated(plan)? => self.closed(plan)?,
            LogicalPlan::Projection(projection) => self.projection(projection, above)?,
            LogicalPlan::Filter(filter) => self.filter(filter, above)?,
            LogicalPlan::Join(join) => self.join(join, above)?,
            LogicalPlan::Sort(sort) => self.sort(sort, above)?,
            LogicalPlan::Limit(limit) => self.limit(limit)?,
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate)?,
            LogicalPlan::Window(window) => self.window(window, above)?,
            LogicalPlan::SubqueryAlias(alias) => self.alias(alias, above)?,
            LogicalPlan::TableScan(scan) => self.scan(scan)?,
            plan => self.closed(plan)?,
        };
        late.changed |= changed;
        if !above.filters {
            late = late.filtered()?;
        }
        if above.columns || late.columns.is_empty() {
            Ok(late)
        } else {
            late.finished()
        }
    }

    /// A node that nothing passes.
    fn closed(&mut self, plan: &LogicalPlan) -> Result<Late> {
        let done = plan.clone().map_children(|child| {
            let done = self.finished(&child)?;
            Ok(Transformed::new_transformed(done.plan, done.changed))
        })?;
        Ok(Late::done(done.data, done.transformed))
    }

    /// A scan is told of conditions for its own use. Those with model calls it had better not know.
    fn scan(&mut self, scan: &TableScan) -> Result<Late> {
        let mut kept = Vec::new();
        for filter in &scan.filters {
            let supported = scan.source.supports_filters_pushdown(&[filter])?;
            // What a scan does exactly nobody does after it.
            let is_hint = supported.first() == Some(&TableProviderFilterPushDown::Inexact);
            if !is_hint || !self.calls.in_expression(filter)? {
                kept.push(filter.clone());
            }
        }
        let changed = kept.len() < scan.filters.len();
        let mut scan = scan.clone();
        scan.filters = kept;
        Ok(Late::done(LogicalPlan::TableScan(scan), changed))
    }
}

/// Whether a node has a sub-query that reads columns of the node.
fn is_correlated(plan: &LogicalPlan) -> Result<bool> {
    let mut correlated = false;
    plan.clone().map_subqueries(|subquery| {
        correlated |= matches!(&subquery, LogicalPlan::Subquery(inner) if !inner.outer_ref_columns.is_empty());
        Ok(Transformed::no(subquery))
    })?;
    Ok(correlated)
}

/// Names for carried columns that no column of the plan has.
struct Names {
    taken: HashSet<String>,
    next: usize,
}

impl Names {
    fn fresh(&mut self) -> String {
        loop {
            let name = format!("__text_{}", self.next);
            self.next += 1;
            if !self.taken.contains(&name) {
                return name;
            }
        }
    }
}
