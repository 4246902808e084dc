//! Cheap conditions before those with model calls, and model calls above what the rules above put them.
//!
//! Two physical rules around DataFusion's own. [`Split`] comes first: it turns a filter with cheap conditions and model
//! calls into two, the cheap one below, and puts a [`Shield`] under each node that calls a model. The rules of DataFusion
//! that follow push filters into joins and scans, and projections below sorts and filters; a shield lets none with a model
//! call through, and everything else. [`Unshield`] takes the shields away when they are done.

use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, Statistics, config::ConfigOptions};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::case;
use datafusion::physical_expr::utils::{conjunction, split_conjunction};
use datafusion::physical_expr::{PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_expr_common::physical_expr::is_volatile;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::execution_plan::{
    CardinalityEffect, ChildrenPropertiesMode, ReplaceChildrenOptions, replace_children_if_necessary,
};
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};
use datafusion::physical_plan::filter_pushdown::{
    ChildPushdownResult, FilterDescription, FilterPushdownPhase, FilterPushdownPropagation,
};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::scalar_subquery::ScalarSubqueryExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
    SortOrderPushdownResult,
};

use super::calls::Calls;
use super::{fault, is_on};

/// The rule that comes before DataFusion's.
#[derive(Debug)]
pub(super) struct Split {
    calls: Calls,
}

impl Split {
    pub(super) fn new(calls: Calls) -> Self {
        Self { calls }
    }

    fn split(&self, filter: &FilterExec) -> Result<Arc<dyn ExecutionPlan>> {
        let halves = self.halves(filter.predicate())?;
        let (cheap, dear) = halves.unwrap_or_else(|| (Vec::new(), vec![Arc::clone(filter.predicate())]));
        let mut input = Arc::clone(filter.input());
        if !cheap.is_empty() {
            let first = FilterExecBuilder::new(conjunction(cheap), input)
                .with_default_selectivity(filter.default_selectivity())
                .with_batch_size(filter.batch_size());
            input = Arc::new(first.build()?);
        }
        let second = FilterExecBuilder::from(filter)
            .with_predicate(conjunction(dear))
            .with_input(Arc::new(Shield::new(self.calls.clone(), input)));
        Ok(Arc::new(second.build()?))
    }

    /// An aggregate whose FILTERs ask a model only where their other conditions are true: AND alone computes both sides.
    fn guarded(&self, aggregate: &AggregateExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let mut filters = Vec::new();
        let mut any = false;
        for filter in aggregate.filter_expr() {
            let mut halves = None;
            if let Some(filter) = filter {
                halves = self.halves(filter)?.filter(|(cheap, _)| !cheap.is_empty());
            }
            filters.push(match halves {
                Some((cheap, dear)) => {
                    any = true;
                    Some(case(None, vec![(conjunction(cheap), conjunction(dear))], None)?)
                }
                None => filter.clone(),
            });
        }
        if !any {
            return Ok(None);
        }
        let guarded = AggregateExec::try_new(
            *aggregate.mode(),
            aggregate.group_expr().clone(),
            aggregate.aggr_expr().to_vec(),
            filters,
            Arc::clone(aggregate.input()),
            aggregate.input_schema(),
        )?;
        Ok(Some(Arc::new(guarded.with_limit_options(aggregate.limit_options()))))
    }

    /// The conditions of a conjunction without model calls and those with; `None` if there are no calls, or if a
    /// condition with one is volatile: it would be computed for fewer rows.
    fn halves(&self, conjunction: &Arc<dyn PhysicalExpr>) -> Result<Option<Halves>> {
        let (mut cheap, mut dear) = (Vec::new(), Vec::new());
        for condition in split_conjunction(conjunction) {
            if !self.calls.in_physical(condition)? {
                cheap.push(Arc::clone(condition));
            } else if is_volatile(condition) {
                return Ok(None);
            } else {
                dear.push(Arc::clone(condition));
            }
        }
        Ok((!dear.is_empty()).then_some((cheap, dear)))
    }
}

/// Conditions without model calls, and those with.
type Halves = (Vec<Arc<dyn PhysicalExpr>>, Vec<Arc<dyn PhysicalExpr>>);

