//! What a pipeline reads: tables over files, and the digest of those.

use std::collections::BTreeMap;

use tronie_engine::{Parameter, SessionBuilder};

use crate::config::{Source, text_of};
use crate::error::Error;
use crate::layout::{ident, quoted};
use crate::record::Input;
use crate::sql::Sql;

/// The path of a source, with the values of parameters in it.
pub(crate) fn location(name: &str, source: &Source, values: &BTreeMap<String, Parameter>) -> Result<String, Error> {
    let mut path = String::new();
    let mut rest = source.path.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        path.push_str(before);
        let end = after
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(after.len());
        let (parameter, behind) = after.split_at(end);
        let value = values.get(parameter).ok_or_else(|| {
            Error::Definition(format!(
                "pipeline.toml: the path of the source `{name}` has a parameter `${parameter}` that is not declared"
            ))
        })?;
        path.push_str(text_of(value));
        rest = behind;
    }
    path.push_str(rest);
    Ok(path)
}

/// Makes a source readable by its name.
///
/// # Errors
/// When there is nothing at its path, or a column is not there or of another type.
pub(crate) async fn define(sql: &Sql, name: &str, source: &Source, path: &str) -> Result<(), Error> {
    let at = || format!("the source `{name}`");
    let mut columns = Vec::new();
    for (column, data_type) in &source.columns {
        let Some(data_type) = data_type.as_str() else {
            return Err(Error::Definition(format!(
                "pipeline.toml: the type of `{name}.{column}` must be a SQL type in quotes, such as \"bigint\""
            )));
        };
        let read = source.rename.get(column).cloned().unwrap_or_else(|| ident(column));
        columns.push(format!("cast({read} as {data_type}) as {}", ident(column)));
    }
    if let Some(unknown) = source
        .rename
        .keys()
        .find(|column| !source.columns.contains_key(*column))
    {
        return Err(Error::Definition(format!(
            "pipeline.toml: `{name}.{unknown}` is renamed, but it is not among the columns of the source"
        )));
    }
    let columns = if columns.is_empty() {
        "*".to_owned()
    } else {
        columns.join(", ")
    };
    let view = format!(
        "create or replace view {} as select {columns} from {}",
        ident(name),
        quoted(path)
    );
    sql.rows(&view).await.map_err(Error::step(at()))?;
    Ok(())
}

/// What a source consists of now.
///
/// # Errors
/// When it cannot be listed.
pub(crate) async fn input(builder: &SessionBuilder, name: &str, path: &str) -> Result<Input, Error> {
    let files = builder
        .files(path)
        .await
        .map_err(Error::step(format!("the source `{name}`")))?;
    let mut digest = blake3::Hasher::new();
    let mut bytes = 0;
    for file in &files {
        digest.update(file.path.as_bytes());
        digest.update(&file.size.to_le_bytes());
        digest.update(file.stamp.as_bytes());
        bytes += file.size;
    }
    Ok(Input {
        source: name.to_owned(),
        location: path.to_owned(),
        files: files.len() as u64,
        bytes,
        digest: digest.finalize().to_hex().to_string(),
    })
}
