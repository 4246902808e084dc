//! The way down to the least loss: Newton's method, and L-BFGS where a matrix of second derivatives would be too large.

use std::collections::VecDeque;

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::kernel::{add_scaled, dot_any};
use super::pass::{Pass, Problem};

/// The objective: the loss of the rows, and penalties.
#[derive(Debug)]
pub(super) struct Objective<'a> {
    pub(super) problem: &'a Problem<'a>,
    /// What half the square of each coefficient costs, one for each term of a sum; 0 for the intercept.
    pub(super) penalties: Vec<f64>,
    /// What half the square of a term's total over all sums costs, where there is more than one sum: softmax does not
    /// change when all of them grow together, so this chooses the solution whose totals are 0 and costs nothing there.
    pub(super) tie: f64,
    pub(super) rows: f64,
}

/// Where a descent ended.
#[derive(Debug)]
pub(super) struct Solution {
    pub(super) at: Vec<f64>,
    /// The loss of the rows there, without penalties.
    pub(super) loss: f64,
    /// The covariance of the coefficients, if it was computed.
    pub(super) covariance: Option<DMatrix<f64>>,
    pub(super) iterations: u32,
    pub(super) converged: bool,
    pub(super) separated: bool,
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    /// The largest slope of the mean objective.
    pub(super) tolerance: f64,
    pub(super) iterations: u32,
    /// Whether coefficients could grow without end, so that separation has to be looked for.
    pub(super) unbounded: bool,
}

/// A mean loss below which rows that are separated are taken to be told apart well enough.
const SEPARATED_LOSS: f64 = 1e-4;

/// After so many steps that each only take a constant share of what is left, coefficients are on their way to infinity.
const SLOW_STEPS: u32 = 4;

