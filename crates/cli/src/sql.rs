//! `tronie sql`.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tronie_engine::{Ask, LocalBackend, QueryBackend, QueryScope, Statement, split};

use crate::args::{Format, SqlArgs};
use crate::failure::Failure;
use crate::output::{Output, Target};
use crate::{progress, prompt, session};

/// A started session and how its results are written.
pub(crate) struct Session {
    runtime: Runtime,
    backend: Arc<LocalBackend>,
    target: Target,
    max_rows: usize,
}

pub(crate) fn run(args: SqlArgs) -> Result<(), Failure> {
    let sql = read_sql(&args)?;
    let target = Target::new(args.format, args.output)?;
    let session::Started { runtime, backend, .. } = session::start(args.engine)?;
    let session = Session {
        runtime,
        backend,
        target,
        max_rows: args.max_rows,
    };
    let outcome = match sql {
        Some(sql) => session.run_script(&sql),
        None => prompt::run(&session),
    };
    // What was cancelled may still be at its last batch; nobody waits for it.
    session.runtime.shutdown_background();
    outcome
}

/// The SQL to run; `None` is a prompt.
fn read_sql(args: &SqlArgs) -> Result<Option<String>, Failure> {
    let read_stdin = || {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    };
    let (what, text) = match (&args.command, &args.file) {
        (Some(command), _) => ("-c".to_owned(), Ok(command.clone())),
        (None, Some(file)) if file == Path::new("-") => ("standard input".to_owned(), read_stdin()),
        (None, Some(file)) => (format!("`{}`", file.display()), fs::read_to_string(file)),
        (None, None) if io::stdin().is_terminal() => return Ok(None),
        (None, None) => ("standard input".to_owned(), read_stdin()),
    };
    let text = text.map_err(|e| Failure::Usage(format!("{what} cannot be read: {e}")))?;
    if text.trim().is_empty() {
        return Err(Failure::Usage(format!(
            "{what} is empty; give a statement, such as -c \"select 1\""
        )));
    }
    Ok(Some(text))
}

impl Session {
    pub(crate) fn backend(&self) -> &LocalBackend {
        &self.backend
    }

    fn run_script(&self, sql: &str) -> Result<(), Failure> {
        let statements = split(sql)?;
        if statements.is_empty() {
            return Err(Failure::Usage("there is no statement in it, only comments".to_owned()));
        }
        if self.target.takes_one_result() {
            match statements.iter().filter(|statement| statement.returns_rows()).count() {
                0 => {
                    return Err(Failure::Usage(
                        "no statement returns rows, so there is nothing to write".to_owned(),
                    ));
                }
                1 => {}
                _ => {
                    let message = "a file holds one result, but several statements return rows; run them one by one";
                    return Err(Failure::Usage(message.to_owned()));
                }
            }
        }
        for statement in statements {
            self.run_statement(statement)?;
        }
        Ok(())
    }

    /// Runs one statement and writes its result. Returns the number of rows written, `None` for a statement that returns
    /// none. Ctrl-C cancels it.
    pub(crate) fn run_statement(&self, statement: Statement) -> Result<Option<usize>, Failure> {
        let scope = QueryScope::default();
        let limit = (self.target.format() == Format::Table && self.max_rows > 0).then_some(self.max_rows);
        let work = write_result(
            Arc::clone(&self.backend),
            statement,
            self.target.clone(),
            limit,
            scope.clone(),
        );
        self.runtime.block_on(async {
            // A task of its own: the future of this thread has to stay free to hear the signal.
            let mut task = tokio::spawn(work);
            tokio::select! {
                done = &mut task => done.unwrap_or_else(|e| Err(Failure::Query(format!("internal error: a task failed: {e}")))),
                signal = stopped() => {
                    scope.cancel();
                    task.abort();
                    // Its end removes what was half written.
                    let _ = timeout(Duration::from_secs(5), task).await;
                    Err(Failure::Interrupted { signal, wrote_nothing: self.target.is_file() })
                }
            }
        })
    }
}

/// Waits for Ctrl-C, or for the signals by which schedulers and closing terminals end a program; returns its number.
pub(crate) async fn stopped() -> u8 {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let wait = async |kind: SignalKind| match signal(kind) {
            Ok(mut signals) => drop(signals.recv().await),
            Err(_) => std::future::pending().await,
        };
        tokio::select! {
            () = wait(SignalKind::interrupt()) => 2,
            () = wait(SignalKind::terminate()) => 15,
            () = wait(SignalKind::hangup()) => 1,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
        2
    }
}

async fn write_result(
    backend: Arc<LocalBackend>,
    statement: Statement,
    target: Target,
    limit: Option<usize>,
    scope: QueryScope,
) -> Result<Option<usize>, Failure> {
    // One row more than is shown tells whether there are more.
    let ask = Ask {
        limit: limit.map(|rows| rows.saturating_add(1).min(i64::MAX as usize)),
        scope,
    };
    let mut query = backend.execute(statement, ask).await?;
    let shown = progress::show(query.progress());
    let schema = Arc::clone(query.schema());
    let mut output = None;
    let mut rows = 0;
    while let Some(batch) = query.next().await {
        let batch = batch?;
        if output.is_none() {
            output = Some(Output::open(&target, &schema)?);
        }
        if let Some(output) = &mut output {
            shown.hidden(|| output.write(&batch))?;
        }
        rows += batch.num_rows();
    }
    drop(shown);
    if schema.fields().is_empty() {
        return Ok(None);
    }
    let output = output.map_or_else(|| Output::open(&target, &schema), Ok)?;
    output.finish(limit)?;
    Ok(Some(limit.map_or(rows, |limit| rows.min(limit))))
}
