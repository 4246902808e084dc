//! What models have done, in SQL: `SELECT * FROM tronie_model_stats()` for the process, a row of `EXPLAIN ANALYZE` for the
//! query.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::datasource::TableType;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::prelude::SessionContext;
use futures::{StreamExt, stream};
use tronie_common::{Counts, QueryScope};
use tronie_udf_kit::UdfEnv;

/// The function's name.
const NAME: &str = "tronie_model_stats";

/// How a column of whole numbers is called, and which count is in it.
type Column = (&'static str, fn(&Counts) -> u64);

const COLUMNS: [Column; 12] = [
    ("texts", |counts| counts.texts),
    ("distinct_texts", Counts::distinct),
    ("remembered", |counts| counts.remembered),
    ("stored", |counts| counts.stored),
    ("cascaded", |counts| counts.cascaded),
    ("audited", |counts| counts.audited),
    ("agreed", |counts| counts.agreed),
    ("inferred", |counts| counts.inferred),
    ("failed", |counts| counts.failed),
    ("tokens", |counts| counts.tokens),
    ("padding", |counts| counts.padding),
    ("batches", |counts| counts.batches),
];

/// Makes `tronie_model_stats()` known to a session.
pub(crate) fn register(context: &SessionContext, env: &UdfEnv) {
    context.register_udtf(NAME, Arc::new(ModelStats { env: env.clone() }));
}

/// The counts of the process, as they are when a query is started; both the function and its table.
#[derive(Debug, Clone)]
struct ModelStats {
    env: UdfEnv,
}

impl TableFunctionImpl for ModelStats {
    fn call_with_args(&self, args: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        if !args.exprs().is_empty() {
            return Err(DataFusionError::Plan(format!(
                "{NAME} has no arguments, got {}",
                args.exprs().len()
            )));
        }
        Ok(Arc::new(self.clone()))
    }
}

#[async_trait]
impl TableProvider for ModelStats {
    fn schema(&self) -> SchemaRef {
        let counts = COLUMNS
            .iter()
            .map(|(name, _)| Field::new(*name, DataType::Int64, false));
        let model = Field::new("model", DataType::Utf8, false);
        let seconds = Field::new("seconds", DataType::Float64, false);
        Arc::new(Schema::new(
            std::iter::once(model)
                .chain(counts)
                .chain([seconds])
                .collect::<Vec<_>>(),
        ))
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let rows = self.env.models().counts();
        let models: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|(model, _)| model)));
        let count = |(_, count): &Column| -> ArrayRef {
            let values = rows
                .iter()
                .map(|(_, counts)| i64::try_from(count(counts)).unwrap_or(i64::MAX));
            Arc::new(Int64Array::from_iter_values(values))
        };
        let seconds = rows.iter().map(|(_, counts)| counts.time.as_secs_f64());
        let seconds: ArrayRef = Arc::new(Float64Array::from_iter_values(seconds));
        let columns = std::iter::once(models)
            .chain(COLUMNS.iter().map(count))
            .chain([seconds]);
        let batch = RecordBatch::try_new(self.schema(), columns.collect())?;
        let plan = MemorySourceConfig::try_new_exec(&[vec![batch]], self.schema(), projection.cloned())?;
        Ok(plan)
    }
}

/// The output of `EXPLAIN ANALYZE` with a row more where models were asked: a line for each of them.
pub(crate) fn explained(analysis: SendableRecordBatchStream, scope: QueryScope) -> SendableRecordBatchStream {
    let schema = analysis.schema();
    let own = Arc::clone(&schema);
    // Counted when the analysis is complete, and not before.
    let row = stream::once(async move { models_row(&own, &scope).transpose() });
    let row = row.filter_map(async |row| row);
    Box::pin(RecordBatchStreamAdapter::new(schema, analysis.chain(row)))
}

fn models_row(schema: &SchemaRef, scope: &QueryScope) -> Result<Option<RecordBatch>> {
    let counts = scope.tallies().counts();
    let is_text = |field: &Arc<Field>| field.data_type() == &DataType::Utf8;
    if counts.is_empty() || schema.fields().len() != 2 || !schema.fields().iter().all(is_text) {
        return Ok(None);
    }
    let lines: Vec<String> = counts
        .iter()
        .map(|(model, counts)| format!("model {model}: {counts}"))
        .collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec!["Models"])),
        Arc::new(StringArray::from(vec![lines.join("\n")])),
    ];
    Ok(Some(RecordBatch::try_new(Arc::clone(schema), columns)?))
}
