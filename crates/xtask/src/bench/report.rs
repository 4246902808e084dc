//! The report of a benchmark: medians, spreads, ratios against goals, and the machine they were taken on.

/// One who takes part, and its times.
pub struct Contender {
    name: String,
    rows: usize,
    /// In seconds, one a round.
    times: Vec<f64>,
}

impl Contender {
    pub fn new(name: &str, rows: usize) -> Self {
        Self {
            name: name.to_owned(),
            rows,
            times: Vec::new(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn add(&mut self, seconds: f64) {
        self.times.push(seconds);
    }

    /// The median time in seconds; the mean of the middle two where their number is even.
    pub fn median(&self) -> f64 {
        let times = self.sorted();
        let middle = times.len() / 2;
        match times.len() {
            0 => f64::NAN,
            count if count % 2 == 0 => f64::midpoint(times[middle - 1], times[middle]),
            _ => times[middle],
        }
    }

    /// Rows a second.
    pub fn speed(&self) -> f64 {
        self.rows as f64 / self.median()
    }

    fn sorted(&self) -> Vec<f64> {
        let mut times = self.times.clone();
        times.sort_by(f64::total_cmp);
        times
    }

    fn row(&self) -> String {
        let times = self.sorted();
        let (least, most) = (times.first().unwrap_or(&f64::NAN), times.last().unwrap_or(&f64::NAN));
        format!(
            "| {} | {} | {:.3} | {least:.3} to {most:.3} | {:.0} |",
            self.name,
            self.rows,
            self.median(),
            self.speed()
        )
    }
}

/// A ratio, and what it should be.
pub struct Goal {
    name: String,
    ratio: f64,
    limit: Option<Limit>,
}

enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    pub fn at_least(name: &str, ratio: f64, least: f64) -> Self {
        Self {
            name: name.to_owned(),
            ratio,
            limit: Some(Limit::AtLeast(least)),
        }
    }

    pub fn at_most(name: &str, ratio: f64, most: f64) -> Self {
        Self {
            name: name.to_owned(),
            ratio,
            limit: Some(Limit::AtMost(most)),
        }
    }

    /// A ratio that is only told.
    pub fn only(name: &str, ratio: f64) -> Self {
        Self {
            name: name.to_owned(),
            ratio,
            limit: None,
        }
    }

    fn row(&self) -> String {
        let (goal, is_met) = match self.limit {
            Some(Limit::AtLeast(least)) => (format!("at least {least}"), Some(self.ratio >= least)),
            Some(Limit::AtMost(most)) => (format!("at most {most}"), Some(self.ratio <= most)),
            None => ("none".to_owned(), None),
        };
        let outcome = match is_met {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "",
        };
        format!("| {} | {:.2} | {goal} | {outcome} |", self.name, self.ratio)
    }
}

/// How many of something, by contender: one table.
pub struct Shares {
    pub what: String,
    /// So many, of how many.
    pub rows: Vec<(String, (usize, usize))>,
}

/// What was measured together.
#[derive(Default)]
pub struct Section {
    /// Empty where a report has one section alone.
    pub title: String,
    pub contenders: Vec<Contender>,
    pub goals: Vec<Goal>,
    pub shares: Vec<Shares>,
    pub notes: Vec<String>,
    /// The contenders' commands.
    pub commands: Vec<String>,
}

/// Everything that a report tells.
pub struct Report {
    pub title: &'static str,
    /// What to type to measure again.
    pub command: String,
    /// Rows of a Markdown table.
    pub machine: String,
    pub sections: Vec<Section>,
}

impl Section {
    /// Writes its blocks.
    fn write(&self, lines: &mut Vec<String>) {
        if !self.title.is_empty() {
            lines.extend([format!("## {}", self.title), String::new()]);
        }
        let contenders = self.contenders.iter().map(Contender::row).collect();
        table(
            lines,
            "| contender | rows | median, s | spread, s | rows/s |",
            contenders,
        );
        let goals = self.goals.iter().map(Goal::row).collect();
        table(lines, "| ratio of medians | | goal | |", goals);
        for shares in &self.shares {
            let rows = shares.rows.iter();
            let rows = rows.map(|(name, (part, all))| format!("| {name} | {part} of {all} |"));
            table(lines, &format!("| {} | |", shares.what), rows.collect());
        }
        for note in &self.notes {
            lines.extend([note.clone(), String::new()]);
        }
        if !self.commands.is_empty() {
            lines.push("```".to_owned());
            lines.extend(self.commands.iter().cloned());
            lines.extend(["```".to_owned(), String::new()]);
        }
    }
}

/// Writes a table, unless it has no rows.
fn table(lines: &mut Vec<String>, head: &str, rows: Vec<String>) {
    if rows.is_empty() {
        return;
    }
    lines.push(head.to_owned());
    lines.push(format!("|{}", "---|".repeat(head.matches('|').count() - 1)));
    lines.extend(rows);
    lines.push(String::new());
}

impl Report {
    /// The day, as the machine's description has it.
    pub fn date(&self) -> Option<&str> {
        let row = self.machine.lines().find_map(|line| line.strip_prefix("| date | "))?;
        row.strip_suffix(" |")
    }

    pub fn markdown(&self) -> String {
        let mut lines = vec![
            format!("# {}", self.title),
            String::new(),
            format!("`{}`", self.command),
            String::new(),
        ];
        let machine = self.machine.lines().map(str::to_owned).collect();
        table(&mut lines, "| machine | |", machine);
        for section in &self.sections {
            section.write(&mut lines);
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contender(times: &[f64]) -> Contender {
        Contender {
            name: "a".to_owned(),
            rows: 100,
            times: times.to_vec(),
        }
    }

    #[test]
    fn medians_and_spreads() {
        assert_eq!(contender(&[3.0, 1.0, 2.0]).median(), 2.0);
        assert_eq!(contender(&[4.0, 1.0, 2.0, 3.0]).median(), 2.5);
        assert!(contender(&[]).median().is_nan());
        assert_eq!(
            contender(&[3.0, 1.0, 2.0]).row(),
            "| a | 100 | 2.000 | 1.000 to 3.000 | 50 |"
        );
    }

    #[test]
    fn goals_are_met_or_missed() {
        assert!(Goal::at_least("a", 0.95, 0.95).row().ends_with("| met |"));
        assert!(Goal::at_least("a", 0.94, 0.95).row().ends_with("| **missed** |"));
        assert!(Goal::at_most("a", 1.31, 1.3).row().ends_with("| **missed** |"));
        assert!(Goal::at_most("a", f64::NAN, 1.3).row().ends_with("| **missed** |"));
    }

    #[test]
    fn the_report_is_markdown() {
        let section = Section {
            contenders: vec![contender(&[1.0])],
            goals: vec![Goal::only("a", 1.0)],
            shares: vec![Shares {
                what: "same".to_owned(),
                rows: vec![("b".to_owned(), (1, 2))],
            }],
            notes: vec!["Left out.".to_owned()],
            commands: vec!["a".to_owned()],
            ..Section::default()
        };
        let other = Section {
            title: "More".to_owned(),
            notes: vec!["Nothing.".to_owned()],
            ..Section::default()
        };
        let report = Report {
            title: "Speed",
            command: "cargo xtask bench x".to_owned(),
            machine: "| date | 2024-05-01 |\n".to_owned(),
            sections: vec![section, other],
        };
        assert_eq!(report.date(), Some("2024-05-01"));
        let text = report.markdown();
        assert!(
            text.starts_with(
                "# Speed\n\n`cargo xtask bench x`\n\n| machine | |\n|---|---|\n| date | 2024-05-01 |\n\n| contender |"
            ),
            "{text}"
        );
        assert!(
            text.ends_with(
                "| same | |\n|---|---|\n| b | 1 of 2 |\n\nLeft out.\n\n```\na\n```\n\n## More\n\nNothing.\n"
            ),
            "{text}"
        );
    }
}
