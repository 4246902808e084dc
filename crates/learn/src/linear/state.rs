//! What a fit gathers from rows.

use super::reflect::{LANES, fold, place, places};
use crate::Error;

/// Rows of a block: columns of ten numbers a row then fit into a core's nearest cache.
const BLOCK: usize = 256;

/// Fewer rows than this wait for others, so that a group that gets a row now and then does not pay reflections for each. One
/// less than a multiple of [`LANES`]: a block has one more row than rows.
const WAITING: usize = 31;

/// Numbers of a block that is kept on the stack: [`WAITING`] rows of ten columns.
const FEW: usize = 320;

/// The version of the layout of a written state.
const VERSION: u8 = 1;

/// Bytes before the numbers of a written state: version, width, rows folded in, rows waiting, rows left out.
const HEADER: usize = 1 + 4 + 8 + 4 + 8;

/// What a fit gathers: the number of rows, the means, and the triangular factor of the centred rows. Its size depends on the
/// number of columns, not of rows. States of the same rows differ by rounding only, however the rows were split.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Numbers a row, `y` among them; 0 before the first row.
    width: usize,
    /// Rows folded in.
    pub(super) folded: u64,
    skipped: u64,
    /// The numbers of the rows folded in, `width` each: a shift near the mean that is taken from every row before anything
    /// is added up, so that little is lost for columns whose mean is large against their spread; the mean of what is left;
    /// then the factor. The columns in the order of [`Self::order`].
    numbers: Vec<f64>,
    /// Rows that wait to be folded in.
    waiting: Vec<f64>,
}

impl State {
    /// A state without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds rows of `width` numbers, finite ones: `y, x1, x2, ..`, one row after the other.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when earlier rows had another width, or `width` is less than 2.
    pub fn update(&mut self, rows: &[f64], width: usize) -> Result<(), Error> {
        self.expect(width)?;
        let wanted = self.waiting.len() + rows.len();
        if wanted < WAITING * width {
            if wanted > self.waiting.capacity() {
                // Twice the place for a few rows; whoever gets more of them soon has as many as can wait.
                let room = match wanted > WAITING / 4 * width {
                    true => WAITING * width,
                    false => wanted.max(2 * self.waiting.capacity()),
                };
                self.waiting.reserve_exact(room - self.waiting.len());
            }
            self.waiting.extend_from_slice(rows);
            return Ok(());
        }
        let mut rest = rows;
        if !self.waiting.is_empty() {
            let (some, others) = rows.split_at(rows.len().min(WAITING * width - self.waiting.len()));
            self.waiting.extend_from_slice(some);
            self.fold_waiting();
            rest = others;
        }
        for block in rest.chunks(BLOCK * width) {
            if block.len() < WAITING * width {
                self.waiting.extend_from_slice(block);
            } else {
                self.fold_rows(block);
            }
        }
        Ok(())
    }

    /// Adds rows that are given column by column: `y`, then each `x`, all of one length. Saves the time of turning them.
    ///
    /// # Errors
    /// As [`Self::update`].
    pub fn update_columns(&mut self, columns: &[&[f64]]) -> Result<(), Error> {
        let width = columns.len();
        self.expect(width)?;
        let rows = columns.iter().map(|column| column.len()).min().unwrap_or_default();
        let mut block = Vec::new();
        for start in (0..rows).step_by(BLOCK) {
            let count = BLOCK.min(rows - start);
            if count < WAITING {
                for row in start..rows {
                    let row: Vec<f64> = columns.iter().map(|column| column[row]).collect();
                    self.update(&row, width)?;
                }
                break;
            }
            let length = padded(count + 1);
            block.clear();
            block.resize(length * width, 0.0);
            for (to, from) in block.chunks_exact_mut(length).zip(self.order()) {
                to[..count].copy_from_slice(&columns[from][start..start + count]);
            }
            self.fold_block(&mut block, count);
        }
        Ok(())
    }

    /// Counts rows that were left out.
    pub fn skip(&mut self, rows: u64) {
        self.skipped += rows;
    }

    /// How many rows were added.
    pub fn rows(&self) -> u64 {
        self.folded + self.waiting.len().checked_div(self.width).unwrap_or_default() as u64
    }

    /// How many rows were left out.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// How many columns explain `y`; 0 before the first row.
    pub fn features(&self) -> usize {
        self.width.saturating_sub(1)
    }

