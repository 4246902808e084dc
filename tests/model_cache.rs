//! Answers that outlive the process, in a folder and on an S3 server, and the counts that show it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};
use arrow::util::display::array_value_to_string;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tronie_engine::{EngineSettings, Error};
use tronie_model::stub::Stub;
use tronie_testing::weed::Weed;
use tronie_testing::{TINY_MULTI_OUTPUTS, fixtures};

use crate::driver::Local;

/// A process: a runtime, a model that counts what it is asked, and a session.
struct Process {
    runtime: Runtime,
    session: Local,
    stub: Stub,
}

impl Process {
    fn new(warehouse: Option<&str>, environment: &[(&str, &str)]) -> Self {
        let stub = Stub::new(&TINY_MULTI_OUTPUTS, |ids| {
            Ok(vec![ids.len() as f32, ids[1] as f32, 0.0])
        })
        .with_columns(3);
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let settings = EngineSettings {
            model_folders: vec![fixtures()],
            warehouse: warehouse.map(str::to_owned),
            options: BTreeMap::from([
                text(&("tronie.model", "tiny-multi")),
                text(&("tronie.model_cache", "on")),
            ]),
            store_environment: environment.iter().map(text).collect(),
            ..EngineSettings::default()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(4)
            .enable_all()
            .build()
            .expect("threads");
        let session = runtime
            .block_on(Local::new(settings, Arc::new(stub.clone())))
            .expect("a session");
        Self { runtime, session, stub }
    }

    fn in_folder(folder: &TempDir) -> Self {
        Self::new(folder.path().to_str(), &[])
    }

    fn run(&self, sql: &str) -> Result<Vec<RecordBatch>, Error> {
        self.runtime.block_on(self.session.query(sql))
    }

    /// Asks about so many distinct texts, and returns how many the model was given.
    fn ask(&self, texts: std::ops::RangeInclusive<usize>) -> usize {
        let before = self.stub.texts();
        let (start, end) = texts.into_inner();
        let sql = format!("select ai_sentiment('good food ' || value)['label'] from generate_series({start}, {end})");
        let batches = self.run(&sql).expect("labels");
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(rows, end + 1 - start);
        self.stub.texts() - before
    }

    /// Asks about two texts that are in no table, and returns how many the model was given.
    fn ask_two(&self) -> usize {
        let before = self.stub.texts();
        self.run("select ai_sentiment(t)['label'] from (values ('good'), ('bad')) v(t)")
            .expect("labels");
        self.stub.texts() - before
    }

    /// The counts of the process, by name.
    fn stats(&self) -> BTreeMap<String, i64> {
        let batches = self.run("select * from tronie_model_stats()").expect("stats");
        let batch = batches.iter().find(|batch| batch.num_rows() > 0).expect("a row");
        assert_eq!(batch.num_rows(), 1);
        let schema = batch.schema();
        let names = schema.fields().iter().map(|field| field.name().clone());
        let counts = names.zip(batch.columns()).filter_map(|(name, column)| {
            let column = column.as_primitive_opt::<Int64Type>()?;
            Some((name, column.value(0)))
        });
        counts.collect()
    }
}

/// All files below the folder of kept answers.
fn files(warehouse: &TempDir) -> Vec<PathBuf> {
    fn below(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let nested = entries.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] });
        nested.collect()
    }
    below(&warehouse.path().join("_tronie/model_cache"))
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn the_next_process_infers_only_what_is_new() {
    let warehouse = folder();
    assert_eq!(Process::in_folder(&warehouse).ask(1..=1_000), 1_000);
    assert_eq!(Process::in_folder(&warehouse).ask(1..=1_000), 0);
    assert_eq!(Process::in_folder(&warehouse).ask(1..=1_050), 50);
    assert_eq!(Process::in_folder(&warehouse).ask(1..=1_050), 0);
}

#[test]
fn texts_are_not_kept() {
    let warehouse = folder();
    let process = Process::in_folder(&warehouse);
    process
        .run("select ai_sentiment('my secret ' || value) from generate_series(1, 3)")
        .expect("labels");
    let files = files(&warehouse);
    assert_eq!(files.len(), 1);
    let content = fs::read(&files[0]).expect("a file");
    assert!(!content.windows(6).any(|part| part == b"secret"));
    let relative = files[0]
        .strip_prefix(warehouse.path())
        .expect("in the warehouse")
        .display()
        .to_string();
    assert!(relative.contains("/sentiment/"), "{relative}");
}

#[test]
fn the_option_says_what_is_read_and_written() {
    let warehouse = folder();
    let process = |mode: &str| {
        let process = Process::in_folder(&warehouse);
        process.run(&format!("set tronie.model_cache = '{mode}'")).expect("set");
        process
    };
    assert_eq!(process("off").ask(1..=100), 100);
    assert_eq!(process("read").ask(1..=100), 100);
    assert!(files(&warehouse).is_empty());
    assert_eq!(process("on").ask(1..=100), 100);
    assert_eq!(process("off").ask(1..=200), 200);
    assert_eq!(process("read").ask(1..=200), 100);
    assert_eq!(files(&warehouse).len(), 1);
    let refused = process("on")
        .run("set tronie.model_cache = 'yes'")
        .expect_err("no such value");
    assert!(
        refused.to_string().contains("'off', 'read' or 'on', got 'yes'"),
        "{refused}"
    );
}

