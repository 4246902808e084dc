//! What is kept from run to run, and how every text is counted, with a store in memory and a stub that counts.

use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;
use tronie_common::{Counts, Kind, ModelCache, OnError, QueryScope};
use tronie_testing::TINY_MULTI_OUTPUTS;

use super::*;
use crate::backend::BackendError;
use crate::manifest::Output;
use crate::memory::Unlimited;
use crate::models::{Models, ModelsConfig, Request};
use crate::registry::Registry;
use crate::stub::Stub;

/// Files in memory. Clones are the same store.
#[derive(Debug, Clone, Default)]
struct InMemory(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    /// The newest last: shelf, name, answers; `None` is a file that cannot be read.
    files: Vec<(String, StoredFile, Option<Entries>)>,
    /// Names that are listed, but gone when they are read.
    ghosts: Vec<String>,
    is_down: bool,
    lists: usize,
    writes: usize,
}

impl InMemory {
    fn put(&self, shelf: &str, entries: Option<Entries>) -> String {
        let mut content = self.0.lock();
        content.writes += 1;
        let file = StoredFile {
            name: format!("{:04}", content.writes),
            bytes: 100,
        };
        content.files.push((shelf.to_owned(), file.clone(), entries));
        file.name
    }

    /// How many answers lie in all files, and in how many files.
    fn sizes(&self) -> (usize, usize) {
        let content = self.0.lock();
        let answers = content
            .files
            .iter()
            .flat_map(|(_, _, entries)| entries)
            .map(Entries::len)
            .sum();
        (answers, content.files.len())
    }

    fn down() -> StoreError {
        StoreError {
            message: "the store is down".to_owned(),
        }
    }
}

impl AnswerStore for InMemory {
    fn list(&self, shelf: &Shelf) -> Result<Vec<StoredFile>, StoreError> {
        let mut content = self.0.lock();
        content.lists += 1;
        if content.is_down {
            return Err(Self::down());
        }
        let ghosts = std::mem::take(&mut content.ghosts)
            .into_iter()
            .map(|name| StoredFile { name, bytes: 1 });
        let files = content.files.iter().rev().filter(|(place, ..)| *place == shelf.path());
        Ok(ghosts.chain(files.map(|(_, file, _)| file.clone())).collect())
    }

    fn read(&self, _: &Shelf, file: &StoredFile) -> Result<Option<Entries>, StoreError> {
        let content = self.0.lock();
        match content.files.iter().find(|(_, other, _)| other == file) {
            None => Ok(None),
            Some((.., Some(entries))) => Ok(Some(entries.clone())),
            Some(_) => Err(StoreError {
                message: "it is cut short".to_owned(),
            }),
        }
    }

    fn write(&self, shelf: &Shelf, entries: &Entries, _: u64) -> Result<String, StoreError> {
        if self.0.lock().is_down {
            return Err(Self::down());
        }
        Ok(self.put(&shelf.path(), Some(entries.clone())))
    }
}

/// Answers `[tokens, first id, 0]`.
fn stub() -> Stub {
    Stub::new(&TINY_MULTI_OUTPUTS, |ids| {
        Ok(vec![ids.len() as f32, ids[1] as f32, 0.0])
    })
}

/// A process of its own: nothing is remembered, only what is in the store.
fn process(stub: &Stub, store: &InMemory) -> Models {
    process_with(stub, store, Arc::new(Unlimited), u64::MAX)
}

fn process_with(stub: &Stub, store: &InMemory, memory: Arc<dyn Memory>, store_memory_bytes: u64) -> Models {
    Models::new(ModelsConfig {
        threads: 2,
        memory,
        store: Some(Arc::new(store.clone())),
        store_memory_bytes,
        ..ModelsConfig::new(Registry::new(vec![tronie_testing::fixtures()]), Arc::new(stub.clone()))
    })
}

fn texts(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|n| format!("good food {n}")).collect()
}

