//! `cargo xtask demo`: from a fresh machine to the first result.

use std::fs;
use std::path::Path;
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

/// A shop with so many customers is made up, and profiled.
const CUSTOMERS: &str = "1000";

/// Where the demo leaves what it makes, below the target folder.
const FOLDER: &str = "target/demo";

/// Sets up, builds, runs the queries on the sample comments, and makes profiles of a shop's customers.
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

    profiles(&tronie)?;

    println!("\nall done in {}\n\nTry next:", shell::elapsed(start.elapsed()));
    println!("  open {FOLDER}/retail.html in a browser");
    println!("      the shop's customers: segments, value, what they say, who will leave");
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

/// From made-up events of a shop to published profiles, a look at them, and a report.
fn profiles(tronie: &Path) -> Result<()> {
    let root = workspace::root()?;
    let folder = root.join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let path = |name: &str| format!("{FOLDER}/{name}");
    let (data, warehouse, page) = (path("data"), path("warehouse"), path("retail.html"));
    let source = format!("data={data}");
    let look = "SELECT rfm_segment, count(*) AS customers, round(avg(spent)) AS spent, round(avg(clv)) AS clv, \
                round(avg(churn_probability), 2) AS churn, round(avg(sentiment), 2) AS sentiment \
                FROM retail_profiles GROUP BY 1 ORDER BY 2 DESC";
    let steps: [&[&str]; 4] = [
        &["datagen", "retail", "--customers", CUSTOMERS, "--out", &data],
        &[
            "run",
            "sql/retail",
            "--param",
            &source,
            "--warehouse",
            &warehouse,
            "--log",
            "text",
        ],
        &["sql", "--warehouse", &warehouse, "-c", look],
        &["report", "sql/retail", "--warehouse", &warehouse, "--out", &page],
    ];
    for args in steps {
        println!();
        let clock = Instant::now();
        shell::run(Command::new(tronie).args(args).current_dir(&root))?;
        println!("done in {}", shell::elapsed(clock.elapsed()));
    }
    Ok(())
}
