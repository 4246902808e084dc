//! Gathering the rows of one group.

use arrow::array::{Array, ArrayRef, AsArray, ListArray};
use arrow::datatypes::{DataType, Float64Type, UInt64Type};
use datafusion_common::{Result, ScalarValue, exec_err};
use datafusion_expr::Accumulator;
use tronie_learn::labels::Labels;
use tronie_learn::logistic::{Label, Options, Rows, fit};

use super::{PARAMETERS, failed, value};
use crate::labels::{LabelReader, NONE};

/// The rows of a group.
#[derive(Debug)]
pub(super) struct Gather {
    options: Options,
    has_list: bool,
    features: usize,
    label: DataType,
    /// `None` until it is known how many features a row has.
    rows: Option<Rows>,
    skipped: u64,
    labels: Labels,
    reader: LabelReader,
    /// The codes among the rows of the codes of `labels`.
    codes: Vec<u32>,
}

impl Gather {
    /// No rows. `features` columns follow the label, of which one is a list if `has_list`.
    pub(super) fn new(l2: f64, has_list: bool, features: usize, label: &DataType) -> Self {
        Self {
            options: Options {
                l2,
                ..Options::default()
            },
            has_list,
            features,
            label: label.clone(),
            rows: None,
            skipped: 0,
            labels: Labels::default(),
            reader: LabelReader::new(PARAMETERS.function),
            codes: Vec::new(),
        }
    }

    /// The rows, for rows with so many features.
    fn rows_of(&mut self, width: usize) -> Result<&mut Rows> {
        let rows = self.rows.get_or_insert_with(|| Rows::new(width));
        if rows.width() != width {
            let (function, own) = (PARAMETERS.function, rows.width());
            return exec_err!("{function}: all lists must have the same length, got {own} and {width} numbers");
        }
        Ok(rows)
    }

    /// Adds rows whose labels have `codes`; of those, `is_complete` says which have all features.
    fn add(&mut self, columns: &[&[f64]], codes: Vec<u32>, is_complete: Option<&dyn Fn(usize) -> bool>) -> Result<()> {
        let (label, known) = (self.label.clone(), self.codes.len());
        let new: Vec<Label> = self
            .labels
            .texts()
            .skip(known)
            .map(|text| label_of(&label, text))
            .collect();
        let rows = self.rows_of(columns.len())?;
        let new = new.iter().map(|label| rows.code(label).map_err(|e| failed(&e)));
        let new = new.collect::<Result<Vec<_>>>()?;
        self.codes.extend(new);
        let own = |code: u32| self.codes.get(code as usize).copied().unwrap_or_default();
        if is_complete.is_none() && !codes.contains(&NONE) {
            let codes: Vec<u32> = codes.into_iter().map(own).collect();
            return self
                .rows_of(columns.len())?
                .push_columns(columns, &codes)
                .map_err(|e| failed(&e));
        }
        let whole = |row: usize| codes[row] != NONE && is_complete.is_none_or(|is_complete| is_complete(row));
        let kept: Vec<usize> = (0..codes.len()).filter(|&row| whole(row)).collect();
        self.skipped += (codes.len() - kept.len()) as u64;
        let codes: Vec<u32> = kept.iter().map(|&row| own(codes[row])).collect();
        let columns = columns
            .iter()
            .map(|column| kept.iter().map(|&row| column[row]).collect());
        let columns: Vec<Vec<f64>> = columns.collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        self.rows_of(columns.len())?
            .push_columns(&columns, &codes)
            .map_err(|e| failed(&e))
    }

    fn add_columns(&mut self, columns: &[ArrayRef], codes: Vec<u32>) -> Result<()> {
        let mut numbers = Vec::with_capacity(columns.len());
        for column in columns {
            let Some(column) = column.as_primitive_opt::<Float64Type>() else {
                return exec_err!("{} got a column of {}", PARAMETERS.function, column.data_type());
            };
            numbers.push(column);
        }
        let slices: Vec<&[f64]> = numbers.iter().map(|column| column.values().as_ref()).collect();
        if numbers.iter().all(|column| column.null_count() == 0) {
            return self.add(&slices, codes, None);
        }
        self.add(
            &slices,
            codes,
            Some(&|row| numbers.iter().all(|column| column.is_valid(row))),
        )
    }

