//! Pieces of HTML. Every text goes through [`escaped`]: what customers write is hostile.

use crate::style::{DASH, Style, text, words};
use crate::value::Value;

/// From how many numbers on a list is drawn and not written.
const DRAWN: usize = 5;

/// The most words of a list in a cell.
const CHIPS: usize = 20;

/// A text as it may stand between tags and in quoted attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // No HTML may hold it, nor other characters that control a terminal.
            letter if letter.is_control() && !matches!(letter, '\n' | '\t') => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

/// A template with each `{{name}}` replaced, in one pass: what is put in is not looked at again.
pub fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let known = after
            .split_once("}}")
            .and_then(|(name, after)| Some((values.iter().find(|(key, _)| *key == name)?.1, after)));
        match known {
            Some((value, after)) => {
                out.push_str(value);
                rest = after;
            }
            None => {
                out.push_str("{{");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// A value, nested ones as chips, pairs and small bars.
pub fn shown(value: &Value, style: &Style) -> String {
    match value {
        Value::List(values) if values.is_empty() => DASH.to_owned(),
        Value::List(values) if values.len() >= DRAWN && values.iter().all(is_number_or_null) => spark(values, style),
        Value::List(values) => chips(values, style),
        Value::Struct(fields) if fields.is_empty() => DASH.to_owned(),
        Value::Struct(fields) => {
            let mut out = String::from(r#"<span class="pairs">"#);
            for (name, value) in fields {
                let style = Style::suiting(std::slice::from_ref(value));
                let (name, value) = (escaped(&words(name)), shown(value, &style));
                out.push_str(&format!(r#"<span class="pair"><i>{name}</i> {value}</span> "#));
            }
            out.push_str("</span>");
            out
        }
        value => escaped(&style.text(value)),
    }
}

fn is_number_or_null(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Int(_) | Value::Float(_))
}

/// The values of a list, one by one.
fn chips(values: &[Value], style: &Style) -> String {
    let mut out = String::from(r#"<span class="chips">"#);
    for value in values.iter().take(CHIPS) {
        match value.weighted() {
            Some((word, _)) => {
                let title = escaped(&text(value));
                out.push_str(&format!(
                    r#"<span class="chip" title="{title}">{}</span> "#,
                    escaped(word)
                ));
            }
            None => out.push_str(&format!(r#"<span class="chip">{}</span> "#, shown(value, style))),
        }
    }
    if values.len() > CHIPS {
        out.push_str(&format!(
            r#"<span class="more">and {} more</span>"#,
            values.len() - CHIPS
        ));
    }
    out.push_str("</span>");
    out
}

/// A list of numbers as small bars.
fn spark(values: &[Value], style: &Style) -> String {
    const HEIGHT: f64 = 24.0;
    const STEP: usize = 6;
    let numbers: Vec<f64> = values.iter().map(|value| value.number().unwrap_or(0.0)).collect();
    let high = numbers.iter().copied().fold(0.0, f64::max);
    let low = numbers.iter().copied().fold(0.0, f64::min);
    let scale = if high > low { HEIGHT / (high - low) } else { 0.0 };
    let mut bars = String::new();
    for (index, x) in numbers.iter().enumerate() {
        // At least a hair, so that a zero is seen to be there.
        let height = (x.abs() * scale).max(0.75);
        let top = (high - x.max(0.0)) * scale;
        bars.push_str(&format!(
            r#"<rect x="{}" y="{:.2}" width="{}" height="{height:.2}"/>"#,
            index * STEP,
            top.min(HEIGHT - height).max(0.0),
            STEP - 1,
        ));
    }
    let fine = Style::suiting(values);
    let style = if style.is_plain() { &fine } else { style };
    let written: Vec<String> = values.iter().map(|value| style.text(value)).collect();
    let written = escaped(&written.join(", "));
    let width = numbers.len() * STEP;
    format!(
        r#"<svg class="spark" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" role="img" aria-label="{written}"><title>{written}</title>{bars}</svg>"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_text() {
        assert_eq!(
            escaped("</script><script>alert(1)</script>&\"'\0\n"),
            "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;\u{fffd}\n"
        );
    }

    #[test]
    fn templates_are_filled_once() {
        assert_eq!(
            filled("a {{x}} {{y}} {{z}} {{", &[("x", "{{y}}"), ("y", "2")]),
            "a {{y}} 2 {{z}} {{"
        );
    }

    #[test]
    fn nested_values_have_a_shape() {
        let style = Style::suiting(&[]);
        let numbers = Value::List((0..5).map(Value::Int).collect());
        assert!(shown(&numbers, &style).starts_with(r#"<svg class="spark" viewBox="0 0 30 24""#));
        let word = Value::Struct(vec![
            ("keyword".into(), Value::Text("<快递>".into())),
            ("weight".into(), Value::Float(0.5)),
        ]);
        assert_eq!(
            shown(&Value::List(vec![word.clone()]), &style),
            r#"<span class="chips"><span class="chip" title="keyword &lt;快递&gt; · weight 0.500">&lt;快递&gt;</span> </span>"#
        );
        assert!(shown(&word, &style).contains(r#"<span class="pair"><i>keyword</i> &lt;快递&gt;</span>"#));
        assert_eq!(shown(&Value::List(Vec::new()), &style), DASH);
        assert_eq!(shown(&Value::Null, &style), DASH);
        let many = Value::List((0..30).map(|n| Value::Text(n.to_string())).collect());
        assert!(shown(&many, &style).contains("and 10 more"));
    }
}
