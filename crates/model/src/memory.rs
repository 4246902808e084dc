//! Memory that models take, counted where the query engine counts its own.

use std::fmt::Debug;
use std::sync::Arc;

/// A budget that several parties share.
pub trait Memory: Debug + Send + Sync {
    /// Takes `bytes` more.
    ///
    /// # Errors
    /// When the budget does not have them; the message says how much is left and what to do.
    fn try_grow(&self, bytes: usize) -> Result<(), String>;

    /// Gives `bytes` back.
    fn shrink(&self, bytes: usize);
}

/// No limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unlimited;

impl Memory for Unlimited {
    fn try_grow(&self, _: usize) -> Result<(), String> {
        Ok(())
    }

    fn shrink(&self, _: usize) {}
}

/// Bytes taken from a budget until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    memory: Arc<dyn Memory>,
    bytes: usize,
}

impl Held {
    pub(crate) fn take(memory: &Arc<dyn Memory>, bytes: usize) -> Result<Self, String> {
        memory.try_grow(bytes)?;
        Ok(Self {
            memory: Arc::clone(memory),
            bytes,
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.shrink(self.bytes);
    }
}
