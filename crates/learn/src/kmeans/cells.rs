//! Cells: parts of the space, with the number of rows in them, their mean and their spread.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::centroids::squared;
use crate::random::Random;

/// Weighted points; a row is a point of weight 1 without a spread.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    pub(super) width: usize,
    /// The means, one after the other.
    pub(super) means: Vec<f64>,
    /// The numbers of rows.
    pub(super) weights: Vec<f64>,
    /// The sums of squared distances of rows to the mean.
    pub(super) spreads: Vec<f64>,
}

/// A part of the points that may be split further. The one with the largest spread is the greatest; of equals the one that
/// comes first.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// The sum of squared distances to the mean.
    spread: f64,
    from: u32,
    to: u32,
    /// Where its moments are.
    place: u32,
}

impl Ord for Part {
    fn cmp(&self, other: &Self) -> Ordering {
        self.spread.total_cmp(&other.spread).then(other.from.cmp(&self.from))
    }
}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Part {}

/// What is known of some points: how many rows they are, by column the sum of distances from somewhere, and of the squares
/// of those.
#[derive(Debug, Clone)]
struct Moments {
    weight: f64,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Moments {
    fn new(width: usize) -> Self {
        Self {
            weight: 0.0,
            sums: vec![0.0; width],
            squares: vec![0.0; width],
        }
    }

    /// Turns distances from `around` into the mean itself, and squares into those around the mean.
    fn centre(&mut self, around: &[f64]) {
        for ((sum, square), around) in self.sums.iter_mut().zip(&mut self.squares).zip(around) {
            let away = *sum / self.weight;
            *square = (*square - *sum * away).max(0.0);
            *sum = around + away;
        }
    }

    fn spread(&self) -> f64 {
        self.squares.iter().sum()
    }

    /// The column with the largest spread.
    fn widest(&self) -> usize {
        let wider = |widest: usize, column: usize| {
            if self.squares[column] > self.squares[widest] {
                column
            } else {
                widest
            }
        };
        (1..self.squares.len()).fold(0, wider)
    }
}

impl Cells {
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.weights.len()
    }

    /// The mean of one.
    pub(super) fn mean(&self, cell: usize) -> &[f64] {
        &self.means[cell * self.width..(cell + 1) * self.width]
    }

    /// Adds others.
    pub(super) fn extend(&mut self, other: &Self) {
        self.means.extend_from_slice(&other.means);
        self.weights.extend_from_slice(&other.weights);
        self.spreads.extend_from_slice(&other.spreads);
    }

    /// Adds rows.
    pub(super) fn extend_rows(&mut self, rows: &[f64]) {
        self.means.extend_from_slice(rows);
        let len = self.means.len() / self.width.max(1);
        self.weights.resize(len, 1.0);
        self.spreads.resize(len, 0.0);
    }

    /// Takes all of them out.
    pub(super) fn clear(&mut self) {
        self.means.clear();
        self.weights.clear();
        self.spreads.clear();
    }

    /// How many bytes they take, the value itself not counted.
    pub(super) fn size(&self) -> usize {
        8 * (self.means.capacity() + self.weights.capacity() + self.spreads.capacity())
    }

    /// Two points for each cell that has a spread, on both sides of its mean, as far away as the spread says, in a direction
    /// of their own: what rows of a cell that lies across a border cost is told by them, as on average over borders it only
    /// depends on the spread. Points have no spread any more.
    pub(super) fn spread_out(&self) -> Self {
        let mut random = Random::new(0);
        let mut points = Self::new(self.width);
        for cell in 0..self.len() {
            let (mean, weight, spread) = (self.mean(cell), self.weights[cell], self.spreads[cell]);
            if spread == 0.0 {
                points.means.extend_from_slice(mean);
                points.weights.push(weight);
                continue;
            }
            let step = (spread / (weight * self.width as f64)).sqrt();
            let mut bits = 0;
            let mut away = Vec::with_capacity(self.width);
            for column in 0..self.width {
                if column % 64 == 0 {
                    bits = random.bits();
                }
                away.push(if bits & 1 == 1 { step } else { -step });
                bits >>= 1;
            }
            points.means.extend(mean.iter().zip(&away).map(|(x, step)| x + step));
            points.means.extend(mean.iter().zip(&away).map(|(x, step)| x - step));
            points.weights.extend([0.5 * weight, 0.5 * weight]);
        }
        points.spreads = vec![0.0; points.weights.len()];
        points
    }

    /// The mean variance of the columns.
    pub(super) fn variance(&self) -> f64 {
        let whole = self.reduced(1);
        let parts = whole.spreads.iter().zip(&whole.weights);
        parts.map(|(spread, weight)| spread / weight / self.width as f64).sum()
    }

