//! What the comments at the head of a panel's SQL file say.

use crate::Error;

/// How a panel shows its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    /// One row: each column a big figure with its name.
    Number,
    /// Bars, lying where a label is long.
    Bar,
    /// Standing bars.
    Column,
    /// Lines over times, numbers or labels.
    Line,
    /// Lines with the area below.
    Area,
    /// Shares of a whole.
    Doughnut,
    /// Points of two numbers.
    Scatter,
    /// How often a number is about how much.
    Histogram,
    /// A number for each pair of labels.
    Heatmap,
    /// Words, sized by weight.
    Keywords,
    /// The rows as they are.
    Table,
    /// One row as names and values.
    Facts,
    /// What happened when.
    Timeline,
    /// Texts, with what each word did to an answer.
    Text,
}

impl Chart {
    /// Each, with its name and the settings that it knows beyond those of every panel.
    const ALL: &[(&str, Self, &[&str])] = &[
        ("number", Self::Number, &[]),
        ("bar", Self::Bar, &["x", "y", "series", "stack"]),
        ("column", Self::Column, &["x", "y", "series", "stack"]),
        ("line", Self::Line, &["x", "y", "series"]),
        ("area", Self::Area, &["x", "y", "series", "stack"]),
        ("doughnut", Self::Doughnut, &["x", "y"]),
        ("scatter", Self::Scatter, &["x", "y", "series"]),
        ("histogram", Self::Histogram, &["x", "bins"]),
        ("heatmap", Self::Heatmap, &["x", "y", "value"]),
        ("keywords", Self::Keywords, &[]),
        ("table", Self::Table, &[]),
        ("facts", Self::Facts, &[]),
        ("timeline", Self::Timeline, &[]),
        ("text", Self::Text, &[]),
    ];

    /// Its name in a head.
    pub fn name(self) -> &'static str {
        self.entry().0
    }

    fn settings(self) -> &'static [&'static str] {
        self.entry().2
    }

    fn entry(self) -> &'static (&'static str, Self, &'static [&'static str]) {
        // The list has every chart, which a test sees to.
        Self::ALL
            .iter()
            .find(|(_, chart, _)| *chart == self)
            .unwrap_or(&("table", Self::Table, &[]))
    }

    /// How wide it is where the head says nothing.
    fn width(self) -> Width {
        match self {
            Self::Number | Self::Table | Self::Text | Self::Timeline | Self::Heatmap => Width::Full,
            _ => Width::Half,
        }
    }
}

/// How much of a row of the page a panel takes. On a phone each takes a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// A third.
    Third,
    /// A half.
    Half,
    /// Two thirds.
    TwoThirds,
    /// All of it.
    Full,
}

impl Width {
    const ALL: &[(&str, Self)] = &[
        ("third", Self::Third),
        ("half", Self::Half),
        ("two-thirds", Self::TwoThirds),
        ("full", Self::Full),
    ];

    /// Its name in a head.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, width)| *width == self)
            .map_or("full", |(name, _)| name)
    }
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With as many digits as the numbers of its column ask for.
    Auto,
    /// Without digits after the point.
    Integer,
    /// `0.123` as `12.3%`.
    Percent,
    /// `1234567` as `1.2M`.
    Compact,
    /// Without separators of thousands: years, numbers that are names.
    Plain,
    /// With so many digits after the point.
    Digits(usize),
}

impl Format {
    const ALL: &[(&str, Self)] = &[
        ("auto", Self::Auto),
        ("integer", Self::Integer),
        ("percent", Self::Percent),
        ("compact", Self::Compact),
        ("plain", Self::Plain),
        ("0.0", Self::Digits(1)),
        ("0.00", Self::Digits(2)),
        ("0.000", Self::Digits(3)),
    ];
}

/// Settings of every panel.
const COMMON: &[&str] = &["title", "chart", "note", "section", "width", "format", "unit"];

/// Settings that only some charts know.
const SPECIAL: &[&str] = &["x", "y", "series", "value", "stack", "bins"];

/// The most bins of a histogram.
const BINS: usize = 200;

