//! A run, from its lock to its record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use arrow::record_batch::RecordBatch;
use tokio::task::JoinSet;
use tronie_engine::{Parameter, QueryBackend, SessionBuilder, split};

use crate::checks::{self, Check};
use crate::config::text_of;
use crate::erase::{Erasure, erase};
use crate::error::Error;
use crate::layout::{Layout, ident};
use crate::load::Pipeline;
use crate::lock::Lock;
use crate::panels::Panel;
use crate::plan::{Plan, Planned, StepKind};
use crate::publish::{Pending, Publishing, is_current, repair};
use crate::record::{CheckRecord, Inference, Input, RunRecord, Status, StepRecord, run_name};
use crate::sources;
use crate::sql::{Sql, text};

/// Steps that run side by side. Each uses all cores where it can; a second one fills the gaps.
const SIDE_BY_SIDE: usize = 2;

/// What a run is told.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Values of parameters.
    pub parameters: BTreeMap<String, String>,
    /// Steps that are wanted, all if empty; `name+` is also what depends on it.
    pub select: Vec<String>,
    /// Whether it runs even if there is nothing new.
    pub full_refresh: bool,
}

/// Who is told how far a run is.
pub trait Watch: Send + Sync {
    /// A step begins.
    fn begins(&self, step: &str);
    /// A step has ended.
    fn ends(&self, step: &StepRecord);
    /// A check has ended.
    fn checked(&self, check: &CheckRecord);
    /// A run that was killed was brought to its end.
    fn repaired(&self, run: &str);
}

/// Runs pipelines in one session and one warehouse.
pub struct Runner {
    builder: Arc<SessionBuilder>,
    backend: Arc<dyn QueryBackend>,
    warehouse: String,
}

impl Runner {
    /// A runner that publishes into `warehouse`, a folder or URL. The session should be used for nothing else.
    pub fn new(builder: Arc<SessionBuilder>, backend: Arc<dyn QueryBackend>, warehouse: String) -> Self {
        Self {
            builder,
            backend,
            warehouse,
        }
    }

    /// The newest records of a pipeline's runs, the newest first.
    ///
    /// # Errors
    /// When the warehouse cannot be read.
    pub async fn records(&self, pipeline: &str, most: usize) -> Result<Vec<RunRecord>, Error> {
        self.layout(pipeline)?.records(most).await
    }

    /// The newest record of a run that published all tables; `None` if there is none.
    ///
    /// # Errors
    /// When the warehouse cannot be read.
    pub async fn published(&self, pipeline: &str) -> Result<Option<RunRecord>, Error> {
        let is_whole = |record: &RunRecord| record.status == Status::Published && record.selected.is_empty();
        self.layout(pipeline)?.newest(is_whole).await
    }

    /// The rows of a panel, over tables that are published, with the parameters of `record`'s run.
    ///
    /// # Errors
    /// When its statement fails, and when it has a parameter without a value.
    pub async fn rows(
        &self,
        pipeline: &Pipeline,
        panel: &Panel,
        record: &RunRecord,
        customer: Option<&str>,
    ) -> Result<Vec<RecordBatch>, Error> {
        let statement = panel.statement(&pipeline.config, &record.parameters, customer)?;
        let failed = Error::step(panel.file.clone());
        let rows = Sql::new(Arc::clone(&self.backend)).rows(&statement).await;
        rows.map_err(failed)
    }

    /// Removes a person from all that a pipeline has published and kept: the rows whose `column` is `id`, every version before
    /// this one, what records of runs cite, and the answers of models that are kept in the warehouse.
    ///
    /// # Errors
    /// When another run is at work, and when something cannot be read, written or deleted: what is left is removed when it is
    /// done again.
    pub async fn erase(&self, pipeline: &Pipeline, column: &str, id: &str) -> Result<Erasure, Error> {
        let layout = self.layout(&pipeline.name)?;
        let lock = Lock::take(&layout.lock(), &pipeline.name).await?;
        let outcome = async {
            repair(&layout).await?;
            layout.remove_work().await;
            erase(&Sql::new(Arc::clone(&self.backend)), &layout, pipeline, column, id).await
        };
        let outcome = outcome.await;
        lock.release().await;
        outcome
    }

