//! Kept answers in memory: read from their shelf when a question is first asked, and new ones on their way there.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use tronie_common::QueryScope;

use crate::answers::{Key, Row};
use crate::loaded::Model;
use crate::memory::{Held, Memory};
use crate::question::Question;
use crate::store::{AnswerStore, Entries, Shelf, StoreError, StoredFile};

/// So many new answers, or bytes of them, are written before the query ends: what a killed job loses of each question.
pub(crate) const FLUSH_ANSWERS: usize = 16_384;
const FLUSH_BYTES: usize = 16 << 20;

/// A store that has failed is left alone for this long, since every try may take half a minute; and so often it is looked
/// for new files of other processes.
const PAUSE: Duration = Duration::from_secs(60);

/// What an answer takes in memory beside its numbers: key and place in a hash map at its emptiest.
const ENTRY_BYTES: usize = 64;

/// All shelves that queries of this process have asked for.
#[derive(Debug)]
pub(crate) struct Shelves {
    store: Option<Arc<dyn AnswerStore>>,
    budget: Arc<Budget>,
    open: Mutex<HashMap<Shelf, Arc<OpenShelf>>>,
}

/// The memory that kept answers may take together.
#[derive(Debug)]
struct Budget {
    memory: Arc<dyn Memory>,
    most: u64,
    taken: AtomicU64,
}

impl Budget {
    /// Takes memory for answers, which stay as long as the process.
    fn take(&self, bytes: usize, most: u64) -> Option<Held> {
        let most = most.min(self.most);
        let room = |taken: u64| Some(taken + bytes as u64).filter(|&sum| sum <= most);
        self.taken
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, room)
            .ok()?;
        let held = Held::take(&self.memory, bytes).ok();
        if held.is_none() {
            self.taken.fetch_sub(bytes as u64, Ordering::Relaxed);
        }
        held
    }
}

impl Shelves {
    /// Shelves of `store`, without which nothing is kept. They take at most `most_memory` bytes.
    pub(crate) fn new(store: Option<Arc<dyn AnswerStore>>, memory: Arc<dyn Memory>, most_memory: u64) -> Self {
        Self {
            store,
            budget: Arc::new(Budget {
                memory,
                most: most_memory,
                taken: AtomicU64::new(0),
            }),
            open: Mutex::default(),
        }
    }

    /// The shelf of a question, with what is on it read as far as memory allows; `None` without a store. What cannot be
    /// read is not there: the log says why.
    pub(crate) fn of(
        &self,
        model: &Model,
        question: &Question,
        most_bytes: u64,
        scope: &QueryScope,
    ) -> Option<Arc<OpenShelf>> {
        let store = self.store.as_ref()?;
        let shelf = Shelf::new(model.digest(), &question.name());
        let mut open = self.open.lock();
        let shelf = Arc::clone(
            open.entry(shelf)
                .or_insert_with_key(|shelf| Arc::new(OpenShelf::new(shelf, store, &self.budget))),
        );
        drop(open);
        shelf.look(most_bytes, scope, |row| question.accepts(model, row));
        Some(shelf)
    }

    /// Whether there are answers on no shelf yet.
    pub(crate) fn has_unsaved(&self) -> bool {
        self.open
            .lock()
            .values()
            .any(|shelf| !shelf.unsaved.lock().rows.is_empty())
    }

    /// Writes all new answers. Failures are logged.
    pub(crate) fn flush(&self) {
        let open: Vec<Arc<OpenShelf>> = self.open.lock().values().cloned().collect();
        open.iter().for_each(|shelf| shelf.flush(0));
    }
}

/// The answers to one question to one model.
#[derive(Debug)]
pub(crate) struct OpenShelf {
    shelf: Shelf,
    store: Arc<dyn AnswerStore>,
    budget: Arc<Budget>,
    table: RwLock<Table>,
    looked: Mutex<Looked>,
    /// Whether all that is on the shelf is in the table.
    complete: AtomicBool,
    unsaved: Mutex<Unsaved>,
    /// Held while a file is written: one at a time.
    writing: Mutex<()>,
}

/// What has been seen of the shelf.
#[derive(Debug, Default)]
struct Looked {
    files: HashSet<String>,
    /// When the shelf is looked at again.
    next: Option<Instant>,
}

/// Answers that are not written yet.
#[derive(Debug, Default)]
struct Unsaved {
    rows: HashMap<Key, Row>,
    numbers: usize,
    /// What is being written right now.
    writing: Arc<HashMap<Key, Row>>,
    most_bytes: u64,
    /// Nothing is noted before: a write has failed.
    pause: Option<Instant>,
}

