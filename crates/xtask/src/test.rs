//! `cargo xtask test`: every check and every test, in the order in which a failure is cheapest.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::setup::{self, Ready};
use crate::{generate, shell, tidy, workspace};

/// One step: what it is called, what to type to run it alone, and what it does.
struct Step {
    name: &'static str,
    /// What a reader types to run this step alone.
    again: String,
    action: Action,
}

enum Action {
    Run(Command),
    Call(fn() -> Result<()>),
    /// Not to be had on this machine; with the reason.
    Skip(String),
}

/// Sets up, then runs every step, and stops at the first that fails.
pub fn run() -> Result<()> {
    let start = Instant::now();
    let ready = setup::run(true)?;
    let mut summary: Vec<(&str, String)> = vec![("setup", shell::elapsed(start.elapsed()))];

    let mut failure = None;
    for step in steps(&ready)? {
        println!("\n==> {}", step.name);
        let step_start = Instant::now();
        let result = match step.action {
            Action::Run(mut command) => shell::run(&mut command),
            Action::Call(task) => task(),
            Action::Skip(reason) => {
                println!("SKIPPED: {reason}");
                summary.push((step.name, format!("SKIPPED: {reason}")));
                continue;
            }
        };
        let time = shell::elapsed(step_start.elapsed());
        match result {
            Ok(()) => summary.push((step.name, time)),
            Err(error) => {
                summary.push((step.name, format!("FAILED after {time}")));
                failure = Some(anyhow!(
                    "{} failed: {error:#}\nto run it again: {}",
                    step.name,
                    step.again
                ));
                break;
            }
        }
    }

    if ready.weed.is_none() {
        summary.push((
            "S3",
            "SKIPPED: the tests against a real S3 server; `weed` could not be set up".to_owned(),
        ));
    }
    print(&summary, start.elapsed());
    failure.map_or(Ok(()), Err)
}

fn steps(ready: &Ready) -> Result<Vec<Step>> {
    let mut doc = cargo(ready, "doc --workspace --no-deps")?;
    if let Action::Run(command) = &mut doc.action {
        command.env("RUSTDOCFLAGS", "-D warnings");
        doc.again = format!("RUSTDOCFLAGS=\"-D warnings\" {}", doc.again);
    }
    Ok(vec![
        cargo(ready, "fmt --all --check")?,
        program("typos", ready.typos.as_ref(), &[])?,
        program("taplo", ready.taplo.as_ref(), &["fmt", "--check", "--diff"])?,
        Step {
            name: "tidy",
            again: "cargo xtask tidy".to_owned(),
            action: Action::Call(tidy::run),
        },
        cargo(ready, "clippy --workspace --all-targets -- -D warnings")?,
        subcommand(ready, "deny check bans licenses sources", "cargo-deny")?,
        subcommand(ready, "machete", "cargo-machete")?,
        cargo(ready, "build --workspace")?,
        Step {
            name: "gen",
            again: "cargo xtask gen --check".to_owned(),
            action: Action::Call(|| generate::run(true)),
        },
        cargo(ready, "test --workspace")?,
        doc,
    ])
}

/// A command of Cargo's; the step has the name of its first word.
fn cargo(ready: &Ready, arguments: &'static str) -> Result<Step> {
    let mut command = shell::cargo()?;
    ready.tell(command.args(arguments.split(' ')));
    let name = arguments.split(' ').next().context("a step needs a command")?;
    Ok(Step {
        name,
        again: format!("cargo {arguments}"),
        action: Action::Run(command),
    })
}

/// A command that a separate program adds to Cargo.
fn subcommand(ready: &Ready, arguments: &'static str, package: &str) -> Result<Step> {
    let mut step = cargo(ready, arguments)?;
    if !shell::works(shell::cargo()?.args([step.name, "--version"])) {
        step.action = Action::Skip(format!("not installed; `cargo install {package}` brings it"));
    }
    Ok(step)
}

/// A program that the set-up fetched, or one of the same name on the search path.
fn program(name: &'static str, path: Option<&PathBuf>, arguments: &[&str]) -> Result<Step> {
    let mut command = Command::new(path.map_or(name.as_ref(), |path| path.as_os_str()));
    let is_there = shell::works(Command::new(command.get_program()).arg("--version"));
    command.args(arguments).current_dir(workspace::root()?);
    let again = shell::show(&command);
    let action = if is_there {
        Action::Run(command)
    } else {
        Action::Skip("could not be set up".to_owned())
    };
    Ok(Step { name, again, action })
}

fn print(summary: &[(&str, String)], total: Duration) {
    println!("\nsummary");
    for (name, outcome) in summary {
        println!("  {name:<8} {outcome}");
    }
    println!("  {:<8} {}", "total", shell::elapsed(total));
}
