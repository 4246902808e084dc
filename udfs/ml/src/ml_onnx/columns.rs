//! The columns that an ONNX file reads, from Arrow to rows.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion_common::{Result, exec_err, plan_err};
use tronie_learn::trained::{OnnxKind, OnnxModel};
use tronie_model::TabularValues;

/// The type in which a column is read: whole numbers, numbers, booleans, text.
///
/// # Errors
/// For a type that no model reads.
pub(crate) fn read_type(function: &str, of: &DataType) -> Result<DataType> {
    match of {
        DataType::UInt64 => Ok(DataType::Float64),
        of if of.is_integer() => Ok(DataType::Int64),
        of if of.is_numeric() => Ok(DataType::Float64),
        DataType::Boolean | DataType::Null => Ok(of.clone()),
        of if of.is_string() => Ok(DataType::Utf8),
        DataType::Dictionary(_, value) => read_type(function, value),
        other => plan_err!("{function} reads numbers, booleans and text, got {other}; cast it, or select its parts"),
    }
}

/// Whether a column of a type that was read can be given to a model; else what the model expects.
pub(super) fn fits(kind: OnnxKind, of: &DataType) -> Result<(), &'static str> {
    let is_number = of.is_numeric() || matches!(of, DataType::Boolean | DataType::Null);
    match kind {
        OnnxKind::Number if is_number => Ok(()),
        OnnxKind::Integer if is_number => Ok(()),
        OnnxKind::Text if of.is_string() || *of == DataType::Null => Ok(()),
        OnnxKind::Number => Err("a number"),
        OnnxKind::Integer => Err("a whole number"),
        OnnxKind::Text => Err("text"),
    }
}

/// The values of one column. Only numbers may be missing where a graph reads them.
#[derive(Debug, Clone)]
enum Values {
    /// NaN where there is none.
    Numbers(Vec<f64>),
    Integers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
}

/// Rows for an ONNX file.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    columns: Arc<Vec<Values>>,
    /// The columns of each input, by place, and what it reads.
    inputs: Vec<(OnnxKind, std::ops::Range<usize>)>,
    /// The rows in which nothing is missing that must be there.
    complete: Vec<usize>,
    rows: usize,
    /// A column whose values stand in other rows, and which row has the value of each.
    moved: Option<(usize, Vec<usize>)>,
}

impl Columns {
    /// Reads the columns that `model` reads, in its order.
    ///
    /// # Errors
    /// When they are not of the types that were planned.
    pub(crate) fn read(model: &OnnxModel, arrays: &[ArrayRef], rows: usize) -> Result<Self> {
        let kinds: Vec<OnnxKind> = model.columns().map(|(_, kind)| kind).collect();
        if kinds.len() != arrays.len() {
            let (expected, got) = (kinds.len(), arrays.len());
            return exec_err!("the model reads {expected} columns, got {got}");
        }
        let columns = kinds.iter().zip(arrays).map(|(kind, array)| values(*kind, array));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let mut from = 0;
        let inputs = model.inputs.iter().map(|input| {
            let own = from..from + input.columns.len();
            from = own.end;
            (input.kind, own)
        });
        let is_there = |column: &Values, row: usize| match column {
            Values::Numbers(_) => true,
            Values::Integers(values) => values[row].is_some(),
            Values::Texts(values) => values[row].is_some(),
        };
        Ok(Self {
            inputs: inputs.collect(),
            complete: (0..rows)
                .filter(|&row| columns.iter().all(|column| is_there(column, row)))
                .collect(),
            columns: Arc::new(columns),
            rows,
            moved: None,
        })
    }

    /// The same rows, in which the column at `place` has for each row the value that stood in another one.
    pub(crate) fn moved(&self, place: usize, from: Vec<usize>) -> Self {
        let mut moved = self.clone();
        moved.moved = Some((place, from));
        moved
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// The rows that a graph can be asked about.
    pub(crate) fn complete(&self) -> &[usize] {
        &self.complete
    }

    /// The rows at `places` as a graph reads them: row by row, input by input.
    pub(super) fn rows(&self, places: &[usize]) -> Vec<TabularValues> {
        let of_input = |(kind, own): &(OnnxKind, std::ops::Range<usize>)| {
            let cell = |place: usize, row: usize| match &self.moved {
                Some((moved, from)) if *moved == place => (&self.columns[place], from[row]),
                _ => (&self.columns[place], row),
            };
            let cell = &cell;
            let cells = places
                .iter()
                .flat_map(|&row| own.clone().map(move |place| cell(place, row)));
            match kind {
                OnnxKind::Number => TabularValues::Numbers(
                    cells
                        .map(|(column, row)| {
                            if let Values::Numbers(x) = column {
                                x[row]
                            } else {
                                f64::NAN
                            }
                        })
                        .collect(),
                ),
                OnnxKind::Integer => TabularValues::Integers(
                    cells
                        .map(|(column, row)| {
                            if let Values::Integers(x) = column {
                                x[row].unwrap_or(0)
                            } else {
                                0
                            }
                        })
                        .collect(),
                ),
                OnnxKind::Text => TabularValues::Texts(
                    cells
                        .map(|(column, row)| match column {
                            Values::Texts(x) => x[row].clone().unwrap_or_default(),
                            _ => String::new(),
                        })
                        .collect(),
                ),
            }
        };
        self.inputs.iter().map(of_input).collect()
    }
}

fn values(kind: OnnxKind, array: &ArrayRef) -> Result<Values> {
    if let Err(expected) = fits(kind, array.data_type()) {
        return exec_err!("the model reads {expected}, got {}", array.data_type());
    }
    match kind {
        OnnxKind::Number => {
            let numbers = cast(array, &DataType::Float64)?;
            let numbers = numbers.as_primitive::<Float64Type>();
            Ok(Values::Numbers(numbers.iter().map(|x| x.unwrap_or(f64::NAN)).collect()))
        }
        OnnxKind::Integer if *array.data_type() == DataType::Float64 => {
            // A file of rows with missing numbers has been read as DOUBLE; the numbers are whole all the same.
            let whole = |x: f64| (x.fract() == 0.0 && x.abs() < 9e15).then_some(x as i64);
            let numbers = array.as_primitive::<Float64Type>();
            Ok(Values::Integers(numbers.iter().map(|x| x.and_then(whole)).collect()))
        }
        OnnxKind::Integer => {
            let numbers = cast(array, &DataType::Int64)?;
            Ok(Values::Integers(numbers.as_primitive::<Int64Type>().iter().collect()))
        }
        OnnxKind::Text => {
            let texts = cast(array, &DataType::Utf8)?;
            let texts = texts.as_string::<i32>().iter().map(|text| text.map(str::to_owned));
            Ok(Values::Texts(texts.collect()))
        }
    }
}
