//! The text functions: models that share a pass, the cache, the cascade and the first answer; and without a model words,
//! keywords, redaction and languages against what Python has for them.

mod labelled;
mod models;
mod plain;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use super::report::{Report, Section};
use super::stage::{Setting, Stage, typed};
use crate::shell;

/// The share of new texts where a run is repeated.
const NEW_SHARE: f64 = 0.05;

/// How `bench text` is asked for.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    setting: Setting,
    /// Reviews that the functions without a model read, all in the file unless told otherwise
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    all_rows: Option<u32>,
    /// Measure these parts alone
    #[arg(long, value_delimiter = ',', value_name = "PART")]
    only: Vec<Part>,
}

/// What is measured, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Several answers of a model from one pass
    SharedPass,
    /// A run again, after few texts have changed
    Cache,
    /// A small model that asks the large one only where it is unsure
    Cascade,
    /// The first answer of a fresh process
    FirstAnswer,
    /// `tokenize` against jieba-rs and jieba
    Tokenize,
    /// `ai_keywords` against jieba.analyse
    Keywords,
    /// `ai_redact` against re and presidio
    Redact,
    /// `ai_language` against langid
    Language,
}

/// The files and programs of one benchmark.
struct Bench<'a> {
    options: &'a Options,
    stage: Stage,
    /// The rows of the reviews, and of all of them.
    rows: usize,
    all_rows: usize,
}

/// Measures, and writes the report.
pub fn run(options: &Options) -> Result<()> {
    let stage = Stage::set("text", "bench-venv-text", &options.setting)?;
    let (share, all) = (NEW_SHARE.to_string(), options.all_rows.unwrap_or(0).to_string());
    let counts = stage.write_inputs(&options.setting, &["--new-share", &share, "--all-rows", &all])?;
    let all_rows = counts["all"].as_u64().context("`reviews.py` counted no rows")?;
    let bench = Bench {
        options,
        stage,
        rows: options.setting.rows(),
        all_rows: usize::try_from(all_rows)?,
    };
    let mut sections = Vec::new();
    let mut failed = Vec::new();
    for part in Part::value_variants() {
        if !options.only.is_empty() && !options.only.contains(part) {
            continue;
        }
        match bench.measure(*part) {
            Ok(measured) => sections.extend(measured),
            Err(error) => {
                // What the other parts measure is not lost with it.
                let name = part.to_possible_value().unwrap_or_default();
                println!("FAILED: `{}`: {error:#}", name.get_name());
                sections.push(Section {
                    title: name.get_help().map(ToString::to_string).unwrap_or_default(),
                    notes: vec![format!("**Failed**: {error:#}.")],
                    ..Section::default()
                });
                failed.push(name.get_name().to_owned());
            }
        }
    }
    bench.stage.publish(&Report {
        title: "Text functions",
        command: typed(),
        machine: bench.stage.machine(&options.setting)?,
        sections,
    })?;
    if !failed.is_empty() {
        bail!("these parts failed: {}; the report has the others", failed.join(", "));
    }
    Ok(())
}

impl Bench<'_> {
    fn measure(&self, part: Part) -> Result<Vec<Section>> {
        Ok(match part {
            Part::SharedPass => vec![self.shared_pass()?],
            Part::Cache => vec![self.cache()?],
            Part::Cascade => vec![self.cascade()?],
            Part::FirstAnswer => vec![self.first_answer()?],
            Part::Tokenize => vec![self.tokenize()?],
            Part::Keywords => vec![self.tf_idf()?, self.text_rank()?],
            Part::Redact => vec![self.redact()?],
            Part::Language => vec![self.language()?],
        })
    }

    fn rounds(&self) -> impl Iterator<Item = u16> {
        let rounds = self.options.setting.rounds;
        (1..=rounds).inspect(move |round| println!("round {round} of {rounds}"))
    }

    fn input(&self, name: &str) -> PathBuf {
        self.stage.folder.join(name)
    }

    /// `tronie sql` with the statements, on all cores, with the model that is measured.
    fn sql_for_people(&self, statements: &str) -> Command {
        let model = self.options.setting.model.as_deref();
        let set = model.map(|model| format!("SET tronie.model = {}; ", quoted(model)));
        let mut command = self.stage.sql();
        command.arg("-c").arg(set.unwrap_or_default() + statements);
        command
    }

    /// The same with results as CSV.
    fn sql(&self, statements: &str) -> Command {
        let mut command = self.sql_for_people(statements);
        command.args(["--format", "csv"]);
        command
    }

    /// The same on one core.
    fn sql_on_one_core(&self, statements: &str) -> Command {
        let mut command = self.sql(statements);
        command.args(["--threads", "1"]);
        command
    }

    /// Why `tronie` cannot run the statements, when it cannot.
    fn refusal(&self, statements: &str) -> Option<String> {
        let error = shell::capture(&mut self.sql(statements)).err()?.to_string();
        let words = error
            .rsplit_once("` failed: ")
            .map_or(error.as_str(), |(_, words)| words);
        Some(words.trim_start_matches("error: ").to_owned())
    }

    /// Why a function cannot be called as it stands in `call`, whose text is the column `review`.
    fn lacks(&self, call: &str) -> Option<String> {
        self.refusal(&format!("SELECT {call} FROM (VALUES ('很好')) AS t(review)"))
    }

    /// A Python contender, which has one core too.
    fn script(&self, python: &Path, name: &str, arguments: &[&str], input: &str) -> Command {
        let mut command = self.stage.script(python, name);
        for threads in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] {
            command.env(threads, "1");
        }
        command.args(arguments).arg("--reviews").arg(self.input(input));
        command
    }
}

/// A section that nothing is in yet.
fn section(title: &str) -> Section {
    println!("\n{title}");
    Section {
        title: title.to_owned(),
        ..Section::default()
    }
}

/// Says aloud, and in the report, that something was not measured.
fn skip(section: &mut Section, what: &str, why: &str) {
    println!("SKIPPED: {what}: {why}");
    section.notes.push(format!("**Left out**: {what}: {why}."));
}

/// A path in SQL quotes.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "''"))
}
