//! Graphs over columns of tables.

use std::borrow::Cow;

use ort::environment::Environment;
use ort::session::{OutputSelector, RunOptions, Session as OrtSession, SessionInputValue};
use ort::value::{DynMapValueType, DynValue, Shape, Tensor, TensorElementType as Element, ValueType};
use parking_lot::Mutex;
use tronie_common::Kind;
use tronie_model::{
    BackendError, TabularAnswer, TabularGraph, TabularInput, TabularKind, TabularOutput, TabularValues,
};

use crate::graph::{builder, failed, one_line};

/// A graph, and the sessions that are not at work. A session computes on one thread; there are as many as threads have
/// asked at once.
#[derive(Debug)]
pub(crate) struct OnnxTable {
    environment: Environment,
    content: Vec<u8>,
    inputs: Vec<TabularInput>,
    outputs: Vec<TabularOutput>,
    /// The element type of each input, and whether it has a dimension for columns.
    layouts: Vec<(Element, bool)>,
    idle: Mutex<Vec<OrtSession>>,
}

impl OnnxTable {
    pub(crate) fn load(environment: Environment, content: &[u8]) -> Result<Self, BackendError> {
        let session = open(&environment, content)?;
        let mut inputs = Vec::new();
        let mut layouts = Vec::new();
        for input in session.inputs() {
            let (read, layout) = read_input(input.name(), input.dtype())?;
            inputs.push(read);
            layouts.push(layout);
        }
        let outputs = session.outputs().iter().map(|of| read_output(of.name(), of.dtype()));
        Ok(Self {
            environment,
            content: content.to_vec(),
            inputs,
            outputs: outputs.collect::<Result<_, _>>()?,
            layouts,
            idle: Mutex::new(vec![session]),
        })
    }

    fn run_in(
        &self,
        session: &mut OrtSession,
        rows: usize,
        inputs: &[TabularValues],
        outputs: &[&str],
    ) -> Result<Vec<TabularAnswer>, BackendError> {
        if inputs.len() != self.inputs.len() {
            let (expected, got) = (self.inputs.len(), inputs.len());
            return Err(misfit(format!("the graph has {expected} inputs, got {got}")));
        }
        let mut values: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = Vec::with_capacity(inputs.len());
        for ((input, layout), given) in self.inputs.iter().zip(&self.layouts).zip(inputs) {
            let value = tensor(input, *layout, rows, given)?;
            values.push((Cow::Borrowed(input.name.as_str()), value.into()));
        }
        let selected = outputs
            .iter()
            .fold(OutputSelector::no_default(), |selected, output| selected.with(*output));
        let options = RunOptions::new().map_err(|e| failed(&e))?.with_outputs(selected);
        let results = session.run_with_options(values, &options).map_err(|e| failed(&e))?;
        let answer = |name: &&str| {
            let result = results.get(name);
            let result = result.ok_or_else(|| misfit(format!("the graph has no output `{name}`")))?;
            answer(rows, result).map_err(|e| misfit(format!("output `{name}`: {}", e.message)))
        };
        outputs.iter().map(answer).collect()
    }
}

impl TabularGraph for OnnxTable {
    fn inputs(&self) -> &[TabularInput] {
        &self.inputs
    }

    fn outputs(&self) -> &[TabularOutput] {
        &self.outputs
    }

    fn run(&self, rows: usize, inputs: &[TabularValues], outputs: &[&str]) -> Result<Vec<TabularAnswer>, BackendError> {
        let idle = self.idle.lock().pop();
        let mut session = match idle {
            Some(session) => session,
            None => open(&self.environment, &self.content)?,
        };
        let answers = self.run_in(&mut session, rows, inputs, outputs);
        self.idle.lock().push(session);
        answers
    }
}

fn open(environment: &Environment, content: &[u8]) -> Result<OrtSession, BackendError> {
    let refused = |e: ort::Error| {
        misfit(format!(
            "it is not a graph that ONNX Runtime can run: {}",
            one_line(e.message())
        ))
    };
    builder(environment)
        .and_then(|mut builder| builder.commit_from_memory(content))
        .map_err(refused)
}

fn misfit(message: String) -> BackendError {
    BackendError {
        message,
        kind: Kind::Input,
    }
}

/// What kind of values a table has for a type of elements, if any.
fn kind(element: Element) -> Option<TabularKind> {
    match element {
        Element::Float32 | Element::Float64 => Some(TabularKind::Number),
        Element::Int64 | Element::Int32 | Element::Bool => Some(TabularKind::Integer),
        Element::String => Some(TabularKind::Text),
        _ => None,
    }
}

