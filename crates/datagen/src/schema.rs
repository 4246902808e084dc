//! What the tables look like. SCHEMA.md is what people read, and what is read here: there is no second description.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::Error;

const PAGE: &str = include_str!("../SCHEMA.md");

/// What is done to a row, or to one of its values, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dirt {
    Twice,
    Null,
    Huge,
    Negative,
    Future,
    Unknown,
    Html,
    Mojibake,
    Broken,
    Upper,
    Spaced,
    Wide,
}

/// A table as SCHEMA.md describes it.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) schema: SchemaRef,
    /// Per mille of the rows, added up, with the column and what is done there.
    pub(crate) dirt: Vec<(u64, usize, Dirt)>,
}

/// The tables of an industry, in the order of the page.
pub(crate) fn layouts(industry: &str) -> Result<Vec<Layout>, Error> {
    let mut layouts = Vec::new();
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        let name = line
            .strip_prefix("### ")
            .and_then(|name| name.strip_prefix(industry)?.strip_prefix('.'));
        if let Some(name) = name {
            let description = lines.by_ref().find(|line| !line.is_empty()).unwrap_or_default();
            layouts.push(layout(name, description, &mut lines)?);
        }
    }
    Ok(layouts)
}

fn layout(
    name: &'static str,
    description: &'static str,
    lines: &mut std::str::Lines<'static>,
) -> Result<Layout, Error> {
    let wrong = |reason: String| Error::Schema {
        table: name.to_owned(),
        reason,
    };
    let rows = lines.by_ref().skip_while(|line| !line.starts_with("| ---")).skip(1);
    let (mut fields, mut dirt, mut sum) = (Vec::new(), Vec::new(), 0);
    for row in rows.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [column, kind, null, meaning, stains] = cells[..] else {
            return Err(wrong(format!("a row has {} cells, expected 5", cells.len())));
        };
        let kind = match kind {
            "Utf8" => DataType::Utf8,
            "Int64" => DataType::Int64,
            "Float64" => DataType::Float64,
            "Boolean" => DataType::Boolean,
            "Timestamp" => DataType::Timestamp(TimeUnit::Microsecond, None),
            "Date32" => DataType::Date32,
            other => return Err(wrong(format!("there is no type `{other}`"))),
        };
        let mut is_nullable = null == "yes";
        for stain in stains.split(',').map(str::trim).filter(|stain| !stain.is_empty()) {
            let (word, share) = stain.split_once(' ').unwrap_or((stain, ""));
            let what = named(word).ok_or_else(|| wrong(format!("there is no dirt `{word}`")))?;
            sum += share
                .parse::<u64>()
                .map_err(|e| wrong(format!("`{share}` is no share: {e}")))?;
            is_nullable |= what == Dirt::Null;
            dirt.push((sum, fields.len(), what));
        }
        let comment = HashMap::from([("comment".to_owned(), meaning.replace('`', ""))]);
        fields.push(Field::new(column, kind, is_nullable).with_metadata(comment));
    }
    if fields.is_empty() {
        return Err(wrong("it has no columns".to_owned()));
    }
    Ok(Layout {
        name,
        description,
        schema: Arc::new(Schema::new(fields)),
        dirt,
    })
}

fn named(word: &str) -> Option<Dirt> {
    Some(match word {
        "twice" => Dirt::Twice,
        "null" => Dirt::Null,
        "huge" => Dirt::Huge,
        "negative" => Dirt::Negative,
        "future" => Dirt::Future,
        "unknown" => Dirt::Unknown,
        "html" => Dirt::Html,
        "mojibake" => Dirt::Mojibake,
        "broken" => Dirt::Broken,
        "upper" => Dirt::Upper,
        "spaced" => Dirt::Spaced,
        "wide" => Dirt::Wide,
        _ => return None,
    })
}
