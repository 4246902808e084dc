//! The options of `CREATE MODEL`, read and checked before any row is.

use tronie_common::Kind;

use super::syntax::OptionValue;
use crate::error::Error;

/// The kinds of models, and the options that each has beside `model_type`.
const TYPES: [(ModelType, &str, &[&str]); 5] = [
    (
        ModelType::LinearReg,
        "linear_reg",
        &["label", "l2", "seed", "validation"],
    ),
    (
        ModelType::LogisticReg,
        "logistic_reg",
        &["label", "l2", "max_iterations", "seed", "validation"],
    ),
    (
        ModelType::KMeans,
        "kmeans",
        &["k", "max_iterations", "seed", "standardize"],
    ),
    (
        ModelType::TextClassifier,
        "text_classifier",
        &["encoder", "l2", "label", "max_iterations", "seed", "validation"],
    ),
    (ModelType::Onnx, "onnx", &["classes", "columns", "label", "path"]),
];

/// A kind of model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ModelType {
    LinearReg,
    LogisticReg,
    KMeans,
    TextClassifier,
    Onnx,
}

impl ModelType {
    /// Its name in SQL.
    pub(crate) fn name(self) -> &'static str {
        let found = TYPES.iter().find(|(of, ..)| *of == self);
        found.map_or("", |(_, name, _)| name)
    }
}

/// What a model is to be like.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TrainOptions {
    pub(crate) model_type: ModelType,
    pub(crate) label: Option<String>,
    /// Penalties to choose from; one or more.
    pub(crate) l2: Vec<f64>,
    /// Numbers of clusters to choose from; one or more.
    pub(crate) k: Vec<usize>,
    pub(crate) seed: u64,
    pub(crate) max_iterations: Option<usize>,
    /// The share of the rows that is held out to judge; `None` leaves it to the number of rows.
    pub(crate) validation: Option<f64>,
    pub(crate) standardize: bool,
    /// The text model whose embedding a text classifier reads.
    pub(crate) encoder: Option<String>,
    /// The ONNX file, a path or URL.
    pub(crate) path: Option<String>,
    /// The columns that an ONNX file reads.
    pub(crate) columns: Option<Vec<String>>,
    /// The classes of an ONNX file.
    pub(crate) classes: Option<Vec<String>>,
}

impl TrainOptions {
    /// Reads the options of a statement.
    ///
    /// # Errors
    /// For an unknown kind or option, or a value that makes no sense.
    pub(crate) fn read(given: &[(String, OptionValue)]) -> Result<Self, Error> {
        let names = TYPES.map(|(_, name, _)| name).join("`, `");
        let model_type = given.iter().find(|(key, _)| key == "model_type");
        let Some((_, OptionValue::Text(wanted))) = model_type else {
            return Err(input(format!(
                "a model needs OPTIONS (model_type = '..'), one of `{names}`"
            )));
        };
        let found = TYPES.iter().find(|(_, name, _)| wanted.eq_ignore_ascii_case(name));
        let Some((model_type, type_name, known)) = found else {
            return Err(input(format!("`{wanted}` is no model_type (there are `{names}`)")));
        };
        let mut options = Self {
            model_type: *model_type,
            label: None,
            l2: match model_type {
                // An embedding has more columns than most who label texts have rows.
                ModelType::TextClassifier => vec![1.0, 10.0, 100.0],
                _ => vec![0.0],
            },
            k: vec![5],
            seed: 0,
            max_iterations: None,
            validation: None,
            standardize: true,
            encoder: None,
            path: None,
            columns: None,
            classes: None,
        };
        for (key, value) in given.iter().filter(|(key, _)| key != "model_type") {
            if !known.contains(&key.as_str()) {
                let known = known.join("`, `");
                return Err(input(format!("{type_name} has no option `{key}` (it has `{known}`)")));
            }
            options.set(key, value)?;
        }
        let needs_label = matches!(
            options.model_type,
            ModelType::LinearReg | ModelType::LogisticReg | ModelType::TextClassifier
        );
        if needs_label && options.label.is_none() {
            return Err(input(format!(
                "{type_name} needs the column that it is to predict: OPTIONS (.., label = 'column')"
            )));
        }
        if options.model_type == ModelType::Onnx && options.path.is_none() {
            return Err(input(
                "onnx needs the file: OPTIONS (.., path = 'model.onnx')".to_owned(),
            ));
        }
        Ok(options)
    }

