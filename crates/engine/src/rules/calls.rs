//! What is a model call.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use super::Askers;

/// Knows the functions that ask a model, and finds their calls in expressions and plans.
#[derive(Debug, Clone)]
pub(crate) struct Calls {
    askers: Arc<Askers>,
}

impl Calls {
    pub(crate) fn new(askers: &Askers) -> Self {
        Self {
            askers: Arc::new(askers.clone()),
        }
    }

    /// Whether computing an expression calls a model.
    pub(crate) fn in_expression(&self, expression: &Expr) -> Result<bool> {
        expression.exists(|part| Ok(matches!(part, Expr::ScalarFunction(call) if self.asks(call.name()))))
    }

    /// Whether a plan calls a model anywhere, sub-queries included.
    pub(crate) fn in_plan(&self, plan: &LogicalPlan) -> Result<bool> {
        let mut found = false;
        plan.apply_with_subqueries(|node| {
            node.apply_expressions(|expression| {
                found = found || self.in_expression(expression)?;
                Ok(TreeNodeRecursion::Continue)
            })?;
            Ok(if found {
                TreeNodeRecursion::Stop
            } else {
                TreeNodeRecursion::Continue
            })
        })?;
        Ok(found)
    }

    /// Whether computing a physical expression calls a model.
    pub(crate) fn in_physical(&self, expression: &Arc<dyn PhysicalExpr>) -> Result<bool> {
        expression.exists(|part| {
            let call = part.downcast_ref::<ScalarFunctionExpr>();
            Ok(call.is_some_and(|call| self.asks(call.fun().name())))
        })
    }

    /// The model calls in a physical expression, as texts.
    pub(crate) fn of_physical(&self, expression: &Arc<dyn PhysicalExpr>) -> Result<BTreeSet<String>> {
        let mut calls = BTreeSet::new();
        expression.apply(|part| {
            if let Some(call) = part.downcast_ref::<ScalarFunctionExpr>()
                && self.asks(call.fun().name())
            {
                calls.insert(part.to_string());
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(calls)
    }

    fn asks(&self, function: &str) -> bool {
        self.askers.contains_key(function)
    }
}
