//! Made-up customers with a known truth: who they are, what they do, buy and write, and what they will do.
//!
//! [`tables`] gives the tables of an industry as streams of Arrow batches. SCHEMA.md describes them, down to what is wrong
//! in them on purpose.
//!
//! ```
//! use tronie_datagen::{Industry, Options, tables};
//!
//! let options = Options { customers: 10, ..Options::new(Industry::Retail) };
//! for table in tables(&options)? {
//!     let rows: usize = table.batches.map(|batch| batch.num_rows()).sum();
//!     assert!(rows > 0, "{} is empty", table.name);
//! }
//! # Ok::<(), tronie_datagen::Error>(())
//! ```

mod clock;
mod dirt;
mod error;
mod finance;
mod healthcare;
mod identity;
mod ids;
mod internet;
mod names;
mod options;
mod random;
mod retail;
mod schema;
mod sheet;
mod stream;
mod text;
mod world;

use std::sync::Arc;

pub use error::{Error, MOST_CUSTOMERS};
pub use options::{Industry, Options};
pub use stream::Table;

use stream::Write;
use world::World;

/// The tables of an industry. Nothing is made before a batch is asked for, and no batch is kept.
///
/// # Errors
/// If there are too many customers, or the data would end on a day without a history.
pub fn tables(options: &Options) -> Result<Vec<Table>, Error> {
    options.check()?;
    let writers = match options.industry {
        Industry::Retail => retail::TABLES,
        Industry::Finance => finance::TABLES,
        Industry::Internet => internet::TABLES,
        Industry::Healthcare => healthcare::TABLES,
    };
    let world = Arc::new(World::new(options)?);
    let layouts = schema::layouts(options.industry.name())?;
    let unknown = writers
        .iter()
        .find(|(name, _)| layouts.iter().all(|layout| layout.name != *name));
    if let Some((table, _)) = unknown {
        return Err(Error::Schema {
            table: (*table).to_owned(),
            reason: "it is not described".to_owned(),
        });
    }
    let table = |layout: schema::Layout| {
        let (_, write) = *writers
            .iter()
            .find(|(name, _)| *name == layout.name)
            .ok_or_else(|| Error::Schema {
                table: layout.name.to_owned(),
                reason: "nothing makes its rows".to_owned(),
            })?;
        // The catalogue is nobody's: it comes once.
        let customers = if layout.name == "products" {
            1
        } else {
            options.customers
        };
        Ok(Table::new(layout, &world, customers, write))
    };
    layouts.into_iter().map(table).collect()
}

/// Tables that every industry has.
const SHARED: [(&str, Write); 2] = [
    ("accounts", identity::write_accounts),
    ("truth_accounts", identity::write_truth),
];
