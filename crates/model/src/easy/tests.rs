//! Who answers: the shipped model's cascade, or a stub in its encoder's place that finds everything the same.

use std::path::Path;

use tronie_common::{ModelCache, OnError, QueryScope};
use tronie_testing::TINY_MULTI_OUTPUTS;

use super::*;
use crate::answers::Row;
use crate::models::{Models, ModelsConfig};
use crate::registry::Registry;
use crate::stub::Stub;

const EASY: &str = "非常好，很喜欢，质量不错，下次还会再来！";
const HARD: &str = "The screen is fine, the battery is not";

/// What became of texts.
struct Outcome {
    rows: Vec<Option<Row>>,
    counts: Counts,
    /// How many texts the encoder was given.
    encoded: usize,
}

/// Asks `tasks` about texts, the cascade allowed to answer at `rate`.
fn ask(texts: &[&str], tasks: &[&str], rate: f64) -> Outcome {
    let stub = Stub::new(&TINY_MULTI_OUTPUTS, |_| Ok(vec![0.0, 5.0, 0.0]));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let models = Models::new(ModelsConfig::new(Registry::new(vec![folder]), Arc::new(stub.clone())));
    let model = models.load("default").expect("the shipped model");
    let questions: Vec<Question> = tasks
        .iter()
        .map(|task| Question::of(model.output(task).expect("a task")))
        .collect();
    let texts: Vec<Option<&str>> = texts.iter().copied().map(Some).collect();
    let rows = models.infer(&Request {
        model: &model,
        questions: &questions,
        texts: &texts,
        batch_tokens: 512,
        on_error: OnError::Fail,
        cache: ModelCache::Off,
        cache_bytes: 0,
        cascade: rate,
        scope: &QueryScope::default(),
    });
    Outcome {
        rows: rows.expect("answers"),
        counts: models.counts()[0].1,
        encoded: stub.texts(),
    }
}

#[test]
fn without_a_rate_the_encoder_answers_everything() {
    let outcome = ask(&[EASY, HARD], &["sentiment"], 0.0);
    assert_eq!((outcome.encoded, outcome.counts.cascaded), (2, 0));
}

#[test]
fn an_easy_text_is_answered_without_the_encoder_and_a_hard_one_by_it() {
    let outcome = ask(&[EASY, HARD, EASY], &["sentiment"], 0.98);
    assert_eq!(
        (outcome.encoded, outcome.counts.cascaded, outcome.counts.repeated),
        (1, 1, 1)
    );
    let best: Vec<usize> = outcome.rows.iter().flatten().map(|row| best(row)).collect();
    assert_eq!(best, [2, 1, 2], "positive by the cascade, neutral by the stub");
}

#[test]
fn the_intent_has_thresholds_of_its_own() {
    let outcome = ask(&["I want my money back, please refund my order"], &["intent"], 0.9);
    assert_eq!((outcome.encoded, outcome.counts.cascaded), (0, 1));
    let row = outcome.rows[0].as_ref().expect("an answer");
    assert_eq!((row.len(), best(row)), (12, 3), "refund_return");
}

#[test]
fn a_rate_that_was_never_reached_leaves_all_to_the_encoder() {
    let outcome = ask(&[EASY], &["sentiment"], 0.9999);
    assert_eq!((outcome.encoded, outcome.counts.cascaded), (1, 0));
}

#[test]
fn an_output_that_the_cascade_does_not_know_spares_nothing() {
    assert_eq!(ask(&[EASY], &["embedding"], 0.98).encoded, 1);
    assert_eq!(ask(&[EASY], &["sentiment", "embedding"], 0.98).encoded, 1);
    assert_eq!(
        ask(&[EASY], &["sentiment", "intent"], 0.98).rows[0]
            .as_ref()
            .map(|row| row.len()),
        Some(3)
    );
}

#[test]
fn its_logits_are_read_at_the_outputs_temperature() {
    let sure = |rate| {
        let outcome = ask(&[EASY], &["sentiment"], rate);
        let row = outcome.rows[0].as_ref().expect("an answer");
        let manifest =
            crate::manifest::Manifest::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/default"));
        let output = manifest
            .expect("a manifest")
            .output("sentiment")
            .expect("an output")
            .clone();
        output.probabilities(row)[2]
    };
    // At least as sure as the threshold for that rate asks.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/default/cascade.safetensors");
    let cascade = crate::cascade::Cascade::read(&std::fs::read(folder).expect("a file")).expect("a cascade");
    let least = cascade.threshold("sentiment", 0.98).expect("a threshold");
    assert!(sure(0.98) >= least, "{} < {least}", sure(0.98));
    assert!(sure(0.98) > sure(0.0), "the stub finds it neutral");
}
