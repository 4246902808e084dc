//! How what is late passes each kind of node.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, JoinType, NullEquality, Result};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::utils::{conjunction, split_conjunction};
use datafusion::logical_expr::{Expr, Filter, Join, Limit, LogicalPlan, Projection, Sort, SubqueryAlias, Window, when};

use super::late::{Late, exact, named};
use super::{Above, Walk};
use crate::rules::moves::{cannot_fail, movable};

/// Parts of an expression that are not too many whatever it reads.
const LARGE: usize = 100;

impl Walk<'_> {
    /// As [`Self::taken`], for a node that reads `expressions`: what they read is done.
    fn taken_for(&mut self, plan: &LogicalPlan, above: Above, expressions: &[&Expr]) -> Result<Late> {
        let late = self.taken(plan, above)?;
        if self.may_return() && late.is_all_read_by(expressions) {
            return self.finished(plan);
        }
        late.with_columns_of(expressions)
    }

    /// Columns with model calls wait. So do those that could fail on rows which a late condition is to drop.
    pub(super) fn projection(&mut self, projection: &Projection, above: Above) -> Result<Late> {
        let columns = above.columns || drops(&projection.input);
        let mut below = self.taken(&projection.input, Above { columns, ..above })?;
        for expression in &projection.expr {
            if waits(&below, expression)? && !(movable(expression)? && grows_little(expression, &below)?) {
                below = below.finished()?;
                break;
            }
        }
        let (mut now, mut columns) = (Vec::new(), Vec::new());
        for (expression, column) in projection.expr.iter().zip(projection.schema.columns()) {
            let dear = above.columns && self.calls.in_expression(expression)? && movable(expression)?;
            if dear || waits(&below, expression)? {
                columns.push((column, below.substituted(expression)?));
            } else {
                now.push((expression.clone(), column));
            }
        }
        if (above.columns && !columns.is_empty()) || !below.filters.is_empty() {
            return self.carry(Late { columns, ..below }, now, projection);
        }
        if !below.changed {
            return Ok(Late::done(LogicalPlan::Projection(projection.clone()), false));
        }
        // What has waited below is computed here.
        let mut columns: BTreeMap<Column, Expr> = columns.into_iter().collect();
        let expressions = projection.expr.iter().zip(projection.schema.columns());
        let expressions = expressions.map(|(expression, column)| match columns.remove(&column) {
            Some(late) => named((column, late)),
            None => expression.clone(),
        });
        let rebuilt = Projection::try_new(expressions.collect(), Arc::new(below.plan))?;
        Ok(Late::done(LogicalPlan::Projection(rebuilt), true))
    }

    /// A projection that computes `now` and passes on what the late part of `below` reads.
    fn carry(&mut self, below: Late, now: Vec<(Expr, Column)>, projection: &Projection) -> Result<Late> {
        let mut names = BTreeMap::new();
        let mut added = Vec::new();
        for carried in below.carried()? {
            let passed = now
                .iter()
                .find(|(expression, _)| is_column(expression, &carried, below.plan.schema()));
            let name = match passed {
                Some((_, column)) => column.clone(),
                None => {
                    let name = self.names.fresh();
                    added.push(Expr::Column(carried.clone()).alias(name.clone()));
                    Column::new_unqualified(name)
                }
            };
            names.insert(carried, name);
        }
        let expressions = now.into_iter().map(|(expression, _)| expression).chain(added).collect();
        let late = below.renamed(&names)?;
        let plan = Projection::try_new(expressions, Arc::new(late.plan))?;
        Ok(Late {
            plan: LogicalPlan::Projection(plan),
            schema: Arc::clone(&projection.schema),
            changed: true,
            ..late
        })
    }

    /// Cheap conditions drop rows now; those with model calls wait for the joins above, or at least for the cheap ones.
    pub(super) fn filter(&mut self, filter: &Filter, above: Above) -> Result<Late> {
        let dropping = Above { columns: true, ..above };
        let mut below = self.taken(&filter.input, dropping)?;
        let (mut cheap, mut dear) = (Vec::new(), Vec::new());
        let mut all_movable = true;
        for condition in split_conjunction(&filter.predicate) {
            if self.calls.in_expression(condition)? || below.is_read_by(condition) {
                all_movable &= movable(condition)?;
                dear.push(condition);
            } else {
                cheap.push(condition);
            }
        }
        let leaves = above.filters && all_movable && !dear.is_empty();
        if !below.changed && !leaves {
            let plan = LogicalPlan::Filter(filter.clone());
            return Ok(Late { plan, ..below });
        }
        let mut guards = !all_movable;
        for condition in &cheap {
            guards |= !cannot_fail(condition, &below.schema)?;
        }
        if guards {
            below = below.filtered()?;
        }
        if !all_movable {
            let late = below.keeping(cheap.into_iter().cloned())?;
            return late.with_columns_of(&dear)?.keeping(dear.into_iter().cloned());
        }
        let dear: Vec<Expr> = dear
            .into_iter()
            .map(|condition| below.substituted(condition))
            .collect::<Result<_>>()?;
        let mut late = below.keeping(cheap.into_iter().cloned())?;
        if leaves {
            late.filters.extend(dear);
            late.changed = true;
            return Ok(late);
        }
        late.filtered()?.keeping(dear)
    }

    /// A join drops rows of a side unless it keeps them all, as an outer join does. What is late on a side that it
    /// returns waits for it; a condition on the other side becomes one of the join's own, after its keys.
    pub(super) fn join(&mut self, join: &Join, above: Above) -> Result<Late> {
        let mut sides = Sides::of(join, above, self.conditions_in_joins);
        if !condition_cannot_fail(join)? {
            sides.above_left.filters = false;
            sides.above_right.filters = false;
        }
        let (on_left, on_right): (Vec<&Expr>, Vec<&Expr>) = join.on.iter().map(|(left, right)| (left, right)).unzip();
        let mut left = self.taken_for(&join.left, sides.above_left, &on_left)?;
        let mut right = self.taken_for(&join.right, sides.above_right, &on_right)?;

        // Conditions of the join itself that ask a model wait for its other conditions.
        let (mut now, mut waiting) = (Vec::new(), Vec::new());
        for condition in join.filter.as_ref().map(split_conjunction).unwrap_or_default() {
            let dear =
                self.calls.in_expression(condition)? || left.is_read_by(condition) || right.is_read_by(condition);
            if dear && join.join_type == JoinType::Inner && movable(condition)? {
                waiting.push(condition);
            } else {
                now.push(condition);
            }
        }
        if join.on.is_empty() && now.is_empty() {
            now.append(&mut waiting);
        }
        left = left.with_columns_of(&now)?;
        right = right.with_columns_of(&now)?;
        if !left.changed && !right.changed && waiting.is_empty() {
            return Ok(Late::done(LogicalPlan::Join(join.clone()), false));
        }
        let mut conditions: Vec<Expr> = now.into_iter().cloned().collect();
        for (side, inner, keys) in [
            (&mut left, sides.left_is_inner, &on_left),
            (&mut right, sides.right_is_inner, &on_right),
        ] {
            if inner {
                conditions.append(&mut side.filters);
                if join.join_type.is_outer() {
                    side.only_where_matched(keys)?;
                } else {
                    // A semi or anti join does not return them.
                    side.columns.clear();
                }
            }
        }
        let mut filters = left.filters;
        filters.append(&mut right.filters);
        let mut columns = left.columns;
        columns.append(&mut right.columns);
        let plan = Join::try_new(
            Arc::new(left.plan),
            Arc::new(right.plan),
            join.on.clone(),
            conjunction(conditions),
            join.join_type,
            join.join_constraint,
            join.null_equality,
            join.null_aware,
        )?;
        let mut late = Late {
            plan: LogicalPlan::Join(plan),
            schema: Arc::clone(&join.schema),
            filters,
            columns,
            changed: true,
        };
        for condition in waiting {
            let condition = late.substituted(condition)?;
            late.filters.push(condition);
        }
        Ok(late)
    }

    pub(super) fn sort(&mut self, sort: &Sort, above: Above) -> Result<Late> {
        let above = Above {
            columns: above.columns || sort.fetch.is_some(),
            filters: false,
        };
        let keys: Vec<&Expr> = sort.expr.iter().map(|key| &key.expr).collect();
        let below = self.taken_for(&sort.input, above, &keys)?;
        below.under(|input| {
            let Sort { expr, fetch, .. } = sort.clone();
            Ok(LogicalPlan::Sort(Sort { expr, input, fetch }))
        })
    }

    pub(super) fn limit(&mut self, limit: &Limit) -> Result<Late> {
        let above = Above {
            columns: true,
            filters: false,
        };
        let below = self.taken(&limit.input, above)?;
        below.under(|input| {
            let Limit { skip, fetch, .. } = limit.clone();
            Ok(LogicalPlan::Limit(Limit { skip, fetch, input }))
        })
    }

    pub(super) fn window(&mut self, window: &Window, above: Above) -> Result<Late> {
        let above = Above {
            filters: false,
            ..above
        };
        let expressions: Vec<&Expr> = window.window_expr.iter().collect();
        let below = self.taken_for(&window.input, above, &expressions)?;
        let late = below.under(|input| Ok(LogicalPlan::Window(Window::try_new(window.window_expr.clone(), input)?)))?;
        Ok(Late {
            schema: Arc::clone(&window.schema),
            ..late
        })
    }

    /// All columns get the alias as their table.
    pub(super) fn alias(&mut self, alias: &SubqueryAlias, above: Above) -> Result<Late> {
        let below = self.taken(&alias.input, above)?;
        if !below.changed {
            return Ok(Late::done(LogicalPlan::SubqueryAlias(alias.clone()), false));
        }
        let (inner, finished) = (Arc::clone(below.plan.schema()), Arc::clone(&below.schema));
        let outer = SubqueryAlias::try_new(Arc::new(below.plan.clone()), alias.alias.clone())?;
        let names: BTreeMap<Column, Column> = inner.columns().into_iter().zip(outer.schema.columns()).collect();
        let late = below.renamed(&names)?;
        let aliased: BTreeMap<Column, Column> = finished.columns().into_iter().zip(alias.schema.columns()).collect();
        let columns = late.columns.into_iter();
        Ok(Late {
            plan: LogicalPlan::SubqueryAlias(outer),
            schema: Arc::clone(&alias.schema),
            columns: columns
                .filter_map(|(column, expression)| Some((aliased.get(&column)?.clone(), expression)))
                .collect(),
            ..late
        })
    }
}

