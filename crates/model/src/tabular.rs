//! Graphs over columns of tables: what scikit-learn, XGBoost and LightGBM export.

use std::fmt::Debug;

use crate::backend::BackendError;

/// A loaded graph that reads columns of numbers and words. It may be run by several threads at once.
pub trait TabularGraph: Debug + Send + Sync {
    /// What it reads, in the graph's order.
    fn inputs(&self) -> &[TabularInput];

    /// What it gives, in the graph's order.
    fn outputs(&self) -> &[TabularOutput];

    /// Computes the named outputs for `rows` rows on the calling thread. `inputs` has the values of each input, row by
    /// row, `rows * columns` of them, of the kind that the input reads.
    ///
    /// # Errors
    /// When the computation fails, for one row of several too. The graph stays usable.
    fn run(&self, rows: usize, inputs: &[TabularValues], outputs: &[&str]) -> Result<Vec<TabularAnswer>, BackendError>;
}

/// What kind of values a graph reads or gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TabularKind {
    /// Numbers, `float` or `double`.
    Number,
    /// Whole numbers and booleans.
    Integer,
    /// Words.
    Text,
}

/// An input of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabularInput {
    /// Its name.
    pub name: String,
    /// What it reads.
    pub kind: TabularKind,
    /// How many columns of the table it takes; `None` where the graph leaves that open.
    pub columns: Option<usize>,
    /// Its type, as a person reads it: `float [rows, 4]`.
    pub shown: String,
}

/// An output of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabularOutput {
    /// Its name.
    pub name: String,
    /// What it gives.
    pub kind: TabularKind,
    /// Whether it gives a number for each of some keys, by name, as classifiers of scikit-learn do unless they are exported
    /// with `zipmap=False`.
    pub is_map: bool,
    /// How many values there are for each row, where that is known before the first one.
    pub columns: Option<usize>,
    /// Its type, as a person reads it.
    pub shown: String,
}

/// Values of one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum TabularValues {
    /// Numbers.
    Numbers(Vec<f64>),
    /// Whole numbers; booleans as 0 and 1.
    Integers(Vec<i64>),
    /// Words.
    Texts(Vec<String>),
}

/// What an output gives for some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct TabularAnswer {
    /// How many values there are for each row.
    pub columns: usize,
    /// The keys of a map, one a column; empty for what is no map.
    pub keys: Vec<String>,
    /// The values, row by row.
    pub values: TabularValues,
}
