//! `tronie explain`: a text, the model's answer, and what each word did to it.

use std::fs;

use crate::harness::{Ran, Workplace, ran};

/// `tronie explain ARGS`, with nothing on standard input.
fn explain(workplace: &Workplace, args: &[&str]) -> Ran {
    workplace.run(&[&["explain"], args].concat())
}

/// What `args` say on standard error, in one line, with exit code `code`.
fn says(workplace: &Workplace, args: &[&str], code: i32, expected: &str) {
    let message = explain(workplace, args).fails(code);
    assert!(message.starts_with("error: "), "{message}");
    assert!(message.contains(expected), "got: {message}expected in it: {expected}");
}

#[test]
fn the_words_that_did_most_come_first_and_add_up() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let out = explain(&workplace, &["it's good, a bad day"]).ok();
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("neutral "), "the label and the score: {out}");
    assert_eq!(lines[2], "it's good, a bad day");
    let gains: Vec<f64> = lines[4..]
        .iter()
        .take_while(|line| !line.is_empty())
        .map(|line| line[..6].parse().expect("a number with its sign"))
        .collect();
    assert_eq!(gains.len(), 5, "one line a word: {out}");
    assert!(gains.is_sorted_by(|a, b| a.abs() >= b.abs()), "{out}");
    assert!(lines[4].ends_with("  good") || lines[4].ends_with("  bad"), "{out}");
    let last = lines[lines.len() - 1];
    assert!(
        last.contains(" without words, ") && last.contains(" by all words: "),
        "{out}"
    );
}

#[test]
fn no_number_is_minus_nothing() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let out = explain(&workplace, &["good food, bad service"]).ok();
    assert!(!out.contains("-0.000"), "{out}");
}

#[test]
fn the_task_may_be_the_intent_and_the_model_another_one() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let intent = explain(&workplace, &["good day", "--task", "intent"]).ok();
    assert!(intent.starts_with("other 0."), "{intent}");
    let other = explain(&workplace, &["好吃", "--model", "tiny-hf"]).ok();
    assert!(other.starts_with("positive "), "{other}");
}

#[test]
fn a_text_may_come_from_standard_input() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let out = workplace.run_with_input(&["explain"], "good food\nbad day\n").ok();
    assert!(out.contains("\n\ngood food\nbad day\n"), "{out}");
}

#[test]
fn words_are_coloured_where_colours_are_shown_and_nowhere_else() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let with = |settings: &[(&str, &str)]| {
        let mut command = workplace.command(&["explain", "good bad"]);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        ran(command.envs(settings.iter().copied()).output().expect("it runs")).ok()
    };
    let coloured = with(&[("CLICOLOR_FORCE", "1")]);
    assert!(coloured.contains("\u{1b}[42mgood\u{1b}[0m"), "green: {coloured:?}");
    assert!(coloured.contains("\u{1b}[41mbad\u{1b}[0m"), "red: {coloured:?}");
    assert!(!with(&[]).contains('\u{1b}'), "a pipe shows no colours");
    assert!(!with(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
}

#[test]
fn what_a_text_says_to_the_terminal_is_left_out() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let out = explain(&workplace, &["good \u{1b}[31mred\u{1b}[0m \u{7}\r"]).ok();
    assert!(out.contains("good [31mred[0m"), "{out:?}");
    assert!(out.chars().all(|c| c == '\n' || !c.is_control()), "{out:?}");
}

#[test]
fn a_page_is_well_formed_whatever_the_text_says() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let text = "good <script>alert('x')</script> & \"bad\" </p> {{rows}} {{words}} \u{1b}[0m <!-- 很差";
    explain(&workplace, &[text, "--html", "page.html"]).ok();
    let page = fs::read_to_string(workplace.path("page.html")).expect("written");
    assert!(page.starts_with("<!doctype html>"), "{page}");
    assert_eq!(text_of(&page, "p"), Ok(text.replace('\u{1b}', "")), "{page}");
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("<td>good</td>") && page.contains("title=\"+"), "{page}");
    assert!(workplace.leftovers().is_empty());
}

/// The text of the first element `name` in a page whose tags are all closed in their order, each `&` an entity.
fn text_of(page: &str, name: &str) -> Result<String, String> {
    let mut open: Vec<&str> = Vec::new();
    let (mut text, mut found) = (String::new(), false);
    let (_, mut rest) = page.split_once('>').ok_or("no doctype")?;
    while let Some((between, after)) = rest.split_once('<') {
        if open.contains(&name) && !found {
            text.push_str(&decoded(between)?);
        }
        let (tag, after) = after.split_once('>').ok_or("a tag that does not end")?;
        rest = after;
        match tag.strip_prefix('/') {
            Some(closed) if open.pop() == Some(closed) => found |= closed == name,
            Some(closed) => return Err(format!("</{closed}> closes what is not open")),
            None => {
                let tag = tag.split_whitespace().next().unwrap_or_default();
                if !tag.starts_with(|c: char| c.is_ascii_lowercase()) {
                    return Err(format!("<{tag} is no tag"));
                }
                if tag != "meta" {
                    open.push(tag);
                }
            }
        }
    }
    if open.is_empty() {
        Ok(text)
    } else {
        Err(format!("{open:?} are not closed"))
    }
}

fn decoded(text: &str) -> Result<String, String> {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#123;", "{")];
    let decoded = entities
        .iter()
        .fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign));
    match decoded.replace("&amp;", "").contains('&') {
        true => Err(format!("an & that is no entity in {text}")),
        false => Ok(decoded.replace("&amp;", "&")),
    }
}

#[test]
fn a_page_that_cannot_be_written_is_said_with_its_name() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let args = ["good", "--html", "no/such/folder/page.html"];
    says(&workplace, &args, 1, "`no/such/folder/page.html` cannot be written: ");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let workplace = Workplace::new();
    for empty in ["", "  ", "\n\t"] {
        says(&workplace, &[empty], 2, "the text is empty; give one with words");
    }
    says(&workplace, &[], 2, "the text is empty; give one with words");
    says(
        &workplace,
        &["good", "--task", "mood"],
        2,
        "invalid value 'mood' for '--task <TASK>'",
    );
    says(
        &workplace,
        &["good", "--task", "mood"],
        2,
        "[possible values: sentiment, intent]",
    );
    says(&workplace, &["good", "day"], 2, "unexpected argument 'day'");
    says(&workplace, &["-bad"], 2, "to pass '-b' as a value, use '-- -b'");
}

#[test]
fn a_missing_model_is_an_error_with_the_models_that_exist() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    says(
        &workplace,
        &["good", "--model", "churn"],
        1,
        "model `churn` is not in the registry (models there: ",
    );
    // A sentiment cannot be read off labels that are none; the intent can.
    says(&workplace, &["good", "--model", "./empty"], 1, "`./empty`");
}

#[test]
fn a_text_that_nobody_can_see_has_no_words() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    says(
        &workplace,
        &["\u{200b}\u{feff}"],
        1,
        "the text has no words that the model can read",
    );
}
