//! `CREATE MODEL`: from the rows of a query to a version in the registry.

use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::ScalarValue;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::prelude::{DataFrame, Expr, cast, ident, lit};
use futures::StreamExt;
use tokio::task::block_in_place;
use tronie_common::{Kind, QueryScope, TronieOptions};
use tronie_learn::train::{Outcome, Settings, Task, train};
use tronie_learn::trained::{Adds, TextClasses, Trained};
use tronie_model::Models;

use super::columns::Columns;
use super::kept::{Kept, Label, Version};
use super::onnx;
use super::options::{ModelType, TrainOptions};
use super::registry::{TrainedRegistry, now};
use super::syntax::CreateModel;
use crate::error::Error;

/// The column of embeddings that a text classifier learns from.
const EMBEDDING: &str = "embedding";

/// What a statement asks for, checked before its query is planned.
#[derive(Debug)]
pub(crate) struct Training<'a> {
    statement: &'a CreateModel,
    options: TrainOptions,
}

/// Checks a statement; `None` if the model is there and shall only be made if it is not.
///
/// # Errors
/// When the options make no sense, or the name is taken.
pub(crate) async fn training<'a>(
    statement: &'a CreateModel,
    registry: &TrainedRegistry,
) -> Result<Option<Training<'a>>, Error> {
    let options = TrainOptions::read(&statement.options)?;
    let name = &statement.name;
    if !statement.replace && registry.has(name).await? {
        if statement.if_not_exists {
            return Ok(None);
        }
        return Err(Error::new(
            Kind::Input,
            format!("model `{name}` is there already; CREATE OR REPLACE MODEL makes another version of it"),
        ));
    }
    if options.model_type == ModelType::Onnx && statement.query.is_some() {
        let next = "leave out AS SELECT ..";
        let message = format!("model `{name}` is read from a file and learns from no rows; {next}");
        return Err(Error::new(Kind::Input, message));
    }
    if options.model_type == ModelType::Onnx || statement.query.is_some() {
        return Ok(Some(Training { statement, options }));
    }
    Err(Error::new(
        Kind::Input,
        format!("model `{name}` needs rows to learn from: CREATE MODEL .. AS SELECT .."),
    ))
}