/// One query: asks the tasks in one pass, and writes what is new. Returns the answers and what was counted.
fn query(models: &Models, model: &str, tasks: &[&str], texts: &[String], cache: ModelCache) -> (Vec<Row>, Counts) {
    let (scope, model) = (QueryScope::default(), models.load(model).expect("it loads"));
    let output = |task: &&str| -> Output { model.output(task).expect("it answers").clone() };
    let questions: Vec<Question> = tasks.iter().map(|task| Question::of(&output(task))).collect();
    let texts: Vec<Option<&str>> = texts.iter().map(|text| Some(text.as_str())).collect();
    let request = Request {
        model: &model,
        questions: &questions,
        texts: &texts,
        batch_tokens: 512,
        on_error: OnError::Fail,
        cache,
        cache_bytes: 1 << 30,
        cascade: 0.0,
        scope: &scope,
    };
    let rows = models.infer(&request).expect("answers");
    models.flush();
    let counts = scope.counts();
    assert_eq!(
        counts.texts,
        counts.repeated + counts.remembered + counts.stored + counts.inferred + counts.failed,
        "{counts:?}"
    );
    (rows.into_iter().map(|row| row.expect("an answer")).collect(), counts)
}

fn ask(models: &Models, texts: &[String], cache: ModelCache) -> Counts {
    query(models, "tiny-multi", &["sentiment"], texts, cache).1
}

#[test]
fn another_process_infers_only_what_is_new() {
    let (stub, store) = (stub(), InMemory::default());
    let first = query(
        &process(&stub, &store),
        "tiny-multi",
        &["sentiment"],
        &texts(0..200),
        ModelCache::On,
    );
    assert_eq!((stub.texts(), store.sizes()), (200, (200, 1)));
    let again = query(
        &process(&stub, &store),
        "tiny-multi",
        &["sentiment"],
        &texts(0..200),
        ModelCache::On,
    );
    assert_eq!((again.1.stored, again.1.inferred, stub.texts()), (200, 0, 200));
    assert_eq!(first.0, again.0);
    assert_eq!(store.sizes(), (200, 1), "nothing new, no file");
    let more = ask(&process(&stub, &store), &texts(0..210), ModelCache::On);
    assert_eq!((more.stored, more.inferred, stub.texts()), (200, 10, 210));
    assert_eq!(store.sizes(), (210, 2));
}

#[test]
fn off_neither_reads_nor_writes_and_read_does_not_write() {
    let (stub, store) = (stub(), InMemory::default());
    assert_eq!(
        ask(&process(&stub, &store), &texts(0..10), ModelCache::Off).inferred,
        10
    );
    assert_eq!(
        ask(&process(&stub, &store), &texts(0..10), ModelCache::Read).inferred,
        10
    );
    assert_eq!(store.sizes(), (0, 0));
    ask(&process(&stub, &store), &texts(0..10), ModelCache::On);
    let lists = store.0.lock().lists;
    assert_eq!(
        ask(&process(&stub, &store), &texts(0..20), ModelCache::Off).inferred,
        20
    );
    assert_eq!(store.0.lock().lists, lists, "it was not even looked at");
    let counts = ask(&process(&stub, &store), &texts(0..20), ModelCache::Read);
    assert_eq!((counts.stored, counts.inferred), (10, 10));
    assert_eq!(store.sizes(), (10, 1));
}

#[test]
fn what_was_remembered_while_nothing_was_kept_is_kept_later() {
    let (stub, store) = (stub(), InMemory::default());
    let models = process(&stub, &store);
    ask(&models, &texts(0..10), ModelCache::Off);
    assert_eq!(ask(&models, &texts(0..10), ModelCache::On).remembered, 10);
    assert_eq!(store.sizes(), (10, 1));
    assert_eq!(ask(&models, &texts(0..10), ModelCache::On).remembered, 10);
    assert_eq!(store.sizes(), (10, 1), "and only once");
    assert_eq!(stub.texts(), 10);
}

