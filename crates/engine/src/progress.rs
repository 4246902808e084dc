//! How far a query has come.

use std::fmt;
use std::sync::Arc;

use datafusion::common::stats::Precision;
use datafusion::execution::SessionState;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use tronie_common::{Counts, QueryScope};

use crate::files::estimate_rows;

/// A view of a running query.
#[derive(Clone)]
pub struct Progress {
    plan: Arc<dyn ExecutionPlan>,
    scope: QueryScope,
    state: Arc<SessionState>,
}

impl Progress {
    pub(crate) fn new(plan: Arc<dyn ExecutionPlan>, scope: QueryScope, state: Arc<SessionState>) -> Self {
        Self { plan, scope, state }
    }

    /// Rows that the scans of the query have delivered so far.
    pub fn rows_read(&self) -> u64 {
        leaves(&self.plan)
            .iter()
            .filter_map(|leaf| leaf.metrics()?.output_rows())
            .map(|rows| rows as u64)
            .sum()
    }

    /// Rows that the scans will deliver, as far as it can be known: exact where the files tell it (Parquet), estimated by
    /// looking into them otherwise.
    pub async fn expect_rows(&self) -> Option<u64> {
        estimate_rows(&self.plan, self.state.as_ref()).await
    }

    /// What the models have done for the query.
    pub fn counts(&self) -> Counts {
        self.scope.counts()
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress")
            .field("counts", &self.counts())
            .finish_non_exhaustive()
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
