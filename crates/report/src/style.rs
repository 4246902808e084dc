//! How values are written for people.

use arrow::temporal_conversions::timestamp_ms_to_datetime;
use serde::Serialize;

use crate::head::{Format, Head};
use crate::value::Value;

/// What stands for NULL.
pub const DASH: &str = "–";

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// How the values of a column are written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Style {
    #[serde(rename = "kind")]
    way: Way,
    digits: usize,
    unit: String,
    #[serde(skip)]
    grain: Grain,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Way {
    Number,
    Percent,
    Compact,
    Plain,
}

/// The coarsest unit that all times of a column are whole multiples of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grain {
    Day,
    Minute,
    Second,
}

impl Style {
    /// The style of a column: what the head says, else what suits its values.
    pub fn of(head: &Head, column: &str, values: &[Value]) -> Self {
        let mut style = Self::suiting(values);
        let counts = values.iter().any(|value| matches!(value, Value::Int(_)));
        match head.format(column, counts) {
            Format::Auto => {}
            Format::Integer => style.digits = 0,
            Format::Percent => {
                style.way = Way::Percent;
                style.digits = 1;
            }
            Format::Compact => style.way = Way::Compact,
            Format::Plain => style.way = Way::Plain,
            Format::Digits(digits) => style.digits = digits,
        }
        head.unit(column).clone_into(&mut style.unit);
        style
    }

    /// For numbers that say where, not how much: a year has no separator of thousands.
    pub fn of_places(&self, values: &[Value]) -> Self {
        let is_year = |value: &Value| match value {
            Value::Int(n) => (1000..=9999).contains(n),
            value => *value == Value::Null,
        };
        let mut style = self.clone();
        if self.is_plain() && values.iter().all(is_year) {
            style.way = Way::Plain;
        }
        style
    }

    /// With as many digits and as fine times as the values ask for.
    pub fn suiting(values: &[Value]) -> Self {
        let mut largest: f64 = 0.0;
        let mut is_whole = true;
        let mut grain = Grain::Day;
        for value in values {
            match value {
                Value::Time(ms) if ms.rem_euclid(60_000) != 0 => grain = Grain::Second,
                Value::Time(ms) if ms.rem_euclid(DAY) != 0 => grain = grain.max(Grain::Minute),
                value => {
                    if let Some(x) = value.number() {
                        largest = largest.max(x.abs());
                        is_whole &= x.fract() == 0.0;
                    }
                }
            }
        }
        let digits = match largest {
            _ if is_whole => 0,
            x if x >= 1000.0 => 0,
            x if x >= 100.0 => 1,
            x if x >= 1.0 => 2,
            x if x >= 0.01 => 3,
            _ => 6,
        };
        Self {
            way: Way::Number,
            digits,
            unit: String::new(),
            grain,
        }
    }

    /// Whether no head has said how its numbers are written.
    pub fn is_plain(&self) -> bool {
        self.way == Way::Number && self.unit.is_empty()
    }

    /// A value in plain text.
    pub fn text(&self, value: &Value) -> String {
        match value {
            Value::Null => DASH.to_owned(),
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            Value::Int(n) if self.way == Way::Number => self.with_unit(separated(&n.to_string())),
            Value::Int(n) if self.way == Way::Plain => self.with_unit(n.to_string()),
            Value::Int(n) => self.number(*n as f64),
            Value::Float(x) => self.number(*x),
            Value::Text(text) => text.clone(),
            Value::Time(ms) => self.time(*ms),
            Value::List(values) => {
                let values: Vec<String> = values.iter().map(text).collect();
                values.join(", ")
            }
            Value::Struct(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("{} {}", words(name), text(value)))
                    .collect();
                fields.join(" · ")
            }
        }
    }

    /// A number in plain text.
    pub fn number(&self, x: f64) -> String {
        if x.is_nan() {
            return "not a number".to_owned();
        }
        if x.is_infinite() {
            return if x > 0.0 { "∞" } else { "−∞" }.to_owned();
        }
        let digits = self.digits;
        let text = match self.way {
            Way::Percent => format!("{}%", separated(&rounded(x * 100.0, digits))),
            Way::Plain => rounded(x, digits),
            Way::Compact if x.abs() >= 1e3 => compact(x),
            _ if x.abs() >= 1e15 => format!("{x:e}"),
            _ => separated(&rounded(x, digits)),
        };
        self.with_unit(text)
    }

    fn with_unit(&self, text: String) -> String {
        let unit = &self.unit;
        if unit.is_empty() {
            text
        } else if is_before(unit) {
            match text.strip_prefix('−') {
                Some(text) => format!("−{unit}{text}"),
                None => format!("{unit}{text}"),
            }
        } else {
            format!("{text} {unit}")
        }
    }

    fn time(&self, ms: i64) -> String {
        let Some(time) = timestamp_ms_to_datetime(ms) else {
            return format!("{ms} ms");
        };
        let pattern = match self.grain {
            Grain::Day => "%Y-%m-%d",
            Grain::Minute => "%Y-%m-%d %H:%M",
            Grain::Second => "%Y-%m-%d %H:%M:%S",
        };
        time.format(pattern).to_string()
    }
}

