//! Why nothing can be made up.

/// Why nothing can be made up.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum Error {
    /// There is no such industry.
    #[error("there is no industry `{0}`; take retail, finance, internet or healthcare")]
    Industry(String),
    /// More customers than have numbers.
    #[error("{0} customers are too many; make up at most {MOST_CUSTOMERS}")]
    Customers(u64),
    /// The day is outside of what timestamps can say, with years before and after it.
    #[error("the data cannot end on {0}; take a day from 1900-01-01 to 2200-01-01")]
    AsOf(chrono::NaiveDate),
    /// The description of a table and what makes it do not belong together: a mistake of this crate.
    #[error("the table `{table}` is described wrongly: {reason}")]
    Schema {
        /// Which.
        table: String,
        /// What is wrong.
        reason: String,
    },
    /// The sentences that texts are made of are written wrongly: a mistake of this crate.
    #[error("the sentences of {language} are written wrongly in line {line}: {reason}")]
    Sentences {
        /// `zh` or `en`.
        language: &'static str,
        /// Counted from 1, over all files of the language.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

/// So many customers have numbers of their own.
pub const MOST_CUSTOMERS: u64 = 1 << 40;
