//! How far a query has come.

use std::sync::Arc;

use datafusion::common::stats::Precision;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use tronie_common::{Counts, QueryScope};

/// A view of a running query.
#[derive(Debug, Clone)]
pub struct Progress {
    plan: Option<Arc<dyn ExecutionPlan>>,
    scope: QueryScope,
    estimated_rows: Option<u64>,
}

impl Progress {
    pub(crate) fn new(plan: Option<Arc<dyn ExecutionPlan>>, scope: QueryScope, estimated_rows: Option<u64>) -> Self {
        Self {
            plan,
            scope,
            estimated_rows,
        }
    }

    /// Rows that the scans of the query have delivered so far.
    pub fn rows_read(&self) -> u64 {
        self.leaves()
            .iter()
            .filter_map(|leaf| leaf.metrics()?.output_rows())
            .map(|rows| rows as u64)
            .sum()
    }

    /// Rows that the scans will deliver, as far as it can be known: exact where the files tell it (Parquet), estimated from
    /// their size otherwise.
    pub fn rows_expected(&self) -> Option<u64> {
        self.estimated_rows
    }

    /// What the models have done for the query.
    pub fn counts(&self) -> Counts {
        self.scope.counts()
    }

    fn leaves(&self) -> Vec<Arc<dyn ExecutionPlan>> {
        self.plan.as_ref().map(leaves).unwrap_or_default()
    }
}

/// The scans of a plan.
pub(crate) fn leaves(plan: &Arc<dyn ExecutionPlan>) -> Vec<Arc<dyn ExecutionPlan>> {
    let children = plan.children();
    if children.is_empty() {
        return vec![Arc::clone(plan)];
    }
    children.into_iter().flat_map(leaves).collect()
}

/// The rows that a scan says it has.
pub(crate) fn known_rows(scan: &Arc<dyn ExecutionPlan>) -> Option<u64> {
    let statistics = StatisticsContext::new()
        .compute(scan.as_ref(), &StatisticsArgs::new())
        .ok()?;
    match statistics.num_rows {
        Precision::Exact(rows) | Precision::Inexact(rows) => Some(rows as u64),
        Precision::Absent => None,
    }
}