impl Objective<'_> {
    /// The pass at `at` with penalties added to slope and curvature, and the value of the objective.
    fn pass(&self, at: &[f64], curvature: bool) -> (f64, Pass) {
        let mut pass = self.problem.pass(at, curvature);
        let (terms, sums, dimensions) = (self.penalties.len(), self.problem.sums, at.len());
        let mut value = pass.loss;
        for (place, x) in at.iter().enumerate() {
            let penalty = self.penalties[place % terms];
            value += 0.5 * penalty * x * x;
            pass.gradient[place] += penalty * x;
        }
        if sums > 1 {
            for term in 0..terms {
                let total: f64 = (0..sums).map(|sum| at[sum * terms + term]).sum();
                value += 0.5 * self.tie * total * total;
                (0..sums).for_each(|sum| pass.gradient[sum * terms + term] += self.tie * total);
            }
        }
        if curvature {
            let hessian = &mut pass.hessian;
            // Blocks of two different sums are symmetric in themselves; only their lower triangles are there.
            for (a, b) in (0..sums).flat_map(|a| (0..a).map(move |b| (a, b))) {
                for (j, k) in (0..terms).flat_map(|j| (0..j).map(move |k| (j, k))) {
                    hessian[(a * terms + k) * dimensions + b * terms + j] =
                        hessian[(a * terms + j) * dimensions + b * terms + k];
                }
            }
            for place in 0..dimensions {
                hessian[place * dimensions + place] += self.penalties[place % terms];
            }
            if sums > 1 {
                for (a, b) in (0..sums).flat_map(|a| (0..=a).map(move |b| (a, b))) {
                    for term in 0..terms {
                        hessian[(a * terms + term) * dimensions + b * terms + term] += self.tie;
                    }
                }
            }
        }
        (value, pass)
    }

    fn slope(&self, gradient: &[f64]) -> f64 {
        gradient.iter().fold(0.0_f64, |most, slope| most.max(slope.abs())) / self.rows
    }

    /// Newton's method with steps that are halved until the objective falls. After the last pass one more step is made,
    /// which costs nothing and leaves an error of the order of the tolerance squared.
    pub(super) fn newton(&self, start: Vec<f64>, stop: Stop) -> Solution {
        let mut at = start;
        let mut before: Option<(Vec<f64>, f64)> = None;
        let (mut iterations, mut halved, mut slow) = (0, 0, 0);
        let mut decrement = f64::INFINITY;
        loop {
            let (value, pass) = self.pass(&at, true);
            let mut solution = Solution {
                at,
                loss: pass.loss,
                covariance: None,
                iterations,
                converged: false,
                separated: stop.unbounded && pass.margin > 0.0,
            };
            if let Some((old, best)) = &before
                && (value > best + 1e-12 * best.abs() || value.is_nan())
            {
                // Halving 30 times leaves a step that rounding errors swallow.
                if halved == 30 {
                    solution.at.clone_from(old);
                    return solution;
                }
                halved += 1;
                at = old
                    .iter()
                    .zip(&solution.at)
                    .map(|(old, new)| 0.5 * (old + new))
                    .collect();
                continue;
            }
            let Some(curvature) = factorise(&pass.hessian, solution.at.len()) else {
                return solution;
            };
            let step = curvature.solve(&DVector::from_column_slice(&pass.gradient));
            let left = dot_any(step.as_slice(), &pass.gradient);
            // Near the end each step of a regular fit squares what is left; one that goes to infinity leaves a share.
            slow = if halved == 0 && left < 1.0 && left > 0.05 * decrement {
                slow + 1
            } else {
                0
            };
            decrement = left;
            solution.converged = self.slope(&pass.gradient) <= stop.tolerance;
            let separated = solution.separated && pass.loss <= SEPARATED_LOSS * self.rows;
            let endless = stop.unbounded && !solution.separated && slow >= SLOW_STEPS;
            if solution.converged || separated || endless || iterations >= stop.iterations {
                solution.separated |= endless;
                if solution.converged && !solution.separated {
                    add_scaled(&mut solution.at, -1.0, step.as_slice());
                }
                solution.covariance = Some(curvature.inverse());
                return solution;
            }
            at = solution.at.clone();
            add_scaled(&mut at, -1.0, step.as_slice());
            before = Some((solution.at, value));
            iterations += 1;
            halved = 0;
        }
    }

    /// L-BFGS (Nocedal and Wright 2006, algorithm 7.5) with ten pairs and steps that are halved until the objective falls
    /// enough (Armijo).
    pub(super) fn lbfgs(&self, start: Vec<f64>, stop: Stop) -> Solution {
        const PAIRS: usize = 10;
        let mut at = start;
        let (mut value, mut pass) = self.pass(&at, false);
        let mut pairs: VecDeque<(Vec<f64>, Vec<f64>, f64)> = VecDeque::new();
        let mut iterations = 0;
        loop {
            let converged = self.slope(&pass.gradient) <= stop.tolerance;
            let separated = stop.unbounded && pass.margin > 0.0;
            let apart = separated && pass.loss <= SEPARATED_LOSS * self.rows;
            let way = self.direction(&pairs, &pass.gradient);
            let falls = -dot_any(&way, &pass.gradient);
            let mut next = None;
            if !converged && !apart && iterations < stop.iterations && falls > 0.0 {
                let mut length = 1.0;
                for _ in 0..40 {
                    let mut there = at.clone();
                    add_scaled(&mut there, length, &way);
                    let (new, there_pass) = self.pass(&there, false);
                    if new <= value - 1e-4 * length * falls {
                        next = Some((there, new, there_pass));
                        break;
                    }
                    length *= 0.5;
                }
            }
            let Some((there, new, there_pass)) = next else {
                return Solution {
                    at,
                    loss: pass.loss,
                    covariance: None,
                    iterations,
                    converged,
                    separated,
                };
            };
            let moved: Vec<f64> = there.iter().zip(&at).map(|(new, old)| new - old).collect();
            let turned = there_pass
                .gradient
                .iter()
                .zip(&pass.gradient)
                .map(|(new, old)| new - old);
            let turned: Vec<f64> = turned.collect();
            let bend = dot_any(&moved, &turned);
            if bend > 1e-14 * dot_any(&turned, &turned).sqrt() * dot_any(&moved, &moved).sqrt() {
                if pairs.len() == PAIRS {
                    pairs.pop_front();
                }
                pairs.push_back((moved, turned, bend));
            }
            (at, value, pass) = (there, new, there_pass);
            iterations += 1;
        }
    }

    /// Downhill, bent by what the last steps told about the curvature.
    fn direction(&self, pairs: &VecDeque<(Vec<f64>, Vec<f64>, f64)>, gradient: &[f64]) -> Vec<f64> {
        let mut way: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
        let mut shares = Vec::with_capacity(pairs.len());
        for (moved, turned, bend) in pairs.iter().rev() {
            let share = dot_any(moved, &way) / bend;
            add_scaled(&mut way, -share, turned);
            shares.push(share);
        }
        match pairs.back() {
            Some((_, turned, bend)) => {
                let scale = bend / dot_any(turned, turned);
                way.iter_mut().for_each(|x| *x *= scale);
            }
            // A quarter of the rows bounds the curvature along each column, which has the variance 1.
            None => {
                let terms = self.penalties.len();
                for (place, x) in way.iter_mut().enumerate() {
                    *x /= 0.25 * self.rows + self.penalties[place % terms];
                }
            }
        }
        for ((moved, turned, bend), share) in pairs.iter().zip(shares.into_iter().rev()) {
            let back = dot_any(turned, &way) / bend;
            add_scaled(&mut way, share - back, moved);
        }
        way
    }

    /// The covariance of the coefficients at `at`.
    pub(super) fn covariance(&self, at: &[f64]) -> Option<DMatrix<f64>> {
        let (_, pass) = self.pass(at, true);
        factorise(&pass.hessian, at.len()).map(|curvature| curvature.inverse())
    }
}

/// The Cholesky factor; where rounding has left none, that of a matrix with a little more on its diagonal.
fn factorise(lower: &[f64], dimensions: usize) -> Option<Cholesky<f64, Dyn>> {
    // Column by column, so that the lower triangle has to be turned over.
    let matrix = DMatrix::from_row_slice(dimensions, dimensions, lower);
    let most = matrix.diagonal().max();
    let ridges = [0.0, 1e-13, 1e-10, 1e-7].into_iter();
    let matrices = ridges.map(|ridge| &matrix + DMatrix::from_diagonal_element(dimensions, dimensions, ridge * most));
    matrices.map(Cholesky::new).find_map(|factor| factor)
}
