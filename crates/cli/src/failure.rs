//! How a command fails: what it says and its exit code.

use std::io;
use std::process::ExitCode;

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A query failed: exit code 1.
    Query(String),
    /// The command was called in a wrong way: exit code 2, as for unknown flags.
    Usage(String),
    /// Checks of a pipeline found rows: exit code 3. Nothing was published.
    Checks(String),
    /// Another run of the same pipeline is at work: exit code 4. Trying again later helps.
    Busy(String),
    /// A signal ended it: exit code 128 and the signal's number, as shells expect.
    Interrupted { signal: u8, wrote_nothing: bool },
    /// Whoever read the output has gone, as `head` does when it has enough. No failure of ours.
    NobodyReads,
}

impl Failure {
    pub(crate) fn message(&self) -> Option<&str> {
        match self {
            Self::Query(message) | Self::Usage(message) | Self::Checks(message) | Self::Busy(message) => Some(message),
            Self::Interrupted {
                wrote_nothing: true, ..
            } => Some("interrupted; nothing was written"),
            Self::Interrupted {
                wrote_nothing: false, ..
            } => Some("interrupted"),
            Self::NobodyReads => None,
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Query(_) => ExitCode::FAILURE,
            Self::Usage(_) => ExitCode::from(2),
            Self::Checks(_) => ExitCode::from(3),
            Self::Busy(_) => ExitCode::from(4),
            Self::Interrupted { signal, .. } => ExitCode::from(128 + signal),
            Self::NobodyReads => ExitCode::SUCCESS,
        }
    }

    /// A failure to write the output.
    pub(crate) fn writing(target: &str, error: &io::Error) -> Self {
        Self::Query(format!("{target} cannot be written: {error}"))
    }
}

impl From<tronie_engine::Error> for Failure {
    fn from(error: tronie_engine::Error) -> Self {
        Self::Query(error.to_string())
    }
}

impl From<tronie_pipeline::Error> for Failure {
    fn from(error: tronie_pipeline::Error) -> Self {
        use tronie_pipeline::Error as Pipeline;
        let message = error.to_string();
        match error {
            Pipeline::Definition(_) => Self::Usage(message),
            Pipeline::Checks(_) => Self::Checks(message),
            Pipeline::Busy(_) => Self::Busy(message),
            _ => Self::Query(message),
        }
    }
}
