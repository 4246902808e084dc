//! The rows of a training query, as columns of numbers and words.

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, Schema};
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::MemoryReservation;
use tronie_common::Kind;
use tronie_learn::table::{Column, Values, Words};

use crate::error::Error;

/// Columns that grow batch by batch, their memory counted.
pub(crate) struct Columns {
    columns: Vec<Column>,
    memory: MemoryReservation,
}

impl Columns {
    /// Columns for the rows of `schema`; the column `classes` is read as words whatever its type.
    ///
    /// # Errors
    /// When a column is of a type that nothing is learned from.
    pub(crate) fn new(schema: &Schema, classes: Option<&str>, memory: MemoryReservation) -> Result<Self, Error> {
        let column = |field: &Field| -> Result<Column, Error> {
            let values = match kind(field)? {
                _ if Some(field.name().as_str()) == classes => Values::Words(Words::default()),
                Reads::Number => Values::Numbers(Vec::new()),
                Reads::Word => Values::Words(Words::default()),
            };
            Ok(Column {
                name: field.name().clone(),
                values,
            })
        };
        let mut columns = Vec::new();
        for field in schema.fields() {
            match field.data_type() {
                // An embedding is a column a dimension.
                DataType::FixedSizeList(_, dimensions) => columns.extend((0..*dimensions).map(|dimension| Column {
                    name: format!("{}[{dimension}]", field.name()),
                    values: Values::Numbers(Vec::new()),
                })),
                _ => columns.push(column(field)?),
            }
        }
        Ok(Self { columns, memory })
    }

    /// Adds a batch.
    ///
    /// # Errors
    /// When the rows do not fit into the memory that the process may use.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let mut columns = self.columns.iter_mut();
        for array in batch.columns() {
            if let Some(lists) = array.as_fixed_size_list_opt() {
                let numbers = cast(lists.values(), &DataType::Float64).map_err(DataFusionError::from)?;
                let numbers = numbers.as_primitive::<Float64Type>().values();
                let dimensions = lists.value_length() as usize;
                for (dimension, column) in columns.by_ref().take(dimensions).enumerate() {
                    if let Values::Numbers(known) = &mut column.values {
                        known.extend(numbers.iter().skip(dimension).step_by(dimensions));
                    }
                }
                continue;
            }
            let Some(column) = columns.next() else { break };
            match &mut column.values {
                Values::Numbers(numbers) => {
                    let known = cast(array, &DataType::Float64).map_err(DataFusionError::from)?;
                    let known = known.as_primitive::<Float64Type>();
                    numbers.extend(known.iter().map(|x| x.filter(|x| x.is_finite()).unwrap_or(f64::NAN)));
                }
                Values::Words(words) => {
                    let known = cast(array, &DataType::Utf8).map_err(DataFusionError::from)?;
                    for word in known.as_string::<i32>() {
                        words.push(word);
                    }
                }
            }
        }
        let bytes = self.columns.iter().map(|column| match &column.values {
            Values::Numbers(numbers) => numbers.capacity() * size_of::<f64>(),
            Values::Words(words) => words.bytes(),
        });
        self.memory.try_resize(bytes.sum()).map_err(|_| {
            let rows = self.columns.first().map_or(0, |column| column.values.len());
            Error::new(
                Kind::Exhausted,
                format!(
                    "out of memory after {rows} training rows; raise --memory-limit, select fewer columns, or a sample: \
                     where data_split(id, [0.1, 0.9]) = 'train'"
                ),
            )
        })
    }

    /// The columns, and what reserves their memory.
    pub(crate) fn finish(self) -> (Vec<Column>, MemoryReservation) {
        (self.columns, self.memory)
    }
}

/// How a column is read.
enum Reads {
    Number,
    Word,
}

fn kind(field: &Field) -> Result<Reads, Error> {
    let name = field.name();
    let is_word = |of: &DataType| of.is_string();
    let next = match field.data_type() {
        of if of.is_numeric() || *of == DataType::Boolean => return Ok(Reads::Number),
        of if is_word(of) => return Ok(Reads::Word),
        DataType::Dictionary(_, of) if is_word(of) => return Ok(Reads::Word),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            "take a part of it, as date_part('month', ..), or the days since a day"
        }
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => {
            "select its elements one by one, as x[1]"
        }
        DataType::Struct(_) => "select its fields, as x['score']",
        DataType::Null => "it has no type; cast it, or leave it out",
        _ => "cast it to a number or to varchar",
    };
    Err(Error::new(
        Kind::Input,
        format!(
            "column `{name}` is {}, which nothing is learned from; {next}",
            field.data_type()
        ),
    ))
}
