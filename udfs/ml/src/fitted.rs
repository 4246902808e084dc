//! Fitted models as SQL values: what `linear_regression`, `logistic_regression` and `kmeans` return, and `predict` and
//! others read.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, ListArray, StructArray};
use arrow::buffer::OffsetBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type};
use datafusion_common::{DataFusionError, Result, exec_err, plan_err};
use datafusion_expr::{ColumnarValue, ScalarFunctionArgs};
use tronie_learn::Error;
use tronie_udf_kit::{Parameters, text_rows};

use crate::named::{Named, Source};

/// The type of a list.
pub(crate) fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}

/// The type of a list of lists.
pub(crate) fn list_of_lists(item: DataType) -> DataType {
    list_of(list_of(item))
}

/// A column of one row, the list of `items`.
///
/// # Errors
/// Arrow's.
pub(crate) fn one_list(items: ArrayRef) -> Result<ArrayRef> {
    let field = Arc::new(Field::new_list_field(items.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths([items.len()]);
    Ok(Arc::new(ListArray::try_new(field, offsets, items, None)?))
}

/// A column of one row, the list of lists of numbers.
///
/// # Errors
/// Arrow's.
pub(crate) fn one_list_of_lists(lists: impl Iterator<Item = impl Iterator<Item = Option<f64>>>) -> Result<ArrayRef> {
    let (mut items, mut lengths) = (Vec::new(), Vec::new());
    for list in lists {
        let before = items.len();
        items.extend(list);
        lengths.push(items.len() - before);
    }
    let field = Arc::new(Field::new_list_field(DataType::Float64, true));
    let offsets = OffsetBuffer::from_lengths(lengths);
    let items = Arc::new(Float64Array::from(items));
    one_list(Arc::new(ListArray::try_new(field, offsets, items, None)?))
}

/// What kinds of fitted models there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Linear,
    Logistic,
    KMeans,
}

impl Kind {
    /// The kind of the models in a column of a type, which the names of its fields tell.
    ///
    /// # Errors
    /// A planning error for other columns.
    pub(crate) fn of(parameters: &Parameters, of: &DataType) -> Result<Self> {
        let function = parameters.function;
        match of {
            DataType::Struct(fields) => {
                let has = |names: &[&str]| names.iter().all(|name| fields.find(name).is_some());
                if has(&["classes", "intercepts", "coefficients"]) {
                    Ok(Self::Logistic)
                } else if has(&["intercept", "coefficients"]) {
                    Ok(Self::Linear)
                } else if has(&["centroids"]) {
                    Ok(Self::KMeans)
                } else {
                    plan_err!(
                        "{function}: `model` must be what linear_regression, logistic_regression or kmeans returns, got {of}"
                    )
                }
            }
            other => plan_err!(
                "{function}: `model` must be what linear_regression, logistic_regression or kmeans returns, or the name of a \
                 model, got {other}"
            ),
        }
    }

    /// Refuses models of other kinds than `allowed`, which `by` makes.
    ///
    /// # Errors
    /// A planning error.
    pub(crate) fn must_be(self, allowed: Self, by: &str, parameters: &Parameters) -> Result<()> {
        if self == allowed {
            return Ok(());
        }
        let function = parameters.function;
        plan_err!("{function} reads models of {by}; use predict for others")
    }
}

/// The types in which `f(model, features)` reads its arguments: the model as it is, the features as a list of Float64.
///
/// # Errors
/// A planning error for another number of arguments, and for features that are no list of numbers.
pub(crate) fn model_and_features(parameters: &Parameters, types: &[DataType]) -> Result<Vec<DataType>> {
    parameters.check_count(types.len())?;
    let is_number = |of: &DataType| of.is_numeric() || matches!(of, DataType::Boolean | DataType::Null);
    match &types[1] {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _)
            if is_number(item.data_type()) => {}
        DataType::Null => {}
        other => {
            let (function, features) = (parameters.function, parameters.required[1]);
            return plan_err!(
                "{function}: `{features}` must be a list of numbers, such as [x1, x2], but it is {other}"
            );
        }
    }
    Ok(vec![types[0].clone(), list_of(DataType::Float64)])
}

/// One fitted model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fitted {
    Linear {
        intercept: f64,
        coefficients: Vec<f64>,
    },
    Logistic {
        classes: Vec<String>,
        intercepts: Vec<f64>,
        coefficients: Vec<Vec<f64>>,
    },
    KMeans {
        centroids: Vec<Vec<f64>>,
    },
}

