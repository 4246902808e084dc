//! A started session: threads, models, tables.

use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tronie_engine::{EngineSettings, LocalBackend, SessionBuilder};
use tronie_ort::OnnxRuntime;
use tronie_pipeline::RunsTable;

use crate::args::EngineArgs;
use crate::failure::Failure;
use crate::{places, settings};

/// A session, the threads that it runs on, and what it was made by.
pub(crate) struct Started {
    pub(crate) runtime: Runtime,
    pub(crate) builder: Arc<SessionBuilder>,
    pub(crate) backend: Arc<LocalBackend>,
    /// Where tables are published, if that was said.
    pub(crate) warehouse: Option<String>,
}

/// Starts a session and the threads that it runs on.
pub(crate) fn start(engine: EngineArgs) -> Result<Started, Failure> {
    start_with(settings::load(engine)?)
}

/// Starts a session as its settings say.
pub(crate) fn start_with(settings: EngineSettings) -> Result<Started, Failure> {
    let warehouse = settings.warehouse.clone();
    // The threads of queries block while they wait for models; two more keep signals and the network going.
    let threads = settings
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
        + 2;
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let runtime = runtime.map_err(|e| Failure::Query(format!("threads cannot be started: {e}")))?;
    let wrong = |e: tronie_engine::Error| Failure::Usage(e.to_string());
    let mut builder =
        SessionBuilder::new(settings, Arc::new(OnnxRuntime::new(places::onnxruntime()))).map_err(wrong)?;
    if let Some(warehouse) = &warehouse {
        builder = builder.with_table(tronie_pipeline::RUNS_TABLE, Arc::new(RunsTable::new(warehouse)));
    }
    let backend = Arc::new(runtime.block_on(builder.session()).map_err(wrong)?);
    Ok(Started {
        runtime,
        builder: Arc::new(builder),
        backend,
        warehouse,
    })
}