    /// The bytes that the state holds.
    pub fn size(&self) -> usize {
        size_of::<Self>() + (self.numbers.capacity() + self.waiting.capacity()) * size_of::<f64>()
    }

    fn expect(&mut self, width: usize) -> Result<(), Error> {
        if width < 2 {
            return Err(Error::Mismatch(
                "a linear regression needs at least one column beside `y`".to_owned(),
            ));
        }
        if self.width == 0 {
            self.width = width;
        }
        if self.width == width {
            return Ok(());
        }
        let (before, now) = (self.width - 1, width - 1);
        Err(Error::Mismatch(format!(
            "a linear regression takes the same number of columns in all rows, got {before} and {now}"
        )))
    }

    /// Which of a row's numbers is in which column of the factor: `y` last, so that the others explain it.
    fn order(&self) -> impl Iterator<Item = usize> + use<> {
        (1..self.width).chain(std::iter::once(0))
    }

    pub(super) fn shifts(&self) -> &[f64] {
        &self.numbers[..self.width]
    }

    pub(super) fn offsets(&self) -> &[f64] {
        &self.numbers[self.width..2 * self.width]
    }

    pub(super) fn factor(&self) -> &[f64] {
        &self.numbers[2 * self.width..]
    }

    /// The same with no rows waiting.
    pub(super) fn settled(&self) -> Self {
        let mut settled = self.clone();
        settled.fold_waiting();
        settled
    }

    fn fold_waiting(&mut self) {
        let mut rows = std::mem::take(&mut self.waiting);
        if !rows.is_empty() {
            self.fold_rows(&rows);
        }
        rows.clear();
        self.waiting = rows;
    }

    /// Folds rows in.
    fn fold_rows(&mut self, rows: &[f64]) {
        let width = self.width;
        let count = rows.len() / width;
        let length = padded(count + 1);
        // A block of rows that have waited, of a few columns, needs no memory from elsewhere.
        let (mut few, mut many) = ([0.0; FEW], Vec::new());
        let block = match few.get_mut(..length * width) {
            Some(block) => block,
            None => {
                many.resize(length * width, 0.0);
                &mut many
            }
        };
        for (to, from) in block.chunks_exact_mut(length).zip(self.order()) {
            let numbers = rows[from..].iter().step_by(width);
            to.iter_mut().zip(numbers).for_each(|(to, number)| *to = *number);
        }
        self.fold_block(block, count);
    }

    /// Folds a block in: `count` rows, column by column, with at least one row of zeros after them.
    fn fold_block(&mut self, block: &mut [f64], count: usize) {
        let width = self.width;
        let length = block.len() / width;
        if self.folded == 0 {
            self.numbers = vec![0.0; 2 * width + places(width)];
            for (shift, column) in self.numbers.iter_mut().zip(block.chunks_exact(length)) {
                let mean = sum(&column[..count]) / count as f64;
                // A mean of numbers near the largest one may be too large itself.
                *shift = if mean.is_finite() { mean } else { column[0] };
            }
        }
        let weight = weight(self.folded as f64, count as f64);
        let share = count as f64 / (self.folded as f64 + count as f64);
        let (shifts, others) = self.numbers.split_at_mut(width);
        let (offsets, factor) = others.split_at_mut(width);
        for ((column, shift), offset) in block.chunks_exact_mut(length).zip(shifts).zip(offsets) {
            let column = &mut column[..=count];
            column[..count].iter_mut().for_each(|number| *number -= *shift);
            let mean = sum(&column[..count]) / count as f64;
            column[..count].iter_mut().for_each(|number| *number -= mean);
            // The distance of the two means is one more row of centred numbers (Chan, Golub and LeVeque 1983).
            column[count] = weight * (mean - *offset);
            *offset += share * (mean - *offset);
        }
        fold(factor, block, length);
        self.folded += count as u64;
    }

