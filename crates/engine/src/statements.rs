//! SQL text to statements.

mod parts;

use std::fmt;

use datafusion::config::Dialect;
use datafusion::error::DataFusionError;
use datafusion::sql::parser::{self, DFParserBuilder};
use datafusion::sql::sqlparser::dialect::dialect_from_str;
use datafusion::sql::sqlparser::tokenizer::Token;

use crate::error::Error;
use crate::ml::{ModelStatement, Refused};
pub use parts::Parameter;

/// One parsed statement.
#[derive(Debug, Clone)]
pub struct Statement(pub(crate) Parsed);

/// Whose statement it is.
#[derive(Debug, Clone)]
pub(crate) enum Parsed {
    /// One that DataFusion plans.
    Sql(parser::Statement),
    /// One about trained models.
    Model(ModelStatement),
}

impl Statement {
    /// Whether it is of a kind that returns rows, be it none: a query, an explanation, a listing, a count.
    pub fn returns_rows(&self) -> bool {
        use datafusion::sql::sqlparser::ast::Statement as Sql;
        let statement = match &self.0 {
            Parsed::Sql(statement) => statement,
            Parsed::Model(statement) => return statement.returns_rows(),
        };
        match statement {
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
        match &self.0 {
            Parsed::Sql(statement) => statement.fmt(f),
            Parsed::Model(statement) => statement.fmt(f),
        }
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
        let mut parser = DFParserBuilder::new(sql).with_dialect(dialect.as_ref()).build()?;
        let mut statements = Vec::new();
        loop {
            while parser.parser.consume_token(&Token::SemiColon) {}
            if parser.parser.peek_token().token == Token::EOF {
                return Ok(statements);
            }
            let parsed = match ModelStatement::parse(&mut parser).map_err(of_model_statement)? {
                Some(statement) => Parsed::Model(statement),
                None => Parsed::Sql(parser.parse_statement()?),
            };
            statements.push(Statement(parsed));
            let next = parser.parser.peek_token();
            if !matches!(next.token, Token::SemiColon | Token::EOF) {
                let expected = parser.parser.expected("end of statement", next);
                return expected.map_err(|e| DataFusionError::SQL(Box::new(e), None));
            }
        }
    };
    parse().map_err(Error::from)
}

fn of_model_statement(refused: Refused) -> DataFusionError {
    match refused {
        Refused::Sql(error) => DataFusionError::SQL(Box::new(error), None),
        Refused::Sense(message) => DataFusionError::Plan(message),
    }
}
