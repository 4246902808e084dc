//! Texts, with what each word did to an answer.

use super::Body;
use crate::html::{escaped, shown};
use crate::style::{DASH, Style, words};
use crate::table::{Kind, Table};
use crate::value::Value;

/// Texts with their words coloured by a list of words and attributions; the other columns stand above.
pub fn texts(panel: &mut Body<'_>, table: &Table) -> Result<(), String> {
    let tokens = table.columns.iter().find(|column| column.kind == Kind::Words);
    let named = table
        .columns
        .iter()
        .find(|column| column.name == "text" && column.kind == Kind::Text);
    // Else the column of the longest texts is the text; labels are short.
    let longest = || {
        table
            .columns
            .iter()
            .filter(|column| column.kind == Kind::Text)
            .max_by_key(|column| (0..table.rows).map(|row| column.text(row).len()).sum::<usize>())
    };
    let text = named
        .or_else(longest)
        .or(tokens)
        .ok_or("expected a column of texts, or a list of words with attributions")?;
    if tokens.is_some() {
        panel
            .html
            .push_str(r#"<p class="key"><mark class="for">speaks for it</mark> <mark class="against">speaks against it</mark></p>"#);
    }
    panel.html.push_str(r#"<div class="texts">"#);
    for row in 0..table.rows {
        panel.html.push_str("<article>");
        let mut above = String::new();
        for column in &table.columns {
            let is_own = column.name == text.name || tokens.is_some_and(|tokens| tokens.name == column.name);
            if is_own || *column.value(row) == Value::Null {
                continue;
            }
            let (name, value) = (escaped(&words(&column.name)), shown(column.value(row), &column.style));
            above.push_str(&format!(r#"<span title="{name}">{value}</span> "#));
        }
        if !above.is_empty() {
            panel.html.push_str(&format!(r#"<p class="above">{above}</p>"#));
        }
        let attributions: Vec<(&str, f64)> = match tokens.map(|tokens| tokens.value(row)) {
            Some(Value::List(list)) => list.iter().filter_map(Value::weighted).collect(),
            _ => Vec::new(),
        };
        let body = match text.value(row) {
            Value::Text(text) => coloured(text, &attributions),
            _ if !attributions.is_empty() => joined(&attributions),
            _ => DASH.to_owned(),
        };
        panel
            .html
            .push_str(&format!("<blockquote>{body}</blockquote></article>"));
    }
    panel.html.push_str("</div>");
    Ok(())
}

/// The text with its words coloured; the words alone where they are not those of the text.
fn coloured(text: &str, attributions: &[(&str, f64)]) -> String {
    let strengths = Strengths::of(attributions);
    let mut out = String::new();
    let mut rest = text;
    let mut missed = 0;
    for (token, attribution) in attributions {
        let word = bare(token);
        match find(rest, word) {
            Some((start, end)) if !word.is_empty() => {
                out.push_str(&escaped(&rest[..start]));
                out.push_str(&strengths.mark(&rest[start..end], *attribution));
                rest = &rest[end..];
            }
            _ => missed += 1,
        }
    }
    if missed * 2 > attributions.len() {
        return joined(attributions);
    }
    out.push_str(&escaped(rest));
    out
}

/// The words one after the other, with blanks where the writing has them.
fn joined(attributions: &[(&str, f64)]) -> String {
    let strengths = Strengths::of(attributions);
    let mut out = String::new();
    let mut last_is_latin = false;
    for (token, attribution) in attributions {
        let word = bare(token);
        let is_latin = word.starts_with(|letter: char| letter < '\u{2e80}' && letter.is_alphanumeric());
        if last_is_latin && is_latin && !token.starts_with("##") {
            out.push(' ');
        }
        out.push_str(&strengths.mark(word, *attribution));
        last_is_latin = word.ends_with(|letter: char| letter < '\u{2e80}');
    }
    out
}

/// A piece of a word without the signs that tokenisers put to it.
fn bare(token: &str) -> &str {
    token
        .strip_prefix("##")
        .unwrap_or(token)
        .trim_start_matches(['▁', 'Ġ'])
        .trim()
}

/// Where a word is next, in the letters of any case that its writer used.
fn find(text: &str, word: &str) -> Option<(usize, usize)> {
    text.char_indices().find_map(|(start, _)| {
        let mut letters = text[start..].char_indices();
        for wanted in word.chars() {
            let (_, letter) = letters.next()?;
            if letter != wanted && !letter.to_lowercase().eq(wanted.to_lowercase()) {
                return None;
            }
        }
        let end = letters.next().map_or(text.len(), |(offset, _)| start + offset);
        Some((start, end))
    })
}

/// How strongly attributions are coloured: against the strongest of the text.
struct Strengths {
    most: f64,
    style: Style,
}

impl Strengths {
    /// Below this share of the strongest a word has no colour: noise would distract from the words that matter.
    const LEAST: f64 = 0.04;

    fn of(attributions: &[(&str, f64)]) -> Self {
        let values: Vec<Value> = attributions.iter().map(|(_, x)| Value::Float(*x)).collect();
        Self {
            most: attributions.iter().fold(0.0, |most, (_, x)| most.max(x.abs())),
            style: Style::suiting(&values),
        }
    }

    fn mark(&self, word: &str, attribution: f64) -> String {
        let strength = if self.most > 0.0 {
            attribution.abs() / self.most
        } else {
            0.0
        };
        let word = escaped(word);
        if word.is_empty() || strength.is_nan() || strength < Self::LEAST {
            return word;
        }
        let class = if attribution > 0.0 { "for" } else { "against" };
        let sign = if attribution > 0.0 { "+" } else { "" };
        let value = escaped(&self.style.number(attribution));
        format!(r#"<mark class="{class}" style="--v:{strength:.2}" title="{sign}{value}">{word}</mark>"#)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_coloured_where_they_stand() {
        let html = coloured(
            "Delivery <slow>, 质量很好",
            &[("delivery", 0.01), ("slow", -0.5), ("质量", 0.1), ("很好", 1.0)],
        );
        assert_eq!(
            html,
            "Delivery &lt;<mark class=\"against\" style=\"--v:0.50\" title=\"−0.50\">slow</mark>&gt;, \
             <mark class=\"for\" style=\"--v:0.10\" title=\"+0.10\">质量</mark>\
             <mark class=\"for\" style=\"--v:1.00\" title=\"+1.00\">很好</mark>"
        );
    }

    #[test]
    fn words_of_another_text_stand_alone() {
        let html = coloured("gone", &[("good", 0.0), ("price", 0.0), ("##s", 0.0), ("很", 0.0)]);
        assert_eq!(html, "good prices很");
        assert_eq!(coloured("a < b", &[]), "a &lt; b");
        assert_eq!(coloured("", &[("", 1.0), ("x", f64::NAN)]), "x");
    }

    #[test]
    fn letters_of_another_length_are_no_trouble() {
        // The small letter of this capital has three bytes, the capital two.
        assert_eq!(find("aİx", "x"), Some((3, 4)));
        assert_eq!(find("ẞ", "ß"), Some((0, 3)));
        assert_eq!(find("ab", "abc"), None);
    }
}
