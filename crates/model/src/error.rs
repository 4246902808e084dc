//! What can go wrong with a model.

use std::path::PathBuf;

use tronie_common::{Kind, ModelCache};

use crate::backend::BackendError;

/// An error of a model or of the registry. Cloneable, because everybody who waits for the same model gets it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ModelError {
    /// No model of that name, no folder at that path.
    #[error(
        "model `{name}` is not in the registry (models there: {known}); name one of them, or a model folder by its path or URL"
    )]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that exist, for the message.
        known: String,
    },
    /// The folder behind a URL is not on this machine.
    #[error("{reason}")]
    Remote {
        /// Why not, and what would help. It names the URL where that is no secret.
        reason: String,
        /// What the caller can do about it.
        kind: Kind,
    },
    /// The folder does not hold a model that can be read.
    #[error("model folder `{}`: {reason}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it and what to do.
        reason: String,
    },
    /// A file is not the one that the manifest describes.
    #[error(
        "model `{model}`: the sha256 of `{}` is {got}, the manifest says {expected}; fetch the file again, or correct the manifest if the change is meant",
        .file.display()
    )]
    Digest {
        /// The model's name.
        model: String,
        /// The file that differs.
        file: PathBuf,
        /// The digest in the manifest.
        expected: String,
        /// The digest of the file.
        got: String,
    },
    /// The inference library refused the model or failed.
    #[error("model `{model}`: {source}")]
    Backend {
        /// The model's name.
        model: String,
        /// What the library said.
        source: BackendError,
    },
    /// The model does not answer the question that the function asks.
    #[error("model `{model}` cannot answer `{task}`: {reason}")]
    Task {
        /// The model's name.
        model: String,
        /// The task, such as `sentiment`.
        task: String,
        /// Why not, and what would help.
        reason: String,
    },
    /// A text could not be processed and `tronie.on_error` is `fail`.
    #[error(
        "model `{model}` cannot process the text {excerpt}: {reason}; set tronie.on_error = 'null' to get null instead"
    )]
    Text {
        /// The model's name.
        model: String,
        /// The beginning of the text, quoted.
        excerpt: String,
        /// What happened.
        reason: String,
    },
    /// The memory limit is reached.
    #[error("model `{model}`: {reason}")]
    Memory {
        /// The model's name.
        model: String,
        /// How much was asked and what is left.
        reason: String,
    },
    /// Answers are to be kept, but there is no place for them.
    #[error(
        "tronie.model_cache is '{cache}', but there is no warehouse to keep answers in; name one by --warehouse, or set tronie.model_cache = 'off'"
    )]
    NoStore {
        /// The option.
        cache: ModelCache,
    },
    /// The query was cancelled.
    #[error("the query was cancelled")]
    Cancelled,
}

impl ModelError {
    /// What the caller can do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Unknown { .. } => Kind::Missing,
            Self::Remote { kind, .. } => *kind,
            Self::Folder { .. }
            | Self::Digest { .. }
            | Self::Task { .. }
            | Self::Text { .. }
            | Self::NoStore { .. } => Kind::Input,
            Self::Backend { source, .. } => source.kind,
            Self::Memory { .. } => Kind::Exhausted,
            Self::Cancelled => Kind::Cancelled,
        }
    }

    /// The same error, said of the URL that the model was brought from.
    pub(crate) fn of_url(self, url: &str) -> Self {
        match self {
            Self::Folder { reason, .. } => Self::Folder {
                folder: PathBuf::from(url),
                reason,
            },
            Self::Backend { source, .. } => Self::Backend {
                model: url.to_owned(),
                source,
            },
            Self::Memory { reason, .. } => Self::Memory {
                model: url.to_owned(),
                reason,
            },
            other => other,
        }
    }
}
