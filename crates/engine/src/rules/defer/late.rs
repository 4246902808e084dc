//! A plan of which a part is still to be done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, DFSchemaRef, Result};
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, Filter, LogicalPlan, Projection};

use crate::rules::fault;

/// A plan that stands for another one: `plan`, then `filters`, then `columns`, give what the other one gives.
///
/// Every column of the other plan that is not late is in `plan` under the same name.
#[derive(Debug)]
pub(super) struct Late {
    /// What is computed now. It may have columns that only `filters` and `columns` read.
    pub plan: LogicalPlan,
    /// The columns of the plan that this one stands for.
    pub schema: DFSchemaRef,
    /// Conditions over the columns of `plan` that its rows have yet to meet.
    pub filters: Vec<Expr>,
    /// Columns that `plan` does not have yet, as expressions over those that it has.
    pub columns: Vec<(Column, Expr)>,
    /// Whether `plan` is anything else than the plan it stands for.
    pub changed: bool,
}

impl Late {
    /// A plan with nothing left to do.
    pub(super) fn done(plan: LogicalPlan, changed: bool) -> Self {
        Self {
            schema: Arc::clone(plan.schema()),
            plan,
            filters: Vec::new(),
            columns: Vec::new(),
            changed,
        }
    }

    /// The expression of a late column; `None` for one that `plan` has.
    fn late(&self, column: &Column) -> Option<&Expr> {
        let exact = exact(column, &self.schema)?;
        let found = self.columns.iter().find(|(late, _)| *late == exact);
        found.map(|(_, expression)| expression)
    }

    /// The late columns that an expression reads.
    pub(super) fn read_by(&self, expression: &Expr) -> BTreeSet<Column> {
        let read = expression.column_refs().into_iter();
        read.filter(|column| self.late(column).is_some())
            .filter_map(|column| exact(column, &self.schema))
            .collect()
    }

    /// Whether an expression reads a late column.
    pub(super) fn is_read_by(&self, expression: &Expr) -> bool {
        !self.read_by(expression).is_empty()
    }

    /// Whether all that is late are columns that `expressions` read: then waiting gains nothing.
    pub(super) fn is_all_read_by(&self, expressions: &[&Expr]) -> bool {
        let read: BTreeSet<Column> = expressions
            .iter()
            .flat_map(|expression| self.read_by(expression))
            .collect();
        !self.columns.is_empty() && self.filters.is_empty() && self.columns.iter().all(|(late, _)| read.contains(late))
    }

    /// An expression over the finished plan, as one over `plan`.
    pub(super) fn substituted(&self, expression: &Expr) -> Result<Expr> {
        let replaced = expression.clone().transform(|part| {
            let Expr::Column(column) = &part else {
                return Ok(Transformed::no(part));
            };
            Ok(match (self.late(column), exact(column, &self.schema)) {
                (Some(late), _) => Transformed::yes(late.clone()),
                (None, Some(exact)) => Transformed::yes(Expr::Column(exact)),
                (None, None) => Transformed::no(part),
            })
        })?;
        Ok(replaced.data)
    }

    /// The same with its filters done.
    pub(super) fn filtered(mut self) -> Result<Self> {
        if let Some(condition) = conjunction(std::mem::take(&mut self.filters)) {
            self.plan = LogicalPlan::Filter(Filter::try_new(condition, Arc::new(self.plan))?);
            self.changed = true;
        }
        Ok(self)
    }

    /// The same with the columns done that `expressions` read, and before them the filters.
    pub(super) fn with_columns_of(self, expressions: &[&Expr]) -> Result<Self> {
        let read: BTreeSet<Column> = expressions
            .iter()
            .flat_map(|expression| self.read_by(expression))
            .collect();
        if read.is_empty() {
            return Ok(self);
        }
        let mut late = self.filtered()?;
        let mut expressions: Vec<Expr> = late.plan.schema().columns().into_iter().map(Expr::Column).collect();
        for (column, expression) in std::mem::take(&mut late.columns) {
            if read.contains(&column) {
                expressions.push(named((column, expression)));
            } else {
                late.columns.push((column, expression));
            }
        }
        late.plan = LogicalPlan::Projection(Projection::try_new(expressions, Arc::new(late.plan))?);
        late.changed = true;
        Ok(late)
    }

    /// Everything done: a plan with the columns of the one it stands for.
    pub(super) fn finished(self) -> Result<Self> {
        let mut late = self.filtered()?;
        if late.columns.is_empty() && late.plan.schema().columns() == late.schema.columns() {
            return Ok(late);
        }
        let mut columns: BTreeMap<Column, Expr> = late.columns.drain(..).collect();
        let expressions = late
            .schema
            .columns()
            .into_iter()
            .map(|column| match columns.remove(&column) {
                Some(expression) => named((column, expression)),
                None => Expr::Column(column),
            });
        let projection = Projection::try_new(expressions.collect(), Arc::new(late.plan))?;
        if !same_columns(&projection.schema, &late.schema) {
            return Err(fault("a plan with late model calls has other columns than before"));
        }
        Ok(Self::done(LogicalPlan::Projection(projection), true))
    }

    /// The columns of `plan` that what is late reads.
    pub(super) fn carried(&self) -> Result<Vec<Column>> {
        let mut carried = Vec::new();
        for expression in self
            .columns
            .iter()
            .map(|(_, expression)| expression)
            .chain(&self.filters)
        {
            expression.apply(|part| {
                if let Expr::Column(column) = part
                    && !carried.contains(column)
                {
                    carried.push(column.clone());
                }
                Ok(TreeNodeRecursion::Continue)
            })?;
        }
        Ok(carried)
    }

    /// What is late, reading other columns: for a new `plan` in which they have other names.
    pub(super) fn renamed(self, names: &BTreeMap<Column, Column>) -> Result<Self> {
        let columns = self.columns.into_iter();
        Ok(Self {
            filters: self
                .filters
                .into_iter()
                .map(|filter| renamed(filter, names))
                .collect::<Result<_>>()?,
            columns: columns
                .map(|(column, expression)| Ok((column, renamed(expression, names)?)))
                .collect::<Result<_>>()?,
            ..self
        })
    }
}

/// An expression over columns that have other names now.
pub(super) fn renamed(expression: Expr, names: &BTreeMap<Column, Column>) -> Result<Expr> {
    let renamed = expression.transform(|part| {
        Ok(match &part {
            Expr::Column(column) => match names.get(column) {
                Some(name) => Transformed::yes(Expr::Column(name.clone())),
                None => Transformed::no(part),
            },
            _ => Transformed::no(part),
        })
    })?;
    Ok(renamed.data)
}

/// An expression under the name of the column that it computes.
pub(super) fn named((column, expression): (Column, Expr)) -> Expr {
    expression.unalias().alias_qualified(column.relation, column.name)
}

/// The column of a schema that a reference, with its table's name or without, means.
pub(super) fn exact(column: &Column, schema: &DFSchema) -> Option<Column> {
    let place = schema.maybe_index_of_column(column)?;
    Some(Column::from(schema.qualified_field(place)))
}

/// Whether a plan has the columns that it should have, in the same order: tables, names, types and metadata. It may know
/// better than before that a column has no NULL.
pub(super) fn same_columns(has: &DFSchema, should_have: &DFSchema) -> bool {
    has.fields().len() == should_have.fields().len()
        && has
            .iter()
            .zip(should_have.iter())
            .all(|((table, field), (other_table, other))| {
                table == other_table
                    && field.name() == other.name()
                    && field.data_type() == other.data_type()
                    && field.metadata() == other.metadata()
                    && (other.is_nullable() || !field.is_nullable())
            })
}