    /// Adds the rows of another state.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when its rows have another width.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        self.skipped += other.skipped;
        if other.width == 0 {
            return Ok(());
        }
        self.expect(other.width)?;
        if other.folded > 0 && self.folded == 0 {
            self.folded = other.folded;
            self.numbers.clone_from(&other.numbers);
        } else if other.folded > 0 {
            self.fold_state(other);
        }
        self.update(&other.waiting, other.width)
    }

    /// Folds the factor of another state in: its rows are rows of centred numbers too.
    fn fold_state(&mut self, other: &Self) {
        let width = self.width;
        let length = padded(width + 1);
        let weight = weight(self.folded as f64, other.folded as f64);
        let share = other.folded as f64 / (self.folded as f64 + other.folded as f64);
        let mut block = vec![0.0; length * width];
        for (at, column) in block.chunks_exact_mut(length).enumerate() {
            column[..=at].copy_from_slice(&other.factor()[places(at)..places(at + 1)]);
            let mean = other.shifts()[at] - self.shifts()[at] + other.offsets()[at];
            let offset = &mut self.numbers[width + at];
            column[width] = weight * (mean - *offset);
            *offset += share * (mean - *offset);
        }
        fold(&mut self.numbers[2 * width..], &mut block, length);
        self.folded += other.folded;
    }

    /// The state as bytes, which [`Self::read`] reads.
    pub fn write(&self) -> Vec<u8> {
        // Rows that wait are larger than what they come to, but for a few rows.
        if self.folded > 0 && !self.waiting.is_empty() || self.waiting.len() > self.width * self.width {
            return self.settled().write();
        }
        let numbers = self.numbers.iter().chain(&self.waiting);
        let waiting = self.waiting.len().checked_div(self.width).unwrap_or_default();
        let mut written = Vec::with_capacity(HEADER + (self.numbers.len() + self.waiting.len()) * size_of::<f64>());
        written.push(VERSION);
        // Neither is ever near the limit of four bytes: a state of so many columns has no place in memory.
        written.extend((self.width as u32).to_le_bytes());
        written.extend(self.folded.to_le_bytes());
        written.extend((waiting as u32).to_le_bytes());
        written.extend(self.skipped.to_le_bytes());
        numbers.for_each(|number| written.extend(number.to_le_bytes()));
        written
    }

    /// The state that [`Self::write`] has written.
    ///
    /// # Errors
    /// [`Error::State`] for other bytes.
    pub fn read(written: &[u8]) -> Result<Self, Error> {
        let broken = |reason: String| Error::State {
            of: "linear regression",
            reason,
        };
        let mut bytes = Bytes(written);
        let [version] = bytes.take().ok_or_else(|| broken("it is empty".to_owned()))?;
        if version != VERSION {
            return Err(broken(format!("its layout is version {version}, expected {VERSION}")));
        }
        let header = (bytes.take(), bytes.take(), bytes.take(), bytes.take());
        let (Some(width), Some(folded), Some(waiting), Some(skipped)) = header else {
            return Err(broken("it ends too early".to_owned()));
        };
        let width = u32::from_le_bytes(width) as usize;
        let waiting = u32::from_le_bytes(waiting) as usize;
        let folded = u64::from_le_bytes(folded);
        let held = if folded > 0 {
            2 * width + width * (width + 1) / 2
        } else {
            0
        };
        let expected = held.saturating_add(waiting.saturating_mul(width));
        let (numbers, rest) = bytes.0.as_chunks::<8>();
        if numbers.len() != expected || !rest.is_empty() || width == 1 {
            let got = bytes.0.len();
            return Err(broken(format!(
                "{width} columns need {expected} numbers, got {got} bytes"
            )));
        }
        let mut numbers = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes));
        Ok(Self {
            width,
            folded,
            skipped: u64::from_le_bytes(skipped),
            numbers: numbers.by_ref().take(held).collect(),
            waiting: numbers.collect(),
        })
    }

    /// The factor as columns of `width` numbers, one after the other, below the diagonal zeros.
    pub(super) fn columns(&self) -> Vec<f64> {
        let width = self.width;
        let mut columns = vec![0.0; width * width];
        for (at, column) in columns.chunks_exact_mut(width).enumerate() {
            column[..=at].copy_from_slice(&self.factor()[place(0, at)..=place(at, at)]);
        }
        columns
    }
}

/// Bytes that are read from the front.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }
}

/// The length of a column for so many rows.
fn padded(rows: usize) -> usize {
    rows.next_multiple_of(LANES)
}

/// The weight of the distance between the means of two sets of rows: the root of `n m / (n + m)`.
fn weight(one: f64, other: f64) -> f64 {
    (one * (other / (one + other))).sqrt()
}

/// A sum in as many parts as a core adds at once.
fn sum(numbers: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    for chunk in chunks {
        for (sum, number) in sums.iter_mut().zip(chunk) {
            *sum += number;
        }
    }
    sums.iter().sum::<f64>() + rest.iter().sum::<f64>()
}
