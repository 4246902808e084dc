//! Reading text columns, whatever their layout.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use datafusion_common::{Result, ScalarValue, exec_err};
use datafusion_expr::ColumnarValue;

/// The rows of a text column: Utf8, LargeUtf8, Utf8View, or a dictionary of one of them.
///
/// # Errors
/// For other types, which planning has excluded.
pub fn text_rows(array: &dyn Array) -> Result<Vec<Option<&str>>> {
    match array.data_type() {
        DataType::Utf8 => Ok(array.as_string::<i32>().iter().collect()),
        DataType::LargeUtf8 => Ok(array.as_string::<i64>().iter().collect()),
        DataType::Utf8View => Ok(array.as_string_view().iter().collect()),
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_any_dictionary();
            if dictionary.values().is_empty() {
                return Ok(vec![None; array.len()]);
            }
            let values = text_rows(dictionary.values().as_ref())?;
            let keys = dictionary.normalized_keys();
            let row = |(row, key): (usize, usize)| if array.is_null(row) { None } else { values[key] };
            Ok(keys.into_iter().enumerate().map(row).collect())
        }
        DataType::Null => Ok(vec![None; array.len()]),
        other => exec_err!("expected a text column, got {other}"),
    }
}

/// Gives back a constant where the input was a constant, so that the planner can fold the call.
///
/// # Errors
/// When `result` cannot be read as a constant.
pub fn scalar_or_array(input: &ColumnarValue, result: ArrayRef) -> Result<ColumnarValue> {
    match input {
        ColumnarValue::Scalar(_) => Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?)),
        ColumnarValue::Array(_) => Ok(ColumnarValue::Array(result)),
    }
}
