//! Where the texts of a call come from: equal for expressions over the same columns of the same tables.

use std::collections::HashMap;

use datafusion::common::Column;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::expr::Alias;
use datafusion::logical_expr::{Cast, Expr, LogicalPlan};

/// A number for each text, so that what is made of a text many times over does not spell it out each time.
#[derive(Debug, Default)]
pub(super) struct Numbers(HashMap<String, usize>);

impl Numbers {
    fn of(&mut self, text: String) -> usize {
        let next = self.0.len();
        *self.0.entry(text).or_insert(next)
    }
}

/// Looks for the origins of the columns of a plan, for each column once: expressions that read a column twice, above each
/// other, would double the work with each.
#[derive(Debug)]
pub(super) struct Origins<'n> {
    numbers: &'n mut Numbers,
    /// By the address of the plan: a plan that is asked about has to stay where it is.
    known: HashMap<(*const LogicalPlan, usize), usize>,
}

impl<'n> Origins<'n> {
    pub(super) fn new(numbers: &'n mut Numbers) -> Self {
        Self {
            numbers,
            known: HashMap::new(),
        }
    }

    /// Where the value of an expression over the columns of `inputs` comes from.
    pub(super) fn of(&mut self, expression: &Expr, inputs: &[&LogicalPlan]) -> usize {
        let mut bare = expression;
        while let Expr::Alias(Alias { expr, .. }) | Expr::Cast(Cast { expr, .. }) = bare {
            bare = expr;
        }
        if let Expr::Column(column) = bare {
            return self.of_column(column, inputs);
        }
        let resolved = bare.clone().unalias_nested().data.transform(|part| {
            Ok(match &part {
                Expr::Column(column) => {
                    let origin = self.of_column(column, inputs);
                    Transformed::yes(Expr::Column(Column::new_unqualified(format!("#{origin}"))))
                }
                Expr::Cast(cast) => Transformed::yes(cast.expr.as_ref().clone()),
                _ => Transformed::no(part),
            })
        });
        let text = resolved.map_or_else(|_| expression.to_string(), |resolved| resolved.data.to_string());
        self.numbers.of(text)
    }

    fn of_column(&mut self, column: &Column, inputs: &[&LogicalPlan]) -> usize {
        for input in inputs {
            if let Some(place) = input.schema().maybe_index_of_column(column) {
                return self.of_place(place, input);
            }
        }
        self.numbers.of(column.flat_name())
    }

    fn of_place(&mut self, place: usize, plan: &LogicalPlan) -> usize {
        let key = (std::ptr::from_ref(plan), place);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let origin = self.found(place, plan);
        self.known.insert(key, origin);
        origin
    }

    /// Where the column number `place` of a plan's output comes from.
    #[recursive::recursive]
    fn found(&mut self, place: usize, plan: &LogicalPlan) -> usize {
        let (relation, field) = plan.schema().qualified_field(place);
        let own = || Column::new(relation.cloned(), field.name());
        match plan {
            LogicalPlan::TableScan(scan) => self.numbers.of(format!("{}.{}", scan.table_name, field.name())),
            LogicalPlan::SubqueryAlias(alias) => self.of_place(place, &alias.input),
            LogicalPlan::Projection(projection) => self.of(&projection.expr[place], &[&projection.input]),
            LogicalPlan::Filter(filter) => self.of_place(place, &filter.input),
            LogicalPlan::Sort(sort) => self.of_column(&own(), &[&sort.input]),
            LogicalPlan::Limit(limit) => self.of_place(place, &limit.input),
            LogicalPlan::Repartition(repartition) => self.of_place(place, &repartition.input),
            LogicalPlan::Distinct(_) => self.of_column(&own(), &[plan.inputs()[0]]),
            LogicalPlan::Aggregate(aggregate) => match aggregate.group_expr.get(place) {
                Some(group) => self.of(group, &[&aggregate.input]),
                None => self.numbers.of(field.name().clone()),
            },
            LogicalPlan::Join(join) => self.of_column(&own(), &[&join.left, &join.right]),
            _ => self.numbers.of(own().flat_name()),
        }
    }
}