    fn layout(&self, pipeline: &str) -> Result<Layout, Error> {
        let place = self
            .builder
            .place(&self.warehouse)
            .map_err(Error::step("the warehouse"))?;
        Ok(Layout::new(place, &self.warehouse, pipeline))
    }

    /// Runs a pipeline: its steps in their order, its checks, and if those find nothing, publishes its tables.
    ///
    /// # Errors
    /// When a step fails, a check finds rows, another run is at work. Published tables stay as they were.
    pub async fn run(
        &self,
        pipeline: &Pipeline,
        options: &RunOptions,
        watch: Arc<dyn Watch>,
    ) -> Result<RunRecord, Error> {
        let values = pipeline.config.values(&options.parameters)?;
        let plan = Plan::new(pipeline, &options.select)?;
        let layout = self.layout(&pipeline.name)?;
        let lock = Lock::take(&layout.lock(), &pipeline.name).await?;
        let mut run = Run {
            builder: &self.builder,
            pipeline,
            plan: &plan,
            values: &values,
            layout: &layout,
            sql: Sql::new(Arc::clone(&self.backend)),
            watch,
        };
        let outcome = run.locked(options, &lock).await;
        run.sql.cancel();
        lock.release().await;
        outcome
    }
}

/// A run that has the lock.
struct Run<'a> {
    builder: &'a SessionBuilder,
    pipeline: &'a Pipeline,
    plan: &'a Plan,
    values: &'a BTreeMap<String, Parameter>,
    layout: &'a Layout,
    sql: Sql,
    watch: Arc<dyn Watch>,
}

