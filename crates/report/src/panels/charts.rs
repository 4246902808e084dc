//! Charts that the page's script draws: bars, lines, shares, points.

use super::series::{self, Axis, Places, SERIES};
use super::{Body, Drawing, Series};
use crate::head::Chart;
use crate::html::escaped;
use crate::style::words;
use crate::table::{Column, Kind, Table};
use crate::value::Value;

/// The usual height of a chart in pixels.
pub const HEIGHT: usize = 300;

/// From how wide a label on bars lie; a Chinese character is two wide.
const LONG: usize = 12;

/// The most shares of a whole; what comes after is one more.
const SHARES: usize = 6;

/// Bars, lying where a label is long.
pub fn bars(panel: &mut Body<'_>, table: &Table) -> Result<(), String> {
    let axis = series::read(panel.head, table)?;
    let labels = axis.labels();
    let is_long = labels.iter().any(|label| width(label) > LONG) && axis.kind == "label";
    let lying = panel.head.chart == Chart::Bar && is_long;
    let bars = if panel.head.stack { 1 } else { axis.series.len() };
    let height = match lying {
        true => 56 + labels.len() * (16 + 12 * bars.clamp(1, 4)),
        false => HEIGHT,
    };
    draw(panel, axis, labels, lying, height);
    Ok(())
}

/// Lines over times, numbers or labels.
pub fn lines(panel: &mut Body<'_>, table: &Table) -> Result<(), String> {
    let mut axis = series::read(panel.head, table)?;
    let mut labels = Vec::new();
    if axis.kind == "label" {
        labels = axis.labels();
    } else {
        let xs: Vec<Option<f64>> = axis.positions.iter().map(position).collect();
        let mut order: Vec<usize> = (0..xs.len()).filter(|index| xs[*index].is_some()).collect();
        if order.len() < xs.len() {
            let left_out = xs.len() - order.len();
            axis.remarks
                .push(format!("Leaves out {left_out} without a value of {}.", axis.name));
        }
        order.sort_by(|a, b| xs[*a].partial_cmp(&xs[*b]).unwrap_or(std::cmp::Ordering::Equal));
        for series in &mut axis.series {
            series.ys = order
                .iter()
                .map(|index| series.ys.get(*index).copied().flatten())
                .collect();
            series.xs = order.iter().map(|index| xs[*index]).collect();
        }
    }
    draw(panel, axis, labels, false, HEIGHT);
    Ok(())
}

fn draw(panel: &mut Body<'_>, axis: Axis, labels: Vec<String>, lying: bool, height: usize) {
    let drawing = Drawing {
        kind: match panel.head.chart {
            Chart::Line => "line",
            Chart::Area => "area",
            _ => "bar",
        },
        axis: axis.kind_of(&labels),
        labels,
        lying,
        stack: panel.head.stack,
        x_title: String::new(),
        y_title: String::new(),
        x_style: axis.style,
        series: axis.series,
    };
    panel.draw(drawing, height);
    for remark in axis.remarks {
        panel.remark(&remark);
    }
}

impl Axis {
    fn labels(&self) -> Vec<String> {
        self.positions.iter().map(|value| self.style.text(value)).collect()
    }

    fn kind_of(&self, labels: &[String]) -> &'static str {
        if labels.is_empty() { self.kind } else { "label" }
    }
}

