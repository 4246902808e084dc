//! What a call is given. As it is written: the label, a list of features, options. As the planner rewrites it where the
//! list is written out: the label, the features one by one, all options (NULL for one that is not given), and a mark that
//! nobody gives as an option, so that no list is built for each batch.

use arrow::datatypes::{DataType, IntervalUnit};
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::expr::{AggregateFunction, ScalarFunction};
use datafusion_expr::function::AccumulatorArgs;
use datafusion_expr::simplify::SimplifyContext;
use datafusion_expr::{Cast, Expr, ExprSchemable};
use tronie_udf_kit::Options;

use super::PARAMETERS;
use crate::calls::{check_distinct, constants, option_types, with_constants};
use crate::fitted::model_and_features;
use crate::labels::label_type;

/// The type of the mark.
const MARK: DataType = DataType::Interval(IntervalUnit::YearMonth);

fn is_spread(types: &[DataType]) -> bool {
    types.last() == Some(&MARK)
}

/// The types in which arguments are read.
pub(super) fn coerced(types: &[DataType]) -> Result<Vec<DataType>> {
    if is_spread(types) {
        return Ok(types.to_vec());
    }
    PARAMETERS.check_count(types.len())?;
    let features = features_type(&types[1])?;
    let mut read = vec![label_type(PARAMETERS.function, "label", &types[0])?, features];
    read.extend(option_types(&PARAMETERS, types, &[]));
    Ok(read)
}

fn features_type(of: &DataType) -> Result<DataType> {
    // The rule for features is that of `predict`.
    let of_two = tronie_udf_kit::Parameters {
        options: &[],
        ..PARAMETERS
    };
    let mut types = model_and_features(&of_two, &[DataType::Null, of.clone()])?;
    Ok(types.remove(1))
}

/// The largest penalty; it leaves nothing of any coefficient.
const MOST_L2: f64 = 1e12;

/// The penalty.
fn l2(options: &Options<'_>) -> Result<f64> {
    Ok(options.number("l2", 0.0..=MOST_L2)?.unwrap_or(0.0))
}

/// Reads the options among the constants of a call, which follow `features` columns.
fn options(constants: &[Option<&ScalarValue>], features: usize) -> Result<f64> {
    let mut given = vec![None; PARAMETERS.required.len()];
    given.extend(constants.iter().skip(1 + features).take(PARAMETERS.options.len()));
    with_constants(&PARAMETERS, &given, l2)
}

/// How many columns of features there are: one, the list, as the call is written.
fn features(arguments: usize, is_spread: bool) -> usize {
    if is_spread {
        arguments.saturating_sub(1 + PARAMETERS.options.len() + 1)
    } else {
        1
    }
}

/// The penalty of a planned call, whether its features are a list, and how many columns they are.
pub(super) fn planned(args: &AccumulatorArgs<'_>) -> Result<(f64, bool, usize)> {
    check_distinct(&PARAMETERS, args.is_distinct)?;
    let types: Vec<DataType> = args.expr_fields.iter().map(|field| field.data_type().clone()).collect();
    let is_spread = is_spread(&types);
    let features = features(types.len(), is_spread);
    let constants = constants(args);
    let l2 = options(&constants.iter().map(Option::as_ref).collect::<Vec<_>>(), features)?;
    Ok((l2, !is_spread, features))
}

/// Checks a call that is being planned, and spreads a list that is written out into its columns.
pub(super) fn rewritten(mut call: AggregateFunction, info: &SimplifyContext) -> Result<Expr> {
    let args = &call.params.args;
    check_distinct(&PARAMETERS, call.params.distinct)?;
    let types = args
        .iter()
        .map(|arg| info.get_data_type(arg))
        .collect::<Result<Vec<_>>>()?;
    let is_spread = is_spread(&types);
    let constants = args.iter().map(|arg| match arg {
        Expr::Literal(value, _) => Some(value),
        _ => None,
    });
    options(&constants.collect::<Vec<_>>(), features(args.len(), is_spread))?;
    if !is_spread && let Some(items) = items(&args[1]) {
        if items.is_empty() {
            let (name, list) = (PARAMETERS.function, PARAMETERS.required[1]);
            return plan_err!("{name}: `{list}` is an empty list; name at least one column, such as [x1]");
        }
        let mut spread = vec![args[0].clone()];
        for item in items {
            spread.push(item.clone().cast_to(&DataType::Float64, info.schema().as_ref())?);
        }
        spread.extend(args[2..].iter().cloned());
        let missing = PARAMETERS.required.len() + PARAMETERS.options.len() - args.len();
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
