//! How many rows a plan will read: known from statistics, or estimated from a sample of each scan's first file.

use std::sync::Arc;

use datafusion::catalog::Session;
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_plan::ExecutionPlan;

use super::format::{Format, Kind};
use crate::progress::{known_rows, leaves};

/// A file is sampled in this many places, since rows at its beginning may be longer than others.
const PLACES: u64 = 8;

/// Bytes in which line ends are counted, at each place.
const SAMPLE: u64 = 32 * 1024;

/// The rows of all scans of `plan`; `None` when a scan does not tell.
pub(crate) async fn estimate_rows(plan: &Arc<dyn ExecutionPlan>, state: &dyn Session) -> Option<u64> {
    let mut rows = 0;
    for scan in leaves(plan) {
        rows += match known_rows(&scan) {
            Some(rows) => rows,
            None => sampled_rows(&scan, state).await?,
        };
    }
    Some(rows)
}

async fn sampled_rows(scan: &Arc<dyn ExecutionPlan>, state: &dyn Session) -> Option<u64> {
    let source = scan.downcast_ref::<DataSourceExec>()?.data_source();
    let config = source.downcast_ref::<FileScanConfig>()?;
    let files = || config.file_groups.iter().flat_map(|group| group.iter());
    let first = &files().next()?.object_meta;
    let format = Format::of(first.location.as_ref())?;
    let lines = matches!(format.kind, Kind::Csv | Kind::Tsv | Kind::Json) && !format.compression.is_compressed();
    if !lines || first.size == 0 {
        return None;
    }
    let store = state.runtime_env().object_store(&config.object_store_url).ok()?;
    let last = first.size.saturating_sub(SAMPLE);
    let starts = (0..PLACES).map(|place| last * place / (PLACES - 1));
    let ranges: Vec<_> = starts.map(|start| start..(start + SAMPLE).min(first.size)).collect();
    let samples = store.get_ranges(&first.location, &ranges).await.ok()?;
    let ends = samples.iter().flatten().filter(|&&byte| byte == b'\n').count().max(1) as u64;
    let sampled = samples.iter().map(|sample| sample.len() as u64).sum::<u64>();
    // A file cut into ranges stands once for each of them.
    let mut sizes: Vec<_> = files()
        .map(|file| (&file.object_meta.location, file.object_meta.size))
        .collect();
    sizes.sort();
    sizes.dedup();
    let bytes: u64 = sizes.into_iter().map(|(_, size)| size).sum();
    let rows = bytes * ends / sampled;
    Some(config.limit.map_or(rows, |limit| rows.min(limit as u64)))
}
