//! What models have done, counted by model: for one query, or for a process since its start.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

/// What became of the texts that a model was asked about, and what that cost. Texts are counted when the call that asks
/// (one for each batch of rows, usually 8,192 of them) has its answers. From then on
/// `texts = repeated + remembered + stored + cascaded + inferred + failed`; only calls that were cancelled or failed as a whole
/// leave `inferred` texts that nobody got an answer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows that are neither NULL nor blank, each time a function asks about them.
    pub texts: u64,
    /// Of these, rows whose text stands in the same call before.
    pub repeated: u64,
    /// Distinct texts of a call that were answered from memory, or by another call that was computing them at that time.
    pub remembered: u64,
    /// Distinct texts of a call that were answered from the cache of answers in the warehouse.
    pub stored: u64,
    /// Distinct texts of a call that the cascade's linear model answered.
    pub cascaded: u64,
    /// Texts that the cascade was sure of and that went through the model all the same, to see whether it agrees.
    pub audited: u64,
    /// Of these, texts on whose answer both agreed.
    pub agreed: u64,
    /// Distinct texts of a call that went through the model.
    pub inferred: u64,
    /// Distinct texts of a call that the model could not process.
    pub failed: u64,
    /// Tokens of the inferred texts, without padding.
    pub tokens: u64,
    /// Padding tokens that were computed beside them.
    pub padding: u64,
    /// Runs of the model.
    pub batches: u64,
    /// Time in the model, added up over all threads.
    pub time: Duration,
}

impl Counts {
    /// Distinct texts of a call, added up over the calls.
    pub fn distinct(&self) -> u64 {
        self.texts.saturating_sub(self.repeated)
    }

    /// Texts that are answered so far, also within a call that has not returned yet.
    pub fn answered(&self) -> u64 {
        self.texts.max(self.inferred)
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        // By name, so that a new count cannot be left out.
        let Self {
            texts,
            repeated,
            remembered,
            stored,
            cascaded,
            audited,
            agreed,
            inferred,
            failed,
            tokens,
            padding,
            batches,
            time,
        } = other;
        self.texts += texts;
        self.repeated += repeated;
        self.remembered += remembered;
        self.stored += stored;
        self.cascaded += cascaded;
        self.audited += audited;
        self.agreed += agreed;
        self.inferred += inferred;
        self.failed += failed;
        self.tokens += tokens;
        self.padding += padding;
        self.batches += batches;
        self.time += time;
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::add)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (texts, distinct, remembered, stored) = (self.texts, self.distinct(), self.remembered, self.stored);
        write!(
            f,
            "texts={texts}, distinct={distinct}, remembered={remembered}, stored={stored}, "
        )?;
        if self.cascaded > 0 {
            let (cascaded, agreed, audited) = (self.cascaded, self.agreed, self.audited);
            write!(f, "cascaded={cascaded}, agreed={agreed} of {audited} audited, ")?;
        }
        let (inferred, failed, tokens, padding) = (self.inferred, self.failed, self.tokens, self.padding);
        write!(
            f,
            "inferred={inferred}, failed={failed}, tokens={tokens}, padding={padding}, "
        )?;
        write!(f, "batches={}, seconds={:.3}", self.batches, self.time.as_secs_f64())
    }
}

/// Counts that several threads add to.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Counts>);

impl Tally {
    /// Adds to the counts. Meant to be called for a batch of texts, not for each.
    pub fn add(&self, counts: Counts) {
        *self.0.lock() += counts;
    }

    /// The counts so far.
    pub fn counts(&self) -> Counts {
        *self.0.lock()
    }
}

/// A tally for each model, by its name.
#[derive(Debug, Default)]
pub struct Tallies(Mutex<BTreeMap<String, Arc<Tally>>>);

impl Tallies {
    /// The tally of a model, made when it is first asked for.
    pub fn of(&self, model: &str) -> Arc<Tally> {
        let mut tallies = self.0.lock();
        if let Some(tally) = tallies.get(model) {
            return Arc::clone(tally);
        }
        Arc::clone(tallies.entry(model.to_owned()).or_default())
    }

    /// The counts so far, in the order of the models' names.
    pub fn counts(&self) -> Vec<(String, Counts)> {
        let tallies = self.0.lock();
        tallies
            .iter()
            .map(|(model, tally)| (model.clone(), tally.counts()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_add_up_by_model() {
        let tallies = Tallies::default();
        let texts = |texts| Counts {
            texts,
            repeated: 1,
            ..Counts::default()
        };
        tallies.of("b").add(texts(2));
        tallies.of("a").add(texts(3));
        tallies.of("b").add(texts(4));
        let counts = tallies.counts();
        let by_model: Vec<_> = counts
            .iter()
            .map(|(model, counts)| (model.as_str(), counts.texts))
            .collect();
        assert_eq!(by_model, [("a", 3), ("b", 6)]);
        assert_eq!(counts[1].1.distinct(), 4);
        assert_eq!(counts.into_iter().map(|(_, counts)| counts).sum::<Counts>().texts, 9);
    }

    #[test]
    fn counts_read_as_one_line() {
        let counts = Counts {
            texts: 5,
            repeated: 2,
            time: Duration::from_millis(1_500),
            ..Counts::default()
        };
        assert_eq!(
            counts.to_string(),
            "texts=5, distinct=3, remembered=0, stored=0, inferred=0, failed=0, tokens=0, padding=0, batches=0, \
             seconds=1.500"
        );
    }
}
