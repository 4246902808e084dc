//! Texts in, answers out, and how often the model is asked, with a stub that answers `[number of tokens, first id]`.

use std::sync::Barrier;
use std::thread;

use tronie_common::Kind;
use tronie_testing::TINY_MULTI_OUTPUTS;

use super::*;
use crate::backend::BackendError;
use crate::stub::Stub;

/// The id of `差` in the fixture's vocabulary: the stub fails on it where a test asks for that.
const BAD: i64 = 21;

fn stub() -> Stub {
    Stub::new(&TINY_MULTI_OUTPUTS, |ids| {
        Ok(vec![ids.len() as f32, ids[1] as f32, 0.0])
    })
}

fn models_with(stub: &Stub, memory: Arc<dyn Memory>) -> Models {
    let registry = Registry::new(vec![tronie_testing::fixtures()]);
    Models::new(ModelsConfig {
        threads: 2,
        memory,
        ..ModelsConfig::new(registry, Arc::new(stub.clone()))
    })
}

fn models(stub: &Stub) -> Models {
    models_with(stub, Arc::new(Unlimited))
}

fn ask(
    models: &Models,
    texts: &[Option<&str>],
    on_error: OnError,
    scope: &QueryScope,
) -> Result<Vec<Option<Row>>, ModelError> {
    let model = models.load("tiny-multi")?;
    let output = model.output("sentiment")?;
    models.infer(&Request {
        model: &model,
        questions: &[Question::of(output)],
        texts,
        batch_tokens: 64,
        on_error,
        cache: ModelCache::Off,
        cache_bytes: 0,
        cascade: 0.0,
        scope,
    })
}

fn lengths(models: &Models, texts: &[Option<&str>]) -> Vec<Option<f32>> {
    let rows = ask(models, texts, OnError::Fail, &QueryScope::default()).expect("the stub answers");
    rows.into_iter().map(|row| row.map(|row| row[0])).collect()
}

#[test]
fn answers_come_in_the_order_of_the_texts() {
    let texts = [
        Some("good food"),
        None,
        Some("good"),
        Some("good food great service"),
        Some("  \u{200b}\t"),
    ];
    assert_eq!(
        lengths(&models(&stub()), &texts),
        [Some(4.0), None, Some(3.0), Some(6.0), None]
    );
}

#[test]
fn a_repeated_text_is_inferred_once() {
    let stub = stub();
    let models = models(&stub);
    let texts: Vec<Option<&str>> = ["good", "bad", "food"]
        .into_iter()
        .map(Some)
        .cycle()
        .take(3_000)
        .collect();
    assert_eq!(lengths(&models, &texts).len(), 3_000);
    assert_eq!(stub.texts(), 3);
    lengths(&models, &texts);
    assert_eq!(stub.texts(), 3, "the second call is answered from memory");
}

#[test]
fn questions_asked_together_cost_one_pass() {
    let stub = stub();
    let models = models(&stub);
    let model = models.load("tiny-multi").expect("it loads");
    let question = |task| Question::of(model.output(task).expect("it answers"));
    let (sentiment, intent, scope) = (question("sentiment"), question("intent"), QueryScope::default());
    let ask = |questions: &[Question]| {
        let request = Request {
            model: &model,
            questions,
            texts: &[Some("good"), Some("bad food")],
            batch_tokens: 64,
            on_error: OnError::Fail,
            cache: ModelCache::Off,
            cache_bytes: 0,
            cascade: 0.0,
            scope: &scope,
        };
        models.infer(&request).expect("answers")
    };
    ask(&[sentiment, intent.clone()]);
    assert_eq!(stub.texts(), 2);
    assert_eq!(ask(&[intent])[1].as_deref().map(|row| row[0]), Some(4.0));
    assert_eq!(stub.texts(), 2, "the second question was answered by the first pass");
}

