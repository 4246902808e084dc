//! The end of a query: its new answers are written.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::Result;
use datafusion::execution::{RecordBatchStream, SendableRecordBatchStream};
use futures::{FutureExt, Stream, StreamExt};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tronie_common::{Counts, QueryScope};
use tronie_udf_kit::UdfEnv;

/// The stream of a query that asks models: before it ends, with an error too, what the models have answered is written.
/// If nobody waits for the end, it is written in the background.
pub(crate) struct FlushAtEnd {
    batches: SendableRecordBatchStream,
    env: UdfEnv,
    scope: QueryScope,
    state: State,
}

enum State {
    Running,
    /// The flush, and the error that ended the query.
    Flushing(JoinHandle<()>, Option<Result<RecordBatch>>),
    Ended,
}

impl FlushAtEnd {
    pub(crate) fn new(batches: SendableRecordBatchStream, env: UdfEnv, scope: QueryScope) -> Self {
        Self {
            batches,
            env,
            scope,
            state: State::Running,
        }
    }

    fn start(&self) -> Option<JoinHandle<()>> {
        // What other queries have asked is theirs to write.
        if self.scope.counts() == Counts::default() || !self.env.models().has_unsaved() {
            return None;
        }
        let env = self.env.clone();
        let handle = Handle::try_current().ok()?;
        Some(handle.spawn_blocking(move || env.models().flush()))
    }
}

impl Stream for FlushAtEnd {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.state {
                State::Running => match ready!(self.batches.poll_next_unpin(context)) {
                    Some(Ok(batch)) => return Poll::Ready(Some(Ok(batch))),
                    end => match self.start() {
                        Some(flush) => self.state = State::Flushing(flush, end),
                        None => {
                            self.state = State::Ended;
                            return Poll::Ready(end);
                        }
                    },
                },
                State::Flushing(flush, end) => {
                    // A flush that fails has said so in the log.
                    let _ = ready!(flush.poll_unpin(context));
                    let end = end.take();
                    self.state = State::Ended;
                    return Poll::Ready(end);
                }
                State::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl RecordBatchStream for FlushAtEnd {
    fn schema(&self) -> SchemaRef {
        self.batches.schema()
    }
}

impl Drop for FlushAtEnd {
    fn drop(&mut self) {
        if matches!(self.state, State::Running) {
            self.start();
        }
    }
}
