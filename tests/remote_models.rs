//! Models behind URLs: on an S3 server, and on a web server that counts what it is asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use arrow::array::RecordBatch;
use futures::TryStreamExt;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tronie_engine::{Ask, EngineSettings, Error, Kind, QueryScope};
use tronie_model::stub::Stub;
use tronie_testing::web::Web;
use tronie_testing::weed::Weed;
use tronie_testing::{TINY_MULTI_OUTPUTS, fixture, fixtures};

use crate::driver::{Local, rows};

/// A process with a cache folder, in which the first label of a model is always the most probable.
struct Process {
    runtime: Runtime,
    session: Local,
}

impl Process {
    fn new(cache: Option<&TempDir>, environment: &[(&str, &str)]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("threads");
        Self::on(runtime, cache, environment, None)
    }

    fn on(
        runtime: Runtime,
        cache: Option<&TempDir>,
        environment: &[(&str, &str)],
        memory_limit: Option<usize>,
    ) -> Self {
        let stub = Stub::new(&TINY_MULTI_OUTPUTS, |_| Ok(vec![9.0, 1.0, 0.0])).with_columns(3);
        let settings = EngineSettings {
            model_folders: vec![fixtures()],
            cache_folder: cache.map(|folder| folder.path().to_path_buf()),
            memory_limit,
            options: BTreeMap::from([("tronie.model".to_owned(), "tiny-multi".to_owned())]),
            store_environment: (environment.iter())
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..EngineSettings::default()
        };
        let session = runtime
            .block_on(Local::new(settings, Arc::new(stub)))
            .expect("a session");
        Self { runtime, session }
    }

    fn run(&self, sql: &str) -> Result<Vec<RecordBatch>, Error> {
        self.runtime.block_on(self.session.query(sql))
    }