/// What the comments at the head of a panel's SQL file say.
///
/// ```sql
/// -- title: Segments
/// -- section: Value
/// -- chart: bar
/// -- x: segment
/// -- y: customers, revenue
/// -- format: revenue = compact
/// -- unit: revenue = ¥
/// -- note: By quintiles of recency, frequency and money.
/// SELECT ...
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The name of the file.
    pub file: String,
    /// `title`: its heading; made from the file's name where the head has none.
    pub title: String,
    /// `chart`: how rows are shown; a table where the head has none.
    pub chart: Chart,
    /// `note`: a sentence below the heading. Several lines are one note.
    pub note: String,
    /// `section`: the part of the page; that of the panel before where the head has none.
    pub section: Option<String>,
    /// `width`: how much of a row it takes.
    pub width: Width,
    /// `x`: the column of labels, times or numbers; the first that fits where the head has none.
    pub x: Option<String>,
    /// `y`: the columns of numbers; all of them where the head has none. For a heatmap the column of lines.
    pub y: Vec<String>,
    /// `series`: the column that tells one line, or colour, from the other.
    pub series: Option<String>,
    /// `value`: the column of a heatmap's numbers.
    pub value: Option<String>,
    /// `stack`: whether series stand on each other.
    pub stack: bool,
    /// `bins`: how many a histogram has.
    pub bins: Option<usize>,
    /// `format`: how numbers are written, of one column or (`None`) of all but `x` and `series`.
    pub formats: Vec<(Option<String>, Format)>,
    /// `unit`: what numbers count, of one column or (`None`) of all but `x` and `series`. A sign of a currency goes before
    /// the number.
    pub units: Vec<(Option<String>, String)>,
}

