//! Sentences put together to opinions and messages.

pub(crate) use super::grammar::Slots;
use super::{Aspect, Grammar, Intent, Language, Sentiment};
use crate::random::Random;

/// How somebody writes.
struct Style {
    language: Language,
    /// Small letters, hardly any punctuation.
    is_lazy: bool,
    is_loud: bool,
    emoji: Option<&'static str>,
}

impl Style {
    fn new(language: Language, sentiment: Sentiment, dice: &mut Random) -> Self {
        let emoji = dice.chance(0.13).then(|| match sentiment {
            Sentiment::Positive => dice.pick(&["😊", "👍", "❤️", "🎉", "😍", "🌹", "💯", "👍👍"]),
            Sentiment::Neutral => dice.pick(&["🤔", "🙂", "😐", "🙏", "…"]),
            Sentiment::Negative => dice.pick(&["😡", "👎", "😤", "💔", "🙄", "😞", "💢"]),
        });
        Self {
            language,
            is_lazy: dice.chance(0.15),
            is_loud: sentiment != Sentiment::Neutral && dice.chance(0.2),
            emoji,
        }
    }
}

/// Clauses in the making.
struct Draft<'a> {
    grammar: &'a Grammar,
    slots: Slots<'a>,
    clauses: Vec<String>,
}

impl Draft<'_> {
    fn say(&mut self, rule: &str, dice: &mut Random) {
        let mut clause = String::new();
        self.grammar.say(rule, self.slots, dice, &mut clause);
        // Nobody says the same thing twice, or nearly so.
        let start = |text: &str| text.chars().take(6).collect::<String>();
        if !clause.is_empty() && self.clauses.iter().all(|said| start(said) != start(&clause)) {
            self.clauses.push(clause);
        }
    }

    /// Something about an aspect; in the neutral tone something else if there is nothing neutral to say about it.
    fn about(&mut self, aspect: Aspect, sentiment: Sentiment, dice: &mut Random) {
        let rule = format!("{}{}", aspect.name(), sentiment.sign());
        if self.grammar.knows(&rule) {
            self.say(&rule, dice);
        } else {
            self.say(&format!("open{}", sentiment.sign()), dice);
        }
    }

    fn signed(&mut self, rule: &str, sentiment: Sentiment, dice: &mut Random) {
        self.say(&format!("{rule}{}", sentiment.sign()), dice);
    }
}

/// What somebody thinks: of `aspect` before all, of others of the `aspects` as well.
pub(crate) fn opinion(
    grammar: &Grammar,
    language: Language,
    (sentiment, aspect): (Sentiment, Option<Aspect>),
    aspects: &[Aspect],
    slots: Slots<'_>,
    dice: &mut Random,
) -> String {
    let style = Style::new(language, sentiment, dice);
    let mut draft = Draft {
        grammar,
        slots,
        clauses: Vec::new(),
    };
    let length = dice.weighted(&[0.16, 0.42, 0.3, 0.12]);
    let Some(aspect) = aspect else {
        // Nothing in particular.
        if length == 0 || sentiment != Sentiment::Neutral {
            draft.signed("short", sentiment, dice);
        } else {
            draft.signed("open", sentiment, dice);
        }
        if length > 0 {
            draft.signed("close", sentiment, dice);
        }
        if length > 1 {
            draft.say("filler", dice);
        }
        return finish(draft.clauses, &style, dice);
    };
    if length > 1 || length == 1 && dice.chance(0.4) {
        draft.signed("open", sentiment, dice);
    }
    if sentiment == Sentiment::Negative && dice.chance(0.04) {
        // Irony: praise that the next words take back.
        let mut words = String::new();
        grammar.say("joke", slots, dice, &mut words);
        grammar.say(&format!("{}-", aspect.name()), slots, dice, &mut words);
        draft.clauses.push(words);
    } else {
        draft.about(aspect, sentiment, dice);
    }
    let mut others: Vec<Aspect> = aspects.iter().copied().filter(|other| *other != aspect).collect();
    let more = match length {
        0 => 0,
        1 => dice.below(2),
        2 => dice.below(2) + 1,
        _ => dice.below(3) + 2,
    };
    for _ in 0..more {
        if others.is_empty() {
            break;
        }
        let other = others.swap_remove(dice.index(others.len()));
        draft.about(other, sentiment, dice);
        if length > 1 && dice.chance(0.3) {
            draft.say("filler", dice);
        }
    }
    let turn = match sentiment {
        Sentiment::Positive => Some(Sentiment::Negative),
        Sentiment::Negative => Some(Sentiment::Positive),
        Sentiment::Neutral => None,
    };
    if let Some(turn) = turn
        && length > 1
        && !others.is_empty()
        && dice.chance(0.16)
    {
        // One thing is otherwise; all the rest and the end outweigh it.
        let mut words = String::new();
        grammar.say("but", slots, dice, &mut words);
        if language == Language::En {
            words.push(' ');
        }
        let other = others.swap_remove(dice.index(others.len()));
        grammar.say(&format!("{}{}", other.name(), turn.sign()), slots, dice, &mut words);
        draft.clauses.push(words);
        draft.signed("close", sentiment, dice);
    }
    if length == 3 {
        draft.say("filler", dice);
        draft.signed("open", sentiment, dice);
    }
    if length > 1 || length == 1 && dice.chance(0.35) {
        draft.signed("close", sentiment, dice);
    }
    finish(draft.clauses, &style, dice)
}

