//! Functions that need no model, on one core each. What is timed is the function alone: from the time of a query is taken
//! that of the same query which calls the function once, so that it starts, loads dictionaries and reads as well.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{Bench, quoted, section, skip};
use crate::bench::report::{Contender, Goal, Section};
use crate::shell;

/// What a function is called with to load what it loads; the Python contenders have the same.
const WARM_UP: &str = "手机屏幕很好，物流也快。The screen is great, call 13800138000.";

/// A function of ours against others.
pub(super) struct Race<'a> {
    pub(super) title: &'a str,
    /// Our contenders: how each is called in reports, and an aggregate over all answers, with `{}` in the place of the text.
    pub(super) ours: &'a [(&'a str, &'a str)],
    pub(super) rivals: Vec<Rival>,
}

/// A Python contender.
pub(super) struct Rival {
    name: &'static str,
    command: Command,
    rows: usize,
    goals: Vec<(usize, f64)>,
}

/// One of ours as it runs.
struct Runner {
    contender: Contender,
    /// The query, and the same with one call.
    called: String,
    once: String,
    /// Why it cannot be run, when it cannot.
    lacking: Option<String>,
}

impl Bench<'_> {
    /// Runs the race. What is not there of ours is left out.
    pub(super) fn race(&self, race: Race<'_>) -> Result<Section> {
        let mut section = section(race.title);
        let mut ours: Vec<Runner> = race
            .ours
            .iter()
            .map(|(name, aggregate)| {
                let aggregate = |text: &str| aggregate.replace("{}", text);
                Runner {
                    contender: Contender::new(name, self.all_rows),
                    called: self.over_all(&aggregate("review")),
                    once: self.over_all(&aggregate(&format!("'{WARM_UP}'"))),
                    lacking: self.lacks(&aggregate("review")),
                }
            })
            .collect();
        for runner in &ours {
            if let Some(why) = &runner.lacking {
                skip(&mut section, runner.contender.name(), why);
            }
        }
        let mut theirs: Vec<(Contender, Rival)> = race
            .rivals
            .into_iter()
            .map(|rival| (Contender::new(rival.name, rival.rows), rival))
            .collect();
        for _ in self.rounds() {
            for runner in ours.iter_mut().filter(|runner| runner.lacking.is_none()) {
                let around = self.stage.time(&mut self.sql_on_one_core(&runner.once))?.seconds;
                let whole = self.stage.time(&mut self.sql_on_one_core(&runner.called))?.seconds;
                runner.contender.add(whole - around);
            }
            for (contender, rival) in &mut theirs {
                contender.add(self.stage.time(&mut rival.command)?.loop_seconds()?);
            }
        }
        for (contender, rival) in &theirs {
            for (index, runner) in ours.iter().enumerate().filter(|(_, runner)| runner.lacking.is_none()) {
                let name = format!("texts/s, {} against {}", runner.contender.name(), rival.name);
                let ratio = runner.contender.speed() / contender.speed();
                let goal = rival.goals.iter().find(|goal| goal.0 == index);
                section.goals.push(match goal {
                    Some((_, least)) => Goal::at_least(&name, ratio, *least),
                    None => Goal::only(&name, ratio),
                });
            }
        }
        for runner in ours.into_iter().filter(|runner| runner.lacking.is_none()) {
            let commands = [&runner.called, &runner.once].map(|query| shell::show(&self.sql_on_one_core(query)));
            section.commands.extend(commands);
            section.contenders.push(runner.contender);
        }
        for (contender, rival) in theirs {
            section.commands.push(shell::show(&rival.command));
            section.contenders.push(contender);
        }
        Ok(section)
    }

    /// A query that reads all reviews, and another aggregate beside it.
    fn over_all(&self, aggregate: &str) -> String {
        let input = quoted(&self.input("all.csv"));
        format!("SELECT count(review), max(length(review)), {aggregate} FROM {input}")
    }

    /// A contender that reads all reviews, with the suite's Python.
    pub(super) fn rival(&self, name: &'static str, script: &str, arguments: &[&str]) -> Rival {
        Rival {
            name,
            command: self.script(&self.stage.python, script, arguments, "all.csv"),
            rows: self.all_rows,
            goals: Vec::new(),
        }
    }

    /// A slow contender, with a Python: it reads the sample, if that is smaller.
    pub(super) fn slow_rival(&self, name: &'static str, python: &Path, script: &str, arguments: &[&str]) -> Rival {
        let (input, rows) = if self.rows < self.all_rows {
            ("reviews.csv", self.rows)
        } else {
            ("all.csv", self.all_rows)
        };
        Rival {
            name,
            command: self.script(python, script, arguments, input),
            rows,
            goals: Vec::new(),
        }
    }

    pub(super) fn tokenize(&self) -> Result<Section> {
        self.race(Race {
            title: "`tokenize`",
            ours: &[("tokenize", "sum(cardinality(tokenize({})))")],
            rivals: vec![
                self.rival("rjieba.cut", "words.py", &["--library", "rjieba"])
                    .wants(0.9),
                self.rival("jieba.lcut", "words.py", &["--library", "jieba"]),
            ],
        })
    }

    pub(super) fn tf_idf(&self) -> Result<Section> {
        let arguments = ["--method", "tfidf"];
        self.race(Race {
            title: "`ai_keywords(method => 'tfidf')`",
            ours: &[(
                "ai_keywords, tfidf",
                "sum(cardinality(ai_keywords({}, method => 'tfidf')))",
            )],
            rivals: vec![
                self.rival("jieba.analyse.extract_tags", "keywords.py", &arguments)
                    .wants(10.0),
            ],
        })
    }

    pub(super) fn text_rank(&self) -> Result<Section> {
        let arguments = ["--method", "textrank"];
        self.race(Race {
            title: "`ai_keywords(method => 'textrank')`",
            ours: &[(
                "ai_keywords, textrank",
                "sum(cardinality(ai_keywords({}, method => 'textrank')))",
            )],
            rivals: vec![
                self.slow_rival("jieba.analyse.textrank", &self.stage.python, "keywords.py", &arguments)
                    .wants(10.0),
            ],
        })
    }
}

impl Rival {
    /// The same, with how many times as fast the first of ours should be.
    pub(super) fn wants(self, goal: f64) -> Self {
        self.wants_of(0, goal)
    }

    /// The same, with how many times as fast another of ours should be.
    pub(super) fn wants_of(mut self, index: usize, goal: f64) -> Self {
        self.goals.push((index, goal));
        self
    }
}
