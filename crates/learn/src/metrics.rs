//! How good predictions are.
//!
//! Each metric is a state: rows are added to it, states of parts of the rows merge, and what they come to is the same as
//! scikit-learn's function of that name over all rows. `tests/fixtures` holds what scikit-learn says.

pub mod auc;
pub mod confusion;
pub mod pairs;
pub mod silhouette;
#[cfg(test)]
mod tests;
