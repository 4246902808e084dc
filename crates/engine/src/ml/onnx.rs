//! Models in ONNX files: reading those that scikit-learn, XGBoost and LightGBM export, and writing ours.

mod build;
mod copy;
mod export;
mod graphs;
mod import;
mod inspect;
mod predict;
mod proto;

pub(crate) use copy::copy;
pub(crate) use graphs::Graphs;
pub(crate) use import::{FILE, Import, kept, read};
pub(crate) use predict::{answers, call, importance};
