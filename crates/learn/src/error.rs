//! Why nothing can be learned from some rows.

/// Why a fit, a metric or a merge is not possible.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum Error {
    /// The rows, as a whole, do not allow it: too few, one class only, constant.
    #[error("{0}")]
    Rows(String),
    /// A parameter is outside what makes sense.
    #[error("{0}")]
    Parameter(String),
    /// Two states, or a model and its rows, do not belong together.
    #[error("{0}")]
    Mismatch(String),
    /// Somebody asked to stop.
    #[error("the fit was cancelled")]
    Cancelled,
    /// A written state cannot be read back.
    #[error("a written state of {of} is broken: {reason}; fit it again")]
    State {
        /// Of what.
        of: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}