    fn set(&mut self, key: &str, value: &OptionValue) -> Result<(), Error> {
        match key {
            "label" => self.label = Some(text(key, value)?),
            "encoder" => self.encoder = Some(text(key, value)?),
            "path" => self.path = Some(text(key, value)?),
            "columns" => self.columns = Some(texts(key, value)?),
            "classes" => self.classes = Some(texts(key, value)?),
            "l2" => self.l2 = each(key, value, |x| (x >= 0.0).then_some(x), "a number from 0 up")?,
            "k" => {
                self.k = each(
                    key,
                    value,
                    |x| whole(x, 1.0, 10_000.0),
                    "a whole number from 1 to 10000",
                )?
            }
            "seed" => self.seed = one(key, value, |x| whole(x, 0.0, 9e15), "a whole number from 0 up")? as u64,
            "max_iterations" => {
                let most = one(key, value, |x| whole(x, 1.0, 1e6), "a whole number from 1 to 1000000")?;
                self.max_iterations = Some(most);
            }
            "validation" => {
                let is_share = |x: f64| (0.0..=0.9).contains(&x).then_some(x);
                self.validation = Some(one(key, value, is_share, "a share from 0 to 0.9")?);
            }
            "standardize" => match value {
                OptionValue::Flag(flag) => self.standardize = *flag,
                other => return Err(refused(key, "true or false", other)),
            },
            _ => return Err(input(format!("there is no option `{key}`"))),
        }
        Ok(())
    }
}

fn text(key: &str, value: &OptionValue) -> Result<String, Error> {
    match value {
        OptionValue::Text(text) if !text.is_empty() => Ok(text.clone()),
        other => Err(refused(key, "a text in quotes", other)),
    }
}

fn texts(key: &str, value: &OptionValue) -> Result<Vec<String>, Error> {
    let word = |value: &OptionValue| match value {
        OptionValue::Text(text) => Some(text.clone()),
        OptionValue::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let words = match value {
        OptionValue::List(values) if !values.is_empty() => values.iter().map(word).collect(),
        _ => None,
    };
    words.ok_or_else(|| refused(key, "a list of words, such as ['a', 'b']", value))
}

fn one<T>(key: &str, value: &OptionValue, read: impl Fn(f64) -> Option<T>, expected: &str) -> Result<T, Error> {
    match value {
        OptionValue::Number(number) => read(*number).ok_or_else(|| refused(key, expected, value)),
        other => Err(refused(key, expected, other)),
    }
}

/// One value, or a list of those to choose from.
fn each<T>(key: &str, value: &OptionValue, read: impl Fn(f64) -> Option<T>, expected: &str) -> Result<Vec<T>, Error> {
    match value {
        OptionValue::List(values) if !values.is_empty() => {
            values.iter().map(|value| one(key, value, &read, expected)).collect()
        }
        OptionValue::List(_) => Err(refused(key, &format!("{expected}, or a list of them"), value)),
        value => one(key, value, read, expected).map(|value| vec![value]),
    }
}

fn whole(x: f64, least: f64, most: f64) -> Option<usize> {
    (x.fract() == 0.0 && (least..=most).contains(&x)).then_some(x as usize)
}

fn refused(key: &str, expected: &str, got: &OptionValue) -> Error {
    input(format!("option `{key}` must be {expected}, got {got}"))
}

fn input(message: String) -> Error {
    Error::new(Kind::Input, message)
}