#[test]
fn without_a_warehouse_it_says_what_to_do() {
    let process = Process::new(None, &[]);
    let error = process
        .run("select ai_sentiment(t) from (values ('good'), ('bad')) v(t)")
        .expect_err("nowhere");
    assert!(
        error.to_string().contains("there is no warehouse to keep answers in"),
        "{error}"
    );
    process.run("set tronie.model_cache = 'off'").expect("set");
    assert_eq!(process.ask(1..=10), 10);
}

#[test]
fn broken_files_and_leftovers_cost_an_inference_and_no_query() {
    let warehouse = folder();
    Process::in_folder(&warehouse).ask(1..=100);
    let file = files(&warehouse).remove(0);
    let content = fs::read(&file).expect("a file");
    // A process that was killed while it wrote leaves this.
    fs::write(file.with_extension("parquet#1"), &content[..content.len() / 2]).expect("written");
    assert_eq!(Process::in_folder(&warehouse).ask(1..=100), 0);
    for broken in [&content[..content.len() / 2], b"PAR1", b""] {
        fs::write(&file, broken).expect("written");
        let process = Process::in_folder(&warehouse);
        process.run("set tronie.model_cache = 'read'").expect("set");
        assert_eq!(process.ask(1..=100), 100);
    }
    assert_eq!(Process::in_folder(&warehouse).ask(1..=100), 100);
    assert_eq!(
        Process::in_folder(&warehouse).ask(1..=100),
        0,
        "kept again, beside the broken one"
    );
}

#[test]
fn a_warehouse_that_is_not_there_costs_no_query() {
    let process = Process::new(Some("/no/such/warehouse"), &[]);
    assert_eq!((process.ask_two(), process.ask_two()), (2, 0));
    assert!(!Path::new("/no/such/warehouse").exists());
}

#[test]
fn processes_that_write_at_once_lose_nothing() {
    let warehouse = folder();
    thread::scope(|scope| {
        for start in [1, 401, 801] {
            let warehouse = &warehouse;
            scope.spawn(move || {
                let process = Process::in_folder(warehouse);
                for start in (start..start + 400).step_by(20) {
                    process.ask(start..=start + 19);
                }
            });
        }
    });
    assert_eq!(Process::in_folder(&warehouse).ask(1..=1_200), 0);
    assert!(
        files(&warehouse).len() < 40,
        "{} files of 60 writes",
        files(&warehouse).len()
    );
}

#[test]
fn kept_answers_stay_within_their_bytes() {
    let warehouse = folder();
    let process = Process::in_folder(&warehouse);
    process.run("set tronie.model_cache_bytes = 20000").expect("set");
    for start in (1..=4_000).step_by(200) {
        process.ask(start..=start + 199);
    }
    let bytes: u64 = files(&warehouse)
        .iter()
        .map(|file| fs::metadata(file).expect("a file").len())
        .sum();
    assert!((1..=20_000).contains(&bytes), "{bytes} bytes");
    let next = Process::in_folder(&warehouse);
    assert_eq!(next.ask(3_801..=4_000), 0, "the newest are there");
    assert_eq!(next.ask(1..=200), 200, "the oldest are not");
}

#[test]
fn questions_that_share_a_pass_are_all_kept() {
    let warehouse = folder();
    let both =
        "select ai_sentiment(t)['label'], ai_embed(t) from (select 'good ' || value as t from generate_series(1, 50))";
    let process = Process::in_folder(&warehouse);
    process.run(both).expect("rows");
    assert_eq!(process.stub.texts(), 50);
    let next = Process::in_folder(&warehouse);
    next.run(both).expect("rows");
    assert_eq!(next.stub.texts(), 0);
    assert_eq!(files(&warehouse).len(), 2);
}

#[test]
fn a_query_that_fails_keeps_what_it_has_computed() {
    let warehouse = folder();
    let process = Process::in_folder(&warehouse);
    let sql = "select cast(ai_sentiment('good food ' || value)['label'] as int) from generate_series(1, 50)";
    process.run(sql).expect_err("a label is no number");
    assert_eq!(process.stub.texts(), 50);
    assert_eq!(Process::in_folder(&warehouse).ask(1..=50), 0);
}

#[test]
fn the_warehouse_itself_is_a_table_without_what_tronie_keeps() {
    let warehouse = folder();
    fs::create_dir(warehouse.path().join("year=2026")).expect("a folder");
    fs::write(warehouse.path().join("year=2026/r.csv"), "t\ngood\nbad\n").expect("written");
    let process = Process::in_folder(&warehouse);
    let place = warehouse.path().display();
    let sql = format!("select year, count(ai_sentiment(t)['label']) from '{place}/' group by year");
    for _ in 0..2 {
        let batches = process.run(&sql).expect("rows");
        let batch = batches.iter().find(|batch| batch.num_rows() > 0).expect("a row");
        assert_eq!(array_value_to_string(batch.column(0), 0).expect("text"), "2026");
        assert_eq!(batch.column(1).as_primitive::<Int64Type>().value(0), 2);
        assert_eq!(files(&warehouse).len(), 1);
    }
}