impl Fitted {
    /// Its kind.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Linear { .. } => Kind::Linear,
            Self::Logistic { .. } => Kind::Logistic,
            Self::KMeans { .. } => Kind::KMeans,
        }
    }
}

/// A column of models.
#[derive(Debug)]
enum Models {
    Linear {
        intercept: ArrayRef,
        coefficients: ArrayRef,
    },
    Logistic {
        classes: ArrayRef,
        intercepts: ArrayRef,
        coefficients: ArrayRef,
    },
    KMeans {
        centroids: ArrayRef,
    },
}

impl Models {
    fn new(kind: Kind, models: &StructArray) -> Result<Self> {
        let column = |name: &str, of: DataType| match models.column_by_name(name) {
            Some(column) => Ok(cast(column, &of)?),
            None => exec_err!("a fitted model has no field {name}"),
        };
        Ok(match kind {
            Kind::Linear => Self::Linear {
                intercept: column("intercept", DataType::Float64)?,
                coefficients: column("coefficients", list_of(DataType::Float64))?,
            },
            Kind::Logistic => Self::Logistic {
                classes: column("classes", list_of(DataType::Utf8))?,
                intercepts: column("intercepts", list_of(DataType::Float64))?,
                coefficients: column("coefficients", list_of_lists(DataType::Float64))?,
            },
            Kind::KMeans => Self::KMeans {
                centroids: column("centroids", list_of_lists(DataType::Float64))?,
            },
        })
    }

    /// The model of a row; `None` if a part of it is NULL.
    fn at(&self, row: usize) -> Option<Fitted> {
        Some(match self {
            Self::Linear {
                intercept,
                coefficients,
            } => Fitted::Linear {
                intercept: intercept
                    .is_valid(row)
                    .then(|| intercept.as_primitive::<Float64Type>().value(row))?,
                coefficients: numbers(coefficients, row)?,
            },
            Self::Logistic {
                classes,
                intercepts,
                coefficients,
            } => {
                let classes = classes.is_valid(row).then(|| classes.as_list::<i32>().value(row))?;
                let classes = text_rows(classes.as_ref()).ok()?;
                Fitted::Logistic {
                    classes: classes
                        .into_iter()
                        .map(|class| class.map(str::to_owned))
                        .collect::<Option<_>>()?,
                    intercepts: numbers(intercepts, row)?,
                    coefficients: lists(coefficients, row)?,
                }
            }
            Self::KMeans { centroids } => Fitted::KMeans {
                centroids: lists(centroids, row)?,
            },
        })
    }
}

/// The numbers of a list. A NULL is a feature without a coefficient, which counts nothing.
fn numbers(column: &ArrayRef, row: usize) -> Option<Vec<f64>> {
    let column = column.as_list::<i32>();
    let items = column.is_valid(row).then(|| column.value(row))?;
    Some(
        items
            .as_primitive::<Float64Type>()
            .iter()
            .map(Option::unwrap_or_default)
            .collect(),
    )
}

fn lists(column: &ArrayRef, row: usize) -> Option<Vec<Vec<f64>>> {
    let column = column.as_list::<i32>();
    let inner = column.is_valid(row).then(|| column.value(row))?;
    (0..inner.len()).map(|row| numbers(&inner, row)).collect()
}

/// A call of a function of a model and features.
#[derive(Debug)]
pub(crate) struct Call {
    function: &'static str,
    models: Option<Models>,
    /// The only model, if it is a constant.
    constant: Option<Fitted>,
    /// The mean and the scale of each feature, if the model reads them on a scale of their own.
    scales: Vec<(f64, f64)>,
    valid: Vec<bool>,
    features: ListArray,
    /// Whether both are constants, so that the result is one.
    pub(crate) is_constant: bool,
}

