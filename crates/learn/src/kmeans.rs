//! k-means clustering.
//!
//! Two ways lead to centroids. [`State`] reads each row once, in memory that hardly grows with the rows: it gathers them in
//! cells, small parts of the space of which it keeps the number of rows, their mean and their spread, as BIRCH does (Zhang,
//! Ramakrishnan and Livny 1996), and clusters the cells. [`Pass`] is one of several passes over all rows: it assigns them
//! to given centroids and says where those should go (Lloyd 1982), so that repeated passes come to a local optimum of all
//! rows. Starts are those of k-means++ (Arthur and Vassilvitskii 2007), greedy, as scikit-learn chooses them.

mod cells;
mod centroids;
mod lloyd;
mod pass;
mod state;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::Error;
pub use pass::{Pass, Step};
pub use state::State;

/// The largest number of clusters.
pub const MOST_CLUSTERS: usize = 1000;

/// Clusters of rows, the largest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KMeans {
    /// The mean of each cluster; fewer than were asked for where there are fewer different rows.
    pub centroids: Vec<Vec<f64>>,
    /// How many rows each has.
    pub sizes: Vec<u64>,
    /// The sum of squared distances of rows to the centroid of their cluster.
    pub inertia: f64,
    /// Whether sizes and inertia were counted row by row; if not, they are estimates, as which rows of a cell that lies
    /// across a border are on which side is not known. For rows without any gap between clusters they were within 2 %.
    pub exact: bool,
    /// How many rows were read.
    pub n: u64,
    /// How many were left out.
    pub skipped: u64,
}

impl KMeans {
    /// The place of the nearest centroid, and the distance to it.
    ///
    /// # Errors
    /// For another number of columns, and without centroids.
    pub fn nearest(&self, row: &[f64]) -> Result<(usize, f64), Error> {
        nearest(&self.centroids, row)
    }
}

/// What is said of rows whose distances are not numbers any more.
pub(crate) fn too_large() -> Error {
    Error::Rows("the numbers are too large to be squared; divide the columns by a power of ten".to_owned())
}

/// The place of the nearest of some centroids, of equally near ones the first, and the (Euclidean) distance to it.
///
/// # Errors
/// For another number of columns, and without centroids.
pub fn nearest(centroids: &[Vec<f64>], row: &[f64]) -> Result<(usize, f64), Error> {
    let mut best = None;
    for (place, centroid) in centroids.iter().enumerate() {
        if centroid.len() != row.len() {
            let (expected, got) = (centroid.len(), row.len());
            return Err(Error::Mismatch(format!(
                "the model has {expected} features, the row has {got}"
            )));
        }
        let squares = centroid.iter().zip(row).map(|(c, x)| (x - c) * (x - c));
        let distance: f64 = squares.sum();
        if best.is_none_or(|(_, least)| distance < least) {
            best = Some((place, distance));
        }
    }
    best.map(|(place, distance)| (place, distance.sqrt()))
        .ok_or_else(|| Error::Mismatch("the model has no centroids".to_owned()))
}