#[test]
fn questions_answered_by_the_way_are_kept_too() {
    let (stub, store) = (stub(), InMemory::default());
    let both = ["sentiment", "intent"];
    query(
        &process(&stub, &store),
        "tiny-multi",
        &both,
        &texts(0..10),
        ModelCache::On,
    );
    assert_eq!(store.sizes(), (20, 2));
    let (_, counts) = query(
        &process(&stub, &store),
        "tiny-multi",
        &["intent"],
        &texts(0..10),
        ModelCache::On,
    );
    assert_eq!((counts.stored, stub.texts()), (10, 10));
}

#[test]
fn a_model_with_another_digest_never_sees_the_answers() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["manifest.toml", "model.onnx", "tokenizer.json"] {
        let from = tronie_testing::fixture("tiny-multi").join(file);
        std::fs::copy(from, folder.path().join(file)).expect("copied");
    }
    let manifest = folder.path().join("manifest.toml");
    let text = std::fs::read_to_string(&manifest).expect("the manifest");
    std::fs::write(&manifest, text.replace("prefix = \"\"", "prefix = \"query: \"")).expect("written");
    let (stub, store) = (stub(), InMemory::default());
    ask(&process(&stub, &store), &texts(0..10), ModelCache::On);
    let other = folder.path().display().to_string();
    let (_, counts) = query(
        &process(&stub, &store),
        &other,
        &["sentiment"],
        &texts(0..10),
        ModelCache::On,
    );
    assert_eq!((counts.stored, counts.inferred), (0, 10));
    // Not even if its files come to the wrong shelf.
    let mut content = store.0.lock();
    let shelf = content.files[1].0.clone();
    content.files[0].0 = shelf;
    content.files.truncate(1);
    drop(content);
    let (_, counts) = query(
        &process(&stub, &store),
        &other,
        &["sentiment"],
        &texts(0..10),
        ModelCache::On,
    );
    assert_eq!((counts.stored, counts.inferred), (0, 10));
}

#[test]
fn files_that_are_broken_or_cannot_be_the_models_are_left_out() {
    let (stub, store) = (stub(), InMemory::default());
    ask(&process(&stub, &store), &texts(0..10), ModelCache::On);
    let (shelf, _, entries) = store.0.lock().files[0].clone();
    let entries = entries.expect("readable");
    let changed = |change: fn(&[f32]) -> Vec<f32>| {
        let mut other = Entries::default();
        entries.iter().for_each(|(key, row)| other.push(*key, &change(row)));
        Some(other)
    };
    for bad in [
        None,
        changed(|row| row[..2].to_vec()),
        changed(|row| vec![row[0], f32::NAN, 0.0]),
    ] {
        store.0.lock().files.clear();
        store.put(&shelf, bad);
        let counts = ask(&process(&stub, &store), &texts(0..10), ModelCache::On);
        assert_eq!((counts.stored, counts.inferred), (0, 10));
        assert_eq!(store.sizes().1, 2, "the good answers are kept beside it");
        assert_eq!(ask(&process(&stub, &store), &texts(0..10), ModelCache::On).stored, 10);
    }
}

#[test]
fn a_file_that_vanishes_before_it_is_read_is_looked_for_once_more() {
    let (stub, store) = (stub(), InMemory::default());
    ask(&process(&stub, &store), &texts(0..10), ModelCache::On);
    store.0.lock().ghosts.push("gone".to_owned());
    let lists = store.0.lock().lists;
    assert_eq!(ask(&process(&stub, &store), &texts(0..10), ModelCache::On).stored, 10);
    assert_eq!(store.0.lock().lists, lists + 2);
}

#[test]
fn a_store_that_is_down_costs_no_query_and_is_not_asked_at_every_turn() {
    let (stub, store) = (stub(), InMemory::default());
    store.0.lock().is_down = true;
    let models = process(&stub, &store);
    assert_eq!(ask(&models, &texts(0..10), ModelCache::On).inferred, 10);
    assert_eq!(ask(&models, &texts(5..15), ModelCache::On).inferred, 5);
    assert_eq!(store.0.lock().lists, 1);
    assert!(!models.has_unsaved(), "what could not be written is let go");
}

