//! Rows as they are: the table of a panel, and the one below each chart.

use super::{Body, ROWS};
use crate::html::{escaped, shown};
use crate::style::{count, whole, words};
use crate::table::{Column, Kind, Table};
use crate::value::Value;

/// The rows as a table.
pub fn rows(panel: &mut Body<'_>, table: &Table) {
    write(&mut panel.html, table);
}

/// A table below a chart, for people who want the figures and for screen readers.
pub fn details(panel: &mut Body<'_>, table: &Table) {
    panel.html.push_str("<details><summary>Data</summary>");
    write(&mut panel.html, table);
    if table.rows > ROWS {
        let (shown, total) = (count(ROWS, "row", "rows"), whole(table.rows as u64));
        panel.remark(&format!("The first {shown} of {total}."));
    }
    panel.html.push_str("</details>");
}

fn write(html: &mut String, table: &Table) {
    html.push_str(r#"<div class="scroll"><table><thead><tr>"#);
    for column in &table.columns {
        html.push_str(&format!(
            r#"<th scope="col"{}>{}</th>"#,
            class(column),
            escaped(&words(&column.name))
        ));
    }
    html.push_str("</tr></thead><tbody>");
    for row in 0..table.rows.min(ROWS) {
        html.push_str("<tr>");
        for column in &table.columns {
            let value = shown(column.value(row), &column.style);
            html.push_str(&format!("<td{}>{value}</td>", class(column)));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table></div>");
}

fn class(column: &Column) -> &'static str {
    match column.kind {
        Kind::Number => r#" class="n""#,
        Kind::Time => r#" class="t""#,
        Kind::Text if column.values.iter().any(is_long) => r#" class="long""#,
        _ => "",
    }
}

/// Whether a text needs a column wide enough to be read.
fn is_long(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.len() > 60)
}
