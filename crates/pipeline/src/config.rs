//! `pipeline.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use tronie_engine::Parameter;

use crate::error::Error;

/// What `pipeline.toml` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What the pipeline makes, in a sentence.
    #[serde(default)]
    pub description: String,
    /// Who answers for it.
    #[serde(default)]
    pub owner: String,
    /// The folder of a pipeline, from this one, whose files and settings are this one's where it has none of the name.
    pub extends: Option<String>,
    /// What a run may be told.
    #[serde(default)]
    pub parameters: BTreeMap<String, ParameterConfig>,
    /// What it reads.
    #[serde(default)]
    pub sources: BTreeMap<String, Source>,
    /// What it publishes.
    #[serde(default)]
    pub outputs: BTreeMap<String, Output>,
    /// What is said about files in `checks/`.
    #[serde(default)]
    pub checks: BTreeMap<String, CheckConfig>,
}

/// A parameter: `$name` in SQL and in the paths of sources.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterConfig {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ParameterKind,
    /// Its value where a run is told none; without one a run has to be.
    pub default: Option<toml::Value>,
    /// Whether records of runs must not hold its value.
    #[serde(default)]
    pub secret: bool,
    /// What it is for.
    #[serde(default)]
    pub description: String,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A day, as `2026-11-01`.
    Date,
    /// A time, as `2026-11-01 08:00:00`.
    Timestamp,
}

/// A table that is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// A file, folder, glob or URL, or the name of a table of the warehouse. Parameters may stand in it.
    pub path: String,
    /// What it holds.
    #[serde(default)]
    pub description: String,
    /// The columns that are read, each with its SQL type; all of them as they are if none is named.
    #[serde(default)]
    pub columns: toml::Table,
    /// Columns that are called otherwise in the files: the name in the pipeline, and what it is there, a column or an
    /// expression of its columns.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// How old its newest row may be.
    pub freshness: Option<Freshness>,
}

/// How old the newest row of a table may be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freshness {
    /// The column of times or days.
    pub column: String,
    /// The greatest age, as SQL writes intervals: `2 days`.
    pub within: String,
    /// Whether a run stops where it is older.
    #[serde(default)]
    pub severity: Severity,
}

/// A table that is published.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// What a row is told apart by: not null and unique, which is checked.
    #[serde(default)]
    pub key: Vec<String>,
    /// The columns that files are grouped by.
    #[serde(default)]
    pub partition_by: Vec<String>,
    /// What becomes of rows that were published before.
    #[serde(default)]
    pub publish: Publish,
    /// Columns that have a value in each row.
    #[serde(default)]
    pub not_null: Vec<String>,
    /// Columns that have only these values, or none.
    #[serde(default)]
    pub accepted_values: BTreeMap<String, Vec<String>>,
    /// How many rows there may be.
    #[serde(default)]
    pub rows: RowBounds,
    /// What it holds.
    #[serde(default)]
    pub description: String,
}

/// What becomes of rows that were published before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Publish {
    /// They go.
    #[default]
    Replace,
    /// Those with a key that is among the new rows go.
    Merge,
    /// Those of partitions that there are new rows of go.
    ReplacePartitions,
    /// They stay.
    Append,
}

/// How many rows there may be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowBounds {
    /// The least.
    pub min: Option<u64>,
    /// The most.
    pub max: Option<u64>,
    /// By which share there may be more or fewer than in the run before.
    pub max_change: Option<f64>,
}

/// What is said about a file in `checks/`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckConfig {
    /// Whether a run stops where it finds rows.
    #[serde(default)]
    pub severity: Severity,
    /// What it looks for.
    #[serde(default)]
    pub description: String,
}

/// What a check that finds rows does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is published.
    #[default]
    Error,
    /// It is reported.
    Warning,
}

impl Config {
    /// Reads the text of a `pipeline.toml`.
    ///
    /// # Errors
    /// With the line where it is not one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|e| Error::Definition(format!("pipeline.toml: {}", e.to_string().trim_end())))
    }

    /// These settings over those of another pipeline.
    pub(crate) fn over(self, base: Self) -> Self {
        fn over<T>(mut base: BTreeMap<String, T>, own: BTreeMap<String, T>) -> BTreeMap<String, T> {
            base.extend(own);
            base
        }
        let text = |own: String, base| if own.is_empty() { base } else { own };
        Self {
            description: text(self.description, base.description),
            owner: text(self.owner, base.owner),
            extends: self.extends,
            parameters: over(base.parameters, self.parameters),
            sources: over(base.sources, self.sources),
            outputs: over(base.outputs, self.outputs),
            checks: over(base.checks, self.checks),
        }
    }

    /// The values of all parameters: those `given`, else the defaults.
    ///
    /// # Errors
    /// For an unknown name, a value of another type, and a parameter without a value.
    pub fn values(&self, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, Parameter>, Error> {
        if let Some(unknown) = given.keys().find(|name| !self.parameters.contains_key(*name)) {
            let known: Vec<&str> = self.parameters.keys().map(String::as_str).collect();
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                format!("`{}`", known.join("`, `"))
            };
            return Err(Error::Definition(format!(
                "there is no parameter `{unknown}` (parameters there: {known})"
            )));
        }
        let value = |(name, parameter): (&String, &ParameterConfig)| {
            Ok((name.clone(), parameter.value(name, given.get(name))?))
        };
        self.parameters.iter().map(value).collect()
    }
}

impl ParameterConfig {
    /// The value that is `given`, else the default.
    pub(crate) fn value(&self, name: &str, given: Option<&String>) -> Result<Parameter, Error> {
        let text = match (given, &self.default) {
            (Some(text), _) => text.clone(),
            (None, Some(toml::Value::String(text))) => text.clone(),
            (None, Some(other)) => other.to_string(),
            (None, None) => {
                return Err(Error::Definition(format!(
                    "the parameter `{name}` needs a value; give --param {name}=.."
                )));
            }
        };
        self.kind.read(name, text)
    }
}

impl ParameterKind {
    fn read(self, name: &str, text: String) -> Result<Parameter, Error> {
        let refused = |expected: &str| {
            Err(Error::Definition(format!(
                "the parameter `{name}` must be {expected}, got '{text}'"
            )))
        };
        match self {
            Self::Text => Ok(Parameter::Text(text)),
            Self::Number => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Parameter::Number(text)),
                _ => refused("a number"),
            },
            Self::Boolean => match text.as_str() {
                "true" => Ok(Parameter::Flag(true)),
                "false" => Ok(Parameter::Flag(false)),
                _ => refused("true or false"),
            },
            Self::Date => match chrono::NaiveDate::parse_from_str(&text, "%Y-%m-%d") {
                Ok(date) => Ok(Parameter::Date(date.to_string())),
                Err(_) => refused("a day such as 2026-11-01"),
            },
            Self::Timestamp => {
                let read = |format| chrono::NaiveDateTime::parse_from_str(&text, format);
                match read("%Y-%m-%d %H:%M:%S").or_else(|_| read("%Y-%m-%dT%H:%M:%S")) {
                    Ok(time) => Ok(Parameter::Timestamp(time.to_string())),
                    Err(_) => refused("a time such as 2026-11-01 08:00:00"),
                }
            }
        }
    }
}

/// A parameter as it stands in the path of a source.
pub(crate) fn text_of(value: &Parameter) -> &str {
    match value {
        Parameter::Text(text) | Parameter::Number(text) | Parameter::Date(text) | Parameter::Timestamp(text) => text,
        Parameter::Flag(true) => "true",
        Parameter::Flag(false) => "false",
    }
}
