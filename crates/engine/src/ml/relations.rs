//! `ml_predict`, `ml_evaluate`, `ml_explain` and `ml_feature_importance` in FROM: a model and a query become a plan of plain
//! arithmetic over the query.

use std::future::Future;
use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::planner::{PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, lit};
use datafusion::sql::sqlparser::ast::{
    Expr as SqlExpr, FunctionArg, FunctionArgExpr, Ident, ObjectName, Query, TableAlias, TableFactor,
    TableFunctionArgs, Value,
};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;
use tronie_common::Kind;
use tronie_learn::trained::Trained;

use super::arithmetic::Functions;
use super::kept::Kept;
use super::registry::TrainedRegistry;
use super::syntax::ModelName;
use super::{evaluate, explain, onnx, predict};
use crate::error::Error;

/// The relations, and how each is called.
const RELATIONS: [(&str, &str); 4] = [
    ("ml_predict", "ml_predict('model', (SELECT ..))"),
    ("ml_evaluate", "ml_evaluate('model' [, (SELECT ..)])"),
    ("ml_explain", "ml_explain('model', (SELECT ..) [, top_k => ..])"),
    (
        "ml_feature_importance",
        "ml_feature_importance('model' [, (SELECT ..)])",
    ),
];

/// A trained model that a relation names, as it is called and what it is.
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) kept: Arc<Kept>,
}

impl Named {
    /// `name@version`.
    pub(crate) fn reference(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// Plans the relations.
#[derive(Debug)]
pub(crate) struct ModelRelations {
    registry: Arc<TrainedRegistry>,
}

impl ModelRelations {
    pub(crate) fn new(registry: Arc<TrainedRegistry>) -> Self {
        Self { registry }
    }
}

/// What stands in the parentheses.
struct Given {
    model: String,
    query: Option<Query>,
    top_k: Option<usize>,
}

impl RelationPlanner for ModelRelations {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        let (name, args, alias) = match relation {
            TableFactor::Table {
                name,
                args: Some(args),
                alias,
                ..
            } if usage(&name).is_some() => (name, args, alias),
            other => return Ok(RelationPlanning::Original(Box::new(other))),
        };
        let Some((function, usage)) = usage(&name) else {
            return Err(DataFusionError::Plan(format!("`{name}` is no relation of models")));
        };
        let given = given(function, usage, args)?;
        let named = self.named(&given.model)?;
        let input = given.query.map(|query| planned(query, context)).transpose()?;
        let functions = Functions(context.context_provider());
        let needs_query = || DataFusionError::Plan(format!("{function} wants a query: {usage}"));
        let plan = match function {
            "ml_predict" => predict::plan(&named, input.ok_or_else(needs_query)?, &functions)?,
            "ml_evaluate" => match input {
                Some(input) => evaluate::plan(&named, input, &functions)?,
                None => pairs("metric", "value", &named.kept.metrics)?,
            },
            "ml_explain" => explain::plan(&named, input.ok_or_else(needs_query)?, given.top_k, &functions)?,
            _ => match (&named.kept.trained, input) {
                (Trained::Onnx(model), Some(input)) => onnx::importance(&named, model, input, &functions)?,
                (Trained::Onnx(_), None) => {
                    let name = &named.name;
                    let next = format!("give it rows: {function}('{name}', (SELECT ..))");
                    return Err(DataFusionError::Plan(format!(
                        "model `{name}` is from a file, whose columns' importance shows only on rows with their label; {next}"
                    )));
                }
                _ => importance(&named)?,
            },
        };
        let alias = alias.unwrap_or_else(|| TableAlias {
            explicit: false,
            name: Ident::new(function),
            columns: Vec::new(),
            at: None,
        });
        Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(
            plan,
            Some(alias),
        ))))
    }
}

impl ModelRelations {
    fn named(&self, text: &str) -> Result<Named> {
        let name = ModelName::parse(text).map_err(DataFusionError::Plan)?;
        let (version, kept) = wait(self.registry.get(&name))?;
        Ok(Named {
            name: name.name,
            version: version.version,
            kept,
        })
    }
}

