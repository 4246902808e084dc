//! Checks: queries that must find no rows.

use std::collections::BTreeMap;

use tronie_engine::{Parameter, Statement, split};

use crate::config::{Config, Freshness, Output, Severity};
use crate::error::Error;
use crate::layout::{ident, quoted};
use crate::load::Pipeline;
use crate::record::{CheckRecord, RunRecord};
use crate::sql::{Sql, first_row, len};

/// Rows that a check looks for at most.
const MOST_FOUND: u64 = 1000;

/// A check that is ready to run.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) severity: Severity,
    query: Statement,
    /// The table that it looks at, if it is of one output or source.
    pub(crate) table: Option<String>,
}

/// All checks of a pipeline: its own files, and those that `pipeline.toml` asks for.
///
/// # Errors
/// When a parameter has no value.
pub(crate) fn all(
    pipeline: &Pipeline,
    values: &BTreeMap<String, Parameter>,
    before: Option<&RunRecord>,
) -> Result<Vec<Check>, Error> {
    let mut checks = Vec::new();
    for step in &pipeline.checks {
        let config = pipeline.config.checks.get(&step.name).cloned().unwrap_or_default();
        checks.push(Check {
            name: step.name.clone(),
            severity: config.severity,
            query: step.statement.clone().bind(values).map_err(Error::step(step.file()))?,
            table: None,
        });
    }
    for (table, text, name, severity) in ready_made(&pipeline.config, values, before) {
        let mut statements = split(&text).map_err(Error::step(name.clone()))?;
        if let Some(query) = statements.pop() {
            checks.push(Check {
                name,
                severity,
                query,
                table: Some(table),
            });
        }
    }
    Ok(checks)
}

type Ready = (String, String, String, Severity);

fn ready_made(config: &Config, values: &BTreeMap<String, Parameter>, before: Option<&RunRecord>) -> Vec<Ready> {
    let mut ready = Vec::new();
    for (table, output) in &config.outputs {
        let mut add = |what: &str, text: String| {
            ready.push((table.clone(), text, format!("{table}: {what}"), Severity::Error));
        };
        let from = ident(table);
        if !output.key.is_empty() {
            let key: Vec<String> = output.key.iter().map(|column| ident(column)).collect();
            let key = key.join(", ");
            add(
                "unique key",
                format!("select {key}, count(*) as rows from {from} group by {key} having count(*) > 1"),
            );
        }
        for column in output.key.iter().chain(&output.not_null) {
            let column_name = ident(column);
            add(
                &format!("`{column}` is not null"),
                format!("select * from {from} where {column_name} is null"),
            );
        }
        for (column, accepted) in &output.accepted_values {
            let accepted: Vec<String> = accepted.iter().map(|value| quoted(value)).collect();
            let (name, accepted) = (ident(column), accepted.join(", "));
            add(
                &format!("accepted values of `{column}`"),
                format!(
                    "select {name}, count(*) as rows from {from} where cast({name} as varchar) not in ({accepted}) \
                     group by {name}"
                ),
            );
        }
        if let Some(bounds) = rows_outside(table, output, before) {
            add(
                "number of rows",
                format!("select rows from (select count(*) as rows from {from}) where {bounds}"),
            );
        }
    }
    for (name, source) in &config.sources {
        if let Some(freshness) = &source.freshness {
            ready.push((
                name.clone(),
                stale(name, freshness, values),
                format!("{name}: freshness"),
                freshness.severity,
            ));
        }
    }
    ready
}

fn rows_outside(table: &str, output: &Output, before: Option<&RunRecord>) -> Option<String> {
    let mut outside = Vec::new();
    outside.extend(output.rows.min.map(|least| format!("rows < {least}")));
    outside.extend(output.rows.max.map(|most| format!("rows > {most}")));
    let last = before.and_then(|before| before.outputs.iter().find(|output| output.table == table));
    if let (Some(change), Some(last)) = (output.rows.max_change, last) {
        let (least, most) = (last.rows as f64 * (1.0 - change), last.rows as f64 * (1.0 + change));
        outside.push(format!("rows < {least} or rows > {most}"));
    }
    (!outside.is_empty()).then(|| outside.join(" or "))
}

/// The newest row where it is too old, as of the parameter `as_of`, or now.
fn stale(source: &str, freshness: &Freshness, values: &BTreeMap<String, Parameter>) -> String {
    let (column, from, within) = (ident(&freshness.column), ident(source), quoted(&freshness.within));
    let as_of = match values.get("as_of") {
        Some(Parameter::Date(day)) => format!("cast({} as timestamp)", quoted(day)),
        Some(Parameter::Timestamp(time)) => format!("cast({} as timestamp)", quoted(time)),
        _ => "now()".to_owned(),
    };
    format!(
        "select newest from (select max(cast({column} as timestamp)) as newest from {from} \
         where cast({column} as timestamp) <= {as_of}) where newest is null or newest < {as_of} - interval {within}"
    )
}

impl Check {
    /// Runs it.
    ///
    /// # Errors
    /// When it is no query, or cannot run.
    pub(crate) async fn run(&self, sql: &Sql) -> Result<CheckRecord, Error> {
        let limited = format!("select * from ({}) limit {MOST_FOUND}", self.query);
        let found = sql
            .rows(&limited)
            .await
            .map_err(Error::step(format!("the check `{}`", self.name)))?;
        Ok(CheckRecord {
            check: self.name.clone(),
            severity: self.severity,
            found: len(&found),
            example: first_row(&found),
        })
    }
}

/// What is said of checks that found rows.
pub(crate) fn failed(checks: &[CheckRecord]) -> Option<Error> {
    let failed: Vec<String> = checks
        .iter()
        .filter(|check| check.found > 0 && check.severity == Severity::Error)
        .map(|check| {
            let many = if check.found >= MOST_FOUND { " or more" } else { "" };
            let example = check.example.as_deref().unwrap_or_default();
            format!(
                "the check `{}` found {}{many} rows ({example})",
                check.check, check.found
            )
        })
        .collect();
    (!failed.is_empty()).then(|| Error::Checks(format!("{}; nothing was published", failed.join("; "))))
}
