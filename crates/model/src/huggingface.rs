//! Hugging Face exports as they are: `config.json` with `id2label`, `model.onnx` (in the folder or in `onnx/`) and
//! `tokenizer.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::ModelError;
use crate::manifest::{Batching, FileEntry, Files, Manifest, Output, OutputKind};

/// The part of `config.json` that matters here.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    model_type: String,
    id2label: Option<BTreeMap<String, String>>,
    max_position_embeddings: Option<usize>,
    pad_token_id: Option<usize>,
}

/// The file of an export that describes the model.
pub const EXPORT_CONFIG: &str = "config.json";

/// Where the graph of an export may be, the first one that is there: `optimum` and others put it into the folder itself or
/// into `onnx/`.
pub const EXPORT_GRAPHS: [&str; 2] = ["model.onnx", "onnx/model.onnx"];

/// The tokenizer of an export.
pub const EXPORT_TOKENIZER: &str = "tokenizer.json";

/// Length limit where the configuration names none.
const DEFAULT_MAX_LENGTH: usize = 512;

pub(crate) fn exists_in(folder: &Path) -> bool {
    folder.join(EXPORT_CONFIG).is_file() && graph_path(folder).is_some()
}

fn graph_path(folder: &Path) -> Option<PathBuf> {
    EXPORT_GRAPHS
        .map(PathBuf::from)
        .into_iter()
        .find(|path| folder.join(path).is_file())
}

pub(crate) fn read(folder: &Path) -> Result<Manifest, ModelError> {
    let broken = |reason: String| ModelError::Folder {
        folder: folder.to_path_buf(),
        reason,
    };
    let config_file = folder.join(EXPORT_CONFIG);
    if !config_file.is_file() {
        return Err(broken(
            "it has neither `manifest.toml` nor a Hugging Face `config.json`".to_owned(),
        ));
    }
    let graph = graph_path(folder)
        .ok_or_else(|| broken("it has no `model.onnx`; export the model to onnx first".to_owned()))?;
    if !folder.join(EXPORT_TOKENIZER).is_file() {
        let hint = "save the tokenizer in its fast form (`AutoTokenizer.from_pretrained(.., use_fast=True)`)";
        return Err(broken(format!("it has no `tokenizer.json`; {hint}")));
    }
    let text = fs::read_to_string(&config_file).map_err(|e| broken(format!("config.json cannot be read: {e}")))?;
    let config: Config =
        serde_json::from_str(&text).map_err(|e| broken(format!("config.json is not a model's configuration: {e}")))?;
    let labels = labels(&config).map_err(broken)?;
    Ok(Manifest {
        format: 1,
        name: folder
            .file_name()
            .map_or_else(|| "model".to_owned(), |name| name.to_string_lossy().into_owned()),
        version: String::new(),
        description: format!("Hugging Face export of type {}", config.model_type),
        license: String::new(),
        languages: Vec::new(),
        prefix: String::new(),
        max_length: max_length(&config),
        batching: Batching::Padded,
        files: Files {
            model: FileEntry {
                path: graph,
                sha256: None,
            },
            tokenizer: FileEntry {
                path: PathBuf::from(EXPORT_TOKENIZER),
                sha256: None,
            },
            cascade: None,
        },
        outputs: vec![Output {
            name: "logits".to_owned(),
            task: None,
            kind: OutputKind::Logits,
            labels,
            temperature: 1.0,
        }],
    })
}

/// The labels by their number, which JSON keeps as text.
fn labels(config: &Config) -> Result<Vec<String>, String> {
    let map = config
        .id2label
        .as_ref()
        .ok_or("config.json has no `id2label`; it needs one label for each class")?;
    let mut labels = vec![None; map.len()];
    for (id, label) in map {
        let slot = id.parse::<usize>().ok().and_then(|id| labels.get_mut(id));
        *slot.ok_or_else(|| {
            format!(
                "config.json: `id2label` has the key `{id}`, expected 0 to {}",
                map.len() - 1
            )
        })? = Some(label.to_lowercase());
    }
    let labels: Vec<String> = labels.into_iter().flatten().collect();
    if labels.len() < map.len() || labels.len() < 2 {
        return Err(format!(
            "config.json: `id2label` has {} labels, it needs two or more",
            labels.len()
        ));
    }
    Ok(labels)
}

/// RoBERTa and its descendants number positions from behind the padding id, so they read that many tokens fewer.
fn max_length(config: &Config) -> usize {
    let positions = config.max_position_embeddings.unwrap_or(DEFAULT_MAX_LENGTH);
    let offset = match config.model_type.as_str() {
        "roberta" | "xlm-roberta" | "camembert" | "mpnet" => config.pad_token_id.unwrap_or(1) + 1,
        _ => 0,
    };
    positions.saturating_sub(offset).max(3)
}
