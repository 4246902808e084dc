//! Pipelines of SQL files: ordered, run, checked, published.
//!
//! A folder with a `pipeline.toml` and files of SQL is a [`Pipeline`]; a [`Plan`] says which of its steps a run takes and how;
//! a [`Runner`] takes them, through whatever runs queries, and publishes Delta Lake tables: all of a run, or none.

mod checks;
mod config;
mod erase;
mod error;
mod layout;
mod lineage;
mod load;
mod lock;
mod owner;
mod panels;
mod plan;
mod publish;
mod record;
mod run;
mod runs_table;
mod sources;
mod sql;

pub use config::{Config, Severity};
pub use erase::{ErasedTable, Erasure};
pub use error::Error;
pub use load::{Part, Pipeline, Step};
pub use panels::{Panel, Panels};
pub use plan::{Plan, Planned, StepKind};
pub use record::{CheckRecord, ColumnRecord, Inference, Input, OutputRecord, RunRecord, Status, StepRecord};
pub use run::{RunOptions, Runner, Watch};
pub use runs_table::{RUNS_TABLE, RunsTable};
