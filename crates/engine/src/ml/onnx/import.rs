//! `CREATE MODEL .. OPTIONS (model_type = 'onnx', path = '..')`: a file becomes a version in the registry.

use std::sync::Arc;

use datafusion::execution::object_store::ObjectStoreUrl;
use object_store::{ObjectStore, ObjectStoreExt};
use tronie_common::Kind;
use tronie_learn::trained::{OnnxAnswer, OnnxInput, OnnxKind, OnnxModel, OnnxRole, PREDICTION, Trained};
use tronie_model::{TabularAnswer, TabularGraph, TabularInput, TabularKind, TabularOutput, TabularValues};

use super::inspect::Inspected;
use crate::error::Error;
use crate::files::Location;
use crate::ml::kept::{Kept, Label};
use crate::ml::registry::now;
use crate::ml::syntax::CreateModel;

/// The file beside the manifest.
pub(crate) const FILE: &str = "model.onnx";

/// What a file holds the most of; above it nothing in its format can be.
const MOST_BYTES: u64 = 2 << 30;

/// What else a model answers that tells classes apart.
const PROBABILITY: [&str; 2] = ["probability", "probabilities"];

/// A file on its way into the registry, and what the statement says about it.
pub(crate) struct Import<'a> {
    pub(crate) path: &'a str,
    pub(crate) content: Vec<u8>,
    /// The columns that it is to read.
    pub(crate) columns: Option<&'a [String]>,
    /// Its classes, in its own order.
    pub(crate) classes: Option<&'a [String]>,
}

/// Reads a file from a path or URL.
///
/// # Errors
/// When there is none, or it cannot be a model.
pub(crate) async fn read(
    path: &str,
    store: impl FnOnce(ObjectStoreUrl) -> Result<Arc<dyn ObjectStore>, Error>,
) -> Result<Vec<u8>, Error> {
    let location = Location::parse(path)?;
    if location.glob.is_some() || location.url.is_collection() {
        return Err(Error::new(
            Kind::Input,
            format!("`{path}` is not one file; name the .onnx file"),
        ));
    }
    let found = store(location.url.object_store())?.get(location.url.prefix()).await;
    let found = found.map_err(|e| Error::from(e).of(path))?;
    if found.meta.size > MOST_BYTES {
        let size = found.meta.size;
        return Err(Error::new(
            Kind::Input,
            format!("`{path}` has {size} bytes, and an ONNX file has {MOST_BYTES} at most"),
        ));
    }
    let content = found.bytes().await.map_err(|e| Error::from(e).of(path))?;
    Ok(content.to_vec())
}

