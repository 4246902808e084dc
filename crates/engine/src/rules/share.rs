//! One pass of a model for all that a query asks about a text.
//!
//! The rule looks through the whole plan, sub-queries included, for functions that ask the same model about the same text,
//! and tells each of them what the others ask: `ai_sentiment(t)` becomes `ai_sentiment(t, 'default', 'intent')` where
//! `ai_intent(t)` is asked too. Whichever runs first answers both, and the answers are remembered. EXPLAIN shows it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, Result, ScalarValue};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
use tronie_common::TronieOptions;
use tronie_udf_kit::Asks;

/// Which functions ask a model, by name.
pub(crate) type Askers = HashMap<String, Asks>;

/// The rule.
#[derive(Debug)]
pub(crate) struct SharePasses {
    askers: Askers,
}

/// What is asked: for each model and text the tasks.
type Asked = BTreeMap<(String, String), BTreeSet<&'static str>>;

impl SharePasses {
    pub(crate) fn new(askers: Askers) -> Self {
        Self { askers }
    }

    /// The model that a call names, or the session's; `None` where it is no constant.
    fn model(call: &ScalarFunction, asks: &Asks, default: &str) -> Option<String> {
        match call.args.get(asks.model) {
            None => Some(default.to_owned()),
            Some(Expr::Literal(value, _)) if value.is_null() => Some(default.to_owned()),
            Some(Expr::Literal(value, _)) => value.try_as_str().flatten().map(str::to_owned),
            Some(_) => None,
        }
    }

    /// The model of a call and the texts it is asked about, by where they come from.
    fn passes(&self, call: &ScalarFunction, inputs: &[&LogicalPlan], default: &str) -> Vec<(Asks, (String, String))> {
        let Some(asks) = self.askers.get(call.func.name()) else {
            return Vec::new();
        };
        if let Some((argument, value)) = asks.when
            && !call.args.get(argument).is_some_and(|given| is_text(given, value))
        {
            return Vec::new();
        }
        let Some(model) = Self::model(call, asks, default) else {
            return Vec::new();
        };
        let texts = asks.texts.iter().filter_map(|&text| call.args.get(text));
        texts
            .filter(|text| !matches!(text, Expr::Literal(..)))
            .map(|text| (*asks, (model.clone(), origin(text, inputs))))
            .collect()
    }

    fn collect(&self, plan: &LogicalPlan, default: &str) -> Result<Asked> {
        let mut asked = Asked::new();
        plan.apply_with_subqueries(|node| {
            let inputs = node.inputs();
            node.apply_expressions(|expression| {
                expression.apply(|part| {
                    if let Expr::ScalarFunction(call) = part {
                        for (asks, pass) in self.passes(call, &inputs, default) {
                            asked.entry(pass).or_default().insert(asks.task);
                        }
                    }
                    Ok(TreeNodeRecursion::Continue)
                })
            })
        })?;
        Ok(asked)
    }

    /// The call with what else its passes should answer, if there is anything new to say.
    fn told(&self, call: &ScalarFunction, inputs: &[&LogicalPlan], asked: &Asked, default: &str) -> Option<Expr> {
        let passes = self.passes(call, inputs, default);
        let (asks, (model, _)) = passes.first()?;
        let others = passes.iter().filter_map(|(_, pass)| asked.get(pass)).flatten();
        let others: BTreeSet<&str> = others.copied().filter(|task| *task != asks.task).collect();
        if others.is_empty() {
            return None;
        }
        let also = others.into_iter().collect::<Vec<_>>().join(", ");
        let mut args = call.args.clone();
        let null = || Expr::Literal(ScalarValue::Utf8(None), None);
        args.resize_with(args.len().max(asks.model.max(asks.also) + 1), null);
        let text = |text: &str| Expr::Literal(ScalarValue::from(text), None);
        args[asks.model] = text(model);
        args[asks.also] = text(&also);
        (args != call.args).then(|| {
            Expr::ScalarFunction(ScalarFunction {
                func: call.func.clone(),
                args,
            })
        })
    }
}

