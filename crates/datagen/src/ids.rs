//! Keys that never clash and do not tell whose they are.

use crate::random::{hash, mix};

const BITS: u32 = 60;
const MASK: u64 = (1 << BITS) - 1;
/// Base 32 without letters that look like digits (Crockford).
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A letter and twelve signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id([u8; 13]);

impl Id {
    /// The key of the `n`th thing of its kind of a customer: another one for each (customer, n) below 2^40 and 2^20.
    pub(crate) fn new(key: u64, kind: char, customer: u64, n: u64) -> Self {
        let salt = mix(key ^ kind as u64);
        let bits = scramble((customer << 20 | (n & 0xf_ffff)) & MASK, BITS, salt);
        let mut signs = [kind as u8; 13];
        for (place, sign) in signs[1..].iter_mut().enumerate() {
            *sign = SIGNS[(bits >> (5 * place) & 31) as usize];
        }
        Self(signs)
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Shuffles the numbers of so many bits: each comes from exactly one.
pub(crate) fn scramble(number: u64, bits: u32, salt: u64) -> u64 {
    let mask = u64::MAX >> (64 - bits);
    let mut number = (number ^ salt) & mask;
    for factor in [0x9e37_79b9_7f4a_7c15_u64, 0xbf58_476d_1ce4_e5b9] {
        // An odd factor and a shift to the right can both be undone.
        number = number.wrapping_mul(factor) & mask;
        number ^= number >> (bits / 2);
    }
    number
}

/// Mobile numbers begin with these three digits; no carrier in China has them.
const PREFIXES: [u64; 6] = [160, 161, 163, 164, 168, 169];
const SHOP_PREFIX: u64 = 154;
/// Shops whose own telephone stands on accounts.
pub(crate) const SHOPS: u64 = 40;

/// The `n`th (of four) mobile number of a customer. Two customers never share one below 2^27 customers.
pub(crate) fn phone(key: u64, customer: u64, n: u64) -> String {
    let number = scramble((customer << 2 | n & 3) & ((1 << 29) - 1), 29, mix(key ^ hash("phone")));
    let prefix = PREFIXES[(number / 100_000_000) as usize % PREFIXES.len()];
    format!("{prefix}{:08}", number % 100_000_000)
}

/// The telephone number of a shop.
pub(crate) fn shop_phone(key: u64, shop: u64) -> String {
    let number = scramble(shop % SHOPS, 26, mix(key ^ hash("shop")));
    format!("{SHOP_PREFIX}{number:08}")
}

/// The number on a loyalty card, below 2^33 customers different for all.
pub(crate) fn member(key: u64, customer: u64, n: u64) -> String {
    let number = scramble((customer << 1 | n & 1) & ((1 << 33) - 1), 33, mix(key ^ hash("member")));
    format!("M{:010}", number + 1)
}

/// Regions of national ids that do not exist in provinces that do.
const REGIONS: [&str; 8] = [
    "110199", "310198", "330197", "370196", "420198", "440199", "500197", "510196",
];

/// Eighteen digits of nobody, with the check digit of ISO 7064 MOD 11-2. `born` is yyyymmdd.
pub(crate) fn national_id(key: u64, customer: u64, born: &str, is_male: bool) -> String {
    let bits = mix(key ^ hash("national") ^ mix(customer));
    let serial = bits % 500 * 2 + u64::from(is_male);
    let region = REGIONS[(bits >> 32) as usize % REGIONS.len()];
    let first = format!("{region}{born}{serial:03}");
    // The weights are powers of two modulo 11, from 7 down.
    let sum: u32 = first
        .bytes()
        .zip([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
        .fold(0, |sum, (digit, weight)| {
            sum + u32::from(digit.wrapping_sub(b'0')) * weight
        });
    let check = char::from(b"10X98765432"[sum as usize % 11]);
    format!("{first}{check}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_different() {
        let ids: HashSet<_> = (0..2_000_u64)
            .flat_map(|c| (0..20).map(move |n| Id::new(7, 'O', c, n).0))
            .collect();
        assert_eq!(ids.len(), 40_000);
        let phones: HashSet<_> = (0..50_000).map(|c| phone(7, c, c & 3)).collect();
        assert_eq!(phones.len(), 50_000);
        assert!(phones.iter().all(|phone| phone.len() == 11));
        let members: HashSet<_> = (0..50_000).map(|c| member(7, c, 0)).collect();
        assert_eq!(members.len(), 50_000);
        assert!(members.iter().all(|member| member.len() == 11));
    }

    #[test]
    fn national_ids_have_a_check_digit() {
        // The example of GB 11643-1999 has another region; the digits in between are what is checked here.
        for customer in 0..200 {
            let id = national_id(1, customer, "19800229", customer % 2 == 1);
            let digits: Vec<u64> = id
                .bytes()
                .map(|b| if b == b'X' { 10 } else { u64::from(b - b'0') })
                .collect();
            let sum: u64 = digits
                .iter()
                .rev()
                .enumerate()
                .map(|(place, digit)| digit * (1_u64 << place) % 11)
                .sum();
            assert_eq!((id.len(), sum % 11), (18, 1), "{id}");
            assert_eq!(digits[16] % 2 == 1, customer % 2 == 1);
        }
    }
}