impl Run<'_> {
    async fn locked(&mut self, options: &RunOptions, lock: &Lock) -> Result<RunRecord, Error> {
        if let Some(repaired) = repair(self.layout).await? {
            self.watch.repaired(&repaired.run);
        }
        // Nobody else is at work, so what lies there was left behind.
        self.layout.remove_work().await;
        let (now, clock) = (chrono::Utc::now(), Instant::now());
        let inputs = self.inputs().await?;
        let sql_digest = self.sql_digest();
        let parameters = self.parameters();
        let mut record = RunRecord {
            run: run_name(now),
            pipeline: self.pipeline.name.clone(),
            status: Status::Unchanged,
            error: None,
            started: now.timestamp_millis(),
            seconds: 0.0,
            fingerprint: fingerprint(&sql_digest, &parameters, &inputs, &options.select),
            parameters,
            selected: options.select.clone(),
            sql_digest,
            tronie: env!("CARGO_PKG_VERSION").to_owned(),
            inputs,
            steps: Vec::new(),
            checks: Vec::new(),
            outputs: Vec::new(),
            inference: Inference::default(),
        };
        let is_like_this =
            |before: &RunRecord| before.status == Status::Published && before.selected == record.selected;
        let before = self.layout.newest(is_like_this).await?;
        if let Some(before) = &before
            && !options.full_refresh
            && before.fingerprint == record.fingerprint
            && is_current(self.layout, before).await?
        {
            record.outputs.clone_from(&before.outputs);
            record.seconds = clock.elapsed().as_secs_f64();
            self.layout.keep(&record).await?;
            return Ok(record);
        }
        let outcome = self.work(&mut record, before.as_ref(), lock, clock).await;
        self.layout.remove_work().await;
        match outcome {
            Ok(publishing) => publishing.run(self.layout).await,
            Err(error) => {
                record.status = match error {
                    Error::Checks(_) => Status::ChecksFailed,
                    _ => Status::Failed,
                };
                record.error = Some(error.to_string());
                record.seconds = clock.elapsed().as_secs_f64();
                self.layout.keep(&record).await?;
                Err(error)
            }
        }
    }

    async fn work(
        &self,
        record: &mut RunRecord,
        before: Option<&RunRecord>,
        lock: &Lock,
        clock: Instant,
    ) -> Result<Publishing, Error> {
        for input in &record.inputs {
            if let Some(source) = self.pipeline.config.sources.get(&input.source) {
                sources::define(&self.sql, &input.source, source, &input.location).await?;
            }
        }
        record.steps = self.steps(&record.run).await?;
        for check in self.checks(before)? {
            let checked = check.run(&self.sql).await?;
            self.watch.checked(&checked);
            record.checks.push(checked);
        }
        if let Some(error) = checks::failed(&record.checks) {
            return Err(error);
        }
        let mut tables = Vec::new();
        for name in &self.plan.outputs {
            if let Some(output) = self.pipeline.config.outputs.get(name) {
                tables.push(Pending::write(&self.sql, self.layout, name, output, record).await?);
            }
        }
        let counts = self.sql.counts();
        record.inference = Inference {
            texts: counts.texts,
            inferred: counts.inferred,
            seconds: counts.time.as_secs_f64(),
        };
        record.seconds = clock.elapsed().as_secs_f64();
        if !lock.is_held() {
            return Err(Error::Busy(format!(
                "the lock of `{}` was lost to another run; nothing was published, run it again",
                self.pipeline.name
            )));
        }
        Ok(Publishing {
            record: record.clone(),
            tables,
        })
    }

    /// The parameters as they are recorded: of a secret no more than whether it is the one of another run.
    fn parameters(&self) -> BTreeMap<String, String> {
        let recorded = |(name, value): (&String, &Parameter)| {
            let text = text_of(value);
            let is_secret = (self.pipeline.config.parameters.get(name)).is_some_and(|parameter| parameter.secret);
            let text = match is_secret {
                // So little of a digest that many secrets have it.
                true => format!("secret {:.8}", blake3::hash(text.as_bytes()).to_hex()),
                false => text.to_owned(),
            };
            (name.clone(), text)
        };
        self.values.iter().map(recorded).collect()
    }

    async fn inputs(&self) -> Result<Vec<Input>, Error> {
        let mut inputs = Vec::new();
        for name in &self.plan.sources {
            if let Some(source) = self.pipeline.config.sources.get(name) {
                let path = sources::location(name, source, self.values)?;
                inputs.push(sources::input(self.builder, name, &path).await?);
            }
        }
        Ok(inputs)
    }

    fn sql_digest(&self) -> String {
        let mut digest = blake3::Hasher::new();
        for planned in &self.plan.steps {
            digest.update(planned.step.file().as_bytes());
            digest.update(planned.step.sql.as_bytes());
        }
        for check in &self.pipeline.checks {
            digest.update(check.file().as_bytes());
            digest.update(check.sql.as_bytes());
        }
        digest.update(format!("{:?}", self.pipeline.config).as_bytes());
        digest.finalize().to_hex().to_string()
    }

    /// The checks of what this run makes or reads.
    fn checks(&self, before: Option<&RunRecord>) -> Result<Vec<Check>, Error> {
        let all = checks::all(self.pipeline, self.values, before)?;
        let is_of_run = |check: &Check| match &check.table {
            Some(table) => self.plan.outputs.contains(table) || self.plan.sources.contains(table),
            None => {
                let step = self.pipeline.checks.iter().find(|step| step.name == check.name);
                step.is_some_and(|step| step.steps.iter().all(|name| self.plan.has(name)))
            }
        };
        Ok(all.into_iter().filter(is_of_run).collect())
    }

    /// Takes all steps, each as soon as those that it needs are done.
    async fn steps(&self, run: &str) -> Result<Vec<StepRecord>, Error> {
        let mut waiting: Vec<&Planned> = self.plan.steps.iter().collect();
        let mut done: BTreeSet<String> = BTreeSet::new();
        let mut records = Vec::new();
        let mut running: JoinSet<Result<StepRecord, Error>> = JoinSet::new();
        loop {
            while running.len() < SIDE_BY_SIDE
                && let Some(at) = waiting.iter().position(|planned| planned.step.steps.is_subset(&done))
            {
                let planned = waiting.remove(at);
                let task = Task {
                    planned: planned.clone(),
                    sql: self.sql.clone(),
                    values: self.values.clone(),
                    work: self.layout.work_sql(&self.pipeline.name, run, &planned.step.name),
                };
                self.watch.begins(&planned.step.name);
                running.spawn(task.run());
            }
            let Some(ended) = running.join_next().await else {
                return Ok(records);
            };
            let ended = ended.map_err(|e| Error::Store(format!("a step ended without an answer: {e}")))?;
            match ended {
                Ok(record) => {
                    self.watch.ends(&record);
                    done.insert(record.step.clone());
                    records.push(record);
                }
                Err(error) => {
                    self.sql.cancel();
                    running.shutdown().await;
                    return Err(error);
                }
            }
        }
    }
}

