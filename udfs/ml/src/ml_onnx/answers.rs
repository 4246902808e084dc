//! What an ONNX file answers, from rows to Arrow.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, ListArray, StringArray, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion_common::{Result, exec_err};
use tronie_learn::trained::{OnnxAnswer, OnnxKind, OnnxModel, OnnxRole, PREDICTION};
use tronie_model::{TabularAnswer, TabularValues};

fn plain(kind: OnnxKind) -> DataType {
    match kind {
        OnnxKind::Number => DataType::Float64,
        OnnxKind::Integer => DataType::Int64,
        OnnxKind::Text => DataType::Utf8,
    }
}

fn item(of: DataType) -> FieldRef {
    Arc::new(Field::new_list_field(of, true))
}

/// How the labels of the probabilities are written: as the prediction is, where they can be.
fn label_kind(model: &OnnxModel) -> OnnxKind {
    let kind = model.prediction().map_or(OnnxKind::Text, |prediction| prediction.kind);
    let is_fine = match kind {
        OnnxKind::Integer => model.classes.iter().all(|class| class.parse::<i64>().is_ok()),
        OnnxKind::Number => model.classes.iter().all(|class| class.parse::<f64>().is_ok()),
        OnnxKind::Text => true,
    };
    if is_fine { kind } else { OnnxKind::Text }
}

fn share_fields(model: &OnnxModel) -> Fields {
    Fields::from(vec![
        Field::new("label", plain(label_kind(model)), true),
        Field::new("probability", DataType::Float64, true),
    ])
}

/// The fields of what a model answers.
pub(super) fn fields(model: &OnnxModel) -> Fields {
    let mut fields = Vec::new();
    for answer in &model.answers {
        match answer.role {
            OnnxRole::Value => fields.push(Field::new(&answer.name, plain(answer.kind), true)),
            OnnxRole::List => fields.push(Field::new(&answer.name, DataType::List(item(plain(answer.kind))), true)),
            OnnxRole::Probabilities => {
                let shares = item(DataType::Struct(share_fields(model)));
                fields.push(Field::new("probability", DataType::Float64, true));
                fields.push(Field::new("probabilities", DataType::List(shares), true));
            }
        }
    }
    Fields::from(fields)
}

/// What is known of one answer: `columns` values a row.
#[derive(Debug)]
struct Answer {
    columns: usize,
    values: TabularValues,
}

/// The answers for some rows.
#[derive(Debug)]
pub(crate) struct Answers<'a> {
    model: &'a OnnxModel,
    /// In the order of the model's answers; nothing before the first row.
    answers: Vec<Answer>,
    /// Which rows were answered.
    known: Vec<bool>,
}

impl<'a> Answers<'a> {
    pub(super) fn new(model: &'a OnnxModel, rows: usize) -> Self {
        Self {
            model,
            answers: Vec::new(),
            known: vec![false; rows],
        }
    }

    /// Takes the answers for the rows at `places`.
    pub(super) fn put(&mut self, places: &[usize], given: &[TabularAnswer]) -> Result<()> {
        let rows = self.known.len();
        if self.answers.is_empty() {
            let empty = |answer: &TabularAnswer| Answer {
                columns: answer.columns,
                values: match answer.values {
                    TabularValues::Numbers(_) => TabularValues::Numbers(vec![f64::NAN; rows * answer.columns]),
                    TabularValues::Integers(_) => TabularValues::Integers(vec![0; rows * answer.columns]),
                    TabularValues::Texts(_) => TabularValues::Texts(vec![String::new(); rows * answer.columns]),
                },
            };
            self.answers = given.iter().map(empty).collect();
        }
        for (place, (own, given)) in self.answers.iter_mut().zip(given).enumerate() {
            let answer = &self.model.answers[place];
            let expected = match answer.role {
                OnnxRole::Value => 1,
                OnnxRole::List => own.columns,
                OnnxRole::Probabilities => self.model.classes.len(),
            };
            if given.columns != expected || own.columns != expected {
                let (name, got) = (&answer.output, given.columns);
                return exec_err!("output `{name}` of the file has {got} values a row, expected {expected}");
            }
            let order = order(&self.model.classes, &given.keys, expected);
            match (&mut own.values, &given.values) {
                (TabularValues::Numbers(own), TabularValues::Numbers(given)) => scatter(own, given, places, &order),
                (TabularValues::Integers(own), TabularValues::Integers(given)) => scatter(own, given, places, &order),
                (TabularValues::Texts(own), TabularValues::Texts(given)) => scatter(own, given, places, &order),
                _ => return exec_err!("output `{}` of the file changes its type", answer.output),
            }
        }
        for &place in places {
            self.known[place] = true;
        }
        Ok(())
    }

    /// The place of the answer with the probabilities, if there is one.
    fn shares(&self) -> Option<&[f64]> {
        let place = self
            .model
            .answers
            .iter()
            .position(|answer| answer.role == OnnxRole::Probabilities)?;
        match &self.answers.get(place)?.values {
            TabularValues::Numbers(shares) => Some(shares),
            _ => None,
        }
    }

    /// The class that is predicted for a row, as text, or the number itself; `None` if there is none.
    pub(crate) fn prediction(&self, row: usize) -> Option<String> {
        let place = self.model.answers.iter().position(|answer| answer.name == PREDICTION)?;
        if !self.is_known(row) {
            return None;
        }
        match &self.answers.get(place)?.values {
            TabularValues::Numbers(values) => (!values[row].is_nan()).then(|| values[row].to_string()),
            TabularValues::Integers(values) => Some(values[row].to_string()),
            TabularValues::Texts(values) => Some(values[row].clone()),
        }
    }

