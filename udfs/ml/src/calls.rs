//! What a call of an aggregate or a window is given beside its columns.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow::compute::nullif;
use arrow::datatypes::{DataType, Schema};
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::expr::AggregateFunction;
use datafusion_expr::function::{AccumulatorArgs, AggregateFunctionSimplification};
use datafusion_expr::{ColumnarValue, Expr, ReturnFieldArgs};
use tronie_udf_kit::{Options, Parameters};

/// Refuses `f(DISTINCT ..)`.
///
/// # Errors
/// A planning error.
pub(crate) fn check_distinct(parameters: &Parameters, is_distinct: bool) -> Result<()> {
    if is_distinct {
        let function = parameters.function;
        return plan_err!("{function} counts every row, `DISTINCT` is not for it; select the distinct rows first");
    }
    Ok(())
}

/// Refuses a window whose start moves, for aggregates that cannot take rows out again.
///
/// # Errors
/// A planning error, always.
pub(crate) fn moving_window<T>(parameters: &Parameters) -> Result<T> {
    let function = parameters.function;
    plan_err!(
        "{function} cannot take rows out of a window again; let the window start at the first row (rows between unbounded \
         preceding and ..), or use GROUP BY"
    )
}

/// The types in which the options after the columns are read: `texts` as text, whatever they are given as, other texts as
/// Utf8, everything else as it is.
pub(crate) fn option_types(parameters: &Parameters, types: &[DataType], texts: &[&str]) -> Vec<DataType> {
    let given = types.iter().skip(parameters.required.len()).zip(parameters.options);
    let read = given.map(|(given, option)| match given {
        DataType::Null => DataType::Null,
        _ if texts.contains(option) => DataType::Utf8,
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => DataType::Utf8,
        other => other.clone(),
    });
    read.collect()
}

/// Reads the options among `constants`, one an argument.
///
/// # Errors
/// What `read` returns.
pub(crate) fn with_constants<T>(
    parameters: &Parameters,
    constants: &[Option<&ScalarValue>],
    read: impl FnOnce(&Options<'_>) -> Result<T>,
) -> Result<T> {
    let args = ReturnFieldArgs {
        arg_fields: &[],
        scalar_arguments: constants,
    };
    read(&Options::planned(parameters, &args))
}

/// Reads the options among the arguments of a call that is being planned.
///
/// # Errors
/// What `read` returns.
pub(crate) fn with_literals<T>(
    parameters: &Parameters,
    args: &[Expr],
    read: impl FnOnce(&Options<'_>) -> Result<T>,
) -> Result<T> {
    let constants = args.iter().map(|arg| match arg {
        Expr::Literal(value, _) => Some(value),
        _ => None,
    });
    with_constants(parameters, &constants.collect::<Vec<_>>(), read)
}

/// The constants among the arguments of an aggregate that is about to be computed.
pub(crate) fn constants(args: &AccumulatorArgs<'_>) -> Vec<Option<ScalarValue>> {
    let no_rows = RecordBatch::new_empty(Arc::new(Schema::empty()));
    let constant = args.exprs.iter().map(|expr| match expr.evaluate(&no_rows) {
        Ok(ColumnarValue::Scalar(value)) => Some(value),
        _ => None,
    });
    constant.collect()
}

/// Reads the options of an aggregate that is about to be computed.
///
/// # Errors
/// For `DISTINCT`, and what `read` returns.
pub(crate) fn with_planned<T>(
    parameters: &Parameters,
    args: &AccumulatorArgs<'_>,
    read: impl FnOnce(&Options<'_>) -> Result<T>,
) -> Result<T> {
    check_distinct(parameters, args.is_distinct)?;
    let constants = constants(args);
    let constants: Vec<Option<&ScalarValue>> = constants.iter().map(Option::as_ref).collect();
    with_constants(parameters, &constants, read)
}

/// The columns of a batch for many groups, with NULL in the first one where a row is not asked for: such rows are not
/// looked at, whatever stands in them.
///
/// # Errors
/// Arrow's.
pub(crate) fn asked(values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
    let mut values = values.to_vec();
    if let (Some(filter), Some(first)) = (filter, values.first_mut()) {
        let left_out = (0..filter.len()).map(|row| Some(filter.is_null(row) || !filter.value(row)));
        *first = nullif(first, &left_out.collect())?;
    }
    Ok(values)
}

/// A simplification that changes nothing: it is where the planner shows the values of options, so that `check` refuses
/// them before any row is read.
pub(crate) fn checking(
    parameters: Parameters,
    check: impl Fn(&Options<'_>) -> Result<()> + 'static,
) -> Option<AggregateFunctionSimplification> {
    Some(Box::new(move |call: AggregateFunction, _| {
        check_distinct(&parameters, call.params.distinct)?;
        with_literals(&parameters, &call.params.args, &check)?;
        Ok(Expr::AggregateFunction(call))
    }))
}
