//! All models of a process, and the way of texts through them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::runtime::{Handle, RuntimeFlavor};
use tronie_common::{OnError, QueryScope, is_invisible};

use crate::answers::{Answer, Answers, Claim, Flight, Key, Row, key};
use crate::backend::Backend;
use crate::batch::pack;
use crate::error::ModelError;
use crate::loaded::Model;
use crate::manifest::Output;
use crate::memory::{Held, Memory, Unlimited};
use crate::registry::Registry;
use crate::workers::{Call, Workers};

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
}

impl ModelsConfig {
    /// As many threads as the machine has cores, 64 MiB of remembered answers, no limit of memory.
    pub fn new(registry: Registry, backend: Arc<dyn Backend>) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            registry,
            backend,
            threads,
            cache_bytes: 64 << 20,
            memory: Arc::new(Unlimited),
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
    by_name: Mutex<HashMap<String, Arc<Model>>>,
    answers: Answers,
    workers: Workers,
}

/// A model, or the place where it is being loaded.
type Slot = Arc<Mutex<Option<Arc<Model>>>>;

/// What to ask of a model.
#[derive(Debug)]
pub struct Request<'a> {
    /// The model.
    pub model: &'a Arc<Model>,
    /// One of its outputs.
    pub output: &'a Output,
    /// The texts, in any order, repeated or not; `None` and texts without a visible character have no answer.
    pub texts: &'a [Option<&'a str>],
    /// Tokens a batch may have, padding included.
    pub batch_tokens: usize,
    /// What becomes of a text that the model cannot process.
    pub on_error: OnError,
    /// The query that asks.
    pub scope: &'a QueryScope,
}

impl Models {
    /// Models as configured; none is loaded yet.
    pub fn new(config: ModelsConfig) -> Self {
        Self {
            registry: config.registry,
            backend: config.backend,
            memory: config.memory,
            loaded: Mutex::default(),
            by_name: Mutex::default(),
            answers: Answers::new(config.cache_bytes),
            workers: Workers::new(config.threads),
        }
    }

    /// Where models are found by name.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The model called `name`, or in the folder `name`; loaded now if it was not before. Whoever asks for a model that is
    /// being loaded waits for it; a failure is not remembered, so a repaired model loads at the next query.
    ///
    /// # Errors
    /// When there is no such model, or its files are not right.
    pub fn load(&self, name: &str) -> Result<Arc<Model>, ModelError> {
        // Every batch of rows asks by name; the folder is looked for once.
        if let Some(model) = self.by_name.lock().get(name) {
            return Ok(Arc::clone(model));
        }
        let model = self.load_folder(self.registry.find(name)?)?;
        self.by_name.lock().insert(name.to_owned(), Arc::clone(&model));
        Ok(model)
    }

    fn load_folder(&self, folder: PathBuf) -> Result<Arc<Model>, ModelError> {
        let folder = folder.canonicalize().unwrap_or(folder);
        let slot = Arc::clone(self.loaded.lock().entry(folder.clone()).or_default());
        let mut model = slot.lock();
        match &*model {
            Some(model) => Ok(Arc::clone(model)),
            None => {
                tracing::debug!(folder = %folder.display(), "loading model");
                let loaded = blocking(|| Model::load(&folder, self.backend.as_ref(), &self.memory))?;
                Ok(Arc::clone(model.insert(Arc::new(loaded))))
            }
        }
    }