#[test]
fn a_text_that_two_threads_ask_for_is_inferred_once() {
    let slow = Stub::new(&TINY_MULTI_OUTPUTS, |ids| {
        thread::sleep(std::time::Duration::from_millis(5));
        Ok(vec![ids.len() as f32, 0.0, 0.0])
    });
    let models = models(&slow);
    let words = [
        "good", "great", "nice", "bad", "terrible", "food", "service", "movie", "book", "the",
    ];
    let start = Barrier::new(4);
    thread::scope(|scope| {
        for shift in 0..4 {
            let (models, start) = (&models, &start);
            scope.spawn(move || {
                let texts: Vec<Option<&str>> = words
                    .iter()
                    .cycle()
                    .skip(shift * 3)
                    .take(10)
                    .copied()
                    .map(Some)
                    .collect();
                start.wait();
                assert_eq!(lengths(models, &texts), vec![Some(3.0); 10]);
            });
        }
    });
    assert_eq!(slow.texts(), words.len());
}

#[test]
fn batches_stay_within_the_token_budget() {
    let scope = QueryScope::default();
    let stub = stub();
    let models = models(&stub);
    let texts: Vec<String> = (1..40).map(|n| "good ".repeat(n)).collect();
    let texts: Vec<Option<&str>> = texts.iter().map(|text| Some(text.as_str())).collect();
    ask(&models, &texts, OnError::Fail, &scope).expect("the stub answers");
    let counts = scope.counts();
    assert_eq!(counts.inferred, 39);
    assert_eq!(stub.widest(), 64, "the budget is used and kept");
    assert!(counts.padding < counts.tokens / 4, "{counts:?}");
}

#[test]
fn a_text_that_the_model_cannot_process_is_null_or_an_error_and_spoils_no_other() {
    let picky = Stub::new(&TINY_MULTI_OUTPUTS, |ids| {
        if ids.contains(&BAD) {
            return Err(BackendError {
                message: "no kernel for it".to_owned(),
                kind: Kind::Fault,
            });
        }
        Ok(vec![ids.len() as f32, 0.0, 0.0])
    });
    let models = models(&picky);
    let texts = [Some("good"), Some("差"), Some("bad")];
    let scope = QueryScope::default();
    let rows = ask(&models, &texts, OnError::Null, &scope).expect("null for the one");
    assert_eq!(
        rows.iter().map(Option::is_some).collect::<Vec<_>>(),
        [true, false, true]
    );
    let error = ask(&models, &texts, OnError::Fail, &scope)
        .expect_err("it fails")
        .to_string();
    assert!(
        error.contains("'差': no kernel for it; set tronie.on_error = 'null'"),
        "{error}"
    );
}

#[test]
fn an_answer_that_is_no_number_is_null() {
    let stub = Stub::new(&TINY_MULTI_OUTPUTS, |_| Ok(vec![f32::NAN, 0.0, 0.0]));
    let rows = ask(&models(&stub), &[Some("good")], OnError::Null, &QueryScope::default()).expect("null");
    assert_eq!(rows, [None]);
}

#[test]
fn a_cancelled_query_stops_between_batches() {
    let scope = QueryScope::default();
    let cancel = scope.clone();
    let stub = Stub::new(&TINY_MULTI_OUTPUTS, move |ids| {
        cancel.cancel();
        Ok(vec![ids.len() as f32, 0.0, 0.0])
    });
    let models = models(&stub);
    let texts: Vec<String> = (0..200)
        .map(|n| format!("{} {n}", "good ".repeat(n % 50 + 1)))
        .collect();
    let texts: Vec<Option<&str>> = texts.iter().map(|text| Some(text.as_str())).collect();
    let error = ask(&models, &texts, OnError::Null, &scope).expect_err("cancelled");
    assert_eq!(error.kind(), Kind::Cancelled);
    assert!(
        stub.runs() <= 2,
        "each of the two threads ends its batch: {}",
        stub.runs()
    );
    let again = ask(&models, &texts[..2], OnError::Null, &QueryScope::default()).expect("its claims were given back");
    assert!(again.iter().all(Option::is_some));
}

#[test]
fn a_megabyte_of_text_is_cut_not_refused() {
    let long = "好".repeat(400_000);
    assert_eq!(lengths(&models(&stub()), &[Some(&long)]), [Some(64.0)]);
}

