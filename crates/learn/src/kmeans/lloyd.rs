//! Starts and Lloyd's iterations over weighted points.

use super::cells::Cells;
use super::centroids::{Centroids, squared};
use crate::random::Random;

/// After so many iterations a fit stops where it is; scikit-learn's number.
const MOST_ITERATIONS: usize = 300;

/// Where centroids are, and what that costs.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    /// One after the other.
    pub(super) centroids: Vec<f64>,
    pub(super) sizes: Vec<f64>,
    pub(super) inertia: f64,
}

/// At most `k` points, far from each other: each next one is the best of a few that are drawn with probabilities in
/// proportion to the cost of the points (k-means++ with `2 + ln(k)` trials).
pub(super) fn seeds(cells: &Cells, k: usize, random: &mut Random) -> Vec<f64> {
    let trials = 2 + (k as f64).ln() as usize;
    let total: f64 = cells.weights.iter().sum();
    let first = drawn(&cells.weights, total, random);
    let mut centroids = cells.mean(first).to_vec();
    let mut distances: Vec<f64> = (0..cells.len())
        .map(|cell| squared(cells.mean(cell), cells.mean(first)))
        .collect();
    let mut costs = vec![0.0; cells.len()];
    for _ in 1..k {
        let parts = costs.iter_mut().zip(distances.iter().zip(&cells.weights));
        parts.for_each(|(cost, (distance, weight))| *cost = distance * weight);
        let total: f64 = costs.iter().sum();
        if total <= 0.0 || total.is_nan() {
            // Every point is one of them.
            break;
        }
        let mut best: Option<(f64, usize, Vec<f64>)> = None;
        for _ in 0..trials {
            let candidate = drawn(&costs, total, random);
            let point = cells.mean(candidate);
            let nearer = |(cell, distance): (usize, &f64)| distance.min(squared(cells.mean(cell), point));
            let nearer: Vec<f64> = distances.iter().enumerate().map(nearer).collect();
            let cost: f64 = nearer
                .iter()
                .zip(&cells.weights)
                .map(|(distance, weight)| distance * weight)
                .sum();
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, candidate, nearer));
            }
        }
        let Some((_, candidate, nearer)) = best else { break };
        centroids.extend_from_slice(cells.mean(candidate));
        distances = nearer;
    }
    centroids
}

