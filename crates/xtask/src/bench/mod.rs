//! `cargo xtask bench`: `tronie` beside what a user would otherwise run; see benchmarks/README.md.

mod ml;
mod profiles;
mod report;
mod sentiment;
mod stage;
mod text;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Subcommand;

use crate::shell;

/// What can be measured.
#[derive(Subcommand)]
pub enum Suite {
    /// `ai_sentiment` against ONNX Runtime in plain Python and against a transformers pipeline
    Sentiment(sentiment::Options),
    /// Every text function: models that share a pass, caches, words, keywords, redaction, languages
    Text(text::Options),
    /// Fits and metrics over millions of rows: linear, logistic, k-means
    Ml(ml::Options),
    /// Profiles without models: RFM, sessions, habits, favourites
    Profiles(profiles::Options),
}

/// Measures one suite and writes its report.
pub fn run(suite: &Suite) -> Result<()> {
    match suite {
        Suite::Sentiment(options) => sentiment::run(options),
        Suite::Text(options) => text::run(options),
        Suite::Ml(options) => ml::run(options),
        Suite::Profiles(options) => profiles::run(options),
    }
}

/// A Python with the pinned packages of `requirements`, in a virtual environment that is kept between runs.
fn python(requirements: &Path, venv: &Path) -> Result<PathBuf> {
    let wanted =
        fs::read_to_string(requirements).with_context(|| format!("cannot read `{}`", requirements.display()))?;
    let python = venv.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    // The list is copied into the environment last, so it is there only when the installation was finished.
    let done = venv.join("installed.txt");
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    shell::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(venv))?;
    shell::run(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--requirement"])
            .arg(requirements),
    )?;
    fs::write(&done, wanted).with_context(|| format!("cannot write `{}`", done.display()))?;
    Ok(python)
}
