//! Why a report cannot be drawn.

/// Why a panel's head cannot be read, or a panel not be drawn.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum Error {
    /// What the comments at the head of a panel's file say makes no sense: correct them.
    #[error("{file}: {reason}")]
    Head {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The rows of a panel are not what its chart can show: change the query or the chart.
    #[error("panel {file}: {reason}")]
    Panel {
        /// The panel's file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The data of the charts cannot be written.
    #[error("the charts' data cannot be written as json: {0}")]
    Json(String),
}
