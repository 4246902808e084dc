//! The methods on texts whose keywords a person chose, and the options.

use datafusion_common::ScalarValue;
use datafusion_expr::ReturnFieldArgs;
use tronie_udf_kit::Options;

use super::{Asked, PARAMETERS};
use crate::keywords::candidates::candidates;
use crate::keywords::rank::{Weighted, text_rank, tf_idf};
use crate::words::is_chinese;

const LABELLED: &str = include_str!("../../data/keywords_labelled.tsv");

/// The five heaviest words.
type Method = for<'a> fn(&'a [Option<crate::keywords::candidates::Candidate<'a>>], usize) -> Vec<Weighted<'a>>;

/// Precision at 5, and recall at 5, on average over the texts of a language.
fn measure(method: Method, chinese: bool) -> (f64, f64) {
    let (mut precision, mut recall, mut texts) = (0.0, 0.0, 0.0);
    for (text, chosen) in LABELLED.lines().filter_map(|line| line.split_once('\t')) {
        if text.chars().any(is_chinese) != chinese {
            continue;
        }
        let chosen: Vec<&str> = chosen.split(',').collect();
        let candidates = candidates(text);
        let found = method(&candidates, 5);
        let hits = found
            .iter()
            .filter(|found| chosen.contains(&found.word.as_ref()))
            .count() as f64;
        precision += hits / found.len().max(1) as f64;
        recall += hits / chosen.len() as f64;
        texts += 1.0;
    }
    assert!(texts >= 30.0);
    (precision / texts, recall / texts)
}

/// What is measured now is in the comment; the floor leaves room for a change of dictionary, not for a mistake.
#[test]
fn keywords_are_those_that_a_person_chose() {
    let floors: [(&str, Method, bool, f64, f64); 4] = [
        ("tfidf, Chinese", tf_idf, true, 0.74, 0.70),
        ("textrank, Chinese", text_rank, true, 0.68, 0.64),
        ("tfidf, English", tf_idf, false, 0.83, 0.80),
        ("textrank, English", text_rank, false, 0.80, 0.77),
    ];
    for (name, method, chinese, least_precision, least_recall) in floors {
        let (precision, recall) = measure(method, chinese);
        assert!(
            precision >= least_precision && recall >= least_recall,
            "{name}: precision {precision:.3}, recall {recall:.3}"
        );
    }
}

#[test]
fn results_do_not_depend_on_chance() {
    for text in ["屏幕 键盘 风扇 鼠标 耳机", "screen keyboard mouse fan cable"] {
        let candidates = candidates(text);
        for method in [tf_idf as Method, text_rank] {
            let first = method(&candidates, 3);
            assert!((0..20).all(|_| method(&candidates, 3) == first));
            assert!(first.is_sorted_by(|a, b| a.weight >= b.weight));
        }
    }
}

#[test]
fn of_equals_the_first_in_the_text_comes_first() {
    let candidates = candidates("zipper umbrella");
    let words: Vec<_> = text_rank(&candidates, 5).into_iter().map(|found| found.word).collect();
    assert_eq!(words, ["zipper", "umbrella"]);
}

#[test]
fn more_of_a_word_is_more_weight() {
    let candidates = candidates("The battery is bad. The battery and the screen, again the battery.");
    for method in [tf_idf as Method, text_rank] {
        assert_eq!(method(&candidates, 1)[0].word, "battery");
    }
}

/// What planning says to a call with these values of `top_k`, `method` and `model`.
fn plan(options: [Option<ScalarValue>; 3]) -> Result<(), String> {
    let options = options.map(|option| option.unwrap_or(ScalarValue::Null));
    let args = ReturnFieldArgs {
        arg_fields: &[],
        scalar_arguments: &[None, Some(&options[0]), Some(&options[1]), Some(&options[2])],
    };
    let read = Asked::read(&Options::planned(&PARAMETERS, &args));
    read.map(drop).map_err(|error| error.strip_backtrace())
}

#[test]
fn options_are_checked_when_the_query_is_planned() {
    assert_eq!(plan([None, None, None]), Ok(()));
    assert_eq!(plan([Some(3_i64.into()), Some("TextRank".into()), None]), Ok(()));
    let refused = [
        (
            [Some(0_i64.into()), None, None],
            "`top_k =>` must be a whole number from 1 to 1000, got 0",
        ),
        (
            [None, Some("bm25".into()), None],
            "`method =>` must be one of 'auto', 'tfidf', 'textrank', 'embedding', got 'bm25'",
        ),
        (
            [None, None, Some("e5".into())],
            "`model => 'e5'` is for `method => 'embedding'`",
        ),
    ];
    for (options, part) in refused {
        let message = plan(options).expect_err("refused");
        assert!(message.contains(part), "{message}");
    }
}
