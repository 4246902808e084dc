//! Texts as customers write them: sentences of a small grammar, put together so that what they say is known.

mod compose;
mod grammar;
mod labels;
mod said;

pub(crate) use compose::{Slots, opinion, ticket};
pub(crate) use grammar::Grammar;
pub(crate) use labels::{Aspect, Intent, Language, Sentiment};
pub(crate) use said::{Desk, Said, message, number, stars, tickets, write_ticket, write_truth};

use crate::Error;
use crate::options::Industry;

/// The sentences of an industry.
#[derive(Debug)]
pub(crate) struct Words {
    zh: Grammar,
    en: Grammar,
}

impl Words {
    pub(crate) fn new(industry: Industry) -> Result<Self, Error> {
        let (zh, en) = match industry {
            Industry::Retail => (
                include_str!("../../data/retail.zh.txt"),
                include_str!("../../data/retail.en.txt"),
            ),
            Industry::Finance => (
                include_str!("../../data/finance.zh.txt"),
                include_str!("../../data/finance.en.txt"),
            ),
            Industry::Internet => (
                include_str!("../../data/internet.zh.txt"),
                include_str!("../../data/internet.en.txt"),
            ),
            Industry::Healthcare => (
                include_str!("../../data/healthcare.zh.txt"),
                include_str!("../../data/healthcare.en.txt"),
            ),
        };
        Ok(Self {
            zh: Grammar::new("zh", &[include_str!("../../data/common.zh.txt"), zh])?,
            en: Grammar::new("en", &[include_str!("../../data/common.en.txt"), en])?,
        })
    }

    pub(crate) fn of(&self, language: Language) -> &Grammar {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const SLOTS: Slots<'static> = &[
        ("product", "a"),
        ("gadget", "b"),
        ("order", "c"),
        ("name", "d"),
        ("sex", "e"),
        ("age", "f"),
        ("phone", "g"),
        ("id", "h"),
        ("bp", "i"),
        ("glucose", "j"),
    ];

    #[test]
    fn every_rule_can_be_said() {
        for industry in Industry::all() {
            let words = Words::new(industry).unwrap();
            for grammar in [&words.zh, &words.en] {
                for name in grammar.names() {
                    for number in 0..60 {
                        let mut out = String::new();
                        grammar.say(name, SLOTS, &mut Random::new(1, name, number), &mut out);
                        assert!(
                            !out.is_empty() && !out.contains(['[', ']', '{', '}', '<', '>', '|']),
                            "{name}: {out}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn everything_that_is_meant_can_be_said() {
        let both = ["short", "open", "close"].map(|rule| ["+", "-", "0"].map(|sign| format!("{rule}{sign}")));
        for industry in Industry::all() {
            let words = Words::new(industry).unwrap();
            for grammar in [&words.zh, &words.en] {
                let mut rules: Vec<String> = ["price", "service", "usability"]
                    .iter()
                    .flat_map(|aspect| ["+", "-"].map(|sign| format!("{aspect}{sign}")))
                    .collect();
                if industry != Industry::Finance {
                    rules.extend(both.iter().flatten().cloned());
                    rules.extend(["quality+".to_owned(), "quality-".to_owned()]);
                }
                if industry == Industry::Healthcare {
                    let said = ["present", "negated", "family"].iter().flat_map(|status| {
                        ["hypertension", "diabetes", "asthma", "hyperlipidemia"]
                            .map(|what| format!("n.{status}.{what}"))
                    });
                    rules.extend(said);
                } else {
                    rules.extend(Intent::ALL.map(|intent| format!("t.{}", intent.name())));
                }
                for rule in rules {
                    assert!(grammar.knows(&rule), "{industry}: {rule}");
                }
            }
        }
    }
}