    fn add_lists(&mut self, lists: &ListArray, codes: Vec<u32>) -> Result<()> {
        let Some(items) = lists.values().as_primitive_opt::<Float64Type>() else {
            return exec_err!("{} got lists of {}", PARAMETERS.function, lists.value_type());
        };
        let mut present = (0..lists.len()).filter(|&row| lists.is_valid(row));
        let Some(width) = present.next().map(|row| lists.value(row).len()) else {
            self.skipped += codes.len() as u64;
            return Ok(());
        };
        if width == 0 {
            return exec_err!("{}: a list is empty; it needs at least one number", PARAMETERS.function);
        }
        let mut columns = vec![vec![0.0; lists.len()]; width];
        let mut complete = vec![false; lists.len()];
        for (row, range) in lists.value_offsets().windows(2).enumerate() {
            if lists.is_null(row) {
                continue;
            }
            let from = usize::try_from(range[0]).unwrap_or_default();
            let to = usize::try_from(range[1]).unwrap_or_default();
            if to - from != width {
                let (function, got) = (PARAMETERS.function, to - from);
                return exec_err!("{function}: all lists must have the same length, got {width} and {got} numbers");
            }
            let values = &items.values()[from..to];
            columns.iter_mut().zip(values).for_each(|(column, x)| column[row] = *x);
            complete[row] = items.null_count() == 0 || (from..to).all(|item| items.is_valid(item));
        }
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        self.add(&columns, codes, Some(&|row| complete[row]))
    }
}

/// A label as it sorts: by what its column is.
fn label_of(of: &DataType, text: &str) -> Label {
    match of {
        DataType::Boolean => Label::Flag(text == "true"),
        number if number.is_numeric() => match text.parse() {
            Ok(number) => Label::Integer(number),
            // A whole number beyond 64 bits with a sign.
            Err(_) => text
                .parse()
                .map_or_else(|_| Label::Text(text.to_owned()), Label::Number),
        },
        _ => Label::Text(text.to_owned()),
    }
}

impl Accumulator for Gather {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some(features) = values.get(1..=self.features) else {
            return exec_err!("{} got {} arguments", PARAMETERS.function, values.len());
        };
        if values[0].is_empty() {
            return Ok(());
        }
        let codes = self.reader.codes(&mut self.labels, values[0].as_ref())?;
        if !self.has_list {
            return self.add_columns(features, codes);
        }
        match features[0].as_list_opt::<i32>() {
            Some(lists) => self.add_lists(lists, codes),
            None => exec_err!("{} got a column of {}", PARAMETERS.function, features[0].data_type()),
        }
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (written, skipped) = (states[0].as_binary::<i64>(), states[1].as_primitive::<UInt64Type>());
        self.skipped += skipped.iter().flatten().sum::<u64>();
        for written in written.iter().flatten() {
            match &mut self.rows {
                Some(rows) => rows.merge_written(written).map_err(|e| failed(&e))?,
                none => *none = Some(Rows::read(written).map_err(|e| failed(&e))?),
            }
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        // The rows go on in the state, and are not kept twice.
        self.codes.clear();
        self.labels = Labels::default();
        self.reader = LabelReader::new(PARAMETERS.function);
        let written = self.rows.take().map(Rows::into_written);
        Ok(vec![
            ScalarValue::LargeBinary(written),
            ScalarValue::UInt64(Some(std::mem::take(&mut self.skipped))),
        ])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let labels = self
            .rows
            .as_ref()
            .map_or(0, |rows| rows.counts().iter().filter(|count| **count > 0).count());
        match &self.rows {
            Some(rows) if labels > 1 => {
                let fit = fit(rows, &self.options).map_err(|e| failed(&e))?;
                value(Some(&fit), self.skipped)
            }
            _ => value(None, self.skipped),
        }
    }

    fn size(&self) -> usize {
        let rows = self.rows.as_ref().map_or(0, Rows::size);
        let labels: usize = self
            .labels
            .texts()
            .map(|text| 2 * (text.len() + size_of::<String>()))
            .sum();
        size_of_val(self) + rows + labels + self.reader.size() + 4 * self.codes.capacity()
    }
}

#[cfg(test)]
mod tests;
