//! The sentiment of each customer's latest review: of one text a customer.
//!
//! `first_value(ai_sentiment(t)['label'] ORDER BY ts DESC)` is the label of the first text, so the model is asked about
//! the first texts only. `DISTINCT ON` is planned as the same aggregates.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::expr::{AggregateFunction, NullTreatment};
use datafusion::logical_expr::{Aggregate, Expr, ExprSchemable, LogicalPlan};

use super::late::Late;
use super::nodes::grows_little;
use super::{Above, Walk};
use crate::rules::moves::movable;

/// An aggregate that takes a value of one row of the group: as one that takes the row's text, and the value of the text.
struct First {
    of_text: AggregateFunction,
    text: Column,
    value: Expr,
}

impl Walk<'_> {
    /// What is taken of the first or last row of a group is computed of that row alone.
    pub(super) fn aggregate(&mut self, aggregate: &Aggregate) -> Result<Late> {
        let above = Above {
            columns: true,
            filters: false,
        };
        let mut below = self.taken(&aggregate.input, above)?;
        let firsts = self.firsts(aggregate, &below)?;
        let mut others: Vec<&Expr> = aggregate.group_expr.iter().collect();
        for (expression, first) in aggregate.aggr_expr.iter().zip(&firsts) {
            match first {
                Some(first) => others.extend(first.of_text.params.order_by.iter().map(|key| &key.expr)),
                None => others.push(expression),
            }
        }
        if self.may_return() && below.is_all_read_by(&others) {
            below = self.finished(&aggregate.input)?;
        } else {
            below = below.with_columns_of(&others)?;
        }
        let firsts = self.firsts(aggregate, &below)?;
        if firsts.iter().all(Option::is_none) && !below.changed {
            return Ok(Late::done(LogicalPlan::Aggregate(aggregate.clone()), false));
        }
        let groups = aggregate.schema.fields().len() - aggregate.aggr_expr.len();
        let outputs = aggregate.schema.columns().into_iter().skip(groups);
        let (mut aggregates, mut columns) = (Vec::new(), Vec::new());
        for ((expression, first), column) in aggregate.aggr_expr.iter().zip(firsts).zip(outputs) {
            let Some(first) = first else {
                aggregates.push(expression.clone());
                continue;
            };
            let name = self.names.fresh();
            aggregates.push(Expr::AggregateFunction(first.of_text).alias(name.clone()));
            let names = BTreeMap::from([(first.text, Column::new_unqualified(name))]);
            columns.push((column, super::late::renamed(first.value, &names)?));
        }
        let plan = Aggregate::try_new(Arc::new(below.plan), aggregate.group_expr.clone(), aggregates)?;
        Ok(Late {
            plan: LogicalPlan::Aggregate(plan),
            schema: Arc::clone(&aggregate.schema),
            filters: Vec::new(),
            columns,
            changed: true,
        })
    }

    /// For each aggregate what it takes of one row, if it is of that kind and asks a model.
    fn firsts(&self, aggregate: &Aggregate, below: &Late) -> Result<Vec<Option<First>>> {
        let is_grouping_set = |group: &Expr| matches!(group, Expr::GroupingSet(_));
        // Without groups there may be no row at all.
        if aggregate.group_expr.is_empty() || aggregate.group_expr.iter().any(is_grouping_set) {
            return Ok(aggregate.aggr_expr.iter().map(|_| None).collect());
        }
        let aggregates = aggregate.aggr_expr.iter();
        aggregates.map(|expression| self.first(expression, below)).collect()
    }

    fn first(&self, expression: &Expr, below: &Late) -> Result<Option<First>> {
        let Expr::AggregateFunction(function) = expression.clone().unalias() else {
            return Ok(None);
        };
        let params = &function.params;
        let takes_one = matches!(function.func.name(), "first_value" | "last_value")
            && !params.distinct
            && params.filter.is_none()
            && params.null_treatment != Some(NullTreatment::IgnoreNulls);
        let [value] = params.args.as_slice() else {
            return Ok(None);
        };
        if !takes_one || !grows_little(value, below)? {
            return Ok(None);
        }
        let value = below.substituted(value)?;
        if !self.calls.in_expression(&value)? || !movable(&value)? {
            return Ok(None);
        }
        let schema: &DFSchema = below.plan.schema();
        let texts = value.column_refs();
        let mut texts = texts.into_iter();
        // Of two columns, ties in the order could make it the one of one row and the other of another.
        let (Some(text), None) = (texts.next().cloned(), texts.next()) else {
            return Ok(None);
        };
        if !value.nullable(schema)? {
            return Ok(None);
        }
        let mut of_text = function;
        of_text.params.args = vec![Expr::Column(text.clone())];
        Ok(Some(First { of_text, text, value }))
    }
}