/// A value in plain text, in the style that suits it.
pub fn text(value: &Value) -> String {
    Style::suiting(std::slice::from_ref(value)).text(value)
}

/// A column's name as words.
pub fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// A count with its noun.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", separated(&n.to_string()), if n == 1 { one } else { many })
}

/// A whole number with separators of thousands.
pub fn whole(n: u64) -> String {
    separated(&n.to_string())
}

/// Signs of currencies stand before the number.
fn is_before(unit: &str) -> bool {
    matches!(unit, "$" | "€" | "£" | "¥" | "₹" | "₩" | "US$" | "HK$" | "NT$")
}

fn rounded(x: f64, digits: usize) -> String {
    let text = format!("{x:.digits$}");
    let is_zero = text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.'));
    match text.strip_prefix('-') {
        Some(zero) if is_zero => zero.to_owned(),
        Some(text) => format!("−{text}"),
        None => text,
    }
}

fn compact(x: f64) -> String {
    const STEPS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")];
    let (step, sign) = STEPS
        .into_iter()
        .find(|(step, _)| x.abs() >= *step)
        .unwrap_or((1.0, ""));
    let digits = usize::from((x / step).abs() < 100.0);
    format!("{}{sign}", separated(&rounded(x / step, digits)))
}

/// Commas between thousands of a number in digits.
fn separated(text: &str) -> String {
    let (sign, rest) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("−", rest),
        None => ("", text),
    };
    let (whole, fraction) = match rest.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (rest, None),
    };
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styled(sql: &str, values: &[Value]) -> Vec<String> {
        let style = Style::of(&Head::parse("a.sql", sql).unwrap(), "a", values);
        values.iter().map(|value| style.text(value)).collect()
    }

    #[test]
    fn numbers_have_the_digits_of_their_column() {
        let floats = |values: &[f64]| styled("", &values.iter().map(|x| Value::Float(*x)).collect::<Vec<_>>());
        assert_eq!(floats(&[1234.5, 0.25]), ["1,234", "0"]);
        assert_eq!(floats(&[0.5, -0.0001]), ["0.500", "0.000"]);
        assert_eq!(floats(&[-12.25, 3.0]), ["−12.25", "3.00"]);
        assert_eq!(floats(&[12_345_678.0, -1.0]), ["12,345,678", "−1"]);
        assert_eq!(
            floats(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
            ["not a number", "∞", "−∞"]
        );
        assert_eq!(floats(&[1e300]), ["1e300"]);
        assert_eq!(styled("", &[Value::Int(-1_234_567), Value::Null]), ["−1,234,567", DASH]);
    }

    #[test]
    fn a_head_says_how() {
        assert_eq!(
            styled("-- format: percent", &[Value::Float(0.1234), Value::Float(12.0)]),
            ["12.3%", "1,200.0%"]
        );
        assert_eq!(
            styled(
                "-- format: a = compact\n-- unit: ¥",
                &[Value::Float(-1_234_567.0), Value::Int(12)]
            ),
            ["−¥1.2M", "¥12"]
        );
        assert_eq!(styled("-- format: plain", &[Value::Int(2026)]), ["2026"]);
        assert_eq!(
            styled("-- format: 0.00\n-- unit: days", &[Value::Float(3.0)]),
            ["3.00 days"]
        );
        assert_eq!(styled("-- format: percent", &[Value::Int(3)]), ["3"]);
        assert_eq!(styled("-- format: a = percent", &[Value::Int(3)]), ["300.0%"]);
        assert_eq!(
            styled("-- chart: bar\n-- x: a\n-- unit: ¥", &[Value::Float(3.5)]),
            ["3.50"]
        );
        assert_eq!(styled("-- format: b = percent", &[Value::Int(3)]), ["3"]);
    }

    #[test]
    fn times_are_as_fine_as_the_finest() {
        let at = 1_793_491_200_000;
        assert_eq!(styled("", &[Value::Time(at)]), ["2026-11-01"]);
        assert_eq!(
            styled("", &[Value::Time(at), Value::Time(at + 60_000)]),
            ["2026-11-01 00:00", "2026-11-01 00:01"]
        );
        assert_eq!(styled("", &[Value::Time(at + 1)]), ["2026-11-01 00:00:00"]);
        assert_eq!(styled("", &[Value::Time(i64::MAX)]), [format!("{} ms", i64::MAX)]);
    }

    #[test]
    fn years_are_no_counts() {
        let years = [Value::Int(2025), Value::Int(2026)];
        let style = Style::suiting(&years);
        assert_eq!(style.text(&years[0]), "2,025");
        assert_eq!(style.of_places(&years).text(&years[0]), "2025");
        assert_eq!(style.of_places(&[Value::Int(10)]).text(&years[0]), "2,025");
    }

    #[test]
    fn nested_values_are_readable() {
        let value = Value::Struct(vec![
            ("top_label".into(), Value::Text("positive".into())),
            ("scores".into(), Value::List(vec![Value::Float(0.5), Value::Null])),
        ]);
        assert_eq!(text(&value), "top label positive · scores 0.500, –");
    }
}
