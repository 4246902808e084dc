//! What happened when.

use super::Body;
use crate::html::{escaped, shown};
use crate::style::words;
use crate::table::{Kind, Table};
use crate::value::Value;

/// Rows with `at`, `kind` and `text`, in the order in which they come; other columns stand below the text.
pub fn timeline(panel: &mut Body<'_>, table: &Table) -> Result<(), String> {
    let at = table.column("at")?;
    if !matches!(at.kind, Kind::Time | Kind::Nothing) {
        return Err("column `at` is no time; cast it to a date or a timestamp".to_owned());
    }
    let kind = table.column("kind")?;
    let text = table.column("text")?;
    panel.html.push_str(r#"<ol class="timeline">"#);
    for row in 0..table.rows {
        panel.html.push_str(&format!(
            r#"<li><time>{}</time><div><b>{}</b><span>{}</span>"#,
            escaped(&at.text(row)),
            escaped(&words(&kind.text(row))),
            shown(text.value(row), &text.style)
        ));
        for column in &table.columns {
            if ["at", "kind", "text"].contains(&column.name.as_str()) || *column.value(row) == Value::Null {
                continue;
            }
            let (name, value) = (escaped(&words(&column.name)), shown(column.value(row), &column.style));
            panel.html.push_str(&format!("<small>{name} {value}</small> "));
        }
        panel.html.push_str("</div></li>");
    }
    panel.html.push_str("</ol>");
    Ok(())
}
