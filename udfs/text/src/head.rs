//! Classifiers that were trained in SQL: a linear head over a text model's embedding.

use std::sync::Arc;

use arrow::array::ArrayRef;
use datafusion_common::{Result, plan_err};
use tronie_common::QueryScope;
use tronie_learn::trained::{TextClasses, Trained};
use tronie_model::Model;
use tronie_udf_kit::UdfEnv;

use crate::labelled::{best, structs};

/// A trained head.
pub(crate) struct Head {
    name: String,
    trained: Arc<Trained>,
    /// The text model that it reads.
    pub(crate) encoder: String,
}

impl Head {
    /// The head of a name; `None` if no model that was trained has it.
    ///
    /// # Errors
    /// For a model that is no text_classifier.
    pub(crate) fn find(env: &UdfEnv, name: &str, scope: &QueryScope) -> Result<Option<Self>> {
        let Some(trained) = env.trained(name, scope)? else {
            return Ok(None);
        };
        let Trained::TextClassifier(head) = trained.as_ref() else {
            return plan_err!("model `{name}` reads columns, not texts; ask it by ml_predict('{name}', (SELECT ..))");
        };
        Ok(Some(Self {
            name: name.to_owned(),
            encoder: head.encoder.clone(),
            trained,
        }))
    }

    fn classes(&self) -> Option<&TextClasses> {
        match self.trained.as_ref() {
            Trained::TextClassifier(head) => Some(head),
            _ => None,
        }
    }

    /// Whether `model` is the one that the head was trained with.
    pub(crate) fn fits(&self, model: &Model) -> Result<(), String> {
        match self.classes() {
            Some(head) if head.encoder_digest == model.digest() => Ok(()),
            _ => Err(format!(
                "it has changed since `{}` was trained with it; train that again by CREATE OR REPLACE MODEL",
                self.name
            )),
        }
    }

    /// The most probable class of each embedding.
    pub(crate) fn classes_of(&self, texts: &[Option<Vec<f32>>]) -> Result<ArrayRef> {
        let Some(head) = self.classes() else {
            return plan_err!("model `{}` has no classes of texts", self.name);
        };
        let of = |text: &Vec<f32>| best(&head.classes, &head.probabilities(text));
        let rows: Vec<Option<(&str, f64)>> = texts.iter().map(|text| text.as_ref().and_then(of)).collect();
        Ok(Arc::new(structs(&rows)?))
    }
}
