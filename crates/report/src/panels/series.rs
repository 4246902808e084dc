//! Rows as series over one axis: a column of labels, times or numbers, and numbers beside it.

use super::Series;
use crate::head::Head;
use crate::style::{Style, words};
use crate::table::{Column, Kind, Table};
use crate::value::Value;

/// The most series: as many as there are colours that anybody can tell apart.
pub const SERIES: usize = 7;

/// Series over one axis.
#[derive(Debug)]
pub struct Axis {
    pub name: String,
    /// `label`, `time` or `number`.
    pub kind: &'static str,
    /// The column that the positions are of.
    pub positions: Vec<Value>,
    pub style: Style,
    pub series: Vec<Series>,
    /// What is not shown.
    pub remarks: Vec<String>,
}

/// Reads the series that the head names: columns of numbers, or one column split by another.
pub fn read(head: &Head, table: &Table) -> Result<Axis, String> {
    let splits = head.series.as_deref().map(|name| table.column(name)).transpose()?;
    let split_name = splits.map_or("", |column| column.name.as_str());
    let first = |column: &Column| {
        column.name != split_name && !head.y.contains(&column.name) && !matches!(column.kind, Kind::Words | Kind::Other)
    };
    // Labels and times before numbers, where the head names none.
    let named = head.x.as_deref();
    let x = match table.pick(named, "labels", |column| {
        first(column) && matches!(column.kind, Kind::Text | Kind::Time)
    }) {
        Err(_) if named.is_none() => table.pick(None, "labels, times or numbers", first)?,
        picked => picked?,
    };
    let ys = table.pick_numbers(&head.y, &[&x.name, split_name])?;
    let mut remarks = Vec::new();
    let (positions, mut series) = match splits {
        None => {
            let mut series = Vec::new();
            for y in ys {
                series.push(Series {
                    name: words(&y.name),
                    xs: Vec::new(),
                    ys: y.numbers()?,
                    style: y.style.clone(),
                });
            }
            (x.values.clone(), series)
        }
        Some(by) => match ys.as_slice() {
            [y] => split(x, y, by, table.rows)?,
            ys => {
                return Err(format!(
                    "`series` splits one column of numbers, got {}; name one by `y`",
                    ys.len()
                ));
            }
        },
    };
    if series.len() > SERIES {
        remarks.push(format!("Shows the first {SERIES} of {} series.", series.len()));
        series.truncate(SERIES);
    }
    let kind = match x.kind {
        Kind::Time => "time",
        Kind::Number => "number",
        _ => "label",
    };
    Ok(Axis {
        name: words(&x.name),
        kind,
        style: x.style.of_places(&x.values),
        positions,
        series,
        remarks,
    })
}

/// One series for each value of a column, in the order in which they come.
fn split(x: &Column, y: &Column, by: &Column, rows: usize) -> Result<(Vec<Value>, Vec<Series>), String> {
    let numbers = y.numbers()?;
    let mut places = Places::default();
    let mut names = Places::default();
    let mut cells = Vec::with_capacity(rows);
    for row in 0..rows {
        let cell = (places.of(x.text(row), row), names.of(by.text(row), row));
        cells.push((cell, numbers.get(row).copied().flatten()));
    }
    let mut series: Vec<Series> = names
        .texts
        .iter()
        .map(|name| Series {
            name: name.clone(),
            xs: Vec::new(),
            ys: vec![None; places.texts.len()],
            style: y.style.clone(),
        })
        .collect();
    let mut seen = std::collections::HashSet::new();
    for ((place, name), number) in cells {
        if !seen.insert((place, name)) {
            return Err(format!(
                "`{}` is there twice for `{}`; group the query by `{}` and `{}`",
                places.texts[place], names.texts[name], x.name, by.name
            ));
        }
        series[name].ys[place] = number;
    }
    let positions = places.rows.iter().map(|row| x.value(*row).clone()).collect();
    Ok((positions, series))
}

/// Different texts, in the order in which they come.
#[derive(Default)]
pub struct Places {
    pub texts: Vec<String>,
    /// The row in which each was first.
    pub rows: Vec<usize>,
    known: std::collections::HashMap<String, usize>,
}

impl Places {
    /// The place of a text, a new one if it is new.
    pub fn of(&mut self, text: String, row: usize) -> usize {
        if let Some(place) = self.known.get(&text) {
            return *place;
        }
        let place = self.texts.len();
        self.known.insert(text.clone(), place);
        self.texts.push(text);
        self.rows.push(row);
        place
    }
}
