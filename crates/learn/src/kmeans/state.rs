//! Rows that are read once.

use std::cmp::Ordering;

use super::cells::Cells;
use super::lloyd::{Fit, lloyd, seeds};
use super::{KMeans, MOST_CLUSTERS, too_large};
use crate::random::Random;
use crate::{Error, parallel};

const VERSION: u8 = 1;

/// At least so many starts are made, and the best is taken.
const STARTS: usize = 10;

/// At most so many, as long as they are cheap: rows far out make many local optima.
const MOST_STARTS: usize = 20;

/// Where rows are not known one by one, centroids stand still when the squares of their moves add up to this share of the
/// mean variance of the columns; scikit-learn's number.
const STILL: f64 = 1e-4;

/// What all starts together may cost, in distances by columns of one iteration.
const CHEAP: usize = 20_000_000;

/// Starts look at no more than so many points.
const MOST_OF_STARTS: usize = 4096;

/// A reduction leaves one of so many points.
const SHARE: usize = 16;

/// The state of a clustering in one pass. Rows are kept as they are up to 16 times [`State::cells`]; then they become that
/// many cells, whose own overflow becomes cells of the next level, so that memory grows with the logarithm of the rows.
///
/// As long as rows are kept as they are, neither their order nor the way in which they were split into states changes the
/// result. Beyond that other splits give other cells, and so centroids that are not the same to the last digits; their
/// inertia over the rows is the same within 2 %.
#[derive(Debug, Clone)]
pub struct State {
    k: usize,
    seed: u64,
    width: usize,
    /// Rows as they are, each of weight 1.
    rows: Cells,
    levels: Vec<Cells>,
    n: u64,
    skipped: u64,
}

impl State {
    /// No rows yet, to be clustered into at most `k` clusters.
    ///
    /// # Errors
    /// For a `k` outside 1 to [`MOST_CLUSTERS`].
    pub fn new(k: usize, seed: u64) -> Result<Self, Error> {
        if !(1..=MOST_CLUSTERS).contains(&k) {
            return Err(Error::Parameter(format!(
                "`k` must be from 1 to {MOST_CLUSTERS}, got {k}"
            )));
        }
        Ok(Self {
            k,
            seed,
            width: 0,
            rows: Cells::new(0),
            levels: Vec::new(),
            n: 0,
            skipped: 0,
        })
    }

    /// How many cells a reduction makes: 128 a cluster, at least 2048 and at most 16,384.
    pub fn cells(&self) -> usize {
        (128 * self.k).clamp(2048, 16_384)
    }

    /// How many points a level may have.
    fn room(&self) -> usize {
        SHARE * self.cells()
    }

    /// How many rows were added.
    pub fn len(&self) -> u64 {
        self.n
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Counts rows that are left out.
    pub fn skip(&mut self, rows: u64) {
        self.skipped += rows;
    }

    /// Adds rows, one after the other; all numbers must be finite.
    ///
    /// # Errors
    /// For another width than that of earlier rows.
    pub fn update(&mut self, rows: &[f64], width: usize) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        self.check_width(width)?;
        self.n += (rows.len() / width) as u64;
        self.add_rows(rows);
        Ok(())
    }

    fn check_width(&mut self, width: usize) -> Result<(), Error> {
        if self.width == 0 {
            self.width = width;
            self.rows.width = width;
        }
        if width != self.width || width == 0 {
            let own = self.width;
            return Err(Error::Mismatch(format!(
                "all rows must have as many numbers, got {own} and {width}"
            )));
        }
        Ok(())
    }

    fn add_rows(&mut self, mut rows: &[f64]) {
        while !rows.is_empty() {
            if self.rows.len() >= self.room() {
                let cells = self.rows.reduced(self.cells());
                // Keeps its memory for the next rows.
                self.rows.clear();
                self.add_cells(&cells, 0);
            }
            let room = (self.room() - self.rows.len()) * self.width;
            let (now, later) = rows.split_at(rows.len().min(room));
            self.rows.extend_rows(now);
            rows = later;
        }
    }

