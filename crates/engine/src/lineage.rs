//! Which columns of which tables the columns of a query are made of.

use std::collections::BTreeSet;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::{Distinct, Expr, JoinType, LogicalPlan};

/// A column of a query, and what its values are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnLineage {
    /// Its name.
    pub column: String,
    /// Tables and their columns. What only decides which rows there are, such as a filter, is not among them.
    pub from: BTreeSet<(String, String)>,
}

/// What a column is made of.
type Origin = BTreeSet<(String, String)>;

/// The lineage of a plan's columns, as far as `tables`.
pub(crate) fn of_plan(plan: &LogicalPlan, tables: &BTreeSet<String>) -> Result<Vec<ColumnLineage>> {
    let origins = Walk { tables }.plan(plan)?;
    let names = plan.schema().fields().iter().map(|field| field.name().clone());
    Ok(names
        .zip(origins)
        .map(|(column, from)| ColumnLineage { column, from })
        .collect())
}

struct Walk<'a> {
    tables: &'a BTreeSet<String>,
}

impl Walk<'_> {
    /// The origin of each column of a plan.
    fn plan(&self, plan: &LogicalPlan) -> Result<Vec<Origin>> {
        let table = match plan {
            LogicalPlan::SubqueryAlias(alias) => Some(alias.alias.table()),
            LogicalPlan::TableScan(scan) => Some(scan.table_name.table()),
            _ => None,
        };
        if let Some(table) = table.filter(|table| self.tables.contains(*table)) {
            let own = |name: &String| Origin::from([(table.to_owned(), name.clone())]);
            return Ok(plan.schema().fields().iter().map(|field| own(field.name())).collect());
        }
        match plan {
            LogicalPlan::Projection(projection) => self.expressions(&projection.expr, &projection.input),
            LogicalPlan::Aggregate(aggregate) => {
                let all: Vec<Expr> = aggregate
                    .group_expr
                    .iter()
                    .chain(&aggregate.aggr_expr)
                    .cloned()
                    .collect();
                self.expressions(&all, &aggregate.input)
                    .and_then(|found| self.fitting(plan, found))
            }
            LogicalPlan::Window(window) => {
                let mut found = self.plan(&window.input)?;
                found.extend(self.expressions(&window.window_expr, &window.input)?);
                Ok(found)
            }
            LogicalPlan::Distinct(Distinct::On(on)) => self.expressions(&on.select_expr, &on.input),
            LogicalPlan::Join(join) => {
                let (mut left, right) = (self.plan(&join.left)?, self.plan(&join.right)?);
                match join.join_type {
                    JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => self.fitting(plan, left),
                    JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => self.fitting(plan, right),
                    _ => {
                        left.extend(right);
                        Ok(left)
                    }
                }
            }
            LogicalPlan::Union(union) => {
                let mut found = vec![Origin::new(); plan.schema().fields().len()];
                for input in &union.inputs {
                    for (all, one) in found.iter_mut().zip(self.plan(input)?) {
                        all.extend(one);
                    }
                }
                Ok(found)
            }
            LogicalPlan::Unnest(unnest) => {
                let input = self.plan(&unnest.input)?;
                let of = |at: &usize| input.get(*at).cloned().unwrap_or_default();
                Ok(unnest.dependency_indices.iter().map(of).collect())
            }
            other => match other.inputs().as_slice() {
                [] => Ok(vec![Origin::new(); other.schema().fields().len()]),
                [input] if input.schema().fields().len() == other.schema().fields().len() => self.plan(input),
                inputs => self.by_name(other, inputs),
            },
        }
    }

    /// Columns by their names where the inputs have them; others may be made of everything.
    fn by_name(&self, plan: &LogicalPlan, inputs: &[&LogicalPlan]) -> Result<Vec<Origin>> {
        let mut known = Vec::new();
        for input in inputs {
            let names = input.schema().fields().iter().map(|field| field.name().clone());
            known.extend(names.zip(self.plan(input)?));
        }
        let all: Origin = known.iter().flat_map(|(_, origin)| origin.clone()).collect();
        let of = |name: &String| known.iter().find(|(known, _)| known == name);
        let fields = plan.schema().fields().iter();
        Ok(fields
            .map(|field| of(field.name()).map_or_else(|| all.clone(), |(_, origin)| origin.clone()))
            .collect())
    }

    /// As many as the plan has columns: grouping sets and marks add some that are made of none.
    fn fitting(&self, plan: &LogicalPlan, mut found: Vec<Origin>) -> Result<Vec<Origin>> {
        found.resize(plan.schema().fields().len(), Origin::new());
        Ok(found)
    }

    fn expressions(&self, expressions: &[Expr], input: &LogicalPlan) -> Result<Vec<Origin>> {
        let known = self.plan(input)?;
        let one = |expr: &Expr| self.expression(expr, input.schema(), &known);
        expressions.iter().map(one).collect()
    }

    fn expression(&self, expr: &Expr, schema: &DFSchema, known: &[Origin]) -> Result<Origin> {
        let mut found = Origin::new();
        for column in expr.column_refs() {
            if let Some(origin) = schema.maybe_index_of_column(column).and_then(|at| known.get(at)) {
                found.extend(origin.iter().cloned());
            }
        }
        expr.apply(|part| {
            let subquery = match part {
                Expr::ScalarSubquery(subquery) => Some(subquery),
                Expr::InSubquery(inside) => Some(&inside.subquery),
                _ => None,
            };
            if let Some(subquery) = subquery {
                found.extend(self.plan(&subquery.subquery)?.into_iter().flatten());
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(found)
    }
}
