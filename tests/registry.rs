//! Trained models that several processes write at once, and files of theirs that were changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tempfile::TempDir;
use tokio::runtime::Runtime;
use tronie_engine::{EngineSettings, Error};
use tronie_model::stub::Stub;
use tronie_testing::TINY_MULTI_OUTPUTS;
use tronie_testing::weed::Weed;

use crate::driver::{Local, rows};

/// An engine of its own over a warehouse.
struct Process {
    runtime: Runtime,
    session: Local,
}

impl Process {
    fn new(warehouse: &str, environment: &[(&str, &str)]) -> Self {
        let stub = Stub::new(&TINY_MULTI_OUTPUTS, |_| Ok(vec![1.0, 0.0, 0.0])).with_columns(3);
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let settings = EngineSettings {
            warehouse: Some(warehouse.to_owned()),
            store_environment: environment.iter().map(text).collect(),
            ..EngineSettings::default()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("threads");
        let session = runtime
            .block_on(Local::new(settings, Arc::new(stub)))
            .expect("a session");
        Self { runtime, session }
    }

    fn run(&self, sql: &str) -> Result<Vec<Vec<String>>, Error> {
        let batches = self.runtime.block_on(self.session.query(sql))?;
        Ok(batches.iter().flat_map(rows).collect())
    }

    fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.run(sql).unwrap_or_else(|e| panic!("{sql}: {e}"))
    }

    /// Makes a version that answers `mark` whatever it is asked, and returns its number.
    fn write(&self, mark: u32) -> u32 {
        let made = self.rows(&format!(
            "create or replace model race options (model_type = 'linear_reg', label = 'y') as
             select x, {mark} as y from (values (1), (2), (3)) as t(x)"
        ));
        let version = made[0][1].strip_prefix("race@").and_then(|number| number.parse().ok());
        version.unwrap_or_else(|| panic!("a version: {made:?}"))
    }

    /// What a version answers.
    fn mark(&self, model: &str) -> u32 {
        let answers = self.rows(&format!(
            "select cast(round(prediction) as int) from ml_predict('{model}', (select 2 as x))"
        ));
        answers[0][0].parse().expect("a number")
    }

    fn refusal(&self, sql: &str) -> String {
        let message = self.run(sql).expect_err("it is refused").to_string();
        assert!(!message.contains('\n') && !message.ends_with('.'), "{message}");
        message
    }
}