    fn add_cells(&mut self, cells: &Cells, level: usize) {
        while self.levels.len() <= level {
            self.levels.push(Cells::new(self.width));
        }
        self.levels[level].extend(cells);
        if self.levels[level].len() > self.room() {
            let full = std::mem::replace(&mut self.levels[level], Cells::new(self.width));
            self.add_cells(&full.reduced(self.cells()), level + 1);
        }
    }

    /// Adds the rows of another.
    ///
    /// # Errors
    /// For another width.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        self.skipped += other.skipped;
        if other.n == 0 {
            return Ok(());
        }
        self.check_width(other.width)?;
        self.n += other.n;
        self.add_rows(&other.rows.means);
        for (level, cells) in other.levels.iter().enumerate() {
            self.add_cells(cells, level);
        }
        Ok(())
    }

    /// How many bytes the state takes, the value itself not counted.
    pub fn size(&self) -> usize {
        let levels: usize = self.levels.iter().map(Cells::size).sum();
        self.rows.size() + levels + self.levels.capacity() * size_of::<Cells>()
    }

    /// The clusters; `None` without rows. Up to 4096 rows (or [`Self::cells`]), the best of ten to twenty starts from all of
    /// them; else the best of ten to twenty starts from so many cells of them, moved on over all rows and cells that are kept.
    ///
    /// # Errors
    /// Where numbers are so large that squares of their distances are not numbers any more (from about 1e150).
    pub fn finish(&self) -> Result<Option<KMeans>, Error> {
        if self.n == 0 {
            return Ok(None);
        }
        let mut all = Cells::new(self.width);
        if self.levels.is_empty() {
            // In an order of their own, so that neither the order nor a split of the rows changes anything.
            all.extend_rows(&sorted(&self.rows.means, self.width));
        } else {
            all.extend(&self.rows);
        }
        self.levels.iter().for_each(|cells| all.extend(cells));
        let many = all.len() > MOST_OF_STARTS.max(self.cells());
        let reduced = many.then(|| all.reduced(MOST_OF_STARTS.max(self.cells())).spread_out());
        let points = reduced.as_ref().unwrap_or(&all);
        let still = if many { STILL * all.variance() } else { 0.0 };
        let cost = points.len().saturating_mul(self.k).saturating_mul(self.width).max(1);
        let threads = if cost < 20_000 { 1 } else { parallel::cores() };
        let starts = (CHEAP / cost).clamp(STARTS, MOST_STARTS);
        let fits = parallel::in_order(starts, threads, |start| {
            // One stream a start, so that threads do not share one.
            let first = Random::new(self.seed).bits();
            let mut random = Random::new(first ^ Random::new(start as u64).bits());
            lloyd(points, seeds(points, self.k, &mut random), still)
        });
        let best = fits
            .into_iter()
            .reduce(|a, b| if b.inertia < a.inertia { b } else { a });
        let Some(mut best) = best.filter(|fit| fit.inertia.is_finite()) else {
            return Err(too_large());
        };
        if many {
            best = if self.levels.is_empty() {
                lloyd(&all, best.centroids, 0.0)
            } else {
                lloyd(&all.spread_out(), best.centroids, still)
            };
        }
        Ok(Some(self.clusters(&best)))
    }

    fn clusters(&self, fit: &Fit) -> KMeans {
        let mut clusters: Vec<(u64, &[f64])> = (fit.sizes.iter().zip(fit.centroids.chunks_exact(self.width)))
            .map(|(size, centroid)| (size.round() as u64, centroid))
            .collect();
        clusters.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| column_by_column(a.1, b.1)));
        // Rounding shares of rows that cross borders must not change how many there are.
        let total: u64 = clusters.iter().map(|(size, _)| *size).sum();
        if let Some((largest, _)) = clusters.first_mut() {
            *largest = (*largest + self.n).saturating_sub(total);
        }
        KMeans {
            centroids: clusters.iter().map(|(_, centroid)| centroid.to_vec()).collect(),
            sizes: clusters.iter().map(|(size, _)| *size).collect(),
            inertia: fit.inertia.max(0.0),
            exact: self.levels.is_empty(),
            n: self.n,
            skipped: self.skipped,
        }
    }

    /// The state as bytes, for [`Self::read`].
    pub fn write(&self) -> Vec<u8> {
        let levels: usize = self.levels.iter().map(|cells| cells.len() * (self.width + 2) + 1).sum();
        let mut out = Vec::with_capacity(8 * (self.rows.means.len() + levels + 8));
        out.push(VERSION);
        let counts = [self.k as u64, self.seed, self.width as u64, self.n, self.skipped];
        out.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
        let put = |out: &mut Vec<u8>, numbers: &[f64]| {
            out.extend((numbers.len() as u64).to_le_bytes());
            numbers
                .iter()
                .for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
        };
        put(&mut out, &self.rows.means);
        out.extend((self.levels.len() as u64).to_le_bytes());
        for cells in &self.levels {
            put(&mut out, &cells.means);
            put(&mut out, &cells.weights);
            put(&mut out, &cells.spreads);
        }
        out
    }

    /// A state that [`Self::write`] has written.
    ///
    /// # Errors
    /// For bytes that are broken or of another version.
    pub fn read(written: &[u8]) -> Result<Self, Error> {
        let (version, mut rest) = written.split_first().ok_or_else(|| broken("it is empty"))?;
        if *version != VERSION {
            return Err(broken("its version is unknown"));
        }
        let mut counts = [0; 5];
        for count in &mut counts {
            *count = number(&mut rest)?;
        }
        let [k, seed, width, n, skipped] = counts;
        let mut state = Self::new(usize::try_from(k).unwrap_or(0), seed)?;
        state.width = usize::try_from(width).map_err(|_| broken("its width is too large"))?;
        (state.n, state.skipped) = (n, skipped);
        let rows = numbers(&mut rest)?;
        for _ in 0..number(&mut rest)? {
            let cells = Cells {
                width: state.width,
                means: numbers(&mut rest)?,
                weights: numbers(&mut rest)?,
                spreads: numbers(&mut rest)?,
            };
            if cells.means.len() != cells.len().saturating_mul(state.width) || cells.spreads.len() != cells.len() {
                return Err(broken("its cells are not of one width"));
            }
            state.levels.push(cells);
        }
        let is_empty = rows.is_empty() && state.levels.iter().all(|cells| cells.len() == 0);
        let is_whole = state.width > 0 && rows.len().is_multiple_of(state.width);
        if is_empty != (state.n == 0) || !(is_empty || is_whole) {
            return Err(broken("its rows are not of one width"));
        }
        if is_whole {
            state.rows.width = state.width;
            state.rows.extend_rows(&rows);
        }
        Ok(state)
    }
}

