//! What is learned from rows of numbers: states that fits gather and merge, what they come to, how good it is and why.
//!
//! Nothing in here knows Arrow, SQL, files or models of text: numbers in, numbers out.

pub mod clv;
mod error;
pub mod hash;
pub mod kmeans;
pub mod labels;
pub mod linear;
pub mod logistic;
pub mod metrics;
mod parallel;
pub mod prepare;
mod random;
pub mod split;
pub mod spread;
pub mod table;
pub mod train;
pub mod trained;

pub use error::Error;
