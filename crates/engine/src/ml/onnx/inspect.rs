//! What a file says about itself beside what it computes.

use prost::Message;
use tronie_common::Kind;

use super::proto::{Attribute, EXTERNAL, Graph, Model, Tensor, TypeOf, ValueInfo, element};
use crate::error::Error;

/// Attributes that hold the classes of a classifier.
const CLASS_LABELS: [&str; 3] = ["classlabels_int64s", "classlabels_ints", "classlabels_strings"];

/// A file, decoded.
pub(crate) struct Inspected(Model);

impl Inspected {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is no ONNX file, lies in several files, or has inputs or outputs that the library cannot describe.
    pub(crate) fn of(content: &[u8]) -> Result<Self, Error> {
        let refused = |reason: &str| Error::new(Kind::Input, format!("it is not an ONNX file of a model: {reason}"));
        let model = Model::decode(content).map_err(|e| refused(&e.to_string()))?;
        let Some(graph) = &model.graph else {
            return Err(refused("it has no graph"));
        };
        if is_scattered(graph) {
            let next = "save it as one file: onnx.save(model, path, save_as_external_data=False)";
            return Err(Error::new(
                Kind::Input,
                format!("it keeps its numbers in files beside it; {next}"),
            ));
        }
        for value in graph.input.iter().chain(&graph.output) {
            let of = value.r#type.as_ref().and_then(|of| of.of.as_ref());
            let is_known = match of {
                Some(TypeOf::Tensor(_)) => true,
                Some(TypeOf::Sequence(sequence)) => {
                    let of = sequence.elem_type.as_ref().and_then(|of| of.of.as_ref());
                    matches!(of, Some(TypeOf::Tensor(_) | TypeOf::Map(_)))
                }
                _ => false,
            };
            if !is_known {
                let name = &value.name;
                return Err(Error::new(
                    Kind::Input,
                    format!("`{name}` is neither a tensor nor a sequence of maps, and a table has nothing else"),
                ));
            }
        }
        Ok(Self(model))
    }

    /// Who wrote it, if it says.
    pub(crate) fn producer(&self) -> Option<String> {
        let Model {
            producer_name,
            producer_version,
            ..
        } = &self.0;
        let is_known = !producer_name.is_empty();
        is_known.then(|| format!("{producer_name} {producer_version}").trim_end().to_owned())
    }

    /// The sets of operators that it is written in.
    pub(crate) fn opsets(&self) -> String {
        let shown = self.0.opset_import.iter().map(|set| {
            let domain = if set.domain.is_empty() { "ai.onnx" } else { &set.domain };
            format!("{domain} {}", set.version)
        });
        let mut shown: Vec<String> = shown.collect();
        // Some exporters list a set twice.
        shown.sort();
        shown.dedup();
        shown.join(", ")
    }

    /// The names of inputs and outputs.
    pub(crate) fn names(&self) -> Vec<(String, String)> {
        let Some(graph) = &self.0.graph else { return Vec::new() };
        let listed = |values: &[ValueInfo]| {
            let names: Vec<&str> = values.iter().map(|value| value.name.as_str()).collect();
            names.join(", ")
        };
        vec![
            ("inputs".to_owned(), listed(&graph.input)),
            ("outputs".to_owned(), listed(&graph.output)),
        ]
    }

    /// The classes of the classifier in it, where there are `count` of them, if that is known.
    pub(crate) fn classes(&self, count: Option<usize>) -> Option<Vec<String>> {
        let graph = self.0.graph.as_ref()?;
        let attributes = graph.node.iter().rev().flat_map(|node| &node.attribute);
        let mut labels = attributes
            .filter(|attribute| CLASS_LABELS.contains(&attribute.name.as_str()))
            .map(of_attribute);
        // Classifiers that are put together from others keep them as a constant.
        let mut constants = graph
            .initializer
            .iter()
            .filter(|tensor| tensor.name.contains("classes"))
            .map(of_tensor);
        let fits = |classes: &Vec<String>| count.map_or(!classes.is_empty(), |count| classes.len() == count);
        labels.find(fits).or_else(|| constants.find(fits))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn of_attribute(attribute: &Attribute) -> Vec<String> {
    let numbers = attribute.ints.iter().map(ToString::to_string);
    numbers
        .chain(attribute.strings.iter().map(|label| text(label)))
        .collect()
}

fn of_tensor(tensor: &Tensor) -> Vec<String> {
    let raw = |width: usize, number: fn(&[u8]) -> Option<i64>| -> Vec<String> {
        let numbers = tensor.raw_data.chunks_exact(width).filter_map(number);
        numbers.map(|number| number.to_string()).collect()
    };
    match tensor.data_type {
        element::STRING => tensor.string_data.iter().map(|label| text(label)).collect(),
        element::INT64 if !tensor.raw_data.is_empty() => raw(8, |bytes| bytes.try_into().ok().map(i64::from_le_bytes)),
        element::INT32 if !tensor.raw_data.is_empty() => {
            raw(4, |bytes| bytes.try_into().ok().map(i32::from_le_bytes).map(i64::from))
        }
        element::INT64 => tensor.int64_data.iter().map(ToString::to_string).collect(),
        element::INT32 => tensor.int32_data.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// Whether values lie in other files, in the graph or in one that it holds.
fn is_scattered(graph: &Graph) -> bool {
    let is_outside = |tensor: &Tensor| tensor.data_location == EXTERNAL;
    let in_attribute = |attribute: &Attribute| {
        attribute.t.as_ref().is_some_and(is_outside) || attribute.g.as_ref().is_some_and(|graph| is_scattered(graph))
    };
    graph.initializer.iter().any(is_outside) || graph.node.iter().flat_map(|node| &node.attribute).any(in_attribute)
}
