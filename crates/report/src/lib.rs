//! A report of a pipeline as one HTML file that needs nothing else: no network, no server.
//!
//! Whoever runs the SQL hands over the rows of each panel as Arrow batches; nothing in here knows an engine or files.
//! What a panel is, the comments at the head of its SQL file say: see [`Head`].
//!
//! | chart | rows |
//! | --- | --- |
//! | `number` | one: each column a big figure with its name |
//! | `bar`, `column` | labels (`x`) and columns of numbers (`y`), or one of numbers split by `series`; 200 at most |
//! | `line`, `area` | the same over times, numbers or labels; 5,000 rows at most |
//! | `doughnut` | labels and one column of numbers, none below 0; the smallest are one share |
//! | `scatter` | two columns of numbers (`x`, `y`), coloured by `series`; 5,000 rows at most |
//! | `histogram` | one column of numbers (`x`), binned here into `bins` |
//! | `heatmap` | labels `x` and `y` and a number `value`, one row a pair; 60 by 60 at most |
//! | `keywords` | a text and a number, with a text before them that says whose; or a list of structs of both |
//! | `table` | any, 200 at most |
//! | `facts` | one, nested values too |
//! | `timeline` | columns `at`, `kind`, `text`, and others; 300 at most |
//! | `text` | a column of texts, a list of structs of a word and what it did, and others; 100 at most |

mod error;
mod head;
mod html;
mod page;
mod panels;
mod style;
mod table;
mod value;

use arrow::array::RecordBatch;

pub use error::Error;
pub use head::{Chart, Format, Head, Width};
pub use page::render;

/// A panel: what its head says, and the rows of its query.
#[derive(Debug, Clone)]
pub struct Panel {
    /// What the comments of its file say.
    pub head: Head,
    /// The rows: batches of one query. None at all is a panel that says `no rows`.
    pub batches: Vec<RecordBatch>,
}

/// What is on the page, from top to bottom.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The heading.
    pub title: String,
    /// A sentence below it; none if empty.
    pub subtitle: String,
    /// Names and values at the top: the run, its day, rows.
    pub facts: Vec<(String, String)>,
    /// The panels, in their order.
    pub panels: Vec<Panel>,
    /// The checks of the run.
    pub checks: Vec<CheckRow>,
    /// The steps of the run.
    pub steps: Vec<StepRow>,
    /// The page of one customer, at the end, or alone where nothing else is given.
    pub customer: Option<CustomerPage>,
}

/// The page of one customer.
#[derive(Debug, Clone, Default)]
pub struct CustomerPage {
    /// The customer's id.
    pub id: String,
    /// The customer's name; the id is the heading if it is empty.
    pub name: String,
    /// Names and values below the heading.
    pub facts: Vec<(String, String)>,
    /// The panels, in their order.
    pub panels: Vec<Panel>,
}

/// A check of a run.
#[derive(Debug, Clone)]
pub struct CheckRow {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// How many rows it found.
    pub found: u64,
    /// What it looks for, or an example of what it found; may be empty.
    pub about: String,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOutcome {
    /// It found nothing.
    Passed,
    /// It found rows, and the run went on.
    Warning,
    /// It found rows, and nothing was published.
    Failed,
}

/// A step of a run.
#[derive(Debug, Clone)]
pub struct StepRow {
    /// Its name.
    pub name: String,
    /// `view`, `table` or `model`.
    pub kind: String,
    /// How many rows it made; none for a view.
    pub rows: Option<u64>,
    /// How long it took.
    pub seconds: f64,
    /// The version of a model, or whatever else there is to say; may be empty.
    pub about: String,
}
