//! `avg(ai_sentiment(t)['score']) FILTER (WHERE ts > ..)` asks the model about the rows that the FILTER lets through.
//!
//! DataFusion computes what an aggregate reads for all rows and looks at its FILTER afterwards. A CASE around it computes
//! it where the cheap conditions of the FILTER are true; elsewhere it is NULL and not read. The rule is the first of the
//! logical ones: later, the same call in two aggregates would be computed once for both, for all rows.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{conjunction, split_conjunction};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, when};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

use super::calls::Calls;
use super::is_on;
use super::moves::movable;

/// The rule.
#[derive(Debug)]
pub(super) struct Guard {
    calls: Calls,
}

impl Guard {
    pub(super) fn new(calls: Calls) -> Self {
        Self { calls }
    }

    /// An aggregate with its arguments guarded by the cheap parts of its FILTER, and those first in the FILTER.
    fn guarded(&self, aggregate: &AggregateFunction, schema: &DFSchema) -> Result<Option<AggregateFunction>> {
        let Some(filter) = aggregate
            .params
            .filter
            .as_deref()
            .filter(|filter| !filter.is_volatile())
        else {
            return Ok(None);
        };
        let mut params = aggregate.params.clone();
        let (mut conditions, mut dear, mut guards) = (Vec::new(), Vec::new(), Vec::new());
        for condition in split_conjunction(filter) {
            if self.calls.in_expression(condition)? {
                dear.push(condition.clone());
                continue;
            }
            if !reads_field(condition)? {
                guards.push(condition.clone());
            }
            conditions.push(condition.clone());
        }
        conditions.append(&mut dear);
        let guard = conjunction(guards);
        let Some(filter) = conjunction(conditions) else {
            return Ok(None);
        };
        // With DISTINCT, what orders the values has to be one of them as it stands.
        let is_key = params.distinct && !params.order_by.is_empty();
        for argument in &mut params.args {
            let is_guarded = matches!(argument, Expr::Case(case) if case.when_then_expr.len() == 1
                && Some(case.when_then_expr[0].0.as_ref()) == guard.as_ref() && case.else_expr.is_none());
            // A CASE of booleans becomes AND and OR, which compute both sides.
            if let Some(guard) = &guard
                && !is_guarded
                && !is_key
                && self.calls.in_expression(argument)?
                && movable(argument)?
                && argument.get_type(schema)? != DataType::Boolean
            {
                *argument = when(guard.clone(), std::mem::take(argument)).end()?;
            }
        }
        params.filter = Some(Box::new(filter));
        let func = Arc::clone(&aggregate.func);
        Ok((params != aggregate.params).then_some(AggregateFunction { func, params }))
    }
}

/// Whether an expression reads a field of a struct. DataFusion computes such reads early, and fails over some plans in
/// which the same one is in an aggregate and in its FILTER.
fn reads_field(expression: &Expr) -> Result<bool> {
    expression.exists(|part| Ok(matches!(part, Expr::ScalarFunction(call) if call.name() == "get_field")))
}

impl OptimizerRule for Guard {
    fn name(&self) -> &str {
        "guard_model_calls_in_aggregates"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Aggregate(aggregate) = &plan else {
            return Ok(Transformed::no(plan));
        };
        if !is_on(&config.options()) {
            return Ok(Transformed::no(plan));
        }
        let names = NamePreserver::new(&plan);
        let mut changed = aggregate.clone();
        let mut any = false;
        for expression in &mut changed.aggr_expr {
            let name = names.save(expression);
            let inner = expression.clone().unalias();
            let Expr::AggregateFunction(function) = &inner else {
                continue;
            };
            if let Some(guarded) = self.guarded(function, aggregate.input.schema())? {
                *expression = name.restore(Expr::AggregateFunction(guarded));
                any = true;
            }
        }
        if !any {
            return Ok(Transformed::no(plan));
        }
        let rebuilt = LogicalPlan::Aggregate(changed).recompute_schema()?;
        // An aggregate may say something else of a value that can be NULL.
        let same = rebuilt.schema().iter().eq(plan.schema().iter());
        Ok(if same {
            Transformed::yes(rebuilt)
        } else {
            Transformed::no(plan)
        })
    }
}
