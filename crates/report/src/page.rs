//! The page around the panels.

use crate::head::Head;
use crate::html::{escaped, filled};
use crate::panels::{Drawing, body};
use crate::style::{DASH, Style, whole};
use crate::value::Value;
use crate::{CheckOutcome, CheckRow, CustomerPage, Error, Panel, Report, StepRow};

const PAGE: &str = include_str!("../assets/report.html");
const LOOKS: &str = include_str!("../assets/report.css");
const SCRIPT: &str = include_str!("../assets/report.js");
const NAV: &str = include_str!("../assets/nav.js");
const CHARTS: &str = include_str!("../assets/chart.umd.js");

/// Draws a report as one HTML file that loads nothing.
///
/// The same report gives the same text. The library that draws charts is only in it where there is a chart.
///
/// # Errors
/// A panel whose rows its chart cannot show, by its file, with what is expected.
pub fn render(report: &Report) -> Result<String, Error> {
    let mut page = Page::default();
    page.sections(&report.panels, "Overview", 2)?;
    page.checks(&report.checks);
    page.steps(&report.steps);
    if let Some(customer) = &report.customer {
        page.customer(customer)?;
    }
    let data = serde_json::to_string(&page.drawings).map_err(|e| Error::Json(e.to_string()))?;
    // A `<` could end the script that the data are in; in JSON it can be written otherwise.
    let data = data.replace('<', "\\u003c");
    let script = match page.drawings.is_empty() {
        true => format!("<script>{NAV}</script>"),
        false => format!(
            "<script>{}</script>\n<script>{SCRIPT}{NAV}</script>",
            without_map(CHARTS)
        ),
    };
    let subtitle = match report.subtitle.is_empty() {
        true => String::new(),
        false => format!(r#"<p class="subtitle">{}</p>"#, escaped(&report.subtitle)),
    };
    Ok(filled(
        PAGE,
        &[
            ("title", &escaped(&report.title)),
            ("subtitle", &subtitle),
            ("facts", &facts(&report.facts)),
            ("looks", LOOKS),
            ("nav", &page.nav()),
            ("main", &page.main),
            ("data", &data),
            ("script", &script),
        ],
    ))
}

/// The library without its last line, which names a file that is not there.
fn without_map(script: &str) -> &str {
    script
        .rsplit_once("//# sourceMappingURL")
        .map_or(script, |(code, _)| code)
}

#[derive(Default)]
struct Page {
    main: String,
    /// Names and ids of the sections, and whether they are in a customer's page.
    sections: Vec<(String, String, bool)>,
    drawings: Vec<Drawing>,
    in_customer: bool,
}

impl Page {
    /// Panels by section. Those without one are in that of the panel before; sections of one name are one.
    fn sections(&mut self, panels: &[Panel], first: &str, level: usize) -> Result<(), Error> {
        let mut sections: Vec<(&str, Vec<&Panel>)> = Vec::new();
        let mut current = first;
        for panel in panels {
            current = panel.head.section.as_deref().unwrap_or(current);
            match sections.iter_mut().find(|(name, _)| *name == current) {
                Some((_, panels)) => panels.push(panel),
                None => sections.push((current, vec![panel])),
            }
        }
        for (name, panels) in sections {
            self.open(name, level);
            self.main.push_str(r#"<div class="grid">"#);
            for panel in panels {
                self.panel(panel, level + 1)?;
            }
            self.main.push_str("</div></section>\n");
        }
        Ok(())
    }

    fn open(&mut self, name: &str, level: usize) {
        let id = format!("s{}", self.sections.len() + 1);
        self.main
            .push_str(&format!(r#"<section id="{id}"><h{level}>{}</h{level}>"#, escaped(name)));
        self.sections.push((name.to_owned(), id, self.in_customer));
    }

    fn panel(&mut self, panel: &Panel, level: usize) -> Result<(), Error> {
        let Head {
            title,
            note,
            width,
            chart,
            ..
        } = &panel.head;
        let body = body(&panel.head, &panel.batches, &mut self.drawings).map_err(|reason| Error::Panel {
            file: panel.head.file.clone(),
            reason,
        })?;
        let note = match note.is_empty() {
            true => String::new(),
            false => format!(r#"<p class="note">{}</p>"#, escaped(note)),
        };
        self.main.push_str(&format!(
            r#"<section class="panel {} {}"><h{level}>{}</h{level}>{note}{body}</section>"#,
            width.name(),
            chart.name(),
            escaped(title)
        ));
        self.main.push('\n');
        Ok(())
    }

    fn checks(&mut self, checks: &[CheckRow]) {
        if checks.is_empty() {
            return;
        }
        self.open("Checks", 2);
        self.main.push_str(
            r#"<div class="panel full"><div class="scroll"><table><thead><tr><th scope="col">check</th><th scope="col">outcome</th><th scope="col" class="n">rows found</th><th scope="col">about</th></tr></thead><tbody>"#,
        );
        for check in checks {
            let (class, outcome) = match check.outcome {
                CheckOutcome::Passed => ("passed", "passed"),
                CheckOutcome::Warning => ("warning", "warning"),
                CheckOutcome::Failed => ("failed", "failed"),
            };
            self.main.push_str(&format!(
                r#"<tr><td>{}</td><td><span class="outcome {class}">{outcome}</span></td><td class="n">{}</td><td>{}</td></tr>"#,
                escaped(&check.name),
                whole(check.found),
                escaped(or_dash(&check.about)),
            ));
        }
        self.main.push_str("</tbody></table></div></div></section>\n");
    }

    fn steps(&mut self, steps: &[StepRow]) {
        if steps.is_empty() {
            return;
        }
        self.open("Steps", 2);
        self.main.push_str(
            r#"<div class="panel full"><div class="scroll"><table><thead><tr><th scope="col">step</th><th scope="col">kind</th><th scope="col" class="n">rows</th><th scope="col" class="n">seconds</th><th scope="col">about</th></tr></thead><tbody>"#,
        );
        let seconds: Vec<Value> = steps.iter().map(|step| Value::Float(step.seconds)).collect();
        let style = Style::suiting(&seconds);
        let longest = steps.iter().fold(0.0, |longest: f64, step| longest.max(step.seconds));
        for step in steps {
            let share = if longest > 0.0 {
                step.seconds.max(0.0) / longest
            } else {
                0.0
            };
            self.main.push_str(&format!(
                r#"<tr><td>{}</td><td>{}</td><td class="n">{}</td><td class="n share" style="--v:{share:.3}">{}</td><td>{}</td></tr>"#,
                escaped(&step.name),
                escaped(&step.kind),
                step.rows.map_or_else(|| DASH.to_owned(), whole),
                escaped(&style.number(step.seconds)),
                escaped(or_dash(&step.about)),
            ));
        }
        self.main.push_str("</tbody></table></div></div></section>\n");
    }

    fn customer(&mut self, customer: &CustomerPage) -> Result<(), Error> {
        self.in_customer = true;
        let name = match customer.name.is_empty() {
            true => &customer.id,
            false => &customer.name,
        };
        let id = match name == &customer.id {
            true => String::new(),
            false => format!(r#"<p class="subtitle">{}</p>"#, escaped(&customer.id)),
        };
        self.main.push_str(&format!(
            r#"<div class="customer"><header><p class="over">Customer</p><h2 id="customer">{}</h2>{id}{}</header>"#,
            escaped(name),
            facts(&customer.facts)
        ));
        self.sections.push((name.clone(), "customer".to_owned(), false));
        self.sections(&customer.panels, "Profile", 3)?;
        self.main.push_str("</div>");
        Ok(())
    }

    /// Links to the sections; those inside of a customer's page follow its name.
    fn nav(&self) -> String {
        let mut out = String::new();
        for (name, id, in_customer) in &self.sections {
            let class = if *in_customer { r#" class="inner""# } else { "" };
            out.push_str(&format!("<a href=\"#{id}\"{class}>{}</a>", escaped(name)));
        }
        out
    }
}

fn facts(facts: &[(String, String)]) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let mut out = String::from(r#"<dl class="run">"#);
    for (name, value) in facts {
        let (name, value) = (escaped(name), escaped(or_dash(value)));
        out.push_str(&format!("<div><dt>{name}</dt><dd>{value}</dd></div>"));
    }
    out.push_str("</dl>");
    out
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { DASH } else { text }
}

#[cfg(test)]
mod tests;
