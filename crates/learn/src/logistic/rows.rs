//! Rows with a class: what a fit reads, and what partial states carry.

use std::collections::HashMap;

use super::label::Label;
use crate::Error;

/// Rows of one piece of work, and of one column without a break.
pub(super) const CHUNK: usize = 65_536;

/// How many classes there may be: more of them are a sign that the label is a number or a name of its own for each row.
pub const MOST_CLASSES: usize = 1000;

/// How many bytes of rows a [`Rows`] keeps unless told otherwise: 8 GiB, which are 119 million rows of 8 columns.
pub const MOST_BYTES: usize = 8 << 30;

const VERSION: u8 = 1;

/// At most [`CHUNK`] rows, column by column.
#[derive(Debug, Clone, Default)]
pub(super) struct Chunk {
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) codes: Vec<u32>,
}

/// Rows of numbers, each with a class. 8 bytes a number and 4 a row are kept in memory.
#[derive(Debug, Clone)]
pub struct Rows {
    width: usize,
    pub(super) chunks: Vec<Chunk>,
    pub(super) labels: Vec<Label>,
    codes: HashMap<(u8, Vec<u8>), u32>,
    len: usize,
    skipped: u64,
    most_bytes: usize,
}

impl Rows {
    /// No rows yet; each will have `width` numbers.
    pub fn new(width: usize) -> Self {
        Self {
            width,
            chunks: Vec::new(),
            labels: Vec::new(),
            codes: HashMap::new(),
            len: 0,
            skipped: 0,
            most_bytes: MOST_BYTES,
        }
    }

    /// The same, which refuses rows beyond so many bytes.
    #[must_use]
    pub fn with_most_bytes(self, most_bytes: usize) -> Self {
        Self { most_bytes, ..self }
    }

    /// How many numbers a row has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many rows there are, without those that were skipped.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many rows were left out.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The classes, in the order in which they came; their places are the codes.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Counts rows that are left out because something in them is missing.
    pub fn skip(&mut self, rows: u64) {
        self.skipped += rows;
    }

