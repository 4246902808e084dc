//! Machine learning: fits and metrics over millions of rows of Parquet against the sums of SQL engines and scikit-learn.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde_json::Value;

use super::report::{Contender, Goal, Report, Section};
use super::stage::{Setting, Stage, typed};
use crate::shell;

/// The features of the table.
const FEATURES: &str = "[x1, x2, x3, x4, x5, x6, x7, x8]";

/// How `bench ml` is asked for.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    setting: Setting,
    /// Rows of the table that is learned from
    #[arg(long, default_value_t = 5_000_000, value_parser = clap::value_parser!(u32).range(1000..))]
    table_rows: u32,
    /// Measure these parts alone
    #[arg(long, value_delimiter = ',', value_name = "PART")]
    only: Vec<Part>,
}

/// What is measured, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// `linear_regression` against the sums that least squares are made of
    Linear,
    /// The same for each of 10,000 groups
    Groups,
    /// `logistic_regression` against scikit-learn
    Logistic,
    /// `kmeans` against scikit-learn
    Kmeans,
    /// All metrics of a model in one scan
    Metrics,
    /// The most memory that one-pass fits hold
    Memory,
}

/// The files and programs of one benchmark.
struct Bench<'a> {
    options: &'a Options,
    stage: Stage,
    rows: usize,
    few: usize,
}

/// Measures, and writes the report.
pub fn run(options: &Options) -> Result<()> {
    let stage = Stage::set("ml", "bench-venv-ml", &options.setting)?;
    let mut command = stage.script(&stage.python, "table.py");
    command.args(["--rows", &options.table_rows.to_string()]);
    let counts = stage.time(command.arg("--out").arg(&stage.folder))?.json()?;
    let few = counts["few"].as_u64().context("`table.py` counted no rows")?;
    let bench = Bench {
        options,
        stage,
        rows: options.table_rows as usize,
        few: usize::try_from(few)?,
    };
    let parts = Part::value_variants().iter();
    let wanted = parts.filter(|part| options.only.is_empty() || options.only.contains(part));
    let sections = wanted.map(|part| bench.measure(*part)).collect::<Result<_>>()?;
    bench.stage.publish(&Report {
        title: "Machine learning",
        command: typed(),
        machine: bench.stage.machine(&options.setting)?,
        sections,
    })
}

