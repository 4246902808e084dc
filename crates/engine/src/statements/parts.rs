//! What a statement refers to, and its parameters.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use datafusion::sql::parser;
use datafusion::sql::resolve::resolve_table_references;
use datafusion::sql::sqlparser::ast::{self, Expr, Value, ValueWithSpan, visit_expressions, visit_expressions_mut};
use tronie_common::Kind;

use super::{Parsed, Statement};
use crate::error::Error;
use crate::ml::ModelStatement;

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// A text.
    Text(String),
    /// A number, as it is written.
    Number(String),
    /// True or false.
    Flag(bool),
    /// A date, as `2026-11-01`.
    Date(String),
    /// A time, as `2026-11-01 08:00:00`.
    Timestamp(String),
}

impl Parameter {
    fn expr(&self) -> Expr {
        let value = |value: Value| Expr::Value(ValueWithSpan::from(value));
        let typed = |data_type: ast::DataType, text: &str| {
            Expr::TypedString(ast::TypedString {
                data_type,
                value: ValueWithSpan::from(Value::SingleQuotedString(text.to_owned())),
                uses_odbc_syntax: false,
            })
        };
        match self {
            Self::Text(text) => value(Value::SingleQuotedString(text.clone())),
            Self::Number(number) => value(Value::Number(number.clone(), false)),
            Self::Flag(flag) => value(Value::Boolean(*flag)),
            Self::Date(date) => typed(ast::DataType::Date, date),
            Self::Timestamp(time) => typed(ast::DataType::Timestamp(None, ast::TimezoneInfo::None), time),
        }
    }
}

impl Statement {
    /// Whether it is a query: `SELECT`, `WITH`, `VALUES`.
    pub fn is_query(&self) -> bool {
        matches!(&self.0, Parsed::Sql(parser::Statement::Statement(sql)) if matches!(**sql, ast::Statement::Query(_)))
    }

    /// The model that it makes, if it is a `CREATE MODEL`.
    pub fn makes_model(&self) -> Option<&str> {
        match &self.0 {
            Parsed::Model(ModelStatement::Create(create)) => Some(&create.name),
            _ => None,
        }
    }

    /// The tables that it reads, as they are written, in alphabetical order. What `WITH` names is none.
    ///
    /// # Errors
    /// When the names cannot be resolved.
    pub fn tables(&self) -> Result<BTreeSet<String>, Error> {
        let statement = match &self.0 {
            Parsed::Sql(statement) => statement.clone(),
            Parsed::Model(ModelStatement::Create(create)) => match &create.query {
                Some(query) => parser::Statement::Statement(Box::new(ast::Statement::Query(Box::new(query.clone())))),
                None => return Ok(BTreeSet::new()),
            },
            Parsed::Model(_) => return Ok(BTreeSet::new()),
        };
        let (tables, _) = resolve_table_references(&statement, true)?;
        Ok(tables.into_iter().map(|table| table.to_string()).collect())
    }

    /// The texts in quotes in it, which may name models.
    pub fn texts(&self) -> BTreeSet<String> {
        let mut texts = BTreeSet::new();
        self.each_expr(|expr| {
            if let Expr::Value(ValueWithSpan {
                value: Value::SingleQuotedString(text),
                ..
            }) = expr
            {
                texts.insert(text.clone());
            }
        });
        texts
    }

    /// The parameters in it, `$as_of` as `as_of`.
    pub fn parameters(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        self.each_expr(|expr| names.extend(parameter(expr).map(str::to_owned)));
        names
    }

    /// The statement with values in the place of its parameters.
    ///
    /// # Errors
    /// For a parameter without a value.
    pub fn bind(mut self, values: &BTreeMap<String, Parameter>) -> Result<Self, Error> {
        let mut bind = |expr: &mut Expr| {
            let Some(name) = parameter(expr) else {
                return ControlFlow::Continue(());
            };
            match values.get(name) {
                Some(value) => {
                    *expr = value.expr();
                    ControlFlow::Continue(())
                }
                None => ControlFlow::Break(name.to_owned()),
            }
        };
        let missing = match &mut self.0 {
            Parsed::Sql(parser::Statement::Statement(sql)) => visit_expressions_mut(sql.as_mut(), &mut bind),
            Parsed::Model(ModelStatement::Create(create)) => match &mut create.query {
                Some(query) => visit_expressions_mut(query, &mut bind),
                None => ControlFlow::Continue(()),
            },
            _ => ControlFlow::Continue(()),
        };
        match missing {
            ControlFlow::Continue(()) => Ok(self),
            ControlFlow::Break(name) => {
                let known: Vec<&str> = values.keys().map(String::as_str).collect();
                let known = if known.is_empty() {
                    "none".to_owned()
                } else {
                    format!("`{}`", known.join("`, `"))
                };
                let message = format!("the parameter `${name}` has no value (parameters there: {known})");
                Err(Error::new(Kind::Input, message))
            }
        }
    }

    fn each_expr(&self, mut look: impl FnMut(&Expr)) {
        let mut look = |expr: &Expr| {
            look(expr);
            ControlFlow::<()>::Continue(())
        };
        let _ = match &self.0 {
            Parsed::Sql(parser::Statement::Statement(sql)) => visit_expressions(sql.as_ref(), &mut look),
            Parsed::Model(ModelStatement::Create(create)) => match &create.query {
                Some(query) => visit_expressions(query, &mut look),
                None => ControlFlow::Continue(()),
            },
            _ => ControlFlow::Continue(()),
        };
    }
}

fn parameter(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(ValueWithSpan {
            value: Value::Placeholder(name),
            ..
        }) => name.strip_prefix('$'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split;

    fn one(sql: &str) -> Statement {
        split(sql).expect("sql").remove(0)
    }

    #[test]
    fn tables_are_found_wherever_they_stand() {
        let sql = "with recent as (select * from orders) select (select max(x) from \"Other\") from recent r \
                   join ml_predict('churn', (select * from features)) p on true where id in (select id from seen)";
        let tables: Vec<String> = one(sql).tables().expect("tables").into_iter().collect();
        assert_eq!(tables, ["Other", "features", "ml_predict", "orders", "seen"]);
        let model = "create or replace model churn options (model_type = 'kmeans') as select a from features";
        assert!(one(model).tables().expect("tables").contains("features"));
        assert_eq!(one(model).makes_model(), Some("churn"));
        assert!(one(sql).texts().contains("churn"));
    }

    #[test]
    fn parameters_become_values_of_their_type() {
        let statement = one("select $limit, f($as_of) from t where name = $name");
        assert_eq!(Vec::from_iter(statement.parameters()), ["as_of", "limit", "name"]);
        let values = BTreeMap::from([
            ("as_of".to_owned(), Parameter::Date("2026-11-01".to_owned())),
            ("limit".to_owned(), Parameter::Number("5".to_owned())),
            ("name".to_owned(), Parameter::Text("O'Hara".to_owned())),
        ]);
        let bound = statement.clone().bind(&values).expect("bound");
        assert_eq!(
            bound.to_string(),
            "SELECT 5, f(DATE '2026-11-01') FROM t WHERE name = 'O''Hara'"
        );
        let message = statement.bind(&BTreeMap::new()).expect_err("no values").to_string();
        assert!(message.contains("has no value (parameters there: none)"), "{message}");
    }
}
