//! Tables as streams of batches: one customer after the other, nothing kept.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::schema::Layout;
use crate::sheet::{ROWS, Sheet};
use crate::world::World;

/// Writes the rows of one customer.
pub(crate) type Write = fn(&World, u64, &mut Sheet);

/// A table, in batches of about 8,192 rows.
pub struct Table {
    /// What it is called.
    pub name: &'static str,
    /// What is in it.
    pub description: &'static str,
    /// Its columns, each with a `comment` in its metadata.
    pub schema: SchemaRef,
    /// Its rows, customer by customer. They are made when asked for.
    pub batches: Box<dyn Iterator<Item = RecordBatch> + Send>,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("name", &self.name)
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

impl Table {
    pub(crate) fn new(layout: Layout, world: &Arc<World>, customers: u64, write: Write) -> Self {
        Self {
            name: layout.name,
            description: layout.description,
            schema: Arc::clone(&layout.schema),
            batches: Box::new(Batches {
                sheet: Sheet::new(layout, Arc::clone(world)),
                world: Arc::clone(world),
                next: 0,
                customers,
                write,
            }),
        }
    }
}

struct Batches {
    sheet: Sheet,
    world: Arc<World>,
    next: u64,
    customers: u64,
    write: Write,
}

impl Iterator for Batches {
    type Item = RecordBatch;

    fn next(&mut self) -> Option<RecordBatch> {
        while self.sheet.rows() < ROWS && self.next < self.customers {
            self.sheet.begin(self.next);
            (self.write)(&self.world, self.next, &mut self.sheet);
            self.next += 1;
        }
        (self.sheet.rows() > 0).then(|| self.sheet.finish())
    }
}