impl Bench<'_> {
    fn measure(&self, part: Part) -> Result<Section> {
        match part {
            Part::Linear => self.linear(),
            Part::Groups => self.groups(),
            Part::Logistic => self.logistic(),
            Part::Kmeans => self.kmeans(),
            Part::Metrics => self.metrics(),
            Part::Memory => self.memory(),
        }
    }

    fn table(&self, name: &str) -> PathBuf {
        self.stage.folder.join(name).with_extension("parquet")
    }

    /// A whole process of `tronie sql`, on all cores.
    fn sql(&self, query: &str) -> Command {
        let mut command = self.stage.sql();
        command.args(["--format", "json", "-c", query]);
        command
    }

    /// A query over the table.
    fn over(&self, select: &str) -> String {
        format!("SELECT {select} FROM '{}'", self.table("table").display())
    }

    fn peer(&self, task: &str, by: &str) -> Command {
        let mut command = self.stage.script(&self.stage.python, "peer.py");
        command
            .args(["--task", task, "--by", by, "--table"])
            .arg(self.table("table"));
        command
    }

    /// Contenders that take turns: ours as whole processes, the others by the time of their task alone. Also what each said
    /// last.
    fn race(&self, ours: &[(&str, String)], others: &[(&str, &str)], section: &mut Section) -> Result<Vec<Value>> {
        let names = ours
            .iter()
            .map(|(name, _)| *name)
            .chain(others.iter().map(|(_, by)| *by));
        let mut contenders: Vec<Contender> = names.map(|name| Contender::new(name, self.rows)).collect();
        let mut said = vec![Value::Null; contenders.len()];
        let rounds = self.options.setting.rounds;
        for round in 1..=rounds {
            println!("round {round} of {rounds}");
            for (at, (_, query)) in ours.iter().enumerate() {
                let timing = self.stage.time(&mut self.sql(query))?;
                contenders[at].add(timing.seconds);
                said[at] = timing.json()?[0].take();
            }
            for (at, (task, by)) in others.iter().enumerate() {
                let timing = self.stage.time(&mut self.peer(task, by))?;
                contenders[ours.len() + at].add(timing.loop_seconds()?);
                said[ours.len() + at] = timing.json()?;
            }
        }
        section
            .commands
            .extend(ours.iter().map(|(_, query)| shell::show(&self.sql(query))));
        section.contenders = contenders;
        Ok(said)
    }

    fn linear(&self) -> Result<Section> {
        let mut section = section("`linear_regression`, 8 features");
        let ours = self.over(&format!("linear_regression(y, {FEATURES}) AS m"));
        let sums = shell::capture(&mut self.peer("linear", "sql"))?;
        let ours = [("tronie", ours), ("sums in DataFusion", sums.trim().to_owned())];
        let others = [("linear", "duckdb"), ("linear", "polars"), ("linear", "sklearn")];
        let said = self.race(&ours, &others, &mut section)?;
        against_fastest(&mut section, 3);
        let difference = farthest(&said[0]["m"]["coefficients"], &said[4]["coefficients"])?;
        section.notes.push(format!(
            "The coefficients are scikit-learn's but for {difference:.1e}; the sums give none yet, and no errors or p-values."
        ));
        Ok(section)
    }

    fn groups(&self) -> Result<Section> {
        let mut section = section("`linear_regression`, 8 features, 10,000 groups");
        let fits = self.over(&format!("g, linear_regression(y, {FEATURES}) AS m"));
        let ours = format!("SELECT count(*) AS n, sum(m['r2']) AS r2 FROM ({fits} GROUP BY g)");
        let sums = shell::capture(&mut self.peer("groups", "sql"))?;
        let ours = [("tronie", ours), ("sums in DataFusion", sums.trim().to_owned())];
        self.race(&ours, &[("groups", "duckdb"), ("groups", "polars")], &mut section)?;
        against_fastest(&mut section, 3);
        Ok(section)
    }

    fn logistic(&self) -> Result<Section> {
        let mut section = section("`logistic_regression`, 8 features");
        let ours = self.over(&format!("logistic_regression(label, {FEATURES}) AS m"));
        let said = self.race(&[("tronie", ours)], &[("logistic", "sklearn")], &mut section)?;
        let [ours, theirs] = [&section.contenders[0], &section.contenders[1]];
        let ratio = theirs.median() / ours.median();
        section
            .goals
            .push(Goal::at_least("speed against scikit-learn", ratio, 2.0));
        let difference = farthest(&said[0]["m"]["coefficients"][0], &said[1]["coefficients"])?;
        section.notes.push(format!(
            "scikit-learn stops at its default tolerance, ours when it has converged; the coefficients differ by {difference:.1e}."
        ));
        Ok(section)
    }

    fn kmeans(&self) -> Result<Section> {
        let mut section = section("`kmeans`, k = 8, one pass");
        let ours = self.over(&format!("kmeans({FEATURES}, k => 8) AS m"));
        let said = self.race(&[("tronie", ours)], &[("kmeans", "sklearn")], &mut section)?;
        let ratio = section.contenders[1].median() / section.contenders[0].median();
        section
            .goals
            .push(Goal::at_least("speed against scikit-learn, one start", ratio, 3.0));
        let mut command = self.peer("kmeans", "inertia");
        command.args(["--centroids", &said[0]["m"]["centroids"].to_string()]);
        let own = self.stage.time(&mut command)?.json()?;
        let best = self.stage.time(&mut self.peer("kmeans_best", "sklearn"))?.json()?;
        let ratio = number(&own, "inertia")? / number(&best, "inertia")?;
        let name = "inertia over all rows against scikit-learn's best of 10";
        section.goals.push(Goal::at_most(name, ratio, 1.02));
        Ok(section)
    }

    fn metrics(&self) -> Result<Section> {
        let mut section = section("All metrics of a classifier in one scan");
        let all = "accuracy(label, guess) AS accuracy, precision_score(label, guess) AS precision, \
                   recall_score(label, guess) AS recall, f1_score(label, guess) AS f1, \
                   log_loss(label, score) AS log_loss, roc_auc(label, score) AS auc";
        let ours = [("tronie, six metrics", self.over(all))];
        let others = [("metrics", "duckdb"), ("metrics", "sklearn")];
        let said = self.race(&ours, &others, &mut section)?;
        let seconds = section.contenders[0].median();
        section.goals.push(Goal::at_most("seconds", seconds, 0.5));
        let difference = number(&said[0], "auc")? - number(&said[2], "auc")?;
        section.notes.push(format!(
            "DuckDB computes the area under the curve alone, by a window function; scikit-learn that and F1. The areas differ by \
             {:.1e}.",
            difference.abs()
        ));
        Ok(section)
    }

    fn memory(&self) -> Result<Section> {
        let mut section = section("The most memory of a process");
        for function in [
            format!("linear_regression(y, {FEATURES})"),
            format!("kmeans({FEATURES}, k => 8)"),
        ] {
            let mut bytes = Vec::new();
            for table in ["fifth", "table"] {
                let query = format!("SELECT {function} AS m FROM '{}'", self.table(table).display());
                let inner = self.sql(&query);
                let mut command = self.stage.shared_script("peak.py");
                command.arg(inner.get_program()).args(inner.get_args());
                for (key, value) in inner.get_envs() {
                    command.env(key, value.unwrap_or_default());
                }
                bytes.push(number(&self.stage.time(&mut command)?.json()?, "bytes")?);
            }
            let name = function.split('(').next().unwrap_or_default();
            let (few, all) = (bytes[0] / 1e6, bytes[1] / 1e6);
            section.notes.push(format!(
                "`{name}`: {few:.0} MB for {} rows, {all:.0} MB for {} rows.",
                self.few, self.rows
            ));
            let name = format!("memory of `{name}` for five times the rows");
            section.goals.push(Goal::at_most(&name, bytes[1] / bytes[0], 1.25));
        }
        Ok(section)
    }
}

