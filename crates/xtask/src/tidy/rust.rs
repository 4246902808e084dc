//! Just enough of Rust's grammar to tell code from comments and strings, and the rule on who prints and who reads the
//! environment.

use super::{TextFile, Violation, line_at};

/// A source file taken apart.
pub struct Source {
    /// The code, byte for byte in its place, with comments and what is inside strings turned into blanks.
    pub code: String,
    pub strings: Vec<Literal>,
}

/// A string literal.
pub struct Literal {
    /// Where its opening quote is.
    pub start: usize,
    /// What is between the quotes, escapes as they are written.
    pub text: String,
}

impl Source {
    /// Takes a source text apart. Text that is not Rust gives nonsense, but no panic.
    pub fn read(text: &str) -> Self {
        let mut reader = Reader {
            bytes: text.as_bytes(),
            code: text.as_bytes().to_vec(),
            at: 0,
        };
        let mut strings = Vec::new();
        while let Some(byte) = reader.peek(0) {
            match byte {
                b'/' if reader.peek(1) == Some(b'/') => reader.blank(|rest| find(rest, b"\n")),
                b'/' if reader.peek(1) == Some(b'*') => reader.blank(|rest| Some(block_comment(rest))),
                b'"' => strings.push(reader.string(b"\"", true)),
                b'r' if !reader.in_word() => {
                    let hashes = reader.bytes[reader.at + 1..]
                        .iter()
                        .take_while(|byte| **byte == b'#')
                        .count();
                    if reader.peek(1 + hashes) == Some(b'"') {
                        reader.at += 1 + hashes;
                        let end = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
                        strings.push(reader.string(&end, false));
                    } else {
                        reader.at += 1;
                    }
                }
                b'\'' => reader.character(),
                _ => reader.at += 1,
            }
        }
        // Only whole characters were blanked, each byte by a space, so this is UTF-8 still.
        Self {
            code: String::from_utf8_lossy(&reader.code).into_owned(),
            strings,
        }
    }

    /// The literal whose opening quote is at `start`.
    pub fn literal(&self, start: usize) -> Option<&Literal> {
        let index = self
            .strings
            .binary_search_by_key(&start, |literal| literal.start)
            .ok()?;
        self.strings.get(index)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    code: Vec<u8>,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Whether the byte before is part of a word, so that an `r` here starts no raw string. The `b` of `br""` does not
    /// count.
    fn in_word(&self) -> bool {
        let before = |back: usize| self.at.checked_sub(back).map_or(b' ', |index| self.bytes[index]);
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        is_word(before(if before(1) == b'b' { 2 } else { 1 }))
    }

    /// Turns the text from here up to the end that `end` finds into blanks, and goes there.
    fn blank(&mut self, end: impl Fn(&[u8]) -> Option<usize>) {
        let length = end(&self.bytes[self.at..]).unwrap_or(self.bytes.len() - self.at);
        for byte in &mut self.code[self.at..self.at + length] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        self.at += length;
    }

    /// Reads a string whose opening quote is here.
    fn string(&mut self, end: &[u8], escapes: bool) -> Literal {
        let start = self.at;
        self.at += 1;
        let inside = self.at;
        self.blank(|rest| {
            let mut at = 0;
            while at < rest.len() && !rest[at..].starts_with(end) {
                at += if escapes && rest[at] == b'\\' { 2 } else { 1 };
            }
            Some(at.min(rest.len()))
        });
        let text = String::from_utf8_lossy(&self.bytes[inside..self.at]).into_owned();
        self.at = (self.at + end.len()).min(self.bytes.len());
        Literal { start, text }
    }

    /// Passes a character such as `'"'`, or the quote of a lifetime.
    fn character(&mut self) {
        let rest = &self.bytes[self.at + 1..];
        let length = match rest.first() {
            Some(b'\\') => find(&rest[2.min(rest.len())..], b"'").map(|end| end + 2),
            // One character, of up to four bytes, then the closing quote.
            Some(_) => (1..=4).find(|length| rest.get(*length) == Some(&b'\'') && one_character(&rest[..*length])),
            None => None,
        };
        self.at += 1;
        if let Some(length) = length {
            self.blank(|_| Some(length));
            self.at += 1;
        }
    }
}

fn one_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().count() == 1)
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

/// The length of the block comment at the start of `text`; such comments nest.
fn block_comment(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The folders whose code may print and read the environment. Tests say aloud what they skip.
const ALLOWED: &[&str] = &["crates/cli/", "crates/xtask/", "crates/testing/"];

/// What the others do not write, and what they do instead.
const REFUSED: &[(&[&str], &str)] = &[
    (
        &["println!", "eprintln!", "print!", "eprint!"],
        "return a value, or use `tracing`",
    ),
    (
        &["std::env", "env::var", "env::vars"],
        "take what you need as an argument",
    ),
];

/// Only some crates print or read the environment: what a library does depends on its arguments alone.
pub fn check(file: &TextFile, source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    if ALLOWED.iter().any(|folder| file.path.starts_with(folder)) || file.path.ends_with("build.rs") {
        return violations;
    }
    for (words, instead) in REFUSED {
        for word in *words {
            for (offset, _) in source.code.match_indices(word) {
                let before = source.code[..offset].chars().next_back().unwrap_or(' ');
                if !before.is_alphanumeric() && !"_:".contains(before) {
                    let message = format!("`{word}` is for `cli`, `xtask` and `testing` alone; {instead}");
                    violations.push(Violation::new(&file.path, line_at(&file.text, offset), message));
                }
            }
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(text: &str) -> Vec<String> {
        Source::read(text)
            .strings
            .into_iter()
            .map(|literal| literal.text)
            .collect()
    }

    #[test]
    fn comments_and_strings_are_no_code() {
        let text = "a(\"b // c\"); // d \"e\"\n/* f /* g */ \"h\" */ i";
        let source = Source::read(text);
        assert_eq!(
            source.code.split_whitespace().collect::<Vec<_>>(),
            ["a(\"", "\");", "i"]
        );
        assert_eq!(source.code.len(), text.len());
        assert_eq!(strings(text), ["b // c"]);
    }

    #[test]
    fn strings_of_every_kind_are_read() {
        assert_eq!(strings(r#"x("a\"b", 'c')"#), [r#"a\"b"#]);
        assert_eq!(
            strings("r\"a\\\" r#\"b\"c\"# br\"d\" for\"e\""),
            ["a\\", "b\"c", "d", "e"]
        );
        assert_eq!(strings(r#"f('"', '\'', '\\', '好', "g")"#), ["g"]);
        assert_eq!(strings("fn f<'a>(x: &'a str) -> &'a str { \"y\" }"), ["y"]);
        assert_eq!(strings("\"never closed"), ["never closed"]);
    }

    #[test]
    fn a_library_neither_prints_nor_reads_the_environment() {
        let text = "// std::env\nlet a = std::env::var(\"A\");\nprintln!(\"a\");\nlet e = env!(\"B\");\n".to_owned();
        let lines = |path: &str| {
            let file = TextFile {
                path: path.to_owned(),
                text: text.clone(),
            };
            check(&file, &Source::read(&text))
                .iter()
                .map(|violation| violation.line)
                .collect::<Vec<_>>()
        };
        assert_eq!(lines("crates/model/src/lib.rs"), [3, 2]);
        assert!(lines("crates/cli/src/main.rs").is_empty());
    }
}
