//! One pass over the rows: the loss at some coefficients, its slope and its curvature.

use super::Rows;
use super::kernel::{LANES, LEAST, add_gram, add_scaled, add_scaled4, dot, exp, sum};
use super::rows::Chunk;
use crate::parallel::in_order;

/// How columns are read: `(x - mean) / scale`, those that tell nothing left out.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// The columns that are read.
    pub(super) columns: Vec<usize>,
    /// Their means.
    pub(super) means: Vec<f64>,
    /// Their standard deviations.
    pub(super) scales: Vec<f64>,
}

impl Frame {
    /// How many numbers one sum has: the intercept and a coefficient a column.
    pub(super) fn terms(&self) -> usize {
        self.columns.len() + 1
    }
}

/// What a fit reads in each pass.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    pub(super) rows: &'a Rows,
    pub(super) frame: &'a Frame,
    /// The place of each code among the sorted classes.
    pub(super) places: &'a [u32],
    /// How many sums are fitted: 1 for two classes, else one a class.
    pub(super) sums: usize,
    pub(super) threads: usize,
}

/// What a pass comes to.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    /// The negative log-likelihood.
    pub(super) loss: f64,
    /// Its slope by each coefficient: class by class, the intercept first.
    pub(super) gradient: Vec<f64>,
    /// The lower triangle of its second derivatives, row by row; empty if it was not asked for.
    pub(super) hessian: Vec<f64>,
    /// By how much the true class leads where it leads least; below 0 if it does not lead everywhere.
    pub(super) margin: f64,
}

impl Pass {
    fn new(dimensions: usize, curvature: bool) -> Self {
        Self {
            loss: 0.0,
            gradient: vec![0.0; dimensions],
            hessian: vec![0.0; if curvature { dimensions * dimensions } else { 0 }],
            margin: f64::INFINITY,
        }
    }

    fn add(&mut self, other: &Self) {
        self.loss += other.loss;
        add_scaled(&mut self.gradient, 1.0, &other.gradient);
        add_scaled(&mut self.hessian, 1.0, &other.hessian);
        self.margin = self.margin.min(other.margin);
    }
}

/// Room for one block of rows.
struct Block {
    /// How many rows fit in, and how many are there; the others are left out of all sums.
    rows: usize,
    len: usize,
    /// The columns, one after the other.
    columns: Vec<f64>,
    /// The place of each row's class.
    classes: Vec<u32>,
    /// One row a sum: the sum itself, then the slope of the loss by it.
    sums: Vec<f64>,
    weights: Vec<f64>,
    scratch: Vec<f64>,
    most: Vec<f64>,
    whole: Vec<f64>,
}

/// Pieces of the rows, each at most a chunk: which chunk, from which row to which.
fn pieces(rows: &Rows) -> Vec<(&Chunk, usize, usize)> {
    // Half a million numbers a piece: enough to be worth a thread's while, whatever the width.
    let step = (524_288 / rows.width().max(1)).next_multiple_of(256);
    let of_chunk = |chunk| {
        let len = Chunk::len(chunk);
        (0..len)
            .step_by(step)
            .map(move |from| (chunk, from, len.min(from + step)))
    };
    rows.chunks.iter().flat_map(of_chunk).collect()
}

