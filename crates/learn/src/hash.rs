//! A hash that is the same for ever, on every machine.

/// FNV-1a of 64 bits over some bytes, mixed with a seed by the finaliser of splitmix64 (Steele, Lea and Flood 2014).
///
/// `data_split` promises its users that a key stays where it is: this never changes.
#[derive(Debug, Clone, Copy)]
pub struct Hash {
    state: u64,
    seed: u64,
}

impl Hash {
    /// The hash of no bytes.
    pub fn new(seed: u64) -> Self {
        Self {
            state: 0xcbf2_9ce4_8422_2325,
            seed,
        }
    }

    /// Adds bytes; the same whether they come in one piece or in several.
    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.state = (self.state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// mix(FNV-1a xor mix(seed)), where `mix` is the finaliser.
    pub fn finish(self) -> u64 {
        mix(self.state ^ mix(self.seed))
    }

    /// The upper 53 bits as a number from 0 to below 1.
    pub fn fraction(self) -> f64 {
        (self.finish() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn mix(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(seed: u64, bytes: &[u8]) -> Hash {
        let mut hash = Hash::new(seed);
        hash.add(bytes);
        hash
    }

    #[test]
    fn it_never_changes() {
        // FNV-1a of nothing, "a" and "foobar", as its authors publish them.
        assert_eq!(of(0, b"").state, 0xcbf2_9ce4_8422_2325);
        assert_eq!(of(0, b"a").state, 0xaf63_dc4c_8601_ec8c);
        assert_eq!(of(0, b"foobar").state, 0x8594_4171_f739_67e8);
        // The first number of splitmix64 from seed 0.
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(of(0, b"42").finish(), 0xab65_fa0f_9b3e_cff8);
        assert_eq!(of(7, b"42").finish(), 0x3516_88d1_d40f_ab62);
    }

    #[test]
    fn keys_that_follow_each_other_are_spread_evenly() {
        for seed in [0, 1, 99] {
            let mut counts = [0_u32; 20];
            for key in 0..200_000_u32 {
                let fraction = of(seed, key.to_string().as_bytes()).fraction();
                counts[(fraction * 20.0) as usize] += 1;
            }
            let chi: f64 = counts
                .iter()
                .map(|&n| (f64::from(n) - 10_000.0).powi(2) / 10_000.0)
                .sum();
            // The 99.9 % quantile for 19 degrees of freedom.
            assert!(chi < 43.8, "seed {seed}: {chi}");
        }
    }
}
