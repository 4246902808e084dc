//! Why a table cannot be read or published.

use deltalake::DeltaTableError;

/// Why a table cannot be read or published.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else has published in between.
    #[error("`{table}` was changed by somebody else meanwhile; run it again")]
    Conflict {
        /// The table.
        table: String,
    },
    /// The table has no such version.
    #[error("`{table}` has no version {version} (its newest is {newest})")]
    Version {
        /// The table.
        table: String,
        /// Which was asked for.
        version: u64,
        /// The newest there is.
        newest: u64,
    },
    /// A column is of a type that Delta tables do not have.
    #[error("`{table}` cannot be written: {reason}; cast the column to another type")]
    Type {
        /// The table.
        table: String,
        /// What does not fit.
        reason: String,
    },
    /// Anything else, by the library or the store.
    #[error("the delta table `{table}`: {source}")]
    Table {
        /// The table.
        table: String,
        /// What it says.
        source: Box<DeltaTableError>,
    },
}

impl Error {
    pub(crate) fn of(table: &str) -> impl Fn(DeltaTableError) -> Self + use<> {
        let table = table.to_owned();
        move |error| match error {
            DeltaTableError::Transaction {
                source: deltalake::kernel::transaction::TransactionError::CommitConflict(_),
            }
            | DeltaTableError::VersionAlreadyExists(_) => Self::Conflict { table: table.clone() },
            other => Self::Table {
                table: table.clone(),
                source: Box::new(other),
            },
        }
    }
}
