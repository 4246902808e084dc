//! Statements about trained models: `CREATE MODEL`, `SHOW MODELS`, `DESCRIBE MODEL`, `ALTER MODEL`, `DROP MODEL`,
//! `COPY MODEL`.

use std::fmt;

use datafusion::sql::parser::DFParser;
use datafusion::sql::sqlparser::ast::{Expr, Query, UnaryOperator, Value};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::Token;

type Result<T> = std::result::Result<T, Refused>;

/// Why a statement about models cannot be read.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It is not SQL.
    Sql(ParserError),
    /// It says something that makes no sense.
    Sense(String),
}

impl From<ParserError> for Refused {
    fn from(error: ParserError) -> Self {
        Self::Sql(error)
    }
}

/// A statement about trained models.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ModelStatement {
    /// `CREATE [OR REPLACE] MODEL [IF NOT EXISTS] name OPTIONS (..) [AS SELECT ..]`
    Create(Box<CreateModel>),
    /// `SHOW MODELS`
    Show,
    /// `DESCRIBE MODEL name[@version]`
    Describe(ModelName),
    /// `ALTER MODEL name SET DEFAULT_VERSION = version`
    SetDefault { name: String, version: u32 },
    /// `DROP MODEL [IF EXISTS] name[@version]`
    Drop { if_exists: bool, name: ModelName },
    /// `COPY MODEL name[@version] TO 'file.onnx'`
    Copy { name: ModelName, to: String },
}

/// What a model is to be made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateModel {
    pub(crate) replace: bool,
    pub(crate) if_not_exists: bool,
    pub(crate) name: String,
    pub(crate) options: Vec<(String, OptionValue)>,
    pub(crate) query: Option<Query>,
}

/// A model by name, and which version of it; the default one if none is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ModelName {
    pub(crate) name: String,
    pub(crate) version: Option<u32>,
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OptionValue {
    Text(String),
    Number(f64),
    Flag(bool),
    List(Vec<OptionValue>),
}

impl ModelName {
    /// Reads `name` or `name@version`, as they stand in function calls.
    pub(crate) fn parse(text: &str) -> std::result::Result<Self, String> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => match version.parse() {
                Ok(version) => (name, Some(version)),
                Err(_) => return Err(format!("`{text}` names no version; write it as {name}@3")),
            },
            None => (text, None),
        };
        check_name(name)?;
        Ok(Self {
            name: name.to_owned(),
            version,
        })
    }
}

/// Names of models are names of folders, and stand before `@` in calls.
pub(crate) fn check_name(name: &str) -> std::result::Result<(), String> {
    let is_fine = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || name.len() > 128 || !name.chars().all(is_fine) {
        return Err(format!(
            "`{name}` is no name for a model; use letters, digits, `_` and `-`, 128 bytes at most"
        ));
    }
    Ok(())
}

