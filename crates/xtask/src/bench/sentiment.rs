//! The sentiment of reviews: `tronie sql` against ONNX Runtime in plain Python and against a transformers pipeline.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::report::{Contender, Goal, Report};
use crate::setup::{self, Ready};
use crate::{shell, workspace};

/// The rows of the column that repeats the reviews.
const REPEATED_ROWS: usize = 200_000;

/// How `bench sentiment` is asked for.
#[derive(clap::Args)]
pub struct Options {
    /// Distinct reviews to classify
    #[arg(long, default_value_t = 2000)]
    rows: usize,
    /// Rounds in which the contenders take turns
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// A CSV file with a column `review`
    #[arg(long, default_value = "../shared/data/sentiment/online_shopping_10_cats.csv")]
    reviews: PathBuf,
    /// A model folder, in place of the shipped one
    #[arg(long)]
    model: Option<PathBuf>,
    /// The Cargo profile to build `tronie` with
    #[arg(long, default_value = "release")]
    profile: String,
    /// A Hugging Face folder with the same weights, for the transformers pipeline
    #[arg(long)]
    hf_folder: Option<PathBuf>,
    /// The Python that has torch and transformers, in place of the benchmark's own
    #[arg(long)]
    torch_python: Option<PathBuf>,
}

/// The files and programs of one benchmark.
struct Bench<'a> {
    options: &'a Options,
    ready: Ready,
    root: PathBuf,
    /// Where the inputs and the answers go.
    folder: PathBuf,
    tronie: PathBuf,
    python: PathBuf,
    model: PathBuf,
}

/// Measures, and writes the report.
pub fn run(options: &Options) -> Result<()> {
    let root = workspace::root()?;
    let model = options.model.clone().unwrap_or_else(|| "models/default".into());
    if !root.join(&model).join("manifest.toml").is_file() {
        bail!(
            "`{}` has no manifest.toml; name a model folder with --model",
            model.display()
        );
    }
    let ready = setup::run(false)?;
    shell::build_tronie(&options.profile)?;
    let tronie = workspace::tronie(&options.profile)?;
    let target = tronie
        .ancestors()
        .nth(2)
        .context("the target folder is not known")?
        .to_path_buf();
    let scripts = root.join("benchmarks/sentiment");
    let python = super::python(&scripts.join("requirements.txt"), &target.join("bench-venv"))?;
    let bench = Bench {
        options,
        ready,
        root,
        folder: target.join("bench"),
        tronie,
        python,
        model,
    };
    bench.write_inputs()?;
    bench.measure()
}

