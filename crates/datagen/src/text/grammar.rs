//! Sentences with choices in them.

use std::collections::HashMap;
use std::fmt::Write;

use crate::Error;
use crate::random::Random;

/// Rules by name, each with the ways to say it.
#[derive(Debug)]
pub(crate) struct Grammar {
    names: HashMap<&'static str, usize>,
    rules: Vec<Vec<Vec<Piece>>>,
}

#[derive(Debug)]
enum Piece {
    Text(&'static str),
    Rule(usize),
    Choice(Vec<Vec<Piece>>),
    Slot(&'static str),
    Number(i64, i64),
}

/// Values for the `{slots}` of sentences.
pub(crate) type Slots<'a> = &'a [(&'static str, &'a str)];

impl Grammar {
    /// Reads rules: `== name`, and below it a line for each way to say it. A rule may use those above it only, so none can
    /// go round in circles. A page can say anew what a page before it says.
    pub(crate) fn new(language: &'static str, pages: &[&'static str]) -> Result<Self, Error> {
        let mut grammar = Self {
            names: HashMap::new(),
            rules: Vec::new(),
        };
        let (mut current, mut of_page) = (None, 0);
        let lines = pages
            .iter()
            .enumerate()
            .flat_map(|(page, text)| text.lines().map(move |line| (page, line)));
        for (place, (page, line)) in lines.enumerate() {
            if page > 0 && of_page == 0 {
                of_page = grammar.rules.len();
            }
            let wrong = |reason: String| Error::Sentences {
                language,
                line: place + 1,
                reason,
            };
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix("== ") {
                let before = grammar.names.insert(name, grammar.rules.len());
                if before.is_some_and(|rule| rule >= of_page) {
                    return Err(wrong(format!("there are two rules `{name}`")));
                }
                current = Some(grammar.rules.len());
                grammar.rules.push(Vec::new());
                continue;
            }
            let mut rest = line;
            let pieces = grammar.pieces(&mut rest, current).map_err(&wrong)?;
            if !rest.is_empty() {
                return Err(wrong(format!("`{rest}` begins with a bracket that nothing opened")));
            }
            let rule = current.and_then(|rule| grammar.rules.get_mut(rule));
            rule.ok_or_else(|| wrong("it is in no rule".to_owned()))?.push(pieces);
        }
        Ok(grammar)
    }

    /// Reads to the end, or to a `|` or `]` that belongs to a choice outside.
    fn pieces(&self, rest: &mut &'static str, current: Option<usize>) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        loop {
            let end = rest.find(['[', ']', '|', '<', '{']).unwrap_or(rest.len());
            if end > 0 {
                pieces.push(Piece::Text(&rest[..end]));
            }
            *rest = &rest[end..];
            let closing = match rest.as_bytes().first() {
                Some(b'<') => '>',
                Some(b'{') => '}',
                Some(b'[') => {
                    pieces.push(self.choice(rest, current)?);
                    continue;
                }
                _ => return Ok(pieces),
            };
            let (name, after) = rest[1..]
                .split_once(closing)
                .ok_or_else(|| format!("`{rest}` lacks a `{closing}`"))?;
            *rest = after;
            pieces.push(if closing == '>' {
                match self.names.get(name) {
                    Some(rule) if Some(*rule) != current => Piece::Rule(*rule),
                    _ => return Err(format!("there is no rule `{name}` above it")),
                }
            } else {
                let range = name
                    .split_once('-')
                    .and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
                range.map_or(Piece::Slot(name), |(low, high)| Piece::Number(low, high))
            });
        }
    }

    fn choice(&self, rest: &mut &'static str, current: Option<usize>) -> Result<Piece, String> {
        let whole = *rest;
        let mut ways = Vec::new();
        loop {
            // What stands here is the `[` or a `|`.
            *rest = &rest[1..];
            ways.push(self.pieces(rest, current)?);
            match rest.as_bytes().first() {
                Some(b'|') => {}
                Some(b']') => break,
                _ => return Err(format!("`{whole}` lacks a `]`")),
            }
        }
        *rest = &rest[1..];
        Ok(Piece::Choice(ways))
    }

    /// Whether there is such a rule.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Appends one of the ways to say something; nothing for an unknown rule.
    pub(crate) fn say(&self, name: &str, slots: Slots<'_>, dice: &mut Random, out: &mut String) {
        if let Some(ways) = self.names.get(name).and_then(|rule| self.rules.get(*rule)) {
            self.one_of(ways, slots, dice, out);
        }
    }

    fn one_of(&self, ways: &[Vec<Piece>], slots: Slots<'_>, dice: &mut Random, out: &mut String) {
        for piece in ways.get(dice.index(ways.len())).into_iter().flatten() {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Rule(rule) => {
                    if let Some(ways) = self.rules.get(*rule) {
                        self.one_of(ways, slots, dice, out);
                    }
                }
                Piece::Choice(ways) => self.one_of(ways, slots, dice, out),
                Piece::Slot(name) => {
                    let value = slots.iter().find(|(slot, _)| slot == name);
                    debug_assert!(value.is_some(), "no value for `{name}`");
                    out.push_str(value.map_or("", |(_, value)| value));
                }
                Piece::Number(low, high) => {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "{}", dice.whole(*low, *high));
                }
            }
        }
    }

    /// What the rules are called.
    #[cfg(test)]
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_choices_rules_slots_and_numbers() {
        let grammar = Grammar::new("en", &["== a\nx[1|[2|3]|]\n\n# no\n== b\n<a> {who} {4-5}"]).unwrap();
        let mut heard = std::collections::BTreeSet::new();
        for number in 0..200 {
            let mut out = String::new();
            grammar.say("b", &[("who", "me")], &mut Random::new(1, "say", number), &mut out);
            heard.insert(out);
        }
        assert_eq!(
            heard.into_iter().collect::<Vec<_>>(),
            [
                "x me 4", "x me 5", "x1 me 4", "x1 me 5", "x2 me 4", "x2 me 5", "x3 me 4", "x3 me 5"
            ]
        );
    }

    #[test]
    fn mistakes_have_a_line() {
        for (page, expected) in [
            ("x", "in line 1: it is in no rule"),
            ("== a\n<a>", "in line 2: there is no rule `a` above it"),
            ("== a\n<b>", "in line 2: there is no rule `b` above it"),
            ("== a\n[x|y", "in line 2: `[x|y` lacks a `]`"),
            ("== a\nx]", "in line 2: `]` begins with a bracket that nothing opened"),
            ("== a\n{x", "in line 2: `{x` lacks a `}`"),
            ("== a\nx\n== a", "in line 3: there are two rules `a`"),
        ] {
            let error = Grammar::new("en", &[page]).unwrap_err().to_string();
            assert!(error.ends_with(expected), "{error}");
        }
    }
}
