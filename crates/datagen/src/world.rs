//! What all tables of one run share.

use crate::Error;
use crate::clock::{Day, Time, day_number, day_of, midnight};
use crate::ids::Id;
use crate::options::{Industry, Options};
use crate::random::{Random, hash, mix};
use crate::text::Words;

/// What all tables of one run share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) industry: Industry,
    /// Where all randomness comes from: seed and industry.
    pub(crate) key: u64,
    /// The midnight at which the data end.
    pub(crate) as_of: Time,
    pub(crate) dirty: bool,
    pub(crate) words: Words,
}

impl World {
    pub(crate) fn new(options: &Options) -> Result<Self, Error> {
        Ok(Self {
            industry: options.industry,
            key: mix(options.seed ^ mix(hash(options.industry.name()))),
            as_of: midnight(day_number(options.as_of)),
            dirty: options.dirty,
            words: Words::new(options.industry)?,
        })
    }

    pub(crate) fn today(&self) -> Day {
        day_of(self.as_of)
    }

    /// The random numbers of a customer for a purpose.
    pub(crate) fn random(&self, purpose: &str, customer: u64) -> Random {
        Random::new(self.key, purpose, customer)
    }

    /// The key of a customer's `n`th thing of a kind.
    pub(crate) fn id(&self, kind: char, customer: u64, n: usize) -> Id {
        Id::new(self.key, kind, customer, n as u64)
    }
}
