//! `cargo xtask gen`: the pages of docs/ that `tronie` writes about itself.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{shell, workspace};

/// What `tronie reference` is asked for, and the page that keeps it.
const PAGES: &[(&str, &str)] = &[("functions", "docs/functions.md"), ("config", "docs/config.md")];

/// Writes the pages, or with `check` compares only.
pub fn run(check: bool) -> Result<()> {
    shell::build_tronie("dev")?;
    let root = workspace::root()?;
    let tronie = workspace::tronie("dev")?;
    let mut stale = Vec::new();
    for (what, page) in PAGES {
        let text = shell::capture(Command::new(&tronie).args(["reference", what]).current_dir(&root))?;
        if text.trim().is_empty() {
            bail!("`tronie reference {what}` wrote nothing, expected the text of `{page}`");
        }
        let path = root.join(page);
        // A page that is not there yet is out of date.
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            println!("{page}: up to date");
        } else if check {
            stale.push(*page);
        } else {
            let folder = path.parent().unwrap_or(&root);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&path, text))
                .with_context(|| format!("cannot write `{page}`"))?;
            println!("{page}: written");
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!(
        "{} not what `tronie reference` says; run `cargo xtask gen` and commit the result",
        is_or_are(&stale)
    )
}

fn is_or_are(pages: &[&str]) -> String {
    let verb = if pages.len() == 1 { "is" } else { "are" };
    let names: Vec<String> = pages.iter().map(|page| format!("`{page}`")).collect();
    format!("{} {verb}", names.join(" and "))
}