/// Several writers at once, and a reader; then what must hold of what they leave.
fn race(warehouse: &str, environment: &[(&str, &str)], writers: u32, each: u32) {
    let first = Process::new(warehouse, environment);
    assert_eq!(first.write(0), 1);
    let is_done = AtomicBool::new(false);
    let made: BTreeMap<u32, u32> = thread::scope(|scope| {
        let write = |writer: u32| {
            let process = Process::new(warehouse, environment);
            let marks = (1..=each).map(move |n| writer * 1_000 + n);
            marks.map(|mark| (process.write(mark), mark)).collect::<Vec<_>>()
        };
        let handles: Vec<_> = (1..=writers).map(|writer| scope.spawn(move || write(writer))).collect();
        let reader = scope.spawn(|| {
            let process = Process::new(warehouse, environment);
            let (mut newest, mut reads) = (0, 0);
            while !is_done.load(Ordering::Relaxed) || reads == 0 {
                process.mark("race");
                assert_eq!(process.mark("race@1"), 0);
                let shown = process.rows("show models");
                let version: u32 = shown[0][1].parse().expect("a number");
                assert!(version >= newest, "the default version went from {newest} to {version}");
                (newest, reads) = (version, reads + 1);
            }
        });
        let written: Vec<_> = handles.into_iter().map(thread::ScopedJoinHandle::join).collect();
        is_done.store(true, Ordering::Relaxed);
        let read = reader.join();
        let written: Vec<(u32, u32)> = written.into_iter().flat_map(|made| made.expect("written")).collect();
        read.expect("read");
        assert_eq!(written.len() as u32, writers * each);
        written.into_iter().collect()
    });
    // No number twice, and none left out.
    let last = writers * each + 1;
    assert!(made.keys().copied().eq(2..=last), "{made:?}");
    let marks: BTreeSet<u32> = made.values().copied().collect();
    assert_eq!(marks.len() as u32, writers * each);
    // Each answers what its writer made; a process that remembers nothing checks each manifest against its digest.
    let process = Process::new(warehouse, environment);
    for (version, mark) in &made {
        assert_eq!(process.mark(&format!("race@{version}")), *mark, "version {version}");
    }
    assert_eq!(process.mark("race"), made[&last]);
    let shown = process.rows("show models");
    let all: Vec<String> = (1..=last).map(|version| version.to_string()).collect();
    assert_eq!(shown[0][..3], ["race".to_owned(), last.to_string(), all.join(", ")]);
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

#[test]
fn processes_that_write_a_model_at_once_lose_no_version_in_a_folder() {
    let warehouse = folder();
    race(warehouse.path().to_str().expect("a path"), &[], 3, 12);
    let race = warehouse.path().join("_tronie/models/race");
    let (log, versions): (Vec<_>, Vec<_>) = below(&race).into_iter().partition(|path| path.ends_with("log"));
    assert_eq!((log.len(), versions.len()), (1, 37), "nothing is left over");
    assert_eq!(below(&log[0]).len(), 37);
}

#[test]
fn processes_that_write_a_model_at_once_lose_no_version_on_an_s3_server() {
    let Some(weed) = Weed::start() else { return };
    race("s3://lake/wh", &weed.environment(), 2, 15);
}

#[test]
fn of_processes_that_make_a_model_at_once_one_does() {
    let warehouse = folder();
    let path = warehouse.path().to_str().expect("a path");
    let sql = "create model race options (model_type = 'linear_reg', label = 'y') as values_of";
    let sql = sql.replace("values_of", "select x, x as y from (values (1), (2)) as t(x)");
    let made: usize = thread::scope(|scope| {
        let make = || match Process::new(path, &[]).run(&sql) {
            Ok(_) => 1,
            Err(error) => {
                let message = error.to_string();
                assert!(message.contains("CREATE OR REPLACE MODEL makes"), "{message}");
                0
            }
        };
        let handles: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
        handles.into_iter().map(|made| made.join().expect("an answer")).sum()
    });
    assert_eq!(made, 1);
}

#[test]
fn files_that_were_changed_are_errors() {
    let warehouse = folder();
    let path = warehouse.path().to_str().expect("a path");
    let process = Process::new(path, &[]);
    assert_eq!((process.write(7), process.write(8)), (1, 2));
    let race = warehouse.path().join("_tronie/models/race");
    let manifest = below(&race).into_iter().find(|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("v2-"))
    });
    let manifest = manifest.expect("a version").join("model.json");
    let whole = fs::read_to_string(&manifest).expect("a manifest");
    let ask = "select prediction from ml_predict('race', (select 2 as x))";

    for changed in [
        whole.replace('8', "9"),
        String::new(),
        whole[..whole.len() / 2].to_owned(),
    ] {
        fs::write(&manifest, changed).expect("written");
        let message = Process::new(path, &[]).refusal(ask);
        let expected = "model `race@2` is not as it was written; make it again by CREATE OR REPLACE MODEL";
        assert!(message.contains(expected), "{message}");
        assert_eq!(Process::new(path, &[]).mark("race@1"), 7, "other versions work");
    }
    fs::remove_file(&manifest).expect("removed");
    let message = Process::new(path, &[]).refusal(ask);
    assert!(
        message.contains("model `race@2`") && message.contains("model.json"),
        "{message}"
    );
    fs::write(&manifest, whole).expect("written");
    assert_eq!(Process::new(path, &[]).mark("race"), 8);

    let log = below(&race.join("log")).pop().expect("an entry");
    let entry = fs::read_to_string(&log).expect("an entry");
    fs::write(&log, &entry[..entry.len() / 2]).expect("written");
    let message = Process::new(path, &[]).refusal(ask);
    assert!(
        message.contains("the log of model `race` is broken in `00000002.json`"),
        "{message}"
    );
    fs::remove_file(&log).expect("removed");
    assert_eq!(Process::new(path, &[]).mark("race"), 7, "as the message says");
}
