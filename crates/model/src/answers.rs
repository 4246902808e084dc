//! Answers that are known or on their way: no text is inferred twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// One output row of a model: a logit for each label, or an embedding.
pub type Row = Arc<[f32]>;

/// A text's row, or why the model could not process the text.
pub type Answer = Result<Row, Arc<str>>;

/// Identifies a question: 128 bits of BLAKE3 over the model's digest, the output and the text.
pub type Key = [u8; 16];

/// The key of `text` for an output of a model.
pub(crate) fn key(seed: &blake3::Hasher, text: &str) -> Key {
    let mut hasher = seed.clone();
    hasher.update(text.as_bytes());
    let mut key = [0; 16];
    hasher.finalize_xof().fill(&mut key);
    key
}

/// Bytes that an entry takes beside its numbers: key, pointers, the cache's own.
const ENTRY_OVERHEAD: u64 = 96;

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Key, Row> for Bytes {
    fn weight(&self, _: &Key, row: &Row) -> u64 {
        size_of_val::<[f32]>(row) as u64 + ENTRY_OVERHEAD
    }
}

/// The answers of a process: a bounded cache of finished ones and the calls that compute others right now.
#[derive(Debug)]
pub(crate) struct Answers {
    known: Cache<Key, Row, Bytes>,
    flights: Mutex<HashMap<Key, Arc<Flight>>>,
}

/// What to do about one text.
pub(crate) enum Claim {
    /// It is known.
    Known(Row),
    /// It was kept since another run, and is remembered from now on.
    Kept(Row),
    /// Another call computes it; wait for that after one's own work.
    Elsewhere(Arc<Flight>),
    /// It is the caller's to compute and to put into its flight.
    Mine,
}

impl Answers {
    pub(crate) fn new(capacity_bytes: u64) -> Self {
        let entries = usize::try_from(capacity_bytes / (ENTRY_OVERHEAD + 16)).unwrap_or(usize::MAX);
        Self {
            known: Cache::with_weighter(entries, capacity_bytes, Bytes),
            flights: Mutex::default(),
        }
    }

    /// For each text, given by its keys: claims the first for `flight`, unless its answer is known, `kept` has it or
    /// another flight. The others, which `flight` will answer by the way, go with the first if nobody else has claimed
    /// them.
    pub(crate) fn claim(
        &self,
        keys: &[&[Key]],
        flight: &Arc<Flight>,
        kept: impl Fn(&Key) -> Option<Row>,
    ) -> Vec<Claim> {
        let look = |keys: &&[Key]| {
            if let Some(row) = self.known.get(&keys[0]) {
                return Some(Claim::Known(row));
            }
            let row = kept(&keys[0])?;
            self.known.insert(keys[0], Arc::clone(&row));
            Some(Claim::Kept(row))
        };
        let found: Vec<Option<Claim>> = keys.iter().map(look).collect();
        let mut flights = self.flights.lock();
        let claim = |(keys, found): (&&[Key], Option<Claim>)| {
            if let Some(found) = found {
                return found;
            }
            match flights.get(&keys[0]) {
                Some(other) => Claim::Elsewhere(Arc::clone(other)),
                // Its flight may have landed since the first look.
                None => match self.known.get(&keys[0]) {
                    Some(row) => Claim::Known(row),
                    None => {
                        for key in *keys {
                            flights.entry(*key).or_insert_with(|| Arc::clone(flight));
                        }
                        Claim::Mine
                    }
                },
            }
        };
        keys.iter().zip(found).map(claim).collect()
    }

    /// Ends a flight: keeps its answers, hands them to those who wait and gives up its claims. A flight without answers
    /// (cancelled, failed) leaves its keys to whoever asks next.
    pub(crate) fn land(&self, flight: &Arc<Flight>, claimed: &[Key], answers: Option<HashMap<Key, Answer>>) {
        for (key, answer) in answers.iter().flatten() {
            if let Ok(row) = answer {
                self.known.insert(*key, Arc::clone(row));
            }
        }
        let mut flights = self.flights.lock();
        for key in claimed {
            if flights.get(key).is_some_and(|owner| Arc::ptr_eq(owner, flight)) {
                flights.remove(key);
            }
        }
        drop(flights);
        flight.land(answers);
    }
}

/// One call's computation, which others may wait for.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    landed: Mutex<Option<Option<HashMap<Key, Answer>>>>,
    arrival: Condvar,
}

impl Flight {
    fn land(&self, answers: Option<HashMap<Key, Answer>>) {
        *self.landed.lock() = Some(answers);
        self.arrival.notify_all();
    }

    /// Waits for the flight and picks the answer to `key`: `None` when the flight ended without one. Gives up, with
    /// `None` too, as soon as `give_up` says so.
    pub(crate) fn wait(&self, key: &Key, give_up: impl Fn() -> bool) -> Option<Answer> {
        let mut landed = self.landed.lock();
        loop {
            match landed.as_ref() {
                Some(answers) => return answers.as_ref()?.get(key).cloned(),
                None if give_up() => return None,
                None => drop(self.arrival.wait_for(&mut landed, Duration::from_millis(20))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: f32) -> Row {
        Arc::from([value])
    }

    fn nothing(_: &Key) -> Option<Row> {
        None
    }

    #[test]
    fn an_answer_is_known_after_its_flight_has_landed() {
        let answers = Answers::new(1 << 20);
        let flight = Arc::new(Flight::default());
        assert!(matches!(
            answers.claim(&[&[[1; 16]]], &flight, nothing)[..],
            [Claim::Mine]
        ));
        answers.land(&flight, &[[1; 16]], Some(HashMap::from([([1; 16], Ok(row(0.5)))])));
        let claims = answers.claim(&[&[[1; 16]]], &Arc::default(), nothing);
        assert!(matches!(&claims[..], [Claim::Known(known)] if **known == [0.5]));
    }

    #[test]
    fn a_second_caller_waits_for_the_first() {
        let answers = Answers::new(1 << 20);
        let (first, second) = (Arc::new(Flight::default()), Arc::new(Flight::default()));
        answers.claim(&[&[[1; 16]]], &first, nothing);
        let claims = answers.claim(&[&[[1; 16]], &[[2; 16]]], &second, nothing);
        let [Claim::Elsewhere(other), Claim::Mine] = &claims[..] else {
            panic!("the first key is taken")
        };
        answers.land(&first, &[[1; 16]], Some(HashMap::from([([1; 16], Ok(row(0.5)))])));
        assert_eq!(other.wait(&[1; 16], || false), Some(Ok(row(0.5))));
    }

    #[test]
    fn a_flight_without_answers_gives_its_keys_back() {
        let answers = Answers::new(1 << 20);
        let flight = Arc::new(Flight::default());
        answers.claim(&[&[[1; 16]]], &flight, nothing);
        answers.land(&flight, &[[1; 16]], None);
        assert_eq!(flight.wait(&[1; 16], || false), None);
        assert!(matches!(
            answers.claim(&[&[[1; 16]]], &flight, nothing)[..],
            [Claim::Mine]
        ));
    }

    #[test]
    fn the_cache_stays_within_its_bytes() {
        let answers = Answers::new(10_000);
        for n in 0..1_000_u16 {
            let mut key = [0; 16];
            key[..2].copy_from_slice(&n.to_le_bytes());
            let flight = Arc::new(Flight::default());
            answers.claim(&[&[key]], &flight, nothing);
            answers.land(&flight, &[key], Some(HashMap::from([(key, Ok(row(1.0)))])));
        }
        assert!(answers.known.weight() <= 10_000);
    }
}
