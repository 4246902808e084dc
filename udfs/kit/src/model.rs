//! The model behind a text function.

use std::sync::Arc;

use datafusion_common::config::ConfigOptions;
use datafusion_common::{DataFusionError, Result};
use datafusion_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs};
use tronie_common::{QueryScope, TronieOptions};
use tronie_model::{Model, ModelError, Output, Question, Request, Row};

use crate::env::UdfEnv;
use crate::parameters::{Options, Parameters};
use crate::text::text_rows;

/// The option that names a model, on every function that asks one.
pub const MODEL: &str = "model";

/// The option by which the planner tells a function what other functions of the query ask about the same texts, so that
/// one pass of the model answers all of them: tasks, separated by commas.
pub const ALSO: &str = "also";

/// The task of an output with a vector for each token.
const TOKENS: &str = "tokens";

/// Asks one question (a task) of the model that a call names, or of the session's default model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TextModel {
    env: UdfEnv,
    parameters: Parameters,
    task: &'static str,
    default: String,
    /// The model that is asked whatever a call says.
    only: Option<String>,
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
    /// For a function with these parameters, the options [`MODEL`] and [`ALSO`] among them, which asks `task`.
    pub fn new(env: &UdfEnv, parameters: Parameters, task: &'static str) -> Self {
        Self {
            env: env.clone(),
            parameters,
            task,
            default: TronieOptions::default().model,
            only: None,
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

    /// The same, asking this model whatever a call says.
    #[must_use]
    pub fn of(&self, model: &str) -> Self {
        Self {
            only: Some(model.to_owned()),
            ..self.clone()
        }
    }

    /// What the function sees of the world.
    pub fn env(&self) -> &UdfEnv {
        &self.env
    }

    /// What the function is called with.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Loads the model while the query is planned, so that a missing or broken one is known before any row is read.
    /// `check` may refuse an output that does not fit the function.
    ///
    /// # Errors
    /// The model's, and what `check` returns as a reason.
    pub fn plan<T>(
        &self,
        args: &ReturnFieldArgs<'_>,
        check: impl Fn(&Model, &Output) -> Result<T, String>,
    ) -> Result<T> {
        let name = self.name(&Options::planned(&self.parameters, args))?;
        let model = self.env.models().load(&name).map_err(model_error)?;
        let question = self.question(&model, self.task).map_err(model_error)?;
        check(&model, &question.output).map_err(|reason| self.refused(&model, reason))
    }

    /// What has to be asked of a model for a task.
    fn question(&self, model: &Model, task: &str) -> Result<Question, ModelError> {
        match self.env.reader(task) {
            Some(reader) => Ok(Question {
                output: model.output(TOKENS)?.clone(),
                reader: Some(Arc::clone(reader)),
            }),
            None => model.output(task).map(Question::of),
        }
    }

    /// The error of a model that does not fit the function.
    pub fn refused(&self, model: &Model, reason: String) -> DataFusionError {
        model_error(ModelError::Task {
            model: model.name().to_owned(),
            task: self.task.to_owned(),
            reason,
        })
    }

    /// The name of the model that a call asks.
    fn name(&self, options: &Options<'_>) -> Result<String> {
        match &self.only {
            Some(only) => Ok(only.clone()),
            None => Ok(options.text(MODEL)?.unwrap_or_else(|| self.default.clone())),
        }
    }

    /// The model's answers to the call's first argument.
    ///
    /// # Errors
    /// The model's; see [`tronie_model::Models::infer`].
    pub fn ask(&self, args: &ScalarFunctionArgs) -> Result<Asked> {
        self.ask_about(args, &args.args[0])
    }

    /// The model's answers about `texts`, with the call's options. A constant is asked about once, and has one row.
    ///
    /// # Errors
    /// As for [`Self::ask`].
    pub fn ask_about(&self, args: &ScalarFunctionArgs, texts: &ColumnarValue) -> Result<Asked> {
        let texts = match texts {
            ColumnarValue::Array(array) => Arc::clone(array),
            ColumnarValue::Scalar(text) => text.to_array()?,
        };
        self.ask_rows(args, &text_rows(texts.as_ref())?)
    }

    /// The model's answers about `texts`, with the call's options.
    ///
    /// # Errors
    /// As for [`Self::ask`].
    pub fn ask_rows(&self, args: &ScalarFunctionArgs, texts: &[Option<&str>]) -> Result<Asked> {
        let given = Options::called(&self.parameters, args);
        let extensions = &args.config_options.extensions;
        let scope = extensions.get::<QueryScope>().cloned().unwrap_or_default();
        let name = self.name(&given)?;
        let model = self.env.models().load_for(&name, &scope).map_err(model_error)?;
        let mut questions = vec![self.question(&model, self.task).map_err(model_error)?];
        let output = questions[0].output.clone();
        let also = given.text(ALSO)?.unwrap_or_default();
        for task in also.split(',').map(str::trim).filter(|task| !task.is_empty()) {
            // What the model cannot answer is refused by the function that asks it.
            if let Ok(question) = self.question(&model, task)
                && questions.iter().all(|other| !other.is_same(&question))
            {
                questions.push(question);
            }
        }
        let options = extensions.get::<TronieOptions>().cloned().unwrap_or_default();
        let request = Request {
            model: &model,
            questions: &questions,
            texts,
            batch_tokens: options.batch_tokens.0,
            on_error: options.on_error,
            cache: options.model_cache,
            cache_bytes: options.model_cache_bytes,
            cascade: options.cascade.0,
            scope: &scope,
        };
        let rows = self.env.models().infer(&request).map_err(model_error)?;
        Ok(Asked { model, output, rows })
    }
}

/// A model's error on its way through the query engine; [`tronie_model::ModelError`] can be found in it again.
pub fn model_error(error: ModelError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