/// A type as a person reads it: `float [rows, 4]`.
fn shown(of: &ValueType) -> String {
    let name = |element: &Element| match element {
        Element::Float32 => "float".to_owned(),
        Element::Float64 => "double".to_owned(),
        Element::Int64 => "int64".to_owned(),
        Element::Int32 => "int32".to_owned(),
        Element::Bool => "bool".to_owned(),
        Element::String => "string".to_owned(),
        other => other.to_string(),
    };
    match of {
        ValueType::Tensor { ty, shape, .. } => {
            let size = |(place, &size): (usize, &i64)| match (place, size) {
                (0, ..0) => "rows".to_owned(),
                (_, ..0) => "?".to_owned(),
                (_, size) => size.to_string(),
            };
            let sizes: Vec<String> = shape.iter().enumerate().map(size).collect();
            format!("{} [{}]", name(ty), sizes.join(", "))
        }
        ValueType::Sequence(of) => format!("a sequence of {}", shown(of)),
        ValueType::Map { key, value } => format!("maps from {} to {}", name(key), name(value)),
        ValueType::Optional(of) => format!("an optional {}", shown(of)),
    }
}

fn read_input(name: &str, of: &ValueType) -> Result<(TabularInput, (Element, bool)), BackendError> {
    let shown = shown(of);
    let refused = |next: &str| misfit(format!("input `{name}` is {shown}; {next}"));
    let ValueType::Tensor { ty, shape, .. } = of else {
        return Err(refused("a table has only columns of numbers and words"));
    };
    let Some(kind) = kind(*ty) else {
        return Err(refused("export it as float, double, int64, int32, bool or string"));
    };
    let (first, columns, has_columns) = match &**shape {
        [first] => (*first, Some(1), false),
        [first, columns] => (*first, usize::try_from(*columns).ok(), true),
        _ => {
            return Err(refused(
                "a model over a table has inputs of the shape [rows] or [rows, columns]",
            ));
        }
    };
    if first >= 0 {
        return Err(refused(
            "export it with a free first dimension, as FloatTensorType([None, columns])",
        ));
    }
    let input = TabularInput {
        name: name.to_owned(),
        kind,
        columns,
        shown,
    };
    Ok((input, (*ty, has_columns)))
}

fn read_output(name: &str, of: &ValueType) -> Result<TabularOutput, BackendError> {
    let shown = shown(of);
    let output = |kind, is_map, columns| TabularOutput {
        name: name.to_owned(),
        kind,
        is_map,
        columns,
        shown: shown.clone(),
    };
    let refused = || {
        misfit(format!(
            "output `{name}` is {shown}, which is nothing that a row of a table has"
        ))
    };
    match of {
        ValueType::Tensor { ty, shape, .. } => {
            let kind = kind(*ty).ok_or_else(refused)?;
            let columns = match &**shape {
                [_] => Some(1),
                [_, columns] => usize::try_from(*columns).ok(),
                // Some exporters say nothing of the shape; the first run does.
                [] => None,
                _ => return Err(refused()),
            };
            Ok(output(kind, false, columns))
        }
        ValueType::Sequence(of) => match of.as_ref() {
            ValueType::Map {
                key: Element::Int64 | Element::String,
                value: Element::Float32,
            } => Ok(output(TabularKind::Number, true, None)),
            _ => Err(refused()),
        },
        _ => Err(refused()),
    }
}

/// The values of an input, in the type that it reads.
fn tensor(
    input: &TabularInput,
    (element, has_columns): (Element, bool),
    rows: usize,
    given: &TabularValues,
) -> Result<DynValue, BackendError> {
    let count = match given {
        TabularValues::Numbers(values) => values.len(),
        TabularValues::Integers(values) => values.len(),
        TabularValues::Texts(values) => values.len(),
    };
    let columns = count.checked_div(rows).unwrap_or(0);
    let fits = columns * rows == count && input.columns.is_none_or(|expected| expected == columns);
    if !fits || rows == 0 {
        let name = &input.name;
        return Err(misfit(format!("input `{name}` got {count} values for {rows} rows")));
    }
    let shape = match has_columns {
        true => vec![rows, columns],
        false => vec![rows],
    };
    let value = match (element, given) {
        (Element::Float32, TabularValues::Numbers(values)) => {
            let values: Vec<f32> = values.iter().map(|&x| x as f32).collect();
            Tensor::from_array((shape, values)).map(|tensor| tensor.into_dyn())
        }
        (Element::Float64, TabularValues::Numbers(values)) => {
            Tensor::from_array((shape, values.clone())).map(|tensor| tensor.into_dyn())
        }
        (Element::Int64, TabularValues::Integers(values)) => {
            Tensor::from_array((shape, values.clone())).map(|tensor| tensor.into_dyn())
        }
        (Element::Int32, TabularValues::Integers(values)) => {
            let values: Result<Vec<i32>, _> = values.iter().map(|&x| i32::try_from(x)).collect();
            let values = values.map_err(|_| misfit(format!("input `{}` takes 32 bits, got more", input.name)))?;
            Tensor::from_array((shape, values)).map(|tensor| tensor.into_dyn())
        }
        (Element::Bool, TabularValues::Integers(values)) => {
            let values: Vec<bool> = values.iter().map(|&x| x != 0).collect();
            Tensor::from_array((shape, values)).map(|tensor| tensor.into_dyn())
        }
        (Element::String, TabularValues::Texts(values)) => {
            Tensor::from_string_array((shape, values.as_slice())).map(|tensor| tensor.into_dyn())
        }
        _ => {
            return Err(misfit(format!(
                "input `{}` is {}, got another kind",
                input.name, input.shown
            )));
        }
    };
    value.map_err(|e| failed(&e))
}

