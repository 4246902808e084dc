//! The loops over a block of rows: plain arithmetic on slices of one length, which the compiler turns into vector
//! instructions. Nothing in here depends on how wide those are, so that every machine gets the same numbers.

/// Rows of a block are a multiple of this many; so many sums run side by side.
pub(super) const LANES: usize = 8;

/// `e` to the power of each `x`, for `x` from -708 to 709, within 2 units in the last place: Cody and Waite's reduction
/// to `|r| <= ln(2) / 2`, then the Taylor series to the 13th power.
#[inline]
pub(super) fn exp(x: f64) -> f64 {
    // Adding it leaves the nearest whole number in the lowest bits.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let power = shifted - SHIFT;
    let r = (x - power * LN_2_HIGH) - power * LN_2_LOW;
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = (1.0 + r) + r2 * (1.0 / 2.0 + r * (1.0 / 6.0));
    let middle = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0));
    let high = (1.0 / 40_320.0 + r * (1.0 / 362_880.0)) + r2 * (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0));
    let highest = 1.0 / 479_001_600.0 + r * (1.0 / 6_227_020_800.0);
    let series = low + r4 * (middle + r4 * (high + r4 * highest));
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
    series * scale
}

/// The smallest argument of [`exp`].
pub(super) const LEAST: f64 = -708.0;

/// The sum of products.
#[inline]
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sum_of(&sums)
}

/// The sum of products of slices of any length.
pub(super) fn dot_any(a: &[f64], b: &[f64]) -> f64 {
    let rest = a.len() / LANES * LANES;
    let more = a[rest..].iter().zip(&b[rest..]).map(|(a, b)| a * b);
    dot(a, b) + more.sum::<f64>()
}

/// The sums of products of one with four others, which reads the one only once.
#[inline]
pub(super) fn dot4(a: &[f64], b: [&[f64]; 4]) -> [f64; 4] {
    let mut sums = [[0.0; 4]; 4];
    let rows = a.as_chunks::<4>().0;
    let [b0, b1, b2, b3] = b.map(|b| &b.as_chunks::<4>().0[..rows.len()]);
    for (block, a) in rows.iter().enumerate() {
        for lane in 0..4 {
            sums[0][lane] += a[lane] * b0[block][lane];
            sums[1][lane] += a[lane] * b1[block][lane];
            sums[2][lane] += a[lane] * b2[block][lane];
            sums[3][lane] += a[lane] * b3[block][lane];
        }
    }
    sums.map(|sums| (sums[0] + sums[1]) + (sums[2] + sums[3]))
}

/// The sum.
#[inline]
pub(super) fn sum(a: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    for a in a.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            sums[lane] += a[lane];
        }
    }
    sum_of(&sums)
}

fn sum_of(sums: &[f64; LANES]) -> f64 {
    ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
}

/// `to += by * of`.
#[inline]
pub(super) fn add_scaled(to: &mut [f64], by: f64, of: &[f64]) {
    for (to, of) in to.iter_mut().zip(of) {
        *to += by * of;
    }
}

/// `to += by[0] * of[0] + .. + by[3] * of[3]`.
#[inline]
pub(super) fn add_scaled4(to: &mut [f64], by: [f64; 4], of: [&[f64]; 4]) {
    let rows = to.len();
    let [a, b, c, d] = of.map(|of| &of[..rows]);
    for row in 0..rows {
        to[row] += (by[0] * a[row] + by[1] * b[row]) + (by[2] * c[row] + by[3] * d[row]);
    }
}

/// Adds the lower triangle of the weighted products of columns (with a column of ones before them) to `gram`, a square
/// matrix of `stride` columns, at the place `at`. `scratch` is as long as a column.
pub(super) fn add_gram(
    gram: &mut [f64],
    (stride, at): (usize, (usize, usize)),
    weights: &[f64],
    columns: &[f64],
    scratch: &mut [f64],
) {
    let rows = weights.len();
    let column = |j: usize| &columns[j * rows..(j + 1) * rows];
    let width = columns.len() / rows;
    let place = |j: usize, k: usize| (at.0 + j) * stride + at.1 + k;
    gram[place(0, 0)] += sum(weights);
    for j in 0..width {
        for (to, (w, x)) in scratch.iter_mut().zip(weights.iter().zip(column(j))) {
            *to = w * x;
        }
        gram[place(j + 1, 0)] += sum(scratch);
        let mut k = 0;
        while k + 4 <= j + 1 {
            let four = dot4(scratch, [column(k), column(k + 1), column(k + 2), column(k + 3)]);
            for (next, product) in four.into_iter().enumerate() {
                gram[place(j + 1, k + next + 1)] += product;
            }
            k += 4;
        }
        for k in k..=j {
            gram[place(j + 1, k + 1)] += dot(scratch, column(k));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_within_two_units() {
        for n in 0..2_000_000 {
            let x = -708.0 + f64::from(n) * 7.085e-4;
            let expected = x.exp();
            assert!((exp(x) / expected - 1.0).abs() <= 4.5e-16, "{x}");
        }
        assert_eq!(exp(0.0), 1.0);
    }
}
