//! Reading a batch of arguments as columns of numbers.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, ListArray};
use arrow::buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow::compute::filter;
use arrow::datatypes::Float64Type;
use datafusion_common::{Result, exec_err};

use super::RowState;

/// What is known of a planned call's arguments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader {
    /// The function, for messages.
    pub(super) function: &'static str,
    /// How many arguments are numbers; options follow.
    pub(super) numbers: usize,
    /// Whether the last of them is a list.
    pub(super) has_list: bool,
}

/// The rows of a batch, column by column.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) rows: usize,
    pub(super) columns: Vec<ScalarBuffer<f64>>,
    /// Which rows have a finite number in every column; `None` for all of them.
    pub(super) complete: Option<BooleanBuffer>,
}

impl Reader {
    /// The rows of a batch of arguments.
    ///
    /// # Errors
    /// When lists have different lengths, or no items.
    pub(super) fn read(&self, values: &[ArrayRef]) -> Result<Rows> {
        let Some(given) = values.get(..self.numbers).filter(|given| !given.is_empty()) else {
            return exec_err!("{} got {} arguments", self.function, values.len());
        };
        let rows = given[0].len();
        let plain = given.len() - usize::from(self.has_list);
        let mut columns = Vec::with_capacity(given.len());
        let mut valid: Option<NullBuffer> = None;
        for array in &given[..plain] {
            let Some(array) = array.as_primitive_opt::<Float64Type>() else {
                return exec_err!("{} got a column of {}", self.function, array.data_type());
            };
            valid = NullBuffer::union(valid.as_ref(), array.nulls());
            columns.push(array.values().clone());
        }
        if self.has_list {
            let Some(lists) = given[plain].as_list_opt::<i32>() else {
                return exec_err!("{} got a column of {}", self.function, given[plain].data_type());
            };
            let (items, nulls) = self.items(lists)?;
            valid = NullBuffer::union(valid.as_ref(), nulls.as_ref());
            columns.extend(items);
        }
        let mut complete = valid.map(NullBuffer::into_inner);
        // Not a bit pattern, but a sum: it is read at the speed of memory.
        if !columns.iter().all(|column| is_finite(column)) {
            let finite = |row: usize| columns.iter().all(|column| column[row].is_finite());
            let finite = BooleanBuffer::collect_bool(rows, finite);
            complete = Some(match complete {
                Some(complete) => &complete & &finite,
                None => finite,
            });
        }
        complete = complete.filter(|complete| complete.count_set_bits() < rows);
        Ok(Rows {
            rows,
            columns,
            complete,
        })
    }

    /// The items of lists of one length as columns, and which rows have all of them. No columns if all lists are NULL.
    fn items(&self, lists: &ListArray) -> Result<(Vec<ScalarBuffer<f64>>, Option<NullBuffer>)> {
        let Some(values) = lists.values().as_primitive_opt::<Float64Type>() else {
            return exec_err!("{} got lists of {}", self.function, lists.value_type());
        };
        let present = (0..lists.len()).filter(|&row| lists.is_valid(row));
        let mut length = None;
        for row in present.clone() {
            let here = lists.value_length(row);
            if *length.get_or_insert(here) != here {
                let (function, length) = (self.function, length.unwrap_or_default());
                return exec_err!("{function}: all lists must have the same length, got {length} and {here} numbers");
            }
        }
        let Some(length) = length.and_then(|length| usize::try_from(length).ok()) else {
            return Ok((Vec::new(), lists.nulls().cloned()));
        };
        if length == 0 {
            let function = self.function;
            return exec_err!("{function}: a list is empty; it needs at least one number");
        }
        let mut columns = vec![vec![0.0; lists.len()]; length];
        let offsets = lists.value_offsets();
        let mut complete: Vec<bool> = (0..lists.len()).map(|row| lists.is_valid(row)).collect();
        for row in present {
            let start = usize::try_from(offsets[row]).unwrap_or_default();
            let items = &values.values()[start..start + length];
            columns
                .iter_mut()
                .zip(items)
                .for_each(|(column, item)| column[row] = *item);
            complete[row] = values.null_count() == 0 || (start..start + length).all(|item| values.is_valid(item));
        }
        let nulls = (lists.null_count() + values.null_count() > 0).then(|| NullBuffer::from(complete));
        Ok((columns.into_iter().map(ScalarBuffer::from).collect(), nulls))
    }

    /// Adds the rows of a batch to a state.
    pub(super) fn add_to<S: RowState>(&self, state: &mut S, values: &[ArrayRef]) -> Result<()> {
        let rows = self.read(values)?;
        let Some(complete) = rows.complete else {
            let columns: Vec<&[f64]> = rows.columns.iter().map(|column| column.as_ref()).collect();
            return match rows.rows {
                0 => Ok(()),
                _ => state.update_columns(&columns),
            };
        };
        let count = complete.count_set_bits();
        state.skip((rows.rows - count) as u64);
        if count == 0 {
            return Ok(());
        }
        let complete = BooleanArray::new(complete, None);
        let mut kept = Vec::with_capacity(rows.columns.len());
        for column in rows.columns {
            kept.push(filter(&Float64Array::new(column, None), &complete)?);
        }
        let columns: Vec<&[f64]> = kept
            .iter()
            .map(|column| column.as_primitive::<Float64Type>().values().as_ref())
            .collect();
        state.update_columns(&columns)
    }
}

/// Whether all numbers are finite. A number times zero is zero, or else not a number, and a sum keeps that.
fn is_finite(numbers: &[f64]) -> bool {
    let mut sums = [0.0; 8];
    let (chunks, rest) = numbers.as_chunks::<8>();
    for chunk in chunks {
        for (sum, number) in sums.iter_mut().zip(chunk) {
            *sum += number * 0.0;
        }
    }
    sums.iter().all(|sum| *sum == 0.0) && rest.iter().all(|number| number.is_finite())
}
