//! `tronie datagen`.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Instant;

use datafusion::parquet::arrow::AsyncArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;
use futures::StreamExt;
use object_store::buffered::BufWriter;
use tokio::task::JoinSet;
use tronie_datagen::{Industry, Options, Table};
use tronie_lake::Place;

use crate::args::DatagenArgs;
use crate::failure::Failure;
use crate::session;
use crate::sql::stopped;

/// Rows of a file: small enough for several readers at once, large enough for few files.
const FILE_ROWS: usize = 2_000_000;

pub(crate) fn run(args: DatagenArgs) -> Result<(), Failure> {
    let industry: Industry = args
        .industry
        .parse()
        .map_err(|e: tronie_datagen::Error| Failure::Usage(e.to_string()))?;
    let options = Options {
        industry,
        customers: args.customers,
        seed: args.seed,
        as_of: args.as_of,
        dirty: !args.clean,
    };
    let tables = tronie_datagen::tables(&options).map_err(|e| Failure::Usage(e.to_string()))?;
    let started = session::start(args.engine)?;
    let place = started.builder.place(&args.out)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (clock, shows) = (Instant::now(), io::stderr().is_terminal());
    let written = started.runtime.block_on(async {
        tokio::select! {
            written = write_all(tables, &place, &args.out, threads, shows) => written,
            signal = stopped() => Err(Failure::Interrupted { signal, wrote_nothing: false }),
        }
    });
    started.runtime.shutdown_background();
    let rows: u64 = written?.iter().sum();
    let seconds = clock.elapsed().as_secs_f64();
    println!(
        "{rows} rows of {} customers in {seconds:.1} s, in {}",
        args.customers, args.out
    );
    Ok(())
}

/// Writes all tables, as many side by side as there are threads.
async fn write_all(
    tables: Vec<Table>,
    place: &Place,
    out: &str,
    threads: usize,
    shows: bool,
) -> Result<Vec<u64>, Failure> {
    for table in &tables {
        let folder = place.join(table.name);
        if folder.store().list(Some(folder.prefix())).next().await.is_some() {
            return Err(Failure::Usage(format!(
                "there is something in {}/{} already; remove it, or name another folder by --out",
                out.trim_end_matches('/'),
                table.name
            )));
        }
    }
    let mut rows = Vec::new();
    let mut waiting = tables.into_iter();
    let mut running: JoinSet<Result<(&'static str, u64), Failure>> = JoinSet::new();
    loop {
        while running.len() < threads
            && let Some(table) = waiting.next()
        {
            running.spawn(write(table, place.clone()));
        }
        let Some(ended) = running.join_next().await else {
            return Ok(rows);
        };
        let ended = ended.map_err(|e| Failure::Query(format!("a table was not written to its end: {e}")))?;
        let (name, count) = ended?;
        if shows {
            eprintln!("  {name}: {count} rows");
        }
        rows.push(count);
    }
}

/// Writes a table into a folder of its name, a file for every few rows. A file appears when it is complete.
async fn write(table: Table, place: Place) -> Result<(&'static str, u64), Failure> {
    let name = table.name;
    let folder = place.join(name);
    let cannot =
        |e: datafusion::parquet::errors::ParquetError| Failure::Query(format!("`{name}` cannot be written: {e}"));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(122_880))
        .build();
    let open = |file: usize| {
        let path = folder.prefix().clone().join(format!("part-{file:05}.parquet"));
        let target = BufWriter::new(Arc::clone(folder.store()), path);
        AsyncArrowWriter::try_new(target, Arc::clone(&table.schema), Some(properties.clone()))
    };
    let (mut files, mut in_file, mut rows) = (0, 0, 0);
    let mut writer = open(files).map_err(cannot)?;
    for batch in table.batches {
        if in_file >= FILE_ROWS {
            writer.close().await.map_err(cannot)?;
            (files, in_file) = (files + 1, 0);
            writer = open(files).map_err(cannot)?;
        }
        writer.write(&batch).await.map_err(cannot)?;
        in_file += batch.num_rows();
        rows += batch.num_rows() as u64;
    }
    writer.close().await.map_err(cannot)?;
    Ok((name, rows))
}
