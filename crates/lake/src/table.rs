//! Tables that are there.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use deltalake::DeltaTable;
use futures::TryStreamExt;
use serde_json::Value;

use crate::{Error, Place};

/// A table at one of its versions.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) table: DeltaTable,
    name: String,
}

/// One version of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// Its number.
    pub version: u64,
    /// When it was published, in milliseconds since 1970.
    pub time: Option<i64>,
    /// What was done, as Delta Lake names it: `CREATE TABLE`, `WRITE`.
    pub operation: String,
    /// What its publisher has noted down.
    pub notes: BTreeMap<String, Value>,
}

impl Table {
    /// The table at a place, at its newest version or another; `None` if there is none.
    ///
    /// # Errors
    /// When the log cannot be read, and for a version that does not exist.
    pub async fn open(place: &Place, version: Option<u64>) -> Result<Option<Self>, Error> {
        let name = place.name().to_owned();
        let failed = Error::of(&name);
        let mut table = place.table();
        if !table.verify_deltatable_existence().await.map_err(&failed)? {
            return Ok(None);
        }
        table.load().await.map_err(&failed)?;
        if let Some(version) = version {
            let newest = table.version().unwrap_or_default();
            if version > newest {
                return Err(Error::Version {
                    table: name,
                    version,
                    newest,
                });
            }
            table.load_version(version).await.map_err(&failed)?;
        }
        Ok(Some(Self { table, name }))
    }

    /// The version.
    pub fn version(&self) -> u64 {
        self.table.version().unwrap_or_default()
    }

    /// The columns.
    ///
    /// # Errors
    /// When the log says nothing about them.
    pub fn schema(&self) -> Result<SchemaRef, Error> {
        let snapshot = self.table.snapshot().map_err(Error::of(&self.name))?;
        Ok(snapshot.snapshot().arrow_schema())
    }

    /// The table as a query reads it.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn provider(&self, session: &dyn Session) -> Result<Arc<dyn TableProvider>, Error> {
        let failed = Error::of(&self.name);
        self.table.update_datafusion_session(session).map_err(&failed)?;
        let provider = self.table.table_provider().build().await;
        provider
            .map(|provider| Arc::new(provider) as Arc<dyn TableProvider>)
            .map_err(|e| failed(e.into()))
    }

    /// The newest versions, the newest first.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn history(&self, most: usize) -> Result<Vec<History>, Error> {
        let commits: Vec<_> = self
            .table
            .history(Some(most))
            .try_collect()
            .await
            .map_err(Error::of(&self.name))?;
        let newest = self.version();
        let history = commits.into_iter().zip(0_u64..).map(|(commit, back)| History {
            version: newest.saturating_sub(back),
            time: commit.timestamp,
            operation: commit.operation.unwrap_or_default(),
            notes: commit.info.into_iter().collect(),
        });
        Ok(history.collect())
    }
}
