//! The end of a run: rows are written to files that nobody sees, then all tables are published, one right after the other.
//!
//! Before the first is, what is to be published is written down. Who is killed in between leaves that note, and the next run
//! publishes the rest before it does anything else, so that tables of two runs do not stay beside each other.

use std::collections::BTreeMap;

use futures::StreamExt;
use object_store::ObjectStoreExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tronie_engine::split;
use tronie_lake::{Commit, Draft, Mode, Table, Written, publish};

use crate::config::{Output, Publish};
use crate::error::Error;
use crate::layout::{Layout, ident};
use crate::record::{OutputRecord, RunRecord, Status};
use crate::sql::Sql;

/// What a version of a table says about the run that made it.
const RUN: &str = "tronie.run";

/// How many versions back a run is looked for.
const LOOKED_AT: usize = 20;

/// What is to be published.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Publishing {
    pub(crate) record: RunRecord,
    pub(crate) tables: Vec<Pending>,
}

/// A table that is to be published.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    table: String,
    written: Written,
    commit: Commit,
}

impl Pending {
    /// Writes the rows of a table to files.
    pub(crate) async fn write(
        sql: &Sql,
        layout: &Layout,
        table: &str,
        output: &Output,
        record: &RunRecord,
    ) -> Result<Self, Error> {
        let failed = || Error::step(format!("publishing `{table}`"));
        let place = layout.table(table);
        let mut query = format!("select * from {}", ident(table));
        if output.publish == Publish::Merge && Table::open(&place, None).await?.is_some() {
            let same: Vec<String> = output
                .key
                .iter()
                .map(|column| ident(column))
                .map(|column| format!("old.{column} = new.{column}"))
                .collect();
            let old = format!(
                "select * from {} old where not exists (select 1 from {} new where {})",
                layout.table_sql(table),
                ident(table),
                same.join(" and ")
            );
            query = format!("{query} union all by name {old}");
        }
        let statement = split(&query).map_err(failed())?.pop();
        let Some(statement) = statement else {
            return Err(Error::Definition(format!("there is nothing to publish as `{table}`")));
        };
        let mut rows = sql.start(statement).await.map_err(failed())?;
        let mut draft = Draft::begin(&place, rows.schema(), &output.partition_by)?;
        while let Some(batch) = rows.next().await {
            draft.write(&batch.map_err(failed())?).await?;
        }
        let notes = BTreeMap::from([
            (RUN.to_owned(), Value::from(record.run.clone())),
            ("tronie.pipeline".to_owned(), Value::from(record.pipeline.clone())),
            ("tronie.fingerprint".to_owned(), Value::from(record.fingerprint.clone())),
            ("tronie.version".to_owned(), Value::from(record.tronie.clone())),
        ]);
        Ok(Self {
            table: table.to_owned(),
            written: draft.finish().await?,
            commit: Commit {
                mode: match output.publish {
                    Publish::Replace | Publish::Merge => Mode::Replace,
                    Publish::ReplacePartitions => Mode::ReplacePartitions,
                    Publish::Append => Mode::Append,
                },
                notes,
                description: (!output.description.is_empty()).then(|| output.description.clone()),
            },
        })
    }

    /// The version that the run has published already, if it has.
    async fn published(&self, layout: &Layout, run: &str) -> Result<Option<u64>, Error> {
        let Some(table) = Table::open(&layout.table(&self.table), None).await? else {
            return Ok(None);
        };
        let history = table.history(LOOKED_AT).await?;
        let is_own = |notes: &BTreeMap<String, Value>| notes.get(RUN).and_then(Value::as_str) == Some(run);
        Ok(history
            .iter()
            .find(|version| is_own(&version.notes))
            .map(|version| version.version))
    }
}

impl Publishing {
    /// Publishes, from a note that stays until all is done.
    pub(crate) async fn run(self, layout: &Layout) -> Result<RunRecord, Error> {
        layout.write(&layout.publishing(), &self).await?;
        self.finish(layout).await
    }

    /// Publishes what is left of it.
    async fn finish(self, layout: &Layout) -> Result<RunRecord, Error> {
        let mut record = self.record;
        record.outputs.clear();
        for pending in self.tables {
            let (rows, bytes) = (pending.written.rows, pending.written.bytes());
            let version = match pending.published(layout, &record.run).await? {
                Some(version) => version,
                None => publish(&layout.table(&pending.table), pending.written, &pending.commit).await?,
            };
            record.outputs.push(OutputRecord {
                table: pending.table,
                version,
                rows,
                bytes,
            });
        }
        record.status = Status::Published;
        layout.keep(&record).await?;
        layout.store().delete(&layout.publishing()).await?;
        Ok(record)
    }
}

/// Publishes what a run that was killed has left to publish, if one was.
pub(crate) async fn repair(layout: &Layout) -> Result<Option<RunRecord>, Error> {
    match layout.read::<Publishing>(&layout.publishing()).await? {
        Some(publishing) => publishing.finish(layout).await.map(Some),
        None => Ok(None),
    }
}

/// Whether the tables are as a run has left them.
pub(crate) async fn is_current(layout: &Layout, record: &RunRecord) -> Result<bool, Error> {
    for output in &record.outputs {
        let table = Table::open(&layout.table(&output.table), None).await?;
        if table.map(|table| table.version()) != Some(output.version) {
            return Ok(false);
        }
    }
    Ok(true)
}
