//! What every Tronie crate shares: kinds of errors, the `tronie.*` options, and the scope and counts of a running query.
//!
//! This crate is the floor of the house: it depends on no other Tronie crate.

mod characters;
mod counts;
mod kind;
mod options;
mod scope;

pub use characters::is_invisible;
pub use counts::{Counts, Tallies, Tally};
pub use kind::Kind;
pub use options::{ModelCache, OnError, Rate, TronieOptions};
pub use scope::QueryScope;