impl PhysicalOptimizerRule for Split {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        if !is_on(config) {
            return Ok(plan);
        }
        plan.transform_up(|node| {
            if let Some(filter) = node.downcast_ref::<FilterExec>()
                && self.calls.in_physical(filter.predicate())?
            {
                return Ok(Transformed::yes(self.split(filter)?));
            }
            if let Some(aggregate) = node.downcast_ref::<AggregateExec>()
                && let Some(guarded) = self.guarded(aggregate)?
            {
                return Ok(Transformed::yes(guarded));
            }
            if let Some(projection) = node.downcast_ref::<ProjectionExec>() {
                let mut dear = false;
                for column in projection.expr() {
                    dear = dear || self.calls.in_physical(&column.expr)?;
                }
                if dear {
                    let input = Arc::clone(projection.input());
                    let shield: Arc<dyn ExecutionPlan> = Arc::new(Shield::new(self.calls.clone(), input));
                    return Ok(Transformed::yes(replace_children_if_necessary(node, vec![shield])?));
                }
            }
            Ok(Transformed::no(node))
        })
        .data()
    }

    fn name(&self) -> &str {
        "cheap_conditions_first"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The rule that comes after DataFusion's.
#[derive(Debug)]
pub(super) struct Unshield;

impl PhysicalOptimizerRule for Unshield {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = plan.transform_up(|node| {
            Ok(match node.downcast_ref::<Shield>() {
                Some(shield) => Transformed::yes(Arc::clone(&shield.input)),
                None => Transformed::no(node),
            })
        });
        match is_on(config) {
            true => Ok(in_order(&plan.data()?)?.0),
            false => plan.data(),
        }
    }

    fn name(&self) -> &str {
        "model_calls_stay"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The plan without what spreads sorted rows over partitions above the query's last sort, and whether there is such a sort.
///
/// DataFusion asks for the order of a query's rows right above the sort, and expects nothing that computes above it. Under
/// a projection that does, as one with late model calls, it may spread the rows for the sake of speed, and their order is
/// lost. Models use all cores anyway.
#[recursive::recursive]
fn in_order(plan: &Arc<dyn ExecutionPlan>) -> Result<(Arc<dyn ExecutionPlan>, bool)> {
    let same = Arc::clone(plan);
    if plan.is::<SortExec>() || plan.is::<SortPreservingMergeExec>() {
        return Ok((same, true));
    }
    let mut children: Vec<_> = plan.children().into_iter().map(Arc::clone).collect();
    let first = match children.first_mut() {
        Some(first) if plan.is::<ScalarSubqueryExec>() => first,
        Some(first) if plan.children().len() == 1 => first,
        _ => return Ok((same, false)),
    };
    let gathers = plan.is::<CoalescePartitionsExec>();
    if !gathers && plan.maintains_input_order().first() != Some(&true) {
        return Ok((same, false));
    }
    let (child, is_sorted) = in_order(first)?;
    let is_one = child.output_partitioning().partition_count() == 1;
    if !is_sorted || (gathers && !is_one) {
        return Ok((same, false));
    }
    let spreads = plan.downcast_ref::<RepartitionExec>();
    if is_one && spreads.is_some_and(|spreads| matches!(spreads.partitioning(), Partitioning::RoundRobinBatch(_))) {
        return Ok((child, true));
    }
    *first = child;
    Ok((replace_children_if_necessary(same, children)?, true))
}

/// Passes rows on as they are, and keeps model calls above itself while a plan is optimized.
#[derive(Debug, Clone)]
struct Shield {
    calls: Calls,
    input: Arc<dyn ExecutionPlan>,
}

impl Shield {
    fn new(calls: Calls, input: Arc<dyn ExecutionPlan>) -> Self {
        Self { calls, input }
    }
}

impl DisplayAs for Shield {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shield")
    }
}

impl ExecutionPlan for Shield {
    fn name(&self) -> &str {
        "Shield"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match (children.pop(), children.is_empty()) {
            (Some(input), true) => Ok(Arc::new(Self::new(self.calls.clone(), input))),
            _ => Err(fault("a shield has one input")),
        }
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.input.execute(partition, context)
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(partition)]
    }

    fn statistics_from_inputs(&self, inputs: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        match inputs {
            [input] => Ok(Arc::clone(input)),
            _ => Err(fault("a shield has one input")),
        }
    }

    fn supports_limit_pushdown(&self) -> bool {
        true
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }

    fn gather_filters_for_pushdown(
        &self,
        _: FilterPushdownPhase,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        _: &ConfigOptions,
    ) -> Result<FilterDescription> {
        for filter in &filters {
            if self.calls.in_physical(filter)? {
                return Ok(FilterDescription::all_unsupported(&filters, &self.children()));
            }
        }
        FilterDescription::from_children(filters, &self.children())
    }

    fn handle_child_pushdown_result(
        &self,
        _: FilterPushdownPhase,
        result: ChildPushdownResult,
        _: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>> {
        Ok(FilterPushdownPropagation::if_all(result))
    }

    fn try_pushdown_sort(&self, order: &[PhysicalSortExpr]) -> Result<SortOrderPushdownResult<Arc<dyn ExecutionPlan>>> {
        let over = |inner| Arc::new(Self::new(self.calls.clone(), inner)) as Arc<dyn ExecutionPlan>;
        Ok(match self.input.try_pushdown_sort(order)? {
            SortOrderPushdownResult::Exact { inner } => SortOrderPushdownResult::Exact { inner: over(inner) },
            SortOrderPushdownResult::Inexact { inner } => SortOrderPushdownResult::Inexact { inner: over(inner) },
            SortOrderPushdownResult::Unsupported => SortOrderPushdownResult::Unsupported,
        })
    }
}
