//! `tronie runs`.

use std::sync::Arc;

use chrono::DateTime;
use tronie_engine::QueryBackend;
use tronie_pipeline::{RunRecord, Runner};

use crate::args::RunsArgs;
use crate::failure::Failure;
use crate::{run, session};

pub(crate) fn run(args: RunsArgs) -> Result<(), Failure> {
    let name = run::name_of(&args.pipeline)?;
    let started = session::start(args.engine)?;
    let Some(warehouse) = started.warehouse else {
        return Err(Failure::Usage(
            "runs are kept in the warehouse; name it by --warehouse".to_owned(),
        ));
    };
    let backend = Arc::clone(&started.backend) as Arc<dyn QueryBackend>;
    let runner = Runner::new(started.builder, backend, warehouse.clone());
    let records = started.runtime.block_on(runner.records(&name, args.last))?;
    if records.is_empty() && !args.json && !args.open_lineage {
        println!("no run of `{name}` is recorded in this warehouse");
    }
    for record in records {
        if args.open_lineage {
            println!("{}", record.open_lineage(&warehouse));
        } else if args.json {
            println!("{}", serde_json::json!(record));
        } else {
            println!("{}", line(&record));
        }
    }
    Ok(())
}

fn line(record: &RunRecord) -> String {
    let started = DateTime::from_timestamp_millis(record.started).unwrap_or_default();
    let tables = record
        .outputs
        .iter()
        .map(|output| format!("{}@{} {} rows", output.table, output.version, output.rows));
    let tables: Vec<String> = tables.collect();
    let what = match &record.error {
        Some(error) => error.clone(),
        None => tables.join(", "),
    };
    format!(
        "{}  {}  {:<13}  {:>8.1} s  {what}",
        started.format("%Y-%m-%d %H:%M:%S"),
        record.run,
        record.status.name(),
        record.seconds
    )
}