impl Training<'_> {
    /// Runs the query, trains, and keeps the model.
    ///
    /// # Errors
    /// When the rows allow no such model, or it cannot be kept.
    pub(crate) async fn run(
        &self,
        rows: DataFrame,
        registry: &TrainedRegistry,
        models: &Models,
        scope: &QueryScope,
    ) -> Result<(Version, Kept), Error> {
        let schema: SchemaRef = rows.schema().inner().clone();
        let label = self.label(&schema)?;
        let task = self.task()?;
        let rows = match self.options.model_type {
            ModelType::TextClassifier => self.embedded(rows, label.as_ref())?,
            _ => rows,
        };
        let context = rows.task_ctx();
        let memory =
            MemoryConsumer::new(format!("CREATE MODEL {}", self.statement.name)).register(context.memory_pool());
        let read: SchemaRef = rows.schema().inner().clone();
        let classes = match task {
            Task::Logistic { .. } => label.as_ref().map(|label| label.name.as_str()),
            _ => None,
        };
        let mut columns = Columns::new(&read, classes, memory)?;
        let mut batches = rows.execute_stream().await?;
        while let Some(batch) = batches.next().await {
            if scope.is_cancelled() {
                return Err(cancelled());
            }
            columns.push(&batch?)?;
        }
        let (columns, _memory) = columns.finish();
        let settings = Settings {
            task,
            seed: self.options.seed,
            validation: self.options.validation,
        };
        let named = label.as_ref().map(|label| label.name.clone());
        let is_cancelled = || scope.is_cancelled();
        let outcome = block_in_place(|| train(columns, named.as_deref(), &settings, &is_cancelled));
        let mut outcome = outcome.map_err(|error| self.failed(&error))?;
        if self.options.model_type == ModelType::TextClassifier {
            outcome = self.with_head(outcome, &schema, models)?;
        }
        let kept = self.kept(outcome, label, &schema);
        let version = registry
            .add(&self.statement.name, &kept, &[], self.statement.replace)
            .await?;
        Ok((version, kept))
    }

    /// The path of the file that a model is read from, if it is.
    pub(crate) fn file(&self) -> Option<&str> {
        match self.options.model_type {
            ModelType::Onnx => self.options.path.as_deref(),
            _ => None,
        }
    }

    /// Checks the content of an ONNX file, and keeps it.
    ///
    /// # Errors
    /// When it is no model that a table can be given to, or it cannot be kept.
    pub(crate) async fn import(
        &self,
        path: &str,
        content: Vec<u8>,
        registry: &TrainedRegistry,
    ) -> Result<(Version, Kept), Error> {
        let import = onnx::Import {
            path,
            columns: self.options.columns.as_deref(),
            classes: self.options.classes.as_deref(),
            content,
        };
        let checked = block_in_place(|| import.check(|content| registry.graphs.load(content)));
        let (trained, notes) = checked.map_err(|e| e.of(path))?;
        let kept = onnx::kept(self.statement, self.options.label.as_deref(), trained, notes);
        let files = [(onnx::FILE, import.content)];
        let version = registry
            .add(&self.statement.name, &kept, &files, self.statement.replace)
            .await?;
        Ok((version, kept))
    }

    fn failed(&self, error: &tronie_learn::Error) -> Error {
        match error {
            tronie_learn::Error::Cancelled => cancelled(),
            error => Error::new(Kind::Input, format!("model `{}`: {error}", self.statement.name)),
        }
    }

    fn task(&self) -> Result<Task, Error> {
        let options = &self.options;
        match options.model_type {
            ModelType::LinearReg => Ok(Task::Linear { l2: options.l2.clone() }),
            ModelType::LogisticReg | ModelType::TextClassifier => Ok(Task::Logistic {
                l2: options.l2.clone(),
                max_iterations: options.max_iterations,
            }),
            ModelType::KMeans => Ok(Task::KMeans {
                k: options.k.clone(),
                standardize: options.standardize,
                max_iterations: options.max_iterations,
            }),
            ModelType::Onnx => Err(Error::new(
                Kind::Input,
                format!("{} cannot be trained yet", options.model_type.name()),
            )),
        }
    }

    /// The rows of a text classifier: the embedding of the text, and the label. Rows without a text are left out.
    fn embedded(&self, rows: DataFrame, label: Option<&Label>) -> Result<DataFrame, Error> {
        let text = self.text_column(rows.schema().inner())?;
        let (state, plan) = rows.into_parts();
        let embed = state.udf("ai_embed")?;
        let column = |name: &str| ident(name.to_owned());
        let mut args = vec![cast(column(&text), DataType::Utf8)];
        if let Some(encoder) = &self.options.encoder {
            let names = embed.signature().parameter_names.clone().unwrap_or_default();
            let place = names.iter().position(|name| name == "model").unwrap_or(1);
            args.resize(place, lit(ScalarValue::Null));
            args.push(lit(encoder.as_str()));
        }
        let embedding = Expr::ScalarFunction(ScalarFunction::new_udf(embed, args));
        let frame = DataFrame::new(state, plan);
        let mut read = vec![embedding.alias(EMBEDDING)];
        read.extend(label.map(|label| column(&label.name)));
        Ok(frame.select(read)?.filter(column(EMBEDDING).is_not_null())?)
    }

    /// The column of the texts: the one beside the label.
    fn text_column(&self, schema: &SchemaRef) -> Result<String, Error> {
        let is_label = |name: &String| self.options.label.as_ref() == Some(name);
        let names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
        let others: Vec<&String> = names.into_iter().filter(|name| !is_label(name)).collect();
        match others.as_slice() {
            [text] => Ok((*text).clone()),
            others => Err(Error::new(
                Kind::Input,
                format!(
                    "a text_classifier learns from one column of texts beside the label, got {}; select just these two",
                    others.len()
                ),
            )),
        }
    }

    /// The outcome with the fit as a head over the embedding.
    fn with_head(&self, outcome: Outcome, schema: &SchemaRef, models: &Models) -> Result<Outcome, Error> {
        let Trained::Logistic(fit) = &outcome.trained else {
            return Ok(outcome);
        };
        let encoder = self
            .options
            .encoder
            .clone()
            .unwrap_or_else(|| TronieOptions::default().model);
        let model = models.load(&encoder).map_err(|e| Error::new(e.kind(), e.to_string()))?;
        let sums = fit.scores.iter().map(|score| {
            let weights = score.terms.iter().map(|term| match term.adds {
                Adds::Number { weight, mean } => (weight, mean),
                Adds::Category { .. } => (0.0, 0.0),
            });
            let weights: Vec<(f64, f64)> = weights.collect();
            let moved: f64 = weights.iter().map(|(weight, mean)| weight * mean).sum();
            let weights: Vec<f64> = weights.into_iter().map(|(weight, _)| weight).collect();
            (score.base - moved, weights)
        });
        let (intercepts, weights) = sums.unzip();
        let trained = Trained::TextClassifier(TextClasses {
            column: self.text_column(schema)?,
            encoder,
            encoder_digest: model.digest().to_owned(),
            classes: fit.classes.clone(),
            intercepts,
            weights,
        });
        Ok(Outcome {
            trained,
            importance: Vec::new(),
            ..outcome
        })
    }

    /// The column that is predicted.
    fn label(&self, schema: &SchemaRef) -> Result<Option<Label>, Error> {
        let Some(wanted) = &self.options.label else {
            return Ok(None);
        };
        let field = schema.fields().iter().find(|field| field.name() == wanted);
        let field = field.ok_or_else(|| {
            let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            let there = names.join("`, `");
            Error::new(
                Kind::Input,
                format!("the query has no column `{wanted}` to predict (its columns: `{there}`)"),
            )
        })?;
        let data_type = match field.data_type() {
            DataType::Dictionary(_, value) => value.as_ref().clone(),
            other => other.clone(),
        };
        Ok(Some(Label {
            name: wanted.clone(),
            data_type: data_type.to_string(),
        }))
    }

    fn kept(&self, outcome: Outcome, label: Option<Label>, schema: &SchemaRef) -> Kept {
        let is_label = |name: &str| label.as_ref().is_some_and(|label| label.name == name);
        let columns = schema.fields().iter().filter(|field| !is_label(field.name()));
        Kept {
            trained: outcome.trained,
            model_type: self.options.model_type.name().to_owned(),
            statement: self.statement.to_string(),
            columns: columns
                .map(|field| (field.name().clone(), field.data_type().to_string()))
                .collect(),
            label,
            rows: outcome.rows,
            skipped: outcome.skipped,
            validation_rows: outcome.validation_rows,
            metrics: outcome.metrics,
            importance: outcome.importance,
            trials: outcome.trials,
            notes: outcome.notes,
            created: now(),
        }
    }
}

fn cancelled() -> Error {
    Error::new(Kind::Cancelled, "the query was cancelled")
}
