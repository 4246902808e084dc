//! What to make up.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use crate::Error;
use crate::error::MOST_CUSTOMERS;

/// A kind of business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Industry {
    /// A shop with a web site, an app and stores.
    Retail,
    /// A bank.
    Finance,
    /// A software service.
    Internet,
    /// Clinics and pharmacies.
    Healthcare,
}

impl Industry {
    /// All of them.
    pub fn all() -> [Self; 4] {
        [Self::Retail, Self::Finance, Self::Internet, Self::Healthcare]
    }

    /// What it is called on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Retail => "retail",
            Self::Finance => "finance",
            Self::Internet => "internet",
            Self::Healthcare => "healthcare",
        }
    }
}

impl fmt::Display for Industry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Industry {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::all()
            .into_iter()
            .find(|industry| industry.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| Error::Industry(name.to_owned()))
    }
}

/// What to make up. A customer's rows depend on all but `customers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The kind of business.
    pub industry: Industry,
    /// How many customers; at most 2^40.
    pub customers: u64,
    /// Another seed makes up other customers.
    pub seed: u64,
    /// The day at whose beginning the data end.
    pub as_of: NaiveDate,
    /// Whether some rows are wrong on purpose.
    pub dirty: bool,
}

impl Options {
    /// Ten thousand customers until 2026-11-01, with dirt.
    pub fn new(industry: Industry) -> Self {
        Self {
            industry,
            customers: 10_000,
            seed: 42,
            as_of: NaiveDate::from_ymd_opt(2026, 11, 1).unwrap_or_default(),
            dirty: true,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.customers > MOST_CUSTOMERS {
            return Err(Error::Customers(self.customers));
        }
        let (first, last) = (NaiveDate::from_ymd_opt(1900, 1, 1), NaiveDate::from_ymd_opt(2200, 1, 1));
        if Some(self.as_of) < first || Some(self.as_of) > last {
            return Err(Error::AsOf(self.as_of));
        }
        Ok(())
    }
}
