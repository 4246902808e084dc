//! How well rows fit their clusters.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::Error;

/// The mean silhouette coefficient (Rousseeuw 1987) of rows of numbers with cluster codes, by Euclidean distance.
///
/// A row's coefficient is (b - a) / max(a, b): a is its mean distance from the other rows of its cluster, b that from the
/// rows of the nearest other one; 0 for the only row of a cluster. That takes the distances between all pairs of rows, so
/// above `most` different rows a sample of them stands for all: those with the smallest hashes. Equal rows are one row that
/// counts as often, so the sample depends on which rows there are, and not on their order or on how they were split.
#[derive(Debug, Clone)]
pub struct Silhouette {
    most: usize,
    seed: u64,
    width: usize,
    /// The numbers of row `i` are `numbers[i * width..][..width]`.
    numbers: Vec<f64>,
    rows: Vec<Row>,
    /// The largest hash that can still be in the sample.
    limit: u64,
}

/// What is remembered of a row beside its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its hash.
    pub hash: u64,
    /// The code of its cluster.
    pub cluster: u32,
    /// How many rows are equal to it, itself among them.
    pub count: u64,
}

impl Silhouette {
    /// A state without rows, for a sample of `most` rows, at least 2.
    pub fn new(most: usize, seed: u64) -> Self {
        Self {
            most,
            seed,
            width: 0,
            numbers: Vec::new(),
            rows: Vec::new(),
            limit: u64::MAX,
        }
    }

    /// Adds a row of finite numbers whose cluster is called `label`.
    ///
    /// # Errors
    /// When it has not as many numbers as the rows before.
    pub fn update(&mut self, numbers: &[f64], cluster: u32, label: &str) -> Result<(), Error> {
        let mut hash = crate::hash::Hash::new(self.seed);
        for number in numbers {
            // Both zeros are the same.
            hash.add(&(number + 0.0).to_bits().to_le_bytes());
        }
        hash.add(label.as_bytes());
        let row = Row {
            hash: hash.finish(),
            cluster,
            count: 1,
        };
        self.add(numbers, row)
    }

    /// Adds what [`Self::sample`] gave of another state of the same size and seed, its cluster codes turned into those of
    /// this one.
    ///
    /// # Errors
    /// As [`Self::update`].
    pub fn add(&mut self, numbers: &[f64], row: Row) -> Result<(), Error> {
        if self.rows.is_empty() {
            self.width = numbers.len();
        } else if self.width != numbers.len() {
            return Err(Error::Mismatch(format!(
                "all rows must have as many numbers, got {} and {}",
                self.width,
                numbers.len()
            )));
        }
        if row.hash > self.limit {
            return Ok(());
        }
        self.rows.push(row);
        self.numbers.extend_from_slice(numbers);
        if self.rows.len() >= 2 * self.most + 1024 {
            self.shrink();
        }
        Ok(())
    }

    /// Makes one row of equal ones, and drops what is too much.
    fn shrink(&mut self) {
        let width = self.width;
        let numbers = |row: usize| &self.numbers[row * width..][..width];
        let compare = |&a: &usize, &b: &usize| -> Ordering {
            let (one, two) = (self.rows[a], self.rows[b]);
            let by_row = one.hash.cmp(&two.hash).then(one.cluster.cmp(&two.cluster));
            by_row.then_with(|| {
                let pairs = numbers(a).iter().zip(numbers(b));
                pairs
                    .map(|(a, b)| (a + 0.0).total_cmp(&(b + 0.0)))
                    .find(|order| order.is_ne())
                    .unwrap_or(Ordering::Equal)
            })
        };
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_unstable_by(compare);
        let mut rows: Vec<Row> = Vec::with_capacity(self.most);
        let mut kept = Vec::with_capacity(self.most * width);
        let mut last: Option<usize> = None;
        for place in order {
            if let Some(same) = last.filter(|last| compare(last, &place).is_eq()) {
                if let Some(row) = rows.last_mut() {
                    row.count += self.rows[place].count;
                }
                last = Some(same);
                continue;
            }
            if rows.len() == self.most {
                // Nothing from here on can come back: a row that is equal to one that is kept has a hash up to the limit.
                self.limit = rows.last().map_or(u64::MAX, |row| row.hash);
                break;
            }
            rows.push(self.rows[place]);
            kept.extend_from_slice(numbers(place));
            last = Some(place);
        }
        self.rows = rows;
        self.numbers = kept;
    }

    /// The rows that are kept, and their numbers.
    pub fn sample(&mut self) -> impl Iterator<Item = (&[f64], Row)> {
        self.shrink();
        let (width, all) = (self.width, &self.numbers);
        let row = move |(place, row): (usize, &Row)| (&all[place * width..][..width], *row);
        self.rows.iter().enumerate().map(row)
    }

    /// How many numbers a row has; 0 before the first one.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The coefficient; `None` unless there are two clusters or more, one of them with two rows or more.
    pub fn finish(&mut self) -> Option<f64> {
        self.shrink();
        // Codes in the order of the rows, so that sums come out the same whatever was seen first.
        let mut codes: HashMap<u32, usize> = HashMap::new();
        let mut sizes: Vec<f64> = Vec::new();
        let mut cluster = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let next = codes.len();
            let code = *codes.entry(row.cluster).or_insert(next);
            sizes.resize(codes.len(), 0.0);
            sizes[code] += row.count as f64;
            cluster.push(code);
        }
        if sizes.len() < 2 || sizes.iter().all(|size| *size < 2.0) {
            return None;
        }
        let (mut total, mut count) = (0.0, 0.0);
        let mut distances = vec![0.0; sizes.len()];
        for (place, row) in self.rows.iter().enumerate() {
            distances.fill(0.0);
            let own = &self.numbers[place * self.width..][..self.width];
            let others = self.numbers.chunks_exact(self.width.max(1));
            for ((other, cluster), row) in others.zip(&cluster).zip(&self.rows) {
                distances[*cluster] += row.count as f64 * distance(own, other);
            }
            let here = cluster[place];
            let rows = row.count as f64;
            count += rows;
            if sizes[here] < 2.0 {
                continue;
            }
            let a = distances[here] / (sizes[here] - 1.0);
            let means = distances
                .iter()
                .zip(&sizes)
                .enumerate()
                .filter(|(code, _)| *code != here);
            let b = means.map(|(_, (sum, size))| sum / size).fold(f64::INFINITY, f64::min);
            let larger = a.max(b);
            total += if larger > 0.0 { rows * (b - a) / larger } else { 0.0 };
        }
        Some(total / count)
    }

    /// The memory that is held, in bytes.
    pub fn size(&self) -> usize {
        self.numbers.capacity() * size_of::<f64>() + self.rows.capacity() * size_of::<Row>()
    }
}

fn distance(one: &[f64], two: &[f64]) -> f64 {
    let squares = one.iter().zip(two).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f64>().sqrt()
}
