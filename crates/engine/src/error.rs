//! Errors as a user should read them: what is wrong, got against expected, and the next step.

use std::error::Error as StdError;

use datafusion::arrow::error::ArrowError;
use datafusion::common::{Column, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::parquet::errors::ParquetError;
use datafusion::sql::sqlparser::parser::ParserError;
use tronie_common::Kind;
use tronie_model::ModelError;

/// An error of the engine: one line for people, and what the caller can do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: Kind,
    message: String,
}

/// Messages from libraries are cut here: some carry whole responses.
const LONGEST: usize = 600;

impl Error {
    /// An error with a message that is already as a user should read it.
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The same error, said of a file or URL, unless it names it already.
    pub(crate) fn of(self, place: &str) -> Self {
        if self.message.contains(place) {
            self
        } else {
            Self::new(self.kind, format!("`{place}`: {}", self.message))
        }
    }

    fn of_library(kind: Kind, message: impl AsRef<str>) -> Self {
        Self::new(kind, as_sentence(message.as_ref()))
    }
}

impl From<DataFusionError> for Error {
    fn from(error: DataFusionError) -> Self {
        describe(&error)
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        of_store(&error)
    }
}

fn describe(error: &DataFusionError) -> Error {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => describe(inner),
        DataFusionError::Shared(inner) => describe(inner),
        DataFusionError::Collection(all) => match all.first() {
            Some(first) => describe(first),
            None => Error::new(Kind::Fault, "the query failed without a reason"),
        },
        DataFusionError::External(inner) => of_any(inner.as_ref()),
        DataFusionError::ArrowError(inner, _) => of_arrow(inner),
        DataFusionError::ParquetError(inner) => of_parquet(inner),
        DataFusionError::ObjectStore(inner) => of_store(inner),
        DataFusionError::IoError(inner) => Error::of_library(Kind::Fault, inner.to_string()),
        DataFusionError::SQL(inner, _) => of_parser(inner),
        DataFusionError::SchemaError(inner, _) => of_schema(inner),
        DataFusionError::Plan(message) | DataFusionError::NotImplemented(message) if message.contains("Wildcard {") => {
            Error::new(Kind::Input, "`*` is no argument; name the column")
        }
        DataFusionError::Plan(message) => of_plan(message),
        DataFusionError::Configuration(message) => Error::of_library(Kind::Input, message),
        DataFusionError::NotImplemented(message) if message.to_lowercase().contains("dot access not supported") => {
            Error::new(
                Kind::Input,
                "the field of a struct is read as x['field'], not as x.field",
            )
        }
        DataFusionError::NotImplemented(message) => {
            Error::new(Kind::Input, format!("not supported: {}", as_sentence(message)))
        }
        DataFusionError::ResourcesExhausted(message) => Error::new(
            Kind::Exhausted,
            format!(
                "out of memory: {}; raise --memory-limit, or read less at a time",
                as_sentence(message)
            ),
        ),
        DataFusionError::Execution(message) => of_plan(message),
        DataFusionError::ExecutionJoin(inner) => Error::of_library(Kind::Fault, format!("a task failed: {inner}")),
        other => Error::new(
            Kind::Fault,
            format!("internal error: {}", as_sentence(&other.strip_backtrace())),
        ),
    }
}

/// What libraries wrap into one another, unwrapped.
fn of_any(error: &(dyn StdError + Send + Sync + 'static)) -> Error {
    if let Some(own) = error.downcast_ref::<Error>() {
        return Error::new(own.kind, own.message.clone());
    }
    if let Some(model) = error.downcast_ref::<ModelError>() {
        return Error::new(model.kind(), model.to_string());
    }
    if let Some(inner) = error.downcast_ref::<DataFusionError>() {
        return describe(inner);
    }
    if let Some(inner) = error.downcast_ref::<ArrowError>() {
        return of_arrow(inner);
    }
    if let Some(inner) = error.downcast_ref::<object_store::Error>() {
        return of_store(inner);
    }
    if let Some(inner) = error.downcast_ref::<ParquetError>() {
        return of_parquet(inner);
    }
    Error::of_library(Kind::Fault, chain(error))
}

fn of_arrow(error: &ArrowError) -> Error {
    match error {
        ArrowError::ExternalError(inner) => of_any(inner.as_ref()),
        ArrowError::CsvError(message) if message.contains("unequal lengths") => Error::new(
            Kind::Input,
            format!(
                "a csv row does not have the columns of the header: {}; correct that line",
                as_sentence(message)
            ),
        ),
        ArrowError::CsvError(message) if message.to_lowercase().contains("utf-8") => Error::new(
            Kind::Input,
            format!(
                "the csv file is not UTF-8: {}; convert it, for instance: iconv -f gb18030 -t utf-8 (or -f utf-16)",
                as_sentence(message)
            ),
        ),
        ArrowError::CsvError(message) => {
            Error::new(Kind::Input, format!("the csv file is broken: {}", as_sentence(message)))
        }
        ArrowError::ParseError(message) => Error::new(
            Kind::Input,
            format!(
                "{}; declare the column as varchar: create external table t (..) stored as csv location '..'",
                as_sentence(message)
            ),
        ),
        ArrowError::JsonError(message) => Error::new(
            Kind::Input,
            format!(
                "the json file is broken: {}; it must hold one object a line, or one array",
                as_sentence(message)
            ),
        ),
        ArrowError::ParquetError(message) => of_parquet(&ParquetError::General(message.clone())),
        other => Error::of_library(Kind::Input, other.to_string()),
    }
}

fn of_parquet(error: &ParquetError) -> Error {
    match error {
        ParquetError::External(inner) => of_any(inner.as_ref()),
        other => Error::new(
            Kind::Input,
            format!("the parquet file is broken: {}", as_sentence(&other.to_string())),
        ),
    }
}

fn of_parser(error: &ParserError) -> Error {
    let message = match error {
        ParserError::ParserError(message) | ParserError::TokenizerError(message) => as_sentence(message),
        ParserError::RecursionLimitExceeded => "it is nested too deeply".to_owned(),
    };
    Error::new(Kind::Input, format!("this is not sql: {message}"))
}

fn of_schema(error: &SchemaError) -> Error {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let names: Vec<String> = valid_fields.iter().map(|column| column.name.clone()).collect();
            let there = if names.is_empty() {
                "none".to_owned()
            } else {
                format!("`{}`", names.join("`, `"))
            };
            let quote = valid_fields
                .iter()
                .find(|column| column.name.eq_ignore_ascii_case(field.name()));
            let quote = quote
                .map(|Column { name, .. }| format!("; write \"{name}\" in double quotes"))
                .unwrap_or_default();
            Error::new(
                Kind::Input,
                format!("there is no column `{}` (columns there: {there}){quote}", field.name()),
            )
        }
        other => Error::of_library(Kind::Input, other.to_string()),
    }
}

