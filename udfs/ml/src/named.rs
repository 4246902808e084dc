//! Models of the registry where a function reads a fitted value: `predict('churn', [x1, x2])`.

use datafusion_common::{Result, plan_err};
use datafusion_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs};
use tronie_common::QueryScope;
use tronie_learn::prepare::FeatureKind;
use tronie_learn::trained::{Adds, Score, Trained};
use tronie_udf_kit::{Parameters, UdfEnv};

use crate::fitted::{Fitted, Kind};

/// Where a function finds its model: in its first argument, or in the registry by the name that the argument is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Source {
    env: UdfEnv,
}

/// A model of the registry as a fitted value.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) fitted: Fitted,
    /// The mean and the scale of each feature, of a model that reads its features on a scale of their own.
    pub(crate) scales: Vec<(f64, f64)>,
}

impl Source {
    pub(crate) fn new(env: &UdfEnv) -> Self {
        Self { env: env.clone() }
    }

    /// The kind of the model of a call that is being planned.
    ///
    /// # Errors
    /// A planning error for what is no model, a name that is no constant, and the name of a model that reads more than
    /// numbers, or does not exist.
    pub(crate) fn kind(&self, parameters: &Parameters, args: &ReturnFieldArgs<'_>) -> Result<Kind> {
        let of = args.arg_fields[0].data_type();
        if !of.is_string() {
            return Kind::of(parameters, of);
        }
        let name = args.scalar_arguments[0].and_then(|name| name.try_as_str().flatten());
        let Some(name) = name else {
            let function = parameters.function;
            return plan_err!("{function}: the name of a model must be a constant, the same for all rows");
        };
        Ok(self.find(parameters, name, &QueryScope::default())?.fitted.kind())
    }

    /// The model that a call names; `None` if its first argument is the model itself.
    ///
    /// # Errors
    /// As [`Self::kind`].
    pub(crate) fn named(&self, parameters: &Parameters, args: &ScalarFunctionArgs) -> Result<Option<Named>> {
        let ColumnarValue::Scalar(value) = &args.args[0] else {
            return Ok(None);
        };
        let Some(name) = value.try_as_str().flatten() else {
            return Ok(None);
        };
        let scope = args.config_options.extensions.get::<QueryScope>().cloned();
        self.find(parameters, name, &scope.unwrap_or_default()).map(Some)
    }

    fn find(&self, parameters: &Parameters, name: &str, scope: &QueryScope) -> Result<Named> {
        let function = parameters.function;
        let Some(trained) = self.env.trained(name, scope)? else {
            return plan_err!("{function}: there is no model `{name}`; SHOW MODELS lists those there are");
        };
        let instead = format!("ask it by ml_predict('{name}', (SELECT ..))");
        match Named::of(&trained) {
            Ok(named) => Ok(named),
            Err(Unfit::Kind(what)) => plan_err!("{function}: model `{name}` is {what}; {instead}"),
            Err(Unfit::Column(column)) => {
                plan_err!("{function}: model `{name}` reads `{column}` as text, and a list has numbers only; {instead}")
            }
        }
    }
}

/// Why a model is not asked by a list of numbers.
enum Unfit {
    Kind(&'static str),
    Column(String),
}

impl Named {
    fn of(trained: &Trained) -> Result<Self, Unfit> {
        let mut scales = Vec::new();
        let fitted = match trained {
            Trained::Linear(score) => {
                let (intercept, coefficients) = plain(score)?;
                Fitted::Linear {
                    intercept,
                    coefficients,
                }
            }
            Trained::Logistic(model) => {
                let scores: Vec<(f64, Vec<f64>)> = model.scores.iter().map(plain).collect::<Result<_, _>>()?;
                let (intercepts, coefficients) = scores.into_iter().unzip();
                Fitted::Logistic {
                    classes: model.classes.clone(),
                    intercepts,
                    coefficients,
                }
            }
            Trained::KMeans(clusters) => {
                for feature in &clusters.preparation.features {
                    match &feature.kind {
                        FeatureKind::Number { mean, sd } => scales.push((*mean, *sd)),
                        FeatureKind::Category { .. } => return Err(Unfit::Column(feature.name.clone())),
                    }
                }
                Fitted::KMeans {
                    centroids: clusters.centroids.clone(),
                }
            }
            Trained::TextClassifier(_) => return Err(Unfit::Kind("a text_classifier, which reads texts")),
            Trained::Onnx(_) => return Err(Unfit::Kind("from an ONNX file")),
        };
        Ok(Self { fitted, scales })
    }
}

/// A sum around the mean row as one from zero: the intercept and the coefficients.
fn plain(score: &Score) -> Result<(f64, Vec<f64>), Unfit> {
    let mut intercept = score.base;
    let mut coefficients = Vec::with_capacity(score.terms.len());
    for term in &score.terms {
        match &term.adds {
            Adds::Number { weight, mean } => {
                intercept -= weight * mean;
                coefficients.push(*weight);
            }
            Adds::Category { .. } => return Err(Unfit::Column(term.column.clone())),
        }
    }
    Ok((intercept, coefficients))
}