/// Waits for `work` while a query is planned.
pub(crate) fn wait<T>(work: impl Future<Output = std::result::Result<T, Error>>) -> Result<T> {
    let own = |error: Error| DataFusionError::External(Box::new(error));
    let handle = Handle::try_current().map_err(|e| own(Error::new(Kind::Fault, e.to_string())))?;
    if handle.runtime_flavor() != RuntimeFlavor::MultiThread {
        let message = "trained models need a runtime of several threads";
        return Err(own(Error::new(Kind::Fault, message)));
    }
    block_in_place(|| handle.block_on(work)).map_err(own)
}

fn usage(name: &ObjectName) -> Option<(&'static str, &'static str)> {
    let called = name.to_string().to_lowercase();
    RELATIONS.into_iter().find(|(function, _)| *function == called)
}

fn given(function: &str, usage: &str, args: TableFunctionArgs) -> Result<Given> {
    let wrong = |what: &str| DataFusionError::Plan(format!("{function}: {what}; it is called as {usage}"));
    let mut model = None;
    let mut query = None;
    let mut top_k = None;
    for (place, arg) in args.args.into_iter().enumerate() {
        let (name, value) = match arg {
            FunctionArg::Unnamed(value) => (None, value),
            FunctionArg::Named { name, arg, .. } => (Some(name.value.to_lowercase()), arg),
            FunctionArg::ExprNamed { name, arg, .. } => (Some(name.to_string().to_lowercase()), arg),
        };
        let FunctionArgExpr::Expr(value) = value else {
            return Err(wrong("`*` is no argument"));
        };
        match (name.as_deref(), place, value) {
            (None | Some("model"), 0, SqlExpr::Value(value)) => match value.value {
                Value::SingleQuotedString(text) => model = Some(text),
                other => return Err(wrong(&format!("expected a model's name in quotes, got {other}"))),
            },
            (None, 1, SqlExpr::Subquery(inner)) => query = Some(*inner),
            (None, 1, other) => {
                return Err(wrong(&format!("expected a query in parentheses, got {other}")));
            }
            (Some("top_k"), _, value) if function == "ml_explain" => match value.to_string().parse() {
                Ok(k) if k >= 1 => top_k = Some(k),
                _ => {
                    return Err(wrong(&format!(
                        "`top_k =>` must be a whole number from 1 up, got {value}"
                    )));
                }
            },
            (Some(name), ..) => return Err(wrong(&format!("there is no argument `{name}`"))),
            (None, _, value) => return Err(wrong(&format!("`{value}` is not expected here"))),
        }
    }
    Ok(Given {
        model: model.ok_or_else(|| wrong("no model is named"))?,
        query,
        top_k,
    })
}

/// The plan of a query in parentheses.
fn planned(query: Query, context: &mut dyn RelationPlannerContext) -> Result<LogicalPlan> {
    context.plan(TableFactor::Derived {
        lateral: false,
        subquery: Box::new(query),
        alias: None,
        sample: None,
    })
}

fn importance(named: &Named) -> Result<LogicalPlan> {
    if named.kept.importance.is_empty() {
        return Err(DataFusionError::Plan(format!(
            "model `{}` is a {}, which has no importance of columns",
            named.name, named.kept.model_type
        )));
    }
    let mut importance = named.kept.importance.clone();
    importance.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    pairs("feature", "importance", &importance)
}

/// Names with a number each, as rows.
pub(crate) fn pairs(name: &str, value: &str, rows: &[(String, f64)]) -> Result<LogicalPlan> {
    if rows.is_empty() {
        let fields = [(name, DataType::Utf8), (value, DataType::Float64)];
        let fields = fields.map(|(name, of)| datafusion::arrow::datatypes::Field::new(name, of, true));
        let schema = DFSchema::try_from(datafusion::arrow::datatypes::Schema::new(fields.to_vec()))?;
        let empty = datafusion::logical_expr::EmptyRelation {
            produce_one_row: false,
            schema: Arc::new(schema),
        };
        return Ok(LogicalPlan::EmptyRelation(empty));
    }
    let rows = rows
        .iter()
        .map(|(name, value)| vec![lit(name.as_str()), lit(*value)])
        .collect();
    let plan = LogicalPlanBuilder::values(rows)?;
    let columns = plan.schema().columns();
    let [first, second] = columns.as_slice() else {
        return Err(DataFusionError::Plan("two columns were expected".to_owned()));
    };
    let named = [
        datafusion::logical_expr::Expr::Column(first.clone()).alias(name),
        datafusion::logical_expr::Expr::Column(second.clone()).alias(value),
    ];
    plan.project(named)?.build()
}
