//! Cells: parts of the space, with the number of rows in them, their mean and their spread.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

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

/// Points that are not split further yet: a range of the order, and what is known of it.
struct Part {
    from: usize,
    to: usize,
    weight: f64,
    mean: Vec<f64>,
    /// The squared distances to the mean, by column.
    squares: Vec<f64>,
    /// The column with the largest of them, and the sum of all.
    widest: usize,
    spread: f64,
}

impl Part {
    fn new(from: usize, to: usize, weight: f64, mean: Vec<f64>, squares: Vec<f64>) -> Self {
        let wider = |widest: usize, column: usize| {
            if squares[column] > squares[widest] {
                column
            } else {
                widest
            }
        };
        let widest = (1..squares.len()).fold(0, wider);
        let spread = squares.iter().sum();
        Self {
            from,
            to,
            weight,
            mean,
            squares,
            widest,
            spread,
        }
    }
}

// The part with the largest spread is split first; of equals the one that comes first.
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

    /// How many bytes they take, the value itself not counted.
    pub(super) fn size(&self) -> usize {
        8 * (self.means.capacity() + self.weights.capacity() + self.spreads.capacity())
    }

    /// At most `target` cells of the same points. The part with the largest spread is split in two at its mean, along its
    /// widest column (Su and Dy 2007, "Var-Part"), until there are enough: dense parts stay whole, and points far out, which
    /// matter most, get cells of their own. Numbers of rows, their sum and their spread stay what they were.
    pub(super) fn reduced(&self, target: usize) -> Self {
        let parts = self.split(target);
        let mut cells = Self {
            width: self.width,
            means: Vec::with_capacity(parts.len() * self.width),
            weights: Vec::with_capacity(parts.len()),
            spreads: Vec::with_capacity(parts.len()),
        };
        for part in &parts {
            let (mut weight, mut spread) = (0.0, 0.0);
            let from = cells.means.len();
            cells.means.resize(from + self.width, 0.0);
            let mean = &mut cells.means[from..];
            for &point in part {
                let point = point as usize;
                weight += self.weights[point];
                let rows = self.weights[point];
                mean.iter_mut()
                    .zip(self.mean(point))
                    .for_each(|(sum, x)| *sum += rows * x);
            }
            mean.iter_mut().for_each(|sum| *sum /= weight);
            for &point in part {
                let point = point as usize;
                let squares = self.mean(point).iter().zip(&*mean).map(|(x, m)| (x - m) * (x - m));
                spread += self.spreads[point] + self.weights[point] * squares.sum::<f64>();
            }
            cells.weights.push(weight);
            cells.spreads.push(spread);
        }
        cells
    }

    /// The points of each part.
    fn split(&self, target: usize) -> Vec<Vec<u32>> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        let mut other = vec![0; self.len()];
        let (mut weight, mut sums, mut squares) = (0.0, vec![0.0; self.width], vec![0.0; self.width]);
        self.moments(&order, &vec![0.0; self.width], &mut weight, &mut sums, &mut squares);
        let mean: Vec<f64> = sums.iter().map(|sum| sum / weight).collect();
        (weight, sums, squares) = (0.0, vec![0.0; self.width], vec![0.0; self.width]);
        self.moments(&order, &mean, &mut weight, &mut sums, &mut squares);
        let mut parts = BinaryHeap::from([Part::new(0, order.len(), weight, mean, squares)]);
        let mut whole = Vec::new();
        while parts.len() + whole.len() < target {
            let Some(part) = parts.pop() else { break };
            let (column, border) = (part.widest, part.mean[part.widest]);
            let middle = self.partition(&mut order, &mut other, (part.from, part.to), column, border);
            // Points that are equal, but for rounding.
            if middle == part.from || middle == part.to || part.spread <= 0.0 || part.spread.is_nan() {
                whole.push(part);
                continue;
            }
            // The smaller side is added up, the other is what remains.
            let small_is_first = middle - part.from <= part.to - middle;
            let small = if small_is_first {
                part.from..middle
            } else {
                middle..part.to
            };
            let (mut weight, mut sums, mut squares) = (0.0, vec![0.0; self.width], vec![0.0; self.width]);
            self.moments(&order[small], &part.mean, &mut weight, &mut sums, &mut squares);
            let rest_sums: Vec<f64> = sums.iter().map(|sum| -sum).collect();
            let rest_squares: Vec<f64> = part.squares.iter().zip(&squares).map(|(all, own)| all - own).collect();
            let side = |from, to, weight: f64, sums: &[f64], squares: &[f64]| {
                let mean = part.mean.iter().zip(sums).map(|(mean, sum)| mean + sum / weight);
                let around = squares
                    .iter()
                    .zip(sums)
                    .map(|(all, sum)| (all - sum * sum / weight).max(0.0));
                Part::new(from, to, weight, mean.collect(), around.collect())
            };
            let rest = part.weight - weight;
            let (one, two) = ((weight, &sums, &squares), (rest, &rest_sums, &rest_squares));
            let (first, second) = if small_is_first { (one, two) } else { (two, one) };
            parts.push(side(part.from, middle, first.0, first.1, first.2));
            parts.push(side(middle, part.to, second.0, second.1, second.2));
        }
        whole.extend(parts);
        // In the order of the points' places, so that equal input has equal output.
        whole.sort_unstable_by_key(|part| part.from);
        whole.iter().map(|part| order[part.from..part.to].to_vec()).collect()
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
    fn moments(&self, points: &[u32], around: &[f64], weight: &mut f64, sums: &mut [f64], squares: &mut [f64]) {
        for &point in points {
            let rows = self.weights[point as usize];
            *weight += rows;
            let columns = self.mean(point as usize).iter().zip(around);
            for ((x, around), (sum, square)) in columns.zip(sums.iter_mut().zip(squares.iter_mut())) {
                let away = x - around;
                *sum += rows * away;
                *square += rows * away * away;
            }
        }
    }
}
