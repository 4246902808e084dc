//! Checking arguments when a query is planned.

use arrow::datatypes::DataType;
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::ReturnFieldArgs;

/// Refuses a call with fewer or more arguments than `names` allows; the first `required` ones must be there.
///
/// # Errors
/// A planning error that names the arguments.
pub fn check_count(function: &str, names: &[&str], required: usize, got: usize) -> Result<()> {
    if (required..=names.len()).contains(&got) {
        return Ok(());
    }
    let (must, may) = names.split_at(required.min(names.len()));
    let must = must.join(", ");
    let options = may.iter().map(|name| format!("[, {name} => ..]")).collect::<String>();
    plan_err!("{function} is called as {function}({must}{options}), got {got} arguments")
}

/// The type in which a text argument is read: any string type as it is, an untyped NULL as text.
///
/// # Errors
/// A planning error for anything that is not text.
pub fn text_type(function: &str, argument: &str, got: &DataType) -> Result<DataType> {
    match got {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(got.clone()),
        DataType::Dictionary(_, value) => text_type(function, argument, value).map(|_| got.clone()),
        DataType::Null => Ok(DataType::Utf8),
        other => plan_err!("{function} reads text, but `{argument}` is {other}; convert it first: cast(.. as varchar)"),
    }
}

/// The value of an option that has to be a constant text: `None` if the call does not name it, or names NULL.
///
/// # Errors
/// A planning error if it depends on the row.
pub fn option_text(function: &str, name: &str, args: &ReturnFieldArgs<'_>, position: usize) -> Result<Option<String>> {
    match args.scalar_arguments.get(position) {
        None => Ok(None),
        Some(Some(value)) => Ok(scalar_text(value)),
        Some(None) => plan_err!("{function}: `{name} =>` must be a constant text, the same for all rows"),
    }
}

/// The text of a scalar, whatever its string type.
pub(crate) fn scalar_text(value: &ScalarValue) -> Option<String> {
    value.try_as_str().flatten().map(str::to_owned)
}
