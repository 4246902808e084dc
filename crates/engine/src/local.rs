//! The backend that runs queries in this process.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{DataFrame, SessionContext};
use tronie_common::QueryScope;

use crate::backend::{Ask, Query, QueryBackend};
use crate::error::Error;
use crate::files::estimate_rows;
use crate::progress::Progress;
use crate::statements::Statement;

/// One session in this process.
pub struct LocalBackend {
    context: SessionContext,
}

impl LocalBackend {
    pub(crate) fn new(context: SessionContext) -> Self {
        Self { context }
    }

    /// The session's state with a scope of its own: functions find the scope among the options of their query.
    fn state(&self, scope: &QueryScope) -> SessionState {
        let mut state = self.context.state();
        state.config_mut().options_mut().extensions.insert(scope.clone());
        // Functions get the options as they were at this mark, which `state` above has set too early.
        state.mark_start_execution();
        state
    }
}

#[async_trait]
impl QueryBackend for LocalBackend {
    async fn execute(&self, statement: Statement, ask: Ask) -> Result<Query, Error> {
        let Ask { limit, scope } = ask;
        let state = self.state(&scope);
        let plan = state.statement_to_plan(statement.0).await?;
        let frame = match plan {
            // What changes the session goes to the session itself, not to the copy.
            LogicalPlan::Ddl(_) | LogicalPlan::Statement(_) => self.context.execute_logical_plan(plan).await?,
            plan => limited(DataFrame::new(state, plan), limit)?,
        };
        let (state, plan) = frame.into_parts();
        let task = Arc::new(datafusion::execution::TaskContext::from(&state));
        let plan: Arc<dyn ExecutionPlan> = state.create_physical_plan(&plan).await?;
        let rows = estimate_rows(&plan, &state).await;
        let stream = execute_stream(Arc::clone(&plan), task)?;
        Ok(Query::new(
            stream,
            scope.clone(),
            Progress::new(Some(plan), scope, rows),
        ))
    }

    fn table_names(&self) -> Vec<String> {
        let catalogs = self.context.state();
        let defaults = &catalogs.config_options().catalog;
        let schema = catalogs
            .catalog_list()
            .catalog(&defaults.default_catalog)
            .and_then(|catalog| catalog.schema(&defaults.default_schema));
        schema.map(|schema| schema.table_names()).unwrap_or_default()
    }

    fn function_names(&self) -> Vec<String> {
        let state = self.context.state();
        let scalar = state.scalar_functions().keys();
        let other = state
            .aggregate_functions()
            .keys()
            .chain(state.window_functions().keys());
        scalar.chain(other).cloned().collect()
    }
}

/// A limit on top of a query, so that the planner can push it below what is expensive.
fn limited(frame: DataFrame, limit: Option<usize>) -> Result<DataFrame, Error> {
    let is_query = !matches!(
        frame.logical_plan(),
        LogicalPlan::Explain(_)
            | LogicalPlan::Analyze(_)
            | LogicalPlan::Copy(_)
            | LogicalPlan::Dml(_)
            | LogicalPlan::DescribeTable(_)
    );
    match limit {
        Some(limit) if is_query => Ok(frame.limit(0, Some(limit))?),
        _ => Ok(frame),
    }
}

impl std::fmt::Debug for LocalBackend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalBackend")
            .field("session", &self.context.session_id())
            .finish_non_exhaustive()
    }
}