/// A step that is being taken.
struct Task {
    planned: Planned,
    sql: Sql,
    values: BTreeMap<String, Parameter>,
    /// Where its rows are written, as SQL has it.
    work: String,
}

impl Task {
    async fn run(self) -> Result<StepRecord, Error> {
        let clock = Instant::now();
        let step = &self.planned.step;
        let failed = || Error::step(step.file());
        let statement = step.statement.clone().bind(&self.values).map_err(failed())?;
        let name = ident(&step.name);
        let (mut rows, mut model, mut columns) = (None, None, Vec::new());
        if self.planned.kind != StepKind::Model {
            let reads: BTreeSet<String> = step.steps.union(&step.sources).cloned().collect();
            columns = self
                .sql
                .lineage(&statement.to_string(), &reads)
                .await
                .map_err(failed())?;
        }
        match self.planned.kind {
            StepKind::View => {
                let view = format!("create or replace view {name} as {statement}");
                self.sql.rows(&view).await.map_err(failed())?;
            }
            StepKind::Table => {
                let copy = format!("copy ({statement}) to {} stored as parquet", self.work);
                let count = self.sql.count(&copy).await.map_err(failed())?;
                rows = Some(count);
                // A copy of no rows writes no file to read.
                let from = match count {
                    0 => format!("({statement}) limit 0"),
                    _ => self.work.clone(),
                };
                let view = format!("create or replace view {name} as select * from {from}");
                self.sql.rows(&view).await.map_err(failed())?;
            }
            StepKind::Model => {
                let statement = split(&statement.to_string()).map_err(failed())?.pop();
                if let Some(statement) = statement {
                    let said = self.sql.rows(&statement.to_string()).await.map_err(failed())?;
                    let made = said.iter().find(|batch| batch.num_rows() > 0);
                    model = made.and_then(|batch| text(batch, "value", 0));
                }
            }
        }
        Ok(StepRecord {
            step: step.name.clone(),
            kind: self.planned.kind.name().to_owned(),
            reads: step.steps.iter().chain(&step.sources).cloned().collect(),
            rows,
            seconds: clock.elapsed().as_secs_f64(),
            model,
            columns,
        })
    }
}

/// The digest of everything that the results of a run depend on.
fn fingerprint(sql: &str, parameters: &BTreeMap<String, String>, inputs: &[Input], selected: &[String]) -> String {
    let mut digest = blake3::Hasher::new();
    let mut add = |text: &str| {
        digest.update(&(text.len() as u64).to_le_bytes());
        digest.update(text.as_bytes());
    };
    add(env!("CARGO_PKG_VERSION"));
    add(sql);
    for (name, value) in parameters {
        add(name);
        add(value);
    }
    for input in inputs {
        add(&input.source);
        add(&input.location);
        add(&input.digest);
    }
    selected.iter().for_each(|name| add(name));
    digest.finalize().to_hex().to_string()
}