#[test]
fn a_model_is_loaded_once_and_an_unknown_one_names_those_that_exist() {
    let models = models(&stub());
    let first = models.load("tiny-multi").expect("it is there");
    let by_path = models
        .load(&tronie_testing::fixture("tiny-multi").display().to_string())
        .expect("by path");
    assert!(Arc::ptr_eq(&first, &by_path));
    let error = models.load("churn").expect_err("unknown").to_string();
    assert!(
        error.starts_with("model `churn` is not in the registry (models there: `tiny-hf`, `tiny-multi`)"),
        "{error}"
    );
}

#[test]
fn memory_that_is_not_there_is_an_error_before_the_model_is_loaded() {
    #[derive(Debug)]
    struct Full;
    impl Memory for Full {
        fn try_grow(&self, bytes: usize) -> Result<(), String> {
            Err(format!("it needs {bytes} bytes, none is left"))
        }
        fn shrink(&self, _: usize) {}
    }
    let error = models_with(&stub(), Arc::new(Full))
        .load("tiny-multi")
        .expect_err("no memory");
    assert_eq!(error.kind(), Kind::Exhausted);
}

/// A copy of the fixture in which `change` has broken something, and what loading it says.
fn broken(fixture: &str, change: impl Fn(&std::path::Path)) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for entry in std::fs::read_dir(tronie_testing::fixture(fixture))
        .expect("the fixture")
        .flatten()
    {
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copied");
    }
    change(folder.path());
    let name = folder.path().display().to_string();
    models(&stub())
        .load(&name)
        .expect_err("it is broken")
        .to_string()
        .replace(&name, "FOLDER")
}

#[test]
fn broken_folders_say_what_is_wrong_and_what_to_do() {
    let write = |file: &'static str, text: &'static str| {
        move |folder: &std::path::Path| std::fs::write(folder.join(file), text).expect("written")
    };
    let remove =
        |file: &'static str| move |folder: &std::path::Path| std::fs::remove_file(folder.join(file)).expect("removed");
    let expectations = [
        (
            broken("tiny-multi", write("model.onnx", "other")),
            "the sha256 of `FOLDER/model.onnx` is ",
        ),
        (
            broken("tiny-multi", remove("model.onnx")),
            "model folder `FOLDER`: `model.onnx` cannot be read",
        ),
        (
            broken("tiny-multi", write("manifest.toml", "format = 1")),
            "manifest.toml is not valid: missing field `name`",
        ),
        (
            broken("tiny-hf", remove("config.json")),
            "it has neither `manifest.toml` nor a Hugging Face `config.json`",
        ),
        (
            broken("tiny-hf", remove("tokenizer.json")),
            "it has no `tokenizer.json`; save the tokenizer",
        ),
        (
            broken("tiny-hf", write("tokenizer.json", "{}")),
            "`tokenizer.json` is not a tokenizer",
        ),
        (
            broken("tiny-hf", write("config.json", "{}")),
            "config.json has no `id2label`",
        ),
        (
            broken("tiny-hf", write("model.onnx", "other")),
            "the graph has no output `logits`",
        ),
    ];
    for (message, expected) in expectations {
        assert!(message.contains(expected), "got: {message}\nexpected: {expected}");
    }
}

#[test]
fn a_graph_that_scales_whole_batches_runs_texts_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["config.json", "tokenizer.json"] {
        std::fs::copy(tronie_testing::fixture("tiny-hf").join(file), folder.path().join(file)).expect("copied");
    }
    std::fs::write(
        folder.path().join("model.onnx"),
        [&[0; 1_048_570][..], b"DynamicQuantizeLinear"].concat(),
    )
    .expect("written");
    let stub = Stub::new(&["logits"], |_| Ok(vec![0.0, 1.0]));
    let models = models(&stub);
    let model = models.load(&folder.path().display().to_string()).expect("it loads");
    let (output, scope) = (
        model.output("sentiment").expect("its only output"),
        QueryScope::default(),
    );
    let texts = [Some("good"), Some("bad"), Some("food")];
    let request = Request {
        model: &model,
        questions: &[Question::of(output)],
        texts: &texts,
        batch_tokens: 64,
        on_error: OnError::Fail,
        cache: ModelCache::Off,
        cache_bytes: 0,
        cascade: 0.0,
        scope: &scope,
    };
    models.infer(&request).expect("answers");
    assert_eq!(stub.runs(), 3);
}
