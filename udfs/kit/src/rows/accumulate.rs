//! One group of rows, or one window.

use std::collections::VecDeque;

use arrow::array::{Array, ArrayRef, AsArray};
use datafusion_common::{Result, ScalarValue, exec_err};
use datafusion_expr::Accumulator;

use super::RowState;
use super::read::Reader;

/// Rows that are only added to.
#[derive(Debug)]
pub(super) struct Growing<S> {
    reader: Reader,
    state: S,
}

impl<S: RowState> Growing<S> {
    pub(super) fn new(reader: Reader, state: S) -> Self {
        Self { reader, state }
    }
}

/// Adds written states to a state.
pub(super) fn merge_all<S: RowState>(state: &mut S, written: &ArrayRef) -> Result<()> {
    let Some(written) = written.as_binary_opt::<i32>() else {
        return exec_err!("a state is {}, not binary", written.data_type());
    };
    written.iter().flatten().try_for_each(|written| state.merge(written))
}

impl<S: RowState> Accumulator for Growing<S> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.reader.add_to(&mut self.state, values)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        states
            .iter()
            .try_for_each(|written| merge_all(&mut self.state, written))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Binary(Some(self.state.write()))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.state.finish()
    }

    fn size(&self) -> usize {
        size_of_val(self) - size_of::<S>() + self.state.size()
    }
}

/// The rows of a window that moves. What has been added to a state cannot be taken away again without loss of precision,
/// so the window keeps its rows and every result is made from all of them.
#[derive(Debug)]
pub(super) struct Sliding<S> {
    reader: Reader,
    /// A state without rows.
    state: S,
    /// The numbers of the complete rows, row after row.
    numbers: VecDeque<f64>,
    width: usize,
    /// For every row in the window whether it is complete.
    complete: VecDeque<bool>,
}

impl<S: RowState> Sliding<S> {
    pub(super) fn new(reader: Reader, state: S) -> Self {
        Self {
            reader,
            state,
            numbers: VecDeque::new(),
            width: 0,
            complete: VecDeque::new(),
        }
    }
}

impl<S: RowState> Accumulator for Sliding<S> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = self.reader.read(values)?;
        for row in 0..rows.rows {
            let is_complete = rows.complete.as_ref().is_none_or(|complete| complete.value(row));
            self.complete.push_back(is_complete);
            if is_complete {
                if self.width != rows.columns.len() && !self.numbers.is_empty() {
                    let (function, one, other) = (self.reader.function, self.width, rows.columns.len());
                    return datafusion_common::exec_err!(
                        "{function}: all rows must have as many numbers, got {one} and {other}"
                    );
                }
                self.width = rows.columns.len();
                self.numbers.extend(rows.columns.iter().map(|column| column[row]));
            }
        }
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        // Rows leave a window in the order in which they came.
        for _ in 0..values.first().map_or(0, |column| column.len()) {
            if self.complete.pop_front() == Some(true) {
                self.numbers.drain(..self.width.min(self.numbers.len()));
            }
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut state = self.state.clone();
        let complete = self.numbers.len().checked_div(self.width).unwrap_or_default();
        state.skip((self.complete.len() - complete) as u64);
        if complete > 0 {
            state.update(self.numbers.make_contiguous(), self.width)?;
        }
        state.finish()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        exec_err!("{} over a window has no partial state", self.reader.function)
    }

    fn merge_batch(&mut self, _: &[ArrayRef]) -> Result<()> {
        exec_err!("{} over a window has no partial state", self.reader.function)
    }

    fn size(&self) -> usize {
        let rows = self.numbers.capacity() * size_of::<f64>() + self.complete.capacity();
        size_of_val(self) - size_of::<S>() + self.state.size() + rows
    }
}
