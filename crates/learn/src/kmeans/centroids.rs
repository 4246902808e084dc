//! Distances from a point to all centroids at once.

/// Centroids are handled so many at a time.
const LANES: usize = 4;

/// Centroids, column by column.
#[derive(Debug, Clone)]
pub(super) struct Centroids {
    width: usize,
    /// For each group of [`LANES`] centroids, for each column, their numbers. Those that fill up the last group are
    /// infinitely far away.
    columns: Vec<[f64; LANES]>,
}

/// What is near to a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near {
    pub(super) place: usize,
    /// The squared distance.
    pub(super) distance: f64,
    /// The squared distance of the second nearest.
    pub(super) second: f64,
}

impl Centroids {
    /// Of centroids that stand one after the other.
    pub(super) fn new(centroids: &[f64], width: usize) -> Self {
        let len = centroids.len() / width.max(1);
        let mut columns = vec![[f64::INFINITY; LANES]; len.div_ceil(LANES) * width];
        for (place, centroid) in centroids.chunks_exact(width.max(1)).enumerate() {
            let (group, lane) = (place / LANES, place % LANES);
            for (column, x) in centroid.iter().enumerate() {
                columns[group * width + column][lane] = *x;
            }
        }
        Self { width, columns }
    }

    /// The nearest to a point, of equally near ones the first.
    #[inline]
    pub(super) fn nearest(&self, point: &[f64]) -> Near {
        let mut near = Near {
            place: 0,
            distance: f64::INFINITY,
            second: f64::INFINITY,
        };
        for (group, columns) in self.columns.chunks_exact(self.width.max(1)).enumerate() {
            let mut sums = [0.0; LANES];
            for (column, x) in columns.iter().zip(point) {
                for lane in 0..LANES {
                    let away = x - column[lane];
                    sums[lane] += away * away;
                }
            }
            for (lane, distance) in sums.into_iter().enumerate() {
                let nearer = distance < near.distance;
                let rest = if nearer { near.distance } else { distance };
                near.second = if rest < near.second { rest } else { near.second };
                near.place = if nearer { group * LANES + lane } else { near.place };
                near.distance = if nearer { distance } else { near.distance };
            }
        }
        near
    }
}

/// The squared distance of two points.
#[inline]
pub(super) fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
