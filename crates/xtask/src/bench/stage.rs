//! Where a benchmark takes place: the built `tronie`, a Python with pinned packages, a folder for inputs and answers, and
//! the machine that all of them share.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::report::Report;
use crate::setup::{self, Ready};
use crate::{shell, workspace};

/// The scripts that the suites share are here, those of a suite in a folder below.
const FOLDER: &str = "benchmarks";

/// The model that is shipped.
const MODEL: &str = "models/default";

/// What every suite is asked with.
#[derive(clap::Args)]
pub struct Setting {
    /// Distinct reviews that the models read
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    rows: u32,
    /// Rounds in which the contenders take turns
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    pub rounds: u16,
    /// A CSV file with a column `review`
    #[arg(long, default_value = "../shared/data/sentiment/online_shopping_10_cats.csv")]
    pub reviews: PathBuf,
    /// A model folder, in place of the shipped one
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// The Cargo profile to build `tronie` with
    #[arg(long, default_value = "release")]
    profile: String,
    /// The folder for the report
    #[arg(long, default_value = "benchmarks/results")]
    results: PathBuf,
}

impl Setting {
    pub fn rows(&self) -> usize {
        self.rows as usize
    }

    /// The folder of the model that is measured.
    pub fn model(&self) -> &Path {
        self.model.as_deref().unwrap_or(Path::new(MODEL))
    }
}

/// A stage that is set for one suite.
pub struct Stage {
    suite: &'static str,
    pub root: PathBuf,
    /// Where the inputs and the answers go.
    pub folder: PathBuf,
    /// Cargo's target folder.
    target: PathBuf,
    tronie: PathBuf,
    pub python: PathBuf,
    profile: String,
    results: PathBuf,
    ready: Ready,
}

/// What came of a process.
pub struct Timing {
    /// Of the whole process.
    pub seconds: f64,
    pub output: String,
}

impl Timing {
    /// The last line of what it wrote, as JSON.
    pub fn json(&self) -> Result<Value> {
        let line = self.output.lines().last().unwrap_or_default();
        serde_json::from_str(line).with_context(|| format!("the last line is no JSON, but `{line}`"))
    }

    /// The time that a Python contender took itself, without start, imports and loading.
    pub fn loop_seconds(&self) -> Result<f64> {
        self.json()?["loop_seconds"]
            .as_f64()
            .context("the contender printed no `loop_seconds`")
    }
}

impl Stage {
    /// Builds `tronie` and installs the suite's Python packages into the virtual environment `venv` of the target folder.
    pub fn set(suite: &'static str, venv: &str, setting: &Setting) -> Result<Self> {
        let root = workspace::root()?;
        let model = setting.model();
        if !root.join(model).join("manifest.toml").is_file() {
            bail!(
                "`{}` has no manifest.toml; name a model folder with --model",
                model.display()
            );
        }
        let ready = setup::run(false)?;
        shell::build_tronie(&setting.profile)?;
        let tronie = workspace::tronie(&setting.profile)?;
        let target = tronie.ancestors().nth(2);
        let target = target.context("the target folder is not known")?.to_path_buf();
        let requirements = root.join(FOLDER).join(suite).join("requirements.txt");
        Ok(Self {
            suite,
            folder: target.join("bench").join(suite),
            python: super::python(&requirements, &target.join(venv))?,
            target,
            tronie,
            profile: setting.profile.clone(),
            results: setting.results.clone(),
            root,
            ready,
        })
    }

    /// Another Python, with the packages of another list of the suite.
    pub fn other_python(&self, requirements: &str, venv: &str) -> Result<PathBuf> {
        let requirements = self.root.join(FOLDER).join(self.suite).join(requirements);
        super::python(&requirements, &self.target.join(venv))
    }

    /// `tronie sql`.
    pub fn sql(&self) -> Command {
        let mut command = Command::new(&self.tronie);
        command.arg("sql").current_dir(&self.root);
        self.ready.tell(&mut command);
        command
    }

    /// One of the suite's own scripts.
    pub fn script(&self, python: &Path, name: &str) -> Command {
        self.any_script(python, &Path::new(self.suite).join(name))
    }

    /// One of the scripts that the suites share.
    pub fn shared_script(&self, name: &str) -> Command {
        self.any_script(&self.python, Path::new(name))
    }