/// A message to the service desk.
pub(crate) fn ticket(
    grammar: &Grammar,
    language: Language,
    intent: Intent,
    (sentiment, aspect): (Sentiment, Option<Aspect>),
    slots: Slots<'_>,
    dice: &mut Random,
) -> String {
    let style = Style::new(language, sentiment, dice);
    let mut draft = Draft {
        grammar,
        slots,
        clauses: Vec::new(),
    };
    let is_negative = sentiment == Sentiment::Negative;
    let rule = format!("t.{}", intent.name());
    if dice.chance(if is_negative { 0.25 } else { 0.6 }) {
        draft.say("greet", dice);
    }
    if is_negative && dice.chance(if intent == Intent::Complaint { 0.5 } else { 0.2 }) {
        draft.say("sigh", dice);
    }
    // What is complained about or praised, and in a cross message about something else what went wrong.
    let tells = match intent {
        Intent::Complaint | Intent::Praise => true,
        Intent::RefundReturn | Intent::HumanAgent => is_negative && dice.chance(0.6),
        _ => false,
    };
    let comes_first = dice.chance(if intent == Intent::Complaint { 0.5 } else { 0.85 });
    if comes_first {
        draft.say(&rule, dice);
    }
    if let Some(aspect) = aspect.filter(|_| tells) {
        draft.about(aspect, sentiment, dice);
        if dice.chance(0.25) {
            draft.about(aspect, sentiment, dice);
        }
    }
    if !comes_first {
        draft.say(&rule, dice);
    }
    if is_negative {
        draft.say("cross", dice);
        // Who writes about an order or a bill keeps to it; who complains goes on and on.
        for _ in 0..dice.below(if intent == Intent::Complaint { 4 } else { 2 }) {
            draft.say("upset", dice);
        }
    }
    // Who praises waits for no answer.
    if intent != Intent::Praise && dice.chance(if is_negative { 0.15 } else { 0.55 }) {
        draft.say("bye", dice);
    }
    finish(draft.clauses, &style, dice)
}

/// Joins the clauses as people do.
fn finish(clauses: Vec<String>, style: &Style, dice: &mut Random) -> String {
    let mut text = String::with_capacity(clauses.iter().map(String::len).sum::<usize>() + 8 * clauses.len());
    let last = clauses.len().saturating_sub(1);
    let mut is_start = true;
    for (place, clause) in clauses.iter().enumerate() {
        let begins = text.len();
        text.push_str(clause);
        if style.language == Language::En && is_start && !style.is_lazy {
            capitalise(&mut text, begins);
        }
        let is_question = is_question(clause, style.language);
        is_start = if clause.ends_with(['？', '?', '！', '，', '…']) {
            if style.language == Language::En && place < last {
                text.push(' ');
            }
            !clause.ends_with('，')
        } else {
            let (mark, ends) = mark(style, is_question, place == last, dice);
            text.push_str(mark);
            ends
        };
    }
    typo(&mut text, style.language, dice);
    if let Some(emoji) = style.emoji {
        text.push_str(emoji);
    }
    text
}

