//! Linear regression by least squares, in one pass over the rows.
//!
//! The state is the triangular factor of a QR factorisation of the centred rows, updated block by block with Householder
//! reflections (Golub and Van Loan, Matrix Computations, 4th edition, 5.2 and 6.5; merging is the tall-skinny QR of Demmel,
//! Grigori, Hoemmen and Langou 2012). Sums of products, which square the condition of the columns, are never formed: a
//! polynomial of degree 10 in a raw variable keeps 7 of its digits, where the sums have none left.

mod fit;
mod reflect;
mod state;
#[cfg(test)]
mod tests;

pub use fit::{Linear, Statistic};
pub use state::State;

/// What a fit may be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// The ridge penalty: `l2` times the sum of squared coefficients is added to the sum of squared errors, as `alpha` of
    /// scikit-learn's `Ridge`. The intercept costs nothing. 0 for none.
    pub l2: f64,
    /// Whether there is an intercept; without one the plane goes through the origin.
    pub intercept: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            l2: 0.0,
            intercept: true,
        }
    }
}
