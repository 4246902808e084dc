//! One of several passes over all rows.

use super::centroids::{Centroids, squared};
use crate::Error;

/// Assigns rows to given centroids, and adds up where those should go. Passes over parts of the rows merge.
#[derive(Debug, Clone)]
pub struct Pass {
    width: usize,
    centroids: Vec<f64>,
    table: Centroids,
    /// The sums of distances from the centroid, by cluster and column.
    sums: Vec<f64>,
    sizes: Vec<u64>,
    inertia: f64,
    /// The row that is farthest from its centroid, and its squared distance.
    farthest: Option<(f64, Vec<f64>)>,
}

/// What a pass comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The means of the clusters of the pass: the centroids for the next one.
    pub centroids: Vec<Vec<f64>>,
    /// How many rows were nearest to each centroid of the pass.
    pub sizes: Vec<u64>,
    /// The sum of squared distances to the centroids of the pass.
    pub inertia: f64,
    /// The sum of squared distances that the centroids have moved; 0 when passes have come to an end. scikit-learn stops
    /// at 0.0001 times the mean variance of the columns.
    pub shift: f64,
}

impl Pass {
    /// A pass without rows.
    ///
    /// # Errors
    /// Without centroids, or for centroids of different widths.
    pub fn new(centroids: &[Vec<f64>]) -> Result<Self, Error> {
        let width = centroids.first().map_or(0, Vec::len);
        if width == 0 || centroids.iter().any(|centroid| centroid.len() != width) {
            return Err(Error::Parameter(
                "centroids must be at least one, and all of one width".to_owned(),
            ));
        }
        let flat = centroids.concat();
        Ok(Self {
            width,
            table: Centroids::new(&flat, width),
            sums: vec![0.0; flat.len()],
            centroids: flat,
            sizes: vec![0; centroids.len()],
            inertia: 0.0,
            farthest: None,
        })
    }

    /// Adds rows, one after the other; all numbers must be finite.
    ///
    /// # Errors
    /// For another width than that of the centroids.
    pub fn update(&mut self, rows: &[f64], width: usize) -> Result<(), Error> {
        if width != self.width {
            let expected = self.width;
            return Err(Error::Mismatch(format!(
                "the centroids have {expected} columns, the rows have {width}"
            )));
        }
        let mut most = self.farthest.as_ref().map_or(-1.0, |(distance, _)| *distance);
        for row in rows.chunks_exact(width) {
            let near = self.table.nearest(row);
            self.inertia += near.distance;
            self.sizes[near.place] += 1;
            let from = near.place * width;
            let sums = self.sums[from..from + width].iter_mut();
            for (sum, (x, c)) in sums.zip(row.iter().zip(&self.centroids[from..])) {
                *sum += x - c;
            }
            if near.distance > most {
                most = near.distance;
                self.farthest = Some((most, row.to_vec()));
            }
        }
        Ok(())
    }

    /// Adds the rows of a pass with the same centroids.
    ///
    /// # Errors
    /// For other centroids.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if self.centroids != other.centroids {
            return Err(Error::Mismatch("the passes have different centroids".to_owned()));
        }
        self.sums
            .iter_mut()
            .zip(&other.sums)
            .for_each(|(sum, more)| *sum += more);
        self.sizes
            .iter_mut()
            .zip(&other.sizes)
            .for_each(|(size, more)| *size += more);
        self.inertia += other.inertia;
        let most = |of: &Self| of.farthest.as_ref().map_or(-1.0, |(distance, _)| *distance);
        if most(other) > most(self) {
            self.farthest.clone_from(&other.farthest);
        }
        Ok(())
    }

    /// Where the centroids should go. The first of those without rows goes to the row that is farthest from its centroid,
    /// others stay.
    pub fn finish(&self) -> Step {
        let mut farthest = self.farthest.as_ref().filter(|(distance, _)| *distance > 0.0);
        let mut shift = 0.0;
        let mut centroids = Vec::with_capacity(self.sizes.len());
        for (place, old) in self.centroids.chunks_exact(self.width).enumerate() {
            let size = self.sizes[place];
            let sums = &self.sums[place * self.width..];
            let new: Vec<f64> = if size > 0 {
                old.iter().zip(sums).map(|(c, sum)| c + sum / size as f64).collect()
            } else {
                farthest.take().map_or_else(|| old.to_vec(), |(_, row)| row.clone())
            };
            shift += squared(&new, old);
            centroids.push(new);
        }
        Step {
            centroids,
            sizes: self.sizes.clone(),
            inertia: self.inertia,
            shift,
        }
    }
}
