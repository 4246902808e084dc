//! Folding a block of rows into a triangular factor.

use pulp::{Arch, Simd, WithSimd};

/// Numbers that are worked on at a time: the length of a column is a multiple, so that loops have no rest.
pub(super) const LANES: usize = 8;

/// Columns for which nothing has to be allocated.
const FEW: usize = 16;

/// Places of a triangular factor of `width` columns.
pub(super) fn places(width: usize) -> usize {
    width * (width + 1) / 2
}

/// Where row `row` of column `column` is in a factor, whose columns follow each other without what is below the diagonal.
pub(super) fn place(row: usize, column: usize) -> usize {
    column * (column + 1) / 2 + row
}

/// Makes `factor` the triangular factor of its own rows and those of `block`, by one Householder reflection a column.
///
/// `block` has the columns one after the other, `length` numbers each, a multiple of [`LANES`]; rows of zeros change nothing.
/// It is used up. One pass over a column takes away the reflection of the column before and, at the same time, sums up the
/// products that the next reflection needs.
pub(super) fn fold(factor: &mut [f64], block: &mut [f64], length: usize) {
    Arch::new().dispatch(Fold { factor, block, length });
}

/// A fold, for the widest instructions that this machine has. How wide those are changes no result: the loops add up as many
/// sums side by side everywhere.
struct Fold<'a> {
    factor: &'a mut [f64],
    block: &'a mut [f64],
    length: usize,
}

impl WithSimd for Fold<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        reflect(self.factor, self.block, self.length);
    }
}

#[inline(always)]
fn reflect(factor: &mut [f64], block: &mut [f64], length: usize) {
    let width = block.len().checked_div(length).unwrap_or_default();
    let (mut few, mut many) = ([0.0; 2 * FEW], Vec::new());
    let scratch = match few.get_mut(..2 * width) {
        Some(scratch) => scratch,
        None => {
            many.resize(2 * width, 0.0);
            &mut many
        }
    };
    // Products of the column in turn with itself and those after it; how much of it is taken from each of those.
    let (products, steps) = scratch.split_at_mut(width);
    let (first, _) = block.split_at(length.min(block.len()));
    for (product, column) in products.iter_mut().zip(block.chunks_exact(length)) {
        *product = dot(first, column);
    }
    for turn in 0..width {
        let diagonal = factor[place(turn, turn)];
        let square = products[turn];
        let is_null = square == 0.0;
        let norm = (diagonal * diagonal + square).sqrt();
        // Away from the diagonal's sign, so that nothing cancels.
        let new = if diagonal > 0.0 { -norm } else { norm };
        let head = diagonal - new;
        for column in turn + 1..width {
            let place = place(turn, column);
            // Two divisions, because the product of the divisors may be too small for a double.
            let step = match is_null {
                true => 0.0,
                false => (head * factor[place] + products[column]) / head / new,
            };
            steps[column] = step;
            factor[place] += step * head;
        }
        if !is_null {
            factor[place(turn, turn)] = new;
        }
        let (done, rest) = block.split_at_mut((turn + 1) * length);
        if rest.is_empty() {
            break;
        }
        let reflected = &done[turn * length..];
        let (next, others) = rest.split_at_mut(length);
        products[turn + 1] = add_and_square(next, reflected, steps[turn + 1]);
        let next = &*next;
        let mut column = turn + 2;
        let mut pairs = others.chunks_exact_mut(2 * length);
        for pair in &mut pairs {
            let (one, two) = pair.split_at_mut(length);
            let sums = add_and_dot([one, two], reflected, next, [steps[column], steps[column + 1]]);
            products[column..column + 2].copy_from_slice(&sums);
            column += 2;
        }
        let last = pairs.into_remainder();
        if !last.is_empty() {
            [products[column]] = add_and_dot([last], reflected, next, [steps[column]]);
        }
    }
}

/// The sum of products.
#[inline(always)]
fn dot(one: &[f64], two: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    for (one, two) in one.as_chunks::<LANES>().0.iter().zip(two.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            sums[lane] += one[lane] * two[lane];
        }
    }
    sums.iter().sum()
}

/// Adds `step * reflected` to a column; the sum of its squares.
#[inline(always)]
fn add_and_square(column: &mut [f64], reflected: &[f64], step: f64) -> f64 {
    let mut sums = [0.0; LANES];
    let reflected = reflected.as_chunks::<LANES>().0;
    for (to, from) in column.as_chunks_mut::<LANES>().0.iter_mut().zip(reflected) {
        for lane in 0..LANES {
            to[lane] += step * from[lane];
            sums[lane] += to[lane] * to[lane];
        }
    }
    sums.iter().sum()
}

/// Adds `step * reflected` to each column; the sums of the columns' products with `next`.
#[inline(always)]
fn add_and_dot<const N: usize>(columns: [&mut [f64]; N], reflected: &[f64], next: &[f64], steps: [f64; N]) -> [f64; N] {
    const STRIDE: usize = 4;
    let mut sums = [[0.0; STRIDE]; N];
    let mut columns = columns.map(|column| column.as_chunks_mut::<STRIDE>().0.iter_mut());
    let (reflected, next) = (reflected.as_chunks::<STRIDE>().0, next.as_chunks::<STRIDE>().0);
    for (from, with) in reflected.iter().zip(next) {
        for ((column, sums), step) in columns.iter_mut().zip(&mut sums).zip(&steps) {
            let Some(to) = column.next() else { break };
            for lane in 0..STRIDE {
                to[lane] += step * from[lane];
                sums[lane] += to[lane] * with[lane];
            }
        }
    }
    sums.map(|sums| sums.iter().sum())
}