/// The order of two rows.
fn column_by_column(a: &[f64], b: &[f64]) -> Ordering {
    let orders = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
    orders.fold(Ordering::Equal, Ordering::then)
}

/// Rows in order.
fn sorted(rows: &[f64], width: usize) -> Vec<f64> {
    let mut all: Vec<&[f64]> = rows.chunks_exact(width).collect();
    all.sort_unstable_by(|a, b| column_by_column(a, b));
    all.concat()
}

fn number(rest: &mut &[u8]) -> Result<u64, Error> {
    let (bytes, others) = rest.split_first_chunk().ok_or_else(|| broken("it is cut short"))?;
    *rest = others;
    Ok(u64::from_le_bytes(*bytes))
}

fn numbers(rest: &mut &[u8]) -> Result<Vec<f64>, Error> {
    let bytes = usize::try_from(number(rest)?)
        .ok()
        .and_then(|count| count.checked_mul(8));
    let (own, others) = bytes
        .and_then(|bytes| rest.split_at_checked(bytes))
        .ok_or_else(|| broken("it is cut short"))?;
    *rest = others;
    let numbers: Vec<f64> = own
        .as_chunks()
        .0
        .iter()
        .map(|bytes| f64::from_le_bytes(*bytes))
        .collect();
    if numbers.iter().any(|number| !number.is_finite()) {
        return Err(broken("a number is not finite"));
    }
    Ok(numbers)
}

fn broken(reason: &str) -> Error {
    Error::State {
        of: "k-means",
        reason: reason.to_owned(),
    }
}
