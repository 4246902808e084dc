//! The table `tronie_runs`: the records of all pipelines of a warehouse, a run a row.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use arrow::json::ReaderBuilder;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::ListingTableUrl;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use serde::Serialize;

use crate::layout::PIPELINES_FOLDER;
use crate::record::{CheckRecord, Input, OutputRecord, RunRecord, StepRecord};

/// How the table is called.
pub const RUNS_TABLE: &str = "tronie_runs";

/// Files that are read side by side.
const AT_ONCE: usize = 16;

/// The records of a warehouse, as they are when a query is started.
#[derive(Debug, Clone)]
pub struct RunsTable {
    warehouse: String,
}

/// A record with columns for parts that are objects of any keys in JSON.
#[derive(Serialize)]
struct Row {
    run: String,
    pipeline: String,
    status: &'static str,
    error: Option<String>,
    started: i64,
    seconds: f64,
    parameters: Vec<Parameter>,
    inputs: Vec<Input>,
    steps: Vec<StepRecord>,
    checks: Vec<CheckRecord>,
    outputs: Vec<OutputRecord>,
    texts: u64,
    inferred: u64,
    inference_seconds: f64,
    sql_digest: String,
    fingerprint: String,
    tronie: String,
}

#[derive(Serialize)]
struct Parameter {
    name: String,
    value: String,
}

impl From<RunRecord> for Row {
    fn from(record: RunRecord) -> Self {
        let parameters: BTreeMap<String, String> = record.parameters;
        Self {
            run: record.run,
            pipeline: record.pipeline,
            status: record.status.name(),
            error: record.error,
            started: record.started,
            seconds: record.seconds,
            parameters: parameters
                .into_iter()
                .map(|(name, value)| Parameter { name, value })
                .collect(),
            inputs: record.inputs,
            steps: record.steps,
            checks: record.checks,
            outputs: record.outputs,
            texts: record.inference.texts,
            inferred: record.inference.inferred,
            inference_seconds: record.inference.seconds,
            sql_digest: record.sql_digest,
            fingerprint: record.fingerprint,
            tronie: record.tronie,
        }
    }
}

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn whole(name: &str) -> Field {
    Field::new(name, DataType::Int64, true)
}

fn number(name: &str) -> Field {
    Field::new(name, DataType::Float64, true)
}

/// A list of structs.
fn list(name: &str, fields: Vec<Field>) -> Field {
    let item = Field::new_list_field(DataType::Struct(Fields::from(fields)), true);
    Field::new(name, DataType::List(Arc::new(item)), true)
}

fn schema() -> SchemaRef {
    let reads = Field::new(
        "reads",
        DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
        true,
    );
    let started = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    Arc::new(Schema::new(vec![
        text("run"),
        text("pipeline"),
        text("status"),
        text("error"),
        Field::new("started", started, true),
        number("seconds"),
        list("parameters", vec![text("name"), text("value")]),
        list(
            "inputs",
            vec![
                text("source"),
                text("location"),
                whole("files"),
                whole("bytes"),
                text("digest"),
            ],
        ),
        list(
            "steps",
            vec![
                text("step"),
                text("kind"),
                reads,
                whole("rows"),
                number("seconds"),
                text("model"),
            ],
        ),
        list(
            "checks",
            vec![text("check"), text("severity"), whole("found"), text("example")],
        ),
        list(
            "outputs",
            vec![text("table"), whole("version"), whole("rows"), whole("bytes")],
        ),
        whole("texts"),
        whole("inferred"),
        number("inference_seconds"),
        text("sql_digest"),
        text("fingerprint"),
        text("tronie"),
    ]))
}

impl RunsTable {
    /// The runs of a warehouse, a folder or URL.
    pub fn new(warehouse: &str) -> Self {
        Self {
            warehouse: warehouse.trim_end_matches('/').to_owned(),
        }
    }

    /// All records, in no order.
    async fn records(&self, session: &dyn Session) -> Result<Vec<RunRecord>> {
        let url = ListingTableUrl::parse(format!("{}/{PIPELINES_FOLDER}/", self.warehouse))?;
        let store = session.runtime_env().object_store(&url)?;
        let listed: object_store::Result<Vec<_>> = store.list(Some(url.prefix())).try_collect().await;
        let files = match listed {
            Err(object_store::Error::NotFound { .. }) => Vec::new(),
            listed => listed?,
        };
        let is_record = |path: &object_store::path::Path| {
            let mut parts: Vec<_> = path.parts().collect();
            let file = parts.pop();
            file.is_some_and(|file| file.as_ref().ends_with(".json"))
                && parts.pop().is_some_and(|folder| folder.as_ref() == "runs")
        };
        let read = |path: object_store::path::Path| {
            let store = Arc::clone(&store);
            async move {
                let bytes = store.get(&path).await?.bytes().await?;
                serde_json::from_slice::<RunRecord>(&bytes).map_err(|e| {
                    let message = format!("`{path}` is no record of a run: {e}; remove it to go on");
                    DataFusionError::External(message.into())
                })
            }
        };
        let paths = files.into_iter().map(|file| file.location).filter(is_record);
        futures::stream::iter(paths.map(read))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }
}

#[async_trait]
impl TableProvider for RunsTable {
    fn schema(&self) -> SchemaRef {
        schema()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut records = self.records(session).await?;
        records.sort_by(|a, b| b.run.cmp(&a.run));
        let rows: Vec<Row> = records.into_iter().map(Row::from).collect();
        let batch = batch(&rows)?;
        let plan = MemorySourceConfig::try_new_exec(&[vec![batch]], schema(), projection.cloned())?;
        Ok(plan)
    }
}

fn batch(rows: &[Row]) -> Result<RecordBatch> {
    let mut decoder = ReaderBuilder::new(schema())
        .with_batch_size(rows.len().max(1))
        .build_decoder()?;
    decoder.serialize(rows)?;
    Ok(decoder.flush()?.unwrap_or_else(|| RecordBatch::new_empty(schema())))
}
