//! Graphs and sessions.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use ort::environment::Environment;
use ort::logging::LogLevel;
use ort::session::{OutputSelector, RunOptions};
use ort::session::{Session as OrtSession, SessionInputValue, builder::GraphOptimizationLevel};
use ort::value::TensorRef;
use parking_lot::Mutex;
use tronie_common::Kind;
use tronie_model::{BackendError, Graph, GraphOutput, Session, Tensor, TokenBatch};

/// The inputs that a text model may have.
const INPUTS: [&str; 3] = ["input_ids", "attention_mask", "token_type_ids"];

/// A model file that ONNX Runtime can run.
#[derive(Debug)]
pub(crate) struct OnnxGraph {
    environment: Environment,
    file: PathBuf,
    outputs: Vec<GraphOutput>,
    /// The session that loading made; the first one who asks gets it.
    first: Mutex<Option<OnnxSession>>,
}

impl OnnxGraph {
    pub(crate) fn load(environment: Environment, file: &Path) -> Result<Self, BackendError> {
        let mut session = OnnxSession::open(&environment, file)?;
        let outputs = session.probe().map_err(|error| BackendError {
            message: format!("`{}` fails on a text of two tokens: {}", file.display(), error.message),
            kind: Kind::Input,
        })?;
        Ok(Self {
            environment,
            file: file.to_path_buf(),
            outputs,
            first: Mutex::new(Some(session)),
        })
    }
}

impl Graph for OnnxGraph {
    fn outputs(&self) -> &[GraphOutput] {
        &self.outputs
    }

    fn session(&self) -> Result<Box<dyn Session>, BackendError> {
        let first = self.first.lock().take();
        Ok(Box::new(first.map_or_else(
            || OnnxSession::open(&self.environment, &self.file),
            Ok,
        )?))
    }
}

/// One single-threaded session.
#[derive(Debug)]
struct OnnxSession {
    session: OrtSession,
    /// Which of [`INPUTS`] the graph has.
    inputs: Vec<&'static str>,
}

impl OnnxSession {
    fn open(environment: &Environment, file: &Path) -> Result<Self, BackendError> {
        let refused = |e: ort::Error| BackendError {
            message: format!(
                "`{}` is not a graph that ONNX Runtime can run: {}",
                file.display(),
                one_line(e.message())
            ),
            kind: Kind::Input,
        };
        let session = builder(environment)
            .and_then(|mut b| b.commit_from_file(file))
            .map_err(refused)?;
        let names: Vec<&str> = session.inputs().iter().map(|input| input.name()).collect();
        if let Some(other) = names.iter().find(|name| !INPUTS.contains(name)) {
            let message = format!(
                "`{}` has the input `{other}`; a text model has `input_ids` and may have `attention_mask` and `token_type_ids`",
                file.display()
            );
            return Err(BackendError {
                message,
                kind: Kind::Input,
            });
        }
        let inputs = INPUTS.into_iter().filter(|input| names.contains(input)).collect();
        Ok(Self { session, inputs })
    }
}

pub(crate) fn builder(environment: &Environment) -> Result<ort::session::builder::SessionBuilder, ort::Error> {
    Ok(OrtSession::builder(environment)?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        // Every batch has another shape: a plan of memory kept for each of them would never be used again.
        .with_memory_pattern(false)?
        .with_log_level(LogLevel::Fatal)?)
}

impl OnnxSession {
    /// Runs a text of two tokens through the whole graph: what cannot run at all is known before the first query, and
    /// how wide the outputs are.
    fn probe(&mut self) -> Result<Vec<GraphOutput>, BackendError> {
        let names: Vec<String> = self
            .session
            .outputs()
            .iter()
            .map(|output| output.name().to_owned())
            .collect();
        let batch = TokenBatch {
            rows: 1,
            width: 2,
            ids: vec![0, 1],
            mask: vec![1, 1],
        };
        let types = self.types(&batch);
        let inputs = self.inputs(&batch, &types)?;
        let results = self.session.run(inputs).map_err(|e| failed(&e))?;
        let output = |name: String| {
            let tensor = results
                .get(&name)
                .and_then(|value| value.try_extract_tensor::<f32>().ok());
            let columns = tensor.and_then(|(shape, _)| shape.last().and_then(|&columns| usize::try_from(columns).ok()));
            GraphOutput { name, columns }
        };
        Ok(names.into_iter().map(output).collect())
    }

    /// The type of every token, 0, if the graph asks for it.
    fn types(&self, batch: &TokenBatch) -> Vec<i64> {
        if self.inputs.contains(&"token_type_ids") {
            vec![0; batch.ids.len()]
        } else {
            Vec::new()
        }
    }

    fn inputs<'a>(&self, batch: &'a TokenBatch, types: &'a [i64]) -> Result<Inputs<'a>, BackendError> {
        let shape = [batch.rows, batch.width];
        let tensor = |&input: &&'static str| {
            let values = match input {
                "input_ids" => batch.ids.as_slice(),
                "attention_mask" => batch.mask.as_slice(),
                _ => types,
            };
            let tensor = TensorRef::from_array_view((shape, values)).map_err(|e| failed(&e))?;
            Ok((Cow::Borrowed(input), tensor.into()))
        };
        self.inputs.iter().map(tensor).collect()
    }
}

/// Tensors by the names of the graph's inputs.
type Inputs<'a> = Vec<(Cow<'a, str>, SessionInputValue<'a>)>;

impl Session for OnnxSession {
    fn run(&mut self, batch: &TokenBatch, outputs: &[&str]) -> Result<Vec<Tensor>, BackendError> {
        let types = self.types(batch);
        let inputs = self.inputs(batch, &types)?;
        // What nobody asked for is not copied out of the library; the vectors of all tokens would be megabytes.
        let selected = outputs
            .iter()
            .fold(OutputSelector::no_default(), |selected, output| selected.with(*output));
        let options = RunOptions::new().map_err(|e| failed(&e))?.with_outputs(selected);
        let results = self
            .session
            .run_with_options(inputs, &options)
            .map_err(|e| failed(&e))?;
        let tensor = |output: &&str| {
            let misfit = |message: String| BackendError {
                message,
                kind: Kind::Input,
            };
            let result = results
                .get(output)
                .ok_or_else(|| misfit(format!("the graph has no output `{output}`")))?;
            let (shape, values) = result
                .try_extract_tensor::<f32>()
                .map_err(|e| misfit(format!("output `{output}`: {}", one_line(e.message()))))?;
            Ok(Tensor {
                shape: shape
                    .iter()
                    .map(|&size| usize::try_from(size).unwrap_or_default())
                    .collect(),
                values: values.to_vec(),
            })
        };
        outputs.iter().map(tensor).collect()
    }
}

pub(crate) fn failed(error: &ort::Error) -> BackendError {
    BackendError {
        message: one_line(error.message()),
        kind: Kind::Fault,
    }
}

/// The library's messages may span lines and carry source positions; a user gets one line.
pub(crate) fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
