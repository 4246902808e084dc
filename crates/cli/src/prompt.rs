//! The interactive prompt: statements over several lines, history, completion.

use std::time::Instant;

use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper, Highlighter, Hinter};
use tronie_engine::{QueryBackend, split};

use crate::failure::Failure;
use crate::places;
use crate::sql::Session;

const HELP: &str = "\
Statements end with a semicolon and may span lines.
  select * from 'reviews.csv';      read a file, folder, glob or URL
  show tables;  show functions;     what there is
  \\h  this help    \\q  quit        Tab completes, Ctrl-C cancels, Ctrl-D quits";

const KEYWORDS: [&str; 40] = [
    "and",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "copy",
    "create",
    "desc",
    "describe",
    "distinct",
    "drop",
    "else",
    "end",
    "explain",
    "external",
    "from",
    "full",
    "group",
    "having",
    "in",
    "inner",
    "insert",
    "into",
    "join",
    "left",
    "like",
    "limit",
    "not",
    "null",
    "order",
    "over",
    "partition",
    "select",
    "set",
    "show",
    "table",
    "union",
    "when",
    "where",
];

pub(crate) fn run(session: &Session) -> Result<(), Failure> {
    let broken = |e: ReadlineError| Failure::Query(format!("the prompt cannot be started: {e}"));
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .auto_add_history(true)
        .build();
    let mut editor: Editor<SqlHelper, FileHistory> = Editor::with_config(config).map_err(broken)?;
    editor.set_helper(Some(SqlHelper::new(session)));
    let history = places::history_file();
    if let Some(history) = &history {
        // There is none at the first start.
        let _ = editor.load_history(history);
    }
    println!("tronie {}; \\h for help", env!("CARGO_PKG_VERSION"));
    loop {
        match editor.readline("tronie> ") {
            Ok(line) => match line.trim() {
                "" => {}
                "\\q" | "quit" | "exit" | "quit;" | "exit;" => break,
                "\\h" | "\\?" | "help" | "help;" => println!("{HELP}"),
                sql => {
                    run_line(session, sql);
                    if let Some(helper) = editor.helper_mut() {
                        *helper = SqlHelper::new(session);
                    }
                }
            },
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(broken(error)),
        }
    }
    if let Some(history) = &history {
        // A prompt without history is still a prompt.
        let _ = editor.save_history(history);
    }
    Ok(())
}

/// Runs what was typed; an error is shown and the prompt goes on.
fn run_line(session: &Session, sql: &str) {
    let started = Instant::now();
    let run = || {
        for statement in split(sql)? {
            let rows = session.run_statement(statement)?;
            let seconds = started.elapsed().as_secs_f64();
            match rows {
                Some(1) => println!("1 row in {seconds:.2} s"),
                Some(rows) => println!("{rows} rows in {seconds:.2} s"),
                None => println!("done in {seconds:.2} s"),
            }
        }
        Ok(())
    };
    match run() {
        Ok(()) => {}
        Err(Failure::Interrupted { .. }) => eprintln!("cancelled"),
        Err(failure) => eprintln!("error: {}", failure.message().unwrap_or_default()),
    }
}

/// Completion and the end of statements.
#[derive(Helper, Hinter, Highlighter)]
struct SqlHelper {
    words: Vec<String>,
    files: FilenameCompleter,
}

impl SqlHelper {
    fn new(session: &Session) -> Self {
        let mut words: Vec<String> = KEYWORDS.map(str::to_owned).into();
        words.extend(session.backend().table_names());
        words.extend(session.backend().function_names());
        words.sort();
        words.dedup();
        Self {
            words,
            files: FilenameCompleter::new(),
        }
    }
}

impl Validator for SqlHelper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input().trim();
        let command = text.is_empty() || text.starts_with('\\') || matches!(text, "quit" | "exit" | "help");
        if command || text.ends_with(';') {
            Ok(ValidationResult::Valid(None))
        } else {
            Ok(ValidationResult::Incomplete)
        }
    }
}

impl Completer for SqlHelper {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, context: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = &line[..position];
        // Inside quotes stands a path.
        if before.matches('\'').count() % 2 == 1 {
            let start = before.rfind('\'').map_or(0, |quote| quote + 1);
            let (offset, pairs) = self.files.complete(&before[start..], position - start, context)?;
            return Ok((start + offset, pairs));
        }
        let start = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let begun = before[start..].to_lowercase();
        let fits = self
            .words
            .iter()
            .filter(|word| !begun.is_empty() && word.starts_with(&begun));
        let pair = |word: &String| Pair {
            display: word.clone(),
            replacement: word.clone(),
        };
        Ok((start, fits.map(pair).collect()))
    }
}