impl Import<'_> {
    /// What the file reads and answers, and a report on it. It is run on a row of zeros.
    ///
    /// # Errors
    /// When it is nothing that a row of a table goes into and comes out of.
    pub(crate) fn check(
        &self,
        load: impl FnOnce(&[u8]) -> Result<Arc<dyn TabularGraph>, Error>,
    ) -> Result<(Trained, Vec<(String, String)>), Error> {
        let inspected = Inspected::of(&self.content)?;
        let graph = load(&self.content)?;
        let mut notes = vec![("file".to_owned(), self.path.to_owned())];
        notes.extend(inspected.producer().map(|producer| ("producer".to_owned(), producer)));
        notes.push(("opset".to_owned(), inspected.opsets()));
        let inputs = self.inputs(graph.as_ref())?;
        for (own, input) in graph.inputs().iter().zip(&inputs) {
            let read = format!("{}, reads {}", own.shown, input.columns.join(", "));
            notes.push((format!("input {}", own.name), read));
        }
        let probe = Probe::run(graph.as_ref(), &inputs);
        let (answers, classes) = self.answers(graph.as_ref(), &probe, &inspected)?;
        for output in graph.outputs() {
            let as_what = match answers.iter().find(|answer| answer.output == output.name) {
                Some(answer) if answer.role == OnnxRole::Probabilities => PROBABILITY.join(" and "),
                Some(answer) => answer.name.clone(),
                None => "nothing".to_owned(),
            };
            notes.push((
                format!("output {}", output.name),
                format!("{}, answers {as_what}", output.shown),
            ));
        }
        if !classes.is_empty() {
            notes.push(("classes".to_owned(), classes.join(", ")));
        }
        notes.push(("row of zeros".to_owned(), probe.report(graph.as_ref())));
        let model = OnnxModel {
            file: FILE.to_owned(),
            digest: blake3::hash(&self.content).to_hex().to_string(),
            inputs,
            classes,
            answers,
        };
        Ok((Trained::Onnx(model), notes))
    }

    /// The columns of each input.
    fn inputs(&self, graph: &dyn TabularGraph) -> Result<Vec<OnnxInput>, Error> {
        let inputs = graph.inputs();
        let known: usize = inputs.iter().filter_map(|input| input.columns).sum();
        let open = inputs.iter().filter(|input| input.columns.is_none()).count();
        let mut given = self.columns.map(<[String]>::iter);
        if let Some(columns) = self.columns {
            let twice = columns
                .iter()
                .enumerate()
                .find(|(at, name)| columns[..*at].contains(name));
            if let Some((_, name)) = twice {
                return Err(input(format!(
                    "option `columns` names `{name}` twice; name each column of the query once, in the order of the file's \
                     inputs"
                )));
            }
            let got = columns.len();
            let fits = if open == 0 {
                got == known
            } else {
                open == 1 && got > known
            };
            if !fits {
                let shown: Vec<String> = inputs.iter().map(|of| format!("`{}` {}", of.name, of.shown)).collect();
                let shown = shown.join(", ");
                return Err(input(format!(
                    "option `columns` names {got} columns, and the file reads {known} (its inputs: {shown})"
                )));
            }
        } else if open > 0 {
            return Err(input(
                "the file does not say how many columns it reads; name them: OPTIONS (.., columns = ['a', 'b'])"
                    .to_owned(),
            ));
        }
        // What the others leave.
        let in_open = self.columns.map_or(0, |columns| columns.len().saturating_sub(known));
        let of = |of: &TabularInput| {
            let count = of.columns.unwrap_or(in_open);
            let columns = match (&mut given, count) {
                (Some(given), count) => given.by_ref().take(count).cloned().collect(),
                (None, 1) => vec![of.name.clone()],
                (None, count) => (0..count).map(|place| format!("{}_{place}", of.name)).collect(),
            };
            OnnxInput {
                kind: kind(of.kind),
                columns,
            }
        };
        Ok(inputs.iter().map(of).collect())
    }

    /// What the outputs mean, and the classes.
    fn answers(
        &self,
        graph: &dyn TabularGraph,
        probe: &Probe,
        inspected: &Inspected,
    ) -> Result<(Vec<OnnxAnswer>, Vec<String>), Error> {
        let outputs: Vec<(&TabularOutput, Option<usize>)> = graph
            .outputs()
            .iter()
            .enumerate()
            .map(|(place, output)| (output, probe.columns(place).or(output.columns)))
            .collect();
        let prediction = prediction(&outputs);
        let mut answers = Vec::new();
        let mut classes = Vec::new();
        for (place, &(output, columns)) in outputs.iter().enumerate() {
            let is_prediction = prediction == Some(place);
            let says_so = output.is_map || output.name.to_lowercase().contains("prob");
            let is_probable = prediction.is_some() && output.kind == TabularKind::Number && classes.is_empty();
            let mut role = match columns {
                Some(1) => OnnxRole::Value,
                _ => OnnxRole::List,
            };
            if !is_prediction && says_so && is_probable {
                let found = self.classes(output, columns, probe.keys(place), inspected);
                if let Some(found) = found? {
                    classes = found;
                    role = OnnxRole::Probabilities;
                }
            }
            let name = match is_prediction {
                true => PREDICTION.to_owned(),
                false if output.name == PREDICTION || PROBABILITY.contains(&output.name.as_str()) => match role {
                    OnnxRole::Probabilities => output.name.clone(),
                    _ => format!("output_{}", output.name),
                },
                false => output.name.clone(),
            };
            answers.push(OnnxAnswer {
                name,
                output: output.name.clone(),
                kind: kind(output.kind),
                role,
            });
        }
        Ok((answers, classes))
    }

    /// The classes that an output has a probability for; `None` if nobody says.
    fn classes(
        &self,
        output: &TabularOutput,
        columns: Option<usize>,
        keys: Option<&[String]>,
        inspected: &Inspected,
    ) -> Result<Option<Vec<String>>, Error> {
        if let Some(given) = self.classes {
            if columns.is_some_and(|columns| columns != given.len()) {
                let (expected, got) = (columns.unwrap_or_default(), given.len());
                let name = &output.name;
                return Err(input(format!(
                    "option `classes` names {got} classes, and output `{name}` has {expected} numbers a row"
                )));
            }
            return Ok(Some(given.to_vec()));
        }
        if let Some(keys) = keys.filter(|keys| !keys.is_empty()) {
            return Ok(Some(keys.to_vec()));
        }
        Ok(match columns {
            None if !output.is_map => None,
            columns => inspected.classes(columns),
        })
    }
}

