//! One pass of a model for all that a query asks about a text.
//!
//! The rule looks through the whole plan, sub-queries included, for functions that ask the same model about the same text,
//! and tells each of them what the others ask: `ai_sentiment(t)` becomes `ai_sentiment(t, 'default', 'intent')` where
//! `ai_intent(t)` is asked too. Whichever runs first answers both, and the answers are remembered. EXPLAIN shows it.

mod origins;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
use tronie_common::TronieOptions;
use tronie_udf_kit::Asks;

use self::origins::{Numbers, Origins};

/// Which functions ask a model, by name.
pub(crate) type Askers = HashMap<String, Asks>;

/// The rule.
#[derive(Debug)]
pub(crate) struct SharePasses {
    askers: Askers,
}

/// What is asked: for each model and text the tasks.
type Asked = BTreeMap<Pass, BTreeSet<&'static str>>;

/// A model, and where the texts come from that it is asked about.
type Pass = (String, usize);

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
    fn passes(
        &self,
        call: &ScalarFunction,
        inputs: &[&LogicalPlan],
        origins: &mut Origins<'_>,
        default: &str,
    ) -> Vec<(Asks, Pass)> {
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
            .map(|text| (*asks, (model.clone(), origins.of(text, inputs))))
            .collect()
    }

    fn collect(&self, plan: &LogicalPlan, numbers: &mut Numbers, default: &str) -> Result<Asked> {
        let mut asked = Asked::new();
        let mut origins = Origins::new(numbers);
        plan.apply_with_subqueries(|node| {
            let inputs = node.inputs();
            node.apply_expressions(|expression| {
                expression.apply(|part| {
                    if let Expr::ScalarFunction(call) = part {
                        for (asks, pass) in self.passes(call, &inputs, &mut origins, default) {
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
    fn told(call: &ScalarFunction, passes: &[(Asks, Pass)], asked: &Asked) -> Option<Expr> {
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
        args[asks.model] = Expr::Literal(ScalarValue::from(model.as_str()), None);
        args[asks.also] = Expr::Literal(ScalarValue::LargeUtf8(Some(also)), None);
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
        let mut numbers = Numbers::default();
        let asked = self.collect(&plan, &mut numbers, &default)?;
        if asked.values().all(|tasks| tasks.len() < 2) {
            return Ok(Transformed::no(plan));
        }
        plan.transform_up_with_subqueries(|node| {
            let names = NamePreserver::new(&node);
            let below: Vec<LogicalPlan> = node.inputs().into_iter().cloned().collect();
            let inputs: Vec<&LogicalPlan> = below.iter().collect();
            let mut origins = Origins::new(&mut numbers);
            let rewritten = node.map_expressions(|expression| {
                let name = names.save(&expression);
                let told = expression.transform_up(|part| match &part {
                    Expr::ScalarFunction(call) => {
                        let passes = self.passes(call, &inputs, &mut origins, &default);
                        Ok(match Self::told(call, &passes, &asked) {
                            Some(told) => Transformed::yes(told),
                            None => Transformed::no(part),
                        })
                    }
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
