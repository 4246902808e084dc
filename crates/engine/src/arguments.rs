//! Options by name, in any order and with any left out: `ai_keywords(text, method => 'tfidf')`.
//!
//! DataFusion resolves names only where no argument before them is left out, so statements are arranged before it sees
//! them: every call of a function of ours gets its arguments in their order, NULL where one is left out.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::parser::{CopyToSource, Statement};
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value, VisitMut, visit_expressions_mut,
};
use tronie_common::Kind;
use tronie_udf_kit::ALSO;

use crate::error::Error;

/// The names of the arguments of each of Tronie's functions, by the function's name.
pub(crate) type ParameterNames = HashMap<String, Vec<String>>;

/// Puts the arguments of all calls in a statement into their order.
///
/// # Errors
/// When a call names an option that the function does not have, or one twice.
pub(crate) fn arrange(statement: &mut Statement, known: &ParameterNames) -> Result<(), Error> {
    match statement {
        Statement::Statement(sql) => arrange_in(sql, known),
        Statement::Explain(explain) => arrange(&mut explain.statement, known),
        Statement::CopyTo(copy) => match &mut copy.source {
            CopyToSource::Query(query) => arrange_in(query, known),
            CopyToSource::Relation(_) => Ok(()),
        },
        Statement::CreateExternalTable(_) | Statement::Reset(_) => Ok(()),
    }
}

fn arrange_in(tree: &mut impl VisitMut, known: &ParameterNames) -> Result<(), Error> {
    let outcome = visit_expressions_mut(tree, |expression| match expression {
        Expr::Function(function) => match arrange_call(function, known) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        },
        _ => ControlFlow::Continue(()),
    });
    match outcome {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

fn arrange_call(function: &mut Function, known: &ParameterNames) -> Result<(), Error> {
    let called = function.name.to_string().to_lowercase();
    let Some(names) = known.get(&called) else {
        return Ok(());
    };
    let FunctionArguments::List(list) = &mut function.args else {
        return Ok(());
    };
    if list.args.iter().all(|arg| matches!(arg, FunctionArg::Unnamed(_))) {
        return Ok(());
    }
    let mut places: Vec<Option<FunctionArgExpr>> = vec![None; names.len()];
    let mut unnamed = 0;
    for arg in std::mem::take(&mut list.args) {
        let (name, value) = match arg {
            FunctionArg::Unnamed(value) => (None, value),
            FunctionArg::Named { name, arg, .. } => (Some(name.value), arg),
            FunctionArg::ExprNamed { name, arg, .. } => (Some(name.to_string()), arg),
        };
        let place = match &name {
            None => {
                unnamed += 1;
                unnamed - 1
            }
            Some(name) => place_of(&called, names, name)?,
        };
        match places.get_mut(place) {
            Some(free @ None) => *free = Some(value),
            Some(Some(_)) => {
                let name = name.unwrap_or_else(|| names[place].clone());
                return Err(input(format!("{called}: `{name}` is given twice; leave one out")));
            }
            None => {
                let usage = told(names).join(", ");
                return Err(input(format!("{called} has the arguments ({usage}), got more")));
            }
        }
    }
    let given = places.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    let null = || FunctionArgExpr::Expr(Expr::Value(Value::Null.into()));
    let arranged = places.into_iter().take(given);
    list.args = arranged
        .map(|arg| FunctionArg::Unnamed(arg.unwrap_or_else(null)))
        .collect();
    Ok(())
}

fn place_of(called: &str, names: &[String], name: &str) -> Result<usize, Error> {
    let place = names.iter().position(|known| known.eq_ignore_ascii_case(name));
    place.ok_or_else(|| {
        let known = told(names).join("`, `");
        input(format!("{called} has no argument `{name}` (it has `{known}`)"))
    })
}

/// The arguments that people give: [`ALSO`] is the planner's.
fn told(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).filter(|name| *name != ALSO).collect()
}

fn input(message: String) -> Error {
    Error::new(Kind::Input, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statements::{Parsed, split};

    fn arranged(sql: &str) -> Result<String, String> {
        let names = ["text", "top_k", "method", ALSO].map(str::to_owned).to_vec();
        let known = ParameterNames::from([("f".to_owned(), names)]);
        let Parsed::Sql(mut statement) = split(sql).expect("sql").remove(0).0 else {
            panic!("{sql} is a statement of DataFusion's");
        };
        arrange(&mut statement, &known).map_err(|e| e.to_string())?;
        Ok(statement.to_string())
    }

    #[test]
    fn what_is_left_out_is_null() {
        assert_eq!(
            arranged("SELECT f(t, method => 'x') FROM r").as_deref(),
            Ok("SELECT f(t, NULL, 'x') FROM r")
        );
        assert_eq!(
            arranged("SELECT F(method => 'x', text => t) FROM r").as_deref(),
            Ok("SELECT F(t, NULL, 'x') FROM r")
        );
    }

    #[test]
    fn calls_are_found_wherever_they_stand() {
        assert_eq!(
            arranged("EXPLAIN SELECT 1 FROM (SELECT g(f(t, method => 'x')) AS a FROM r) WHERE f(a, top_k => 2) = 1")
                .as_deref(),
            Ok("EXPLAIN SELECT 1 FROM (SELECT g(f(t, NULL, 'x')) AS a FROM r) WHERE f(a, 2) = 1")
        );
        let copy = arranged("COPY (SELECT f(t, method => 'x') FROM r) TO 'x.csv'").expect("arranged");
        assert!(copy.contains("f(t, NULL, 'x')"), "{copy}");
    }

    #[test]
    fn other_functions_are_left_alone() {
        assert_eq!(arranged("SELECT g(a => 1)").as_deref(), Ok("SELECT g(a => 1)"));
    }

    #[test]
    fn an_unknown_option_is_refused_with_those_that_exist() {
        assert_eq!(
            arranged("SELECT f(t, mode => 'x')"),
            Err("f has no argument `mode` (it has `text`, `top_k`, `method`)".to_owned())
        );
        assert_eq!(
            arranged("SELECT f(t, text => 'x')"),
            Err("f: `text` is given twice; leave one out".to_owned())
        );
        assert_eq!(
            arranged("SELECT f(t, 1, 'x', 'y', 'z', top_k => 2)"),
            Err("f has the arguments (text, top_k, method), got more".to_owned())
        );
    }
}