/// Which output is the prediction, if one is.
fn prediction(outputs: &[(&TabularOutput, Option<usize>)]) -> Option<usize> {
    let single = |place: &usize| outputs[*place].1 == Some(1) && !outputs[*place].0.is_map;
    let places: Vec<usize> = (0..outputs.len()).filter(single).collect();
    let is_label = |place: &&usize| outputs[**place].0.name.to_lowercase().contains("label");
    let classes: Vec<usize> = (places.iter().copied())
        .filter(|&place| outputs[place].0.kind != TabularKind::Number)
        .collect();
    let by_name = classes.iter().find(is_label).or_else(|| places.iter().find(is_label));
    match (by_name, classes.as_slice(), outputs) {
        (Some(place), ..) => Some(*place),
        (None, [first, ..], _) => Some(*first),
        // One number a row and nothing else: a regression.
        (None, [], [_]) => places.first().copied(),
        _ => None,
    }
}

/// What a file answers to rows of zeros and empty texts.
struct Probe(Result<Vec<TabularAnswer>, String>);

impl Probe {
    /// Two rows, since an exporter may have fixed their number to one.
    const ROWS: usize = 2;

    fn run(graph: &dyn TabularGraph, inputs: &[OnnxInput]) -> Self {
        let zeros = |input: &OnnxInput| {
            let count = Self::ROWS * input.columns.len();
            match input.kind {
                OnnxKind::Number => TabularValues::Numbers(vec![0.0; count]),
                OnnxKind::Integer => TabularValues::Integers(vec![0; count]),
                OnnxKind::Text => TabularValues::Texts(vec![String::new(); count]),
            }
        };
        let zeros: Vec<TabularValues> = inputs.iter().map(zeros).collect();
        let outputs: Vec<&str> = graph.outputs().iter().map(|output| output.name.as_str()).collect();
        Self(graph.run(Self::ROWS, &zeros, &outputs).map_err(|e| e.message))
    }

    fn answer(&self, place: usize) -> Option<&TabularAnswer> {
        self.0.as_ref().ok().and_then(|answers| answers.get(place))
    }

    /// How many values an output has.
    fn columns(&self, place: usize) -> Option<usize> {
        self.answer(place).map(|answer| answer.columns)
    }

    fn keys(&self, place: usize) -> Option<&[String]> {
        self.answer(place).map(|answer| answer.keys.as_slice())
    }

    fn report(&self, graph: &dyn TabularGraph) -> String {
        let answers = match &self.0 {
            Ok(answers) => answers,
            Err(reason) => return format!("has no answer: {reason}"),
        };
        let shown = answers.iter().zip(graph.outputs()).map(|(answer, output)| {
            let values: Vec<String> = match &answer.values {
                TabularValues::Numbers(values) => {
                    values.iter().take(answer.columns).map(|x| format!("{x:.6}")).collect()
                }
                TabularValues::Integers(values) => {
                    values.iter().take(answer.columns).map(ToString::to_string).collect()
                }
                TabularValues::Texts(values) => values.iter().take(answer.columns).cloned().collect(),
            };
            format!("{} {}", output.name, values.join(" "))
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}

/// A version as it is kept.
pub(crate) fn kept(
    statement: &CreateModel,
    label: Option<&str>,
    trained: Trained,
    notes: Vec<(String, String)>,
) -> Kept {
    let shown = |kind: OnnxKind| match kind {
        OnnxKind::Number => "Float64",
        OnnxKind::Integer => "Int64",
        OnnxKind::Text => "Utf8",
    };
    let (columns, predicts) = match &trained {
        Trained::Onnx(model) => {
            let columns = model
                .columns()
                .map(|(name, kind)| (name.to_owned(), shown(kind).to_owned()));
            (columns.collect(), model.prediction().map(|prediction| prediction.kind))
        }
        _ => (Vec::new(), None),
    };
    Kept {
        trained,
        model_type: "onnx".to_owned(),
        statement: statement.to_string(),
        label: label.map(|label| Label {
            name: label.to_owned(),
            data_type: shown(predicts.unwrap_or(OnnxKind::Number)).to_owned(),
        }),
        columns,
        rows: 0,
        skipped: 0,
        validation_rows: 0,
        metrics: Vec::new(),
        importance: Vec::new(),
        trials: Vec::new(),
        notes,
        created: now(),
    }
}

fn kind(of: TabularKind) -> OnnxKind {
    match of {
        TabularKind::Number => OnnxKind::Number,
        TabularKind::Integer => OnnxKind::Integer,
        TabularKind::Text => OnnxKind::Text,
    }
}

fn input(message: String) -> Error {
    Error::new(Kind::Input, message)
}
