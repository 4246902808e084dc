//! The backend that runs queries in this process.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{DataFrame, SessionContext};
use datafusion::sql::parser;
use datafusion::sql::sqlparser::ast;
use tronie_common::{Kind, QueryScope};
use tronie_udf_kit::UdfEnv;

use crate::arguments::{ParameterNames, arrange};
use crate::backend::{Ask, Query, QueryBackend};
use crate::copy::PendingCopy;
use crate::error::Error;
use crate::lineage::{self, ColumnLineage};
use crate::ml::{self, CreateModel, ModelStatement, TrainedRegistry};
use crate::model_cache::FlushAtEnd;
use crate::model_stats;
use crate::progress::Progress;
use crate::remote_models::RemoteModels;
use crate::statements::{Parsed, Statement};

/// One session in this process.
pub struct LocalBackend {
    context: SessionContext,
    parameters: ParameterNames,
    env: UdfEnv,
    remote: Arc<RemoteModels>,
    trained: Arc<TrainedRegistry>,
}

impl LocalBackend {
    pub(crate) fn new(
        context: SessionContext,
        parameters: ParameterNames,
        env: UdfEnv,
        remote: Arc<RemoteModels>,
        trained: Arc<TrainedRegistry>,
    ) -> Self {
        Self {
            context,
            parameters,
            env,
            remote,
            trained,
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

    /// Plans and starts one of DataFusion's statements.
    async fn run(&self, mut statement: parser::Statement, ask: Ask) -> Result<Query, Error> {
        arrange(&mut statement, &self.parameters)?;
        let Ask { limit, scope } = ask;
        let state = self.state(&scope);
        // Planning waits for no network, so what it needs of one comes before.
        let mut models = self.remote.of_query(&self.parameters, &state, &scope);
        models.prepare_for_statement(&statement).await?;
        let planned = state.statement_to_plan(statement).await;
        let mut plan = planned.map_err(|e| of_planning(e, &state))?;
        models.prepare_for_plan(&plan).await?;
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
        // The plan of a prepared statement is known only now.
        models.prepare_for_plan(frame.logical_plan()).await?;
        self.started(frame, scope, copy, analyzes).await
    }

    async fn started(
        &self,
        frame: DataFrame,
        scope: QueryScope,
        copy: Option<PendingCopy>,
        analyzes: bool,
    ) -> Result<Query, Error> {
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

    /// Does what a statement about trained models says, and answers in rows.
    async fn about_models(&self, statement: &ModelStatement, scope: &QueryScope) -> Result<RecordBatch, Error> {
        let registry = &self.trained;
        match statement {
            ModelStatement::Create(create) => self.create_model(create, scope).await,
            ModelStatement::Show => ml::shown(&registry.all().await?, &self.env.models().registry().names()),
            ModelStatement::Describe(name)
                if !registry.has(&name.name).await? && self.env.models().registry().names().contains(&name.name) =>
            {
                ml::described_text(&name.name, self.env.models())
            }
            ModelStatement::Describe(name) => {
                let entry = registry.entry(&name.name).await?;
                let (version, kept) = registry.get(name).await?;
                ml::described(&name.name, &entry, &version, &kept)
            }
            ModelStatement::SetDefault { name, version } => {
                registry.set_default(name, *version).await?;
                ml::shown(&[(name.clone(), registry.entry(name).await?)], &[])
            }
            ModelStatement::Drop { if_exists, name } => {
                if !if_exists || registry.has(&name.name).await? {
                    registry.remove(name).await?;
                }
                ml::shown(&[], &[])
            }
            ModelStatement::Copy { name, to } => {
                let (version, kept) = registry.get(name).await?;
                let runtime = self.context.runtime_env();
                let store = |url| Ok(runtime.object_store(url)?);
                ml::properties(&ml::copy(registry, &name.name, (&version, &kept), to, store).await?)
            }
        }
    }

    async fn create_model(&self, statement: &CreateModel, scope: &QueryScope) -> Result<RecordBatch, Error> {
        self.trained.make_room()?;
        let Some(training) = ml::training(statement, &self.trained).await? else {
            return ml::shown(
                &[(statement.name.clone(), self.trained.entry(&statement.name).await?)],
                &[],
            );
        };
        if let Some(path) = training.file() {
            let runtime = self.context.runtime_env();
            let content = ml::read_file(path, |url| Ok(runtime.object_store(url)?)).await?;
            let (version, kept) = training.import(path, content, &self.trained).await?;
            return ml::created(&statement.name, &version, &kept, self.trained.is_kept());
        }
        let query = statement.query.clone().map(ast::Statement::from);
        let Some(query) = query else {
            return Err(Error::new(Kind::Fault, "a model is made without rows"));
        };
        let mut query = parser::Statement::Statement(Box::new(query));
        arrange(&mut query, &self.parameters)?;
        let state = self.state(scope);
        let mut models = self.remote.of_query(&self.parameters, &state, scope);
        models.prepare_for_statement(&query).await?;
        let planned = state.statement_to_plan(query).await;
        let plan = planned.map_err(|e| of_planning(e, &state))?;
        models.prepare_for_plan(&plan).await?;
        let rows = SessionContext::new_with_state(state).execute_logical_plan(plan).await?;
        let (version, kept) = training.run(rows, &self.trained, self.env.models(), scope).await?;
        ml::created(&statement.name, &version, &kept, self.trained.is_kept())
    }
}

#[async_trait]
impl QueryBackend for LocalBackend {
    async fn execute(&self, statement: Statement, ask: Ask) -> Result<Query, Error> {
        match statement.0 {
            Parsed::Sql(statement) => self.run(statement, ask).await,
            Parsed::Model(statement) => {
                let answer = self.about_models(&statement, &ask.scope).await?;
                let frame = self.context.read_batch(answer)?;
                self.started(frame, ask.scope, None, false).await
            }
        }
    }

    async fn lineage(&self, statement: Statement, tables: &BTreeSet<String>) -> Result<Vec<ColumnLineage>, Error> {
        let Parsed::Sql(mut statement) = statement.0 else {
            return Ok(Vec::new());
        };
        arrange(&mut statement, &self.parameters)?;
        let state = self.context.state();
        let planned = state.statement_to_plan(statement).await;
        let plan = planned.map_err(|e| of_planning(e, &state))?;
        Ok(lineage::of_plan(&plan, tables)?)
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

/// An error of the planner, which takes a window function without `OVER` for one that is not there.
fn of_planning(error: DataFusionError, state: &SessionState) -> Error {
    let name = match error.find_root() {
        DataFusionError::Plan(message) => message.strip_prefix("Invalid function '"),
        _ => None,
    };
    let name = name.and_then(|rest| Some(rest.split_once('\'')?.0));
    match name.filter(|name| state.window_functions().contains_key(*name)) {
        Some(name) => Error::new(
            Kind::Input,
            format!("{name} is a window function; say over which rows: {name}(..) over (), or over (partition by ..)"),
        ),
        None => error.into(),
    }
}
