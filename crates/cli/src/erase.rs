//! `tronie erase`.

use std::sync::Arc;

use tronie_engine::QueryBackend;
use tronie_pipeline::{Pipeline, Runner};

use crate::args::EraseArgs;
use crate::failure::Failure;
use crate::session;
use crate::sql::stopped;

pub(crate) fn run(args: EraseArgs) -> Result<(), Failure> {
    let pipeline = Pipeline::load(&args.pipeline)?;
    let started = session::start(args.engine)?;
    let Some(warehouse) = started.warehouse else {
        return Err(Failure::Usage(
            "tables are published in a warehouse; name it by --warehouse".to_owned(),
        ));
    };
    let backend = Arc::clone(&started.backend) as Arc<dyn QueryBackend>;
    let runner = Runner::new(started.builder, backend, warehouse);
    let erased = started.runtime.block_on(async {
        tokio::select! {
            erased = runner.erase(&pipeline, &args.column, &args.customer) => erased.map_err(Failure::from),
            signal = stopped() => Err(Failure::Interrupted { signal, wrote_nothing: false }),
        }
    });
    started.runtime.shutdown_background();
    let erased = erased?;
    for table in &erased.tables {
        println!(
            "{}: {} rows erased; version {} alone is left ({} older log entries and {} data files deleted)",
            table.table, table.rows, table.version, table.forgotten.entries, table.forgotten.files
        );
    }
    if !erased.without_column.is_empty() {
        println!(
            "without a column `{}`, and as before: {}",
            args.column,
            erased.without_column.join(", ")
        );
    }
    println!(
        "{} records of runs no longer cite the person; {} files of kept answers deleted",
        erased.records, erased.answers
    );
    println!("the next run reads the sources again: erase the person there as well");
    Ok(())
}