#[test]
fn two_writers_at_once_lose_nothing() {
    let (stub, store) = (stub(), InMemory::default());
    thread::scope(|scope| {
        for start in [0, 100, 50] {
            let (stub, store) = (&stub, &store);
            scope.spawn(move || ask(&process(stub, store), &texts(start..start + 100), ModelCache::On));
        }
    });
    let counts = ask(&process(&stub, &store), &texts(0..200), ModelCache::On);
    assert_eq!((counts.stored, counts.inferred), (200, 0));
}

#[test]
fn many_answers_are_written_before_the_query_ends() {
    let (stub, store) = (stub(), InMemory::default());
    let models = process(&stub, &store);
    let (model, scope) = (models.load("tiny-multi").expect("it loads"), QueryScope::default());
    let texts = texts(0..FLUSH_ANSWERS + 10);
    for texts in texts.chunks(8_192) {
        let texts: Vec<Option<&str>> = texts.iter().map(|text| Some(text.as_str())).collect();
        let request = Request {
            model: &model,
            questions: &[Question::of(model.output("sentiment").expect("it answers"))],
            texts: &texts,
            batch_tokens: 4_096,
            on_error: OnError::Fail,
            cache: ModelCache::On,
            cache_bytes: 1 << 30,
            cascade: 0.0,
            scope: &scope,
        };
        models.infer(&request).expect("answers");
    }
    assert_eq!(store.sizes(), (FLUSH_ANSWERS, 1));
    assert!(models.has_unsaved());
    models.flush();
    assert_eq!(store.sizes(), (FLUSH_ANSWERS + 10, 2));
}

#[test]
fn the_newest_files_are_read_as_far_as_memory_allows() {
    let (stub, store) = (stub(), InMemory::default());
    for start in [0, 100, 200] {
        ask(&process(&stub, &store), &texts(start..start + 100), ModelCache::On);
    }
    // Two files of 100 answers of three numbers.
    let models = process_with(
        &stub,
        &store,
        Arc::new(Unlimited),
        2 * 100 * (ENTRY_BYTES as u64 + 12) + 10,
    );
    let counts = ask(&models, &texts(0..300), ModelCache::On);
    assert_eq!((counts.stored, counts.inferred), (200, 100));
    assert_eq!(ask(&models, &texts(100..300), ModelCache::On).remembered, 200);
    let (answers, files) = store.sizes();
    assert_eq!(
        (answers, files),
        (400, 4),
        "what memory does not hold is computed and written again, once"
    );
    ask(&models, &texts(0..300), ModelCache::On);
    assert_eq!(store.sizes(), (400, 4));
}

#[test]
fn kept_answers_are_counted_in_the_memory_that_all_share() {
    #[derive(Debug, Default)]
    struct Limited(Mutex<usize>);
    const MODEL: usize = 100_000_000;
    impl Memory for Limited {
        fn try_grow(&self, bytes: usize) -> Result<(), String> {
            let mut taken = self.0.lock();
            // Sessions of the model are a round sum; all else has 10,000 bytes.
            if *taken % MODEL + bytes % MODEL > 10_000 {
                return Err("full".to_owned());
            }
            *taken += bytes;
            Ok(())
        }
        fn shrink(&self, bytes: usize) {
            *self.0.lock() -= bytes;
        }
    }
    let budget = |memory: &Arc<Limited>, most| Budget {
        memory: Arc::clone(memory) as Arc<dyn Memory>,
        most,
        taken: AtomicU64::new(0),
    };
    let memory = Arc::new(Limited::default());
    let mut entries = Entries::default();
    (0..100).for_each(|n| entries.push([n; 16], &[0.5; 4]));
    let (mut table, mut other) = (Table::default(), Table::default());
    assert!(table.add(&entries, &budget(&memory, u64::MAX), u64::MAX));
    assert_eq!(*memory.0.lock(), 100 * (ENTRY_BYTES + 16));
    assert!(
        !other.add(&entries, &budget(&memory, u64::MAX), u64::MAX),
        "the pool is full"
    );
    assert!(other.places.is_empty());
    drop(table);
    assert_eq!(*memory.0.lock(), 0);
    assert!(
        !other.add(&entries, &budget(&memory, 7_999), u64::MAX),
        "their own limit"
    );
    assert!(!other.add(&entries, &budget(&memory, u64::MAX), 7_999), "the query's");
    assert!(other.add(&entries, &budget(&memory, 8_000), 8_000));
}

