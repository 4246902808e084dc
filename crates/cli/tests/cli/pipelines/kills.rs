//! Runs that are killed at any moment: tables are the old or the new, and the next run goes on as if nothing had been.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tronie_testing::weed::{BUCKET, Weed};

use super::{quietly, run, said, shop};
use crate::harness::{Ran, Workplace};

/// How often a run is killed, on a disk and in an object store each.
const KILLS: u32 = 25;

/// A workplace, where it publishes, and what it needs for that.
struct Killed<'a> {
    workplace: &'a Workplace,
    warehouse: String,
    environment: Vec<(String, String)>,
}

impl Killed<'_> {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.workplace.command(args);
        command.args(["--warehouse", &self.warehouse]);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn run(&self, as_of: &str) -> Command {
        self.command(&["run", "sql/shop", "--log", "text", "--param", &format!("as_of={as_of}")])
    }

    /// The days that the rows of a table are of, each with how many there are.
    fn days(&self, table: &str) -> String {
        let sql = format!("select as_of, count(*) as n from {table} group by as_of");
        quietly(self.command(&["sql", "--format", "csv", "-c", &sql])).ok()
    }

    fn ended_well(&self, as_of: &str) -> Ran {
        let ran = quietly(self.run(as_of));
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran
    }
}

/// Days a run apart, so that each run has its own.
fn day(number: u32) -> String {
    format!("2027-{:02}-{:02}", 1 + number / 28, 1 + number % 28)
}

/// Kills `KILLS` runs, each somewhere between its start and its end.
fn kill_and_look(killed: &Killed<'_>) {
    // The first run makes the tables and takes longer than those that are killed.
    killed.ended_well(&day(0));
    let started = Instant::now();
    killed.ended_well(&day(1));
    let whole = started.elapsed();
    let rows = [killed.days("spending"), killed.days("months")].map(|days| days.replace(&day(1), "DAY"));
    // The last run that is known to have published, and the one before that.
    let (mut before, mut last) = (1, 1);
    let mut finished = 0;
    for number in 2..KILLS + 2 {
        let mut child = killed
            .run(&day(number))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        // Later kills more often: the end is where it matters. The golden ratio spreads them.
        let share = (f64::from(number) * 0.618_033_988_749_895).fract().sqrt();
        sleep(whole.mul_f64(1.05 * share));
        child.kill().expect("it is killed");
        finished += u32::from(child.wait().expect("it ends").success());
        for (table, rows) in ["spending", "months"].into_iter().zip(&rows) {
            let days = killed.days(table);
            let is = |number: u32| days == rows.replace("DAY", &day(number));
            // A run before may have been killed after it had noted what it was about to publish: then this one has done it.
            assert!(
                (before..=number).any(is),
                "{table} is of {before} to {number}, got {days}"
            );
        }
        before = last;
        if number % 5 == 0 {
            killed.ended_well(&day(number));
            let own = ["spending", "months"].map(|table| killed.days(table));
            assert_eq!(own, rows.clone().map(|rows| rows.replace("DAY", &day(number))));
            last = number;
        } else {
            // Where one table is new, the next run publishes the other before it does anything else.
            let days = ["spending", "months"].map(|table| killed.days(table));
            if days.iter().any(|days| days.contains(&day(number))) {
                last = number;
            }
        }
    }
    assert!(
        finished < KILLS / 2,
        "{finished} of {KILLS} had ended before they were killed"
    );
}

#[test]
fn killed_runs_leave_old_or_new_tables_on_a_disk() {
    let workplace = shop();
    let warehouse = workplace.path("lake").display().to_string();
    kill_and_look(&Killed {
        workplace: &workplace,
        warehouse,
        environment: Vec::new(),
    });
}

#[test]
fn killed_runs_leave_old_or_new_tables_in_an_object_store() {
    let Some(weed) = Weed::start() else { return };
    let workplace = shop();
    let environment = weed.environment().into_iter();
    kill_and_look(&Killed {
        workplace: &workplace,
        warehouse: format!("s3://{BUCKET}/lake"),
        environment: environment
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
    });
}

/// Kills runs until one has left a note of what it was about to publish; where that is.
pub fn note_of_a_killed_run(workplace: &Workplace) -> Option<String> {
    let note = workplace.path("lake/_tronie/pipelines/shop/publishing.json");
    for _ in 0..40 {
        let mut child = workplace
            .command(&["run", "sql/shop", "--warehouse", "lake", "--full-refresh"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        while child.try_wait().expect("it is asked").is_none() && !note.exists() {
            std::hint::spin_loop();
        }
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
        sleep(Duration::from_millis(10));
        if note.exists() {
            return Some(note.display().to_string());
        }
        said(run(workplace, &[]));
    }
    None
}
