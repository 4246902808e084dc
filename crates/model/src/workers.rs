//! The threads that run models: as many as cores, whatever the number of queries and partitions.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use parking_lot::{Condvar, Mutex};
use tronie_common::{Counts, Kind, QueryScope};

use crate::answers::Answer;
use crate::backend::{BackendError, Session, Tensor, TokenBatch};
use crate::batch::Batch;
use crate::counted::Counted;
use crate::loaded::Model;
use crate::manifest::OutputKind;
use crate::question::{Question, TokenVectors};

/// A fixed number of threads that take batches from the calls in turn, so that a short call does not wait for the end of
/// a long one.
pub(crate) struct Workers {
    queue: Arc<Queue>,
    threads: usize,
    started: Mutex<bool>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<QueueState>,
    ready: Condvar,
}

#[derive(Default)]
struct QueueState {
    calls: VecDeque<Arc<Call>>,
    closed: bool,
}

/// A tokenised text.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) ids: Vec<u32>,
    /// The text, and the bytes of it that each token stands for, where a question needs them.
    pub(crate) spans: Option<(String, Vec<(usize, usize)>)>,
}

/// The answers to all questions about one text, in the questions' order.
pub(crate) type Answered = Vec<Answer>;

/// The texts of one call, in batches.
pub(crate) struct Call {
    pub(crate) model: Arc<Model>,
    pub(crate) questions: Vec<Question>,
    pub(crate) tokens: Vec<Tokens>,
    pub(crate) batches: Vec<Batch>,
    pub(crate) scope: QueryScope,
    counted: Counted,
    /// The outputs that the questions read, each once.
    outputs: Vec<String>,
    next: AtomicUsize,
    done: Mutex<Done>,
    finished: Condvar,
}

struct Done {
    batches: usize,
    answers: Vec<Option<Answered>>,
    failure: Option<BackendError>,
}

impl Call {
    pub(crate) fn new(
        model: Arc<Model>,
        questions: Vec<Question>,
        tokens: Vec<Tokens>,
        batches: Vec<Batch>,
        scope: QueryScope,
        counted: Counted,
    ) -> Arc<Self> {
        let done = Done {
            batches: 0,
            answers: vec![None; tokens.len()],
            failure: None,
        };
        let (done, finished) = (Mutex::new(done), Condvar::new());
        let mut outputs: Vec<String> = questions.iter().map(|question| question.output.name.clone()).collect();
        outputs.sort();
        outputs.dedup();
        Arc::new(Self {
            model,
            questions,
            outputs,
            tokens,
            batches,
            scope,
            counted,
            next: AtomicUsize::new(0),
            done,
            finished,
        })
    }

    /// Runs one batch. Nothing is computed for a call that was cancelled or has failed.
    fn run(&self, batch: &Batch) {
        let void = self.scope.is_cancelled() || self.done.lock().failure.is_some();
        let outcome = if void {
            Ok(Vec::new())
        } else {
            catch_unwind(AssertUnwindSafe(|| self.compute(batch))).unwrap_or_else(|_| {
                let message = "the inference library panicked; please report the model and the text".to_owned();
                Err(BackendError {
                    message,
                    kind: Kind::Fault,
                })
            })
        };
        let mut done = self.done.lock();
        match outcome {
            Ok(answers) => answers
                .into_iter()
                .for_each(|(text, answer)| done.answers[text] = Some(answer)),
            Err(failure) => done.failure = Some(failure),
        }
        done.batches += 1;
        if done.batches == self.batches.len() {
            self.finished.notify_all();
        }
    }

    fn compute(&self, batch: &Batch) -> Result<Vec<(usize, Answered)>, BackendError> {
        let mut lease = self.model.borrow_session()?;
        let answers = self.answers(lease.session.as_mut(), batch);
        self.model.return_session(lease);
        Ok(batch.texts.iter().copied().zip(answers?).collect())
    }

