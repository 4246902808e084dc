//! `SET tronie.cascade`: the shipped model's small linear model answers the easy texts. In the encoder's place is a stub that
//! finds everything neutral, so an answer shows who gave it.

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use tokio::runtime::Runtime;
use tronie_engine::{EngineSettings, Error};
use tronie_model::stub::Stub;
use tronie_testing::TINY_MULTI_OUTPUTS;

use crate::driver::{Local, rows};

struct Process {
    runtime: Runtime,
    session: Local,
    encoder: Stub,
}

impl Process {
    fn new() -> Self {
        let encoder = Stub::new(&TINY_MULTI_OUTPUTS, |_| Ok(vec![0.0, 5.0, 0.0])).with_tokens("token_embedding");
        let settings = EngineSettings {
            model_folders: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../models")],
            ..EngineSettings::default()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("threads");
        let session = runtime.block_on(Local::new(settings, Arc::new(encoder.clone())));
        Self {
            session: session.expect("a session"),
            runtime,
            encoder,
        }
    }

    /// The process with the option set.
    fn with_cascade() -> Self {
        let process = Self::new();
        process.rows("set tronie.cascade = 0.98");
        process
    }

    fn query(&self, sql: &str) -> Result<Vec<RecordBatch>, Error> {
        self.runtime.block_on(self.session.query(sql))
    }

    fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let batches = self.query(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        batches.iter().flat_map(rows).collect()
    }

    /// One column of `tronie_model_stats()`.
    fn count(&self, column: &str) -> usize {
        let found = self.rows(&format!("select {column} from tronie_model_stats()"));
        found[0][0].parse().expect("a number")
    }
}

/// A text that leaves no doubt, and one that takes reading.
const EASY: &str = "非常好，很喜欢，质量不错，下次还会再来！";
const HARD: &str = "The screen is fine, the battery is not";

/// Two thousand texts without a doubt.
const MANY: &str = "select 'Excellent, very happy, I love it! ' || value as t from generate_series(1, 2000)";

#[test]
fn it_is_off_until_it_is_asked_for() {
    let process = Process::new();
    assert_eq!(process.rows("show tronie.cascade"), [["tronie.cascade", "0"]]);
    assert_eq!(
        process.rows(&format!("select ai_sentiment('{EASY}')['label']")),
        [["neutral"]]
    );
    assert_eq!(process.count("cascaded"), 0);
    assert_eq!(process.encoder.texts(), 1);
}

#[test]
fn easy_texts_are_answered_by_it_and_the_others_by_the_encoder() {
    let process = Process::with_cascade();
    let sql = format!("select ai_sentiment(t)['label'] from (values ('{EASY}'), ('{HARD}'), (null), (' ')) as v(t)");
    assert_eq!(process.rows(&sql), [["positive"], ["neutral"], ["NULL"], ["NULL"]]);
    assert_eq!(process.encoder.texts(), 1);
    assert_eq!((process.count("cascaded"), process.count("inferred")), (1, 1));
}

#[test]
fn its_confidence_is_a_probability_that_it_was_sure_of() {
    let process = Process::with_cascade();
    let sql = format!(
        "select s['confidence'] > 0.5, s['confidence'] <= 1, s['score'] > 0.5 from (select ai_sentiment('{EASY}') as s)"
    );
    assert_eq!(process.rows(&sql), [["true", "true", "true"]]);
}

#[test]
fn a_few_are_audited_and_every_text_is_counted_once() {
    let process = Process::with_cascade();
    let count = |label: &str| {
        let sql = format!("select count(*) from ({MANY}) where ai_sentiment(t)['label'] = '{label}'");
        process.rows(&sql)[0][0].parse::<usize>().expect("a number")
    };
    let positive = count("positive");
    let [texts, cascaded, audited, agreed, inferred] =
        ["texts", "cascaded", "audited", "agreed", "inferred"].map(|column| process.count(column));
    assert_eq!(texts, 2000);
    assert_eq!(
        cascaded, positive,
        "what it answers is positive, what the encoder answers neutral"
    );
    assert_eq!(cascaded + inferred, texts);
    assert!((10..60).contains(&audited), "about one in 64 of 2000, got {audited}");
    assert!(audited <= inferred, "what is audited goes through the encoder");
    assert_eq!(agreed, 0, "the encoder finds everything neutral");
    // The same ones again: the text decides.
    assert_eq!(count("positive"), positive);
}

#[test]
fn a_pass_that_is_made_anyway_is_not_spared() {
    let process = Process::with_cascade();
    // Keywords by meaning come out of the encoder alone, and its pass has the sentiment too.
    let sql = format!(
        "select ai_sentiment(t)['label'], ai_keywords(t, method => 'embedding') is null from (values ('{EASY}')) as v(t)"
    );
    assert_eq!(process.rows(&sql), [["neutral", "false"]]);
    assert_eq!(process.count("cascaded"), 0);
}

#[test]
fn it_is_asked_when_the_query_says_so_and_not_later() {
    let process = Process::with_cascade();
    let sql = format!("select ai_sentiment('{EASY}')['label']");
    assert_eq!(process.rows(&sql), [["positive"]]);
    process.rows("set tronie.cascade = 0");
    assert_eq!(process.rows(&sql), [["neutral"]]);
}

#[test]
fn explain_analyze_says_what_it_answered() {
    let process = Process::with_cascade();
    let sql = format!("explain analyze select ai_sentiment(t)['label'] from ({MANY})");
    let shown = process.rows(&sql).concat().join("\n");
    assert!(
        shown.contains("model default: ") && shown.contains(", cascaded="),
        "{shown}"
    );
    assert!(shown.contains(" audited, "), "{shown}");
}

#[test]
fn a_rate_that_cannot_be_is_refused() {
    let process = Process::new();
    for wrong in ["1", "98", "-0.1", "1.5", "'much'", "'NaN'", "'inf'"] {
        let error = process
            .query(&format!("set tronie.cascade = {wrong}"))
            .expect_err("refused")
            .to_string();
        let got = wrong.trim_matches('\'');
        let expected = format!("tronie.cascade is a share such as 0.98, below 1, or 0 for none, got '{got}'");
        assert!(error.contains(&expected), "{error}");
    }
    assert_eq!(process.rows("show tronie.cascade"), [["tronie.cascade", "0"]]);
}
