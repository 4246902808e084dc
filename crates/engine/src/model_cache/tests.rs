//! Files of kept answers: what is written is read, what is broken is not, and files stay few and within their bytes.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::*;

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads")
}

/// A warehouse on this machine, and a way into it as each process has its own.
struct Warehouse(TempDir);

impl Warehouse {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn answers(&self) -> WarehouseAnswers {
        let stores = Arc::new(Stores::new(std::collections::BTreeMap::new()));
        WarehouseAnswers::new(stores, self.0.path().display().to_string())
    }

    fn files(&self) -> Vec<PathBuf> {
        let folder = self.0.path().join("_tronie/model_cache").join(shelf().path());
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }

    fn bytes(&self) -> u64 {
        self.files()
            .iter()
            .map(|file| fs::metadata(file).expect("a file").len())
            .sum()
    }

    /// The keys of all answers that can be read.
    fn keys(&self) -> HashSet<[u8; 16]> {
        let answers = self.answers();
        let files = answers.list(&shelf()).expect("a listing");
        let read = |file: &StoredFile| answers.read(&shelf(), file).ok().flatten().unwrap_or_default();
        let entries: Vec<Entries> = files.iter().map(read).collect();
        entries.iter().flat_map(Entries::iter).map(|(key, _)| *key).collect()
    }
}

fn shelf() -> Shelf {
    Shelf::new("digest", "sentiment")
}

fn key(n: u64) -> [u8; 16] {
    let mut key = [7; 16];
    key[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    key
}

fn entries(numbers: std::ops::Range<u64>) -> Entries {
    let mut entries = Entries::default();
    numbers.for_each(|n| entries.push(key(n), &[n as f32 / 3.0, -1.5, 0.25]));
    entries
}

const MOST: u64 = 1 << 30;

#[test]
fn what_is_written_is_read_to_the_last_bit() {
    let mut entries = entries(0..100_000);
    entries.push(key(1 << 40), &[]);
    entries.push(key(1 << 41), &[1.0; 5_000]);
    let content = file::encode(&entries).expect("a file");
    assert!(
        content.len() < 2_400_000,
        "16 bytes of key and a little more each: {}",
        content.len()
    );
    assert_eq!(file::decode(content.into()).expect("readable"), entries);
}

#[test]
fn a_file_that_is_cut_short_or_changed_is_never_read_as_something_else() {
    let entries = entries(0..50);
    let content = file::encode(&entries).expect("a file");
    for length in 0..content.len() {
        assert!(
            file::decode(content[..length].to_vec().into()).is_err(),
            "cut to {length}"
        );
    }
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let changed = |place: usize| {
        let mut content = content.clone();
        content[place] ^= 0x10;
        file::decode(content.into())
    };
    let outcomes: Vec<_> = (0..content.len()).map(changed).collect();
    std::panic::set_hook(hook);
    assert!(outcomes.iter().filter(|outcome| outcome.is_err()).count() > outcomes.len() / 2);
    for read in outcomes.into_iter().flatten() {
        assert_eq!(read, entries, "what was changed tells nothing");
    }
}

#[test]
fn files_are_listed_with_the_newest_first_and_leftovers_are_not() {
    let (warehouse, runtime) = (Warehouse::new(), runtime());
    let _entered = runtime.enter();
    let answers = warehouse.answers();
    assert!(answers.list(&shelf()).expect("an empty shelf").is_empty());
    let first = answers.write(&shelf(), &entries(0..10), MOST).expect("written");
    std::thread::sleep(std::time::Duration::from_millis(3));
    let second = answers.write(&shelf(), &entries(10..20), MOST).expect("written");
    // What a process leaves that is killed while it writes, and what is nobody's.
    let folder = warehouse.files()[0].parent().expect("a folder").to_path_buf();
    fs::write(folder.join(format!("{}#1", new_name(now()))), "PAR1").expect("written");
    fs::write(folder.join("notes.txt"), "x").expect("written");
    let listed: Vec<String> = (answers.list(&shelf()).expect("a listing").into_iter())
        .map(|file| file.name)
        .collect();
    assert_eq!(listed, [second, first]);
    assert_eq!(warehouse.keys().len(), 20);
    let other = Shelf::new("digest", "intent");
    assert!(answers.list(&other).expect("an empty shelf").is_empty());
    let gone = StoredFile {
        name: new_name(now()),
        bytes: 1,
    };
    assert_eq!(answers.read(&shelf(), &gone).expect("no error"), None);
}

#[test]
fn many_small_files_become_few_and_broken_ones_go() {
    let (warehouse, runtime) = (Warehouse::new(), runtime());
    let _entered = runtime.enter();
    let answers = warehouse.answers();
    for n in 0..100 {
        let file = answers
            .write(&shelf(), &entries(10 * n..10 * n + 10), MOST)
            .expect("written");
        if n % 20 == 5 {
            let broken = warehouse.files().into_iter().find(|path| path.ends_with(&file));
            fs::write(broken.expect("the new file"), "PAR1").expect("broken");
        }
        let files = warehouse.files().len();
        assert!(files <= tidy::SMALL_FILES, "{files} files");
    }
    assert_eq!(warehouse.keys().len(), 950, "the answers of five broken files are lost");
    let files = answers.list(&shelf()).expect("a listing");
    assert!(files.iter().all(|file| answers.read(&shelf(), file).is_ok()));
}

#[test]
fn merging_loses_nothing_and_keeps_one_of_each() {
    let (warehouse, runtime) = (Warehouse::new(), runtime());
    let _entered = runtime.enter();
    let answers = warehouse.answers();
    for n in 0..40 {
        answers
            .write(&shelf(), &entries(10 * n..10 * n + 20), MOST)
            .expect("written");
    }
    assert_eq!(warehouse.keys().len(), 410);
    let files = answers.list(&shelf()).expect("a listing");
    let rows: usize = (files.iter())
        .map(|file| answers.read(&shelf(), file).expect("readable").expect("there").len())
        .sum();
    assert!(rows < 600, "{rows} rows of 410 answers");
}

#[test]
fn writers_and_mergers_at_once_lose_nothing() {
    let (warehouse, runtime) = (Warehouse::new(), runtime());
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (warehouse, handle) = (&warehouse, runtime.handle());
            scope.spawn(move || {
                let _entered = handle.enter();
                let answers = warehouse.answers();
                for n in 0..40 {
                    let start = 1_000 * writer + 10 * n;
                    answers
                        .write(&shelf(), &entries(start..start + 10), MOST)
                        .expect("written");
                }
            });
        }
    });
    let _entered = runtime.enter();
    assert_eq!(warehouse.keys().len(), 1_600);
    assert!(warehouse.files().len() <= 4 * tidy::SMALL_FILES);
}