#[test]
fn keeping_without_a_place_is_an_error_that_says_what_to_do() {
    let registry = Registry::new(vec![tronie_testing::fixtures()]);
    let models = Models::new(ModelsConfig::new(registry, Arc::new(stub())));
    let (model, scope) = (models.load("tiny-multi").expect("it loads"), QueryScope::default());
    let request = Request {
        model: &model,
        questions: &[Question::of(model.output("sentiment").expect("it answers"))],
        texts: &[Some("good")],
        batch_tokens: 64,
        on_error: OnError::Fail,
        cache: ModelCache::Read,
        cache_bytes: 1 << 30,
        cascade: 0.0,
        scope: &scope,
    };
    let error = models.infer(&request).expect_err("nowhere");
    assert_eq!(error.kind(), Kind::Input);
    assert!(
        error
            .to_string()
            .contains("tronie.model_cache is 'read', but there is no warehouse"),
        "{error}"
    );
}

/// The id of `差` in the fixture's vocabulary.
const BAD: i64 = 21;

#[test]
fn every_text_is_counted_once_and_by_what_became_of_it() {
    let picky = Stub::new(&TINY_MULTI_OUTPUTS, |ids| {
        if ids.contains(&BAD) {
            return Err(BackendError {
                message: "no kernel for it".to_owned(),
                kind: Kind::Fault,
            });
        }
        Ok(vec![ids.len() as f32, 0.0, 0.0])
    });
    let store = InMemory::default();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    ask(&process(&picky, &store), &words(&["good", "bad"]), ModelCache::On);
    let models = process(&picky, &store);
    ask(&models, &words(&["food"]), ModelCache::On);
    let (scope, model) = (QueryScope::default(), models.load("tiny-multi").expect("it loads"));
    let texts = ["good", "good", "food", "差", "book", "movie", " ", "差"].map(Some);
    let request = Request {
        model: &model,
        questions: &[Question::of(model.output("sentiment").expect("it answers"))],
        texts: &texts,
        batch_tokens: 64,
        on_error: OnError::Null,
        cache: ModelCache::On,
        cache_bytes: 1 << 30,
        cascade: 0.0,
        scope: &scope,
    };
    models.infer(&request).expect("answers");
    let counts = scope.counts();
    let expected = Counts {
        texts: 7,
        repeated: 2,
        remembered: 1,
        stored: 1,
        inferred: 2,
        failed: 1,
        tokens: 6,
        padding: 0,
        // The batch that failed, and each of its texts alone.
        batches: 4,
        time: counts.time,
        ..Counts::default()
    };
    assert_eq!(counts, expected);
    let all = models.counts();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].0, "tiny-multi");
    let process = expected
        + Counts {
            texts: 1,
            inferred: 1,
            tokens: 3,
            batches: 1,
            time: all[0].1.time - expected.time,
            ..Counts::default()
        };
    assert_eq!(all[0].1, process);
}

#[test]
fn a_text_that_another_call_computes_counts_as_remembered() {
    let slow = Stub::new(&TINY_MULTI_OUTPUTS, |ids| {
        thread::sleep(Duration::from_millis(2));
        Ok(vec![ids.len() as f32, 0.0, 0.0])
    });
    let store = InMemory::default();
    let models = process(&slow, &store);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| ask(&models, &texts(0..50), ModelCache::On));
        }
    });
    let counts = models.counts()[0].1;
    assert_eq!(
        (counts.texts, counts.inferred, counts.remembered, counts.stored),
        (200, 50, 150, 0)
    );
    assert_eq!(store.sizes().0, 50);
}
