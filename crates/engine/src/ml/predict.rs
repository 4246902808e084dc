//! What a trained model answers for the rows of a query.

use std::str::FromStr;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, cast, ident, lit, when};
use tronie_learn::trained::{Classes, Clusters, OnnxKind, OnnxModel, TextClasses, Trained};

use super::arithmetic::{Functions, Inputs, choice, distances, sum};
use super::kept::Label;
use super::onnx;
use super::relations::Named;

/// Columns that only the plan itself sees start with this.
const OWN: &str = "__tronie_";

/// The query with the model's answers behind its own columns.
pub(crate) fn plan(named: &Named, input: LogicalPlan, functions: &Functions<'_>) -> Result<LogicalPlan> {
    answered(named, input, functions)?.finished()
}

/// A query, what else has been computed for each of its rows, and the model's answers as expressions of that.
pub(crate) struct Answered {
    plan: LogicalPlan,
    /// The columns of the query itself.
    own: Vec<Expr>,
    /// The answers, each with its name.
    pub(crate) answers: Vec<(&'static str, Expr)>,
    /// Further answers, which go by names of the model's own.
    others: Vec<(String, Expr)>,
    /// The sums that a model of sums computes, and the one that decides.
    pub(crate) scores: Vec<Expr>,
}

impl Answered {
    /// The plan with other answers.
    pub(crate) fn with(self, answers: Vec<(&'static str, Expr)>) -> Result<LogicalPlan> {
        Self { answers, ..self }.finished()
    }

    /// The plan, and expressions of it.
    pub(crate) fn plan(&self) -> &LogicalPlan {
        &self.plan
    }

    fn finished(self) -> Result<LogicalPlan> {
        let taken = |name: &str| {
            self.own
                .iter()
                .any(|own| own.schema_name().to_string() == name || named(own) == name)
        };
        let names = self.answers.iter().map(|(name, _)| *name);
        let mut names = names.chain(self.others.iter().map(|(name, _)| name.as_str()));
        if let Some(name) = names.find(|name| taken(name)) {
            return Err(DataFusionError::Plan(format!(
                "the query has a column `{name}` already, which is what the answer is called; give it another name by AS"
            )));
        }
        let answers = self.answers.into_iter().map(|(name, answer)| answer.alias(name));
        let answers = answers.chain(self.others.into_iter().map(|(name, answer)| answer.alias(name)));
        LogicalPlanBuilder::from(self.plan)
            .project(self.own.into_iter().chain(answers))?
            .build()
    }
}

fn named(column: &Expr) -> &str {
    match column {
        Expr::Column(column) => column.name(),
        _ => "",
    }
}

/// Computes what a model answers.
pub(crate) fn answered(named: &Named, input: LogicalPlan, functions: &Functions<'_>) -> Result<Answered> {
    let own: Vec<Expr> = input.schema().columns().into_iter().map(Expr::Column).collect();
    let rows = Rows {
        named,
        input,
        own,
        functions,
    };
    match &named.kept.trained {
        Trained::Linear(score) => {
            let (plan, sums) = rows.with(vec![sum(score, &rows.inputs())?])?;
            let answers = vec![("prediction", sums[0].clone())];
            Ok(rows.answered(plan, answers, sums))
        }
        Trained::Logistic(classes) => rows.classes(classes),
        Trained::KMeans(clusters) => rows.clusters(clusters),
        Trained::TextClassifier(head) => rows.texts(head),
        Trained::Onnx(model) => rows.file(model),
    }
}

/// The rows that a model is asked about.
struct Rows<'a> {
    named: &'a Named,
    input: LogicalPlan,
    own: Vec<Expr>,
    functions: &'a Functions<'a>,
}

impl Rows<'_> {
    fn inputs(&self) -> Inputs<'_> {
        Inputs {
            model: &self.named.name,
            schema: self.input.schema(),
        }
    }

    /// The rows with more columns, which are computed once however often they are read.
    fn with(&self, computed: Vec<Expr>) -> Result<(LogicalPlan, Vec<Expr>)> {
        further(self.input.clone(), &self.own, computed, "a")
    }

    fn answered(&self, plan: LogicalPlan, answers: Vec<(&'static str, Expr)>, scores: Vec<Expr>) -> Answered {
        Answered {
            plan,
            own: self.own.clone(),
            answers,
            others: Vec::new(),
            scores,
        }
    }

    fn classes(&self, classes: &Classes) -> Result<Answered> {
        let inputs = self.inputs();
        let sums = classes.scores.iter().map(|score| sum(score, &inputs));
        let (plan, sums) = self.with(sums.collect::<Result<_>>()?)?;
        let labels = labels(&classes.classes, self.named.kept.label.as_ref())?;
        if let ([sum], [first, second]) = (sums.as_slice(), labels.as_slice()) {
            let odds = self.functions.call("exp", vec![-sum.clone()])?;
            let (plan, shares) = further(plan, &with(&self.own, &sums), vec![lit(1.0) / (lit(1.0) + odds)], "b")?;
            let second_share = shares[0].clone();
            let shares = [lit(1.0) - second_share.clone(), second_share.clone()];
            let is_second = sum.clone().gt(lit(0.0));
            let literal = |value: &ScalarValue| Expr::Literal(value.clone(), None);
            let answers = vec![
                (
                    "prediction",
                    when(is_second.clone(), literal(second)).otherwise(literal(first))?,
                ),
                (
                    "probability",
                    when(is_second, shares[1].clone()).otherwise(shares[0].clone())?,
                ),
                ("probabilities", self.probabilities(&labels, &shares)?),
            ];
            return Ok(self.answered(plan, answers, vec![sum.clone()]));
        }
        let most = self.functions.call("greatest", sums.clone())?;
        let (plan, most) = further(plan, &with(&self.own, &sums), vec![most], "b")?;
        let most = most[0].clone();
        let parts = sums
            .iter()
            .map(|sum| self.functions.call("exp", vec![sum.clone() - most.clone()]));
        let known = with(&with(&self.own, &sums), std::slice::from_ref(&most));
        let (plan, parts) = further(plan, &known, parts.collect::<Result<_>>()?, "c")?;
        let whole = parts
            .iter()
            .cloned()
            .reduce(|sum, part| sum + part)
            .unwrap_or_else(|| lit(1.0));
        let shares: Vec<Expr> = parts.iter().map(|part| part.clone() / whole.clone()).collect();
        let answers = vec![
            ("prediction", choice(&sums, &most, labels.clone())?),
            // The most likely class has the part 1.
            ("probability", lit(1.0) / whole.clone()),
            ("probabilities", self.probabilities(&labels, &shares)?),
        ];
        let mut scores = sums;
        scores.push(most);
        Ok(self.answered(plan, answers, scores))
    }

    /// A list of labels with their probabilities.
    fn probabilities(&self, labels: &[ScalarValue], shares: &[Expr]) -> Result<Expr> {
        let of_label = |(label, share): (&ScalarValue, &Expr)| {
            let args = vec![
                lit("label"),
                Expr::Literal(label.clone(), None),
                lit("probability"),
                share.clone(),
            ];
            self.functions.call("named_struct", args)
        };
        let structs = labels.iter().zip(shares).map(of_label).collect::<Result<_>>()?;
        self.functions.call("make_array", structs)
    }

    fn clusters(&self, clusters: &Clusters) -> Result<Answered> {
        let (plan, all) = self.with(distances(clusters, &self.inputs())?)?;
        let least = self.functions.call("least", all.clone())?;
        let (plan, least) = further(plan, &with(&self.own, &all), vec![least], "b")?;
        let numbers = (0..all.len() as i64).map(|cluster| ScalarValue::Int64(Some(cluster)));
        let answers = vec![
            ("cluster_id", choice(&all, &least[0], numbers.collect())?),
            ("cluster_distance", self.functions.call("sqrt", vec![least[0].clone()])?),
        ];
        Ok(self.answered(plan, answers, all))
    }

    fn file(&self, model: &OnnxModel) -> Result<Answered> {
        let answer = onnx::call(self.named, model, &self.inputs(), self.functions)?;
        let (plan, answer) = self.with(vec![answer])?;
        let (answers, others) = onnx::answers(model, &answer[0], self.functions)?;
        let answered = self.answered(plan, answers, Vec::new());
        Ok(Answered { others, ..answered })
    }

    fn texts(&self, head: &TextClasses) -> Result<Answered> {
        let text = self.inputs().text(&head.column)?;
        let reference = self.named.reference();
        let udf = self.functions.scalar("ai_classify")?;
        let names = udf.signature().parameter_names.clone().unwrap_or_default();
        let model = names.iter().position(|name| name == "model").unwrap_or(0);
        let mut args = vec![lit(ScalarValue::Null); model + 1];
        args[0] = text;
        args[model] = lit(reference);
        let answer = self.functions.call("ai_classify", args)?;
        let (plan, answer) = self.with(vec![answer])?;
        let field = |name: &str| self.functions.call("get_field", vec![answer[0].clone(), lit(name)]);
        let data_type = label_type(self.named.kept.label.as_ref())?;
        let answers = vec![
            ("prediction", cast(field("label")?, data_type)),
            ("probability", field("confidence")?),
        ];
        Ok(self.answered(plan, answers, Vec::new()))
    }
}

