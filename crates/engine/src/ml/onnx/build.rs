//! Graphs, node by node.

use super::proto::{
    Attribute, Dimension, Graph, Model, Node, OperatorSet, Shape, Size, Tensor, TensorType, Type, TypeOf, ValueInfo,
    attribute_kind, element,
};

/// The operators that are used: `ai.onnx` 17 and `ai.onnx.ml` 3, which ONNX Runtime knows since 1.12.
const OPSETS: [(&str, i64); 2] = [("", 17), ("ai.onnx.ml", 3)];

/// The version of the format that goes with them.
const IR_VERSION: i64 = 8;

/// A graph that is being written. Values go by their names.
#[derive(Debug, Default)]
pub(super) struct Builder {
    graph: Graph,
    made: usize,
}

impl Builder {
    /// An input of one column: doubles, or words.
    pub(super) fn input(&mut self, name: &str, element: i32) -> String {
        self.graph.input.push(value(name, element, &[None, Some(1)]));
        name.to_owned()
    }

    /// Makes a value an output under a name that no input has.
    pub(super) fn output(&mut self, name: &str, of: &str, element: i32, columns: &[Option<i64>]) -> String {
        let mut name = name.to_owned();
        while self.graph.input.iter().any(|input| input.name == name) {
            name.push('_');
        }
        let node = self.next();
        self.graph.node.push(Node {
            input: vec![of.to_owned()],
            output: vec![name.clone()],
            op_type: "Identity".to_owned(),
            name: format!("{node}output"),
            ..Node::default()
        });
        let mut sizes = vec![None];
        sizes.extend(columns);
        self.graph.output.push(value(&name, element, &sizes));
        name
    }

    fn next(&mut self) -> String {
        self.made += 1;
        format!("tronie/{}/", self.made)
    }

    /// A constant of doubles.
    pub(super) fn doubles(&mut self, dims: &[usize], values: &[f64]) -> String {
        let raw_data = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.constant("numbers", dims, element::DOUBLE, |tensor| tensor.raw_data = raw_data)
    }

    /// A constant of whole numbers, whose name ends with `called`.
    pub(super) fn integers(&mut self, called: &str, values: &[i64]) -> String {
        let raw_data = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.constant(called, &[values.len()], element::INT64, |tensor| {
            tensor.raw_data = raw_data
        })
    }

    /// A constant of words, whose name ends with `called`.
    pub(super) fn texts(&mut self, called: &str, values: &[String]) -> String {
        let texts = values.iter().map(|text| text.clone().into_bytes()).collect();
        self.constant(called, &[values.len()], element::STRING, |tensor| {
            tensor.string_data = texts
        })
    }

    fn constant(&mut self, called: &str, dims: &[usize], data_type: i32, fill: impl FnOnce(&mut Tensor)) -> String {
        let name = format!("{}{called}", self.next());
        let mut tensor = Tensor {
            name: name.clone(),
            dims: dims.iter().map(|&size| size as i64).collect(),
            data_type,
            ..Tensor::default()
        };
        fill(&mut tensor);
        self.graph.initializer.push(tensor);
        name
    }

    /// What an operator of `ai.onnx` gives.
    pub(super) fn node(&mut self, op_type: &str, inputs: &[&str]) -> String {
        self.with(op_type, inputs, Vec::new())
    }

    /// The same for one with attributes; `OneHotEncoder` is the one of `ai.onnx.ml`.
    pub(super) fn with(&mut self, op_type: &str, inputs: &[&str], attribute: Vec<Attribute>) -> String {
        let name = format!("{}{op_type}", self.next());
        let domain = if op_type == "OneHotEncoder" { "ai.onnx.ml" } else { "" };
        self.graph.node.push(Node {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![name.clone()],
            name: name.clone(),
            op_type: op_type.to_owned(),
            attribute,
            domain: domain.to_owned(),
        });
        name
    }

    /// The file.
    pub(super) fn finish(self, name: &str) -> Model {
        Model {
            ir_version: IR_VERSION,
            producer_name: "tronie".to_owned(),
            producer_version: env!("CARGO_PKG_VERSION").to_owned(),
            doc_string: name.to_owned(),
            opset_import: OPSETS
                .map(|(domain, version)| OperatorSet {
                    domain: domain.to_owned(),
                    version,
                })
                .to_vec(),
            graph: Some(Graph {
                name: name.to_owned(),
                ..self.graph
            }),
        }
    }
}

/// An attribute that is a whole number.
pub(super) fn integer(name: &str, value: i64) -> Attribute {
    Attribute {
        name: name.to_owned(),
        i: Some(value),
        kind: attribute_kind::INT,
        ..Attribute::default()
    }
}

/// An attribute that is a list of words.
pub(super) fn words(name: &str, values: &[String]) -> Attribute {
    Attribute {
        name: name.to_owned(),
        strings: values.iter().map(|text| text.clone().into_bytes()).collect(),
        kind: attribute_kind::STRINGS,
        ..Attribute::default()
    }
}

fn value(name: &str, elem_type: i32, sizes: &[Option<i64>]) -> ValueInfo {
    let dimension = |size: &Option<i64>| Dimension {
        size: Some(size.map_or_else(|| Size::Named("rows".to_owned()), Size::Value)),
    };
    let shape = Shape {
        dim: sizes.iter().map(dimension).collect(),
    };
    let of = TypeOf::Tensor(TensorType {
        elem_type,
        shape: Some(shape),
    });
    ValueInfo {
        name: name.to_owned(),
        r#type: Some(Type { of: Some(of) }),
    }
}