impl Problem<'_> {
    /// How many coefficients are fitted.
    pub(super) fn dimensions(&self) -> usize {
        self.sums * self.frame.terms()
    }

    /// The loss at `at`, with the second derivatives if `curvature`.
    pub(super) fn pass(&self, at: &[f64], curvature: bool) -> Pass {
        let pieces = pieces(self.rows);
        let parts = in_order(pieces.len(), self.threads, |piece| {
            let mut pass = Pass::new(self.dimensions(), curvature);
            self.blocks(pieces[piece], |block| {
                self.sum_up(block, at);
                if self.sums == 1 {
                    binary(block, &mut pass);
                } else {
                    self.softmax(block, &mut pass);
                }
                self.add_gradient(block, &mut pass);
            });
            pass
        });
        let mut whole = Pass::new(self.dimensions(), curvature);
        parts.iter().for_each(|part| whole.add(part));
        whole
    }

    /// The lower triangle of the products of columns, with ones before them.
    pub(super) fn gram(&self) -> Vec<f64> {
        let pieces = pieces(self.rows);
        let terms = self.frame.terms();
        let parts = in_order(pieces.len(), self.threads, |piece| {
            let mut gram = vec![0.0; terms * terms];
            self.blocks(pieces[piece], |block| {
                let len = block.len;
                block.weights[..len].fill(1.0);
                block.weights[len..].fill(0.0);
                add_gram(
                    &mut gram,
                    (terms, (0, 0)),
                    &block.weights,
                    &block.columns,
                    &mut block.scratch,
                );
            });
            gram
        });
        let mut whole = vec![0.0; terms * terms];
        parts.iter().for_each(|part| add_scaled(&mut whole, 1.0, part));
        whole
    }

    /// For each row in order, the first sum at `at` and the place of the row's class, piece by piece through `each`.
    pub(super) fn scores<T: Send>(&self, at: &[f64], each: impl Fn(f64, u32) -> T + Sync) -> Vec<Vec<T>> {
        let pieces = pieces(self.rows);
        in_order(pieces.len(), self.threads, |piece| {
            let (_, from, to) = pieces[piece];
            let mut scores = Vec::with_capacity(to - from);
            self.blocks(pieces[piece], |block| {
                self.sum_up(block, at);
                let rows = block.sums.iter().zip(&block.classes).take(block.len);
                scores.extend(rows.map(|(score, class)| each(*score, *class)));
            });
            scores
        })
    }

    /// Reads a piece block by block.
    fn blocks(&self, (chunk, from, to): (&Chunk, usize, usize), mut each: impl FnMut(&mut Block)) {
        let width = self.frame.columns.len();
        // A block of columns should stay in the nearest cache.
        let rows = (4096 / (width + 1))
            .clamp(4 * LANES, 32 * LANES)
            .next_multiple_of(LANES);
        let mut block = Block {
            rows,
            len: 0,
            columns: vec![0.0; rows * width],
            classes: vec![0; rows],
            sums: vec![0.0; rows * self.sums],
            weights: vec![0.0; rows],
            scratch: vec![0.0; rows],
            most: vec![0.0; rows],
            whole: vec![0.0; rows],
        };
        for from in (from..to).step_by(rows) {
            let len = rows.min(to - from);
            block.len = len;
            for (to, code) in block.classes.iter_mut().zip(&chunk.codes[from..from + len]) {
                *to = self.places[*code as usize];
            }
            for (n, &column) in self.frame.columns.iter().enumerate() {
                let (mean, by) = (self.frame.means[n], 1.0 / self.frame.scales[n]);
                let to = &mut block.columns[n * rows..(n + 1) * rows];
                for (to, x) in to.iter_mut().zip(&chunk.columns[column][from..from + len]) {
                    *to = (x - mean) * by;
                }
                to[len..].fill(0.0);
            }
            each(&mut block);
        }
    }

    /// Fills in the sums of a block.
    fn sum_up(&self, block: &mut Block, at: &[f64]) {
        let (rows, terms) = (block.rows, self.frame.terms());
        let column = |j: usize| &block.columns[j * rows..(j + 1) * rows];
        for (sums, at) in block.sums.chunks_exact_mut(rows).zip(at.chunks_exact(terms)) {
            sums.fill(at[0]);
            let (fours, rest) = at[1..].as_chunks::<4>();
            for (n, by) in fours.iter().enumerate() {
                let j = 4 * n;
                add_scaled4(sums, *by, [column(j), column(j + 1), column(j + 2), column(j + 3)]);
            }
            for (n, by) in rest.iter().enumerate() {
                add_scaled(sums, *by, column(4 * fours.len() + n));
            }
        }
    }

    /// Adds the products of slopes and columns.
    fn add_gradient(&self, block: &Block, pass: &mut Pass) {
        let (rows, terms) = (block.rows, self.frame.terms());
        for (slopes, gradient) in block.sums.chunks_exact(rows).zip(pass.gradient.chunks_exact_mut(terms)) {
            gradient[0] += sum(slopes);
            for (to, column) in gradient[1..].iter_mut().zip(block.columns.chunks_exact(rows)) {
                *to += dot(slopes, column);
            }
        }
    }

    /// Loss, slopes and curvature of a block for any number of classes.
    fn softmax(&self, block: &mut Block, pass: &mut Pass) {
        let (rows, len, terms) = (block.rows, block.len, self.frame.terms());
        block.most.fill(f64::NEG_INFINITY);
        for sums in block.sums.chunks_exact(rows) {
            for (most, sum) in block.most.iter_mut().zip(sums) {
                *most = most.max(*sum);
            }
        }
        // The true class against the best of the others.
        for row in 0..len {
            let own = block.classes[row] as usize;
            let (mut best, mut truth) = (f64::NEG_INFINITY, 0.0);
            for (class, sums) in block.sums.chunks_exact(rows).enumerate() {
                if class == own {
                    truth = sums[row];
                } else {
                    best = best.max(sums[row]);
                }
            }
            pass.margin = pass.margin.min(truth - best);
            pass.loss += block.most[row] - truth;
        }
        block.whole.fill(0.0);
        for sums in block.sums.chunks_exact_mut(rows) {
            for ((sum, most), whole) in sums.iter_mut().zip(&block.most).zip(&mut block.whole) {
                *sum = exp((*sum - most).max(LEAST));
                *whole += *sum;
            }
        }
        // Each is at most the number of classes, so that a product of 64 of them is still a number.
        for some in block.whole[..len].chunks(64) {
            pass.loss += some.iter().product::<f64>().ln();
        }
        for sums in block.sums.chunks_exact_mut(rows) {
            for (sum, whole) in sums.iter_mut().zip(&block.whole) {
                *sum /= whole;
            }
            sums[len..].fill(0.0);
        }
        if !pass.hessian.is_empty() {
            let stride = self.dimensions();
            for a in 0..self.sums {
                for b in 0..=a {
                    let (p, q) = (
                        &block.sums[a * rows..(a + 1) * rows],
                        &block.sums[b * rows..(b + 1) * rows],
                    );
                    for (weight, (p, q)) in block.weights.iter_mut().zip(p.iter().zip(q)) {
                        *weight = if a == b { p * (1.0 - p) } else { -(p * q) };
                    }
                    let at = (stride, (a * terms, b * terms));
                    add_gram(
                        &mut pass.hessian,
                        at,
                        &block.weights,
                        &block.columns,
                        &mut block.scratch,
                    );
                }
            }
        }
        for row in 0..len {
            block.sums[block.classes[row] as usize * rows + row] -= 1.0;
        }
    }
}

