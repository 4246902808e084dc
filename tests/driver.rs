//! SQL in, text out, through the same backend that every entry point uses.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use futures::TryStreamExt;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType};
use tronie_engine::{Ask, EngineSettings, Error, LocalBackend, Query, QueryBackend, SessionBuilder, split};
use tronie_model::Backend;
use tronie_model::stub::Stub;
use tronie_testing::fixtures;

/// One session in this process.
#[derive(Debug)]
pub struct Local(LocalBackend);

impl Local {
    pub async fn new(settings: EngineSettings, backend: Arc<dyn Backend>) -> Result<Self, Error> {
        Ok(Self(SessionBuilder::new(settings, backend)?.session().await?))
    }

    /// A session whose default model is the fixture `tiny-multi`, answered by `stub`.
    pub async fn with_stub(stub: Stub) -> Result<Self, Error> {
        Self::with_backend(Arc::new(stub)).await
    }

    /// The same, answered by any backend.
    pub async fn with_backend(backend: Arc<dyn Backend>) -> Result<Self, Error> {
        let mut settings = EngineSettings {
            model_folders: vec![fixtures()],
            ..EngineSettings::default()
        };
        settings
            .options
            .insert("tronie.model".to_owned(), "tiny-multi".to_owned());
        Self::new(settings, backend).await
    }

    /// Starts one statement.
    pub async fn start(&self, sql: &str, ask: Ask) -> Result<Query, Error> {
        let statement = split(sql)?.pop().expect("one statement");
        self.0.execute(statement, ask).await
    }

    /// Runs statements and returns the batches of the last one.
    pub async fn query(&self, sql: &str) -> Result<Vec<RecordBatch>, Error> {
        let mut batches = Vec::new();
        for statement in split(sql)? {
            let query = self.0.execute(statement, Ask::default()).await?;
            let empty = RecordBatch::new_empty(Arc::clone(query.schema()));
            batches = query.try_collect().await?;
            batches.insert(0, empty);
        }
        Ok(batches)
    }
}

#[async_trait]
impl AsyncDB for Local {
    type Error = Error;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Error> {
        let batches = self.query(sql).await?;
        let columns = batches.first().map_or(0, RecordBatch::num_columns);
        if columns == 0 {
            return Ok(DBOutput::StatementComplete(0));
        }
        let rows = batches.iter().flat_map(rows).collect();
        Ok(DBOutput::Rows {
            types: vec![DefaultColumnType::Any; columns],
            rows,
        })
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &str {
        "tronie"
    }
}

/// Rows as text: NULL as `NULL`, an empty text as `(empty)`, line breaks as `\n`.
pub fn rows(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("NULL");
    let formatters: Vec<ArrayFormatter<'_>> = (batch.columns().iter())
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).expect("a type that can be shown"))
        .collect();
    let cell = |formatter: &ArrayFormatter<'_>, row| match formatter.value(row).to_string() {
        text if text.is_empty() => "(empty)".to_owned(),
        text => text.replace('\n', "\\n"),
    };
    (0..batch.num_rows())
        .map(|row| formatters.iter().map(|formatter| cell(formatter, row)).collect())
        .collect()
}