fn is_question(clause: &str, language: Language) -> bool {
    match language {
        Language::Zh => {
            clause.ends_with(['吗', '呢', '么'])
                || ["什么", "怎么", "多少", "哪里"]
                    .iter()
                    .any(|word| clause.ends_with(word))
        }
        Language::En => {
            let first = clause.split(' ').next().unwrap_or_default();
            matches!(
                first,
                "where"
                    | "when"
                    | "how"
                    | "what"
                    | "does"
                    | "do"
                    | "is"
                    | "can"
                    | "will"
                    | "has"
                    | "who"
                    | "are"
                    | "could"
            )
        }
    }
}

/// What comes after a clause, and whether it ends a sentence.
fn mark(style: &Style, is_question: bool, is_last: bool, dice: &mut Random) -> (&'static str, bool) {
    let is_lazy = style.is_lazy;
    match (style.language, is_last) {
        (Language::Zh, false) if is_question => ("？", true),
        (Language::Zh, false) if is_lazy => (dice.pick(&[" ", " ", "，", "，", "…"]), true),
        (Language::Zh, false) if style.is_loud => (dice.pick(&["！", "！", "，", "。", "！！"]), true),
        (Language::Zh, false) => (dice.pick(&["，", "，", "，", "。", "。", "；"]), true),
        (Language::Zh, true) if is_lazy => ("", true),
        (Language::Zh, true) if is_question => ("？", true),
        (Language::Zh, true) if style.is_loud => (dice.pick(&["！", "！！", "!!!", "！"]), true),
        (Language::Zh, true) => (dice.pick(&["。", "。", "。", "", "~"]), true),
        (Language::En, false) if is_question => ("? ", true),
        (Language::En, false) if is_lazy => (dice.pick(&[" ", ", ", ", ", "... "]), false),
        (Language::En, false) if style.is_loud => (dice.pick(&["! ", "! ", ". ", "!! "]), true),
        (Language::En, false) => {
            let mark = dice.pick(&[". ", ". ", ". ", ". ", ", ", " - "]);
            (mark, mark == ". ")
        }
        (Language::En, true) if is_lazy => ("", true),
        (Language::En, true) if is_question => ("?", true),
        (Language::En, true) if style.is_loud => (dice.pick(&["!", "!!", "!!!", "!"]), true),
        (Language::En, true) => (dice.pick(&[".", ".", ".", ""]), true),
    }
}

fn capitalise(text: &mut String, at: usize) {
    if let Some(first) = text.get(at..).and_then(|rest| rest.chars().next())
        && first.is_ascii_lowercase()
    {
        text.replace_range(at..=at, first.to_ascii_uppercase().encode_utf8(&mut [0; 4]));
    }
}

/// Slips of the finger and of the input method, in a text of twenty.
fn typo(text: &mut String, language: Language, dice: &mut Random) {
    if !dice.chance(0.05) {
        return;
    }
    match language {
        Language::Zh => {
            const SOUNDS: [(&str, &str); 7] = [
                ("的", "得"),
                ("在", "再"),
                ("已经", "己经"),
                ("做", "作"),
                ("那", "哪"),
                ("质量", "质良"),
                ("吗", "嘛"),
            ];
            let first = dice.index(SOUNDS.len());
            let found = SOUNDS
                .iter()
                .cycle()
                .skip(first)
                .take(SOUNDS.len())
                .find(|(right, _)| text.contains(right));
            if let Some((right, wrong)) = found {
                *text = text.replacen(right, wrong, 1);
            }
        }
        Language::En => {
            let mut signs: Vec<char> = text.chars().collect();
            let at = dice.index(signs.len().saturating_sub(3)) + 1;
            let are_letters = signs
                .get(at..at + 2)
                .is_some_and(|two| two.iter().all(char::is_ascii_lowercase));
            if are_letters {
                match dice.below(3) {
                    0 => signs.swap(at, at + 1),
                    1 => {
                        signs.remove(at);
                    }
                    _ => signs.insert(at, signs[at]),
                }
                *text = signs.into_iter().collect();
            }
        }
    }
}
