//! Many groups of rows: a state each.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, BooleanArray};
use arrow::buffer::ScalarBuffer;
use arrow::datatypes::DataType;
use datafusion_common::{Result, exec_err};
use datafusion_expr::{EmitTo, GroupsAccumulator};

use super::RowState;
use super::read::{Reader, Rows};

/// How many bytes of rows wait until they are brought together by group. More groups than a core's caches have room for
/// are visited once for several rows then, and not for every row.
const WAITING: usize = 4 << 20;

/// A state for every group. Rows wait until there are enough of them, and are then brought together by group, so that a
/// state gets many rows at once.
#[derive(Debug)]
pub(super) struct Groups<S> {
    reader: Reader,
    /// A state without rows.
    empty: S,
    to: DataType,
    states: Vec<S>,
    /// The bytes that the states hold, kept up to date: there may be too many of them to ask all after every batch.
    held: usize,
    waiting: Waiting,
}

/// Complete rows that wait for their states.
#[derive(Debug, Default)]
struct Waiting {
    /// The numbers of a row; all rows have as many.
    width: usize,
    /// How many rows wait.
    rows: usize,
    batches: Vec<Batch>,
    /// The numbers of all rows, row after row and group after group. It does not shrink: what is after the rows is left from
    /// earlier ones.
    sorted: Vec<f64>,
    /// For each group how many rows it has, later where its next row goes; zero but for the time of a sort.
    places: Vec<u32>,
    /// The groups in the order of their first rows, and how many rows they have.
    met: Vec<(usize, u32)>,
}

/// Columns as they came, of which some rows wait.
#[derive(Debug)]
struct Batch {
    columns: Vec<ScalarBuffer<f64>>,
    /// Which rows; all of them without it.
    kept: Option<Vec<usize>>,
    /// The group of each that waits.
    groups: Vec<usize>,
}

impl Waiting {
    /// Adds the rows of a batch that are `kept`.
    fn push(&mut self, batch: Rows, groups: &[usize], kept: Option<Vec<usize>>) {
        self.width = batch.columns.len();
        let groups = match &kept {
            None => groups.to_vec(),
            Some(kept) => kept.iter().map(|row| groups[*row]).collect(),
        };
        self.rows += groups.len();
        self.batches.push(Batch {
            columns: batch.columns,
            kept,
            groups,
        });
    }

    /// Brings the rows of some of `total` groups together by group.
    fn sort(&mut self, total: usize) {
        self.places.resize(self.places.len().max(total), 0);
        self.met.clear();
        for &group in self.batches.iter().flat_map(|batch| &batch.groups) {
            if self.places[group] == 0 {
                self.met.push((group, 0));
            }
            self.places[group] += 1;
        }
        let mut start = 0;
        for (group, rows) in &mut self.met {
            *rows = self.places[*group];
            self.places[*group] = start;
            start += *rows;
        }
        self.sorted.resize(self.sorted.len().max(self.rows * self.width), 0.0);
        for batch in self.batches.drain(..) {
            let columns: Vec<&[f64]> = batch.columns.iter().map(|column| column.as_ref()).collect();
            let mut put = |row: usize, group: usize| {
                let place = self.places[group] as usize * self.width;
                let to = &mut self.sorted[place..place + self.width];
                to.iter_mut().zip(&columns).for_each(|(to, column)| *to = column[row]);
                self.places[group] += 1;
            };
            match &batch.kept {
                None => batch
                    .groups
                    .iter()
                    .enumerate()
                    .for_each(|(row, &group)| put(row, group)),
                Some(kept) => kept
                    .iter()
                    .zip(&batch.groups)
                    .for_each(|(&row, &group)| put(row, group)),
            }
        }
        for (group, _) in &self.met {
            self.places[*group] = 0;
        }
        self.rows = 0;
    }

    fn bytes(&self) -> usize {
        self.rows * self.width * size_of::<f64>()
    }

    fn size(&self) -> usize {
        let rows = self.bytes() + self.rows * size_of::<usize>();
        rows + self.sorted.capacity() * size_of::<f64>()
            + self.places.capacity() * size_of::<u32>()
            + self.met.capacity() * size_of::<(usize, u32)>()
    }
}

impl<S: RowState> Groups<S> {
    pub(super) fn new(reader: Reader, empty: S, to: DataType) -> Self {
        Self {
            reader,
            empty,
            to,
            states: Vec::new(),
            held: 0,
            waiting: Waiting::default(),
        }
    }

    fn grow(&mut self, total: usize) {
        if total > self.states.len() {
            self.held += (total - self.states.len()) * self.empty.size();
            self.states.resize(total, self.empty.clone());
        }
    }

    /// Changes the state of a group.
    fn change(&mut self, group: usize, change: impl FnOnce(&mut S) -> Result<()>) -> Result<()> {
        let state = &mut self.states[group];
        let before = state.size();
        let done = change(state);
        self.held = (self.held + state.size()).saturating_sub(before);
        done
    }

    /// Gives the rows that wait to their states.
    fn settle(&mut self) -> Result<()> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort(self.states.len());
        let mut rows = waiting.sorted.as_slice();
        for &(group, count) in &waiting.met {
            let (own, others) = rows.split_at(count as usize * waiting.width);
            rows = others;
            self.change(group, |state| state.update(own, waiting.width))?;
        }
        self.waiting = waiting;
        Ok(())
    }

    /// Takes the first states, or all.
    fn emit(&mut self, emit_to: EmitTo) -> Result<Vec<S>> {
        self.settle()?;
        let emitted = emit_to.take_needed(&mut self.states);
        let held: usize = emitted.iter().map(RowState::size).sum();
        self.held = self.held.saturating_sub(held);
        Ok(emitted)
    }
}

impl<S: RowState> GroupsAccumulator for Groups<S> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.grow(total);
        let batch = self.reader.read(values)?;
        if batch.rows == 0 {
            return Ok(());
        }
        if batch.columns.len() != self.waiting.width {
            self.settle()?;
        }
        if filter.is_none() && batch.complete.is_none() {
            self.waiting.push(batch, groups, None);
        } else {
            let mut kept = Vec::with_capacity(groups.len());
            for (row, &group) in groups.iter().enumerate() {
                if filter.is_some_and(|filter| filter.is_null(row) || !filter.value(row)) {
                    continue;
                }
                match &batch.complete {
                    Some(complete) if !complete.value(row) => self.states[group].skip(1),
                    _ => kept.push(row),
                }
            }
            if !kept.is_empty() {
                self.waiting.push(batch, groups, Some(kept));
            }
        }
        match self.waiting.bytes() < WAITING {
            true => Ok(()),
            false => self.settle(),
        }
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grow(total);
        let Some(written) = values.first().and_then(|written| written.as_binary_opt::<i32>()) else {
            return exec_err!("a state of {} is not binary", self.reader.function);
        };
        for (row, &group) in groups.iter().enumerate() {
            if written.is_valid(row) {
                self.change(group, |state| state.merge(written.value(row)))?;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        S::finish_all(&self.emit(emit_to)?, &self.to)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let written = self.emit(emit_to)?.into_iter().map(|state| Some(state.write()));
        Ok(vec![Arc::new(written.collect::<BinaryArray>())])
    }

    fn convert_to_state(&self, _: &[ArrayRef], _: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        exec_err!("{} does not turn rows into states", self.reader.function)
    }

    fn size(&self) -> usize {
        let states = (self.states.capacity() - self.states.len()) * size_of::<S>() + self.held;
        size_of_val(self) + states + self.waiting.size()
    }
}
