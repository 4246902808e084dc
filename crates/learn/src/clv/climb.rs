//! The maximum of a function of a few numbers above 0.

use nalgebra::{SMatrix, SVector};

/// A function to climb: its value, slopes and curvatures.
pub(super) trait Hill<const N: usize> {
    /// At numbers above 0.
    fn at(&self, place: &[f64; N]) -> Slope<N>;

    /// How many rows it is a sum over: what counts as flat depends on it.
    fn rows(&self) -> f64;
}

/// Value, gradient and second derivatives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slope<const N: usize> {
    pub(super) height: f64,
    pub(super) gradient: [f64; N],
    pub(super) curvature: [[f64; N]; N],
}

impl<const N: usize> Slope<N> {
    pub(super) fn flat() -> Self {
        Self {
            height: 0.0,
            gradient: [0.0; N],
            curvature: [[0.0; N]; N],
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.height += other.height;
        for one in 0..N {
            self.gradient[one] += other.gradient[one];
            for two in 0..N {
                self.curvature[one][two] += other.curvature[one][two];
            }
        }
    }
}

/// Where a climb ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Climb<const N: usize> {
    pub(super) at: [f64; N],
    pub(super) height: f64,
    pub(super) steps: u32,
    pub(super) converged: bool,
}

const MOST_STEPS: u32 = 200;

/// How far numbers may go: e^±16 of the unit is without bound.
const BOUND: f64 = 16.0;

/// Climbs from 1, 1, .. in the logarithms of the numbers, by Newton's method with Levenberg and Marquardt's damping.
pub(super) fn climb<const N: usize>(hill: &impl Hill<N>) -> Climb<N> {
    let mut logs = SVector::<f64, N>::zeros();
    let numbers = |logs: &SVector<f64, N>| -> [f64; N] { std::array::from_fn(|place| logs[place].exp()) };
    let mut slope = hill.at(&numbers(&logs));
    let mut damping = 1e-3;
    for steps in 1..=MOST_STEPS {
        let at = numbers(&logs);
        let gradient = SVector::<f64, N>::from_fn(|place, _| at[place] * slope.gradient[place]);
        let curvature = SMatrix::<f64, N, N>::from_fn(|one, two| {
            let own = if one == two { at[one] * slope.gradient[one] } else { 0.0 };
            at[one] * at[two] * slope.curvature[one][two] + own
        });
        let is_flat = gradient.amax() <= 1e-9 * hill.rows();
        let mut moved = false;
        while damping < 1e12 {
            let scale = curvature.diagonal().map(|own| own.abs().max(1e-8 * hill.rows()));
            let damped = -curvature + SMatrix::from_diagonal(&scale) * damping;
            let step = damped.cholesky().map(|damped| damped.solve(&gradient));
            if let Some(step) = step.filter(|step| step.amax() <= 3.0) {
                let next = (logs + step).map(|log| log.clamp(-BOUND, BOUND));
                let there = hill.at(&numbers(&next));
                if there.height >= slope.height {
                    moved = next != logs && there.height > slope.height;
                    logs = next;
                    slope = there;
                    damping = (damping * 0.1_f64).max(1e-12);
                    break;
                }
            }
            damping *= 10.0;
        }
        if is_flat || !moved {
            let is_inside = logs.amax() < BOUND - 1.0;
            return Climb {
                at: numbers(&logs),
                height: slope.height,
                steps,
                converged: is_inside && gradient.amax() <= 1e-6 * hill.rows(),
            };
        }
    }
    Climb {
        at: numbers(&logs),
        height: slope.height,
        steps: MOST_STEPS,
        converged: false,
    }
}