#[test]
fn answers_are_kept_on_an_s3_server() {
    let Some(weed) = Weed::start() else { return };
    let environment = weed.environment();
    let process = || Process::new(Some("s3://lake/profiles"), &environment);
    assert_eq!(process().ask(1..=300), 300);
    thread::scope(|scope| {
        for start in [301, 501] {
            let process = &process;
            scope.spawn(move || {
                let process = process();
                for start in (start..start + 200).step_by(20) {
                    process.ask(start..=start + 19);
                }
            });
        }
    });
    let next = process();
    assert_eq!(next.ask(1..=715), 15);
    assert_eq!((next.stats()["stored"], next.stats()["inferred"]), (700, 15));
}

#[test]
fn a_server_that_does_not_answer_costs_no_query() {
    let environment = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "us-east-1"),
    ];
    let process = Process::new(Some("s3://lake"), &environment);
    assert_eq!((process.ask_two(), process.ask_two()), (2, 0));
}

#[test]
fn the_counts_of_the_process_add_up() {
    let warehouse = folder();
    Process::in_folder(&warehouse).ask(1..=100);
    let process = Process::in_folder(&warehouse);
    let rows = |process: &Process| {
        let batches = process.run("select * from tronie_model_stats()").expect("stats");
        batches.iter().map(RecordBatch::num_rows).sum::<usize>()
    };
    assert_eq!(rows(&process), 0, "no model has been asked");
    // 150 texts twice in one call, of which 100 are kept, and two rows without text.
    let table = "create table r as select 'good food ' || (value % 150 + 1) as t from generate_series(1, 300) \
                 union all select * from (values (null), ('  ')) v(t)";
    process.run(table).expect("a table");
    process
        .run("select count(ai_sentiment(t)['label']) from r")
        .expect("a count");
    let first = process.stats();
    process
        .run("select count(ai_sentiment(t)['label']) from r where t like '%food 1'")
        .expect("a count");
    let second = process.stats();
    for stats in [&first, &second] {
        assert_eq!(
            stats["distinct_texts"],
            stats["remembered"] + stats["stored"] + stats["inferred"] + stats["failed"]
        );
    }
    assert_eq!(first["texts"], 300);
    assert_eq!((first["stored"], first["inferred"], first["failed"]), (100, 50, 0));
    assert_eq!(second["texts"], 302);
    assert_eq!(second["remembered"] - first["remembered"], 1);
    assert_eq!((second["stored"], second["inferred"]), (100, 50));
    assert_eq!(second["tokens"], first["tokens"]);
    assert!(first["batches"] > 0 && first["tokens"] > 150);
    let batches = process
        .run("select model, seconds from tronie_model_stats()")
        .expect("stats");
    let batch = batches.iter().find(|batch| batch.num_rows() > 0).expect("a row");
    assert_eq!(array_value_to_string(batch.column(0), 0).expect("text"), "tiny-multi");
    assert!(batch.column(1).as_primitive::<Float64Type>().value(0) > 0.0);
    let error = process
        .run("select * from tronie_model_stats(1)")
        .expect_err("no argument");
    assert!(
        error.to_string().contains("tronie_model_stats has no arguments, got 1"),
        "{error}"
    );
}

#[test]
fn explain_analyze_shows_what_the_models_did_for_the_query() {
    let warehouse = folder();
    Process::in_folder(&warehouse).ask(1..=10);
    let process = Process::in_folder(&warehouse);
    process.ask(11..=12);
    let models = |sql: &str| {
        let batches = process.run(sql).expect("an analysis");
        let rows = batches.iter().flat_map(|batch| {
            let cell = |row, column| array_value_to_string(batch.column(column), row).expect("text");
            (0..batch.num_rows())
                .map(|row| (cell(row, 0), cell(row, 1)))
                .collect::<Vec<_>>()
        });
        let rows: Vec<(String, String)> = rows.collect();
        assert_eq!(rows[0].0, "Plan with Metrics");
        rows.into_iter().skip(1).collect::<Vec<_>>()
    };
    let sql = "explain analyze select ai_sentiment('good food ' || value)['label'] from generate_series(1, 15)";
    let rows = models(sql);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].0, "Models");
    let (counts, seconds) = rows[0].1.split_once(", seconds=").expect("seconds");
    let expected = "model tiny-multi: texts=15, distinct=15, remembered=2, stored=10, inferred=3, failed=0, tokens=15, \
                    padding=0, batches=1";
    assert_eq!(counts, expected);
    assert!(seconds.parse::<f64>().is_ok_and(|seconds| seconds >= 0.0), "{seconds}");
    assert_eq!(models("explain analyze select 1"), []);
    let verbose = models(&sql.replace("analyze", "analyze verbose"));
    assert!(
        verbose
            .last()
            .expect("a row")
            .1
            .starts_with("model tiny-multi: texts=15, distinct=15, remembered=15, stored=0")
    );
}
