//! Functions that need no model and whose answers can be wrong: beside their speed, how good they are on labelled texts.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::plain::Race;
use super::{Bench, quoted, skip};
use crate::bench::report::{Goal, Section, Shares};
use crate::bench::stage::agreement;
use crate::shell;

/// Where the labelled texts are.
const DATA: &str = "udfs/text/data";

/// The categories of personal data that `redact_re.py` has patterns for, as `ai_redact` is asked for them.
const PATTERNS: &str =
    "'account', 'bank_card', 'date_of_birth', 'email', 'id_card', 'ip', 'passport', 'phone', 'plate', 'url'";

/// The categories of personal data that presidio knows without a model, and we do too.
const PRESIDIO: &str = "PHONE,EMAIL,BANK_CARD,IP,URL";

impl Bench<'_> {
    /// Speed against `re` and presidio, and recall.
    pub(super) fn redact(&self) -> Result<Section> {
        let mut rivals = vec![self.rival("re", "redact_re.py", &[]).wants(1.0)];
        let presidio = self
            .stage
            .other_python("requirements-presidio.txt", "bench-venv-presidio");
        if let Ok(python) = &presidio {
            let rival = self.slow_rival("presidio", python, "redact_presidio.py", &[]);
            rivals.push(rival.wants_of(1, 30.0));
        }
        let patterns = format!("sum(length(ai_redact({{}}, categories => [{PATTERNS}])))");
        let mut section = self.race(Race {
            title: "`ai_redact`",
            ours: &[
                ("ai_redact, the categories of re", patterns.as_str()),
                ("ai_redact", "sum(length(ai_redact({})))"),
            ],
            rivals,
        })?;
        if let Err(error) = &presidio {
            skip(&mut section, "presidio", &format!("{error:#}"));
        }
        let labelled = Path::new(DATA).join("redact.txt");
        if !self.stage.root.join(&labelled).is_file() {
            let why = format!("`{}` is not there", labelled.display());
            skip(&mut section, "recall", &why);
            return Ok(section);
        }
        self.labelled("redact", &labelled)?;
        let presidio = presidio.ok();
        self.recall(&labelled, presidio.as_deref(), &mut section)?;
        Ok(section)
    }

    /// How much of what is labelled each of them redacts.
    fn recall(&self, labelled: &Path, presidio: Option<&Path>, section: &mut Section) -> Result<()> {
        let mut answers = Vec::new();
        if self.lacks("ai_redact(review)").is_none() {
            answers.push((
                "ai_redact",
                self.answer("ai_redact(review)", "redact.csv", "redact-tronie.csv"),
            ));
        }
        let script = |python: &Path, name: &str, output: &str| {
            let mut command = self.script(python, name, &[], "redact.csv");
            command.arg("--output").arg(self.input(output));
            (command, self.input(output))
        };
        answers.push(("re", script(&self.stage.python, "redact_re.py", "redact-re.csv")));
        if let Some(python) = presidio {
            answers.push(("presidio", script(python, "redact_presidio.py", "redact-presidio.csv")));
        }
        let (mut all, mut some, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        for (name, (mut command, output)) in answers {
            self.stage.time(&mut command)?;
            let known = self.judge(labelled, &output, &["--categories", PRESIDIO])?;
            let every = self.judge(labelled, &output, &[])?;
            all.push((name.to_owned(), part(&every, "found", "labelled")?));
            some.push((name.to_owned(), part(&known, "found", "labelled")?));
            wrong.push((name.to_owned(), part(&every, "wrong", "redacted")?));
        }
        let found = |name: &str| some.iter().find(|row| row.0 == name).map(|row| row.1.0);
        if let (Some(ours), Some(theirs)) = (found("ai_redact"), found("presidio")) {
            let ratio = ours as f64 / theirs as f64;
            section
                .goals
                .push(Goal::at_least("recall against presidio", ratio, 1.0));
        }
        for (what, rows) in [
            (
                format!("labelled spans redacted: {}", PRESIDIO.replace(',', ", ")),
                some,
            ),
            ("labelled spans redacted: all categories".to_owned(), all),
            ("redacted spans that nobody labelled".to_owned(), wrong),
        ] {
            section.shares.push(Shares { what, rows });
        }
        section
            .notes
            .push("Of the labelled texts only those count that the rules were not written with.".to_owned());
        Ok(())
    }

    fn judge(&self, labelled: &Path, answers: &Path, more: &[&str]) -> Result<Value> {
        let mut command = self.stage.script(&self.stage.python, "labelled.py");
        command.arg("recall").arg("--labelled").arg(labelled);
        self.stage
            .time(command.arg("--answers").arg(answers).args(more))?
            .json()
    }

    /// Speed against langid, and how many of the labelled texts are right.
    pub(super) fn language(&self) -> Result<Section> {
        let known = self.labelled("language", &Path::new(DATA).join("language_labelled.tsv"))?;
        let languages = known["languages"]
            .as_array()
            .context("`labelled.py` named no languages")?;
        let languages: Vec<&str> = languages.iter().filter_map(Value::as_str).collect();
        let arguments = ["--languages", &languages.join(",")];
        let mut section = self.race(Race {
            title: "`ai_language`",
            ours: &[("ai_language", "max(ai_language({}))")],
            rivals: vec![
                self.slow_rival("py3langid", &self.stage.python, "language.py", &arguments)
                    .wants(10.0),
            ],
        })?;

        let expected = self.input("language-expected.csv");
        let output = self.input("language-py3langid.csv");
        let mut command = self.script(&self.stage.python, "language.py", &arguments, "language.csv");
        self.stage.time(command.arg("--output").arg(&output))?;
        let mut right = vec![("py3langid".to_owned(), agreement(&expected, &output)?)];
        if self.lacks("ai_language(review)").is_none() {
            let (mut command, output) = self.answer("ai_language(review)", "language.csv", "language-tronie.csv");
            self.stage.time(&mut command)?;
            let ours = agreement(&expected, &output)?;
            let ratio = ours.0 as f64 / right[0].1.0 as f64;
            section
                .goals
                .push(Goal::at_least("accuracy against py3langid", ratio, 1.0));
            right.insert(0, ("ai_language".to_owned(), ours));
        }
        section.shares.push(Shares {
            what: "labelled texts whose language is right".to_owned(),
            rows: right,
        });
        section.notes.push(format!(
            "py3langid was told that there are only: {}.",
            languages.join(", ")
        ));
        Ok(section)
    }

    /// Writes labelled texts as inputs; returns what there is to know of them.
    fn labelled(&self, what: &str, file: &Path) -> Result<Value> {
        let mut command = self.stage.script(&self.stage.python, "labelled.py");
        command.arg(what).arg("--labelled").arg(file);
        let text = shell::capture(command.arg("--out").arg(&self.stage.folder))?;
        serde_json::from_str(&text).context("`labelled.py` printed no JSON")
    }

    /// The command that writes our answers to an input, and the file.
    fn answer(&self, call: &str, input: &str, output: &str) -> (Command, PathBuf) {
        let input = quoted(&self.input(input));
        let output = self.input(output);
        let mut command = self.sql_on_one_core(&format!("SELECT id, {call} AS answer FROM {input}"));
        command.arg("--output").arg(&output);
        (command, output)
    }
}

/// Two counts: a part, and the whole.
fn part(counts: &Value, part: &str, whole: &str) -> Result<(usize, usize)> {
    let count = |name: &str| -> Result<usize> {
        let count = counts[name].as_u64();
        Ok(usize::try_from(
            count.with_context(|| format!("`labelled.py` did not count `{name}`"))?,
        )?)
    };
    Ok((count(part)?, count(whole)?))
}
