//! The fixtures through the real library, against the answers worked out by the script that made them.

use std::sync::Arc;

use serde_json::Value;
use tronie_common::{Kind, ModelCache, OnError, QueryScope};
use tronie_model::{Backend, Models, ModelsConfig, Question, Registry, Request};
use tronie_testing::{fixture, fixtures, onnxruntime};

use super::OnnxRuntime;

fn backend() -> Option<Arc<OnnxRuntime>> {
    onnxruntime().map(|library| Arc::new(OnnxRuntime::new(vec![library])))
}

fn agrees_with_expected(model: &str, task: &str, batch_tokens: usize) {
    let Some(backend) = backend() else { return };
    let models = Models::new(ModelsConfig::new(Registry::new(vec![fixtures()]), backend));
    let model = models.load(model).expect("the fixture loads");
    let output = model.output(task).expect("the fixture answers it");
    let expected = std::fs::read_to_string(model.folder().join("expected.json")).expect("expected answers");
    let expected: Vec<Value> = serde_json::from_str(&expected).expect("json");
    let texts: Vec<Option<&str>> = expected.iter().map(|case| case["text"].as_str()).collect();
    let scope = QueryScope::default();
    let request = Request {
        model: &model,
        questions: &[Question::of(output)],
        texts: &texts,
        batch_tokens,
        on_error: OnError::Fail,
        cache: ModelCache::Off,
        cache_bytes: 0,
        cascade: 0.0,
        scope: &scope,
    };
    let rows = models.infer(&request).expect("the fixture answers");
    for (case, row) in expected.iter().zip(rows) {
        let row = row.expect("every text has an answer");
        let answer = case["outputs"][&output.name].as_array().expect("numbers").iter();
        for (got, expected) in row.iter().zip(answer) {
            let expected = expected.as_f64().expect("a number");
            assert!((f64::from(*got) - expected).abs() < 1e-5, "{case}: got {row:?}");
        }
    }
}

#[test]
fn a_hugging_face_export_gives_its_logits() {
    agrees_with_expected("tiny-hf", "sentiment", 512);
}

#[test]
fn padding_and_batching_do_not_change_the_answer() {
    for batch_tokens in [1, 20, 4096] {
        agrees_with_expected("tiny-multi", "sentiment", batch_tokens);
        agrees_with_expected("tiny-multi", "intent", batch_tokens);
        agrees_with_expected("tiny-multi", "embedding", batch_tokens);
    }
}

#[test]
fn a_corrupt_graph_is_refused_in_one_line() {
    let Some(backend) = backend() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let whole = std::fs::read(fixture("tiny-hf").join("model.onnx")).expect("the fixture");
    for (case, bytes) in [
        ("noise", b"not a graph".to_vec()),
        ("empty", Vec::new()),
        ("cut", whole[..whole.len() / 2].to_vec()),
    ] {
        let file = folder.path().join(format!("{case}.onnx"));
        std::fs::write(&file, bytes).expect("written");
        let error = backend.load(&file).expect_err(case);
        assert_eq!(error.kind, Kind::Input, "{case}");
        assert!(
            error.message.contains("is not a graph that ONNX Runtime can run: "),
            "{}",
            error.message
        );
        assert!(!error.message.contains('\n'), "{}", error.message);
    }
}

#[test]
fn labels_that_the_graph_has_no_columns_for_are_refused_when_the_model_is_loaded() {
    let Some(backend) = backend() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["model.onnx", "tokenizer.json"] {
        std::fs::copy(fixture("tiny-hf").join(file), folder.path().join(file)).expect("copied");
    }
    let config = r#"{"model_type": "bert", "id2label": {"0": "negative", "1": "neutral", "2": "positive"}}"#;
    std::fs::write(folder.path().join("config.json"), config).expect("written");
    let models = Models::new(ModelsConfig::new(Registry::default(), backend));
    let error = models
        .load(&folder.path().display().to_string())
        .expect_err("three labels, two columns");
    assert!(
        error
            .to_string()
            .contains("output `logits` has 2 columns, but there are 3 labels"),
        "{error}"
    );
}