    /// The model's answers, one a text in the order given: `None` for no text, and for a text that the model cannot
    /// process unless `on_error` makes that an error. Each distinct text is inferred at most once, also when other
    /// threads ask for it at the same time. The thread blocks meanwhile; the inference runs on the models' own threads.
    ///
    /// # Errors
    /// When the model fails as a whole, memory runs out, the query is cancelled, or a text fails under
    /// [`OnError::Fail`].
    pub fn infer(&self, request: &Request<'_>) -> Result<Vec<Option<Row>>, ModelError> {
        let mut seed = blake3::Hasher::new();
        seed.update(request.model.digest().as_bytes())
            .update(request.output.name.as_bytes())
            .update(&[0]);
        let mut distinct = Distinct::default();
        let places: Vec<Option<usize>> = (request.texts.iter())
            .map(|text| {
                text.filter(|text| has_text(text))
                    .map(|text| distinct.place(key(&seed, text), text))
            })
            .collect();
        let answers = blocking(|| self.answer(request, &distinct))?;
        request.scope.add_texts(places.iter().flatten().count());
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

    /// Answers distinct texts: what is known, what others compute, and the rest by inference.
    fn answer(&self, request: &Request<'_>, distinct: &Distinct<'_>) -> Result<Vec<Answer>, ModelError> {
        let mut answers: Vec<Option<Answer>> = vec![None; distinct.keys.len()];
        loop {
            let open: Vec<usize> = (0..answers.len()).filter(|&n| answers[n].is_none()).collect();
            if open.is_empty() {
                return Ok(answers.into_iter().flatten().collect());
            }
            if request.scope.is_cancelled() {
                return Err(ModelError::Cancelled);
            }
            let keys: Vec<Key> = open.iter().map(|&n| distinct.keys[n]).collect();
            let flight = Arc::new(Flight::default());
            let (mut mine, mut elsewhere) = (Vec::new(), Vec::new());
            for (&n, claim) in open.iter().zip(self.answers.claim(&keys, &flight)) {
                match claim {
                    Claim::Known(row) => answers[n] = Some(Ok(row)),
                    Claim::Elsewhere(other) => elsewhere.push((n, other)),
                    Claim::Mine => mine.push(n),
                }
            }
            // Own texts first: a call that waits for others before it has done its own part could wait for itself.
            let claims = Claims {
                answers: &self.answers,
                flight,
                keys: mine.iter().map(|&n| distinct.keys[n]).collect(),
            };
            let texts: Vec<&str> = mine.iter().map(|&n| distinct.texts[n]).collect();
            let computed = if texts.is_empty() {
                Vec::new()
            } else {
                self.compute(request, &texts)?
            };
            for (&n, answer) in mine.iter().zip(&computed) {
                answers[n] = Some(answer.clone());
            }
            claims.land(computed);
            for (n, other) in elsewhere {
                answers[n] = other.wait(&distinct.keys[n], || request.scope.is_cancelled());
            }
        }
    }

    /// Runs the model over texts.
    fn compute(&self, request: &Request<'_>, texts: &[&str]) -> Result<Vec<Answer>, ModelError> {
        let model = request.model;
        let mut answers: Vec<Option<Answer>> = vec![None; texts.len()];
        let (mut tokens, mut places) = (Vec::new(), Vec::new());
        for (place, encoded) in model.tokenizer.encode(texts).into_iter().enumerate() {
            match encoded {
                Ok(ids) => {
                    tokens.push(ids);
                    places.push(place);
                }
                Err(reason) => answers[place] = Some(Err(Arc::from(reason))),
            }
        }
        let lengths: Vec<usize> = tokens.iter().map(Vec::len).collect();
        let columns = request.output.labels.len().max(1);
        let bytes = lengths.iter().sum::<usize>() * size_of::<u32>() + lengths.len() * columns * size_of::<f32>();
        let _held = Held::take(&self.memory, bytes).map_err(|reason| ModelError::Memory {
            model: model.name().to_owned(),
            reason,
        })?;
        let batches = pack(&lengths, request.batch_tokens, model.batching());
        let call = Call::new(
            Arc::clone(model),
            request.output,
            tokens,
            batches,
            request.scope.clone(),
        );
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

/// Claimed keys, given back even when the computation fails on the way.
struct Claims<'a> {
    answers: &'a Answers,
    flight: Arc<Flight>,
    keys: Vec<Key>,
}

impl Claims<'_> {
    fn land(mut self, computed: Vec<Answer>) {
        let keys = std::mem::take(&mut self.keys);
        let found = keys.iter().copied().zip(computed).collect();
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

/// Distinct texts in the order in which they were met.
#[derive(Default)]
struct Distinct<'a> {
    places: HashMap<Key, usize>,
    keys: Vec<Key>,
    texts: Vec<&'a str>,
}

impl<'a> Distinct<'a> {
    fn place(&mut self, key: Key, text: &'a str) -> usize {
        *self.places.entry(key).or_insert_with(|| {
            self.keys.push(key);
            self.texts.push(text);
            self.keys.len() - 1
        })
    }
}

/// Whether there is anything to read: white space and what cannot be seen is no text.
fn has_text(text: &str) -> bool {
    text.chars().any(|c| !(c.is_whitespace() || is_invisible(c)))
}

/// The beginning of a text, quoted, for messages.
fn excerpt(text: &str) -> String {
    const CHARS: usize = 40;
    let head: String = text
        .chars()
        .take(CHARS)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(CHARS).is_some() {
        format!("'{head}...'")
    } else {
        format!("'{head}'")
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
