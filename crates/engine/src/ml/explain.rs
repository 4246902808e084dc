//! Why a trained model answers as it does: what each column adds, row by row.

use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, LogicalPlan, lit, when};
use tronie_learn::trained::{Score, Trained};

use super::arithmetic::{Functions, Inputs, attribution};
use super::predict::answered;
use super::relations::Named;

/// The query with the answer, the sum behind it, the sum for the average row, and what the columns add to that.
pub(crate) fn plan(
    named: &Named,
    input: LogicalPlan,
    top_k: Option<usize>,
    functions: &Functions<'_>,
) -> Result<LogicalPlan> {
    let scores: &[Score] = match &named.kept.trained {
        Trained::Linear(score) => std::slice::from_ref(score),
        Trained::Logistic(classes) => &classes.scores,
        Trained::KMeans(_) | Trained::TextClassifier(_) | Trained::Onnx(_) => {
            let (name, model_type) = (&named.name, &named.kept.model_type);
            let next = match named.kept.trained {
                Trained::Onnx(_) => "ask ml_feature_importance('..', (SELECT ..)) instead",
                Trained::TextClassifier(_) => "ask ai_explain(text, ..) about the encoder instead",
                _ => "select cluster_distance from ml_predict('..', ..) instead",
            };
            return Err(DataFusionError::Plan(format!(
                "model `{name}` is a {model_type}, which has no attributions of columns; {next}"
            )));
        }
    };
    let answered = answered(named, input, functions)?;
    let inputs = Inputs {
        model: &named.name,
        schema: answered.plan().schema(),
    };
    let top_k = top_k.unwrap_or(usize::MAX);
    let lists = scores
        .iter()
        .map(|score| attributions(score, &inputs, top_k, functions));
    let lists: Vec<Expr> = lists.collect::<Result<_>>()?;
    let bases: Vec<Expr> = scores.iter().map(|score| lit(score.base)).collect();
    let sums = &answered.scores;
    let (score, base, listed) = match (sums.as_slice(), lists.as_slice()) {
        ([only], [list]) => (only.clone(), bases[0].clone(), list.clone()),
        // Of several sums the last expression is the greatest one, and the class that has it is explained.
        ([sums @ .., most], lists) => (
            most.clone(),
            of_greatest(sums, most, &bases)?,
            of_greatest(sums, most, lists)?,
        ),
        ([], _) => {
            return Err(DataFusionError::Plan(
                "a model without a sum has no attributions".to_owned(),
            ));
        }
    };
    let field = |name: &str| functions.call("get_field", vec![listed.clone(), lit(name)]);
    let mut answers = answered.answers.clone();
    answers.retain(|(name, _)| *name != "probabilities");
    answers.push(("score", score));
    answers.push(("base", base));
    answers.push(("attributions", field("attributions")?));
    answers.push(("rest", field("rest")?));
    answered.with(answers)
}

/// The attributions of one sum, the heaviest first, and the sum of those that are left out.
fn attributions(score: &Score, inputs: &Inputs<'_>, top_k: usize, functions: &Functions<'_>) -> Result<Expr> {
    let mut adding = Vec::new();
    let mut names = Vec::new();
    for term in &score.terms {
        names.push(lit(term.column.as_str()));
        adding.push(attribution(&term.adds, &term.column, inputs)?.unwrap_or_else(|| lit(0.0)));
    }
    let count = i64::try_from(top_k.min(names.len())).unwrap_or(i64::MAX);
    let names = functions.call("make_array", names)?;
    let adding = functions.call("make_array", adding)?;
    functions.call("top_attributions", vec![adding, names, lit(count)])
}

/// What belongs to the greatest of some sums.
fn of_greatest(sums: &[Expr], most: &Expr, answers: &[Expr]) -> Result<Expr> {
    let mut pairs = sums.iter().zip(answers);
    let Some((first, answer)) = pairs.next() else {
        return Err(DataFusionError::Plan(
            "a model without classes has no attributions".to_owned(),
        ));
    };
    let mut case = when(first.clone().eq(most.clone()), answer.clone());
    for (sum, answer) in pairs {
        case.when(sum.clone().eq(most.clone()), answer.clone());
    }
    case.end()
}
