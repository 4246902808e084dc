//! What a model from an ONNX file answers, as expressions.

use datafusion::arrow::datatypes::DataType;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast, ident, lit};
use tronie_learn::trained::{OnnxModel, OnnxRole, PREDICTION};

use crate::ml::arithmetic::{Functions, Inputs};
use crate::ml::predict::{label_column, label_text};
use crate::ml::relations::Named;

/// The call that asks the file about a row.
pub(crate) fn call(named: &Named, model: &OnnxModel, inputs: &Inputs<'_>, functions: &Functions<'_>) -> Result<Expr> {
    let mut args = vec![lit(named.reference())];
    for (column, _) in model.columns() {
        args.push(read(column, inputs)?);
    }
    functions.call("ml_onnx", args)
}

/// How much worse the file gets on the rows of `input` without each column, as rows (feature, importance).
pub(crate) fn importance(
    named: &Named,
    model: &OnnxModel,
    input: LogicalPlan,
    functions: &Functions<'_>,
) -> Result<LogicalPlan> {
    let name = &named.name;
    if named.kept.label.is_none() {
        return Err(DataFusionError::Plan(format!(
            "model `{name}` does not say which column it predicts; make it again with OPTIONS (.., label = 'column')"
        )));
    }
    if model.prediction().is_none() {
        return Err(DataFusionError::Plan(format!(
            "model `{name}` gives no prediction that could get worse"
        )));
    }
    let inputs = Inputs {
        model: name,
        schema: input.schema(),
    };
    let actual = match model.is_classifier() {
        true => label_text(named, input.schema())?,
        false => cast(label_column(named, input.schema())?, DataType::Float64),
    };
    let mut args = vec![lit(named.reference()), actual];
    for (column, _) in model.columns() {
        args.push(read(column, &inputs)?);
    }
    let udf = functions.aggregate("ml_onnx_importance")?;
    let call = Expr::AggregateFunction(AggregateFunction::new_udf(udf, args, false, None, Vec::new(), None));
    let field = |name: &str| functions.call("get_field", vec![ident("pair"), lit(name)]);
    LogicalPlanBuilder::from(input)
        .aggregate(Vec::<Expr>::new(), [call.alias("pair")])?
        .unnest_column("pair")?
        .project([
            field("feature")?.alias("feature"),
            field("importance")?.alias("importance"),
        ])?
        .build()
}

/// A column by the name that the file has for it, or if there is none, by that name in other letters: `x` for `X`.
fn read(name: &str, inputs: &Inputs<'_>) -> Result<Expr> {
    let exact = inputs.column(name);
    let names = inputs.schema.fields().iter().map(|field| field.name());
    let alike: Vec<&String> = names.filter(|known| known.eq_ignore_ascii_case(name)).collect();
    match (exact, alike.as_slice()) {
        (Err(_), [alike]) if *alike != name => inputs.column(alike).map(|(column, _)| column),
        (exact, _) => exact.map(|(column, _)| column),
    }
}

/// The answers that models have in common, and those that go by the file's own names.
pub(crate) type Answered = (Vec<(&'static str, Expr)>, Vec<(String, Expr)>);

/// The answers in what [`call`] gives.
pub(crate) fn answers(model: &OnnxModel, answer: &Expr, functions: &Functions<'_>) -> Result<Answered> {
    let field = |name: &str| functions.call("get_field", vec![answer.clone(), lit(name)]);
    let (mut common, mut own) = (Vec::new(), Vec::new());
    for of in &model.answers {
        match of.role {
            OnnxRole::Probabilities => {
                common.push(("probability", field("probability")?));
                common.push(("probabilities", field("probabilities")?));
            }
            _ if of.name == PREDICTION => common.insert(0, (PREDICTION, field(PREDICTION)?)),
            _ => own.push((of.name.clone(), field(&of.name)?)),
        }
    }
    Ok((common, own))
}
