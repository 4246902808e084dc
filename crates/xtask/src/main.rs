//! `cargo xtask`: what a contributor and a continuous build run, from a fresh machine to a benchmark's report.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool of the terminal: printing is its job"
)]

mod bench;
mod demo;
mod eval;
mod fetch;
mod generate;
mod onnxruntime;
mod setup;
mod shell;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Tasks of the Tronie repository"
)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Make this machine ready: find or fetch ONNX Runtime
    Setup {
        /// Also fetch what the tests use: an S3 server and the checkers of spelling and of TOML files
        #[arg(long)]
        test: bool,
    },
    /// Set up, build `tronie` and run the sentiment of the sample comments
    Demo {
        /// The Cargo profile to build with
        #[arg(long, default_value = demo::PROFILE)]
        profile: String,
    },
    /// Set up and run every check and every test
    Test,
    /// Write the generated pages under docs/
    Gen {
        /// Compare only, and fail where a page is out of date
        #[arg(long)]
        check: bool,
    },
    /// Check the rules that the compiler cannot: layers, file sizes, messages, lists
    Tidy,
    /// Print the default model's accuracy and calibration, measured through the engine
    Eval(eval::Options),
    /// Measure, and write a report under benchmarks/results/
    Bench {
        #[command(subcommand)]
        suite: bench::Suite,
    },
}

fn main() -> ExitCode {
    let result = match Args::parse().task {
        Task::Setup { test } => setup::run(test).map(|_| ()),
        Task::Demo { profile } => demo::run(&profile),
        Task::Test => test::run(),
        Task::Gen { check } => generate::run(check),
        Task::Tidy => tidy::run(),
        Task::Eval(options) => eval::run(&options),
        Task::Bench { suite } => bench::run(&suite),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
