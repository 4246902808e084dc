//! A filter with model calls under a limit gets its rows bit by bit.
//!
//! A batch of rows has 8,192 of them, and a filter asks about all of a batch before it lets the first row through. Where a
//! limit ends the query after a few rows, the filter's input is cut into slices: small ones first, since a few may do, and
//! larger ones as it turns out that the filter lets few through.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics};
use datafusion::execution::{RecordBatchStream, SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::execution_plan::{
    CardinalityEffect, ChildrenPropertiesMode, ReplaceChildrenOptions, replace_children_if_necessary,
};
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};
use datafusion::physical_plan::limit::{GlobalLimitExec, LocalLimitExec};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties};
use futures::{Stream, StreamExt};

use super::calls::Calls;
use super::{fault, is_on};

/// The fewest rows of the first slice: as many as a model takes at once anyway.
const FEWEST: usize = 64;
/// Rows of the first slice for each row that the limit wants.
const PER_ROW: usize = 1;
/// The most rows of a slice, unless the first one has more: enough to keep all threads of a model busy.
const MOST: usize = 1024;

/// The rule.
#[derive(Debug)]
pub(super) struct Slice {
    calls: Calls,
}

/// What the nodes above want of a node.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    /// How many rows end the query, or this part of it.
    rows: usize,
    /// Whether a node in between drops rows, so that it may take more than `rows` of this node to get them.
    dropped: bool,
}

impl Slice {
    pub(super) fn new(calls: Calls) -> Self {
        Self { calls }
    }

    #[recursive::recursive]
    fn visit(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        wanted: Option<Wanted>,
        batch: usize,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let wanted = limited(plan.as_ref(), wanted).filter(|wanted| first(*wanted) < batch);
        let plan = match wanted {
            Some(_) => self.gathered(plan)?,
            None => plan,
        };
        let below = if streams(plan.as_ref()) { wanted } else { None };
        let drops = plan.is::<FilterExec>() || plan.is::<UnnestExec>();
        let below = below.map(|wanted| Wanted {
            dropped: wanted.dropped || drops,
            ..wanted
        });
        let calls = self.calls_model(plan.as_ref())?;
        let mut children = Vec::new();
        for child in plan.children() {
            let mut child = self.visit(Arc::clone(child), below, batch)?;
            if let Some(wanted) = below
                && calls
                && wanted.dropped
            {
                child = Arc::new(SliceExec::new(child, first(wanted)));
            }
            children.push(child);
        }
        let plan = replace_children_if_necessary(plan, children)?;
        match (plan.downcast_ref::<FilterExec>(), below) {
            // Without a limit of its own a filter lets go of its rows by whole batches.
            (Some(filter), Some(wanted)) if calls && filter.fetch().is_none() => Ok(Arc::new(
                FilterExecBuilder::from(filter).with_batch_size(first(wanted)).build()?,
            )),
            _ => Ok(plan),
        }
    }

    /// Filters with model calls that run beside each other, one a partition, each until it has what the limit wants
    /// alone: as one that runs after the partitions are brought together.
    fn gathered(&self, plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(gather) = plan.downcast_ref::<CoalescePartitionsExec>() else {
            return Ok(plan);
        };
        let mut between = Vec::new();
        let mut node = gather.input();
        while node.is::<ProjectionExec>() || node.is::<CooperativeExec>() {
            between.push(Arc::clone(node));
            node = node.children()[0];
        }
        let Some(filter) = node.downcast_ref::<FilterExec>() else {
            return Ok(plan);
        };
        let is_one = filter.input().output_partitioning().partition_count() < 2;
        let is_limited_alone = filter.fetch().is_some() && filter.fetch() != gather.fetch();
        if is_one || is_limited_alone || !self.calls.in_physical(filter.predicate())? {
            return Ok(plan);
        }
        let input = Arc::new(CoalescePartitionsExec::new(Arc::clone(filter.input())));
        let filter = FilterExecBuilder::from(filter)
            .with_input(input)
            .with_fetch(gather.fetch());
        let mut gathered: Arc<dyn ExecutionPlan> = Arc::new(filter.build()?);
        for node in between.into_iter().rev() {
            gathered = replace_children_if_necessary(node, vec![gathered])?;
        }
        Ok(gathered)
    }

