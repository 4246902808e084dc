//! `tronie report`.

use std::io::Write;
use std::sync::Arc;

use arrow::array::RecordBatch;
use tronie_engine::QueryBackend;
use tronie_pipeline::{CheckRecord, Panels, Pipeline, RunRecord, Runner, Severity, Status, StepRecord};
use tronie_report::{CheckOutcome, CheckRow, CustomerPage, Head, Panel, Report, StepRow, render};

use crate::args::ReportArgs;
use crate::failure::Failure;
use crate::output::{PendingFile, Sink};
use crate::sql::stopped;
use crate::{session, settings};

pub(crate) fn run(args: ReportArgs) -> Result<(), Failure> {
    let pipeline = Pipeline::load(&args.pipeline)?;
    let panels = Panels::load(&pipeline)?;
    // Known before anything is asked, so that a mistake in a file's head costs no query.
    let heads = |panels: &[tronie_pipeline::Panel]| -> Result<Vec<Head>, Failure> {
        let head = |panel: &tronie_pipeline::Panel| Head::parse(&panel.file, &panel.sql);
        let heads: Result<_, _> = panels.iter().map(head).collect();
        heads.map_err(|e| Failure::Usage(e.to_string()))
    };
    let (heads, customer_heads) = (heads(&panels.all)?, heads(&panels.customer)?);
    let mut settings = settings::load(args.engine)?;
    settings::keep_answers(&mut settings);
    let started = session::start_with(settings)?;
    let Some(warehouse) = started.warehouse else {
        return Err(Failure::Usage(
            "a report is about tables of a warehouse; name it by --warehouse".to_owned(),
        ));
    };
    let backend = Arc::clone(&started.backend) as Arc<dyn QueryBackend>;
    let runner = Runner::new(started.builder, backend, warehouse);
    let work = async {
        let record = runner.published(&pipeline.name).await?.ok_or_else(|| {
            let folder = args.pipeline.display();
            Failure::Usage(format!(
                "nothing of `{}` is published yet; do `tronie run {folder}` first",
                pipeline.name
            ))
        })?;
        let newest = runner.records(&pipeline.name, 1).await?.pop();
        let mut report = head(&pipeline, &record, newest.as_ref());
        for (panel, head) in panels.all.iter().zip(heads) {
            let batches = runner.rows(&pipeline, panel, &record, None).await?;
            report.panels.push(Panel { head, batches });
        }
        if let Some(id) = args.customer {
            let mut page = CustomerPage {
                id,
                ..CustomerPage::default()
            };
            for (panel, head) in panels.customer.iter().zip(customer_heads) {
                let batches = runner.rows(&pipeline, panel, &record, Some(&page.id)).await?;
                page.panels.push(Panel { head, batches });
            }
            if page.panels.iter().all(|panel| rows(&panel.batches) == 0) {
                return Err(Failure::Usage(format!(
                    "nothing is published about a customer `{}`; take a `customer_id` of the published tables",
                    page.id
                )));
            }
            report.customer = Some(page);
        }
        Ok(report)
    };
    let report = started.runtime.block_on(async {
        tokio::select! {
            report = work => report,
            signal = stopped() => Err(Failure::Interrupted { signal, wrote_nothing: true }),
        }
    });
    started.runtime.shutdown_background();
    let page = render(&report?).map_err(|e| Failure::Query(e.to_string()))?;
    let place = format!("`{}`", args.out.display());
    let write = || {
        let mut file = Box::new(PendingFile::create(&args.out)?);
        file.write_all(page.as_bytes())?;
        file.complete()
    };
    write().map_err(|e| Failure::writing(&place, &e))
}

fn rows(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

/// The report without its panels.
fn head(pipeline: &Pipeline, record: &RunRecord, newest: Option<&RunRecord>) -> Report {
    let started = chrono::DateTime::from_timestamp_millis(record.started).unwrap_or_default();
    let mut facts = vec![
        ("run".to_owned(), record.run.clone()),
        ("started".to_owned(), started.format("%Y-%m-%d %H:%M UTC").to_string()),
        ("seconds".to_owned(), format!("{:.1}", record.seconds)),
    ];
    // Where data lie is nothing for readers of a report.
    let told = record.parameters.iter().filter(|(name, _)| *name == "as_of");
    facts.extend(told.map(|(name, value)| (name.replace('_', " "), value.clone())));
    if !pipeline.config.owner.is_empty() {
        facts.push(("owner".to_owned(), pipeline.config.owner.clone()));
    }
    for output in &record.outputs {
        facts.push((
            output.table.clone(),
            format!("{} rows, version {}", output.rows, output.version),
        ));
    }
    if record.inference.texts > 0 {
        let asked = record.inference.texts;
        facts.push((
            "texts".to_owned(),
            format!("{asked}, {} of them inferred", record.inference.inferred),
        ));
    }
    if let Some(newest) = newest
        && matches!(newest.status, Status::Failed | Status::ChecksFailed)
    {
        let why = newest.error.as_deref().unwrap_or_default();
        facts.push(("newest run".to_owned(), format!("{}: {why}", newest.status.name())));
    }
    Report {
        title: title(&pipeline.name),
        subtitle: pipeline.config.description.clone(),
        facts,
        panels: Vec::new(),
        checks: record.checks.iter().map(|check| checked(pipeline, check)).collect(),
        steps: record.steps.iter().map(step).collect(),
        customer: None,
    }
}

/// A name of a folder as a heading.
fn title(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + &letters.as_str().replace('_', " ")
}

fn checked(pipeline: &Pipeline, check: &CheckRecord) -> CheckRow {
    let described = pipeline.config.checks.get(&check.check);
    let described = described.map(|check| check.description.clone());
    CheckRow {
        name: check.check.clone(),
        outcome: match (check.found, check.severity) {
            (0, _) => CheckOutcome::Passed,
            (_, Severity::Warning) => CheckOutcome::Warning,
            (_, Severity::Error) => CheckOutcome::Failed,
        },
        found: check.found,
        about: check.example.clone().or(described).unwrap_or_default(),
    }
}

fn step(step: &StepRecord) -> StepRow {
    StepRow {
        name: step.step.clone(),
        kind: step.kind.clone(),
        rows: step.rows,
        seconds: step.seconds,
        about: step.model.clone().unwrap_or_default(),
    }
}
