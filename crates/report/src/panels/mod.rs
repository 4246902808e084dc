//! What is inside a panel: one file a family of charts.

mod bins;
mod charts;
mod facts;
mod heatmap;
mod histogram;
mod rows;
mod series;
mod texts;
mod timeline;
mod words;

use arrow::array::RecordBatch;
use serde::Serialize;

use crate::head::{Chart, Head};
use crate::html::escaped;
use crate::style::{Style, count, whole};
use crate::table::Table;

/// The most rows of a table, and of the one below a chart.
const ROWS: usize = 200;

/// From which height on, in pixels, a chart scrolls.
const TALL: usize = 900;

/// The most rows that a chart reads.
fn limit(chart: Chart) -> usize {
    match chart {
        Chart::Number | Chart::Facts => 1,
        Chart::Bar | Chart::Column | Chart::Table | Chart::Keywords => ROWS,
        Chart::Text => 100,
        Chart::Timeline => 300,
        Chart::Line | Chart::Area | Chart::Scatter | Chart::Doughnut | Chart::Heatmap => 5000,
        // They are counted, not drawn.
        Chart::Histogram => 1_000_000,
    }
}

/// What the page's script draws a chart from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drawing {
    pub kind: &'static str,
    /// What `xs` are: `label`, `time` (milliseconds since 1970) or `number`.
    pub axis: &'static str,
    pub labels: Vec<String>,
    pub lying: bool,
    pub stack: bool,
    pub x_title: String,
    pub y_title: String,
    pub x_style: Style,
    pub series: Vec<Series>,
}

/// A line, or the bars of one colour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    pub name: String,
    /// Where its points are; empty where they are at the labels, one by one.
    pub xs: Vec<Option<f64>>,
    pub ys: Vec<Option<f64>>,
    pub style: Style,
}

/// The inside of a panel. What its script needs goes to `drawings`.
///
/// # Errors
/// Rows that its chart cannot show.
pub fn body(head: &Head, batches: &[RecordBatch], drawings: &mut Vec<Drawing>) -> Result<String, String> {
    let table = Table::read(head, batches, limit(head.chart))?;
    if table.rows == 0 {
        return Ok(r#"<p class="empty">no rows</p>"#.to_owned());
    }
    let mut panel = Body {
        head,
        html: String::new(),
        drawings,
    };
    match head.chart {
        Chart::Number => facts::number(&mut panel, &table)?,
        Chart::Facts => facts::facts(&mut panel, &table),
        Chart::Bar | Chart::Column => charts::bars(&mut panel, &table)?,
        Chart::Line | Chart::Area => charts::lines(&mut panel, &table)?,
        Chart::Doughnut => charts::doughnut(&mut panel, &table)?,
        Chart::Scatter => charts::scatter(&mut panel, &table)?,
        Chart::Histogram => histogram::histogram(&mut panel, &table)?,
        Chart::Heatmap => heatmap::heatmap(&mut panel, &table)?,
        Chart::Keywords => words::keywords(&mut panel, &table)?,
        Chart::Table => rows::rows(&mut panel, &table),
        Chart::Timeline => timeline::timeline(&mut panel, &table)?,
        Chart::Text => texts::texts(&mut panel, &table)?,
    }
    if table.total > table.rows {
        let (shown, total) = (count(table.rows, "row", "rows"), whole(table.total as u64));
        panel.remark(&format!("Shows the first {shown} of {total}."));
    }
    match head.chart {
        // They show every value as text.
        Chart::Number | Chart::Facts | Chart::Table | Chart::Timeline => {}
        _ => rows::details(&mut panel, &table),
    }
    Ok(panel.html)
}

/// A panel that is being written.
struct Body<'a> {
    head: &'a Head,
    html: String,
    drawings: &'a mut Vec<Drawing>,
}

impl Body<'_> {
    /// Makes room for a chart of `height` pixels, which the page's script draws.
    fn draw(&mut self, drawing: Drawing, height: usize) {
        if drawing
            .series
            .iter()
            .all(|series| series.ys.iter().all(Option::is_none))
        {
            self.html.push_str(r#"<p class="empty">no values</p>"#);
            return;
        }
        let (index, title) = (self.drawings.len(), escaped(&self.head.title));
        // What is longer than a screen has a place of its own to scroll.
        let (open, close) = if height > TALL {
            (r#"<div class="tall">"#, "</div>")
        } else {
            ("", "")
        };
        self.html.push_str(&format!(
            r#"{open}<div class="plot {}" style="height:{height}px"><canvas data-drawing="{index}" role="img" aria-label="{title}; its data are in the table below"></canvas></div>{close}"#,
            drawing.kind
        ));
        self.drawings.push(drawing);
    }

    /// Says that something is not shown, or shown otherwise.
    fn remark(&mut self, text: &str) {
        self.html
            .push_str(&format!(r#"<p class="remark">{}</p>"#, escaped(text)));
    }
}

#[cfg(test)]
mod tests;
