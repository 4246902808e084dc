//! Profiles without models: RFM, sessions, habits and favourites of many customers, against plain SQL and data frames.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::report::{Contender, Goal, Report, Section};
use super::stage::{Setting, Stage, typed};
use crate::shell;

/// What `tronie` is compared with.
const PEERS: [&str; 2] = ["duckdb", "polars"];

/// How `bench profiles` is asked for.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    setting: Setting,
    /// Customers, each with twenty orders and forty events on average
    #[arg(long, default_value_t = 500_000, value_parser = clap::value_parser!(u32).range(1000..))]
    customers: u32,
}

struct Bench<'a> {
    options: &'a Options,
    stage: Stage,
    query: String,
    rows: usize,
}

/// Measures, and writes the report.
pub fn run(options: &Options) -> Result<()> {
    let stage = Stage::set("profiles", "bench-venv-profiles", &options.setting)?;
    let mut command = stage.script(&stage.python, "table.py");
    command.args(["--customers", &options.customers.to_string()]);
    let made = stage.time(command.arg("--out").arg(&stage.folder))?.json()?;
    let rows = |table: &str| {
        made[table]
            .as_u64()
            .with_context(|| format!("`table.py` made no {table}"))
    };
    let (orders, events) = (rows("orders")?, rows("events")?);
    let file = stage.root.join("benchmarks/profiles/tronie.sql");
    let query = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let bench = Bench {
        query: query.replace("FOLDER", &stage.folder.display().to_string()),
        rows: usize::try_from(orders + events)?,
        options,
        stage,
    };
    let mut race = bench.race()?;
    race.notes.push(format!(
        "{} customers, {orders} orders, {events} events. `tronie` is timed as a whole process, the others without start and \
         imports. Customers whose figures differ from DuckDB's: none.",
        options.customers
    ));
    let sections = vec![race, bench.memory()?];
    bench.stage.publish(&Report {
        title: "Profiles without models",
        command: typed(),
        machine: bench.stage.machine(&options.setting)?,
        sections,
    })
}

impl Bench<'_> {
    /// A whole process of `tronie sql`, on all cores.
    fn sql(&self) -> Command {
        let mut command = self.stage.sql();
        command.args(["-c", &self.query]);
        command
    }

    fn peer(&self, by: &str) -> Command {
        let mut command = self.stage.script(&self.stage.python, "peer.py");
        command.args(["--by", by, "--folder"]).arg(&self.stage.folder);
        command
    }

    fn race(&self) -> Result<Section> {
        let title = "RFM, sessions, hours and weekdays, top three categories, written to Parquet";
        println!("\n{title}");
        let mut contenders = vec![Contender::new("tronie", self.rows)];
        contenders.extend(PEERS.iter().map(|by| Contender::new(by, self.rows)));
        let rounds = self.options.setting.rounds;
        for round in 1..=rounds {
            println!("round {round} of {rounds}");
            contenders[0].add(self.stage.time(&mut self.sql())?.seconds);
            for (at, by) in PEERS.iter().enumerate() {
                contenders[at + 1].add(self.stage.time(&mut self.peer(by))?.loop_seconds()?);
            }
        }
        let differ = self.stage.time(&mut self.peer("check"))?.json()?;
        ensure!(
            differ["differ"] == 0,
            "the profiles of {} customers are not DuckDB's",
            differ["differ"]
        );
        let goals = PEERS.iter().zip(&contenders[1..]).map(|(by, peer)| {
            let ratio = contenders[0].median() / peer.median();
            Goal::at_most(&format!("time against {by}"), ratio, 1.0)
        });
        Ok(Section {
            title: title.to_owned(),
            goals: goals.collect(),
            commands: vec![shell::show(&self.sql())],
            contenders,
            ..Section::default()
        })
    }

    /// The most memory, and whether a limit holds.
    fn memory(&self) -> Result<Section> {
        println!("\nmemory");
        let mut section = Section {
            title: "Memory".to_owned(),
            ..Section::default()
        };
        for (limit, name, most) in [
            (None, "GB of a process without a limit", 2.0),
            (Some("1GB"), "GB of a process with `--memory-limit 1GB`", 1.25),
        ] {
            let mut inner = self.sql();
            inner.args(limit.map(|limit| ["--memory-limit", limit]).into_iter().flatten());
            let mut command = self.stage.shared_script("peak.py");
            command.arg(inner.get_program()).args(inner.get_args());
            for (key, value) in inner.get_envs() {
                command.env(key, value.unwrap_or_default());
            }
            let said = self.stage.time(&mut command)?.json()?;
            let bytes = said["bytes"].as_f64().context("`peak.py` said no bytes")?;
            section.goals.push(Goal::at_most(name, bytes / 1e9, most));
        }
        Ok(section)
    }
}
