//! Removing a person from what a pipeline has published and kept.

use futures::StreamExt;
use tronie_engine::split;
use tronie_lake::{Commit, Draft, Forgotten, Mode, Table, keep_newest, publish};

use crate::error::Error;
use crate::layout::{Layout, ident, quoted};
use crate::load::Pipeline;
use crate::record::RunRecord;
use crate::sql::Sql;

/// What became of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The tables that have the column.
    pub tables: Vec<ErasedTable>,
    /// The tables that have not, and are as they were.
    pub without_column: Vec<String>,
    /// Records of runs that cited the person.
    pub records: u64,
    /// Files of kept answers.
    pub answers: u64,
}

/// What became of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedTable {
    /// Its name.
    pub table: String,
    /// The rows of the person that its newest version had.
    pub rows: u64,
    /// What was deleted of the versions before.
    pub forgotten: Forgotten,
    /// Its version now.
    pub version: u64,
}

/// Removes the person, table by table. Each step can be done again, so that one that was killed is finished by the next.
pub(crate) async fn erase(
    sql: &Sql,
    layout: &Layout,
    pipeline: &Pipeline,
    column: &str,
    id: &str,
) -> Result<Erasure, Error> {
    let mut erasure = Erasure {
        tables: Vec::new(),
        without_column: Vec::new(),
        records: 0,
        answers: 0,
    };
    for (name, output) in &pipeline.config.outputs {
        let place = layout.table(name);
        let Some(table) = Table::open(&place, None).await? else {
            continue;
        };
        if table.schema()?.index_of(column).is_err() {
            erasure.without_column.push(name.clone());
            continue;
        }
        let failed = || Error::step(format!("erasing from `{name}`"));
        let from = layout.table_sql(name);
        let is_own = format!("cast({} as varchar) = {}", ident(column), quoted(id));
        let count = format!("select count(*) from {from} where {is_own}");
        let rows = sql.count(&count).await.map_err(failed())?;
        let mut version = table.version();
        if rows > 0 {
            let others = format!("select * from {from} where ({is_own}) is not true");
            let statement = split(&others).map_err(failed())?.pop();
            let Some(statement) = statement else {
                return Err(Error::Definition(format!("`{name}` cannot be read")));
            };
            let mut rest = sql.start(statement).await.map_err(failed())?;
            let mut draft = Draft::begin(&place, rest.schema(), &output.partition_by)?;
            while let Some(batch) = rest.next().await {
                draft.write(&batch.map_err(failed())?).await?;
            }
            let commit = Commit {
                mode: Mode::Replace,
                notes: [("tronie.erasure".to_owned(), true.into())].into(),
                description: None,
            };
            version = publish(&place, draft.finish().await?, &commit).await?;
        }
        let forgotten = keep_newest(&place).await?;
        let left = sql.count(&count).await.map_err(failed())?;
        if left > 0 {
            return Err(Error::Store(format!(
                "`{name}` still has {left} rows of the person; do it again"
            )));
        }
        erasure.tables.push(ErasedTable {
            table: name.clone(),
            rows,
            forgotten,
            version,
        });
    }
    if erasure.tables.is_empty() {
        return Err(Error::Definition(format!(
            "no published table of `{}` has a column `{column}`; name the one that says whose a row is by --column",
            pipeline.name
        )));
    }
    erasure.records = forget_examples(layout, id).await?;
    // Answers are kept by hashes of texts, so nobody can tell which are the person's: all go.
    erasure.answers = layout.remove_all(&layout.answers()).await?;
    Ok(erasure)
}

/// Takes the person out of what checks have found, and errors have said.
async fn forget_examples(layout: &Layout, id: &str) -> Result<u64, Error> {
    let mut changed = 0;
    for mut record in layout.records(usize::MAX).await? {
        let before: RunRecord = record.clone();
        let cites = |text: &String| text.contains(id);
        for check in &mut record.checks {
            check.example = check.example.take().filter(|example| !cites(example));
        }
        if record.error.as_ref().is_some_and(cites) {
            record.error = Some("it named a person who has been erased".to_owned());
        }
        if record != before {
            layout.keep(&record).await?;
            changed += 1;
        }
    }
    Ok(changed)
}
