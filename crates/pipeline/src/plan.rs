//! Which steps a run takes, and how.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::load::{Pipeline, Step};

/// The plan of a run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The steps, each after those that it needs.
    pub steps: Vec<Planned>,
    /// The sources that they read.
    pub sources: BTreeSet<String>,
    /// The tables that are published.
    pub outputs: BTreeSet<String>,
}

/// A step of a plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The step.
    pub step: Step,
    /// How it is done.
    pub kind: StepKind,
}

/// How a step is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Its query is read where its name stands: who reads it filters and cuts it as well.
    View,
    /// Its rows are written to files, since it is read more than once, or asks models.
    Table,
    /// It trains a model.
    Model,
}

impl StepKind {
    /// As it is shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Table => "table",
            Self::Model => "model",
        }
    }
}

/// What functions that ask text models are called like.
const ASKS_MODEL: &str = "ai_";

impl Plan {
    /// The plan for all of a pipeline, or for what is selected: names of steps, with `+` behind also what depends on them.
    ///
    /// # Errors
    /// For a name that no step has, and when nothing that is selected is published.
    pub fn new(pipeline: &Pipeline, selected: &[String]) -> Result<Self, Error> {
        let wanted = wanted(pipeline, selected)?;
        let mut needed = wanted.clone();
        // From the last step to the first, so that what a needed step needs comes after it.
        for step in pipeline.steps.iter().rev() {
            if needed.contains(&step.name) {
                needed.extend(step.steps.iter().cloned());
            }
        }
        let steps: Vec<&Step> = pipeline
            .steps
            .iter()
            .filter(|step| needed.contains(&step.name))
            .collect();
        let outputs: BTreeSet<String> = (pipeline.config.outputs.keys())
            .filter(|name| wanted.contains(*name))
            .cloned()
            .collect();
        if outputs.is_empty() {
            let all: Vec<&str> = pipeline.config.outputs.keys().map(String::as_str).collect();
            let message = match all.as_slice() {
                [] => "pipeline.toml publishes nothing; add [outputs.name] for a step".to_owned(),
                all => format!(
                    "nothing that is selected is published; select one of `{}`, or a step with `+` behind",
                    all.join("`, `")
                ),
            };
            return Err(Error::Definition(message));
        }
        let readers = |name: &String| {
            let of_steps = steps.iter().filter(|step| step.steps.contains(name)).count();
            let of_checks = pipeline
                .checks
                .iter()
                .filter(|check| check.steps.contains(name))
                .count();
            of_steps + of_checks
        };
        let planned = steps.iter().map(|step| Planned {
            kind: if step.is_model() {
                StepKind::Model
            } else if outputs.contains(&step.name) || readers(&step.name) > 1 || step.sql.contains(ASKS_MODEL) {
                StepKind::Table
            } else {
                StepKind::View
            },
            step: (*step).clone(),
        });
        let of_checks = pipeline.checks.iter().filter(|check| check.steps.is_subset(&needed));
        Ok(Self {
            sources: steps
                .iter()
                .copied()
                .chain(of_checks)
                .flat_map(|step| step.sources.iter().cloned())
                .collect(),
            steps: planned.collect(),
            outputs,
        })
    }

    /// Whether a step is part of it.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.steps.iter().any(|planned| planned.step.name == name)
    }
}

fn wanted(pipeline: &Pipeline, selected: &[String]) -> Result<BTreeSet<String>, Error> {
    if selected.is_empty() {
        return Ok(pipeline.steps.iter().map(|step| step.name.clone()).collect());
    }
    let mut wanted = BTreeSet::new();
    for text in selected {
        let (name, with_readers) = match text.strip_suffix('+') {
            Some(name) => (name, true),
            None => (text.as_str(), false),
        };
        if pipeline.step(name).is_none() {
            let names: Vec<&str> = pipeline.steps.iter().map(|step| step.name.as_str()).collect();
            return Err(Error::Definition(format!(
                "there is no step `{name}` (steps there: `{}`)",
                names.join("`, `")
            )));
        }
        let mut own = BTreeSet::from([name.to_owned()]);
        if with_readers {
            for step in &pipeline.steps {
                if !step.steps.is_disjoint(&own) {
                    own.insert(step.name.clone());
                }
            }
        }
        wanted.extend(own);
    }
    Ok(wanted)
}
