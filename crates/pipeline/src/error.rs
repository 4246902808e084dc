//! Why a run did not publish.

/// Why a run did not publish, by what its caller can do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The pipeline, or the way it was called, makes no sense: correct it.
    #[error("{0}")]
    Definition(String),
    /// A step failed.
    #[error("{step}: {source}")]
    Step {
        /// Which: its file, or what the runner was doing.
        step: String,
        /// Why.
        source: tronie_engine::Error,
    },
    /// Checks found rows. Nothing was published.
    #[error("{0}")]
    Checks(String),
    /// Another run of the same pipeline is at work.
    #[error("{0}")]
    Busy(String),
    /// A table cannot be published.
    #[error(transparent)]
    Lake(#[from] tronie_lake::Error),
    /// The warehouse cannot be read or written.
    #[error("the warehouse: {0}")]
    Store(String),
    /// It was cancelled.
    #[error("interrupted; nothing was published")]
    Cancelled,
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        Self::Store(error.to_string())
    }
}

impl Error {
    /// What went wrong with a step.
    pub(crate) fn step(step: impl Into<String>) -> impl FnOnce(tronie_engine::Error) -> Self {
        let step = step.into();
        move |source| match source.kind() {
            tronie_engine::Kind::Cancelled => Self::Cancelled,
            _ => Self::Step { step, source },
        }
    }
}
