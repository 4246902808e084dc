//! A number for each pair of labels, as a grid of coloured cells.

use super::Body;
use super::series::Places;
use crate::html::escaped;
use crate::style::{DASH, words};
use crate::table::{Column, Kind, Table};
use crate::value::Value;

/// The most columns, and lines.
const CELLS: usize = 60;

/// Up to how many columns the numbers are written into the cells.
const WRITTEN: usize = 12;

/// The grid. Labels that are numbers or times are sorted, others come as they come.
pub fn heatmap(panel: &mut Body<'_>, table: &Table) -> Result<(), String> {
    let head = panel.head;
    let y_name = head.y.first().map(String::as_str);
    let named = |column: &Column, name: Option<&str>| name == Some(column.name.as_str());
    let value = match head.value.as_deref() {
        Some(name) => table.column(name)?,
        // The last number is the value, so that hours and weekdays before it are not.
        None => table
            .columns
            .iter()
            .rev()
            .find(|column| column.kind == Kind::Number && !named(column, head.x.as_deref()) && !named(column, y_name))
            .ok_or("expected a column of numbers besides `x` and `y`")?,
    };
    let x = table.pick(head.x.as_deref(), "labels for `x`", |column| {
        column.name != value.name && !named(column, y_name)
    })?;
    let y = table.pick(y_name, "labels for `y`", |column| {
        column.name != value.name && column.name != x.name
    })?;
    let numbers = value.numbers()?;
    let (x_places, x_order) = places(x, table.rows);
    let (y_places, y_order) = places(y, table.rows);
    let (x_style, y_style) = (x.style.of_places(&x.values), y.style.of_places(&y.values));
    let mut cells: Vec<Option<usize>> = vec![None; x_order.len() * y_order.len()];
    for (row, (x_place, y_place)) in x_places.iter().zip(&y_places).enumerate() {
        let cell = &mut cells[y_place * x_order.len() + x_place];
        if cell.is_some() {
            let (x_text, y_text) = (x.text(row), y.text(row));
            let (x_name, y_name) = (&x.name, &y.name);
            return Err(format!(
                "`{x_text}` and `{y_text}` are there twice; group the query by `{x_name}` and `{y_name}`"
            ));
        }
        *cell = Some(row);
    }
    let most = numbers.iter().flatten().fold(0.0, |most: f64, x| most.max(x.abs()));
    let is_written = x_order.len() <= WRITTEN;
    // So that each number has its place on a phone, too, where the grid scrolls.
    let (kind, cell) = if is_written { ("heat written", 52) } else { ("heat", 9) };
    let least = 70 + cell * x_order.len().min(CELLS);
    let html = &mut panel.html;
    html.push_str(&format!(
        r#"<div class="scroll"><table class="{kind}" style="min-width:{least}px"><thead><tr><td></td>"#
    ));
    let skip = labelled(x_order.iter().take(CELLS).map(|(_, row)| x_style.text(x.value(*row))));
    for (index, (_, row)) in x_order.iter().take(CELLS).enumerate() {
        let class = if is_written || index % skip == 0 {
            ""
        } else {
            r#" class="skip""#
        };
        html.push_str(&format!(
            r#"<th scope="col"{class}>{}</th>"#,
            escaped(&x_style.text(x.value(*row)))
        ));
    }
    html.push_str("</tr></thead><tbody>");
    for (y_place, y_row) in y_order.iter().take(CELLS) {
        let y_text = escaped(&y_style.text(y.value(*y_row)));
        html.push_str(&format!(r#"<tr><th scope="row">{y_text}</th>"#));
        for (x_place, x_row) in x_order.iter().take(CELLS) {
            let row = cells[y_place * x_order.len() + x_place];
            let number = row.and_then(|row| numbers[row]);
            let text = row.map_or_else(|| DASH.to_owned(), |row| escaped(&value.text(row)));
            let title = format!("{} · {y_text}: {text}", escaped(&x_style.text(x.value(*x_row))));
            let strength = number.map_or(0.0, |x| if most > 0.0 { x.abs() / most } else { 0.0 });
            let side = if number.is_some_and(|x| x < 0.0) { "below" } else { "" };
            // How dark the cell is tells the colour of its text, which differs between light and dark pages.
            let class = match strength {
                s if s > 0.72 => format!("{side} mid strong"),
                s if s > 0.5 => format!("{side} mid"),
                _ => side.to_owned(),
            };
            let inner = if is_written { text.as_str() } else { "" };
            html.push_str(&format!(
                r#"<td class="{}" style="--v:{strength:.3}" title="{title}">{inner}</td>"#,
                class.trim()
            ));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table></div>");
    if most > 0.0 && !is_written {
        let (nothing, most) = (value.style.number(0.0), value.style.number(most));
        panel.html.push_str(&format!(
            r#"<p class="scale"><span>{}</span><i></i><span>{}</span></p>"#,
            escaped(&nothing),
            escaped(&format!("{most} {}", words(&value.name)))
        ));
    }
    for (what, order) in [("columns", &x_order), ("lines", &y_order)] {
        if order.len() > CELLS {
            panel.remark(&format!("Shows the first {CELLS} of {} {what}.", order.len()));
        }
    }
    Ok(())
}

/// Each how many-th column shows its label, so that they do not run into each other. Those of hours all have room.
fn labelled(labels: impl Iterator<Item = String>) -> usize {
    let lengths: Vec<usize> = labels.map(|label| label.chars().count()).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    if longest <= 2 && lengths.len() <= 31 {
        return 1;
    }
    // Divisors of 12: on a phone, which shows each sixth, some are left.
    let least = lengths.len().div_ceil(10);
    [1, 2, 3, 6].into_iter().find(|step| *step >= least).unwrap_or(12)
}

/// The place of each row's label, and of each label its place and a row that has it, in the order of the page.
fn places(column: &Column, rows: usize) -> (Vec<usize>, Vec<(usize, usize)>) {
    let mut places = Places::default();
    let of_rows = (0..rows).map(|row| places.of(column.text(row), row)).collect();
    let mut order: Vec<(usize, usize)> = places.rows.iter().copied().enumerate().collect();
    if matches!(column.kind, Kind::Number | Kind::Time) {
        let key = |row: usize| match column.value(row) {
            Value::Time(ms) => *ms as f64,
            value => value.number().unwrap_or(f64::INFINITY),
        };
        order.sort_by(|a, b| key(a.1).total_cmp(&key(b.1)));
    }
    (of_rows, order)
}
