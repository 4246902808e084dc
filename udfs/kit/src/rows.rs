//! Aggregates over rows of numbers: `f(y, [x1, x2, ..], option => ..)`.
//!
//! A function's file has a [`RowFunction`] (its parameters, its result, its state) and a [`RowState`] (what it gathers);
//! [`RowAggregate`] makes an aggregate of them: it reads numbers of any type, leaves out rows that are not complete, keeps
//! a state a group, and writes and merges partial states.
//!
//! A list that is written out, `[x1, x2, ..]`, is never built: the planner passes its columns on one by one
//! ([`arguments`]). A column of lists works as well, and takes longer.

mod accumulate;
mod aggregate;
mod arguments;
mod groups;
mod read;

#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::hash::Hash;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion_common::{Result, ScalarValue};
use datafusion_expr::Documentation;

use crate::parameters::{Options, Parameters};

pub use aggregate::RowAggregate;

/// How many rows are brought into one order at a time; few enough to stay in a core's nearest cache.
const TURNED: usize = 256;

/// A mergeable state that rows of numbers are added to.
///
/// A row has `width` numbers: those of the required arguments in order, the list's numbers last. All of them are finite.
pub trait RowState: Send + Sync + Clone + Debug + 'static {
    /// Adds complete rows, one after the other.
    ///
    /// # Errors
    /// When the width is not that of earlier rows, or the state cannot take them.
    fn update(&mut self, rows: &[f64], width: usize) -> Result<()>;

    /// Adds complete rows that are given column by column, all of one length; a state that works on columns saves time with
    /// its own. At least one column.
    ///
    /// # Errors
    /// As [`Self::update`].
    fn update_columns(&mut self, columns: &[&[f64]]) -> Result<()> {
        let rows = columns.first().map_or(0, |column| column.len());
        let mut turned = Vec::new();
        for start in (0..rows).step_by(TURNED) {
            let end = rows.min(start + TURNED);
            turned.clear();
            turned.resize((end - start) * columns.len(), 0.0);
            for (place, column) in columns.iter().enumerate() {
                let row = turned[place..].iter_mut().step_by(columns.len());
                row.zip(&column[start..end]).for_each(|(to, from)| *to = *from);
            }
            self.update(&turned, columns.len())?;
        }
        Ok(())
    }

    /// Counts rows that were left out, because of a NULL or a number that is not finite.
    fn skip(&mut self, rows: u64);

    /// Adds the rows of a state that [`Self::write`] has written.
    ///
    /// # Errors
    /// When the bytes are not such a state, or one of another width.
    fn merge(&mut self, written: &[u8]) -> Result<()>;

    /// The state for another process: compact; a first byte says which version of the layout it is.
    fn write(&self) -> Vec<u8>;

    /// The result; called more than once for a growing window, so it must not change the state.
    ///
    /// # Errors
    /// When the rows allow none and NULL would hide why.
    fn finish(&self) -> Result<ScalarValue>;

    /// The results of many states; of another than [`Self::finish`] only if that is faster.
    ///
    /// # Errors
    /// As [`Self::finish`].
    fn finish_all(states: &[Self], to: &DataType) -> Result<ArrayRef> {
        if states.is_empty() {
            return Ok(arrow::array::new_empty_array(to));
        }
        let results = states.iter().map(Self::finish).collect::<Result<Vec<_>>>()?;
        ScalarValue::iter_to_array(results)
    }

    /// How many bytes the state holds, itself and what it points to.
    fn size(&self) -> usize;
}

/// What an aggregate over rows of numbers is: everything that its file has to say.
pub trait RowFunction: Debug + Clone + PartialEq + Eq + Hash + Send + Sync + 'static {
    /// What it gathers.
    type State: RowState;

    /// Its parameters. The required ones are numbers; the last of them is a list of numbers if [`Self::HAS_LIST`].
    const PARAMETERS: Parameters;

    /// Whether the last required argument is a list of numbers.
    const HAS_LIST: bool = true;

    /// The type of the result.
    fn return_type(&self) -> DataType;

    /// A state without rows for a call with these options; called while the query is planned as well, so that options are
    /// checked there.
    ///
    /// # Errors
    /// For an option that makes no sense.
    fn state(&self, options: &Options<'_>) -> Result<Self::State>;

    /// The reference entry.
    fn documentation(&self) -> &Documentation;
}