    fn any_script(&self, python: &Path, name: &Path) -> Command {
        let mut command = Command::new(python);
        command.arg(Path::new(FOLDER).join(name)).current_dir(&self.root);
        command
    }

    /// Writes the inputs; returns how many rows each has.
    pub fn write_inputs(&self, setting: &Setting, more: &[&str]) -> Result<Value> {
        let mut command = self.shared_script("reviews.py");
        command.arg("--source").arg(&setting.reviews);
        command.args(["--rows", &setting.rows.to_string()]).args(more);
        command.arg("--out").arg(&self.folder);
        self.time(&mut command)?.json()
    }

    /// Runs a program and takes its time.
    pub fn time(&self, command: &mut Command) -> Result<Timing> {
        let start = Instant::now();
        let output = shell::capture(command)?;
        let seconds = start.elapsed().as_secs_f64();
        println!("  {:>8.3} s  {}", seconds, shell::show(command));
        Ok(Timing { seconds, output })
    }

    /// The rows of the machine's description.
    pub fn machine(&self, setting: &Setting) -> Result<String> {
        let requirements = Path::new(FOLDER).join(self.suite).join("requirements.txt");
        let mut text = shell::capture(self.shared_script("machine.py").arg("--requirements").arg(requirements))?;
        let git = |arguments: &[&str]| shell::capture(Command::new("git").args(arguments).current_dir(&self.root));
        let commit = git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|_| "unknown".to_owned());
        let is_changed = git(&["status", "--porcelain"]).is_ok_and(|status| !status.is_empty());
        let changed = if is_changed {
            ", with changes that are not committed"
        } else {
            ""
        };
        let version = shell::capture(Command::new(&self.tronie).arg("--version"))?;
        let rust = shell::capture(Command::new("rustc").arg("--version"))?;
        let runtime = self.ready.onnxruntime.file_name().unwrap_or_default().to_string_lossy();
        for (name, value) in [
            ("tronie", format!("{}, profile `{}`", version.trim(), self.profile)),
            ("its ONNX Runtime", runtime.into_owned()),
            ("rust", rust.trim().to_owned()),
            ("commit", format!("{}{changed}", commit.trim())),
            ("model", setting.model().display().to_string()),
        ] {
            text.push_str(&format!("| {name} | {value} |\n"));
        }
        Ok(text)
    }

    /// Shows the report and writes it to its file.
    pub fn publish(&self, report: &Report) -> Result<()> {
        // A report is committed: it tells no path of this machine.
        let text = report
            .markdown()
            .replace(&self.target.display().to_string(), "target")
            .replace(&format!("{}/", self.root.display()), "");
        println!("\n{text}");
        let date = report.date().context("the machine gave no date")?;
        let name = self.results.join(format!("{}-{date}.md", self.suite));
        let path = self.root.join(&name);
        fs::create_dir_all(path.with_file_name(""))
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("cannot write `{}`", name.display()))?;
        println!("written to {}", name.display());
        Ok(())
    }
}

/// What was typed to measure. Paths outside the repository are shown by their last part alone: a report tells no path of
/// this machine.
pub fn typed() -> String {
    std::env::args().skip(1).fold("cargo xtask".to_owned(), |all, word| {
        let path = Path::new(&word);
        let shown = path.file_name().filter(|_| path.is_absolute());
        format!(
            "{all} {}",
            shown.map_or(word.clone().into(), |name| name.to_string_lossy())
        )
    })
}

/// How many rows got the same answer in two files, of how many.
pub fn agreement(one: &Path, other: &Path) -> Result<(usize, usize)> {
    let (ours, theirs) = (answers(one)?, answers(other)?);
    if ours.len() != theirs.len() {
        bail!(
            "`{}` has {} answers and `{}` {}; expected as many",
            one.display(),
            ours.len(),
            other.display(),
            theirs.len()
        );
    }
    let same = ours.iter().filter(|(id, answer)| theirs.get(*id) == Some(answer));
    Ok((same.count(), ours.len()))
}

/// The answer to each id in a file of two columns; answers are labels, without commas and line breaks.
fn answers(path: &Path) -> Result<HashMap<String, String>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let rows = text.lines().skip(1).map(|line| line.split_once(','));
    rows.map(|row| row.map(|(id, answer)| (id.to_owned(), answer.to_owned())))
        .collect::<Option<_>>()
        .with_context(|| format!("`{}` does not have two columns, an id and an answer", path.display()))
}