    fn answers(&self, session: &mut dyn Session, batch: &Batch) -> Result<Vec<Answered>, BackendError> {
        match self.run_texts(session, &batch.texts, batch.width) {
            Ok(answers) => Ok(answers),
            // The model does not fit its description: no text is to blame.
            Err(error) if error.kind == Kind::Input => Err(error),
            // One text may have spoilt it for the others: each alone, and only the culprit goes without an answer.
            Err(_) if batch.texts.len() > 1 => batch.texts.iter().map(|&text| self.run_alone(session, text)).collect(),
            Err(error) => Ok(vec![self.unanswered(&error.message)]),
        }
    }

    /// The same reason for every question about a text.
    fn unanswered(&self, reason: &str) -> Answered {
        self.counted.add(Counts {
            failed: 1,
            ..Counts::default()
        });
        vec![Err(Arc::from(reason)); self.questions.len()]
    }

    fn run_alone(&self, session: &mut dyn Session, text: usize) -> Result<Answered, BackendError> {
        match self.run_texts(session, &[text], self.tokens[text].ids.len()) {
            Ok(mut answers) => Ok(answers
                .pop()
                .unwrap_or_else(|| self.unanswered("the model gave no answer"))),
            Err(error) if error.kind == Kind::Input => Err(error),
            Err(error) => Ok(self.unanswered(&error.message)),
        }
    }

    fn run_texts(
        &self,
        session: &mut dyn Session,
        texts: &[usize],
        width: usize,
    ) -> Result<Vec<Answered>, BackendError> {
        let input = token_batch(&self.tokens, texts, width, self.model.pad());
        let tokens = texts.iter().map(|&text| self.tokens[text].ids.len()).sum::<usize>();
        let names: Vec<&str> = self.outputs.iter().map(String::as_str).collect();
        let started = Instant::now();
        let outcome = session.run(&input, &names);
        self.counted.add(Counts {
            batches: 1,
            time: started.elapsed(),
            ..Counts::default()
        });
        let tensors = outcome?;
        let mut answered = vec![Vec::with_capacity(self.questions.len()); texts.len()];
        for question in &self.questions {
            let place = names.iter().position(|name| *name == question.output.name);
            let tensor = place.and_then(|place| tensors.get(place));
            let rows = tensor
                .ok_or_else(|| "the graph gave no result".to_owned())
                .and_then(|tensor| self.rows(question, tensor, texts, width));
            let rows = rows.map_err(|reason| BackendError {
                message: format!("output `{}`: {reason}", question.output.name),
                kind: Kind::Input,
            })?;
            answered.iter_mut().zip(rows).for_each(|(own, row)| own.push(row));
        }
        self.counted.add(Counts {
            inferred: texts.len() as u64,
            tokens: tokens as u64,
            padding: (input.ids.len() - tokens) as u64,
            ..Counts::default()
        });
        Ok(answered)
    }

    /// The answers to one question in a tensor, one a text; a reason where it has another shape.
    fn rows(&self, question: &Question, tensor: &Tensor, texts: &[usize], width: usize) -> Result<Answered, String> {
        if tensor.shape.iter().product::<usize>() != tensor.values.len() {
            return Err("its shape does not fit its values".to_owned());
        }
        match (question.output.kind, &tensor.shape[..]) {
            (OutputKind::Logits | OutputKind::Embedding, &[rows, columns]) if rows == texts.len() => {
                question.output.fits(columns)?;
                Ok(tensor.values.chunks(columns.max(1)).map(check).collect())
            }
            (OutputKind::TokenEmbedding, &[rows, tokens, columns]) if rows == texts.len() && tokens == width => {
                let vectors = tensor.values.chunks((width * columns).max(1));
                Ok(texts
                    .iter()
                    .zip(vectors)
                    .map(|(&text, vectors)| self.read(question, text, vectors, columns))
                    .collect())
            }
            (kind, shape) => {
                let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
                let expected = if kind == OutputKind::TokenEmbedding {
                    format!("[{}, {width}, ..]", texts.len())
                } else {
                    format!("[{}, ..]", texts.len())
                };
                Err(format!("its shape is [{}], expected {expected}", shape.join(", ")))
            }
        }
    }

