//! `cargo xtask demo`: from a fresh machine to the first result.

use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::{setup, shell, workspace};

/// The Cargo profile that brings the first result soonest, the build included. In an empty clone on two cores this command
/// took 5 min 26 s with it; the hot dependencies are optimised in it as well, and the query itself takes half a second.
pub const PROFILE: &str = "dev";

/// The main job, and the same as a summary.
const QUERIES: &[&str] = &[
    "SELECT comment, ai_sentiment(comment)['label'] AS sentiment FROM 'examples/user_comments.csv'",
    "SELECT ai_sentiment(comment)['label'] AS sentiment, count(*) AS comments FROM 'examples/user_comments.csv' \
     GROUP BY 1 ORDER BY 2 DESC",
];

/// Sets up, builds and runs the queries on the sample comments.
pub fn run(profile: &str) -> Result<()> {
    let start = Instant::now();
    setup::run(false)?;

    println!("\nbuilding `tronie` (profile `{profile}`); the first build takes minutes, later ones seconds");
    let build = Instant::now();
    shell::build_tronie(profile)?;
    println!("built in {}", shell::elapsed(build.elapsed()));

    let tronie = workspace::tronie(profile)?;
    for query in QUERIES {
        println!();
        let query_start = Instant::now();
        // The set-up is not passed on: the command is to work when the reader types it, too.
        shell::run(
            Command::new(&tronie)
                .args(["sql", "-c", query])
                .current_dir(workspace::root()?),
        )?;
        println!("answered in {}", shell::elapsed(query_start.elapsed()));
    }

    println!("\nall done in {}\n\nTry next:", shell::elapsed(start.elapsed()));
    let mut next = Command::new(&tronie);
    println!("  {}", shell::show(next.arg("sql")));
    println!("      an interactive prompt; end a statement with `;`");
    let mut next = Command::new(&tronie);
    next.args([
        "sql",
        "-c",
        "SELECT comment, ai_sentiment(comment) AS s FROM 'your_comments.csv'",
    ]);
    println!(
        "  {}",
        shell::show(next.args(["--format", "csv", "--output", "sentiment.csv"]))
    );
    println!("      your own CSV, JSON or Parquet, from a file, a folder or object storage, into a file");
    println!("  docs/functions.md");
    println!("      every function, with examples");
    Ok(())
}
