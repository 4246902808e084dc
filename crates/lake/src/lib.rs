//! Delta Lake tables: read at a version, published whole or not at all.
//!
//! A [`Draft`] takes rows and writes data files that no reader sees. [`publish`] makes the files of a finished draft a version
//! of the table, by one object of the table's log that is created where there is none. A finished draft can be written down
//! ([`Written`] is serde's), so that what a killed process has prepared can be published by the next one, once.

mod draft;
mod error;
mod history;
mod place;
mod publish;
mod table;

pub use draft::{Draft, Written};
pub use error::Error;
pub use history::{Forgotten, keep_newest};
pub use place::Place;
pub use publish::{Commit, Mode, publish};
pub use table::{History, Table};