impl Head {
    /// Reads the comments before the first line that is none. `-- word: text` is a setting; other comments are for
    /// people.
    ///
    /// # Errors
    /// Unknown settings, charts, widths and formats, and what a chart has no use for, with the list of what is known.
    pub fn parse(file_name: &str, sql: &str) -> Result<Self, Error> {
        let refuse = |line: usize, reason: String| Error::Head {
            file: file_name.to_owned(),
            reason: format!("line {line}: {reason}"),
        };
        let mut settings: Vec<(usize, &str, &str)> = Vec::new();
        let mut note = String::new();
        for (index, line) in sql.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim();
            let Some(comment) = line.strip_prefix("--") else {
                if line.is_empty() {
                    continue;
                }
                break;
            };
            let Some((key, text)) = setting(comment) else { continue };
            let number = index + 1;
            if !COMMON.contains(&key) && !SPECIAL.contains(&key) {
                let known = names(COMMON.iter().chain(SPECIAL).copied());
                return Err(refuse(number, format!("unknown setting `{key}` (known: {known})")));
            }
            if text.is_empty() {
                return Err(refuse(
                    number,
                    format!("`{key}` has no value; write one behind the colon"),
                ));
            }
            if key == "note" {
                if !note.is_empty() {
                    note.push(' ');
                }
                note.push_str(text);
            } else if settings.iter().any(|(_, other, _)| *other == key) {
                return Err(refuse(number, format!("`{key}` is there twice; leave one")));
            } else {
                settings.push((number, key, text));
            }
        }
        let mut head = Self {
            file: file_name.to_owned(),
            title: title(file_name),
            chart: Chart::Table,
            note,
            section: None,
            width: Width::Full,
            x: None,
            y: Vec::new(),
            series: None,
            value: None,
            stack: false,
            bins: None,
            formats: Vec::new(),
            units: Vec::new(),
        };
        if let Some((line, _, text)) = settings.iter().find(|(_, key, _)| *key == "chart") {
            head.chart = Chart::ALL
                .iter()
                .find(|(name, ..)| name == text)
                .map(|(_, chart, _)| *chart)
                .ok_or_else(|| refuse(*line, unknown("chart", text, Chart::ALL.iter().map(|(name, ..)| *name))))?;
        }
        head.width = head.chart.width();
        for (line, key, text) in settings {
            head.set(key, text).map_err(|reason| refuse(line, reason))?;
        }
        Ok(head)
    }

    fn set(&mut self, key: &str, text: &str) -> Result<(), String> {
        if SPECIAL.contains(&key) && !self.chart.settings().contains(&key) {
            let chart = self.chart.name();
            let known = names(COMMON.iter().chain(self.chart.settings()).copied());
            return Err(format!("the chart `{chart}` has no use for `{key}` (known: {known})"));
        }
        match key {
            "title" => text.clone_into(&mut self.title),
            "section" => self.section = Some(text.to_owned()),
            "x" => self.x = Some(text.to_owned()),
            "series" => self.series = Some(text.to_owned()),
            "value" => self.value = Some(text.to_owned()),
            "y" => {
                self.y = list(text).map(str::to_owned).collect();
                if self.chart == Chart::Heatmap && self.y.len() > 1 {
                    return Err(format!("`y` of a heatmap is one column, got {}", self.y.len()));
                }
            }
            "width" => self.width = choice("width", text, Width::ALL)?,
            "stack" => self.stack = choice("value of `stack`", text, &[("true", true), ("false", false)])?,
            "bins" => {
                let bins = text.parse().ok().filter(|bins| (1..=BINS).contains(bins));
                self.bins = Some(bins.ok_or_else(|| format!("`bins` is `{text}`, expected 1 to {BINS}"))?);
            }
            "format" => {
                for part in list(text) {
                    let (column, name) = of_column(part);
                    self.formats.push((column, choice("format", name, Format::ALL)?));
                }
            }
            "unit" => {
                for part in list(text) {
                    let (column, unit) = of_column(part);
                    self.units.push((column, unit.to_owned()));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// How the numbers of a column are written. What is said of all is not said of places, as hours and years are; nor
    /// are `counts`, whole numbers, shares.
    pub(crate) fn format(&self, column: &str, counts: bool) -> Format {
        let of_this = self.formats.iter().find(|(name, _)| name.as_deref() == Some(column));
        let of_all = self
            .formats
            .iter()
            .find(|(name, format)| name.is_none() && !self.is_place(column) && !(counts && *format == Format::Percent));
        of_this.or(of_all).map_or(Format::Auto, |(_, format)| *format)
    }

    /// What the numbers of a column count.
    pub(crate) fn unit(&self, column: &str) -> &str {
        let of_this = self.units.iter().find(|(name, _)| name.as_deref() == Some(column));
        let of_all = self
            .units
            .iter()
            .find(|(name, _)| name.is_none() && !self.is_place(column));
        of_this.or(of_all).map_or("", |(_, unit)| unit.as_str())
    }

    /// Whether a column says where a number is, not how much.
    fn is_place(&self, column: &str) -> bool {
        let is = |name: Option<&String>| name.is_some_and(|name| name == column);
        (is(self.x.as_ref()) && self.chart != Chart::Histogram)
            || is(self.series.as_ref())
            || (is(self.y.first()) && self.chart == Chart::Heatmap)
    }
}

/// The key and value of a comment that sets something: one word in lower case, and a colon with a blank behind.
fn setting(comment: &str) -> Option<(&str, &str)> {
    let (key, text) = comment.trim_start().split_once(':')?;
    let is_word = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let is_setting = is_word && (text.is_empty() || text.starts_with(char::is_whitespace));
    is_setting.then(|| (key, text.trim()))
}

fn choice<T: Copy>(what: &str, text: &str, known: &[(&str, T)]) -> Result<T, String> {
    let found = known.iter().find(|(name, _)| *name == text);
    found
        .map(|(_, value)| *value)
        .ok_or_else(|| unknown(what, text, known.iter().map(|(name, _)| *name)))
}

fn unknown<'a>(what: &str, text: &str, known: impl Iterator<Item = &'a str>) -> String {
    format!("unknown {what} `{text}` (known: {})", names(known))
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// `revenue = percent` is about one column, `percent` about all.
fn of_column(part: &str) -> (Option<String>, &str) {
    match part.split_once('=') {
        Some((column, value)) => (Some(column.trim().to_owned()), value.trim()),
        None => (None, part),
    }
}

/// `10_top_keywords.sql` as `Top keywords`.
fn title(file_name: &str) -> String {
    let name = file_name.rsplit('/').next().unwrap_or(file_name);
    let name = name.strip_suffix(".sql").unwrap_or(name);
    let words = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_' || c == '-');
    let words = if words.is_empty() { name } else { words }.replace('_', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

#[cfg(test)]
mod tests;
