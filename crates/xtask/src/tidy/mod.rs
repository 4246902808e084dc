//! `cargo xtask tidy`: the rules of `docs/architecture.md` that the compiler cannot check. Every violation is listed, with
//! its place, before the task fails.

mod files;
mod functions;
mod layers;
mod lock;
mod manifests;
mod messages;
mod places;
mod rust;

use std::fmt;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::{shell, workspace};

/// One broken rule at one place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    file: String,
    line: usize,
    message: String,
}

impl Violation {
    fn new(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// A text file of the repository.
struct TextFile {
    /// From the root, with `/`.
    path: String,
    text: String,
}

/// Checks every rule.
pub fn run() -> Result<()> {
    let files = text_files()?;
    let packages = layers::packages(&workspace::metadata()?, &workspace::root()?)?;
    let mut violations = layers::check(&packages, &files);
    for file in &files {
        violations.extend(files::check(file));
        violations.extend(places::check(file));
        if file.path.ends_with("Cargo.toml") {
            violations.extend(manifests::check(file));
        }
        if file.path == "Cargo.lock" {
            violations.extend(lock::check(file));
        }
        if file.path.ends_with(".rs") {
            let source = rust::Source::read(&file.text);
            violations.extend(rust::check(file, &source));
            violations.extend(messages::check(file, &source));
        }
    }
    violations.extend(functions::check(&files));
    violations.sort();
    violations.dedup();
    for violation in &violations {
        println!("{violation}");
    }
    match violations.len() {
        0 => {
            println!(
                "tidy: {} files and {} packages are in order",
                files.len(),
                packages.len()
            );
            Ok(())
        }
        1 => bail!("one rule of docs/architecture.md is broken at the place above"),
        count => bail!("rules of docs/architecture.md are broken at the {count} places above"),
    }
}

/// The files that git tracks or would add, as far as they are text.
fn text_files() -> Result<Vec<TextFile>> {
    let root = workspace::root()?;
    let mut git = std::process::Command::new("git");
    git.args([
        "-c",
        "core.quotePath=false",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let listed = shell::capture(git.current_dir(&root)).context("cannot list the repository's files")?;
    let mut files = Vec::new();
    for path in listed.lines() {
        // A file can be listed and gone, when its removal is not committed yet; and what is not UTF-8 is not text.
        if let Ok(text) = fs::read_to_string(root.join(path)) {
            files.push(TextFile {
                path: path.to_owned(),
                text,
            });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    Ok(files)
}

/// The number of the line that holds the byte at `offset`, from 1.
fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
}
