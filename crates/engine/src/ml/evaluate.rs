//! How good a trained model is on the rows of a query: one scan, one row a metric.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::functions_aggregate::expr_fn::{avg, count};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast, ident, lit, when};
use tronie_learn::trained::{Classes, OnnxModel, Trained};

use super::arithmetic::Functions;
use super::predict::{Answered, answered, label_column, label_number, label_text};
use super::relations::Named;

/// The metrics of a model over a query, as rows (metric, value).
pub(crate) fn plan(named: &Named, input: LogicalPlan, functions: &Functions<'_>) -> Result<LogicalPlan> {
    let answered = answered(named, input, functions)?;
    let metrics = match &named.kept.trained {
        Trained::Linear(_) => of_numbers(named, &answered, functions)?,
        Trained::Logistic(classes) => {
            let mut metrics = of_labels(named, &answered, &classes.classes, functions)?;
            metrics.extend(of_probabilities(named, &answered, classes, functions)?);
            metrics
        }
        Trained::TextClassifier(head) => of_labels(named, &answered, &head.classes, functions)?,
        Trained::KMeans(_) => {
            let distance = answer(&answered, "cluster_distance");
            vec![("mean_squared_distance", avg(distance.clone() * distance))]
        }
        Trained::Onnx(_) if named.kept.model_type == "onnx" && named.kept.label.is_none() => Vec::new(),
        Trained::Onnx(onnx) if !onnx.is_classifier() => of_numbers(named, &answered, functions)?,
        Trained::Onnx(onnx) => {
            let mut metrics = of_labels(named, &answered, &onnx.classes, functions)?;
            metrics.extend(of_two_shares(named, &answered, onnx, functions)?);
            metrics
        }
    };
    let mut metrics = metrics;
    metrics.push(("rows", judged(named, &answered)?));
    rows_of(&answered, metrics, functions)
}

/// How many rows the metrics are of: those with an answer, and of a model that predicts a column, with a value in it.
fn judged(named: &Named, answered: &Answered) -> Result<Expr> {
    let is_known = |of: Expr| match named.kept.trained {
        // Neither NaN nor an infinity is a number to compare with.
        Trained::Linear(_) => {
            let of = cast(of, DataType::Float64);
            (of.clone() - of).eq(lit(0.0))
        }
        _ => of.is_not_null(),
    };
    let of_answer = answered.answers.first().map(|(_, answer)| is_known(answer.clone()));
    let of_label = match &named.kept.label {
        Some(_) => Some(is_known(label_column(named, answered.plan().schema())?)),
        None => None,
    };
    let is_judged = of_answer.into_iter().chain(of_label).reduce(Expr::and);
    let counted = match is_judged {
        Some(is_judged) => when(is_judged, lit(1)).end()?,
        None => lit(1),
    };
    Ok(cast(count(counted), DataType::Float64))
}

fn answer(answered: &Answered, name: &str) -> Expr {
    let found = answered.answers.iter().find(|(known, _)| *known == name);
    found.map_or_else(|| lit(ScalarValue::Null), |(_, answer)| answer.clone())
}

fn of_numbers(named: &Named, answered: &Answered, functions: &Functions<'_>) -> Result<Vec<(&'static str, Expr)>> {
    let actual = label_number(named, answered.plan().schema())?;
    let prediction = cast(answer(answered, "prediction"), DataType::Float64);
    let metric = |name: &'static str| {
        let function = match name {
            "r2" => "r2_score",
            name => name,
        };
        Ok((
            name,
            aggregate(functions, function, vec![actual.clone(), prediction.clone()])?,
        ))
    };
    ["r2", "rmse", "mae", "mse"].into_iter().map(metric).collect()
}

