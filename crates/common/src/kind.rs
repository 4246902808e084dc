//! What a caller can do about an error.

/// Sorts errors by what the caller can do about them; every entry point maps it to its own status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The query, an argument or the data it names is wrong: change it.
    Input,
    /// A table, file, model or library is not there: name another, or bring it.
    Missing,
    /// Credentials are missing, wrong or insufficient.
    Denied,
    /// Memory or another limit is used up: raise it, or ask for less.
    Exhausted,
    /// The query was cancelled.
    Cancelled,
    /// A fault of the machine, the network or the program.
    Fault,
}
