//! `COPY MODEL .. TO 'file.onnx'`: a trained model with its preparation as a graph that ONNX Runtime runs.
//!
//! Each column is an input of its own: a number as `double [rows, 1]`, where NaN is a missing one, a word as
//! `string [rows, 1]`, where the empty text is a missing one. All arithmetic is in doubles and in the order of ours.

use prost::Message;
use tronie_common::Kind;
use tronie_learn::prepare::FeatureKind;
use tronie_learn::trained::{Adds, Classes, Clusters, Score, Trained};

use super::build::{Builder, integer, words};
use super::proto::element;
use crate::error::Error;
use crate::ml::kept::Kept;

/// The model as an ONNX file.
///
/// # Errors
/// For a model that is more than arithmetic over columns.
pub(super) fn export(name: &str, kept: &Kept) -> Result<Vec<u8>, Error> {
    let mut builder = Builder::default();
    match &kept.trained {
        Trained::Linear(score) => {
            let sums = sums(&mut builder, std::slice::from_ref(score));
            builder.output("prediction", &sums, element::DOUBLE, &[Some(1)]);
        }
        Trained::Logistic(classes) => {
            let label_type = kept.label.as_ref().map_or("Utf8", |label| label.data_type.as_str());
            of_classes(&mut builder, classes, label_type);
        }
        Trained::KMeans(clusters) => of_clusters(&mut builder, clusters),
        Trained::TextClassifier(head) => {
            let encoder = &head.encoder;
            return Err(Error::new(
                Kind::Input,
                format!(
                    "model `{name}` is a text_classifier, which reads the embedding that model `{encoder}` gives of a text; \
                     it cannot be written as a graph over columns"
                ),
            ));
        }
        Trained::Onnx(_) => {
            return Err(Error::new(
                Kind::Fault,
                format!("model `{name}` is an ONNX file already"),
            ));
        }
    }
    Ok(builder.finish(name).encode_to_vec())
}

/// A number minus a constant, and 0 where it is missing or not finite.
fn centred(builder: &mut Builder, column: &str, mean: f64) -> String {
    let mean = builder.doubles(&[1, 1], &[mean]);
    let zero = builder.doubles(&[1, 1], &[0.0]);
    let difference = builder.node("Sub", &[column, &mean]);
    let is_missing = builder.node("IsNaN", &[&difference]);
    let is_infinite = builder.node("IsInf", &[&difference]);
    let is_unknown = builder.node("Or", &[&is_missing, &is_infinite]);
    builder.node("Where", &[&is_unknown, &zero, &difference])
}

/// A column for each of some words, 1 where it stands and 0 elsewhere.
fn one_hot<'a>(builder: &mut Builder, column: &str, known: impl Iterator<Item = Option<&'a str>>) -> String {
    let known: Vec<String> = known.map(|word| word.unwrap_or_default().to_owned()).collect();
    let attributes = vec![words("cats_strings", &known), integer("zeros", 1)];
    let encoded = builder.with("OneHotEncoder", &[column], attributes);
    let shape = builder.integers("shape", &[-1, known.len() as i64]);
    let rows = builder.node("Reshape", &[&encoded, &shape]);
    builder.with("Cast", &[&rows], vec![integer("to", i64::from(element::DOUBLE))])
}

fn joined(builder: &mut Builder, columns: &[String]) -> String {
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    builder.with("Concat", &columns, vec![integer("axis", 1)])
}

/// The sums of some scores over the same columns, one column each.
fn sums(builder: &mut Builder, scores: &[Score]) -> String {
    let Some(first) = scores.first() else {
        return builder.doubles(&[1, 0], &[]);
    };
    let mut columns = Vec::new();
    // For each score, what its columns are multiplied by.
    let mut weights: Vec<Vec<f64>> = vec![Vec::new(); scores.len()];
    let mut bases: Vec<f64> = scores.iter().map(|score| score.base).collect();
    for (place, term) in first.terms.iter().enumerate() {
        match &term.adds {
            Adds::Number { mean, .. } => {
                let column = builder.input(&term.column, element::DOUBLE);
                columns.push(centred(builder, &column, *mean));
            }
            Adds::Category { weights: known, .. } => {
                let column = builder.input(&term.column, element::STRING);
                if !known.is_empty() {
                    columns.push(one_hot(builder, &column, known.iter().map(|(word, _)| word.as_deref())));
                }
            }
        }
        for ((score, weights), base) in scores.iter().zip(&mut weights).zip(&mut bases) {
            match score.terms.get(place).map(|term| &term.adds) {
                Some(Adds::Number { weight, .. }) => weights.push(*weight),
                Some(Adds::Category { weights: known, mean }) => {
                    weights.extend(known.iter().map(|(_, weight)| weight));
                    *base -= mean;
                }
                None => {}
            }
        }
    }
    let count = scores.len();
    let width = weights[0].len();
    let by_row: Vec<f64> = (0..width)
        .flat_map(|row| weights.iter().map(move |weights| weights[row]))
        .collect();
    let by_row = builder.doubles(&[width, count], &by_row);
    let bases = builder.doubles(&[1, count], &bases);
    let columns = joined(builder, &columns);
    let products = builder.node("MatMul", &[&columns, &by_row]);
    builder.node("Add", &[&products, &bases])
}