    fn read(&self, question: &Question, text: usize, vectors: &[f32], columns: usize) -> Answer {
        let own = &self.tokens[text];
        match (&question.reader, &own.spans) {
            (Some(reader), Some((text, spans))) => check(&reader.read(&TokenVectors {
                text,
                spans,
                vectors: &vectors[..own.ids.len() * columns],
                columns,
            })),
            _ => Err(Arc::from("token vectors need a reader")),
        }
    }

    /// Waits until all batches are done and takes the answers, in the order of the texts. `None` stands for texts that
    /// were not run since the call was cancelled.
    fn wait(&self) -> Result<Vec<Option<Answered>>, BackendError> {
        let mut done = self.done.lock();
        while done.batches < self.batches.len() {
            self.finished.wait(&mut done);
        }
        match done.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(std::mem::take(&mut done.answers)),
        }
    }
}

fn check(row: &[f32]) -> Answer {
    if row.iter().all(|value| value.is_finite()) {
        Ok(Arc::from(row))
    } else {
        Err(Arc::from("the model's answer is not a finite number"))
    }
}

fn token_batch(tokens: &[Tokens], texts: &[usize], width: usize, pad: i64) -> TokenBatch {
    let mut ids = Vec::with_capacity(texts.len() * width);
    let mut mask = Vec::with_capacity(texts.len() * width);
    for &text in texts {
        let own = &tokens[text].ids;
        ids.extend(own.iter().map(|&id| i64::from(id)));
        ids.extend(std::iter::repeat_n(pad, width - own.len()));
        mask.extend(std::iter::repeat_n(1, own.len()));
        mask.extend(std::iter::repeat_n(0, width - own.len()));
    }
    TokenBatch {
        rows: texts.len(),
        width,
        ids,
        mask,
    }
}

impl Workers {
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            queue: Arc::default(),
            threads: threads.max(1),
            started: Mutex::new(false),
        }
    }

    /// Runs a call to its end and returns the answers in the order of its texts.
    pub(crate) fn run(&self, call: &Arc<Call>) -> Result<Vec<Option<Answered>>, BackendError> {
        if !call.batches.is_empty() {
            self.start()?;
            self.queue.state.lock().calls.push_back(Arc::clone(call));
            self.queue.ready.notify_all();
        }
        call.wait()
    }

    /// Threads are started by the first call: a process that never infers has none.
    fn start(&self) -> Result<(), BackendError> {
        let mut started = self.started.lock();
        if !*started {
            for n in 0..self.threads {
                let queue = Arc::clone(&self.queue);
                let builder = thread::Builder::new().name(format!("tronie-model-{n}"));
                builder.spawn(move || work(&queue)).map_err(|e| BackendError {
                    message: format!("a thread for inference cannot be started: {e}"),
                    kind: Kind::Exhausted,
                })?;
            }
            *started = true;
        }
        Ok(())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue.state.lock().closed = true;
        self.queue.ready.notify_all();
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers")
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// Takes a batch of the call at the front and sends the call to the back, until the queue is closed.
fn work(queue: &Queue) {
    loop {
        let (call, batch) = {
            let mut state = queue.state.lock();
            let call = loop {
                match state.calls.pop_front() {
                    Some(call) => break call,
                    None if state.closed => return,
                    None => queue.ready.wait(&mut state),
                }
            };
            let batch = call.next.fetch_add(1, Ordering::Relaxed);
            if batch + 1 < call.batches.len() {
                state.calls.push_back(Arc::clone(&call));
            }
            (call, batch)
        };
        call.run(&call.batches[batch]);
    }
}