impl Unsaved {
    fn is_full(&self) -> bool {
        self.rows.len() >= FLUSH_ANSWERS || self.numbers * size_of::<f32>() >= FLUSH_BYTES
    }
}

impl OpenShelf {
    fn new(shelf: &Shelf, store: &Arc<dyn AnswerStore>, budget: &Arc<Budget>) -> Self {
        Self {
            shelf: shelf.clone(),
            store: Arc::clone(store),
            budget: Arc::clone(budget),
            table: RwLock::default(),
            looked: Mutex::default(),
            complete: AtomicBool::new(false),
            unsaved: Mutex::default(),
            writing: Mutex::default(),
        }
    }

    /// Reads files that have not been seen yet, the newest first, as far as memory allows. Whoever comes meanwhile waits
    /// the first time, so that it does not compute what is about to be known, and goes on with what there is later.
    fn look(&self, most_bytes: u64, scope: &QueryScope, accepts: impl Fn(&[f32]) -> bool) {
        let mut looked = match self.looked.try_lock() {
            Some(looked) => looked,
            None if self.complete.load(Ordering::Relaxed) => return,
            None => self.looked.lock(),
        };
        if looked.next.is_some_and(|next| Instant::now() < next) {
            return;
        }
        let complete = loop {
            match self.read_new(&mut looked.files, most_bytes, scope, &accepts) {
                Ok(Reading::Done) => break true,
                Ok(Reading::Full) => {
                    tracing::debug!(shelf = self.shelf.path(), "kept answers do not all fit into memory");
                    break false;
                }
                // Another process has put the content of several files into one: that is on the shelf by now.
                Ok(Reading::Vanished) => {}
                // The next query goes on.
                Ok(Reading::Cancelled) => return,
                Err(error) => {
                    tracing::warn!(shelf = self.shelf.path(), %error, "kept answers cannot be read");
                    break false;
                }
            }
        };
        self.complete.store(complete, Ordering::Relaxed);
        looked.next = Some(Instant::now() + PAUSE);
    }

    fn read_new(
        &self,
        seen: &mut HashSet<String>,
        most_bytes: u64,
        scope: &QueryScope,
        accepts: &impl Fn(&[f32]) -> bool,
    ) -> Result<Reading, StoreError> {
        let mut vanished = false;
        for file in self.store.list(&self.shelf)? {
            if seen.contains(&file.name) {
                continue;
            }
            if scope.is_cancelled() {
                return Ok(Reading::Cancelled);
            }
            let Some(outcome) = self.read(&file, most_bytes, accepts) else {
                return Ok(Reading::Full);
            };
            match outcome {
                Ok(true) => {}
                Ok(false) => vanished = true,
                Err(error) => {
                    let (shelf, file) = (self.shelf.path(), &file.name);
                    tracing::warn!(shelf, file, %error, "a file of kept answers is left out");
                }
            }
            seen.insert(file.name);
        }
        Ok(if vanished { Reading::Vanished } else { Reading::Done })
    }

    /// Takes a file into the table: whether it was still there, `None` if memory does not hold it.
    fn read(
        &self,
        file: &StoredFile,
        most_bytes: u64,
        accepts: &impl Fn(&[f32]) -> bool,
    ) -> Option<Result<bool, StoreError>> {
        // While it is read, the file is there as it is and taken apart.
        let bytes = usize::try_from(file.bytes).unwrap_or(usize::MAX);
        let _held = Held::take(&self.budget.memory, bytes.saturating_mul(2)).ok()?;
        let entries = match self.store.read(&self.shelf, file) {
            Ok(Some(entries)) => entries,
            Ok(None) => return Some(Ok(false)),
            Err(error) => return Some(Err(error)),
        };
        if !entries.iter().all(|(_, row)| accepts(row)) {
            return Some(Err(StoreError {
                message: "it holds rows that cannot be the model's answers".to_owned(),
            }));
        }
        let fits = self.table.write().add(&entries, &self.budget, most_bytes);
        fits.then_some(Ok(true))
    }

    /// The kept answer to a question.
    pub(crate) fn find(&self, key: &Key) -> Option<Row> {
        self.table.read().find(key).map(Row::from)
    }

