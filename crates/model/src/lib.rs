//! What a text model is, and how texts get through it once and only once.
//!
//! A model is a folder: `manifest.toml`, `model.onnx` and `tokenizer.json`, or a Hugging Face export as it is. [`Models`]
//! finds such folders, loads each once per process and answers texts: repeats and known answers first, those known since
//! another run among them if an [`AnswerStore`] keeps them, the rest tokenised in parallel, sorted by length, packed by a token budget and run on one single-threaded session a core.
//!
//! The crate knows no SQL and no inference library: a [`Backend`] runs the graphs.

mod answers;
mod backend;
mod batch;
mod cascade;
mod counted;
mod distinct;
mod easy;
mod error;
mod huggingface;
mod loaded;
mod manifest;
mod memory;
mod models;
mod question;
mod registry;
mod remote;
mod shelves;
mod store;
pub mod stub;
mod tabular;
mod tokens;
mod workers;

pub use answers::{Answer, Key, Row};
pub use backend::{Backend, BackendError, Graph, GraphOutput, Session, Tensor, TokenBatch};
pub use error::ModelError;
pub use huggingface::{EXPORT_CONFIG, EXPORT_GRAPHS, EXPORT_TOKENIZER};
pub use loaded::Model;
pub use manifest::{Batching, FileEntry, Files, Manifest, Output, OutputKind};
pub use memory::{Memory, Unlimited};
pub use models::{Models, ModelsConfig, Request};
pub use question::{Question, TokenReader, TokenVectors};
pub use registry::Registry;
pub use remote::{LocalFolder, RemoteFolders, is_url};
pub use store::{AnswerStore, Entries, Shelf, StoreError, StoredFile};
pub use tabular::{TabularAnswer, TabularGraph, TabularInput, TabularKind, TabularOutput, TabularValues};
