//! Trained models in SQL: the statements that make, list and drop them, the registry that keeps them, and the relations that
//! ask them.
//!
//! `CREATE MODEL` runs its query once, reads the rows into columns, trains (`tronie-learn`), and adds a version to the
//! registry. `ml_predict` and its like are planned into plain expressions, so that nothing of a model travels but numbers.

mod arithmetic;
mod columns;
mod create;
mod evaluate;
mod explain;
mod kept;
mod listing;
mod onnx;
mod options;
mod predict;
mod registry;
mod relations;
mod syntax;

pub(crate) use create::training;
pub(crate) use listing::{created, described, described_text, properties, shown};
pub(crate) use onnx::{copy, read as read_file};
pub(crate) use registry::TrainedRegistry;
pub(crate) use relations::ModelRelations;
pub(crate) use syntax::{CreateModel, ModelStatement, Refused};
