//! The model behind a text function.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion_common::config::ConfigOptions;
use datafusion_common::{DataFusionError, Result};
use datafusion_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, Signature, Volatility};
use tronie_common::{QueryScope, TronieOptions};
use tronie_model::{Model, ModelError, Output, Request, Row};

use crate::args::{check_count, option_text, scalar_text, text_type};
use crate::env::UdfEnv;
use crate::text::text_rows;

/// Asks one question (a task) of the model that a call names, or of the session's default model. The text is the call's
/// first argument, the model's name its last.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TextModel {
    env: UdfEnv,
    function: &'static str,
    task: &'static str,
    default: String,
    position: usize,
}

/// The answers to one batch of rows, and who gave them.
#[derive(Debug)]
pub struct Asked {
    /// The model.
    pub model: Arc<Model>,
    /// The output that was read; it has the labels and the temperature.
    pub output: Output,
    /// One answer a row; `None` where there is no text, or none that the model can process.
    pub rows: Vec<Option<Row>>,
}

impl TextModel {
    /// For `function`, which asks `task` and takes `model =>` as its argument number `position`, counted from 0.
    pub fn new(env: &UdfEnv, function: &'static str, task: &'static str, position: usize) -> Self {
        Self {
            env: env.clone(),
            function,
            task,
            default: TronieOptions::default().model,
            position,
        }
    }

    /// The same with the default model that the session's options name.
    pub fn with_config(&self, config: &ConfigOptions) -> Self {
        let default = config
            .extensions
            .get::<TronieOptions>()
            .map_or_else(|| self.default.clone(), |o| o.model.clone());
        Self {
            default,
            ..self.clone()
        }
    }

    /// Loads the model while the query is planned, so that a missing or broken one is known before any row is read.
    /// `check` may refuse an output whose labels do not fit the function.
    ///
    /// # Errors
    /// The model's, and what `check` returns as a reason.
    pub fn plan(&self, args: &ReturnFieldArgs<'_>, check: impl Fn(&Output) -> Result<(), String>) -> Result<()> {
        let name = option_text(self.function, "model", args, self.position)?;
        let model = self
            .env
            .models()
            .load(name.as_deref().unwrap_or(&self.default))
            .map_err(model_error)?;
        let output = model.output(self.task).map_err(model_error)?;
        check(output).map_err(|reason| {
            model_error(ModelError::Task {
                model: model.name().to_owned(),
                task: self.task.to_owned(),
                reason,
            })
        })
    }

    /// The model's answers to the call's first argument.
    ///
    /// # Errors
    /// The model's; see [`tronie_model::Models::infer`].
    pub fn ask(&self, args: &ScalarFunctionArgs) -> Result<Asked> {
        let name = match args.args.get(self.position) {
            Some(ColumnarValue::Scalar(name)) => scalar_text(name),
            _ => None,
        };
        let model = self
            .env
            .models()
            .load(name.as_deref().unwrap_or(&self.default))
            .map_err(model_error)?;
        let output = model.output(self.task).map_err(model_error)?.clone();
        let extensions = &args.config_options.extensions;
        let options = extensions.get::<TronieOptions>().cloned().unwrap_or_default();
        let scope = extensions.get::<QueryScope>().cloned().unwrap_or_default();
        // A constant is one row, however many rows the batch has.
        let texts = match &args.args[0] {
            ColumnarValue::Array(array) => Arc::clone(array),
            ColumnarValue::Scalar(text) => text.to_array()?,
        };
        let request = Request {
            model: &model,
            output: &output,
            texts: &text_rows(texts.as_ref())?,
            batch_tokens: options.batch_tokens.0,
            on_error: options.on_error,
            scope: &scope,
        };
        let rows = self.env.models().infer(&request).map_err(model_error)?;
        Ok(Asked { model, output, rows })
    }
}

/// The arguments of a function that asks a model about a text and has no other options.
const TEXT_AND_MODEL: [&str; 2] = ["text", "model"];

/// The signature `f(text [, model => ..])`.
pub fn text_and_model() -> Signature {
    let mut signature = Signature::user_defined(Volatility::Immutable);
    signature.parameter_names = Some(TEXT_AND_MODEL.map(str::to_owned).to_vec());
    signature
}

/// The types in which the arguments of such a function are read: the text as it is, the model's name as text.
///
/// # Errors
/// A planning error for another number of arguments, or for what is no text.
pub fn coerce_text_and_model(function: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    check_count(function, &TEXT_AND_MODEL, 1, types.len())?;
    let mut coerced = vec![text_type(function, "text", &types[0])?];
    if let Some(model) = types.get(1) {
        text_type(function, "model", model)?;
        coerced.push(DataType::Utf8);
    }
    Ok(coerced)
}

/// A model's error on its way through the query engine; [`tronie_model::ModelError`] can be found in it again.
pub fn model_error(error: ModelError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
