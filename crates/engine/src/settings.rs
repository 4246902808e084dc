//! What a process decides once, before its first session.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// How the engine of a process is set up. The command line fills it from `tronie.toml`, the environment and its flags.
#[derive(Debug, Clone, Default)]
pub struct EngineSettings {
    /// Threads for queries and for inference, each; `None` is one a core.
    pub threads: Option<usize>,
    /// The most bytes that queries and models may take together; `None` is no limit.
    pub memory_limit: Option<usize>,
    /// Where models are found by name, the first folder first.
    pub model_folders: Vec<PathBuf>,
    /// Where copies of models are kept that queries name by their URLs; with `None` they cannot be.
    pub cache_folder: Option<PathBuf>,
    /// A folder or URL whose files and sub-folders are tables by their names.
    pub warehouse: Option<String>,
    /// Tables by name: a path, folder, glob or URL each.
    pub tables: BTreeMap<String, String>,
    /// Options set at the start of each session, such as `tronie.on_error`.
    pub options: BTreeMap<String, String>,
    /// Credentials, endpoints and regions of object stores, under the names that they have in the environment:
    /// `AWS_ACCESS_KEY_ID`, `GOOGLE_SERVICE_ACCOUNT`, `AZURE_STORAGE_ACCOUNT_KEY` and their like.
    pub store_environment: BTreeMap<String, String>,
}