fn of_labels(
    named: &Named,
    answered: &Answered,
    classes: &[String],
    functions: &Functions<'_>,
) -> Result<Vec<(&'static str, Expr)>> {
    let actual = label_text(named, answered.plan().schema())?;
    let predicted = cast(answer(answered, "prediction"), DataType::Utf8);
    // Of two classes the second one is what is looked for, as in the fit, whatever else stands in the rows.
    let (of_one, average) = match classes {
        [_, second] => {
            let is_second = |label: &Expr| label.clone().eq(lit(second.as_str()));
            (Some([is_second(&actual), is_second(&predicted)]), lit("binary"))
        }
        _ => (None, lit("macro")),
    };
    let mut metrics = Vec::new();
    for (name, function) in [
        ("accuracy", "accuracy"),
        ("precision", "precision_score"),
        ("recall", "recall_score"),
        ("f1", "f1_score"),
    ] {
        let udf = functions.aggregate(function)?;
        let names = udf.signature().parameter_names.clone().unwrap_or_default();
        let [actual, predicted] = match &of_one {
            Some(pair) if function != "accuracy" => pair,
            _ => &[actual.clone(), predicted.clone()],
        };
        let args = names.iter().map(|name| match name.as_str() {
            "actual" => actual.clone(),
            "predicted" => predicted.clone(),
            "average" => average.clone(),
            _ => lit(ScalarValue::Null),
        });
        metrics.push((name, aggregate(functions, function, args.collect())?));
    }
    Ok(metrics)
}

fn of_probabilities(
    named: &Named,
    answered: &Answered,
    classes: &Classes,
    functions: &Functions<'_>,
) -> Result<Vec<(&'static str, Expr)>> {
    let actual = cast(label_column(named, answered.plan().schema())?, DataType::Utf8);
    if let ([sum], [_, second]) = (answered.scores.as_slice(), classes.classes.as_slice()) {
        let is_second = cast(actual.eq(lit(second.as_str())), DataType::Int64);
        let odds = functions.call("exp", vec![-sum.clone()])?;
        let share = lit(1.0) / (lit(1.0) + odds);
        return Ok(vec![
            (
                "roc_auc",
                aggregate(functions, "roc_auc", vec![is_second.clone(), sum.clone()])?,
            ),
            ("log_loss", aggregate(functions, "log_loss", vec![is_second, share])?),
        ]);
    }
    Ok(Vec::new())
}

/// The metrics of a file that gives the probabilities of two classes.
fn of_two_shares(
    named: &Named,
    answered: &Answered,
    onnx: &OnnxModel,
    functions: &Functions<'_>,
) -> Result<Vec<(&'static str, Expr)>> {
    let ([_, second], Some(_)) = (onnx.classes.as_slice(), onnx.probabilities()) else {
        return Ok(Vec::new());
    };
    let actual = label_text(named, answered.plan().schema())?;
    let is_second = cast(actual.eq(lit(second.as_str())), DataType::Int64);
    let (predicted, own) = (answer(answered, "prediction"), answer(answered, "probability"));
    let predicts_second = cast(predicted, DataType::Utf8).eq(lit(second.as_str()));
    let share = when(predicts_second, own.clone()).otherwise(lit(1.0) - own)?;
    let args = vec![is_second, share];
    Ok(vec![
        ("roc_auc", aggregate(functions, "roc_auc", args.clone())?),
        ("log_loss", aggregate(functions, "log_loss", args)?),
    ])
}

fn aggregate(functions: &Functions<'_>, name: &str, args: Vec<Expr>) -> Result<Expr> {
    let udf = functions.aggregate(name)?;
    let call = AggregateFunction::new_udf(udf, args, false, None, Vec::new(), None);
    Ok(Expr::AggregateFunction(call))
}

/// Aggregates over the answers, turned from one row into one row each.
fn rows_of(answered: &Answered, metrics: Vec<(&'static str, Expr)>, functions: &Functions<'_>) -> Result<LogicalPlan> {
    let names: Vec<&str> = metrics.iter().map(|(name, _)| *name).collect();
    let metrics = metrics.into_iter().map(|(name, metric)| metric.alias(name));
    let one_row = LogicalPlanBuilder::from(answered.plan().clone())
        .aggregate(Vec::<Expr>::new(), metrics)?
        .build()?;
    let pairs = names.iter().map(|name| {
        let args = vec![lit("metric"), lit(*name), lit("value"), ident(*name)];
        functions.call("named_struct", args)
    });
    let pairs = functions.call("make_array", pairs.collect::<Result<_>>()?)?;
    let field = |name: &str| functions.call("get_field", vec![ident("pair"), lit(name)]);
    let columns = [field("metric")?.alias("metric"), field("value")?.alias("value")];
    LogicalPlanBuilder::from(one_row)
        .project([pairs.alias("pair")])?
        .unnest_column("pair")?
        .project(columns)?
        .build()
}