    /// Whether a row has an answer, and probabilities that are numbers if it has some.
    fn is_known(&self, row: usize) -> bool {
        let count = self.model.classes.len();
        let is_number = |shares: &[f64]| {
            shares[row * count..(row + 1) * count]
                .iter()
                .all(|share| !share.is_nan())
        };
        self.known[row] && self.shares().is_none_or(is_number)
    }

    /// The answers as one column of structs.
    pub(super) fn finish(&self) -> Result<ArrayRef> {
        let rows = self.known.len();
        let known: Vec<bool> = (0..rows).map(|row| self.is_known(row)).collect();
        let fields = fields(self.model);
        let nulls = NullBuffer::from(known.clone());
        if self.answers.is_empty() {
            return Ok(Arc::new(StructArray::new_null(fields, rows)));
        }
        let mut columns: Vec<ArrayRef> = Vec::new();
        for (answer, of) in self.answers.iter().zip(&self.model.answers) {
            match of.role {
                OnnxRole::Value => columns.push(array(&answer.values, 1, &known)),
                OnnxRole::List => columns.push(Arc::new(list(
                    array(&answer.values, answer.columns, &known),
                    answer.columns,
                    nulls.clone(),
                )?)),
                OnnxRole::Probabilities => columns.extend(self.probabilities(answer, of, &known, &nulls)?),
            }
        }
        Ok(Arc::new(StructArray::try_new(fields, columns, Some(nulls))?))
    }

    /// The probability of the predicted class, and those of all.
    fn probabilities(
        &self,
        answer: &Answer,
        of: &OnnxAnswer,
        known: &[bool],
        nulls: &NullBuffer,
    ) -> Result<[ArrayRef; 2]> {
        let TabularValues::Numbers(shares) = &answer.values else {
            return exec_err!("output `{}` of the file has no numbers", of.output);
        };
        let classes = &self.model.classes;
        let count = classes.len();
        let of_prediction = |row: usize| {
            let own = &shares[row * count..(row + 1) * count];
            let predicted = self.prediction(row)?;
            let place = classes.iter().position(|class| *class == predicted);
            // A class written in another way than the prediction is found by its probability.
            let most = own.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            Some(place.map_or(most, |place| own[place]))
        };
        let probability: Float64Array = (0..known.len()).map(of_prediction).collect();
        let again = |rows: usize| classes.iter().cycle().take(rows * count);
        let labels: ArrayRef = match label_kind(self.model) {
            OnnxKind::Integer => Arc::new(
                again(known.len())
                    .map(|class| class.parse().ok())
                    .collect::<Int64Array>(),
            ),
            OnnxKind::Number => Arc::new(
                again(known.len())
                    .map(|class| class.parse().ok())
                    .collect::<Float64Array>(),
            ),
            OnnxKind::Text => Arc::new(
                again(known.len())
                    .map(|class| Some(class.as_str()))
                    .collect::<StringArray>(),
            ),
        };
        let all = StructArray::try_new(
            share_fields(self.model),
            vec![labels, array(&answer.values, count, known)],
            None,
        )?;
        let lists = list(Arc::new(all), count, nulls.clone())?;
        Ok([Arc::new(probability), Arc::new(lists)])
    }
}

/// Where each class stands among the keys of a map; as it is for what is no map, or has other keys.
fn order(classes: &[String], keys: &[String], columns: usize) -> Vec<usize> {
    let found: Option<Vec<usize>> = classes
        .iter()
        .map(|class| keys.iter().position(|key| key == class))
        .collect();
    match found {
        Some(found) if !keys.is_empty() && found.len() == columns => found,
        _ => (0..columns).collect(),
    }
}

fn scatter<T: Clone>(own: &mut [T], given: &[T], places: &[usize], order: &[usize]) {
    let columns = order.len();
    for (from, &to) in places.iter().enumerate() {
        for (column, &source) in order.iter().enumerate() {
            own[to * columns + column] = given[from * columns + source].clone();
        }
    }
}

/// All values of an answer, NULL in rows that are not known, and for what is not a number.
fn array(values: &TabularValues, columns: usize, known: &[bool]) -> ArrayRef {
    let is_known = |place: usize| columns > 0 && known[place / columns];
    match values {
        TabularValues::Numbers(values) => {
            let value = |(place, &x): (usize, &f64)| (is_known(place) && !x.is_nan()).then_some(x);
            Arc::new(values.iter().enumerate().map(value).collect::<Float64Array>())
        }
        TabularValues::Integers(values) => {
            let value = |(place, &x): (usize, &i64)| is_known(place).then_some(x);
            Arc::new(values.iter().enumerate().map(value).collect::<Int64Array>())
        }
        TabularValues::Texts(values) => {
            let value = |(place, x): (usize, &'_ String)| is_known(place).then(|| x.clone());
            Arc::new(values.iter().enumerate().map(value).collect::<StringArray>())
        }
    }
}

fn list(values: ArrayRef, columns: usize, nulls: NullBuffer) -> Result<ListArray> {
    let offsets = OffsetBuffer::from_repeated_length(columns, nulls.len());
    Ok(ListArray::try_new(
        item(values.data_type().clone()),
        offsets,
        values,
        Some(nulls),
    )?)
}