    /// The code of a class, a new one for a new class.
    ///
    /// # Errors
    /// For more than [`MOST_CLASSES`] classes.
    pub fn code(&mut self, label: &Label) -> Result<u32, Error> {
        let key = (label.kind(), label.bytes());
        if let Some(code) = self.codes.get(&key) {
            return Ok(*code);
        }
        if self.labels.len() >= MOST_CLASSES {
            return Err(Error::Rows(format!(
                "the label has more than {MOST_CLASSES} different values; take a label with few values, or \
                 `linear_regression` for numbers"
            )));
        }
        let code = u32::try_from(self.labels.len()).unwrap_or(u32::MAX);
        self.labels.push(label.clone());
        self.codes.insert(key, code);
        Ok(code)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// For another number of columns, too many classes, and more bytes than are allowed.
    pub fn push(&mut self, row: &[f64], label: &Label) -> Result<(), Error> {
        let code = self.code(label)?;
        let columns: Vec<&[f64]> = row.iter().map(std::slice::from_ref).collect();
        self.push_columns(&columns, &[code])
    }

    /// Adds rows that are given column by column, with the codes of their classes. Rows with a number that is not finite
    /// are skipped, and counted.
    ///
    /// # Errors
    /// As [`Self::push`], and for columns of different lengths and codes that [`Self::code`] has not given.
    pub fn push_columns(&mut self, columns: &[&[f64]], codes: &[u32]) -> Result<(), Error> {
        if columns.len() != self.width {
            return Err(Error::Mismatch(format!(
                "rows have {} columns, got one with {}",
                self.width,
                columns.len()
            )));
        }
        let rows = codes.len();
        if columns.iter().any(|column| column.len() != rows)
            || codes.iter().any(|code| *code as usize >= self.labels.len())
        {
            return Err(Error::Mismatch(
                "columns and classes are not of the same rows".to_owned(),
            ));
        }
        // A sum of finite numbers can overflow, so that it only clears rows of suspicion.
        let is_finite = |column: &&[f64]| column.iter().map(|x| x * 0.0).sum::<f64>() == 0.0;
        if columns.iter().all(is_finite) {
            return self.append(columns, codes);
        }
        let kept: Vec<usize> = (0..rows)
            .filter(|&row| columns.iter().all(|column| column[row].is_finite()))
            .collect();
        self.skipped += (rows - kept.len()) as u64;
        let some: Vec<Vec<f64>> = columns
            .iter()
            .map(|column| kept.iter().map(|&row| column[row]).collect())
            .collect();
        let codes: Vec<u32> = kept.iter().map(|&row| codes[row]).collect();
        self.append(&some.iter().map(Vec::as_slice).collect::<Vec<_>>(), &codes)
    }

    fn append(&mut self, columns: &[&[f64]], codes: &[u32]) -> Result<(), Error> {
        self.check_room(codes.len())?;
        let mut from = 0;
        while from < codes.len() {
            let chunk = self.last_chunk();
            let to = codes.len().min(from + CHUNK - chunk.codes.len());
            for (own, column) in chunk.columns.iter_mut().zip(columns) {
                own.extend_from_slice(&column[from..to]);
            }
            chunk.codes.extend_from_slice(&codes[from..to]);
            self.len += to - from;
            from = to;
        }
        Ok(())
    }

    /// The chunk that has room for at least a row.
    fn last_chunk(&mut self) -> &mut Chunk {
        if self.chunks.last().is_none_or(|chunk| chunk.codes.len() >= CHUNK) {
            self.chunks.push(Chunk {
                columns: vec![Vec::new(); self.width],
                codes: Vec::new(),
            });
        }
        let last = self.chunks.len() - 1;
        &mut self.chunks[last]
    }

    fn check_room(&self, more: usize) -> Result<(), Error> {
        let bytes = (self.len + more).saturating_mul(8 * self.width + 4);
        if bytes <= self.most_bytes {
            return Ok(());
        }
        Err(Error::Rows(format!(
            "{} rows of {} columns take {} MB, more than the {} MB that a fit may keep; fit a sample of the rows, or \
             fewer columns",
            self.len + more,
            self.width,
            bytes / 1_000_000,
            self.most_bytes / 1_000_000
        )))
    }

    /// Adds the rows of another.
    ///
    /// # Errors
    /// For another number of columns, and as [`Self::push`].
    pub fn merge(&mut self, other: Self) -> Result<(), Error> {
        self.check_width(other.width)?;
        self.check_room(other.len)?;
        self.skipped += other.skipped;
        let map: Vec<u32> = other
            .labels
            .iter()
            .map(|label| self.code(label))
            .collect::<Result<_, _>>()?;
        for mut chunk in other.chunks {
            chunk.codes.iter_mut().for_each(|code| *code = map[*code as usize]);
            if chunk.codes.len() * 4 > CHUNK {
                self.len += chunk.codes.len();
                // Before the last, which is the one that grows.
                let place = self.chunks.len().saturating_sub(1);
                self.chunks.insert(place, chunk);
            } else {
                self.append(
                    &chunk.columns.iter().map(Vec::as_slice).collect::<Vec<_>>(),
                    &chunk.codes,
                )?;
            }
        }
        Ok(())
    }

    fn check_width(&self, width: usize) -> Result<(), Error> {
        if width == self.width {
            return Ok(());
        }
        Err(Error::Mismatch(format!(
            "rows have {} columns, others have {width}",
            self.width
        )))
    }

    /// The rows as bytes, for [`Self::merge_written`].
    pub fn write(&self) -> Vec<u8> {
        let mut out = self.head();
        self.chunks.iter().for_each(|chunk| chunk.write(&mut out));
        out
    }

    /// The same, which gives memory back while it writes.
    pub fn into_written(mut self) -> Vec<u8> {
        let mut out = self.head();
        for chunk in std::mem::take(&mut self.chunks) {
            chunk.write(&mut out);
        }
        out
    }

    /// What stands before the chunks.
    fn head(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.len * (8 * self.width + 4));
        let number = |out: &mut Vec<u8>, number: usize| out.extend((number as u64).to_le_bytes());
        out.push(VERSION);
        number(&mut out, self.width);
        out.extend(self.skipped.to_le_bytes());
        number(&mut out, self.labels.len());
        for label in &self.labels {
            let bytes = label.bytes();
            out.push(label.kind());
            number(&mut out, bytes.len());
            out.extend(bytes);
        }
        number(&mut out, self.chunks.len());
        out
    }

    /// Rows that [`Self::write`] has written.
    ///
    /// # Errors
    /// As [`Self::merge_written`].
    pub fn read(written: &[u8]) -> Result<Self, Error> {
        let mut head = Reader { rest: written };
        head.take(1)?;
        let width = head.number()?;
        // No row is so wide; a broken number must not ask for memory.
        if width > written.len().max(1 << 20) {
            return Err(broken("its width is too large"));
        }
        let mut rows = Self::new(width);
        rows.merge_written(written)?;
        Ok(rows)
    }

