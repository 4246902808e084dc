//! Columns of numbers.

use arrow::datatypes::DataType;
use datafusion_common::{Result, plan_err};

/// The type in which numbers of type `got` are read: Float64.
///
/// # Errors
/// A planning error for what is neither a number nor a boolean.
pub(crate) fn number_type(function: &str, argument: &str, got: &DataType) -> Result<DataType> {
    match got {
        DataType::Dictionary(_, value) => number_type(function, argument, value),
        DataType::Boolean | DataType::Null => Ok(DataType::Float64),
        number if number.is_numeric() => Ok(DataType::Float64),
        other => {
            plan_err!("{function} reads numbers, but `{argument}` is {other}; convert it first: cast(.. as double)")
        }
    }
}
