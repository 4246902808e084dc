//! The backend that runs queries in this process.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{DataFrame, SessionContext};
use tronie_common::QueryScope;
use tronie_udf_kit::UdfEnv;

use crate::arguments::{ParameterNames, arrange};
use crate::backend::{Ask, Query, QueryBackend};
use crate::copy::PendingCopy;
use crate::error::Error;
use crate::model_cache::FlushAtEnd;
use crate::model_stats;
use crate::progress::Progress;
use crate::statements::Statement;

/// One session in this process.
pub struct LocalBackend {
    context: SessionContext,
    parameters: ParameterNames,
    env: UdfEnv,
}

impl LocalBackend {
    pub(crate) fn new(context: SessionContext, parameters: ParameterNames, env: UdfEnv) -> Self {
        Self {
            context,
            parameters,
            env,
        }
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
    async fn execute(&self, mut statement: Statement, ask: Ask) -> Result<Query, Error> {
        arrange(&mut statement.0, &self.parameters)?;
        let Ask { limit, scope } = ask;
        let state = self.state(&scope);
        let mut plan = state.statement_to_plan(statement.0).await?;
        let mut copy = None;
        if let LogicalPlan::Copy(copy_to) = &mut plan {
            copy = PendingCopy::redirect(copy_to)?;
        }
        let analyzes = matches!(plan, LogicalPlan::Analyze(_));
        // What changes the session goes to the session itself. The rest runs on the copy, which shares the session's
        // tables and has the scope of the query.
        let context = if changes_session(&plan) {
            self.context.clone()
        } else {
            SessionContext::new_with_state(state)
        };
        let frame = limited(context.execute_logical_plan(plan).await?, limit)?;
        let (state, plan) = frame.into_parts();
        let task = Arc::new(datafusion::execution::TaskContext::from(&state));
        let plan: Arc<dyn ExecutionPlan> = state.create_physical_plan(&plan).await?;
        let mut stream = execute_stream(Arc::clone(&plan), task)?;
        if analyzes {
            stream = model_stats::explained(stream, scope.clone());
        }
        let stream = Box::pin(FlushAtEnd::new(stream, self.env.clone(), scope.clone()));
        let progress = Progress::new(plan, scope.clone(), Arc::new(state));
        Ok(Query::new(stream, scope, progress, copy))
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
            .chain(state.window_functions().keys())
            .chain(state.table_functions().keys());
        scalar.chain(other).cloned().collect()
    }
}

fn changes_session(plan: &LogicalPlan) -> bool {
    use datafusion::logical_expr::{DdlStatement as Ddl, Statement as Sql};
    match plan {
        LogicalPlan::Statement(statement) => !matches!(statement, Sql::Execute(_)),
        LogicalPlan::Ddl(ddl) => {
            matches!(
                ddl,
                Ddl::CreateFunction(_) | Ddl::DropFunction(_) | Ddl::CreateCatalog(_)
            )
        }
        _ => false,
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
            | LogicalPlan::EmptyRelation(_)
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
