//! Random numbers: a stream for each customer and purpose, so that nobody's rows depend on anybody else's.

use rand_distr::{Beta, Distribution, Exp1, Gamma, Normal, Poisson, StandardNormal};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

/// Sixty-four bits that look unrelated to those given (the end of SplitMix64; Steele, Lea and Flood 2014).
pub(crate) const fn mix(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A number for a name (FNV-1a).
pub(crate) const fn hash(name: &str) -> u64 {
    let (bytes, mut at, mut hash) = (name.as_bytes(), 0, 0xcbf2_9ce4_8422_2325_u64);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random(Pcg64Mcg);

impl Random {
    /// The stream of a key, a purpose and a number, such as a customer's.
    pub(crate) fn new(key: u64, purpose: &str, number: u64) -> Self {
        let purpose = mix(key ^ hash(purpose));
        let (high, low) = (
            mix(purpose ^ mix(number)),
            mix(number.wrapping_add(purpose.rotate_left(32))),
        );
        Self(Pcg64Mcg::new(u128::from(high) << 64 | u128::from(low)))
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// From 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// From 0 to below `bound`; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// From `low` to below `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// From `low` to `high`, both of them possible.
    pub(crate) fn whole(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as u64) as i64
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    pub(crate) fn pick<T: Copy, const N: usize>(&mut self, from: &[T; N]) -> T {
        const { assert!(N > 0, "nothing to pick from") };
        from[self.index(N)]
    }

    /// The place of one of some weights, chosen in proportion to them.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (place, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return place;
            }
        }
        weights.len().saturating_sub(1)
    }

    pub(crate) fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let sample: f64 = StandardNormal.sample(&mut self.0);
        mean + deviation * sample
    }

    /// Lognormal with this median; `spread` is the deviation of the logarithm.
    pub(crate) fn around(&mut self, median: f64, spread: f64) -> f64 {
        Normal::new(median.ln(), spread).map_or(median, |law| law.sample(&mut self.0).exp())
    }

    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        let sample: f64 = Exp1.sample(&mut self.0);
        mean * sample
    }

    pub(crate) fn gamma(&mut self, shape: f64, scale: f64) -> f64 {
        Gamma::new(shape, scale).map_or(shape * scale, |law| law.sample(&mut self.0))
    }

    pub(crate) fn beta(&mut self, a: f64, b: f64) -> f64 {
        Beta::new(a, b).map_or(a / (a + b), |law| law.sample(&mut self.0))
    }

    pub(crate) fn poisson(&mut self, mean: f64) -> u64 {
        if mean <= 0.0 {
            return 0;
        }
        Poisson::new(mean).map_or(mean, |law| law.sample(&mut self.0)) as u64
    }

    /// How often something happens that goes on with this probability each time; at most `most`.
    pub(crate) fn run(&mut self, goes_on: f64, most: u64) -> u64 {
        let mut times = 0;
        while times < most && self.chance(goes_on) {
            times += 1;
        }
        times
    }
}
