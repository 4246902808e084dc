//! All models of a process, and the way of texts through them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::runtime::{Handle, RuntimeFlavor};
use tronie_common::{Counts, ModelCache, OnError, QueryScope, Tallies};

use crate::answers::{Answer, Answers, Claim, Flight, Key, Row};
use crate::backend::Backend;
use crate::batch::pack;
use crate::counted::Counted;
use crate::distinct::{Distinct, excerpt, has_text};
use crate::easy::Easy;
use crate::error::ModelError;
use crate::loaded::Model;
use crate::memory::{Held, Memory, Unlimited};
use crate::question::Question;
use crate::registry::Registry;
use crate::remote::{LocalFolder, is_url};
use crate::shelves::{OpenShelf, Shelves};
use crate::store::AnswerStore;
use crate::workers::{Answered, Call, Tokens, Workers};

/// How the models of a process are found and run.
#[derive(Debug)]
pub struct ModelsConfig {
    /// Where models are found by name.
    pub registry: Registry,
    /// What runs the graphs.
    pub backend: Arc<dyn Backend>,
    /// How many texts' batches are computed at the same time: one thread and one session each.
    pub threads: usize,
    /// The most bytes that remembered answers may take.
    pub cache_bytes: u64,
    /// Where memory is counted.
    pub memory: Arc<dyn Memory>,
    /// Where answers are kept from run to run, for queries that want it; `None` is nowhere.
    pub store: Option<Arc<dyn AnswerStore>>,
    /// The most bytes of memory that kept answers may take.
    pub store_memory_bytes: u64,
}

impl ModelsConfig {
    /// As many threads as the machine has cores, 64 MiB of remembered answers, no limit of memory, nothing kept.
    pub fn new(registry: Registry, backend: Arc<dyn Backend>) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            registry,
            backend,
            threads,
            cache_bytes: 64 << 20,
            memory: Arc::new(Unlimited),
            store: None,
            store_memory_bytes: u64::MAX,
        }
    }
}

/// The models of a process, each loaded once, on first use.
#[derive(Debug)]
pub struct Models {
    registry: Registry,
    backend: Arc<dyn Backend>,
    memory: Arc<dyn Memory>,
    loaded: Mutex<HashMap<PathBuf, Slot>>,
    by_name: Mutex<HashMap<String, (PathBuf, Arc<Model>)>>,
    answers: Answers,
    shelves: Shelves,
    workers: Workers,
    tallies: Tallies,
}

/// A model, or the place where it is being loaded.
type Slot = Arc<Mutex<Option<Arc<Model>>>>;

/// What to ask of a model.
#[derive(Debug)]
pub struct Request<'a> {
    /// The model.
    pub model: &'a Arc<Model>,
    /// What is asked; never empty. The answers returned are those to the first question. Those to the others come out
    /// of the same pass and are remembered for whoever asks next.
    pub questions: &'a [Question],
    /// The texts, in any order, repeated or not; `None` and texts without a visible character have no answer.
    pub texts: &'a [Option<&'a str>],
    /// Tokens a batch may have, padding included.
    pub batch_tokens: usize,
    /// What becomes of a text that the model cannot process.
    pub on_error: OnError,
    /// Whether answers are kept from run to run.
    pub cache: ModelCache,
    /// The most bytes that kept answers may take.
    pub cache_bytes: u64,
    /// The share of texts whose answer must be the model's own while its cascade answers; 0 for no cascade.
    pub cascade: f64,
    /// The query that asks.
    pub scope: &'a QueryScope,
}

impl Models {
    /// Models as configured; none is loaded yet.
    pub fn new(config: ModelsConfig) -> Self {
        Self {
            shelves: Shelves::new(config.store, Arc::clone(&config.memory), config.store_memory_bytes),
            registry: config.registry,
            backend: config.backend,
            memory: config.memory,
            loaded: Mutex::default(),
            by_name: Mutex::default(),
            answers: Answers::new(config.cache_bytes),
            workers: Workers::new(config.threads),
            tallies: Tallies::default(),
        }
    }

