//! `tronie explain`: a text with each word coloured by what it did to the model's answer.

use std::fmt::Write;
use std::io::{self, IsTerminal, Read};

use anstyle::{AnsiColor, Style};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Float64Type;
use futures::TryStreamExt;
use tronie_engine::{Ask, LocalBackend, QueryBackend, split};

use crate::args::{ExplainArgs, Task};
use crate::failure::Failure;
use crate::{output, session};

/// A text, the model's answer, and what each word did to it.
struct Explained {
    text: String,
    label: String,
    /// The number that is explained: the score of a sentiment, the probability of an intent.
    answer: f64,
    words: Vec<(String, f64)>,
}

pub(crate) fn run(args: ExplainArgs) -> Result<(), Failure> {
    let text = match args.text {
        Some(text) => text,
        None if io::stdin().is_terminal() => {
            return Err(Failure::Usage(
                "there is no text; give one: tronie explain \"很好用\"".to_owned(),
            ));
        }
        None => {
            let mut text = String::new();
            let read = io::stdin().read_to_string(&mut text);
            read.map_err(|e| Failure::Usage(format!("standard input cannot be read: {e}")))?;
            text
        }
    };
    if text.trim().is_empty() {
        return Err(Failure::Usage(
            "the text is empty; give one with words: tronie explain \"很好用\"".to_owned(),
        ));
    }
    let session::Started { runtime, backend, .. } = session::start(args.engine)?;
    let explained = runtime.block_on(explain(&backend, text, args.task, args.model.as_deref()));
    runtime.shutdown_background();
    let explained = explained?;
    if let Some(path) = &args.html {
        output::write_file(path, html(&explained).as_bytes())?;
    }
    output::print_styled(&terminal(&explained))
}

/// Asks the engine, in SQL as a user would.
async fn explain(backend: &LocalBackend, text: String, task: Task, model: Option<&str>) -> Result<Explained, Failure> {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let model = model.map_or("null".to_owned(), quoted);
    let (answer, number, task) = match task {
        Task::Sentiment => ("ai_sentiment", "score", "sentiment"),
        Task::Intent => ("ai_intent", "confidence", "intent"),
    };
    let sql = format!(
        "select a['label'], a['{number}'], words from (select {answer}(t, {model}) as a, \
         ai_explain(t, '{task}', {model}) as words from (values ({})) as texts(t))",
        quoted(&text)
    );
    let mut found: Option<RecordBatch> = None;
    for statement in split(&sql)? {
        let query = backend.execute(statement, Ask::default()).await?;
        let batches: Vec<RecordBatch> = query.try_collect().await?;
        found = batches.into_iter().find(|batch| batch.num_rows() > 0);
    }
    let nothing = || Failure::Query("the text has no words that the model can read; give one with words".to_owned());
    let row = found.ok_or_else(nothing)?;
    if row.columns().iter().any(|column| column.is_null(0)) {
        return Err(nothing());
    }
    let words = row.column(2).as_list::<i32>().value(0);
    let words = words.as_struct();
    let (tokens, gains) = (
        words.column(0).as_string::<i32>(),
        words.column(1).as_primitive::<Float64Type>(),
    );
    Ok(Explained {
        text,
        label: row.column(0).as_string::<i32>().value(0).to_owned(),
        answer: row.column(1).as_primitive::<Float64Type>().value(0),
        words: (0..words.len())
            .map(|n| (tokens.value(n).to_owned(), gains.value(n)))
            .collect(),
    })
}

impl Explained {
    /// The text in pieces: words with what they did, and what stands between them.
    fn pieces(&self) -> Vec<(&str, Option<f64>)> {
        let mut pieces = Vec::new();
        let mut rest = self.text.as_str();
        for (word, gain) in &self.words {
            if let Some((before, after)) = rest.split_once(word.as_str()) {
                pieces.push((before, None));
                pieces.push((&rest[before.len()..before.len() + word.len()], Some(*gain)));
                rest = after;
            }
        }
        pieces.push((rest, None));
        pieces
    }

    /// The largest contribution of a word, either way.
    fn largest(&self) -> f64 {
        self.words.iter().map(|(_, gain)| gain.abs()).fold(1e-9, f64::max)
    }

    fn added(&self) -> f64 {
        self.words.iter().map(|(_, gain)| gain).sum()
    }
}

/// Words that did little are not coloured.
const FAINT: f64 = 0.1;

/// What a text says to a terminal or a browser is not for them to obey.
fn harmless(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

/// A contribution with its sign; next to nothing has none that means anything.
fn signed(number: f64) -> String {
    format!("{:+.3}", if number.abs() < 0.0005 { 0.0 } else { number })
}

fn terminal(explained: &Explained) -> String {
    let bold = Style::new().bold();
    let mut shown = format!("{bold}{}{bold:#} {:.3}\n\n", explained.label, explained.answer);
    let largest = explained.largest();
    for (piece, gain) in explained.pieces() {
        let share = gain.unwrap_or_default() / largest;
        let style = match share {
            s if s >= 0.5 => Style::new()
                .fg_color(Some(AnsiColor::Black.into()))
                .bg_color(Some(AnsiColor::Green.into())),
            s if s >= FAINT => Style::new().fg_color(Some(AnsiColor::Green.into())),
            s if s <= -0.5 => Style::new()
                .fg_color(Some(AnsiColor::White.into()))
                .bg_color(Some(AnsiColor::Red.into())),
            s if s <= -FAINT => Style::new().fg_color(Some(AnsiColor::Red.into())),
            _ => Style::new(),
        };
        let _ = write!(shown, "{style}{}{style:#}", harmless(piece));
    }
    shown.push_str("\n\n");
    let mut words: Vec<&(String, f64)> = explained.words.iter().collect();
    words.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    for (word, gain) in words.into_iter().take(10) {
        let word = harmless(word).replace('\n', " ");
        let _ = writeln!(shown, "{}  {word}", signed(*gain));
    }
    let start = explained.answer - explained.added();
    let _ = writeln!(
        shown,
        "\n{} without words, {} by all words: {:.3}",
        signed(start),
        signed(explained.added()),
        explained.answer
    );
    shown
}

fn html(explained: &Explained) -> String {
    // A brace in the text must not look like a place of the template.
    let escaped = |text: &str| {
        let text = harmless(text)
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        text.replace('"', "&quot;").replace('{', "&#123;")
    };
    let largest = explained.largest();
    let mut words = String::new();
    for (piece, gain) in explained.pieces() {
        let piece = escaped(piece);
        match gain {
            Some(gain) if gain.abs() >= FAINT * largest => {
                let colour = if gain > 0.0 { "46, 160, 67" } else { "218, 54, 51" };
                let strength = (gain.abs() / largest * 0.75).min(0.75);
                let _ = write!(
                    words,
                    "<mark style=\"background: rgba({colour}, {strength:.2})\" title=\"{}\">{piece}</mark>",
                    signed(gain)
                );
            }
            _ => words.push_str(&piece),
        }
    }
    let mut rows = String::new();
    for (word, gain) in &explained.words {
        let _ = writeln!(rows, "<tr><td>{}</td><td>{}</td></tr>", escaped(word), signed(*gain));
    }
    let start = explained.answer - explained.added();
    include_str!("explain.html")
        .replace("{{label}}", &escaped(&explained.label))
        .replace("{{answer}}", &format!("{:.3}", explained.answer))
        .replace("{{start}}", &signed(start))
        .replace("{{added}}", &signed(explained.added()))
        .replace("{{rows}}", &rows)
        .replace("{{words}}", &words)
}
