//! Rows by what is in them: an order and a split that do not depend on how the rows came.

use crate::table::{Column, MISSING, Values};

/// A number for each row, from its values alone: equal rows have equal numbers, others almost never.
pub fn row_keys(columns: &[Column], seed: u64) -> Vec<u64> {
    let rows = columns.first().map_or(0, |column| column.values.len());
    let mut keys = vec![mixed(seed); rows];
    for column in columns {
        match &column.values {
            Values::Numbers(numbers) => {
                for (key, x) in keys.iter_mut().zip(numbers) {
                    // Both zeros are one number, and so are all that are none.
                    let bits = if *x == 0.0 || x.is_nan() {
                        x.abs().to_bits() & u64::MAX >> 1
                    } else {
                        x.to_bits()
                    };
                    *key = mixed(*key ^ bits);
                }
            }
            Values::Words(words) => {
                let known: Vec<u64> = words.known().iter().map(|word| of_word(word)).collect();
                for (key, &code) in keys.iter_mut().zip(words.codes()) {
                    let word = if code == MISSING { 0 } else { known[code as usize] };
                    *key = mixed(*key ^ word);
                }
            }
        }
    }
    keys
}

/// Rows in the order of their keys, apart those that are held out: a share of `held_out`, the same rows again whatever else
/// there is. Equal rows are on one side.
pub fn split(keys: &[u64], held_out: f64) -> (Vec<u32>, Vec<u32>) {
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    order.sort_by_key(|&row| keys[row as usize]);
    // The key decides the place in the order; what decides the side must not be the same bits.
    let is_held_out = |&row: &u32| (mixed(keys[row as usize] ^ SIDE) >> 11) as f64 / (1_u64 << 53) as f64 <= held_out;
    order.into_iter().partition(|row| held_out <= 0.0 || !is_held_out(row))
}

/// Any number that is not a seed.
const SIDE: u64 = 0x7369_6465_7369_6465;

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014), after the addition of its constant.
fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// FNV-1a over the bytes, 64 bits.
fn of_word(word: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    word.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[f64]) -> Vec<Column> {
        vec![Column {
            name: "x".to_owned(),
            values: Values::Numbers(values.to_vec()),
        }]
    }

    #[test]
    fn equal_rows_have_equal_keys() {
        let keys = row_keys(&numbers(&[1.0, 2.0, 1.0, 0.0, -0.0, f64::NAN, -f64::NAN]), 0);
        assert_eq!(keys[0], keys[2]);
        assert_ne!(keys[0], keys[1]);
        assert_eq!(keys[3], keys[4]);
        assert_eq!(keys[5], keys[6]);
        assert_ne!(keys[3], keys[5]);
    }

    #[test]
    fn the_same_rows_are_held_out_in_whatever_order_they_come() {
        let values: Vec<f64> = (0..2000).map(f64::from).collect();
        let turned: Vec<f64> = values.iter().rev().copied().collect();
        let parts = |values: &[f64]| {
            let (train, held) = split(&row_keys(&numbers(values), 7), 0.2);
            let of = |rows: Vec<u32>| rows.into_iter().map(|row| values[row as usize]).collect::<Vec<_>>();
            (of(train), of(held))
        };
        assert_eq!(parts(&values), parts(&turned));
        let held = parts(&values).1.len();
        assert!((330..470).contains(&held), "{held}");
    }

    #[test]
    fn nothing_is_held_out_by_a_share_of_nothing() {
        let (train, held) = split(&row_keys(&numbers(&[1.0, 2.0]), 0), 0.0);
        assert_eq!((train.len(), held.len()), (2, 0));
    }
}