    /// Where models are found by name.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What each model has done since the process started, by its name.
    pub fn counts(&self) -> Vec<(String, Counts)> {
        self.tallies.counts()
    }

    /// Whether there are new answers that [`flush`](Self::flush) would write.
    pub fn has_unsaved(&self) -> bool {
        self.shelves.has_unsaved()
    }

    /// Writes the new answers that are to be kept, and waits for it; to be called at the end of a query. A failure is
    /// logged: the answers are lost, and will be computed again.
    pub fn flush(&self) {
        blocking(|| self.shelves.flush());
    }

    /// The model called `name`, or in the folder or behind the URL `name`; loaded now if it was not before. Whoever asks for
    /// a model that is being loaded waits for it; a failure is not remembered, so a repaired model loads at the next query.
    ///
    /// # Errors
    /// When there is no such model, or its files are not right.
    pub fn load(&self, name: &str) -> Result<Arc<Model>, ModelError> {
        let by_url = is_url(name);
        // Every batch of rows asks by name; the folder is looked for once. Behind a URL there may be another by now.
        if !by_url && let Some((_, model)) = self.by_name.lock().get(name) {
            return Ok(Arc::clone(model));
        }
        let folder = self.registry.find(name)?;
        let loaded = self.load_folder(&folder);
        let (path, model) = if by_url {
            loaded.map_err(|error| error.of_url(name))?
        } else {
            loaded?
        };
        let now = (path.clone(), Arc::clone(&model));
        let before = self.by_name.lock().insert(name.to_owned(), now);
        if let Some((old, _)) = before.filter(|(old, _)| *old != path) {
            // Queries that still run keep the old model alive.
            self.loaded.lock().remove(&old);
        }
        Ok(model)
    }