    /// The first cell of the answer.
    fn cell(&self, sql: &str) -> String {
        let batches = self.run(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        let mut rows = batches.iter().flat_map(rows);
        rows.next().expect("a row").remove(0)
    }

    fn label(&self, url: &str) -> String {
        self.cell(&label(url))
    }

    fn refusal(&self, sql: &str) -> String {
        let error = self.run(sql).expect_err("it is refused");
        let message = error.to_string();
        assert!(!message.contains('\n') && !message.ends_with('.'), "{message}");
        message
    }
}

fn label(url: &str) -> String {
    format!("select ai_intent(t, model => '{url}')['label'] from (values ('good'), ('bad')) v(t)")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The fixture's description with another first label, so that answers tell which one was used.
fn manifest(first: &str) -> String {
    let text = fs::read_to_string(fixture("tiny-multi").join("manifest.toml")).expect("a manifest");
    text.replace("\"purchase\"", &format!("\"{first}\""))
}

/// A server with a model at `/m` whose first label is `purchase`, and its URL.
fn web() -> (Web, String) {
    let web = Web::start();
    web.put_folder("m", &fixture("tiny-multi"));
    let url = format!("{}/m", web.url);
    (web, url)
}

/// The requests for the graph itself.
fn downloads(web: &Web) -> usize {
    let asked = web.asked();
    asked.iter().filter(|asked| *asked == "GET /m/model.onnx").count()
}

/// The versions of models in a cache, finished or not.
fn versions(cache: &TempDir) -> Vec<PathBuf> {
    let folders = |path: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    };
    let urls = folders(&cache.path().join("models"));
    urls.iter().flat_map(|url| folders(url)).collect()
}

#[test]
fn a_model_is_copied_once_and_found_again_by_the_next_process() {
    let ((web, url), cache) = (web(), folder());
    let process = Process::new(Some(&cache), &[]);
    assert_eq!(process.label(&url), "purchase");
    let asked = web.asked();
    let read: Vec<&str> = asked.iter().filter_map(|asked| asked.strip_prefix("GET ")).collect();
    assert_eq!(
        read,
        [
            "/m/manifest.toml",
            "/m/model.onnx",
            "/m/tokenizer.json",
            "/m/manifest.toml"
        ],
        "just the files that the manifest names, and another look whether they are still the same"
    );
    assert_eq!(process.label(&url), "purchase");
    assert_eq!(Process::new(Some(&cache), &[]).label(&format!("{url}/")), "purchase");
    assert_eq!(downloads(&web), 0);
    assert_eq!(versions(&cache).len(), 1);
    // A copy that was damaged is made again.
    let graph = versions(&cache)[0].join("m/model.onnx");
    fs::write(&graph, "cut").expect("written");
    assert_eq!(Process::new(Some(&cache), &[]).label(&url), "purchase");
    assert_eq!((downloads(&web), versions(&cache).len()), (1, 1));
}

#[test]
fn a_model_that_changes_is_another_model_from_the_next_statement_on() {
    let ((web, url), cache) = (web(), folder());
    let (process, other) = (Process::new(Some(&cache), &[]), Process::new(Some(&cache), &[]));
    assert_eq!(
        (process.label(&url), other.label(&url)),
        ("purchase".into(), "purchase".into())
    );
    web.put("m/manifest.toml", manifest("bad"));
    assert_eq!(process.label(&url), "bad");
    assert_eq!(
        versions(&cache).len(),
        2,
        "the other process may still read the old one"
    );
    assert_eq!(other.label(&url), "bad");
    drop((process, other));
    assert_eq!(Process::new(Some(&cache), &[]).label(&url), "bad");
    assert_eq!(versions(&cache).len(), 1, "nobody reads the old one any more");
}

#[test]
fn a_running_query_keeps_its_model() {
    let ((web, url), cache) = (web(), folder());
    let process = Process::new(Some(&cache), &[]);
    let sql = format!("select ai_intent('good ' || value, model => '{url}')['label'] from generate_series(1, 60000)");
    process.runtime.block_on(async {
        let mut query = process.session.start(&sql, Ask::default()).await.expect("it starts");
        let mut labels = Vec::new();
        while let Some(batch) = query.try_next().await.expect("a batch") {
            labels.extend(rows(&batch).into_iter().flatten());
            if web.asked().iter().any(|asked| asked == "GET /m/model.onnx") {
                web.put("m/manifest.toml", manifest("bad"));
                let batches = process.session.query(&label(&url)).await.expect("labels");
                assert_eq!(rows(&batches[1])[0], ["bad"]);
            }
        }
        assert_eq!(labels.len(), 60_000);
        assert!(labels.iter().all(|label| label == "purchase"));
    });
}

#[test]
fn models_are_found_in_all_kinds_of_statements() {
    let ((web, url), cache) = (web(), folder());
    let process = Process::new(Some(&cache), &[]);
    let call = format!("ai_intent(t, model => '{url}')['label'] as l from (values ('good'), ('bad')) v(t)");
    process
        .run(&format!("prepare p as select {call} where t <> $1"))
        .expect("prepared");
    process.run(&format!("create view w as select {call}")).expect("a view");
    process
        .run(&format!("create table x as select {call}"))
        .expect("a table");
    assert_eq!(process.cell("execute p('bad')"), "purchase");
    assert_eq!(process.cell("select l from w"), "purchase");
    assert_eq!(process.cell("select l from x"), "purchase");
    // What was said before is about the model as it is now; what was computed stays.
    web.put("m/manifest.toml", manifest("bad"));
    assert_eq!(process.cell("execute p('bad')"), "bad");
    web.put("m/manifest.toml", manifest("worse"));
    assert_eq!(process.cell("select l from w"), "worse");
    assert_eq!(process.cell("select l from x"), "purchase");
    web.put("m/manifest.toml", manifest("worst"));
    process.run("create table y as select l from w").expect("a table");
    assert_eq!(process.cell("select l from y"), "worst");
    // As the model of all functions, and of a constant, which the planner computes.
    process.run(&format!("set tronie.model = '{url}'")).expect("set");
    web.put("m/manifest.toml", manifest("awful"));
    assert_eq!(process.cell("select ai_intent('x')['label']"), "awful");
    assert_eq!(
        process.cell("explain analyze select ai_intent('x')"),
        "Plan with Metrics"
    );
    let out = cache.path().join("out.csv");
    let copy = format!("copy (select {call}) to '{}'", out.display());
    process.run(&copy).expect("copied");
    assert!(fs::read_to_string(out).expect("a file").contains("awful"));
    // A function that asks no model does not care.
    web.remove("m/manifest.toml");
    assert_eq!(process.cell("select ai_language('good food')"), "en");
    process.refusal("select ai_intent('x')");
}

#[test]
fn a_hugging_face_export_is_called_like_its_folder() {
    let (web, cache) = (Web::start(), folder());
    web.put_folder("hub/tiny-hf", &fixture("tiny-hf"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let stub = Stub::new(&["logits"], |_| Ok(vec![0.0, 5.0]));
    let settings = EngineSettings {
        cache_folder: Some(cache.path().to_path_buf()),
        ..EngineSettings::default()
    };
    runtime.expect("a thread").block_on(async {
        let session = Local::new(settings, Arc::new(stub)).await.expect("a session");
        let sql = label(&format!("{}/hub/tiny-hf", web.url));
        assert_eq!(rows(&session.query(&sql).await.expect("labels")[1])[0], ["positive"]);
        let stats = session
            .query("select model from tronie_model_stats()")
            .await
            .expect("stats");
        let names: Vec<Vec<String>> = stats.iter().flat_map(rows).collect();
        assert_eq!(names, [["tiny-hf"]]);
    });
}

#[test]
fn processes_that_start_at_once_share_one_copy() {
    let ((web, url), cache) = (web(), folder());
    web.slowly(Duration::from_millis(50));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(Process::new(Some(&cache), &[]).label(&url), "purchase"));
        }
    });
    assert_eq!((downloads(&web), versions(&cache).len()), (1, 1));
}

