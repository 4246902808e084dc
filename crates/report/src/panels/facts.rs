//! One row: as big figures, or as names with values.

use super::Body;
use crate::html::{escaped, shown};
use crate::style::words;
use crate::table::Table;
use crate::value::Value;

/// Each column a big figure with its name.
pub fn number(panel: &mut Body<'_>, table: &Table) -> Result<(), String> {
    panel.html.push_str(r#"<dl class="figures">"#);
    for column in &table.columns {
        if matches!(column.value(0), Value::List(_) | Value::Struct(_)) {
            return Err(format!(
                "column `{}` is no single value; take a field of it, or chart `facts`",
                column.name
            ));
        }
        let (name, value) = (escaped(&words(&column.name)), escaped(&column.text(0)));
        let size = if column.text(0).chars().count() > 14 {
            " class=\"small\""
        } else {
            ""
        };
        panel
            .html
            .push_str(&format!("<div><dt>{name}</dt><dd{size}>{value}</dd></div>"));
    }
    panel.html.push_str("</dl>");
    Ok(())
}

/// The row as a list of names and values.
pub fn facts(panel: &mut Body<'_>, table: &Table) {
    panel.html.push_str(r#"<dl class="facts">"#);
    for column in &table.columns {
        let (name, value) = (escaped(&words(&column.name)), shown(column.value(0), &column.style));
        panel
            .html
            .push_str(&format!("<div><dt>{name}</dt><dd>{value}</dd></div>"));
    }
    panel.html.push_str("</dl>");
}