/// A place, with a probability in proportion to its weight.
fn drawn(weights: &[f64], total: f64, random: &mut Random) -> usize {
    let mut left = random.unit() * total;
    let mut last = 0;
    for (place, weight) in weights.iter().enumerate() {
        if *weight > 0.0 {
            last = place;
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
    }
    last
}

/// Moves centroids until no point changes its cluster, or the squares of their moves add up to at most `still`. Points
/// whose bounds (Hamerly 2010) say that they stay are not looked at.
pub(super) fn lloyd(cells: &Cells, start: Vec<f64>, still: f64) -> Fit {
    let width = cells.width;
    let mut centroids = start;
    let k = centroids.len() / width;
    let mut assigned = vec![0_u32; cells.len()];
    // Distances, not squared: at most that far from the own centroid, at least that far from any other.
    let mut upper = vec![0.0; cells.len()];
    let mut lower = vec![0.0; cells.len()];
    let mut sums = vec![0.0; k * width];
    let mut sizes = vec![0.0; k];
    let table = Centroids::new(&centroids, width);
    for cell in 0..cells.len() {
        let near = table.nearest(cells.mean(cell));
        assigned[cell] = near.place as u32;
        upper[cell] = near.distance.sqrt();
        lower[cell] = near.second.sqrt();
        add(cells, cell, near.place, 1.0, &mut sums, &mut sizes);
    }
    for _ in 0..MOST_ITERATIONS {
        fill_empty(
            cells,
            &centroids,
            &mut assigned,
            (&mut upper, &mut lower),
            (&mut sums, &mut sizes),
        );
        let mut moved = vec![0.0; k];
        for place in 0..k {
            if sizes[place] > 0.0 {
                let own = &mut centroids[place * width..(place + 1) * width];
                let old = own.to_vec();
                own.iter_mut()
                    .zip(&sums[place * width..])
                    .for_each(|(to, sum)| *to = sum / sizes[place]);
                moved[place] = squared(own, &old).sqrt();
            }
        }
        let farthest = moved.iter().copied().fold(0.0, f64::max);
        if moved.iter().map(|way| way * way).sum::<f64>() <= still {
            break;
        }
        let half = half_distances(&centroids, width);
        let table = Centroids::new(&centroids, width);
        let mut changed = false;
        for cell in 0..cells.len() {
            let own = assigned[cell] as usize;
            upper[cell] += moved[own];
            lower[cell] -= farthest;
            let bound = half[own].max(lower[cell]);
            if upper[cell] <= bound {
                continue;
            }
            upper[cell] = squared(cells.mean(cell), &centroids[own * width..(own + 1) * width]).sqrt();
            if upper[cell] <= bound {
                continue;
            }
            let near = table.nearest(cells.mean(cell));
            upper[cell] = near.distance.sqrt();
            lower[cell] = near.second.sqrt();
            if near.place != own {
                assigned[cell] = near.place as u32;
                add(cells, cell, own, -1.0, &mut sums, &mut sizes);
                add(cells, cell, near.place, 1.0, &mut sums, &mut sizes);
                changed = true;
            }
        }
        if !changed && sizes.iter().all(|size| *size > 0.0) {
            break;
        }
    }
    finish(cells, centroids, &assigned)
}

/// Adds a cell to a cluster, or with -1 takes it away.
fn add(cells: &Cells, cell: usize, place: usize, sign: f64, sums: &mut [f64], sizes: &mut [f64]) {
    let width = cells.width;
    let weight = sign * cells.weights[cell];
    sizes[place] += weight;
    let own = &mut sums[place * width..(place + 1) * width];
    own.iter_mut()
        .zip(cells.mean(cell))
        .for_each(|(sum, x)| *sum += weight * x);
}

/// Half the distance of each centroid to the nearest other: points nearer than that cannot have another cluster.
fn half_distances(centroids: &[f64], width: usize) -> Vec<f64> {
    let all: Vec<&[f64]> = centroids.chunks_exact(width).collect();
    let mut least = vec![f64::INFINITY; all.len()];
    for one in 0..all.len() {
        for two in one + 1..all.len() {
            let distance = squared(all[one], all[two]);
            least[one] = least[one].min(distance);
            least[two] = least[two].min(distance);
        }
    }
    least.into_iter().map(|distance| 0.5 * distance.sqrt()).collect()
}

/// Gives each cluster without points the point that costs most where it is, as scikit-learn does.
fn fill_empty(
    cells: &Cells,
    centroids: &[f64],
    assigned: &mut [u32],
    (upper, lower): (&mut [f64], &mut [f64]),
    (sums, sizes): (&mut [f64], &mut [f64]),
) {
    for place in 0..sizes.len() {
        if sizes[place] > 0.0 {
            continue;
        }
        let cost = |cell: usize| {
            let own = assigned[cell] as usize;
            // A cluster of one point keeps it.
            let alone = sizes[own] <= cells.weights[cell];
            let centroid = &centroids[own * cells.width..(own + 1) * cells.width];
            if alone {
                0.0
            } else {
                cells.weights[cell] * squared(cells.mean(cell), centroid)
            }
        };
        let worst = (0..cells.len())
            .map(|cell| (cell, cost(cell)))
            .reduce(|a, b| if b.1 > a.1 { b } else { a });
        let Some((cell, _)) = worst.filter(|(_, cost)| *cost > 0.0) else {
            return;
        };
        let own = assigned[cell] as usize;
        add(cells, cell, own, -1.0, sums, sizes);
        add(cells, cell, place, 1.0, sums, sizes);
        assigned[cell] = place as u32;
        // The centroid is still elsewhere: the bounds are set anew in the next iteration.
        upper[cell] = f64::INFINITY;
        lower[cell] = 0.0;
    }
}

/// The clusters that have points, with means that are added up anew.
fn finish(cells: &Cells, centroids: Vec<f64>, assigned: &[u32]) -> Fit {
    let width = cells.width;
    let k = centroids.len() / width;
    let (mut sums, mut sizes) = (vec![0.0; k * width], vec![0.0; k]);
    for (cell, place) in assigned.iter().enumerate() {
        add(cells, cell, *place as usize, 1.0, &mut sums, &mut sizes);
    }
    let mut inertia = 0.0;
    for (place, size) in sizes.iter().enumerate() {
        sums[place * width..(place + 1) * width]
            .iter_mut()
            .for_each(|sum| *sum /= size);
    }
    for (cell, place) in assigned.iter().enumerate() {
        let own = *place as usize * width;
        inertia += cells.spreads[cell] + cells.weights[cell] * squared(cells.mean(cell), &sums[own..own + width]);
    }
    let kept = |place: &usize| sizes[*place] > 0.0;
    Fit {
        centroids: (0..k)
            .filter(kept)
            .flat_map(|place| sums[place * width..(place + 1) * width].to_vec())
            .collect(),
        sizes: sizes.iter().copied().filter(|size| *size > 0.0).collect(),
        inertia,
    }
}
