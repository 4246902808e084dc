//! The description of a model: `manifest.toml`, or what a Hugging Face export says about itself.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use crate::error::ModelError;
use crate::huggingface;

/// What a model is called, which files it consists of and which questions it answers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The layout's version; 1 is the only one so far.
    pub format: u32,
    /// The model's name, shown in messages.
    pub name: String,
    /// The model's own version.
    #[serde(default)]
    pub version: String,
    /// One line for people.
    #[serde(default)]
    pub description: String,
    /// The licence of the weights, as an SPDX expression.
    #[serde(default)]
    pub license: String,
    /// The languages it was made for, as ISO 639-1 codes.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Put before every text, such as `query: `.
    #[serde(default)]
    pub prefix: String,
    /// The most tokens of a text that the model reads, special tokens included; the rest is cut off.
    pub max_length: usize,
    /// The widest batching under which a text's answer does not depend on its neighbours.
    #[serde(default)]
    pub batching: Batching,
    /// The files, relative to the folder.
    pub files: Files,
    /// The outputs that answer questions.
    pub outputs: Vec<Output>,
}

/// The files of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// The ONNX graph.
    pub model: FileEntry,
    /// The tokenizer in the Hugging Face format.
    pub tokenizer: FileEntry,
    /// A linear model that answers the easy texts, if there is one; `cascade.rs` says what is in it.
    pub cascade: Option<FileEntry>,
}

impl Files {
    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &FileEntry> {
        [&self.model, &self.tokenizer].into_iter().chain(&self.cascade)
    }
}

/// A file and the digest it must have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// The path inside the folder.
    pub path: PathBuf,
    /// Its sha256 in hexadecimal; `None` where the layout has no digests.
    pub sha256: Option<String>,
}

/// How texts may share a run of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Batching {
    /// Texts of different lengths, the shorter ones padded.
    #[default]
    Padded,
    /// Only texts of the same number of tokens.
    EqualLength,
    /// Every text alone: graphs that quantise a whole batch by one scale need it.
    Single,
}

/// One output of the graph and what it means.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The name in the graph.
    pub name: String,
    /// The question it answers, such as `sentiment`; `None` for a classifier whose purpose only its labels tell.
    pub task: Option<String>,
    /// Logits of labels, an embedding, or one for each token.
    pub kind: OutputKind,
    /// The labels in the order of the columns, in lower case; empty for an embedding.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Logits are divided by it before the softmax, so that confidences mean what they say.
    #[serde(default = "one")]
    pub temperature: f32,
}

impl Output {
    /// The probability of each label, in the labels' order: the softmax of a row of logits over the temperature.
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f64> {
        let scaled = || {
            logits
                .iter()
                .map(|&logit| f64::from(logit) / f64::from(self.temperature))
        };
        let highest = scaled().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = scaled().map(|logit| (logit - highest).exp()).collect();
        let total: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / total).collect()
    }

    /// Whether `columns` numbers a text are what the output's labels ask for; if not, why.
    pub(crate) fn fits(&self, columns: usize) -> Result<(), String> {
        let labels = self.labels.len();
        if self.kind != OutputKind::Logits || columns == labels {
            return Ok(());
        }
        let name = &self.name;
        Err(format!(
            "output `{name}` has {columns} columns, but there are {labels} labels; correct the labels"
        ))
    }
}

/// What the numbers of an output are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputKind {
    /// One logit a label.
    Logits,
    /// A vector for the text.
    Embedding,
    /// A vector for each token of the text.
    TokenEmbedding,
}

fn one() -> f32 {
    1.0
}

impl Manifest {
    /// The file's name.
    pub const FILE: &str = "manifest.toml";

    /// Whether `folder` looks like a model: it has a `manifest.toml`, or a `config.json` beside a `model.onnx`.
    pub fn exists_in(folder: &Path) -> bool {
        folder.join(Self::FILE).is_file() || huggingface::exists_in(folder)
    }

    /// Reads the description of the model in `folder`.
    ///
    /// # Errors
    /// [`ModelError::Folder`] when there is none, or when it does not make sense.
    pub fn read(folder: &Path) -> Result<Self, ModelError> {
        let file = folder.join(Self::FILE);
        if !file.is_file() {
            return huggingface::read(folder);
        }
        let broken = |reason: String| ModelError::Folder {
            folder: folder.to_path_buf(),
            reason,
        };
        let text = fs::read_to_string(&file).map_err(|e| broken(format!("manifest.toml cannot be read: {e}")))?;
        Self::parse(&text).map_err(broken)
    }

    /// Reads the text of a `manifest.toml`.
    ///
    /// # Errors
    /// A reason, when it does not make sense.
    pub fn parse(text: &str) -> Result<Self, String> {
        let invalid = |reason: &str| format!("{} is not valid: {reason}", Self::FILE);
        let mut manifest: Self = toml::from_str(text).map_err(|e| invalid(e.message()))?;
        for output in &mut manifest.outputs {
            output.labels.iter_mut().for_each(|label| *label = label.to_lowercase());
        }
        manifest.check().map_err(|reason| invalid(&reason))?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), String> {
        if self.format != 1 {
            return Err(format!(
                "format is {}, this version of Tronie reads format 1",
                self.format
            ));
        }
        if self.max_length < 3 {
            return Err(format!("max_length is {}, it needs to be 3 or more", self.max_length));
        }
        if self.outputs.is_empty() {
            return Err("it names no [[outputs]]".to_owned());
        }
        for file in self.files.all() {
            // A manifest from elsewhere must not reach outside its own folder.
            if !file.path.components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(format!("the file `{}` lies outside the folder", file.path.display()));
            }
        }
        for output in &self.outputs {
            if output.kind == OutputKind::Logits && output.labels.len() < 2 {
                return Err(format!(
                    "output `{}` has {} labels, it needs two or more",
                    output.name,
                    output.labels.len()
                ));
            }
            if !(output.temperature.is_finite() && output.temperature > 0.0) {
                return Err(format!(
                    "output `{}` has temperature {}, it must be above 0",
                    output.name, output.temperature
                ));
            }
        }
        Ok(())
    }

    /// The output that answers `task`: one that says so, or else a classifier that does not say what it is for.
    pub fn output(&self, task: &str) -> Option<&Output> {
        let named = self.outputs.iter().find(|output| output.task.as_deref() == Some(task));
        let untold = || {
            self.outputs
                .iter()
                .find(|output| output.task.is_none() && output.kind == OutputKind::Logits)
        };
        named.or_else(untold)
    }
}