/// Shares of a whole, with a legend that says them.
pub fn doughnut(panel: &mut Body<'_>, table: &Table) -> Result<(), String> {
    let x = table.pick(panel.head.x.as_deref(), "labels", |column| column.kind == Kind::Text)?;
    let y = match table.pick_numbers(&panel.head.y, &[&x.name])?.as_slice() {
        [y, ..] if panel.head.y.len() < 2 => *y,
        ys => return Err(format!("`y` of a doughnut is one column, got {}", ys.len())),
    };
    let mut shares: Vec<(String, f64)> = Vec::new();
    for (row, number) in y.numbers()?.into_iter().enumerate() {
        let number = number.unwrap_or(0.0);
        if number < 0.0 {
            let (label, value) = (x.text(row), y.text(row));
            return Err(format!(
                "`{label}` has {value}, and a share is not below 0; take chart `bar`"
            ));
        }
        shares.push((x.text(row), number));
    }
    let total: f64 = shares.iter().map(|(_, share)| share).sum();
    if total <= 0.0 || !total.is_finite() {
        panel.html.push_str(r#"<p class="empty">nothing but zeros</p>"#);
        return Ok(());
    }
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    if shares.len() > SHARES + 1 {
        let rest = shares.split_off(SHARES);
        let sum = rest.iter().map(|(_, share)| share).sum();
        shares.push((format!("{} others", rest.len()), sum));
    }
    let mut legend = String::from(r#"<ul class="legend">"#);
    for (index, (label, share)) in shares.iter().enumerate() {
        legend.push_str(&format!(
            r#"<li><i class="c{}"></i><span>{}</span><b>{}</b><em>{:.1}%</em></li>"#,
            index + 1,
            escaped(label),
            escaped(&y.style.number(*share)),
            share / total * 100.0
        ));
    }
    legend.push_str("</ul>");
    panel.html.push_str(r#"<div class="shares">"#);
    let drawing = Drawing {
        kind: "doughnut",
        axis: "label",
        labels: shares.iter().map(|(label, _)| label.clone()).collect(),
        lying: false,
        stack: false,
        x_title: String::new(),
        y_title: String::new(),
        x_style: x.style.clone(),
        series: vec![Series {
            name: words(&y.name),
            xs: Vec::new(),
            ys: shares.iter().map(|(_, share)| Some(*share)).collect(),
            style: y.style.clone(),
        }],
    };
    panel.draw(drawing, 200);
    panel.html.push_str(&legend);
    panel.html.push_str("</div>");
    Ok(())
}

/// Points of two numbers, coloured by a column.
pub fn scatter(panel: &mut Body<'_>, table: &Table) -> Result<(), String> {
    let head = panel.head;
    let by = head.series.as_deref().map(|name| table.column(name)).transpose()?;
    let by_name = by.map_or("", |column| column.name.as_str());
    let free = |column: &Column| column.is_number() && column.name != by_name && !head.y.contains(&column.name);
    let x = table.pick(head.x.as_deref(), "numbers for `x`", free)?;
    let y = match head.y.as_slice() {
        [] => table.pick(None, "numbers for `y`", |column| free(column) && column.name != x.name)?,
        [name] => table.column(name)?,
        names => return Err(format!("`y` of a scatter is one column, got {}", names.len())),
    };
    let xs = match x.kind {
        Kind::Time => x.values.iter().map(position).collect(),
        _ => x.numbers()?,
    };
    let mut names = Places::default();
    let mut series: Vec<Series> = Vec::new();
    let mut left_out = 0;
    for (row, (x_value, y_value)) in xs.into_iter().zip(y.numbers()?).enumerate() {
        let (Some(x_value), Some(y_value)) = (x_value, y_value) else {
            left_out += 1;
            continue;
        };
        // What has no colour of its own any more shares the last one.
        let place = names
            .of(by.map_or_else(String::new, |by| by.text(row)), row)
            .min(SERIES - 1);
        if place == series.len() {
            series.push(Series {
                name: names.texts[place].clone(),
                xs: Vec::new(),
                ys: Vec::new(),
                style: y.style.clone(),
            });
        }
        series[place].xs.push(Some(x_value));
        series[place].ys.push(Some(y_value));
    }
    if names.texts.len() > SERIES
        && let Some(last) = series.last_mut()
    {
        last.name = format!("{} others", names.texts.len() - SERIES + 1);
    }
    let drawing = Drawing {
        kind: "scatter",
        axis: if x.kind == Kind::Time { "time" } else { "number" },
        labels: Vec::new(),
        lying: false,
        stack: false,
        x_title: words(&x.name),
        y_title: words(&y.name),
        x_style: x.style.clone(),
        series,
    };
    panel.draw(drawing, HEIGHT + 40);
    if left_out > 0 {
        panel.remark(&format!("Leaves out {left_out} without both numbers."));
    }
    Ok(())
}

fn position(value: &Value) -> Option<f64> {
    match value {
        // 2^53 milliseconds are 285,000 years.
        Value::Time(ms) => Some(*ms as f64),
        value => value.number(),
    }
}

/// How wide a text is, in Latin characters.
fn width(text: &str) -> usize {
    text.chars().map(|letter| 1 + usize::from(letter >= '\u{1100}')).sum()
}
