//! Models' memory, counted in the pool that queries share.

use std::sync::Arc;

use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation};
use tronie_model::Memory;

/// The models' part of a memory pool.
#[derive(Debug)]
pub(crate) struct PooledMemory {
    reservation: MemoryReservation,
    limit: Option<usize>,
}

impl PooledMemory {
    pub(crate) fn new(pool: &Arc<dyn MemoryPool>, limit: Option<usize>) -> Self {
        Self {
            reservation: MemoryConsumer::new("models").register(pool),
            limit,
        }
    }
}

impl Memory for PooledMemory {
    fn try_grow(&self, bytes: usize) -> Result<(), String> {
        self.reservation.try_grow(bytes).map_err(|_| {
            let limit = self.limit.map_or_else(|| "no limit".to_owned(), megabytes);
            let (needed, held) = (megabytes(bytes), megabytes(self.reservation.size()));
            format!("it needs {needed} more memory, models hold {held}, and the limit is {limit}; raise --memory-limit")
        })
    }

    fn shrink(&self, bytes: usize) {
        self.reservation.shrink(bytes);
    }
}

fn megabytes(bytes: usize) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