fn of_plan(message: &str) -> Error {
    if message.starts_with("Cannot infer common argument type") && message.contains("Struct(") {
        let next = "compare one of its fields, as in x['label']";
        return Error::new(
            Kind::Input,
            format!("a struct cannot be compared with a single value; {next}"),
        );
    }
    // What a function says about its arguments comes wrapped into what the planner says about all functions.
    if let Some((_, reason)) = message.split_once("coercion failed with: Error during planning: ") {
        let own = reason.split_once(" No function matches").map_or(reason, |(own, _)| own);
        return Error::of_library(Kind::Input, own);
    }
    if message.starts_with("Projections require unique expression names") {
        // `.. and "Int64(2) AS x" at position 1 have the same name`
        let second = message
            .split_once(" and \"")
            .and_then(|(_, rest)| rest.split_once("\" at position"));
        let second = second.map_or("", |(expression, _)| expression);
        let name = second.rsplit_once(" AS ").map_or(second, |(_, name)| name);
        return Error::new(
            Kind::Input,
            format!("two columns are called `{name}`; give one of them another name by AS"),
        );
    }
    if let Some(table) = message
        .strip_prefix("table '")
        .and_then(|rest| rest.strip_suffix("' not found"))
    {
        // The session's own catalog and schema are no part of what the user wrote.
        let name = table
            .strip_prefix("datafusion.")
            .map_or(table, |name| name.strip_prefix("public.").unwrap_or(name));
        let next = "read a file by its path in quotes, as in from 'reviews.csv', or name one by --table name=path";
        return Error::new(Kind::Missing, format!("there is no table `{name}`; {next}"));
    }
    if let Some(schema) = message.strip_prefix("failed to resolve schema: ") {
        let next = "a path has to be in quotes, as in from 'reviews.csv'";
        return Error::new(Kind::Missing, format!("there is no schema `{schema}`; {next}"));
    }
    Error::of_library(Kind::Input, message)
}

fn of_store(error: &object_store::Error) -> Error {
    use object_store::Error as Store;
    match error {
        Store::NotFound { path, .. } => Error::new(Kind::Missing, format!("there is no file `{path}`; check the path")),
        Store::PermissionDenied { path, source } | Store::Unauthenticated { path, source } => {
            denied(path, &chain(source.as_ref()))
        }
        Store::Generic { store, source } => {
            let reason = chain(source.as_ref());
            // A refused listing has no error of its own.
            if reason.contains("403 Forbidden") || reason.contains("401 Unauthorized") {
                return denied(store, &reason);
            }
            let reason = of_response(&reason);
            let next = match *store {
                "S3" => "check AWS_ENDPOINT_URL, AWS_REGION and the network",
                _ => "check the address and the network",
            };
            Error::new(
                Kind::Fault,
                format!("the {store} store does not answer as expected: {reason}; {next}"),
            )
        }
        Store::NotSupported { source } => {
            let reason = as_sentence(&source.to_string());
            Error::new(
                Kind::Input,
                format!("the server cannot do what is needed: {reason}; copy the file elsewhere first"),
            )
        }
        other => Error::of_library(Kind::Fault, other.to_string()),
    }
}

fn denied(what: &str, reason: &str) -> Error {
    let next = "check the credentials in the environment (for s3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE)";
    Error::new(
        Kind::Denied,
        format!("access to `{what}` is denied: {}; {next}", of_response(reason)),
    )
}

/// Code and message of an S3 server's XML response, or the whole text where there is none.
fn of_response(text: &str) -> String {
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0)
    };
    match (element("Code"), element("Message")) {
        (Some(code), Some(message)) => format!("{code}, {}", as_sentence(message)),
        _ => as_sentence(text),
    }
}

/// An error with its causes, each said once.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let message = inner.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = inner.source();
    }
    text
}

/// A library's message in our style: one line, small first letter, no final dot, not endless.
fn as_sentence(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.strip_suffix('.').unwrap_or(&line);
    let mut sentence = String::with_capacity(line.len());
    let mut chars = line.chars();
    if let Some(first) = chars.next() {
        // "CSV ..." and "S3 ..." keep their capitals.
        let word = line.chars().nth(1).is_some_and(|second| second.is_lowercase());
        if word {
            sentence.extend(first.to_lowercase())
        } else {
            sentence.push(first)
        }
    }
    sentence.extend(chars);
    match sentence.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &sentence[..end]),
        None => sentence,
    }
}
