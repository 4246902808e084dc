//! Statements of a run.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int64Type, UInt64Type};
use arrow::record_batch::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::TryStreamExt;
use tronie_engine::{Ask, ColumnLineage, Counts, QueryBackend, QueryScope, Statement, split};

use crate::record::ColumnRecord;

/// What statements of a run are given to.
#[derive(Clone)]
pub(crate) struct Sql {
    backend: Arc<dyn QueryBackend>,
    /// One a statement, so that all can be cancelled, and what they have inferred be added up.
    scopes: Arc<Mutex<Vec<QueryScope>>>,
}

type Result<T> = std::result::Result<T, tronie_engine::Error>;

impl Sql {
    pub(crate) fn new(backend: Arc<dyn QueryBackend>) -> Self {
        Self {
            backend,
            scopes: Arc::default(),
        }
    }

    /// Asks all statements to stop.
    pub(crate) fn cancel(&self) {
        self.scopes().iter().for_each(QueryScope::cancel);
    }

    /// What all statements have asked of models.
    pub(crate) fn counts(&self) -> Counts {
        self.scopes().iter().map(QueryScope::counts).sum()
    }

    fn scopes(&self) -> std::sync::MutexGuard<'_, Vec<QueryScope>> {
        self.scopes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a statement.
    pub(crate) async fn start(&self, statement: Statement) -> Result<tronie_engine::Query> {
        let scope = QueryScope::default();
        self.scopes().push(scope.clone());
        self.backend.execute(statement, Ask { limit: None, scope }).await
    }

    /// The rows of a text with one statement.
    pub(crate) async fn rows(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        let mut rows = Vec::new();
        for statement in split(sql)? {
            rows = self.start(statement).await?.try_collect().await?;
        }
        Ok(rows)
    }

    /// What the columns of a query are made of.
    pub(crate) async fn lineage(&self, sql: &str, tables: &BTreeSet<String>) -> Result<Vec<ColumnRecord>> {
        let Some(statement) = split(sql)?.pop() else {
            return Ok(Vec::new());
        };
        let columns = self.backend.lineage(statement, tables).await?.into_iter();
        let record = |column: ColumnLineage| ColumnRecord {
            column: column.column,
            from: (column.from.iter())
                .map(|(table, column)| format!("{table}.{column}"))
                .collect(),
        };
        Ok(columns.map(record).collect())
    }

    /// The whole number in the first column of the first row; 0 if there is none.
    pub(crate) async fn count(&self, sql: &str) -> Result<u64> {
        let rows = self.rows(sql).await?;
        let first = rows
            .iter()
            .find(|batch| batch.num_rows() > 0 && batch.num_columns() > 0);
        let Some(column) = first.map(|batch| batch.column(0)) else {
            return Ok(0);
        };
        let signed = column
            .as_primitive_opt::<Int64Type>()
            .map(|column| column.value(0).unsigned_abs());
        let count = signed.or_else(|| column.as_primitive_opt::<UInt64Type>().map(|column| column.value(0)));
        Ok(count.unwrap_or_default())
    }
}

/// How many rows there are.
pub(crate) fn len(rows: &[RecordBatch]) -> u64 {
    rows.iter().map(|batch| batch.num_rows() as u64).sum()
}

/// The first row as `column = value, ..`.
pub(crate) fn first_row(rows: &[RecordBatch]) -> Option<String> {
    let batch = rows.iter().find(|batch| batch.num_rows() > 0)?;
    let options = FormatOptions::default().with_null("NULL");
    let schema = batch.schema();
    let shown = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        let value = ArrayFormatter::try_new(column.as_ref(), &options).map(|shown| shown.value(0).to_string());
        format!("{} = {}", field.name(), value.unwrap_or_default())
    });
    Some(shown.collect::<Vec<_>>().join(", "))
}

/// The text in a row of a column.
pub(crate) fn text(batch: &RecordBatch, column: &str, row: usize) -> Option<String> {
    let column = batch.column_by_name(column)?;
    if column.is_null(row) {
        return None;
    }
    let options = FormatOptions::default();
    let shown = ArrayFormatter::try_new(column.as_ref(), &options).ok()?;
    Some(shown.value(row).to_string())
}