/// A plan with more columns, behind those that are known; and what reads them.
fn further(plan: LogicalPlan, known: &[Expr], computed: Vec<Expr>, stage: &str) -> Result<(LogicalPlan, Vec<Expr>)> {
    let name = |place: usize| format!("{OWN}{stage}{place}");
    let count = computed.len();
    let computed = computed
        .into_iter()
        .enumerate()
        .map(|(place, expr)| expr.alias(name(place)));
    let plan = LogicalPlanBuilder::from(plan)
        .project(known.iter().cloned().chain(computed))?
        .build()?;
    Ok((plan, (0..count).map(|place| ident(name(place))).collect()))
}

fn with(known: &[Expr], more: &[Expr]) -> Vec<Expr> {
    known.iter().chain(more).cloned().collect()
}

/// Classes in the type of the column that they were read from.
pub(crate) fn labels(classes: &[String], label: Option<&Label>) -> Result<Vec<ScalarValue>> {
    let data_type = label_type(label)?;
    let of = |class: &String| ScalarValue::Utf8(Some(class.clone())).cast_to(&data_type);
    classes.iter().map(of).collect()
}

fn label_type(label: Option<&Label>) -> Result<DataType> {
    let Some(label) = label else { return Ok(DataType::Utf8) };
    let data_type = DataType::from_str(&label.data_type).map_err(DataFusionError::from)?;
    // Whatever layout the text had, the answer is plain text.
    let is_plain = data_type.is_numeric() || data_type == DataType::Boolean;
    Ok(if is_plain { data_type } else { DataType::Utf8 })
}

