//! Folders that are Delta Lake tables.

use std::sync::Arc;

use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::logical_expr::LogicalPlanBuilder;
use datafusion::prelude::{Expr, lit};
use datafusion::scalar::ScalarValue;
use object_store::ObjectMeta;
use tronie_common::Kind;
use tronie_lake::{Place, Table};
use url::Url;

use super::location::{Location, Version};
use crate::error::Error;

/// The folder of a table's log.
const LOG: &str = "_delta_log";

/// How many versions `table@all` goes back.
const VERSIONS: usize = 30;

/// The columns that `table@all` has more than the table.
const VERSION_COLUMN: &str = "_version";
const PUBLISHED_COLUMN: &str = "_published_at";

/// The table whose folder a location is; `None` if its files have no log.
///
/// # Errors
/// When the log cannot be read, or has no such version.
pub(super) async fn open(
    state: &dyn Session,
    location: &Location,
    files: &[ObjectMeta],
) -> Result<Option<Arc<dyn TableProvider>>, Error> {
    let is_log = |file: &ObjectMeta| {
        let first = location
            .url
            .strip_prefix(&file.location)
            .and_then(|mut rest| rest.next());
        first == Some(LOG)
    };
    if location.glob.is_some() || !files.iter().any(is_log) {
        return Ok(None);
    }
    let store = state.runtime_env().object_store(&location.url)?;
    let url: &Url = location.url.as_ref();
    let place = Place::new(store, location.url.prefix().clone(), url.clone());
    let number = match location.version {
        Version::Number(number) => Some(number),
        Version::Newest | Version::All => None,
    };
    let Some(table) = Table::open(&place, number).await.map_err(of_lake)? else {
        return Ok(None);
    };
    match location.version {
        Version::All => all(state, &place, &table).await.map(Some),
        _ => table.provider(state).await.map(Some).map_err(of_lake),
    }
}

/// The rows of the newest versions, with the number of the version and when it was published in two columns more.
async fn all(state: &dyn Session, place: &Place, newest: &Table) -> Result<Arc<dyn TableProvider>, Error> {
    let mut union: Option<LogicalPlanBuilder> = None;
    for version in newest.history(VERSIONS).await.map_err(of_lake)? {
        let table = Table::open(place, Some(version.version)).await.map_err(of_lake)?;
        let Some(table) = table else { continue };
        let provider = table.provider(state).await.map_err(of_lake)?;
        let columns = provider.schema();
        let published = ScalarValue::TimestampMillisecond(version.time, Some("UTC".into()));
        let number = i64::try_from(version.version).unwrap_or(i64::MAX);
        let mut columns: Vec<Expr> = (columns.fields().iter())
            .map(|field| Expr::Column(datafusion::common::Column::from_name(field.name())))
            .collect();
        columns.push(lit(number).alias(VERSION_COLUMN));
        columns.push(lit(published).alias(PUBLISHED_COLUMN));
        let rows = LogicalPlanBuilder::scan("version", provider_as_source(provider), None)?.project(columns)?;
        union = Some(match union {
            None => rows,
            Some(union) => union.union_by_name(rows.build()?)?,
        });
    }
    let union = union.ok_or_else(|| Error::new(Kind::Missing, format!("`{}` has no version", place.name())))?;
    Ok(Arc::new(ViewTable::new(union.build()?, None)))
}

fn of_lake(error: tronie_lake::Error) -> Error {
    let kind = match error {
        tronie_lake::Error::Version { .. } | tronie_lake::Error::Type { .. } => Kind::Input,
        _ => Kind::Fault,
    };
    Error::new(kind, error.to_string())
}
