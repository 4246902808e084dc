//! How often a number is about how much.

use super::charts::HEIGHT;
use super::{Body, Drawing, Series, bins};
use crate::style::{Style, count, words};
use crate::table::{Column, Table};
use crate::value::Value;

/// Counts the numbers of a column in bins of round edges.
pub fn histogram(panel: &mut Body<'_>, table: &Table) -> Result<(), String> {
    let x = table.pick(panel.head.x.as_deref(), "numbers", Column::is_number)?;
    let all = x.numbers()?;
    let mut numbers: Vec<f64> = all.iter().copied().flatten().collect();
    let left_out = all.len() - numbers.len();
    if numbers.is_empty() {
        panel.html.push_str(r#"<p class="empty">no numbers</p>"#);
        return Ok(());
    }
    numbers.sort_by(f64::total_cmp);
    let bins = bins::bins(&numbers, panel.head.bins);
    let edges: Vec<Value> = bins.edges.iter().map(|edge| Value::Float(*edge)).collect();
    let style = match x.style.is_plain() {
        true => Style::suiting(&edges),
        false => x.style.clone(),
    };
    let last = bins.counts.len().saturating_sub(1);
    let labels = bins.edges.windows(2).enumerate().map(|(index, edge)| {
        let (low, high) = (style.number(edge[0]), style.number(edge[1]));
        match bins.is_open && index == last {
            true => format!("{low} and more"),
            false => format!("{low} to {high}"),
        }
    });
    let labels = labels.collect();
    let drawing = Drawing {
        kind: "histogram",
        axis: "label",
        labels,
        lying: false,
        stack: false,
        x_title: words(&x.name),
        y_title: String::new(),
        x_style: style,
        series: vec![Series {
            name: "rows".to_owned(),
            xs: bins.edges.iter().map(|edge| Some(*edge)).collect(),
            ys: bins.counts.iter().map(|count| Some(*count as f64)).collect(),
            style: Style::suiting(&[]),
        }],
    };
    panel.draw(drawing, HEIGHT);
    if bins.is_open {
        let (high, most) = (x.style.number(bins.edges[last]), x.style.number(bins.most));
        panel.remark(&format!("The last bar is all from {high} on; the highest is {most}."));
    }
    if left_out > 0 {
        panel.remark(&format!(
            "Leaves out {} without a number.",
            count(left_out, "row", "rows")
        ));
    }
    Ok(())
}