/// What a join does to its sides.
struct Sides {
    above_left: Above,
    above_right: Above,
    /// Whether only those rows of the side count that match one of the other side, which itself is kept without a match.
    left_is_inner: bool,
    right_is_inner: bool,
}

impl Sides {
    fn of(join: &Join, above: Above, may_have_conditions: bool) -> Self {
        let is_cross = join.on.is_empty() && join.filter.is_none();
        // Conditions may become the join's own where it compares keys first. `NOT IN` has rules of its own for NULLs.
        let inner = match may_have_conditions && !join.on.is_empty() && !join.null_aware {
            true => Above::DROPS,
            false => Above::NONE,
        };
        // That a row has a match is seen from a key that is not NULL.
        let has_column_key =
            |key: fn(&(Expr, Expr)) -> &Expr| join.on.iter().any(|on| matches!(key(on), Expr::Column(_)));
        let outer = |has_column_key: bool| match join.null_equality {
            NullEquality::NullEqualsNothing if has_column_key => inner,
            _ => Above::NONE,
        };
        let (above_left, above_right) = match join.join_type {
            JoinType::Inner if is_cross => (above, above),
            JoinType::Inner => (Above::DROPS, Above::DROPS),
            JoinType::Left => (above, outer(has_column_key(|(_, right)| right))),
            JoinType::Right => (outer(has_column_key(|(left, _)| left)), above),
            JoinType::LeftSemi | JoinType::LeftAnti => (Above::DROPS, inner),
            JoinType::RightSemi | JoinType::RightAnti => (inner, Above::DROPS),
            JoinType::LeftMark => (above, Above::NONE),
            JoinType::RightMark => (Above::NONE, above),
            JoinType::Full => (Above::NONE, Above::NONE),
        };
        Self {
            above_left,
            above_right,
            left_is_inner: matches!(
                join.join_type,
                JoinType::Right | JoinType::RightSemi | JoinType::RightAnti
            ),
            right_is_inner: matches!(join.join_type, JoinType::Left | JoinType::LeftSemi | JoinType::LeftAnti),
        }
    }
}