impl Bench<'_> {
    fn write_inputs(&self) -> Result<()> {
        let rows = self.options.rows.to_string();
        let mut command = self.script(&self.python, "reviews.py");
        command
            .arg("--source")
            .arg(&self.options.reviews)
            .args(["--rows", &rows]);
        command
            .args(["--repeated-rows", &REPEATED_ROWS.to_string()])
            .arg("--out")
            .arg(&self.folder);
        shell::run(&mut command)
    }

    fn measure(&self) -> Result<()> {
        let rows = self.options.rows;
        let mut tronie = Contender::new("tronie", rows);
        let mut onnx = Contender::new("onnx loop", rows);
        let mut onnx_loop = Contender::new("onnx loop, the loop alone", rows);
        let mut pipeline = Contender::new("transformers", rows);
        let mut pipeline_loop = Contender::new("transformers, the loop alone", rows);
        let mut repeated = Contender::new("tronie, repeated", REPEATED_ROWS);

        let without = self.without_transformers();
        if let Some(reason) = &without {
            println!("SKIPPED: the transformers pipeline: {reason}");
        }
        for round in 1..=self.options.rounds {
            println!("round {round} of {}", self.options.rounds);
            tronie.add(self.time(self.sql("reviews.csv", "tronie.csv"))?.0);
            let (seconds, inner) = self.time(self.onnx_loop())?;
            onnx.add(seconds);
            onnx_loop.add(inner.context("`onnx_loop.py` printed no `loop_seconds`")?);
            if without.is_none() {
                let (seconds, inner) = self.time(self.pipeline())?;
                pipeline.add(seconds);
                pipeline_loop.add(inner.context("`transformers_pipeline.py` printed no `loop_seconds`")?);
            }
            repeated.add(self.time(self.sql("repeated.csv", "repeated-labels.csv"))?.0);
        }

        let mut goals = vec![
            Goal::at_least(
                "speed against the onnx loop, process against process",
                onnx.median() / tronie.median(),
                0.95,
            ),
            Goal::only("speed against the loop alone", onnx_loop.median() / tronie.median()),
            Goal::at_most(
                &format!("time of {REPEATED_ROWS} rows against {rows}"),
                repeated.median() / tronie.median(),
                1.3,
            ),
        ];
        let mut agreement = vec![("onnx loop", self.agreement("tronie.csv", "onnx.csv")?)];
        let mut contenders = vec![tronie, onnx, onnx_loop, repeated];
        if without.is_none() {
            let ratio = pipeline.median() / contenders[0].median();
            goals.push(Goal::at_least("speed against the transformers pipeline", ratio, 8.0));
            agreement.push(("transformers", self.agreement("tronie.csv", "transformers.csv")?));
            contenders.extend([pipeline, pipeline_loop]);
        }

        let report = Report {
            title: "Sentiment of reviews",
            // Paths outside the repository are shown by their last part alone: a report tells no path of this machine.
            command: std::env::args().skip(1).fold("cargo xtask".to_owned(), |all, word| {
                let path = Path::new(&word);
                let shown = path.file_name().filter(|_| path.is_absolute());
                format!(
                    "{all} {}",
                    shown.map_or(word.clone().into(), |name| name.to_string_lossy())
                )
            }),
            machine: self.machine()?,
            contenders,
            goals,
            agreement,
            notes: without
                .map(|reason| format!("The transformers pipeline was left out: {reason}."))
                .into_iter()
                .collect(),
            commands: vec![
                shell::show(&self.sql("reviews.csv", "tronie.csv")),
                shell::show(&self.onnx_loop()),
                shell::show(&self.sql("repeated.csv", "repeated-labels.csv")),
            ],
        };
        // A report is committed: it tells no path of this machine.
        let target = self.folder.parent().unwrap_or(&self.folder).display().to_string();
        let text = report
            .markdown()
            .replace(&target, "target")
            .replace(&format!("{}/", self.root.display()), "");
        println!("\n{text}");
        let name = format!(
            "benchmarks/results/sentiment-{}.md",
            report.date().context("the machine gave no date")?
        );
        let path = self.root.join(&name);
        fs::create_dir_all(path.with_file_name(""))
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("cannot write `{name}`"))?;
        println!("written to {name}");
        Ok(())
    }

    /// Runs a contender; returns the seconds of the whole process, and those that it measured itself.
    fn time(&self, mut command: Command) -> Result<(f64, Option<f64>)> {
        let start = Instant::now();
        let output = shell::capture(&mut command)?;
        let seconds = start.elapsed().as_secs_f64();
        let report: Option<Value> = output.lines().last().and_then(|line| serde_json::from_str(line).ok());
        let inner = report.and_then(|report| report["loop_seconds"].as_f64());
        println!("  {:>8.3} s  {}", seconds, shell::show(&command));
        Ok((seconds, inner))
    }

    fn sql(&self, input: &str, output: &str) -> Command {
        let model = self
            .options
            .model
            .as_ref()
            .map(|path| format!(", model => '{}'", path.display()));
        let query = format!(
            "SELECT id, ai_sentiment(review{})['label'] AS label FROM '{}'",
            model.unwrap_or_default(),
            self.folder.join(input).display()
        );
        let mut command = Command::new(&self.tronie);
        command
            .args(["sql", "--format", "csv", "--output"])
            .arg(self.folder.join(output))
            .args(["-c", &query]);
        self.ready.tell(&mut command).current_dir(&self.root);
        command
    }

    fn onnx_loop(&self) -> Command {
        let threads = available_parallelism().map_or(1, usize::from).to_string();
        let mut command = self.script(&self.python, "onnx_loop.py");
        self.contend(&mut command, "onnx.csv").args(["--threads", &threads]);
        command
    }

    fn pipeline(&self) -> Command {
        let mut command = self.script(self.torch_python(), "transformers_pipeline.py");
        self.contend(&mut command, "transformers.csv");
        if let Some(folder) = &self.options.hf_folder {
            command.arg("--hf-folder").arg(folder);
        }
        command
    }

    fn contend<'a>(&self, command: &'a mut Command, output: &str) -> &'a mut Command {
        command
            .arg("--model")
            .arg(&self.model)
            .arg("--reviews")
            .arg(self.folder.join("reviews.csv"));
        command.arg("--output").arg(self.folder.join(output))
    }

    fn script(&self, python: &Path, name: &str) -> Command {
        let mut command = Command::new(python);
        command
            .arg(Path::new("benchmarks/sentiment").join(name))
            .current_dir(&self.root);
        command
    }

    fn torch_python(&self) -> &Path {
        self.options.torch_python.as_deref().unwrap_or(&self.python)
    }

    /// Why the transformers pipeline cannot take part, when it cannot.
    fn without_transformers(&self) -> Option<String> {
        if self.options.hf_folder.is_none() {
            return Some("no Hugging Face folder was given; name one with --hf-folder".to_owned());
        }
        let has_torch = shell::works(Command::new(self.torch_python()).args(["-c", "import torch, transformers"]));
        (!has_torch).then(|| {
            let python = self.torch_python().display();
            format!("`{python}` has no torch and transformers; name a Python that has them with --torch-python")
        })
    }

    /// How many rows got the same label in two answers, of how many.
    fn agreement(&self, one: &str, other: &str) -> Result<(usize, usize)> {
        let (one, other) = (labels(&self.folder.join(one))?, labels(&self.folder.join(other))?);
        if one.len() != other.len() {
            bail!(
                "the contenders answered {} and {} rows; expected {} of each",
                one.len(),
                other.len(),
                self.options.rows
            );
        }
        Ok((
            one.iter().filter(|(id, label)| other.get(*id) == Some(label)).count(),
            one.len(),
        ))
    }

    fn machine(&self) -> Result<String> {
        let mut text = shell::capture(&mut self.script(&self.python, "machine.py"))?;
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
            (
                "tronie",
                format!("{}, profile `{}`", version.trim(), self.options.profile),
            ),
            ("its ONNX Runtime", runtime.into_owned()),
            ("rust", rust.trim().to_owned()),
            ("commit", format!("{}{changed}", commit.trim())),
            ("model", self.model.display().to_string()),
        ] {
            text.push_str(&format!("| {name} | {value} |\n"));
        }
        Ok(text)
    }
}

/// The label of each id in a file of `id,label`.
fn labels(path: &Path) -> Result<HashMap<String, String>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let rows = text.lines().skip(1).map(|line| line.split_once(','));
    rows.map(|row| row.map(|(id, label)| (id.to_owned(), label.to_owned())))
        .collect::<Option<_>>()
        .with_context(|| format!("`{}` is not a file of `id,label`", path.display()))
}