impl Call {
    /// Reads the arguments that [`model_and_features`] and [`Source::kind`] have planned.
    ///
    /// # Errors
    /// Arrow's, and those of a model that is given by name.
    pub(crate) fn new(parameters: &Parameters, source: &Source, args: &ScalarFunctionArgs) -> Result<Self> {
        let is_constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if is_constant { 1 } else { args.number_rows };
        let features = args.args[1].to_array(rows)?;
        let features = features.as_list::<i32>().clone();
        if let Some(Named { fitted, scales }) = source.named(parameters, args)? {
            return Ok(Self {
                function: parameters.function,
                models: None,
                constant: Some(fitted),
                scales,
                valid: Vec::new(),
                features,
                is_constant,
            });
        }
        let kind = Kind::of(parameters, &args.args[0].data_type())?;
        let is_one = matches!(args.args[0], ColumnarValue::Scalar(_));
        let models = args.args[0].to_array(if is_one { 1 } else { rows })?;
        let columns = Models::new(kind, models.as_struct())?;
        let valid = |row: usize| models.is_valid(row);
        let (constant, valid, models) = if is_one {
            let constant = valid(0).then(|| columns.at(0)).flatten();
            (constant, Vec::new(), None)
        } else {
            (None, (0..rows).map(valid).collect(), Some(columns))
        };
        Ok(Self {
            function: parameters.function,
            models,
            constant,
            scales: Vec::new(),
            valid,
            features,
            is_constant,
        })
    }

    /// The answer for each row; `None` where the model or a feature is NULL, or a feature not finite.
    ///
    /// # Errors
    /// What `answer` returns, such as that the row has another number of features than the model.
    pub(crate) fn answers<T>(&self, answer: impl Fn(&Fitted, &[f64]) -> Result<T, Error>) -> Result<Vec<Option<T>>> {
        let items = self.features.values().as_primitive::<Float64Type>();
        let offsets = self.features.value_offsets();
        let mut answers = Vec::with_capacity(self.features.len());
        for row in 0..self.features.len() {
            let from = usize::try_from(offsets[row]).unwrap_or_default();
            let to = usize::try_from(offsets[row + 1]).unwrap_or_default();
            let numbers = &items.values()[from..to];
            let is_complete = self.features.is_valid(row)
                && (items.null_count() == 0 || (from..to).all(|item| items.is_valid(item)))
                && numbers.iter().all(|number| number.is_finite());
            let own = match &self.models {
                Some(models) if is_complete && self.valid[row] => models.at(row),
                _ => None,
            };
            let fitted = own.as_ref().or(self.constant.as_ref()).filter(|_| is_complete);
            let scaled = self.scaled(numbers);
            answers.push(match fitted.map(|fitted| answer(fitted, &scaled)) {
                None => None,
                Some(Ok(answer)) => Some(answer),
                Some(Err(error)) => return Err(self.failed(&error)),
            });
        }
        Ok(answers)
    }

    /// The features of a row as the model reads them; as they are where their number is another, which is told later.
    fn scaled<'a>(&self, numbers: &'a [f64]) -> Cow<'a, [f64]> {
        if self.scales.len() != numbers.len() {
            return Cow::Borrowed(numbers);
        }
        let scaled = numbers.iter().zip(&self.scales).map(|(x, (mean, sd))| (x - mean) / sd);
        Cow::Owned(scaled.collect())
    }

    fn failed(&self, error: &Error) -> DataFusionError {
        DataFusionError::Execution(format!("{}: {error}", self.function))
    }

    /// The result of a call: a constant if its arguments are.
    ///
    /// # Errors
    /// When the result has no rows though it is a constant.
    pub(crate) fn result(&self, answers: ArrayRef) -> Result<ColumnarValue> {
        if !self.is_constant {
            return Ok(ColumnarValue::Array(answers));
        }
        if answers.is_empty() {
            return exec_err!("{} has no result for a constant", self.function);
        }
        Ok(ColumnarValue::Scalar(datafusion_common::ScalarValue::try_from_array(
            &answers, 0,
        )?))
    }
}

/// What a model of another kind than was planned is answered with.
pub(crate) fn other_kind() -> Error {
    Error::Mismatch("the model is of another kind than was planned".to_owned())
}

/// The sum of a linear model.
///
/// # Errors
/// For another number of features.
pub(crate) fn linear(intercept: f64, coefficients: &[f64], row: &[f64]) -> Result<f64, Error> {
    if coefficients.len() != row.len() {
        let (expected, got) = (coefficients.len(), row.len());
        return Err(Error::Mismatch(format!(
            "the model has {expected} features, the row has {got}"
        )));
    }
    Ok(intercept + coefficients.iter().zip(row).map(|(c, x)| c * x).sum::<f64>())
}