    /// As [`load`](Self::load), but a query has the same model from its first batch to its last, whatever lies behind a
    /// URL by then.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    pub fn load_for(&self, name: &str, scope: &QueryScope) -> Result<Arc<Model>, ModelError> {
        if !is_url(name) {
            return self.load(name);
        }
        match scope.kept::<Model>(name) {
            Some(model) => Ok(model),
            None => Ok(scope.keep(name, self.load(name)?)),
        }
    }

    /// The model in a folder, and the folder's one true path.
    fn load_folder(&self, folder: &LocalFolder) -> Result<(PathBuf, Arc<Model>), ModelError> {
        let path = folder.path();
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let slot = Arc::clone(self.loaded.lock().entry(path.clone()).or_default());
        let mut model = slot.lock();
        if let Some(model) = &*model {
            return Ok((path, Arc::clone(model)));
        }
        tracing::debug!(folder = %path.display(), "loading model");
        let loaded = blocking(|| Model::load(&path, folder, self.backend.as_ref(), &self.memory))?;
        let loaded = Arc::clone(model.insert(Arc::new(loaded)));
        Ok((path, loaded))
    }

    /// The model's answers, one a text in the order given: `None` for no text, and for a text that the model cannot
    /// process unless `on_error` makes that an error. Each distinct text is inferred at most once, also when other
    /// threads ask for it at the same time. The thread blocks meanwhile; the inference runs on the models' own threads.
    ///
    /// # Errors
    /// When the model fails as a whole, memory runs out, the query is cancelled, or a text fails under
    /// [`OnError::Fail`].
    pub fn infer(&self, request: &Request<'_>) -> Result<Vec<Option<Row>>, ModelError> {
        let mut distinct = Distinct::new(request.model, request.questions);
        let places: Vec<Option<usize>> = (request.texts.iter())
            .map(|text| text.filter(|text| has_text(text)).map(|text| distinct.place(text)))
            .collect();
        if distinct.texts.is_empty() {
            return Ok(vec![None; places.len()]);
        }
        let name = request.model.name();
        let counted = Counted::new(request.scope.tallies().of(name), self.tallies.of(name));
        let (answers, sources) = blocking(|| {
            let shelves = self.shelves(request)?;
            let easy = Easy::new(request, &distinct);
            let (answers, mut sources) = self.answer(request, &distinct, &shelves, &counted, easy.answers.clone())?;
            easy.count(&answers, &mut sources);
            Ok((answers, sources))
        })?;
        let texts = places.iter().flatten().count();
        counted.add(Counts {
            texts: texts as u64,
            repeated: (texts - answers.len()) as u64,
            ..sources
        });
        let row = |place: Option<usize>| match place.map(|place| &answers[place]) {
            None => Ok(None),
            Some(Ok(row)) => Ok(Some(Arc::clone(row))),
            Some(Err(_)) if request.on_error == OnError::Null => Ok(None),
            Some(Err(reason)) => Err(ModelError::Text {
                model: request.model.name().to_owned(),
                excerpt: excerpt(distinct.texts[place.unwrap_or_default()]),
                reason: reason.to_string(),
            }),
        };
        places.into_iter().map(row).collect()
    }

    /// The shelves of the questions, none if answers are not kept.
    fn shelves(&self, request: &Request<'_>) -> Result<Vec<Arc<OpenShelf>>, ModelError> {
        if request.cache == ModelCache::Off {
            return Ok(Vec::new());
        }
        let shelf = |question: &Question| {
            let shelf = self
                .shelves
                .of(request.model, question, request.cache_bytes, request.scope);
            shelf.ok_or(ModelError::NoStore { cache: request.cache })
        };
        request.questions.iter().map(shelf).collect()
    }

    /// Answers distinct texts that have no answer yet: what is known, what is kept, what others compute, and the rest by
    /// inference. Counts where the answers are from that were not inferred.
    fn answer(
        &self,
        request: &Request<'_>,
        distinct: &Distinct<'_>,
        shelves: &[Arc<OpenShelf>],
        counted: &Counted,
        mut answers: Vec<Option<Answer>>,
    ) -> Result<(Vec<Answer>, Counts), ModelError> {
        let mut sources = Counts::default();
        let kept = |key: &Key| shelves.first()?.find(key);
        let writes = (shelves.first()).filter(|_| request.cache == ModelCache::On);
        let note_remembered = |text: usize, answer: &Answer| {
            if let (Some(shelf), Ok(row)) = (writes, answer) {
                shelf.note_remembered(&distinct.keys(text)[0], row, request.cache_bytes);
            }
        };
        loop {
            let open: Vec<usize> = (0..answers.len()).filter(|&n| answers[n].is_none()).collect();
            if open.is_empty() {
                break;
            }
            if request.scope.is_cancelled() {
                return Err(ModelError::Cancelled);
            }
            let keys: Vec<&[Key]> = open.iter().map(|&n| distinct.keys(n)).collect();
            let flight = Arc::new(Flight::default());
            let (mut mine, mut elsewhere) = (Vec::new(), Vec::new());
            for (&n, claim) in open.iter().zip(self.answers.claim(&keys, &flight, kept)) {
                match claim {
                    Claim::Known(row) => {
                        sources.remembered += 1;
                        note_remembered(n, &*answers[n].insert(Ok(row)));
                    }
                    Claim::Kept(row) => {
                        sources.stored += 1;
                        answers[n] = Some(Ok(row));
                    }
                    Claim::Elsewhere(other) => elsewhere.push((n, other)),
                    Claim::Mine => mine.push(n),
                }
            }
            // Own texts first: a call that waits for others before it has done its own part could wait for itself.
            let claims = Claims {
                answers: &self.answers,
                flight,
                keys: mine.iter().flat_map(|&n| distinct.keys(n)).copied().collect(),
            };
            let texts: Vec<&str> = mine.iter().map(|&n| distinct.texts[n]).collect();
            let computed = if texts.is_empty() {
                Vec::new()
            } else {
                self.compute(request, &texts, counted)?
            };
            for (&n, answered) in mine.iter().zip(&computed) {
                answers[n] = answered.first().cloned();
                if request.cache == ModelCache::On {
                    note(shelves, distinct.keys(n), answered, request.cache_bytes);
                }
            }
            claims.land(computed);
            for (n, other) in elsewhere {
                answers[n] = other.wait(&distinct.keys(n)[0], || request.scope.is_cancelled());
                if let Some(answer) = &answers[n] {
                    sources.remembered += 1;
                    note_remembered(n, answer);
                }
            }
        }
        if request.cache == ModelCache::On {
            shelves.iter().for_each(|shelf| shelf.flush_if_full());
        }
        Ok((answers.into_iter().flatten().collect(), sources))
    }

    /// Runs the model over texts: for each the answers to all questions.
    fn compute(&self, request: &Request<'_>, texts: &[&str], counted: &Counted) -> Result<Vec<Answered>, ModelError> {
        let model = request.model;
        let mut answers: Vec<Option<Answered>> = vec![None; texts.len()];
        let (mut tokens, mut places) = (Vec::new(), Vec::new());
        for (place, encoded) in tokenised(request, texts).into_iter().enumerate() {
            match encoded {
                Ok(own) => {
                    tokens.push(own);
                    places.push(place);
                }
                Err(reason) => {
                    answers[place] = Some(vec![Err(Arc::from(reason)); request.questions.len()]);
                    counted.add(Counts {
                        failed: 1,
                        ..Counts::default()
                    });
                }
            }
        }
        let lengths: Vec<usize> = tokens.iter().map(|own| own.ids.len()).collect();
        let columns: usize = request
            .questions
            .iter()
            .map(|question| model.columns(&question.output))
            .sum();
        let bytes = lengths.iter().sum::<usize>() * size_of::<u32>() + lengths.len() * columns * size_of::<f32>();
        let _held = Held::take(&self.memory, bytes).map_err(|reason| ModelError::Memory {
            model: model.name().to_owned(),
            reason,
        })?;
        let batches = pack(&lengths, request.batch_tokens, model.batching());
        let questions = request.questions.to_vec();
        let scope = request.scope.clone();
        let call = Call::new(Arc::clone(model), questions, tokens, batches, scope, counted.clone());
        let rows = self.workers.run(&call).map_err(|source| ModelError::Backend {
            model: model.name().to_owned(),
            source,
        })?;
        for (place, row) in places.into_iter().zip(rows) {
            answers[place] = Some(row.ok_or(ModelError::Cancelled)?);
        }
        Ok(answers.into_iter().flatten().collect())
    }
}

