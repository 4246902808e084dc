//! Making the files of a draft a version of their table.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow::datatypes::SchemaRef;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties, TableReference};
use deltalake::kernel::{Action, Add, MetadataExt, StructType};
use deltalake::operations::create::CreateBuilder;
use deltalake::protocol::{DeltaOperation, SaveMode};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Place, Table, Written};

/// What becomes of the rows that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They go.
    Replace,
    /// Those of the partitions that the draft has rows of go.
    ReplacePartitions,
    /// They stay.
    Append,
}

/// How a draft is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Commit {
    /// What becomes of the rows that are there.
    pub mode: Mode,
    /// What is noted down with the version.
    pub notes: BTreeMap<String, Value>,
    /// What the table is about; written when it is made.
    pub description: Option<String>,
}

/// Publishes a finished draft as the next version of the table at `place`, which is made if there is none, and returns the
/// version. Readers see all of it or nothing.
///
/// # Errors
/// [`Error::Conflict`] when somebody else publishes at the same time; when the columns to partition by have changed; when
/// nothing can be written.
pub async fn publish(place: &Place, written: Written, commit: &Commit) -> Result<u64, Error> {
    let name = place.name().to_owned();
    let failed = Error::of(&name);
    let schema: StructType = serde_json::from_str(&written.schema).map_err(|e| failed(e.into()))?;
    let adds = || written.files.iter().cloned().map(Action::Add);
    let properties = CommitProperties::default().with_metadata(commit.notes.clone());
    let Some(Table { table, .. }) = Table::open(place, None).await? else {
        let mut create = CreateBuilder::new()
            .with_log_store(place.table().log_store())
            .with_table_name(&name)
            .with_columns(schema.fields().cloned())
            .with_partition_columns(written.partition_by.clone())
            .with_actions(adds())
            .with_commit_properties(properties)
            .with_save_mode(SaveMode::ErrorIfExists);
        if let Some(description) = &commit.description {
            create = create.with_comment(description);
        }
        let made = create.await.map_err(failed)?;
        return Ok(made.version().unwrap_or_default());
    };
    let snapshot = table.snapshot().map_err(&failed)?;
    let metadata = snapshot.metadata().clone();
    if *metadata.partition_columns() != written.partition_by {
        let (before, now) = (metadata.partition_columns().join(", "), written.partition_by.join(", "));
        return Err(Error::Type {
            table: name,
            reason: format!("it is partitioned by ({before}), and would be by ({now}) now"),
        });
    }
    let mut actions: Vec<Action> = Vec::new();
    if snapshot.schema().as_ref() != &schema {
        if commit.mode != Mode::Replace {
            let columns = |of: &StructType| {
                of.fields()
                    .map(|field| field.name().as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            return Err(Error::Type {
                reason: format!(
                    "its columns or their types have changed from ({}) to ({})",
                    columns(&snapshot.schema()),
                    columns(&schema)
                ),
                table: name,
            });
        }
        actions.push(Action::Metadata(
            metadata.with_schema(&schema).map_err(|e| failed(e.into()))?,
        ));
    }
    actions.extend(adds());
    let log_store = table.log_store();
    let files: Vec<_> = snapshot
        .snapshot()
        .file_views(&log_store, None)
        .try_collect()
        .await
        .map_err(&failed)?;
    let touched: HashSet<Vec<(String, Option<String>)>> = written.files.iter().map(partition).collect();
    for file in &files {
        let remove = file.remove_action(true);
        let goes = match commit.mode {
            Mode::Replace => true,
            Mode::Append => false,
            Mode::ReplacePartitions => {
                let values = remove.partition_values.clone().unwrap_or_default();
                touched.contains(&sorted(&values))
            }
        };
        if goes {
            actions.push(Action::Remove(remove));
        }
    }
    let mode = match commit.mode {
        Mode::Append => SaveMode::Append,
        Mode::Replace | Mode::ReplacePartitions => SaveMode::Overwrite,
    };
    let operation = DeltaOperation::Write {
        mode,
        partition_by: (!written.partition_by.is_empty()).then(|| written.partition_by.clone()),
        predicate: None,
    };
    let done = CommitBuilder::from(properties)
        .with_actions(actions)
        .build(Some(snapshot as &dyn TableReference), log_store.clone(), operation)
        .await
        .map_err(failed)?;
    Ok(done.version())
}

/// The values that all rows of a file have in the columns that it is grouped by.
fn partition(file: &Add) -> Vec<(String, Option<String>)> {
    sorted(&file.partition_values)
}

fn sorted(values: &HashMap<String, Option<String>>) -> Vec<(String, Option<String>)> {
    let mut values: Vec<_> = values
        .iter()
        .map(|(column, value)| (column.clone(), value.clone()))
        .collect();
    values.sort();
    values
}

/// Columns as Delta Lake writes them down.
pub(crate) fn kernel_schema(table: &str, schema: &SchemaRef) -> Result<String, Error> {
    let schema: StructType = schema.as_ref().try_into_kernel().map_err(|e| Error::Type {
        table: table.to_owned(),
        reason: e.to_string(),
    })?;
    serde_json::to_string(&schema).map_err(|e| Error::of(table)(e.into()))
}
