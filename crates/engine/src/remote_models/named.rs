//! Which models a statement names.

use std::ops::ControlFlow;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr as PlanExpr, LogicalPlan};
use datafusion::sql::parser::{CopyToSource, Statement};
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value, Visit, visit_expressions,
};
use tronie_udf_kit::MODEL;

use crate::arguments::ParameterNames;

/// What is needed to see the name of a model in a call.
pub(super) struct Names<'a> {
    /// The arguments of all functions.
    pub(super) parameters: &'a ParameterNames,
    /// The model of calls that name none.
    pub(super) default: String,
}

impl Names<'_> {
    /// Where the model stands among a function's arguments; `None` for a function that asks none.
    fn place(&self, function: &str) -> Option<usize> {
        let names = self.parameters.get(&function.to_lowercase())?;
        names.iter().position(|name| name == MODEL)
    }

    /// The models of all calls in a statement, repeats included.
    pub(super) fn in_statement(&self, statement: &Statement) -> Vec<String> {
        match statement {
            Statement::Statement(sql) => self.in_tree(sql),
            Statement::Explain(explain) => self.in_statement(&explain.statement),
            Statement::CopyTo(copy) => match &copy.source {
                CopyToSource::Query(query) => self.in_tree(query),
                CopyToSource::Relation(_) => Vec::new(),
            },
            Statement::CreateExternalTable(_) | Statement::Reset(_) => Vec::new(),
        }
    }

    fn in_tree(&self, tree: &impl Visit) -> Vec<String> {
        let mut found = Vec::new();
        let _ = visit_expressions(tree, |expression| {
            if let Expr::Function(function) = expression {
                found.extend(self.of_call(function));
            }
            ControlFlow::<()>::Continue(())
        });
        found
    }

    fn of_call(&self, function: &Function) -> Option<String> {
        let called = &function.name.0.last()?.as_ident()?.value;
        let place = self.place(called)?;
        let FunctionArguments::List(list) = &function.args else {
            return None;
        };
        let named = list.args.iter().find_map(|arg| match arg {
            FunctionArg::Named { name, arg, .. } if name.value.eq_ignore_ascii_case(MODEL) => Some(arg),
            _ => None,
        });
        let at_place = || match list.args.get(place) {
            Some(FunctionArg::Unnamed(arg)) => Some(arg),
            _ => None,
        };
        match named.or_else(at_place) {
            None => Some(self.default.clone()),
            Some(FunctionArgExpr::Expr(Expr::Value(value))) => match &value.value {
                Value::Null => Some(self.default.clone()),
                other => other.clone().into_string(),
            },
            // No constant: the function refuses it.
            Some(_) => None,
        }
    }

    /// The models of all calls in a plan, repeats included.
    pub(super) fn in_plan(&self, plan: &LogicalPlan) -> Vec<String> {
        let mut found = Vec::new();
        let outcome = plan.apply_with_subqueries(|node| {
            node.apply_expressions(|expression| {
                expression.apply(|part| {
                    if let PlanExpr::ScalarFunction(call) = part
                        && let Some(place) = self.place(call.func.name())
                    {
                        found.extend(match call.args.get(place) {
                            Some(PlanExpr::Literal(value, _)) if !value.is_null() => {
                                value.try_as_str().flatten().map(str::to_owned)
                            }
                            None | Some(PlanExpr::Literal(..)) => Some(self.default.clone()),
                            Some(_) => None,
                        });
                    }
                    Ok(TreeNodeRecursion::Continue)
                })
            })
        });
        if let Err(error) = outcome {
            tracing::debug!(%error, "a plan cannot be looked through for models");
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statements::{Parsed, split};

    #[test]
    fn models_are_seen_wherever_a_call_stands() {
        let names = ["text", "top_k", MODEL].map(str::to_owned).to_vec();
        let parameters = ParameterNames::from([("f".to_owned(), names), ("plain".to_owned(), vec!["text".to_owned()])]);
        let names = Names {
            parameters: &parameters,
            default: "default".to_owned(),
        };
        for (sql, expected) in [
            ("select F(t, 1, 's3://b/m') from r", vec!["s3://b/m"]),
            ("select \"f\"(t, model => 's3://b/m') from r", vec!["s3://b/m"]),
            (
                "select f(t), f(t, 1, null), plain(t) from r",
                vec!["default", "default"],
            ),
            ("select f(t, 1, x), 's3://b/m' from r", vec![]),
            (
                "prepare p as select f(t, 1, 'a') from r where f(t, 2, E'b') = 'c'",
                vec!["a", "b"],
            ),
            ("explain select 1 where exists (select f(t, 1, 'a') from r)", vec!["a"]),
            (
                "create view v as with c as (select f(t, 1, $$a$$) from r) select * from c",
                vec!["a"],
            ),
            ("create table x as select f(t, 1, 'a') from r", vec!["a"]),
            ("copy (select f(t, 1, 'a') from r) to 'x.csv'", vec!["a"]),
            (
                "insert into x select g(f(t, 1, 'a')) from r order by f(t, 1, 'b')",
                vec!["a", "b"],
            ),
        ] {
            let Parsed::Sql(statement) = split(sql).expect("sql").remove(0).0 else {
                panic!("{sql} is a statement of DataFusion's");
            };
            let mut found = names.in_statement(&statement);
            found.sort();
            assert_eq!(found, expected, "{sql}");
        }
    }
}