/// The time of the first contender against the fastest of the `count` that follow.
fn against_fastest(section: &mut Section, count: usize) {
    let (ours, others) = section.contenders.split_at(1);
    let fastest = others[..count].iter().min_by(|a, b| a.median().total_cmp(&b.median()));
    if let Some(fastest) = fastest {
        let name = format!("time against the fastest way to the sums ({})", fastest.name());
        let ratio = ours[0].median() / fastest.median();
        section.goals.push(Goal::at_most(&name, ratio, 1.0));
    }
}

fn number(said: &Value, name: &str) -> Result<f64> {
    said[name]
        .as_f64()
        .with_context(|| format!("there is no `{name}` in {said}"))
}

/// The largest difference of two lists of numbers.
fn farthest(one: &Value, other: &Value) -> Result<f64> {
    let (one, other) = (one.as_array(), other.as_array());
    let (one, other) = (one.context("no coefficients")?, other.context("no coefficients")?);
    let pairs = one
        .iter()
        .zip(other)
        .filter_map(|(a, b)| Some((a.as_f64()? - b.as_f64()?).abs()));
    Ok(pairs.fold(0.0, f64::max))
}

/// A section that nothing is in yet.
fn section(title: &str) -> Section {
    println!("\n{title}");
    Section {
        title: title.to_owned(),
        ..Section::default()
    }
}
