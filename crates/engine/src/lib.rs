//! Tronie's SQL engine: DataFusion with Tronie's functions, and files and object stores as tables.
//!
//! [`SessionBuilder`] is the only place that makes a session. Entry points see a [`QueryBackend`]: statements in, streams
//! of Arrow batches out, errors that say what to do.

mod arguments;
mod backend;
mod copy;
mod error;
mod files;
mod functions;
mod lineage;
mod local;
mod memory;
mod ml;
mod model_cache;
mod model_stats;
mod progress;
mod reference;
mod remote_models;
mod rules;
mod session;
mod settings;
mod statements;
mod stores;

pub use backend::{Ask, Query, QueryBackend};
pub use error::Error;
pub use files::InputFile;
pub use functions::FUNCTION_SETS;
pub use lineage::ColumnLineage;
pub use local::LocalBackend;
pub use progress::Progress;
pub use reference::{FunctionEntry, functions_markdown, options_markdown, own_functions};
pub use session::SessionBuilder;
pub use settings::EngineSettings;
pub use statements::{Parameter, Statement, split};
pub use tronie_common::{Counts, Kind, QueryScope};
