//! What a call is given: types, the list's columns, the options.
//!
//! A call has one of two forms. As it is written: numbers, perhaps a list of numbers, options. As the planner rewrites it
//! where the list is written out: numbers, the list's numbers, all options (NULL for one that is not given), and a mark,
//! an interval of no months, which nobody gives as an option. The rewritten call has the same name and nothing beside its
//! arguments, so it can travel to another process.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, IntervalUnit, Schema};
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::expr::{AggregateFunction, ScalarFunction};
use datafusion_expr::simplify::SimplifyContext;
use datafusion_expr::{Cast, ColumnarValue, Expr, ExprSchemable, ReturnFieldArgs};

use super::RowFunction;
use crate::parameters::{Options, Parameters};

/// The type of the mark on a rewritten call.
const MARK: DataType = DataType::Interval(IntervalUnit::YearMonth);

/// The type in which a list of numbers is read.
fn list_of_numbers() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Float64, true)))
}

/// Whether arguments of these types are those of a rewritten call.
pub(super) fn is_spread(types: &[DataType]) -> bool {
    types.last() == Some(&MARK)
}

/// How many of `arguments` are columns with numbers; the others are options and the mark.
pub(super) fn numbers(parameters: &Parameters, arguments: usize, is_spread: bool) -> usize {
    if is_spread {
        arguments.saturating_sub(parameters.options.len() + 1)
    } else {
        parameters.required.len()
    }
}

/// The types in which a call's arguments are read.
pub(super) fn coerced<F: RowFunction>(types: &[DataType]) -> Result<Vec<DataType>> {
    if is_spread(types) {
        return Ok(types.to_vec());
    }
    let parameters = F::PARAMETERS;
    parameters.check_count(types.len())?;
    let function = parameters.function;
    let required = parameters.required.len();
    let mut coerced = Vec::with_capacity(types.len());
    for (place, (argument, given)) in parameters.required.iter().zip(types).enumerate() {
        let is_list = F::HAS_LIST && place + 1 == required;
        coerced.push(match given {
            _ if is_list => match given {
                DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _)
                    if is_number(item.data_type()) =>
                {
                    list_of_numbers()
                }
                DataType::Null => list_of_numbers(),
                other => {
                    return plan_err!(
                        "{function}: `{argument}` must be a list of numbers, such as [x1, x2], but it is {other}"
                    );
                }
            },
            number if is_number(number) => DataType::Float64,
            other => {
                return plan_err!(
                    "{function} reads numbers, but `{argument}` is {other}; convert it first: cast(.. as double)"
                );
            }
        });
    }
    coerced.extend(types[required..].iter().map(|given| match given {
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => DataType::Utf8,
        other => other.clone(),
    }));
    Ok(coerced)
}

/// Whether values of a type are read as numbers; true is 1, false 0.
fn is_number(of: &DataType) -> bool {
    match of {
        DataType::Dictionary(_, value) => is_number(value),
        DataType::Boolean | DataType::Null => true,
        other => other.is_numeric(),
    }
}

/// Checks a call that is being planned, and spreads a list that is written out into its columns.
pub(super) fn rewritten<F: RowFunction>(
    function: &F,
    mut call: AggregateFunction,
    info: &SimplifyContext,
) -> Result<Expr> {
    let parameters = F::PARAMETERS;
    let args = &call.params.args;
    check_distinct(&parameters, call.params.distinct)?;
    let types = args.iter().map(|arg| info.get_data_type(arg));
    let is_spread = is_spread(&types.collect::<Result<Vec<_>>>()?);
    let numbers = numbers(&parameters, args.len(), is_spread);
    let constants = args.iter().skip(numbers).map(|arg| match arg {
        Expr::Literal(value, _) => Some(value),
        _ => None,
    });
    with_options(&parameters, &constants.collect::<Vec<_>>(), |options| {
        function.state(options)
    })?;
    if F::HAS_LIST
        && !is_spread
        && let Some(items) = items(&args[numbers - 1])
    {
        if items.is_empty() {
            let (name, list) = (parameters.function, parameters.required[numbers - 1]);
            return plan_err!("{name}: `{list}` is an empty list; name at least one column, such as [x1]");
        }
        let mut spread = args[..numbers - 1].to_vec();
        for item in items {
            spread.push(item.clone().cast_to(&DataType::Float64, info.schema().as_ref())?);
        }
        spread.extend(args[numbers..].iter().cloned());
        let missing = parameters.required.len() + parameters.options.len() - args.len();
        spread.extend(std::iter::repeat_n(Expr::Literal(ScalarValue::Null, None), missing));
        spread.push(Expr::Literal(ScalarValue::IntervalYearMonth(Some(0)), None));
        call.params.args = spread;
    }
    Ok(Expr::AggregateFunction(call))
}

/// The items of a list that is written out.
fn items(list: &Expr) -> Option<&[Expr]> {
    match list {
        Expr::Cast(Cast { expr, .. }) => items(expr),
        Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == "make_array" => Some(args),
        _ => None,
    }
}

/// Refuses `f(DISTINCT ..)`.
pub(super) fn check_distinct(parameters: &Parameters, is_distinct: bool) -> Result<()> {
    if is_distinct {
        let function = parameters.function;
        return plan_err!("{function} counts every row, `DISTINCT` is not for it; select the distinct rows first");
    }
    Ok(())
}

/// Calls `read` with the options among the constants that follow a call's numbers.
fn with_options<T>(
    parameters: &Parameters,
    constants: &[Option<&ScalarValue>],
    read: impl FnOnce(&Options<'_>) -> Result<T>,
) -> Result<T> {
    let mut given = vec![None; parameters.required.len()];
    given.extend(constants.iter().take(parameters.options.len()));
    let args = ReturnFieldArgs {
        arg_fields: &[],
        scalar_arguments: &given,
    };
    read(&Options::planned(parameters, &args))
}

/// Calls `read` with the options of a planned call.
pub(super) fn with_planned_options<T>(
    parameters: &Parameters,
    args: &datafusion_expr::function::AccumulatorArgs<'_>,
    numbers: usize,
    read: impl FnOnce(&Options<'_>) -> Result<T>,
) -> Result<T> {
    let no_rows = RecordBatch::new_empty(Arc::new(Schema::empty()));
    let constants = args
        .exprs
        .iter()
        .skip(numbers)
        .map(|expr| match expr.evaluate(&no_rows) {
            Ok(ColumnarValue::Scalar(value)) => Some(value),
            _ => None,
        });
    let constants: Vec<Option<ScalarValue>> = constants.collect();
    let constants: Vec<Option<&ScalarValue>> = constants.iter().map(Option::as_ref).collect();
    with_options(parameters, &constants, read)
}