/// What the library gives for `rows` rows.
fn answer(rows: usize, value: &DynValue) -> Result<TabularAnswer, BackendError> {
    let columns = |shape: &Shape, count: usize| {
        let first = shape.first().copied().unwrap_or(1);
        let is_table = usize::try_from(first).is_ok_and(|first| first == rows) && shape.len() <= 2;
        match is_table && count.is_multiple_of(rows) {
            true => Ok(count / rows),
            false => Err(misfit(format!("it has the shape {shape:?} for {rows} rows"))),
        }
    };
    let table = |columns, values| TabularAnswer {
        columns,
        keys: Vec::new(),
        values,
    };
    let ty = match value.dtype() {
        ValueType::Tensor { ty, .. } => *ty,
        _ => return maps(rows, value),
    };
    macro_rules! cast {
        ($of:ty, $kind:ident, $convert:expr) => {{
            let (shape, values) = value.try_extract_tensor::<$of>().map_err(|e| failed(&e))?;
            let columns = columns(shape, values.len())?;
            Ok(table(
                columns,
                TabularValues::$kind(values.iter().map($convert).collect()),
            ))
        }};
    }
    match ty {
        Element::Float32 => cast!(f32, Numbers, |&x| f64::from(x)),
        Element::Float64 => cast!(f64, Numbers, |&x| x),
        Element::Int64 => cast!(i64, Integers, |&x| x),
        Element::Int32 => cast!(i32, Integers, |&x| i64::from(x)),
        Element::Bool => cast!(bool, Integers, |&x| i64::from(x)),
        Element::String => {
            let (shape, values) = value.try_extract_strings().map_err(|e| failed(&e))?;
            Ok(table(columns(shape, values.len())?, TabularValues::Texts(values)))
        }
        other => Err(misfit(format!(
            "it is a tensor of {other}, which is nothing that a table has"
        ))),
    }
}

/// A map a row, each with the same keys.
fn maps(rows: usize, value: &DynValue) -> Result<TabularAnswer, BackendError> {
    let next = "export the classifier with zipmap=False";
    let refused = |what: &str| misfit(format!("{what}; {next}"));
    let maps = value.try_extract_sequence::<DynMapValueType>();
    let maps = maps.map_err(|e| refused(&one_line(e.message())))?;
    if maps.len() != rows {
        return Err(refused(&format!("it has {} maps for {rows} rows", maps.len())));
    }
    let mut keys: Vec<String> = Vec::new();
    let mut values = Vec::new();
    for (row, map) in maps.iter().enumerate() {
        let mut pairs: Vec<(String, f32)> = match map.dtype() {
            ValueType::Map {
                key: Element::Int64, ..
            } => {
                let pairs = map.try_extract_key_values::<i64, f32>();
                let pairs = pairs.map_err(|e| refused(&one_line(e.message())))?;
                pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
            }
            _ => {
                let pairs = map.try_extract_key_values::<String, f32>();
                pairs.map_err(|e| refused(&one_line(e.message())))?
            }
        };
        if row == 0 {
            keys = pairs.iter().map(|(key, _)| key.clone()).collect();
        } else if !pairs.iter().map(|(key, _)| key).eq(&keys) {
            // Maps have no order of their own.
            pairs.sort_by_key(|(key, _)| keys.iter().position(|known| known == key));
            if !pairs.iter().map(|(key, _)| key).eq(&keys) {
                return Err(refused("its maps have different keys"));
            }
        }
        values.extend(pairs.into_iter().map(|(_, value)| f64::from(value)));
    }
    Ok(TabularAnswer {
        columns: keys.len(),
        keys,
        values: TabularValues::Numbers(values),
    })
}

#[cfg(test)]
mod tests;