    /// Adds rows that [`Self::write`] has written.
    ///
    /// # Errors
    /// For bytes that are broken or of another version, and as [`Self::merge`].
    pub fn merge_written(&mut self, written: &[u8]) -> Result<(), Error> {
        let mut reader = Reader { rest: written };
        if reader.take(1)? != [VERSION] {
            return Err(broken("its version is unknown"));
        }
        let width = reader.number()?;
        self.check_width(width)?;
        self.skipped += reader.number()? as u64;
        let mut map = Vec::new();
        for _ in 0..reader.number()? {
            let kind = reader.take(1)?[0];
            let len = reader.number()?;
            let label = Label::of_bytes(kind, reader.take(len)?).ok_or_else(|| broken("a class cannot be read"))?;
            map.push(self.code(&label)?);
        }
        for _ in 0..reader.number()? {
            let rows = reader.number()?;
            let codes = reader.take(rows.saturating_mul(4))?;
            let codes = codes
                .as_chunks()
                .0
                .iter()
                .map(|code| map.get(u32::from_le_bytes(*code) as usize).copied());
            let codes: Vec<u32> = codes
                .collect::<Option<_>>()
                .ok_or_else(|| broken("a class is missing"))?;
            let columns = (0..width).map(|_| reader.take(rows.saturating_mul(8)));
            let columns: Vec<&[u8]> = columns.collect::<Result<_, _>>()?;
            self.append_written(&columns, &codes)?;
        }
        Ok(())
    }

    fn append_written(&mut self, columns: &[&[u8]], codes: &[u32]) -> Result<(), Error> {
        self.check_room(codes.len())?;
        let mut from = 0;
        while from < codes.len() {
            let chunk = self.last_chunk();
            let to = codes.len().min(from + CHUNK - chunk.codes.len());
            for (own, column) in chunk.columns.iter_mut().zip(columns) {
                let values = column[8 * from..8 * to].as_chunks().0;
                own.extend(values.iter().map(|value| f64::from_le_bytes(*value)));
            }
            chunk.codes.extend_from_slice(&codes[from..to]);
            self.len += to - from;
            from = to;
        }
        Ok(())
    }

    /// How many bytes they take, the value itself not counted.
    pub fn size(&self) -> usize {
        let chunks: usize = self.chunks.iter().map(Chunk::size).sum();
        let labels: usize = self
            .labels
            .iter()
            .map(|label| size_of::<Label>() + 2 * label.bytes().len())
            .sum();
        chunks
            + self.chunks.capacity() * size_of::<Chunk>()
            + labels
            + self.codes.capacity() * size_of::<(u8, Vec<u8>, u32)>()
    }

    /// How many rows each class has, by code.
    pub fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.labels.len()];
        for chunk in &self.chunks {
            chunk.codes.iter().for_each(|code| counts[*code as usize] += 1);
        }
        counts
    }

    /// About `rows` of the rows, spread over all of them; the same ones each time.
    pub(super) fn sample(&self, rows: usize) -> Self {
        let mut sample = Self::new(self.width);
        sample.labels.clone_from(&self.labels);
        sample.codes.clone_from(&self.codes);
        let step = (self.len / rows.max(1)).max(1);
        let mut random = crate::random::Random::new(0);
        let mut own = Chunk {
            columns: vec![Vec::with_capacity(rows + rows / 4); self.width],
            codes: Vec::new(),
        };
        for chunk in &self.chunks {
            for from in (0..chunk.codes.len()).step_by(step) {
                // Not each step-th row, which rows with a period would make one of a kind.
                let row = from + random.below(step.min(chunk.codes.len() - from));
                own.codes.push(chunk.codes[row]);
                own.columns
                    .iter_mut()
                    .zip(&chunk.columns)
                    .for_each(|(to, column)| to.push(column[row]));
            }
        }
        sample.len = own.codes.len();
        sample.chunks.push(own);
        sample
    }
}

impl Chunk {
    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend((self.codes.len() as u64).to_le_bytes());
        put(out, &self.codes, |code| code.to_le_bytes());
        for column in &self.columns {
            put(out, column, |value| value.to_le_bytes());
        }
    }

    fn size(&self) -> usize {
        let columns: usize = self.columns.iter().map(|column| 8 * column.capacity()).sum();
        columns + self.columns.capacity() * size_of::<Vec<f64>>() + 4 * self.codes.capacity()
    }
}

/// Writes numbers one after the other, as a copy of memory where the platform writes them in this order.
fn put<T: Copy, const BYTES: usize>(out: &mut Vec<u8>, numbers: &[T], bytes: impl Fn(T) -> [u8; BYTES]) {
    let from = out.len();
    out.resize(from + BYTES * numbers.len(), 0);
    let places = out[from..].as_chunks_mut::<BYTES>().0;
    places
        .iter_mut()
        .zip(numbers)
        .for_each(|(place, number)| *place = bytes(*number));
}

/// Reads what `write` has written.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], Error> {
        let (own, rest) = self
            .rest
            .split_at_checked(bytes)
            .ok_or_else(|| broken("it is cut short"))?;
        self.rest = rest;
        Ok(own)
    }

    fn number(&mut self) -> Result<usize, Error> {
        let bytes = self.take(8)?.try_into().map_err(|_| broken("it is cut short"))?;
        usize::try_from(u64::from_le_bytes(bytes)).map_err(|_| broken("a count is too large"))
    }
}

fn broken(reason: &str) -> Error {
    Error::State {
        of: "logistic regression",
        reason: reason.to_owned(),
    }
}