/// The tokens of each text, and where in the text they stand if a question asks about tokens; or why it has none.
fn tokenised(request: &Request<'_>, texts: &[&str]) -> Vec<Result<Tokens, String>> {
    let tokenizer = &request.model.tokenizer;
    if request.questions.iter().all(|question| question.reader.is_none()) {
        let plain = |ids: Result<Vec<u32>, String>| ids.map(|ids| Tokens { ids, spans: None });
        return tokenizer.encode(texts).into_iter().map(plain).collect();
    }
    let with_spans = tokenizer.encode_with_spans(texts).into_iter().zip(texts);
    with_spans
        .map(|(encoded, text)| {
            encoded.map(|(ids, spans)| Tokens {
                ids,
                spans: Some(((*text).to_owned(), spans)),
            })
        })
        .collect()
}

/// Notes the answers to all questions about one text, to be kept.
fn note(shelves: &[Arc<OpenShelf>], keys: &[Key], answered: &Answered, most_bytes: u64) {
    for ((shelf, key), answer) in shelves.iter().zip(keys).zip(answered) {
        if let Ok(row) = answer {
            shelf.note(key, row, most_bytes);
        }
    }
}

/// Claimed keys, given back even when the computation fails on the way.
struct Claims<'a> {
    answers: &'a Answers,
    flight: Arc<Flight>,
    keys: Vec<Key>,
}

impl Claims<'_> {
    fn land(mut self, computed: Vec<Answered>) {
        let keys = std::mem::take(&mut self.keys);
        let found = keys.iter().copied().zip(computed.into_iter().flatten()).collect();
        self.answers.land(&self.flight, &keys, Some(found));
    }
}

impl Drop for Claims<'_> {
    fn drop(&mut self) {
        if !self.keys.is_empty() {
            self.answers.land(&self.flight, &self.keys, None);
        }
    }
}

/// Runs `work`, which blocks, without holding up the other tasks of an async runtime's thread.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

#[cfg(test)]
mod tests;