    fn calls_model(&self, plan: &dyn ExecutionPlan) -> Result<bool> {
        if let Some(filter) = plan.downcast_ref::<FilterExec>() {
            return self.calls.in_physical(filter.predicate());
        }
        if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
            for column in projection.expr() {
                if self.calls.in_physical(&column.expr)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

impl PhysicalOptimizerRule for Slice {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        match is_on(config) {
            true => self.visit(plan, None, config.execution.batch_size.get()),
            false => Ok(plan),
        }
    }

    fn name(&self) -> &str {
        "slice_for_model_filters"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Rows of the first slice.
fn first(wanted: Wanted) -> usize {
    wanted.rows.saturating_mul(PER_ROW).max(FEWEST)
}

/// What a node needs to deliver: what is wanted of it, or what it limits itself to.
fn limited(plan: &dyn ExecutionPlan, wanted: Option<Wanted>) -> Option<Wanted> {
    let own = if let Some(limit) = plan.downcast_ref::<GlobalLimitExec>() {
        limit.fetch().map(|fetch| fetch.saturating_add(limit.skip()))
    } else if let Some(limit) = plan.downcast_ref::<LocalLimitExec>() {
        Some(limit.fetch())
    } else {
        plan.fetch()
    };
    match (wanted, own) {
        (Some(wanted), Some(own)) if wanted.rows <= own => Some(wanted),
        (_, Some(rows)) => Some(Wanted { rows, dropped: false }),
        (wanted, None) => wanted,
    }
}

/// Whether a node hands rows on as they come, and stops reading when nobody reads it any more.
fn streams(plan: &dyn ExecutionPlan) -> bool {
    plan.is::<FilterExec>()
        || plan.is::<ProjectionExec>()
        || plan.is::<CooperativeExec>()
        || plan.is::<GlobalLimitExec>()
        || plan.is::<LocalLimitExec>()
        || plan.is::<CoalescePartitionsExec>()
        || plan.is::<SortPreservingMergeExec>()
        || plan.is::<UnionExec>()
        || plan.is::<UnnestExec>()
}

/// Hands on batches in slices, the first with `first` rows, each twice as large as the one before.
///
/// A plan with it cannot leave the process: the format in which plans travel has no word for it.
#[derive(Debug, Clone)]
struct SliceExec {
    input: Arc<dyn ExecutionPlan>,
    first: usize,
}

impl SliceExec {
    fn new(input: Arc<dyn ExecutionPlan>, first: usize) -> Self {
        Self { input, first }
    }
}

impl DisplayAs for SliceExec {
    fn fmt_as(&self, kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match kind {
            DisplayFormatType::Default | DisplayFormatType::Verbose => write!(f, "SliceExec: first={}", self.first),
            DisplayFormatType::TreeRender => writeln!(f, "first={}", self.first),
        }
    }
}

impl ExecutionPlan for SliceExec {
    fn name(&self) -> &str {
        "SliceExec"
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
            (Some(input), true) => Ok(Arc::new(Self::new(input, self.first))),
            _ => Err(fault("a slicer has one input")),
        }
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context)?;
        Ok(Box::pin(Slices {
            input,
            rest: None,
            size: self.first,
            most: self.first.max(MOST),
        }))
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(partition)]
    }

    fn statistics_from_inputs(&self, inputs: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        match inputs {
            [input] => Ok(Arc::clone(input)),
            _ => Err(fault("a slicer has one input")),
        }
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}

/// The slices of one partition.
struct Slices {
    input: SendableRecordBatchStream,
    /// What is left of the batch that is being sliced.
    rest: Option<RecordBatch>,
    size: usize,
    most: usize,
}

impl Slices {
    fn cut(&mut self, batch: RecordBatch) -> RecordBatch {
        if batch.num_rows() < self.size {
            return batch;
        }
        let size = self.size;
        self.size = self.most.min(size * 2);
        let rows = batch.num_rows() - size;
        if rows > 0 {
            self.rest = Some(batch.slice(size, rows));
        }
        batch.slice(0, size)
    }
}

impl Stream for Slices {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(rest) = self.rest.take() {
            return Poll::Ready(Some(Ok(self.cut(rest))));
        }
        Poll::Ready(match ready!(self.input.poll_next_unpin(context)) {
            Some(Ok(batch)) => Some(Ok(self.cut(batch))),
            end => end,
        })
    }
}

impl RecordBatchStream for Slices {
    fn schema(&self) -> SchemaRef {
        self.input.schema()
    }
}
