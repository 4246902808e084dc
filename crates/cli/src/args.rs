//! The command line's grammar.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Customer profiles in SQL: text models, machine learning and privacy functions over your files.
#[derive(Debug, Parser)]
#[command(name = "tronie", version, about, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run SQL: from -c, from -f, from standard input, or at a prompt.
    Sql(Box<SqlArgs>),
    /// Show what each word of a text did to the model's answer.
    Explain(Box<ExplainArgs>),

    /// Run a pipeline: a folder of SQL files, in their order, checked, and published as tables of the warehouse.
    Run(Box<RunArgs>),

    /// Show the runs of a pipeline.
    Runs(Box<RunsArgs>),

    /// Write a report of what a pipeline has published: one HTML file that needs no network.
    Report(Box<ReportArgs>),

    /// Remove a person from what a pipeline has published and kept, older versions included.
    Erase(Box<EraseArgs>),

    /// Make up customers of an industry, with what they did, bought and wrote, and the truth about them, as Parquet files.
    Datagen(Box<DatagenArgs>),
    /// List the SQL functions that Tronie adds.
    Functions,
    /// Print a page of the reference as Markdown.
    #[command(hide = true)]
    Reference { page: Page },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Page {
    Functions,
    Config,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SqlArgs {
    /// Run these statements.
    #[arg(
        short = 'c',
        long,
        value_name = "SQL",
        conflicts_with = "file",
        allow_hyphen_values = true
    )]
    pub(crate) command: Option<String>,

    /// Run the statements in this file; - is standard input.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// How results are written [default: by the end of --output's name, else table].
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,

    /// Write the result to this file instead of standard output. It appears when it is complete, or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// The most rows that the table format shows; no more than these are computed. 0 shows all.
    #[arg(long, value_name = "ROWS", default_value_t = 100)]
    pub(crate) max_rows: usize,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// The text; standard input if left out.
    pub(crate) text: Option<String>,

    /// Which answer is explained.
    #[arg(long, value_enum, default_value_t = Task::Sentiment)]
    pub(crate) task: Task,

    /// A model in the registry, or a model folder or its URL [default: the option tronie.model].
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,

    /// Write a page for a browser as well.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// The folder of the pipeline, such as sql/retail.
    pub(crate) pipeline: PathBuf,

    /// A value for a parameter of the pipeline. Can be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_parameter)]
    pub(crate) param: Vec<(String, String)>,

    /// Make these alone, and what they need; with + behind also what depends on them. Can be given several times.
    #[arg(long, value_name = "STEP[+]")]
    pub(crate) select: Vec<String>,

    /// Run even if nothing has changed since the last run.
    #[arg(long)]
    pub(crate) full_refresh: bool,

    /// Show what would be done, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// How the outcome is written [default: lines on a terminal, else JSON lines on standard error].
    #[arg(long, value_enum)]
    pub(crate) log: Option<RunLog>,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

/// How a run tells what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunLog {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RunsArgs {
    /// The folder or name of the pipeline, such as sql/retail.
    pub(crate) pipeline: PathBuf,

    /// How many, the newest first.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) last: usize,

    /// Write the whole records, one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,

    /// Write events of OpenLineage, with the lineage of columns, one JSON object a line.
    #[arg(long, conflicts_with = "json")]
    pub(crate) open_lineage: bool,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// The folder of the pipeline, such as sql/retail.
    pub(crate) pipeline: PathBuf,

    /// The file. It appears when it is complete, or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: PathBuf,

    /// Add a page about this customer.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) customer: Option<String>,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct EraseArgs {
    /// The folder of the pipeline, such as sql/retail.
    pub(crate) pipeline: PathBuf,

    /// Who: the value that the person's rows have in the column.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) customer: String,

    /// The column that says whose a row is. Published tables without it are left as they are.
    #[arg(long, value_name = "NAME", default_value = "customer_id")]
    pub(crate) column: String,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DatagenArgs {
    /// retail, finance, internet or healthcare.
    pub(crate) industry: String,

    /// How many customers.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) customers: u64,

    /// The folder or URL that gets a folder of Parquet files for each table.
    #[arg(long, value_name = "DIR|URL")]
    pub(crate) out: String,

    /// Another number makes up other customers.
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub(crate) seed: u64,

    /// The day at whose beginning the data end.
    #[arg(long, value_name = "DAY", default_value = "2026-11-01")]
    pub(crate) as_of: chrono::NaiveDate,

    /// Leave out what is wrong on purpose: rows that come twice, missing values, absurd numbers, broken texts.
    #[arg(long)]
    pub(crate) clean: bool,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Task {
    /// How the writer feels.
    Sentiment,
    /// What the writer wants.
    Intent,
}

/// What a session is made of; each can also stand in tronie.toml.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct EngineArgs {
    /// A table by name: a file, folder, glob or URL. Can be given several times.
    #[arg(long, value_name = "NAME=PATH", value_parser = parse_table)]
    pub(crate) table: Vec<(String, String)>,

    /// A folder or URL whose files and sub-folders are tables by their names.
    #[arg(long, value_name = "URL", env = "TRONIE_WAREHOUSE")]
    pub(crate) warehouse: Option<String>,

    /// A folder of models, searched before the installed ones. Can be given several times.
    #[arg(long, value_name = "FOLDER", env = "TRONIE_MODELS", value_delimiter = ':')]
    pub(crate) models: Vec<PathBuf>,

    /// Threads for queries and for inference [default: one a core].
    #[arg(long, value_name = "N", env = "TRONIE_THREADS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,

    /// The most memory that queries and models may take, such as 4GB [default: no limit].
    #[arg(long, value_name = "SIZE", env = "TRONIE_MEMORY_LIMIT", value_parser = parse_size)]
    pub(crate) memory_limit: Option<usize>,

    /// The configuration file [default: tronie.toml in the working folder, if there is one].
    #[arg(long, value_name = "FILE", env = "TRONIE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    Table,
    /// Comma-separated values with a header.
    Csv,
    /// One JSON array of objects.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// A Parquet file.
    Parquet,
}

fn parse_table(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.trim().is_empty() && !path.is_empty() => {
            Ok((name.trim().to_owned(), path.to_owned()))
        }
        _ => Err("expected name=path, such as reviews=data/reviews.csv".to_owned()),
    }
}

fn parse_parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected name=value, such as as_of=2026-11-01".to_owned()),
    }
}

pub(crate) fn parse_size(text: &str) -> Result<usize, String> {
    let size = text
        .parse::<bytesize::ByteSize>()
        .map_err(|_| format!("expected a size such as 512MB or 4GB, got '{text}'"))?;
    usize::try_from(size.as_u64()).map_err(|_| format!("'{text}' is more than this machine can address"))
}