impl Late {
    /// The late columns of a side of which unmatched rows are filled with NULL, whatever their expressions would make of
    /// it.
    fn only_where_matched(&mut self, keys: &[&Expr]) -> Result<()> {
        let Some(key) = keys.iter().find(|key| matches!(key, Expr::Column(_))) else {
            return Ok(());
        };
        let matched = self.substituted(key)?.is_not_null();
        for (_, expression) in &mut self.columns {
            let value = std::mem::take(expression).unalias();
            *expression = when(matched.clone(), value).end()?;
        }
        Ok(())
    }

    /// The same with only the rows that meet all of `conditions`, which read no late column.
    fn keeping(mut self, conditions: impl IntoIterator<Item = Expr>) -> Result<Self> {
        if let Some(condition) = conjunction(conditions) {
            self.plan = LogicalPlan::Filter(Filter::try_new(condition, Arc::new(self.plan))?);
            self.changed = true;
        }
        Ok(self)
    }

    /// The same with `plan` under another node.
    fn under(self, node: impl FnOnce(Arc<LogicalPlan>) -> Result<LogicalPlan>) -> Result<Self> {
        Ok(Self {
            plan: node(Arc::new(self.plan))?,
            ..self
        })
    }
}

/// Whether an expression has to wait because of what is late below it.
fn waits(below: &Late, expression: &Expr) -> Result<bool> {
    let guarded = !below.filters.is_empty() && !cannot_fail(expression, &below.schema)?;
    Ok(guarded || below.is_read_by(expression))
}

