//! The area under the receiver operating characteristic, exactly.

/// Scores of positive and of negative rows.
///
/// The area is the probability that a positive row has a higher score than a negative one, ties counting half (Mann and
/// Whitney 1947). A row costs 8 bytes.
#[derive(Debug, Default, Clone)]
pub struct Auc {
    positive: Keys,
    negative: Keys,
}

/// Scores as keys that have the same order.
#[derive(Debug, Default, Clone)]
struct Keys {
    keys: Vec<u64>,
    /// Whether they begin with sorted runs: of states that were merged, or of an earlier result.
    has_runs: bool,
}

/// A finite number as a key with the same order; both zeros are the same.
fn key(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    // Negative numbers are stored as sign and size: the larger the size, the smaller they are.
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

impl Auc {
    /// Adds one row with a finite score.
    pub fn update(&mut self, is_positive: bool, score: f64) {
        let keys = if is_positive {
            &mut self.positive
        } else {
            &mut self.negative
        };
        keys.keys.push(key(score));
    }

    /// Adds rows with finite scores; both slices have the same length.
    pub fn update_all(&mut self, is_positive: &[bool], scores: &[f64]) {
        for (&is_positive, &score) in is_positive.iter().zip(scores) {
            self.update(is_positive, score);
        }
    }

    /// Takes over the keys of another state: what [`Self::write`] gave.
    pub fn merge(&mut self, positive: &[u64], negative: &[u64]) {
        self.positive.merge(positive);
        self.negative.merge(negative);
    }

    /// The state: the sorted keys of the positive rows, and those of the negative ones. It is empty afterwards.
    pub fn write(&mut self) -> [Vec<u64>; 2] {
        [&mut self.positive, &mut self.negative].map(|keys| {
            keys.sorted();
            std::mem::take(keys).keys
        })
    }

    /// The area; `None` without both a positive and a negative row.
    pub fn finish(&mut self) -> Option<f64> {
        area(self.positive.sorted(), self.negative.sorted())
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.positive.keys.len() + self.negative.keys.len()
    }

    /// The memory that is held, in bytes.
    pub fn size(&self) -> usize {
        (self.positive.keys.capacity() + self.negative.keys.capacity()) * size_of::<u64>()
    }
}

/// The area that sorted keys come to.
fn area(positive: &[u64], negative: &[u64]) -> Option<f64> {
    if positive.is_empty() || negative.is_empty() {
        return None;
    }
    // Twice the number of pairs in the right order, with ties once: a whole number.
    let mut twice = 0_u128;
    let (mut below, mut upto) = (0, 0);
    let mut rest = positive;
    while let Some(&key) = rest.first() {
        let same = 1 + rest[1..].iter().take_while(|other| **other == key).count();
        rest = &rest[same..];
        below = upto.max(below);
        while below < negative.len() && negative[below] < key {
            below += 1;
        }
        upto = below;
        while upto < negative.len() && negative[upto] == key {
            upto += 1;
        }
        twice += same as u128 * (below + upto) as u128;
    }
    let pairs = 2 * positive.len() as u128 * negative.len() as u128;
    Some(twice as f64 / pairs as f64)
}

impl Keys {
    /// Adds sorted keys.
    fn merge(&mut self, keys: &[u64]) {
        self.has_runs |= self.keys.is_empty();
        self.keys.extend_from_slice(keys);
    }

    fn sorted(&mut self) -> &[u64] {
        if self.has_runs {
            // The stable sort finds runs, and merges them.
            self.keys.sort();
        } else {
            self.keys.sort_unstable();
        }
        self.has_runs = true;
        &self.keys
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_have_the_order_of_scores(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite());
            prop_assert_eq!(key(a).cmp(&key(b)), a.partial_cmp(&b).expect("finite"));
        }
    }

    #[test]
    fn zeros_tie() {
        let mut auc = Auc::default();
        auc.update_all(&[true, false], &[0.0, -0.0]);
        assert_eq!(auc.finish(), Some(0.5));
        auc.update_all(&[true, false], &[-1.0, 1.0]);
        assert_eq!(auc.finish(), Some(0.125));
    }
}