impl ModelStatement {
    /// Reads a statement about models, if the next one is one; else the parser stays where it is.
    pub(crate) fn parse(parser: &mut DFParser<'_>) -> Result<Option<Self>> {
        let parser = &mut parser.parser;
        let words: Vec<String> = (0..4).map(|at| word(&parser.peek_nth_token(at).token)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let skip = |parser: &mut Parser<'_>, count: usize| (0..count).for_each(|_| drop(parser.next_token()));
        match words.as_slice() {
            ["CREATE", "OR", "REPLACE", "MODEL"] => {
                skip(parser, 4);
                create(parser, true).map(Some)
            }
            ["CREATE", "MODEL", ..] => {
                skip(parser, 2);
                create(parser, false).map(Some)
            }
            ["SHOW", "MODELS", ..] => {
                skip(parser, 2);
                Ok(Some(Self::Show))
            }
            ["DESCRIBE" | "DESC", "MODEL", ..] => {
                skip(parser, 2);
                model_name(parser).map(|name| Some(Self::Describe(name)))
            }
            ["ALTER", "MODEL", ..] => {
                skip(parser, 2);
                alter(parser).map(Some)
            }
            ["DROP", "MODEL", ..] => {
                skip(parser, 2);
                let if_exists = parser.parse_keywords(&[Keyword::IF, Keyword::EXISTS]);
                let name = model_name(parser)?;
                Ok(Some(Self::Drop { if_exists, name }))
            }
            // A table may be called model: `COPY model TO 'x.csv'`.
            ["COPY", "MODEL", after, _] if *after != "TO" => {
                skip(parser, 2);
                let name = model_name(parser)?;
                parser.expect_keyword(Keyword::TO)?;
                let to = parser.parse_literal_string()?;
                Ok(Some(Self::Copy { name, to }))
            }
            _ => Ok(None),
        }
    }

    /// Whether it returns rows.
    pub(crate) fn returns_rows(&self) -> bool {
        !matches!(self, Self::Drop { .. } | Self::SetDefault { .. })
    }
}

fn word(token: &Token) -> String {
    match token {
        Token::Word(word) if word.quote_style.is_none() => word.value.to_uppercase(),
        _ => String::new(),
    }
}

fn create(parser: &mut Parser<'_>, replace: bool) -> Result<ModelStatement> {
    let if_not_exists = parser.parse_keywords(&[Keyword::IF, Keyword::NOT, Keyword::EXISTS]);
    let name = name(parser)?;
    let mut options: Vec<(String, OptionValue)> = Vec::new();
    if word(&parser.peek_token().token) == "OPTIONS" {
        parser.next_token();
        parser.expect_token(&Token::LParen)?;
        while !parser.consume_token(&Token::RParen) {
            let key = parser.parse_identifier()?.value.to_lowercase();
            parser.expect_token(&Token::Eq)?;
            let value = option_value(&parser.parse_expr()?).ok_or_else(|| {
                error(format!(
                    "option `{key}` takes a text, a number, true, false or a list of them"
                ))
            })?;
            if options.iter().any(|(known, _)| *known == key) {
                return Err(error(format!("option `{key}` is given twice; leave one out")));
            }
            options.push((key, value));
            if !parser.consume_token(&Token::Comma) && parser.peek_token().token != Token::RParen {
                return Ok(parser.expected("`,` or `)`", parser.peek_token())?);
            }
        }
    }
    let query = match parser.parse_keyword(Keyword::AS) {
        true => Some(*parser.parse_query()?),
        false => None,
    };
    Ok(ModelStatement::Create(Box::new(CreateModel {
        replace,
        if_not_exists,
        name,
        options,
        query,
    })))
}

fn alter(parser: &mut Parser<'_>) -> Result<ModelStatement> {
    let name = name(parser)?;
    parser.expect_keyword(Keyword::SET)?;
    if word(&parser.peek_token().token) != "DEFAULT_VERSION" {
        return Ok(parser.expected("DEFAULT_VERSION", parser.peek_token())?);
    }
    parser.next_token();
    parser.expect_token(&Token::Eq)?;
    let version = version(parser)?;
    Ok(ModelStatement::SetDefault { name, version })
}

fn name(parser: &mut Parser<'_>) -> Result<String> {
    let ident = parser.parse_identifier()?;
    let name = match ident.quote_style {
        Some(_) => ident.value,
        None => ident.value.to_lowercase(),
    };
    check_name(&name).map_err(error)?;
    Ok(name)
}

fn model_name(parser: &mut Parser<'_>) -> Result<ModelName> {
    let ident = parser.parse_identifier()?;
    // To SQL, `@` is a letter like any other.
    let text = match ident.quote_style {
        Some(_) => ident.value,
        None => ident.value.to_lowercase(),
    };
    ModelName::parse(&text).map_err(error)
}

fn version(parser: &mut Parser<'_>) -> Result<u32> {
    let number = parser.parse_literal_uint()?;
    u32::try_from(number).map_err(|_| error(format!("{number} is no version; the first one is 1")))
}

fn option_value(expr: &Expr) -> Option<OptionValue> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(number, _) => number.to_string().parse().ok().map(OptionValue::Number),
            Value::SingleQuotedString(text) => Some(OptionValue::Text(text.clone())),
            Value::Boolean(flag) => Some(OptionValue::Flag(*flag)),
            _ => None,
        },
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => match option_value(expr)? {
            OptionValue::Number(number) => Some(OptionValue::Number(-number)),
            _ => None,
        },
        Expr::Array(array) => array
            .elem
            .iter()
            .map(option_value)
            .collect::<Option<_>>()
            .map(OptionValue::List),
        Expr::Identifier(ident) => Some(OptionValue::Text(ident.value.clone())),
        _ => None,
    }
}

fn error(message: String) -> Refused {
    Refused::Sense(message)
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match self.version {
            Some(version) => write!(f, "@{version}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Number(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::List(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", values.join(", "))
            }
        }
    }
}

impl fmt::Display for CreateModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let replace = if self.replace { "OR REPLACE " } else { "" };
        let if_not_exists = if self.if_not_exists { "IF NOT EXISTS " } else { "" };
        write!(f, "CREATE {replace}MODEL {if_not_exists}\"{}\"", self.name)?;
        if !self.options.is_empty() {
            let options = self.options.iter().map(|(key, value)| format!("{key} = {value}"));
            write!(f, " OPTIONS ({})", options.collect::<Vec<_>>().join(", "))?;
        }
        match &self.query {
            Some(query) => write!(f, " AS {query}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ModelStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(create) => create.fmt(f),
            Self::Show => f.write_str("SHOW MODELS"),
            Self::Describe(name) => write!(f, "DESCRIBE MODEL {name}"),
            Self::SetDefault { name, version } => write!(f, "ALTER MODEL {name} SET DEFAULT_VERSION = {version}"),
            Self::Drop { if_exists, name } => {
                let if_exists = if *if_exists { "IF EXISTS " } else { "" };
                write!(f, "DROP MODEL {if_exists}{name}")
            }
            Self::Copy { name, to } => write!(f, "COPY MODEL {name} TO '{to}'"),
        }
    }
}