impl OptimizerRule for SharePasses {
    fn name(&self) -> &str {
        "share_passes"
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let options = config.options();
        let default = options
            .extensions
            .get::<TronieOptions>()
            .cloned()
            .unwrap_or_default()
            .model;
        let asked = self.collect(&plan, &default)?;
        if asked.values().all(|tasks| tasks.len() < 2) {
            return Ok(Transformed::no(plan));
        }
        plan.transform_up_with_subqueries(|node| {
            let names = NamePreserver::new(&node);
            let below: Vec<LogicalPlan> = node.inputs().into_iter().cloned().collect();
            let inputs: Vec<&LogicalPlan> = below.iter().collect();
            let rewritten = node.map_expressions(|expression| {
                let name = names.save(&expression);
                let told = expression.transform_up(|part| match &part {
                    Expr::ScalarFunction(call) => Ok(match self.told(call, &inputs, &asked, &default) {
                        Some(told) => Transformed::yes(told),
                        None => Transformed::no(part),
                    }),
                    _ => Ok(Transformed::no(part)),
                })?;
                Ok(if told.transformed {
                    told.update_data(|expression| name.restore(expression))
                } else {
                    told
                })
            })?;
            if rewritten.transformed {
                rewritten.map_data(LogicalPlan::recompute_schema)
            } else {
                Ok(rewritten)
            }
        })
    }
}

fn is_text(given: &Expr, text: &str) -> bool {
    matches!(given, Expr::Literal(value, _) if value.try_as_str().flatten().is_some_and(|own| own.eq_ignore_ascii_case(text)))
}

/// Where the value of an expression comes from, as a text: equal for expressions over the same columns of the same tables.
fn origin(expression: &Expr, inputs: &[&LogicalPlan]) -> String {
    let resolved = expression.clone().unalias_nested().data.transform(|part| {
        Ok(match &part {
            Expr::Column(column) => {
                Transformed::yes(Expr::Column(Column::new_unqualified(column_origin(column, inputs))))
            }
            Expr::Cast(cast) => Transformed::yes(cast.expr.as_ref().clone()),
            _ => Transformed::no(part),
        })
    });
    resolved.map_or_else(|_| expression.to_string(), |resolved| resolved.data.to_string())
}

fn column_origin(column: &Column, inputs: &[&LogicalPlan]) -> String {
    for input in inputs {
        if let Ok(place) = input.schema().index_of_column(column) {
            return place_origin(place, input);
        }
    }
    column.flat_name()
}

/// Where the column number `place` of a plan's output comes from.
fn place_origin(place: usize, plan: &LogicalPlan) -> String {
    let (relation, field) = plan.schema().qualified_field(place);
    let below = |plan: &LogicalPlan| {
        let own = Column::new(relation.cloned(), field.name());
        column_origin(&own, &[plan])
    };
    match plan {
        LogicalPlan::TableScan(scan) => format!("{}.{}", scan.table_name, field.name()),
        LogicalPlan::SubqueryAlias(alias) => place_origin(place, &alias.input),
        LogicalPlan::Projection(projection) => origin(&projection.expr[place], &[&projection.input]),
        LogicalPlan::Filter(filter) => place_origin(place, &filter.input),
        LogicalPlan::Sort(sort) => below(&sort.input),
        LogicalPlan::Limit(limit) => place_origin(place, &limit.input),
        LogicalPlan::Repartition(repartition) => place_origin(place, &repartition.input),
        LogicalPlan::Distinct(_) => below(plan.inputs()[0]),
        LogicalPlan::Aggregate(aggregate) => match aggregate.group_expr.get(place) {
            Some(group) => origin(group, &[&aggregate.input]),
            None => field.name().clone(),
        },
        LogicalPlan::Join(join) => column_origin(
            &Column::new(relation.cloned(), field.name()),
            &[&join.left, &join.right],
        ),
        _ => Column::new(relation.cloned(), field.name()).flat_name(),
    }
}
