//! `cargo xtask eval`: the default model's figures, through the engine itself, so that they are the product's and not the
//! trainer's.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::{setup, shell, workspace};

/// In this order, one session for all: later ones read the tables of earlier ones.
const QUERIES: &[&str] = &[
    include_str!("eval/sentiment.sql"),
    include_str!("eval/intent.sql"),
    include_str!("eval/calibration.sql"),
    include_str!("eval/hard.sql"),
];

/// Where the labelled texts are, and what runs them.
#[derive(Args)]
pub struct Options {
    /// The folder with `sentiment/dev.parquet` and `intent/labelled.parquet`
    #[arg(long, default_value = "../shared/data")]
    data: PathBuf,
    /// The model, by its name or folder; the default model if left out
    #[arg(long)]
    model: Option<String>,
    /// The Cargo profile to build `tronie` with
    #[arg(long, default_value = "dev")]
    profile: String,
}

/// Builds `tronie` and lets it judge its default model.
pub fn run(options: &Options) -> Result<()> {
    let root = workspace::root()?;
    let texts = root.join("models/recipe/texts");
    let data = root.join(&options.data);
    let sentiment = data.join("sentiment/dev.parquet");
    if !sentiment.is_file() {
        bail!(
            "the labelled texts are not there: `{}` does not exist; name their folder by --data",
            sentiment.display()
        );
    }
    setup::run(false)?;
    shell::build_tronie(&options.profile)?;

    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let prepared = |name: &str, lines: Vec<Value>| -> Result<PathBuf> {
        let path = folder.path().join(format!("{name}.ndjson"));
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(path)
    };
    let files = [
        ("{sentiment}", sentiment),
        ("{messages}", data.join("intent/labelled.parquet")),
        ("{table}", prepared("table", table(&texts.join("intents.toml"))?)?),
        (
            "{written}",
            prepared("written", sentences(&texts.join("intent_dev.tsv"))?)?,
        ),
        (
            "{hard_sentiment}",
            prepared("hard_sentiment", sentences(&texts.join("hard.tsv"))?)?,
        ),
        (
            "{hard_intent}",
            prepared("hard_intent", sentences(&texts.join("hard_intent.tsv"))?)?,
        ),
    ];
    let mut sql = String::new();
    if let Some(model) = &options.model {
        let _ = writeln!(sql, "set tronie.model = '{}';", model.replace('\'', "''"));
    }
    sql.push_str(&QUERIES.join("\n"));
    for (place, path) in &files {
        sql = sql.replace(place, &path.display().to_string().replace('\'', "''"));
    }
    let script = folder.path().join("eval.sql");
    fs::write(&script, sql).with_context(|| format!("cannot write `{}`", script.display()))?;
    let tronie = workspace::tronie(&options.profile)?;
    shell::run(
        Command::new(tronie)
            .args(["sql", "--file"])
            .arg(&script)
            .current_dir(root),
    )
}

/// The recipe's table of intents as rows of source, intent and label.
fn table(path: &Path) -> Result<Vec<Value>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let sources: toml::Table = toml::from_str(&text).with_context(|| format!("`{}` is not TOML", path.display()))?;
    let mut rows = Vec::new();
    for (source, labels) in &sources {
        for (label, intents) in labels.as_table().into_iter().flatten() {
            for intent in intents.as_array().into_iter().flatten() {
                rows.push(serde_json::json!({"source": source, "intent": intent.as_str(), "label": label}));
            }
        }
    }
    Ok(rows)
}

/// Lines of a label, a tab and a text, as rows of label, text and language.
fn sentences(path: &Path) -> Result<Vec<Value>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let row = |line: &str| {
        let (label, text) = line
            .split_once('\t')
            .with_context(|| format!("`{}`: no tab in `{line}`", path.display()))?;
        let lang = if text.contains(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
            "zh"
        } else {
            "en"
        };
        Ok(serde_json::json!({"label": label, "text": text, "lang": lang}))
    };
    text.lines().map(row).collect()
}
