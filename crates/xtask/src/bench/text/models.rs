//! Functions that ask a model: whole processes, all cores.

use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Bench, quoted, section, skip};
use crate::bench::report::{Contender, Goal, Section, Shares};
use crate::bench::stage::agreement;
use crate::shell;

/// Functions, and a number of each answer: asked for its least value, the answer has to be there.
const CALLS: [(&str, &str); 4] = [
    ("ai_sentiment", "ai_sentiment(review)['score']"),
    ("ai_intent", "ai_intent(review)['confidence']"),
    ("ai_embed", "ai_embed(review)[1]"),
    (
        "ai_keywords(method => 'embedding')",
        "cardinality(ai_keywords(review, method => 'embedding'))",
    ),
];

/// What models took, in this process.
const STATS: &str = "SELECT sum(seconds) AS seconds, sum(inferred) AS inferred FROM tronie_model_stats()";

const KEEP: &str = "SET tronie.model_cache = 'on'";

const CASCADE: &str = "SET tronie.cascade = 0.98";

/// How often the first answer is asked for, whatever the number of rounds.
const FIRST_ANSWERS: usize = 5;

impl Bench<'_> {
    /// One function of a model, three, and four.
    pub(super) fn shared_pass(&self) -> Result<Section> {
        let mut section = section("Several answers from one pass of the model");
        let lacking: Vec<Option<String>> = CALLS.iter().map(|(_, call)| self.lacks(call)).collect();
        let mut contenders = Vec::new();
        for (count, most) in [(1, None), (3, Some(1.15)), (4, Some(1.6))] {
            let names: Vec<&str> = CALLS[..count].iter().map(|(name, _)| *name).collect();
            let name = names.join(", ");
            let missing = lacking[..count].iter().zip(&names);
            match missing.filter_map(|(why, name)| Some((name, why.as_ref()?))).next() {
                Some((function, why)) => skip(&mut section, &name, &format!("`{function}` is not there: {why}")),
                None => contenders.push((count, most, Contender::new(&name, self.rows))),
            }
        }
        for _ in self.rounds() {
            for (count, _, contender) in &mut contenders {
                let timing = self.stage.time(&mut self.sql(&self.count(*count, "reviews.csv", "")))?;
                contender.add(timing.seconds);
                self.check(&timing.output, *count, &mut section)?;
            }
        }
        let alone = contenders.first().map(|(_, _, contender)| contender.median());
        for (count, most, contender) in contenders {
            section
                .commands
                .push(shell::show(&self.sql(&self.count(count, "reviews.csv", ""))));
            if let (Some(most), Some(alone)) = (most, alone) {
                let name = format!("time of {count} functions against `ai_sentiment` alone");
                section
                    .goals
                    .push(Goal::at_most(&name, contender.median() / alone, most));
            }
            section.contenders.push(contender);
        }
        Ok(section)
    }

    /// The query for the first `count` functions. It reads every answer and returns one row: how many there are, and the
    /// least.
    fn count(&self, count: usize, input: &str, condition: &str) -> String {
        let calls = CALLS[..count].iter().enumerate();
        let answers: Vec<String> = calls.map(|(index, (_, call))| format!("{call} AS a{index}")).collect();
        let read: Vec<String> = (0..count)
            .map(|index| format!("count(a{index}), min(a{index})"))
            .collect();
        let (answers, read, input) = (answers.join(", "), read.join(", "), quoted(&self.input(input)));
        format!("SELECT {read} FROM (SELECT {answers} FROM {input}{condition})")
    }

    /// Refuses a run in which a function answered nothing, and notes where one did not answer all.
    fn check(&self, output: &str, count: usize, section: &mut Section) -> Result<()> {
        let line = output.lines().last().unwrap_or_default();
        let answered: Option<Vec<usize>> = line.split(',').step_by(2).map(|number| number.parse().ok()).collect();
        let answered = answered.with_context(|| format!("the answers were not counted, but there was `{line}`"))?;
        for ((name, _), answered) in CALLS[..count].iter().zip(answered) {
            if answered == 0 {
                bail!("`{name}` answered none of {} rows", self.rows);
            }
            let note = format!("`{name}` answered {answered} of {} rows.", self.rows);
            if answered < self.rows && !section.notes.contains(&note) {
                section.notes.push(note);
            }
        }
        Ok(())
    }

    /// A run, and another one where few texts are new.
    pub(super) fn cache(&self) -> Result<Section> {
        let mut section = section("A run again, 5 % of its texts new");
        if let Some(why) = self.refusal(KEEP) {
            skip(&mut section, "the model cache", &why);
            return Ok(section);
        }
        let has_stats = self.refusal(STATS).is_none();
        let (mut seconds, mut asked) = (Vec::new(), Vec::new());
        for name in ["first run", "5 % new"] {
            seconds.push((
                Contender::new(name, self.rows),
                Contender::new(&format!("{name}, the model alone"), self.rows),
            ));
        }
        for _ in self.rounds() {
            // Each round has a warehouse of its own, which nothing is kept in yet.
            let warehouse = tempfile::tempdir_in(&self.stage.folder).context("cannot make a folder for the cache")?;
            let run = |input: &str, condition: &str| {
                let mut command = self.kept(input, condition, has_stats);
                command.arg("--warehouse").arg(warehouse.path());
                self.stage.time(&mut command)
            };
            let start = if has_stats {
                0.0
            } else {
                run("reviews.csv", " WHERE id < 0")?.seconds
            };
            asked.clear();
            for (input, (whole, model)) in ["reviews.csv", "changed.csv"].iter().zip(&mut seconds) {
                let timing = run(input, "")?;
                whole.add(timing.seconds);
                if has_stats {
                    let line = timing.output.lines().last().unwrap_or_default();
                    let stats = line.split_once(',').context("`tronie_model_stats()` gave no row")?;
                    model.add(stats.0.parse()?);
                    asked.push((whole.name().to_owned(), (stats.1.parse()?, self.rows)));
                } else {
                    model.add(timing.seconds - start);
                }
            }
        }
        let ratio = seconds[1].1.median() / seconds[0].1.median();
        section.goals.push(Goal::at_most(
            "model time of the second run against the first",
            ratio,
            0.08,
        ));
        for (whole, model) in seconds {
            section.contenders.extend([whole, model]);
        }
        section.shares.push(Shares {
            what: "texts that went through the model, last round".to_owned(),
            rows: asked,
        });
        section.notes.push(if has_stats {
            "The model alone: what `tronie_model_stats()` tells, added up over the threads.".to_owned()
        } else {
            "The model alone: the whole process without the time of one that asks about no row.".to_owned()
        });
        for input in ["reviews.csv", "changed.csv"] {
            let mut command = self.kept(input, "", has_stats);
            section
                .commands
                .push(shell::show(command.args(["--warehouse", "FOLDER"])));
        }
        Ok(section)
    }

    fn kept(&self, input: &str, condition: &str, has_stats: bool) -> Command {
        let query = self.count(1, input, condition);
        let stats = if has_stats { format!("; {STATS}") } else { String::new() };
        self.sql(&format!("{KEEP}; {query}{stats}"))
    }

    /// The large model alone, and with the small one before it.
    pub(super) fn cascade(&self) -> Result<Section> {
        let mut section = section("A small model first");
        if let Some(why) = self.refusal(CASCADE) {
            skip(&mut section, "the cascade", &why);
            return Ok(section);
        }
        let query = format!(
            "SELECT id, ai_sentiment(review)['label'] AS answer FROM {}",
            quoted(&self.input("reviews.csv"))
        );
        let labels = |statements: &str, output: &str| {
            let mut command = self.sql(statements);
            command.arg("--output").arg(self.input(output));
            command
        };
        let runs = [
            ("ai_sentiment", query.clone(), "whole.csv"),
            (
                "ai_sentiment, cascade 0.98",
                format!("{CASCADE}; {query}"),
                "cascade.csv",
            ),
        ];
        let mut contenders: Vec<Contender> = runs.iter().map(|run| Contender::new(run.0, self.rows)).collect();
        for _ in self.rounds() {
            for ((_, statements, output), contender) in runs.iter().zip(&mut contenders) {
                contender.add(self.stage.time(&mut labels(statements, output))?.seconds);
            }
        }
        section.goals.push(Goal::at_least(
            "speed against the same without the cascade",
            contenders[0].median() / contenders[1].median(),
            3.0,
        ));
        let same = agreement(&self.input("whole.csv"), &self.input("cascade.csv"))?;
        section.shares.push(Shares {
            what: "rows with the same label as without the cascade".to_owned(),
            rows: vec![(runs[1].0.to_owned(), same)],
        });
        match self.cascaded() {
            Ok(answered) => section.shares.push(Shares {
                what: "texts that the small model answered".to_owned(),
                rows: vec![(runs[1].0.to_owned(), (answered, self.rows))],
            }),
            Err(error) => skip(&mut section, "what the small model answered", &format!("{error:#}")),
        }
        section.commands = runs
            .iter()
            .map(|(_, statements, output)| shell::show(&labels(statements, output)))
            .collect();
        section.contenders = contenders;
        Ok(section)
    }

    /// How many of the reviews the small model answers.
    fn cascaded(&self) -> Result<usize> {
        let query = self.count(1, "reviews.csv", "");
        let stats = "SELECT sum(cascaded) FROM tronie_model_stats()";
        let timing = self
            .stage
            .time(&mut self.sql(&format!("{CASCADE}; {query}; {stats}")))?;
        let line = timing.output.lines().last().unwrap_or_default();
        line.parse()
            .with_context(|| format!("`tronie_model_stats()` gave `{line}` in place of a number"))
    }

    /// The way from nothing to one answer.
    pub(super) fn first_answer(&self) -> Result<Section> {
        let mut section = section("The first answer of a fresh process");
        let command = || self.sql_for_people("SELECT ai_sentiment('很好')");
        let mut contender = Contender::new("ai_sentiment of one text", 1);
        for _ in 0..FIRST_ANSWERS {
            contender.add(self.stage.time(&mut command())?.seconds);
        }
        section
            .goals
            .push(Goal::at_most("seconds to the first answer", contender.median(), 0.7));
        section.contenders.push(contender);
        section.commands.push(shell::show(&command()));
        Ok(section)
    }
}