/// Loss, slopes and curvature of a block for two classes.
fn binary(block: &mut Block, pass: &mut Pass) {
    let len = block.len;
    let mut least = [f64::INFINITY; LANES];
    let mut losses = [0.0; LANES];
    // Products of numbers from 1 to 2, at most 32 in a lane: one logarithm for all.
    let mut products = [1.0; LANES];
    let lanes = block.sums.as_chunks_mut::<LANES>().0.iter_mut();
    let others = block.weights.as_chunks_mut::<LANES>().0.iter_mut();
    let classes = block.classes.as_chunks::<LANES>().0;
    for (n, ((sums, weights), classes)) in lanes.zip(others).zip(classes).enumerate() {
        let first = n * LANES;
        if first >= len {
            sums.fill(0.0);
            weights.fill(0.0);
            continue;
        }
        if first + LANES > len {
            // Rows that are not there are far on the right side: they add nothing.
            for lane in len - first..LANES {
                sums[lane] = if classes[lane] == 1 { 1e300 } else { -1e300 };
            }
        }
        for lane in 0..LANES {
            let sign = if classes[lane] == 1 { 1.0 } else { -1.0 };
            let margin = sign * sums[lane];
            let e = exp((-margin.abs()).max(LEAST));
            let q = 1.0 / (1.0 + e);
            least[lane] = least[lane].min(margin);
            losses[lane] += (-margin).max(0.0);
            products[lane] *= 1.0 + e;
            let wrong = if margin >= 0.0 { e * q } else { q };
            sums[lane] = -sign * wrong;
            weights[lane] = e * q * q;
        }
    }
    pass.loss += losses.iter().sum::<f64>() + products.iter().map(|product| product.ln()).sum::<f64>();
    pass.margin = least.iter().copied().fold(pass.margin, f64::min);
    if !pass.hessian.is_empty() {
        let at = (pass.gradient.len(), (0, 0));
        add_gram(
            &mut pass.hessian,
            at,
            &block.weights,
            &block.columns,
            &mut block.scratch,
        );
    }
}