#[test]
fn the_files_stay_within_their_bytes_and_the_oldest_go() {
    let (warehouse, runtime) = (Warehouse::new(), runtime());
    let _entered = runtime.enter();
    let answers = warehouse.answers();
    answers
        .write(&Shelf::new("older model", "intent"), &entries(0..100), MOST)
        .expect("written");
    let one = file::encode(&entries(0..100)).expect("a file").len() as u64;
    for n in 0..30 {
        std::thread::sleep(std::time::Duration::from_millis(2));
        answers
            .write(&shelf(), &entries(100 * n..100 * n + 100), 5 * one)
            .expect("written");
        assert!(warehouse.bytes() <= 5 * one, "{} bytes", warehouse.bytes());
    }
    let keys = warehouse.keys();
    assert!(keys.contains(&key(2_999)), "the newest are there");
    assert!(!keys.contains(&key(0)), "the oldest are not");
    assert!(keys.len() >= 300, "{} answers", keys.len());
    let other = answers.list(&Shelf::new("older model", "intent")).expect("a listing");
    assert!(other.is_empty(), "other models' go as well");
    let error = answers
        .write(&shelf(), &entries(0..100), one / 2)
        .expect_err("no room at all");
    assert!(
        error.to_string().contains("more than tronie.model_cache_bytes"),
        "{error}"
    );
}

#[test]
fn without_a_runtime_of_several_threads_it_says_so() {
    let answers = Warehouse::new().answers();
    let runtime = Builder::new_current_thread().build().expect("a thread");
    let _entered = runtime.enter();
    let error = answers.list(&shelf()).expect_err("it would wait for itself");
    assert!(error.to_string().contains("several threads"), "{error}");
}