    /// Notes an answer that the model has just given, to be written unless it is kept already. No more than `most_bytes`
    /// of answers are kept.
    pub(crate) fn note(&self, key: &Key, row: &Row, most_bytes: u64) {
        let mut unsaved = self.unsaved.lock();
        // In this order: what has been written is in the table before it is no longer being written.
        if unsaved.writing.contains_key(key) || self.table.read().find(key).is_some() {
            return;
        }
        if unsaved.pause.is_some_and(|end| Instant::now() < end) {
            return;
        }
        unsaved.most_bytes = most_bytes;
        if unsaved.rows.insert(*key, Arc::clone(row)).is_none() {
            unsaved.numbers += row.len();
        }
    }

    /// Notes an answer that this process has remembered. It may have been given while nothing was kept.
    pub(crate) fn note_remembered(&self, key: &Key, row: &Row, most_bytes: u64) {
        // Of what is not in memory nobody knows whether it is kept: it would be written again and again.
        if self.complete.load(Ordering::Relaxed) {
            self.note(key, row, most_bytes);
        }
    }

    /// Writes the new answers if there are so many that they should not wait for the end of the query.
    pub(crate) fn flush_if_full(&self) {
        if self.unsaved.lock().is_full() {
            self.flush(FLUSH_ANSWERS / 2);
        }
    }

    /// Writes the new answers if there are more than `above`, when it is this caller's turn.
    fn flush(&self, above: usize) {
        let _turn = self.writing.lock();
        let (rows, most_bytes) = {
            let mut unsaved = self.unsaved.lock();
            if unsaved.rows.len() <= above && !unsaved.is_full() {
                return;
            }
            unsaved.numbers = 0;
            unsaved.writing = Arc::new(std::mem::take(&mut unsaved.rows));
            (Arc::clone(&unsaved.writing), unsaved.most_bytes)
        };
        let mut entries = Entries::default();
        rows.iter().for_each(|(key, row)| entries.push(*key, row));
        let written = self.store.write(&self.shelf, &entries, most_bytes);
        match &written {
            Ok(name) => {
                self.looked.lock().files.insert(name.clone());
                if !self.table.write().add(&entries, &self.budget, most_bytes) {
                    self.complete.store(false, Ordering::Relaxed);
                }
            }
            Err(error) => {
                let (shelf, answers) = (self.shelf.path(), entries.len());
                tracing::warn!(shelf, answers, %error, "new answers are not kept");
            }
        }
        let mut unsaved = self.unsaved.lock();
        unsaved.writing = Arc::default();
        if written.is_err() {
            unsaved.pause = Some(Instant::now() + PAUSE);
        }
    }
}

/// How a look at a shelf ended.
enum Reading {
    Done,
    /// Older files are left out.
    Full,
    /// A file had gone before it was read.
    Vanished,
    Cancelled,
}

/// Answers by their keys.
#[derive(Debug, Default)]
struct Table {
    places: HashMap<Key, Place>,
    /// The numbers, one block a file.
    blocks: Vec<Vec<f32>>,
    held: Vec<Held>,
}

/// Where a row is.
#[derive(Debug, Clone, Copy)]
struct Place {
    block: u32,
    start: u32,
    length: u32,
}

impl Table {
    fn find(&self, key: &Key) -> Option<&[f32]> {
        let place = self.places.get(key)?;
        let start = place.start as usize;
        self.blocks
            .get(place.block as usize)?
            .get(start..start + place.length as usize)
    }

    /// Takes in what is new of `entries`, all of it or, where memory does not hold it, nothing. Returns whether it fits.
    fn add(&mut self, entries: &Entries, budget: &Budget, most_bytes: u64) -> bool {
        let new = || entries.iter().filter(|(key, _)| !self.places.contains_key(*key));
        let (rows, numbers) = new().fold((0, 0), |(rows, numbers), (_, row)| (rows + 1, numbers + row.len()));
        if rows == 0 {
            return true;
        }
        let number = |size: usize| u32::try_from(size).ok();
        let (Some(block), Some(_)) = (number(self.blocks.len()), number(numbers)) else {
            return false;
        };
        let Some(held) = budget.take(rows * ENTRY_BYTES + numbers * size_of::<f32>(), most_bytes) else {
            return false;
        };
        let mut values = Vec::with_capacity(numbers);
        self.places.reserve(rows);
        for (key, row) in entries.iter() {
            let (start, length) = (values.len() as u32, row.len() as u32);
            self.places.entry(*key).or_insert_with(|| {
                values.extend_from_slice(row);
                Place { block, start, length }
            });
        }
        self.blocks.push(values);
        self.held.push(held);
        true
    }
}

#[cfg(test)]
mod tests;