/// Whether an expression stays of a reasonable size if it computes the late columns that it reads: columns that each read
/// the one below twice would double with each.
pub(super) fn grows_little(expression: &Expr, below: &Late) -> Result<bool> {
    let size = |expression: &Expr| {
        let mut parts: usize = 0;
        expression.apply(|_| {
            parts += 1;
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok::<_, DataFusionError>(parts)
    };
    let most = size(expression)?.saturating_mul(4).max(LARGE);
    Ok(size(&below.substituted(expression)?)? <= most)
}

/// Whether a plan ends with dropping rows, so that a projection above it does well to compute what has waited for that.
fn drops(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Filter(_) | LogicalPlan::Limit(_) | LogicalPlan::Join(_) | LogicalPlan::Aggregate(_) => true,
        LogicalPlan::Sort(sort) => sort.fetch.is_some() || drops(&sort.input),
        LogicalPlan::Window(window) => drops(&window.input),
        LogicalPlan::SubqueryAlias(alias) => drops(&alias.input),
        _ => false,
    }
}

/// Whether an expression is nothing but one column of a plan.
fn is_column(expression: &Expr, column: &Column, schema: &DFSchema) -> bool {
    match expression {
        Expr::Column(own) => exact(own, schema).as_ref() == Some(column),
        Expr::Alias(alias) if alias.metadata.is_none() => is_column(&alias.expr, column, schema),
        _ => false,
    }
}

/// Whether the condition of a join has a value for every pair of rows.
fn condition_cannot_fail(join: &Join) -> Result<bool> {
    for (left, right) in &join.on {
        if !cannot_fail(left, join.left.schema())? || !cannot_fail(right, join.right.schema())? {
            return Ok(false);
        }
    }
    match &join.filter {
        Some(filter) => {
            let mut both = join.left.schema().as_ref().clone();
            both.merge(join.right.schema());
            cannot_fail(filter, &both)
        }
        None => Ok(true),
    }
}
