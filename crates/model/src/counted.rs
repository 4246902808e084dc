//! Where a call counts what it does.

use std::sync::Arc;

use tronie_common::{Counts, Tally};

/// The tallies of one model in a query and in the process.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    query: Arc<Tally>,
    process: Arc<Tally>,
}

impl Counted {
    pub(crate) fn new(query: Arc<Tally>, process: Arc<Tally>) -> Self {
        Self { query, process }
    }

    pub(crate) fn add(&self, counts: Counts) {
        self.query.add(counts);
        self.process.add(counts);
    }
}
