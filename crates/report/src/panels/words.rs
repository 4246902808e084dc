//! Words, sized by weight.

use super::Body;
use crate::html::escaped;
use crate::style::{Style, words};
use crate::table::{Column, Kind, Table};
use crate::value::Value;

/// The most words of a list.
const WORDS: usize = 60;

/// The words of a text and a number column, or of a column of lists of words with weights. Another column of texts, or
/// that beside the lists, says whose they are.
pub fn keywords(panel: &mut Body<'_>, table: &Table) -> Result<(), String> {
    let lists = table.columns.iter().find(|column| column.kind == Kind::Words);
    let texts: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| column.kind == Kind::Text)
        .collect();
    let mut groups: Vec<(String, Vec<(String, f64)>)> = Vec::new();
    if let Some(lists) = lists {
        let owner = table
            .columns
            .iter()
            .find(|column| matches!(column.kind, Kind::Text | Kind::Number));
        for row in 0..table.rows {
            let Value::List(list) = lists.value(row) else { continue };
            let list = list.iter().filter_map(Value::weighted);
            groups.push((
                owner.map_or_else(String::new, |owner| owner.text(row)),
                list.map(|(word, weight)| (word.to_owned(), weight)).collect(),
            ));
        }
    } else {
        let word = table.pick(
            None,
            "words, with one of numbers beside it or a list of words with weights",
            |column| column.kind == Kind::Text && (texts.len() < 2 || column.name != texts[0].name),
        )?;
        let owner = texts.first().filter(|owner| owner.name != word.name);
        let weight = table.pick(None, "numbers: the weights of the words", |column| {
            column.kind == Kind::Number
        })?;
        for (row, weight) in weight.numbers()?.into_iter().enumerate() {
            let name = owner.map_or_else(String::new, |owner| owner.text(row));
            let entry = (word.text(row), weight.unwrap_or(0.0));
            match groups.iter_mut().find(|(other, _)| *other == name) {
                Some((_, list)) => list.push(entry),
                None => groups.push((name, vec![entry])),
            }
        }
    }
    // All lists have one scale, so that sizes can be compared.
    let all = || {
        groups
            .iter()
            .flat_map(|(_, list)| list.iter().map(|(_, weight)| *weight))
    };
    let (most, least) = (all().fold(f64::MIN, f64::max), all().fold(f64::MAX, f64::min));
    let style = Style::suiting(&all().map(Value::Float).collect::<Vec<_>>());
    let mut is_cut = false;
    for (name, list) in &mut groups {
        list.sort_by(|a, b| b.1.total_cmp(&a.1));
        is_cut |= list.len() > WORDS;
        let class = if name.is_empty() { "words" } else { "words owned" };
        panel.html.push_str(&format!(r#"<div class="{class}">"#));
        if !name.is_empty() {
            panel.html.push_str(&format!("<h5>{}</h5>", escaped(&words(name))));
        }
        panel.html.push_str("<p>");
        for (word, weight) in list.iter().take(WORDS) {
            let size = if most > least {
                (weight - least) / (most - least)
            } else {
                0.5
            };
            panel.html.push_str(&format!(
                r#"<span style="--v:{size:.3}" title="{}">{}</span> "#,
                escaped(&style.number(*weight)),
                escaped(word)
            ));
        }
        panel.html.push_str("</p></div>");
    }
    if is_cut {
        panel.remark(&format!("Shows the {WORDS} heaviest of a list."));
    }
    Ok(())
}
