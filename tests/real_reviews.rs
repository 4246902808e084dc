//! The shipped model on real texts: what holds for every text, whatever the scores are.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};
use tronie_engine::EngineSettings;
use tronie_ort::OnnxRuntime;
use tronie_testing::onnxruntime;

use crate::driver::Local;

fn session(runtime: &tokio::runtime::Runtime, options: &[(&str, &str)]) -> Option<Local> {
    let backend = Arc::new(OnnxRuntime::new(vec![onnxruntime()?]));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut settings = EngineSettings {
        model_folders: vec![root.join("models")],
        ..EngineSettings::default()
    };
    let comments = root.join("examples/user_comments.csv").display().to_string();
    settings.tables.insert("comments".to_owned(), comments);
    settings.options.extend(
        options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    Some(runtime.block_on(Local::new(settings, backend)).expect("a session"))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads")
}

fn scores(batches: &[RecordBatch]) -> Vec<(i64, f64)> {
    let rows = |batch: &RecordBatch| {
        let ids = batch.column(0).as_primitive::<Int64Type>().values().to_vec();
        let scores = batch.column(1).as_primitive::<Float64Type>().values().to_vec();
        ids.into_iter().zip(scores).collect::<Vec<_>>()
    };
    batches.iter().flat_map(rows).collect()
}

const SCORES: &str = "select id, ai_sentiment(comment)['score'] as score from comments order by id";

#[test]
fn a_score_does_not_depend_on_the_batch() {
    let runtime = runtime();
    let Some(alone) = session(&runtime, &[("tronie.batch_tokens", "1")]) else {
        return;
    };
    let Some(together) = session(&runtime, &[("tronie.batch_tokens", "4096")]) else {
        return;
    };
    let alone = scores(&runtime.block_on(alone.query(SCORES)).expect("scores"));
    let together = scores(&runtime.block_on(together.query(SCORES)).expect("scores"));
    assert!(alone.len() >= 40, "the sample has {} comments", alone.len());
    for ((id, alone), (_, together)) in alone.iter().zip(&together) {
        assert!(
            (alone - together).abs() < 1e-5,
            "comment {id}: {alone} alone, {together} among others"
        );
    }
}

#[test]
fn the_five_comments_are_what_they_are() {
    let runtime = runtime();
    let Some(session) = session(&runtime, &[]) else { return };
    let sql = "select comment, ai_sentiment(comment)['label'] as sentiment from comments where id <= 5 order by id";
    let batches = runtime.block_on(session.query(sql)).expect("sentiments");
    let labels: Vec<&str> = batches
        .iter()
        .flat_map(|batch| batch.column(1).as_string::<i32>().iter().flatten())
        .collect();
    assert_eq!(labels, ["positive", "negative", "positive", "negative", "positive"]);
}