#[test]
fn a_copy_that_is_broken_off_leaves_nothing() {
    let ((web, url), cache) = (web(), folder());
    let process = Process::new(Some(&cache), &[]);
    web.slowly(Duration::from_millis(300));
    process.runtime.block_on(async {
        let sql = label(&url);
        let started = process.session.query(&sql);
        assert!(
            tokio::time::timeout(Duration::from_millis(1_500), started)
                .await
                .is_err()
        );
    });
    assert!(versions(&cache).is_empty());
    let scope = QueryScope::default();
    let ask = Ask {
        scope: scope.clone(),
        ..Ask::default()
    };
    let cancelled = process.runtime.block_on(async {
        scope.cancel();
        process.session.start(&label(&url), ask).await.map(|_| ())
    });
    assert_eq!(cancelled.expect_err("cancelled").kind(), Kind::Cancelled);
    // What a killed process has left goes away.
    let left = cache.path().join("models/any/.unfinished-1-0");
    web.slowly(Duration::ZERO);
    assert_eq!(process.label(&url), "purchase");
    let of_url = versions(&cache)[0].parent().expect("a folder").to_path_buf();
    fs::create_dir_all(of_url.join(left.file_name().expect("a name"))).expect("made");
    fs::write(of_url.join(".unfinished-1-0/in-use"), "").expect("written");
    assert_eq!(process.label(&url), "purchase");
    assert_eq!(versions(&cache).len(), 1);
}

#[test]
fn what_is_wrong_with_a_model_is_said_when_the_query_is_planned() {
    let ((web, url), cache) = (web(), folder());
    let process = Process::new(Some(&cache), &[]);
    let says = |expected: &str| {
        let message = process.refusal(&format!("explain {}", label(&url)));
        assert!(message.contains(&url) && message.contains(expected), "{message}");
    };
    web.put("m/manifest.toml", manifest("bad").replace("6b93e289", "00000000"));
    says("the sha256 of `model.onnx` is 6b93e289");
    web.put("m/manifest.toml", manifest("bad").replace("format = 1", "format = 7"));
    says("manifest.toml is not valid: format is 7");
    web.put(
        "m/manifest.toml",
        manifest("bad").replace("[[outputs]]\nname = \"sentiment\"", "[[outputs]]\nname = \"mood\""),
    );
    says("the graph has no output `mood`");
    web.put(
        "m/manifest.toml",
        manifest("bad").replace("\"model.onnx\"", "\"../../x/model.onnx\""),
    );
    says("the file `../../x/model.onnx` lies outside the folder");
    web.put("m/manifest.toml", manifest("bad"));
    web.remove("m/tokenizer.json");
    says("manifest.toml names `tokenizer.json`, which is not there; upload it");
    web.remove("m/manifest.toml");
    says("neither `manifest.toml` nor a Hugging Face `config.json` is there");
    web.put("m/config.json", "{}");
    web.remove("m/model.onnx");
    says("it has no `model.onnx`");
    assert_eq!(process.label("tiny-multi"), "purchase", "other models work");
    // A server that does not tell versions apart: digests of a manifest do, where there are none it is refused.
    web.without_tags();
    web.put_folder("m", &fixture("tiny-multi"));
    assert_eq!(
        (process.label(&url), process.label(&url)),
        ("purchase".into(), "purchase".into())
    );
    web.remove("m/manifest.toml");
    web.put_folder("m", &fixture("tiny-hf"));
    says("the server gives neither an ETag nor a time of change for `model.onnx`");
}

