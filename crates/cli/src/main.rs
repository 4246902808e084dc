//! The `tronie` command. The only place of Tronie that prints or reads the environment.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is the command line")]

mod args;
mod datagen;
mod erase;
mod explain;
mod failure;
mod functions;
mod output;
mod places;
mod progress;
mod prompt;
mod report;
mod run;
mod runs;
mod session;
mod settings;
mod sql;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};

/// Reading Parquet takes and gives back large pieces of memory all the time, which the system's allocator hands to the
/// kernel and back, page by page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::parse();
    settings::start_logging();
    let outcome = match args.command {
        Command::Sql(command) => sql::run(*command),
        Command::Explain(command) => explain::run(*command),
        Command::Run(command) => run::run(*command),
        Command::Runs(command) => runs::run(*command),
        Command::Report(command) => report::run(*command),
        Command::Erase(command) => erase::run(*command),
        Command::Datagen(command) => datagen::run(*command),
        Command::Functions => functions::list(),
        Command::Reference { page } => functions::reference(page),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                eprintln!("error: {message}");
            }
            failure.exit_code()
        }
    }
}