/// The class of each row as `label`, and `probabilities`.
fn of_classes(builder: &mut Builder, classes: &Classes, label_type: &str) {
    let sums = sums(builder, &classes.scores);
    let (place, shares) = if classes.scores.len() == 1 {
        let zero = builder.doubles(&[1, 1], &[0.0]);
        let one = builder.doubles(&[1, 1], &[1.0]);
        let second = builder.node("Sigmoid", &[&sums]);
        let first = builder.node("Sub", &[&one, &second]);
        let shares = joined(builder, &[first, second]);
        let is_second = builder.node("Greater", &[&sums, &zero]);
        let place = builder.with("Cast", &[&is_second], vec![integer("to", i64::from(element::INT64))]);
        let axis = builder.integers("axis", &[1]);
        (builder.node("Squeeze", &[&place, &axis]), shares)
    } else {
        let shares = builder.with("Softmax", &[&sums], vec![integer("axis", 1)]);
        (first_place(builder, "ArgMax", &sums), shares)
    };
    let whole = |class: &String| match class.as_str() {
        "true" => Some(1),
        "false" => Some(0),
        number => number.parse::<i64>().ok(),
    };
    let numbers: Option<Vec<i64>> = classes.classes.iter().map(whole).collect();
    let is_whole = label_type.starts_with("Int") || label_type.starts_with("UInt") || label_type == "Boolean";
    // `classes` is where readers, ours among them, look for the names of probabilities.
    let (known, element_type) = match numbers {
        Some(numbers) if is_whole => (builder.integers("classes", &numbers), element::INT64),
        _ => (builder.texts("classes", &classes.classes), element::STRING),
    };
    let label = builder.with("Gather", &[&known, &place], vec![integer("axis", 0)]);
    builder.output("label", &label, element_type, &[]);
    let count = classes.classes.len() as i64;
    builder.output("probabilities", &shares, element::DOUBLE, &[Some(count)]);
}

/// The place of the greatest or least number of each row, the first one of equals.
fn first_place(builder: &mut Builder, op_type: &str, of: &str) -> String {
    builder.with(op_type, &[of], vec![integer("axis", 1), integer("keepdims", 0)])
}

/// The nearest centre of each row as `label`, and the distances from all as `distances`.
fn of_clusters(builder: &mut Builder, clusters: &Clusters) {
    let mut columns = Vec::new();
    for feature in &clusters.preparation.features {
        match &feature.kind {
            FeatureKind::Number { mean, sd } => {
                let column = builder.input(&feature.name, element::DOUBLE);
                let centred = centred(builder, &column, *mean);
                let sd = builder.doubles(&[1, 1], &[*sd]);
                columns.push(builder.node("Div", &[&centred, &sd]));
            }
            FeatureKind::Category { columns: known, .. } => {
                let column = builder.input(&feature.name, element::STRING);
                if !known.is_empty() {
                    columns.push(one_hot(builder, &column, known.iter().map(Option::as_deref)));
                }
            }
        }
    }
    let rows = joined(builder, &columns);
    let (count, width) = (clusters.centroids.len(), clusters.preparation.width());
    let centres = builder.doubles(&[1, count, width], &clusters.centroids.concat());
    let middle = builder.integers("axis", &[1]);
    let last = builder.integers("axis", &[2]);
    let rows = builder.node("Unsqueeze", &[&rows, &middle]);
    let differences = builder.node("Sub", &[&rows, &centres]);
    let squares = builder.node("Mul", &[&differences, &differences]);
    let sums = builder.with("ReduceSum", &[&squares, &last], vec![integer("keepdims", 0)]);
    let distances = builder.node("Sqrt", &[&sums]);
    let nearest = first_place(builder, "ArgMin", &sums);
    builder.output("label", &nearest, element::INT64, &[]);
    builder.output("distances", &distances, element::DOUBLE, &[Some(count as i64)]);
}
