//! SQL text to statements.

use std::fmt;

use datafusion::config::Dialect;
use datafusion::error::DataFusionError;
use datafusion::sql::parser::{self, DFParserBuilder};
use datafusion::sql::sqlparser::dialect::dialect_from_str;

use crate::error::Error;

/// One parsed statement.
#[derive(Debug, Clone)]
pub struct Statement(pub(crate) parser::Statement);

impl Statement {
    /// Whether it is of a kind that returns rows, be it none: a query, an explanation, a listing, a count.
    pub fn returns_rows(&self) -> bool {
        use datafusion::sql::sqlparser::ast::Statement as Sql;
        match &self.0 {
            parser::Statement::CreateExternalTable(_) | parser::Statement::Reset(_) => false,
            parser::Statement::Statement(sql) => !matches!(
                **sql,
                Sql::Set(_)
                    | Sql::CreateTable(_)
                    | Sql::CreateView(_)
                    | Sql::CreateSchema { .. }
                    | Sql::CreateDatabase { .. }
                    | Sql::Drop { .. }
                    | Sql::Prepare { .. }
                    | Sql::Deallocate { .. }
            ),
            _ => true,
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Splits a text into its statements. Comments alone are no statement.
///
/// # Errors
/// When the text is not SQL; the message says where.
pub fn split(sql: &str) -> Result<Vec<Statement>, Error> {
    let parse = || -> Result<Vec<Statement>, DataFusionError> {
        let dialect = dialect_from_str(Dialect::Generic.as_ref())
            .ok_or_else(|| DataFusionError::Configuration("there is no generic dialect".to_owned()))?;
        let statements = DFParserBuilder::new(sql)
            .with_dialect(dialect.as_ref())
            .build()?
            .parse_statements()?;
        Ok(statements.into_iter().map(Statement).collect())
    };
    parse().map_err(Error::from)
}
