//! How an error speaks: in lower case, without a final dot, never in Rust's debug form.

use super::rust::Source;
use super::{TextFile, Violation, line_at};

/// What a message is given to.
const CALLS: &[&str] = &[
    "#[error(",
    "anyhow!(",
    "bail!(",
    "ensure!(",
    ".context(",
    ".with_context(",
    "plan_err!(",
    "plan_datafusion_err!(",
    "exec_err!(",
    "exec_datafusion_err!(",
    "config_err!(",
    "config_datafusion_err!(",
    "not_impl_err!(",
    "not_impl_datafusion_err!(",
    "DataFusionError::Plan(",
    "DataFusionError::Execution(",
    "DataFusionError::Configuration(",
    "DataFusionError::NotImplemented(",
    "DataFusionError::ResourcesExhausted(",
];

/// What says that DataFusion has a bug, which our own errors never do.
const BLAME: &[&str] = &[
    "internal_err!(",
    "internal_datafusion_err!(",
    "DataFusionError::Internal(",
];

/// Names that keep their capital at the start of a message. Words with a second capital, such as ONNX or PyPI, need not
/// be here.
const NAMES: &[&str] = &[
    "Arrow", "Ballista", "Hugging", "Parquet", "Python", "Rust", "Tronie", "Unicode",
];

/// Checks the messages of one source file.
pub fn check(file: &TextFile, source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut refuse = |offset: usize, message: &str| {
        violations.push(Violation::new(&file.path, line_at(&file.text, offset), message));
    };
    for offset in places(&source.code, BLAME) {
        // A pattern only reads such an error.
        if !is_pattern(&source.code[offset..]) {
            refuse(
                offset,
                "an internal error claims to be DataFusion's; return an error kind of our own",
            );
        }
    }
    for offset in places(&source.code, CALLS) {
        let Some(literal) = message_start(&source.code, offset).and_then(|start| source.literal(start)) else {
            continue;
        };
        for fault in faults(&literal.text) {
            refuse(literal.start, fault);
        }
    }
    violations
}

/// What is wrong with a message.
fn faults(message: &str) -> Vec<&'static str> {
    let mut faults = Vec::new();
    if !starts_well(message) {
        faults.push("a message starts in lower case (or with a name in backticks)");
    }
    if message.trim_end().ends_with('.') {
        faults.push("a message has no final dot");
    }
    if message.contains(":?}") || message.contains(":#?}") {
        faults.push("a message never shows Rust's debug form; give the value a `Display` or show its parts");
    }
    faults
}

fn starts_well(message: &str) -> bool {
    let word = message.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_acronym = word.chars().filter(|c| c.is_uppercase()).count() > 1 || word.chars().any(|c| c.is_ascii_digit());
    !message.starts_with(char::is_uppercase) || is_acronym || NAMES.contains(&word)
}

/// The offsets at which one of the words starts, where no longer name ends in it.
fn places<'a>(code: &'a str, words: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
    words.iter().flat_map(move |word| {
        let starts_in_name = word.starts_with(|c: char| c.is_alphanumeric());
        code.match_indices(word)
            .map(|(offset, _)| offset)
            .filter(move |offset| {
                let before = code[..*offset].chars().next_back().unwrap_or(' ');
                !(starts_in_name && (before.is_alphanumeric() || before == '_'))
            })
    })
}

/// Where the message's opening quote is, in the call that starts at `offset`: the first argument that is a string, or a
/// `format!` of one. The first argument of `ensure!` is its condition.
fn message_start(code: &str, offset: usize) -> Option<usize> {
    let open = offset + code[offset..].find('(')?;
    let mut skip = usize::from(code[offset..].starts_with("ensure!"));
    for start in arguments(code, open) {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let mut at = start;
        // `|| format!("..")` and `format!("..")` are the message as much as `".."` is.
        for word in ["move", "||", "format!("] {
            at += blanks(&code[at..]);
            at += if code[at..].starts_with(word) { word.len() } else { 0 };
        }
        at += blanks(&code[at..]);
        at += raw_prefix(&code[at..]);
        if code[at..].starts_with('"') {
            return Some(at);
        }
    }
    None
}

fn blanks(code: &str) -> usize {
    code.len() - code.trim_start().len()
}

fn raw_prefix(code: &str) -> usize {
    let hashes = code
        .strip_prefix('r')
        .map(|rest| rest.len() - rest.trim_start_matches('#').len());
    hashes.map_or(0, |hashes| 1 + hashes)
}

/// Where each argument of the call starts whose parenthesis is at `open`.
fn arguments(code: &str, open: usize) -> Vec<usize> {
    let mut starts = vec![open + 1];
    let mut depth = 0;
    for (index, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 1 => starts.push(index + 1),
            _ => (),
        }
        if depth == 0 {
            break;
        }
    }
    starts
}

/// Whether the call at the start of `code` is a pattern of a `match` or an `if let`.
fn is_pattern(code: &str) -> bool {
    let Some(open) = code.find('(') else { return false };
    let mut depth = 0;
    let close = code.bytes().enumerate().skip(open).find_map(|(index, byte)| {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => (),
        }
        (depth == 0).then_some(index + 1)
    });
    let after = close.map_or("", |close| code[close..].trim_start());
    after.starts_with("=>") || after.starts_with('|') || after.starts_with("= ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let file = TextFile {
            path: "a.rs".to_owned(),
            text: text.to_owned(),
        };
        check(&file, &Source::read(text))
            .into_iter()
            .map(|violation| violation.line)
            .collect()
    }

    #[test]
    fn good_messages_pass() {
        for message in [
            "cannot read `x`",
            "`x` is not there",
            "ONNX Runtime is missing",
            "{name} is not there",
            "S3 says no",
        ] {
            assert!(faults(message).is_empty(), "{message}");
        }
        assert!(faults("Parquet file `x` is cut short").is_empty());
    }

    #[test]
    fn bad_messages_are_found() {
        assert_eq!(faults("Cannot read").len(), 1);
        assert_eq!(faults("cannot read.").len(), 1);
        assert_eq!(faults("got {value:?}").len(), 1);
        assert_eq!(faults("Got {:#?}.").len(), 3);
    }

    #[test]
    fn messages_are_found_where_errors_are_made() {
        assert_eq!(lines("#[error(\"Bad\")]\nenum E {}"), [1]);
        assert_eq!(lines("#[error(transparent)]\nenum E {}"), Vec::<usize>::new());
        assert_eq!(
            lines("x.context(\"Bad\")?;\ny.with_context(|| format!(\n    \"Bad {}\", z))?;"),
            [1, 3]
        );
        assert_eq!(lines("bail!(\n    r#\"Bad\"#\n);"), [2]);
        assert_eq!(lines("return plan_err!(\"ends with a dot.\");"), [1]);
        assert_eq!(lines("Err(DataFusionError::Execution(format!(\"Bad\")))"), [1]);
        assert_eq!(
            lines("ensure!(a == \"B\", \"c\");\nensure!(f(a, \"B\"), \"Bad\");"),
            [2]
        );
    }

    #[test]
    fn other_strings_are_free() {
        assert!(lines("let a = \"Free.\"; // bail!(\"Bad.\")\nprintln!(\"{a:?}.\");").is_empty());
        assert!(lines("bail!(error);\nlet b = \"Free.\";").is_empty());
    }

    #[test]
    fn internal_errors_are_ours() {
        assert_eq!(lines("return internal_err!(\"lost\");"), [1]);
        assert_eq!(
            lines("DataFusionError::Internal(text) => show(text),"),
            Vec::<usize>::new()
        );
    }
}