    /// At most `target` cells of the same points. The part with the largest spread is split in two at its mean, along its
    /// widest column (Su and Dy 2007, "Var-Part"), until there are enough: dense parts stay whole, and points far out, which
    /// matter most, get cells of their own. Numbers of rows, their sum and their spread stay what they were.
    pub(super) fn reduced(&self, target: usize) -> Self {
        let (order, parts) = self.split(target);
        let mut cells = Self {
            width: self.width,
            means: Vec::with_capacity(parts.len() * self.width),
            weights: Vec::with_capacity(parts.len()),
            spreads: Vec::with_capacity(parts.len()),
        };
        for part in &parts {
            let points = &order[part.from as usize..part.to as usize];
            // Added up anew: what splitting has kept has lost digits.
            let (mut weight, mut spread) = (0.0, 0.0);
            let from = cells.means.len();
            cells.means.resize(from + self.width, 0.0);
            let mean = &mut cells.means[from..];
            for &point in points {
                let rows = self.weights[point as usize];
                weight += rows;
                mean.iter_mut()
                    .zip(self.mean(point as usize))
                    .for_each(|(sum, x)| *sum += rows * x);
            }
            mean.iter_mut().for_each(|sum| *sum /= weight);
            for &point in points {
                let point = point as usize;
                spread += self.spreads[point] + self.weights[point] * squared(self.mean(point), mean);
            }
            cells.weights.push(weight);
            cells.spreads.push(spread);
        }
        cells
    }

    /// The points in the order of their parts, and the parts in that order.
    fn split(&self, target: usize) -> (Vec<u32>, Vec<Part>) {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        let mut other = vec![0; self.len()];
        let mut all = Moments::new(self.width);
        let first = self.mean(0).to_vec();
        self.moments(&order, &first, &mut all);
        all.centre(&first);
        // Once more around the mean, as the first point may be far out.
        let mean = all.sums.clone();
        all = Moments::new(self.width);
        self.moments(&order, &mean, &mut all);
        all.centre(&mean);
        let (spread, to) = (all.spread(), self.len() as u32);
        let mut moments = vec![all];
        let mut parts = BinaryHeap::from([Part {
            spread,
            from: 0,
            to,
            place: 0,
        }]);
        let mut whole = Vec::new();
        while parts.len() + whole.len() < target {
            let Some(part) = parts.pop() else { break };
            let parent = &moments[part.place as usize];
            let (column, range) = (parent.widest(), (part.from as usize, part.to as usize));
            let middle = self.partition(&mut order, &mut other, range, column, parent.sums[column]);
            // Points that are equal, but for rounding.
            if middle == range.0 || middle == range.1 || part.spread <= 0.0 || part.spread.is_nan() {
                whole.push(part);
                continue;
            }
            // The smaller side is added up, the other is what remains.
            let small_is_first = middle - range.0 <= range.1 - middle;
            let small_range = if small_is_first {
                range.0..middle
            } else {
                middle..range.1
            };
            let mut small = Moments::new(self.width);
            self.moments(&order[small_range], &parent.sums, &mut small);
            let place = moments.len() as u32;
            let parent = &mut moments[part.place as usize];
            let weight = parent.weight - small.weight;
            let columns = parent.sums.iter_mut().zip(&mut parent.squares);
            for ((mean, square), (sum, own)) in columns.zip(small.sums.iter_mut().zip(&mut small.squares)) {
                let (near, far) = (*sum / small.weight, -*sum / weight);
                // The distances of both sides from the old mean cancel out.
                *square = (*square - *own + *sum * far).max(0.0);
                *own = (*own - *sum * near).max(0.0);
                *sum = *mean + near;
                *mean += far;
            }
            parent.weight = weight;
            let rest_spread = parent.spread();
            let middle = middle as u32;
            let (first, second) = ((part.from, middle), (middle, part.to));
            let (small_range, rest_range) = if small_is_first {
                (first, second)
            } else {
                (second, first)
            };
            let part_of = |spread, (from, to), place| Part {
                spread,
                from,
                to,
                place,
            };
            parts.push(part_of(small.spread(), small_range, place));
            parts.push(part_of(rest_spread, rest_range, part.place));
            moments.push(small);
        }
        whole.extend(parts);
        // In the order of the points' places, so that equal input has equal output.
        whole.sort_unstable_by_key(|part| part.from);
        (order, whole)
    }

    /// Brings the points of a range that are below `border` before the others; where those begin.
    fn partition(
        &self,
        order: &mut [u32],
        other: &mut [u32],
        (from, to): (usize, usize),
        column: usize,
        border: f64,
    ) -> usize {
        let (mut low, mut high) = (from, 0);
        // Without a branch, which would be guessed wrong every second time.
        for place in from..to {
            let point = order[place];
            let below = self.means[point as usize * self.width + column] < border;
            order[low] = point;
            other[high] = point;
            low += usize::from(below);
            high += usize::from(!below);
        }
        order[low..to].copy_from_slice(&other[..high]);
        low
    }

    /// Adds the weights of points, their weighted distances from `around`, and the squares of those.
    fn moments(&self, points: &[u32], around: &[f64], to: &mut Moments) {
        let width = around.len();
        let (sums, squares) = (&mut to.sums[..width], &mut to.squares[..width]);
        for &point in points {
            let rows = self.weights[point as usize];
            to.weight += rows;
            let point = &self.mean(point as usize)[..width];
            for column in 0..width {
                let away = point[column] - around[column];
                sums[column] += rows * away;
                squares[column] += rows * away * away;
            }
        }
    }
}