#[test]
fn settings_that_do_not_allow_a_copy_are_named() {
    let (_web, url) = web();
    let message = Process::new(None, &[]).refusal(&label(&url));
    assert!(message.contains("there is no folder to keep a copy in"), "{message}");
    let file = folder();
    fs::write(file.path().join("models"), "in the way").expect("written");
    let message = Process::new(Some(&file), &[]).refusal(&label(&url));
    assert!(
        message.contains(&url) && message.contains("cannot be written"),
        "{message}"
    );
    let (runtime, cache) = (tokio::runtime::Runtime::new().expect("threads"), folder());
    let process = Process::on(runtime, Some(&cache), &[], Some(5_000));
    let message = process.refusal(&label(&url));
    assert!(
        message.contains("the memory limit is 0.0 MB; raise --memory-limit"),
        "{message}"
    );
    assert!(versions(&cache).is_empty());
    let process = Process::new(Some(&cache), &[]);
    for url in [
        "https://me:hush@host/m",
        "https://host/m?sig=hush",
        "s3://me:hush@lake/m",
    ] {
        let message = process.refusal(&label(url));
        assert!(!message.contains("hush"), "{message}");
    }
    let local = format!("file://{}", fixture("tiny-multi").display());
    assert_eq!(Process::new(None, &[]).label(&local), "purchase");
}

#[test]
fn models_lie_on_an_s3_server() {
    let Some(weed) = Weed::start() else { return };
    let (cache, url) = (folder(), "s3://lake/models/tiny");
    weed.put_folder("models/tiny", &fixture("tiny-multi"));
    let environment = weed.environment();
    let process = || Process::new(Some(&cache), &environment);
    assert_eq!(process().label(url), "purchase");
    let made = fs::metadata(versions(&cache)[0].join("tiny/model.onnx")).and_then(|file| file.modified());
    assert_eq!(process().label(url), "purchase");
    let again = fs::metadata(versions(&cache)[0].join("tiny/model.onnx")).and_then(|file| file.modified());
    assert_eq!(made.expect("a time"), again.expect("a time"), "it was not copied again");
    weed.put("models/tiny/manifest.toml", manifest("bad").as_bytes());
    assert_eq!(process().label(url), "bad");
    assert_eq!(versions(&cache).len(), 1);
    // The same files from the same server as a web server.
    assert_eq!(process().label(&format!("{}/models/tiny", weed.files)), "bad");

    let says = |environment: &[(&str, &str)], url: &str, expected: &str| {
        let process = Process::new(Some(&cache), environment);
        let message = process.refusal(&format!("explain {}", label(url)));
        assert!(
            message.contains(&format!("`{url}`")) && message.contains(expected),
            "{message}"
        );
        assert!(
            !message.contains("tester-secret") && !message.contains("hush"),
            "{message}"
        );
    };
    weed.remove("models/tiny/model.onnx");
    says(
        &environment,
        url,
        "manifest.toml names `model.onnx`, which is not there; upload it",
    );
    says(&environment, "s3://lake/models", "neither `manifest.toml` nor");
    says(
        &environment,
        "s3://lake/none",
        "there is nothing in that folder; check the URL",
    );
    says(&environment, "s3://no-such-bucket/m", "no-such-bucket");
    let with = |name: &str, value: &'static str| {
        let changed = |(key, old)| (key, if key == name { value } else { old });
        environment.map(changed)
    };
    says(&with("AWS_SECRET_ACCESS_KEY", "hush"), url, "is denied");
    says(
        &with("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        url,
        "check AWS_ENDPOINT_URL",
    );
}
