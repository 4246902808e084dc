//! The sentiment of reviews: `tronie sql` against ONNX Runtime in plain Python and against a transformers pipeline.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;

use anyhow::Result;

use super::report::{Contender, Goal, Report, Section, Shares};
use super::stage::{Setting, Stage, agreement, typed};
use crate::shell;

/// The rows of the column that repeats the reviews.
const REPEATED_ROWS: usize = 200_000;

/// How `bench sentiment` is asked for.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    setting: Setting,
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
    stage: Stage,
}

/// Measures, and writes the report.
pub fn run(options: &Options) -> Result<()> {
    let bench = Bench {
        options,
        stage: Stage::set("sentiment", "bench-venv", &options.setting)?,
    };
    let repeated = ["--repeated-rows", &REPEATED_ROWS.to_string()];
    bench.stage.write_inputs(&options.setting, &repeated)?;
    let section = bench.measure()?;
    bench.stage.publish(&Report {
        title: "Sentiment of reviews",
        command: typed(),
        machine: bench.stage.machine(&options.setting)?,
        sections: vec![section],
    })
}

impl Bench<'_> {
    fn measure(&self) -> Result<Section> {
        let (rows, rounds) = (self.options.setting.rows(), self.options.setting.rounds);
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
        let stage = &self.stage;
        for round in 1..=rounds {
            println!("round {round} of {rounds}");
            tronie.add(stage.time(&mut self.sql("reviews.csv", "tronie.csv"))?.seconds);
            let timing = stage.time(&mut self.onnx_loop())?;
            onnx.add(timing.seconds);
            onnx_loop.add(timing.loop_seconds()?);
            if without.is_none() {
                let timing = stage.time(&mut self.pipeline())?;
                pipeline.add(timing.seconds);
                pipeline_loop.add(timing.loop_seconds()?);
            }
            repeated.add(
                stage
                    .time(&mut self.sql("repeated.csv", "repeated-labels.csv"))?
                    .seconds,
            );
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
        let mut same = vec![("onnx loop".to_owned(), self.same_as_tronie("onnx.csv")?)];
        let mut contenders = vec![tronie, onnx, onnx_loop, repeated];
        if without.is_none() {
            let ratio = pipeline.median() / contenders[0].median();
            goals.push(Goal::at_least("speed against the transformers pipeline", ratio, 8.0));
            same.push(("transformers".to_owned(), self.same_as_tronie("transformers.csv")?));
            contenders.extend([pipeline, pipeline_loop]);
        }
        Ok(Section {
            contenders,
            goals,
            shares: vec![Shares {
                what: "rows with the same label as from `tronie`".to_owned(),
                rows: same,
            }],
            notes: without
                .map(|reason| format!("The transformers pipeline was left out: {reason}."))
                .into_iter()
                .collect(),
            commands: vec![
                shell::show(&self.sql("reviews.csv", "tronie.csv")),
                shell::show(&self.onnx_loop()),
                shell::show(&self.sql("repeated.csv", "repeated-labels.csv")),
            ],
            ..Section::default()
        })
    }

    fn sql(&self, input: &str, output: &str) -> Command {
        let model = self
            .options
            .setting
            .model
            .as_ref()
            .map(|path| format!(", model => '{}'", path.display()));
        let query = format!(
            "SELECT id, ai_sentiment(review{})['label'] AS label FROM '{}'",
            model.unwrap_or_default(),
            self.stage.folder.join(input).display()
        );
        let mut command = self.stage.sql();
        command
            .args(["--format", "csv", "--output"])
            .arg(self.stage.folder.join(output))
            .args(["-c", &query]);
        command
    }

    fn onnx_loop(&self) -> Command {
        let threads = available_parallelism().map_or(1, usize::from).to_string();
        let mut command = self.stage.script(&self.stage.python, "onnx_loop.py");
        self.contend(&mut command, "onnx.csv").args(["--threads", &threads]);
        command
    }

    fn pipeline(&self) -> Command {
        let mut command = self.stage.script(self.torch_python(), "transformers_pipeline.py");
        self.contend(&mut command, "transformers.csv");
        if let Some(folder) = &self.options.hf_folder {
            command.arg("--hf-folder").arg(folder);
        }
        command
    }

    fn contend<'a>(&self, command: &'a mut Command, output: &str) -> &'a mut Command {
        command
            .arg("--model")
            .arg(self.options.setting.model())
            .arg("--reviews")
            .arg(self.stage.folder.join("reviews.csv"));
        command.arg("--output").arg(self.stage.folder.join(output))
    }

    fn torch_python(&self) -> &Path {
        self.options.torch_python.as_deref().unwrap_or(&self.stage.python)
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

    /// How many rows got the same label as from `tronie`, of how many.
    fn same_as_tronie(&self, answers: &str) -> Result<(usize, usize)> {
        agreement(&self.stage.folder.join("tronie.csv"), &self.stage.folder.join(answers))
    }
}