/// What a model predicts, as text, as its classes are written: a file that knows whole numbers is compared with whole
/// numbers, be they booleans or doubles in the query.
pub(crate) fn label_text(named: &Named, schema: &datafusion::common::DFSchema) -> Result<Expr> {
    let column = label_column(named, schema)?;
    let is_whole = match &named.kept.trained {
        Trained::Onnx(model) => model
            .prediction()
            .is_some_and(|prediction| prediction.kind == OnnxKind::Integer),
        _ => false,
    };
    let data_type = column.get_type(schema)?;
    let is_number = data_type.is_numeric() || data_type == DataType::Boolean;
    let column = if is_whole && is_number {
        cast(column, DataType::Int64)
    } else {
        column
    };
    Ok(cast(column, DataType::Utf8))
}

/// What a model predicts, as DOUBLE.
///
/// # Errors
/// When the column holds no numbers.
pub(crate) fn label_number(named: &Named, schema: &datafusion::common::DFSchema) -> Result<Expr> {
    label_column(named, schema)?;
    let inputs = Inputs {
        model: &named.name,
        schema,
    };
    let name = named.kept.label.as_ref().map_or("", |label| label.name.as_str());
    inputs.number(name).map_err(|_| {
        let next = "cast it to double";
        DataFusionError::Plan(format!(
            "model `{}` predicts numbers, but in the query `{name}` holds none; {next}",
            named.name
        ))
    })
}

/// The column of the query that holds what a model predicts.
pub(crate) fn label_column(named: &Named, schema: &datafusion::common::DFSchema) -> Result<Expr> {
    let Some(label) = &named.kept.label else {
        return Err(DataFusionError::Plan(format!(
            "model `{}` predicts no column",
            named.name
        )));
    };
    let inputs = Inputs {
        model: &named.name,
        schema,
    };
    inputs.column(&label.name).map(|(column, _)| column)
}
