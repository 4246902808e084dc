//! What entry points see of the engine, wherever it runs.

use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use futures::{Stream, StreamExt};
use tronie_common::QueryScope;

use crate::copy::PendingCopy;
use crate::error::Error;
use crate::lineage::ColumnLineage;
use crate::progress::Progress;
use crate::statements::Statement;

/// How a statement is to be run.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The most rows that a query shall deliver; it computes no more than it needs for them. Other statements ignore it.
    pub limit: Option<usize>,
    /// Whoever keeps a clone can cancel the statement, also while it is being planned.
    pub scope: QueryScope,
}

/// Runs statements of one session.
#[async_trait]
pub trait QueryBackend: fmt::Debug + Send + Sync {
    /// Plans and starts a statement.
    ///
    /// # Errors
    /// When the statement cannot be planned or started.
    async fn execute(&self, statement: Statement, ask: Ask) -> Result<Query, Error>;

    /// What the columns of a query are made of, as far as `tables`; nothing for what is no query of rows.
    ///
    /// # Errors
    /// When the query cannot be planned.
    async fn lineage(&self, statement: Statement, tables: &BTreeSet<String>) -> Result<Vec<ColumnLineage>, Error>;

    /// The names of the tables that can be read without a path, for completion.
    fn table_names(&self) -> Vec<String>;

    /// The names of all functions, for completion.
    fn function_names(&self) -> Vec<String>;
}

/// A running statement: a stream of batches of one schema. Dropping it cancels what still runs for it.
pub struct Query {
    schema: SchemaRef,
    batches: SendableRecordBatchStream,
    scope: QueryScope,
    progress: Progress,
    copy: Option<PendingCopy>,
}

impl Query {
    pub(crate) fn new(
        batches: SendableRecordBatchStream,
        scope: QueryScope,
        progress: Progress,
        copy: Option<PendingCopy>,
    ) -> Self {
        Self {
            schema: batches.schema(),
            batches,
            scope,
            progress,
            copy,
        }
    }

    /// The columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// How far the statement has come; can be asked while the stream is read.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }
}

impl Stream for Query {
    type Item = Result<RecordBatch, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.batches.poll_next_unpin(context) {
            Poll::Ready(None) => match self.copy.take().map(PendingCopy::complete) {
                Some(Err(error)) => Poll::Ready(Some(Err(error))),
                _ => Poll::Ready(None),
            },
            item => item.map(|item| item.map(|batch| batch.map_err(Error::from))),
        }
    }
}

impl Drop for Query {
    fn drop(&mut self) {
        self.scope.cancel();
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}
