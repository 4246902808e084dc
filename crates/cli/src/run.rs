//! `tronie run`.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::sync::Arc;

use tronie_engine::QueryBackend;
use tronie_pipeline::{
    CheckRecord, Error, Pipeline, Plan, RunOptions, RunRecord, Runner, Severity, Status, StepKind, StepRecord, Watch,
};

use crate::args::{RunArgs, RunLog};
use crate::failure::Failure;
use crate::sql::stopped;
use crate::{session, settings};

pub(crate) fn run(args: RunArgs) -> Result<(), Failure> {
    let pipeline = Pipeline::load(&args.pipeline)?;
    let options = RunOptions {
        parameters: args.param.into_iter().collect::<BTreeMap<_, _>>(),
        select: args.select,
        full_refresh: args.full_refresh,
    };
    if args.dry_run {
        pipeline.config.values(&options.parameters)?;
        show_plan(&pipeline, &Plan::new(&pipeline, &options.select)?);
        return Ok(());
    }
    let log = args.log.unwrap_or(match io::stderr().is_terminal() {
        true => RunLog::Text,
        false => RunLog::Json,
    });
    let mut settings = settings::load(args.engine)?;
    settings::keep_answers(&mut settings);
    let started = session::start_with(settings)?;
    let Some(warehouse) = started.warehouse else {
        return Err(Failure::Usage(
            "there is nowhere to publish; name a folder or URL by --warehouse".to_owned(),
        ));
    };
    let backend = Arc::clone(&started.backend) as Arc<dyn QueryBackend>;
    let runner = Runner::new(started.builder, backend, warehouse);
    let outcome = started.runtime.block_on(async {
        tokio::select! {
            done = runner.run(&pipeline, &options, Arc::new(Lines(log))) => done.map_err(Failure::from),
            signal = stopped() => Err(Failure::Interrupted { signal, wrote_nothing: true }),
        }
    });
    started.runtime.shutdown_background();
    Lines(log).end(&outcome?);
    Ok(())
}

/// The plan, a line a step.
fn show_plan(pipeline: &Pipeline, plan: &Plan) {
    println!("{}: {}", pipeline.name, pipeline.config.description);
    for (at, planned) in plan.steps.iter().enumerate() {
        let step = &planned.step;
        let reads: Vec<&str> = step.steps.iter().chain(&step.sources).map(String::as_str).collect();
        let publishes = if plan.outputs.contains(&step.name) {
            ", published"
        } else {
            ""
        };
        println!(
            "{:>3}. {} ({}{publishes}) reads {}",
            at + 1,
            step.file(),
            planned.kind.name(),
            if reads.is_empty() {
                "nothing".to_owned()
            } else {
                reads.join(", ")
            }
        );
    }
    let stored = plan
        .steps
        .iter()
        .filter(|planned| planned.kind == StepKind::Table)
        .count();
    println!(
        "{} steps, of which {stored} write rows; {} checks of its own; nothing was done",
        plan.steps.len(),
        pipeline.checks.len()
    );
}

/// Tells on standard error how far a run is.
struct Lines(RunLog);

impl Lines {
    fn tell(&self, text: impl FnOnce() -> String, json: impl FnOnce() -> serde_json::Value) {
        match self.0 {
            RunLog::Text => eprintln!("{}", text()),
            RunLog::Json => eprintln!("{}", json()),
        }
    }

    fn end(&self, record: &RunRecord) {
        let text = || {
            let head = match record.status {
                Status::Unchanged => format!(
                    "nothing new since the last run: {} stays as it is ({:.2} s)",
                    record.pipeline, record.seconds
                ),
                _ => format!(
                    "{} published in {:.2} s (run {})",
                    record.pipeline, record.seconds, record.run
                ),
            };
            let tables = record
                .outputs
                .iter()
                .map(|output| format!("\n  {} version {}: {} rows", output.table, output.version, output.rows));
            let asked = match record.inference.texts {
                0 => String::new(),
                texts => format!("\n  {texts} texts, {} of them inferred", record.inference.inferred),
            };
            format!("{head}{}{asked}", tables.collect::<String>())
        };
        self.tell(text, || serde_json::json!({"event": "ended", "record": record}));
    }
}

impl Watch for Lines {
    fn begins(&self, step: &str) {
        if self.0 == RunLog::Json {
            self.tell(String::new, || serde_json::json!({"event": "begins", "step": step}));
        }
    }

    fn ends(&self, step: &StepRecord) {
        let text = || {
            let rows = step.rows.map_or_else(String::new, |rows| format!(", {rows} rows"));
            format!("  {} ({}{rows}) {:.2} s", step.step, step.kind, step.seconds)
        };
        self.tell(text, || serde_json::json!({"event": "step", "step": step}));
    }

    fn checked(&self, check: &CheckRecord) {
        if check.found == 0 && self.0 == RunLog::Text {
            return;
        }
        let text = || {
            let what = match check.severity {
                Severity::Error => "check failed",
                Severity::Warning => "warning",
            };
            let example = check.example.as_deref().unwrap_or_default();
            format!("  {what}: {} found {} rows ({example})", check.check, check.found)
        };
        self.tell(text, || serde_json::json!({"event": "check", "check": check}));
    }

    fn repaired(&self, run: &str) {
        let text = || format!("  the run {run} had been ended while it published; its tables are published now");
        self.tell(text, || serde_json::json!({"event": "repaired", "run": run}));
    }
}

/// The name of a pipeline, from its folder or as it is.
pub(crate) fn name_of(pipeline: &std::path::Path) -> Result<String, Failure> {
    let absolute = pipeline.canonicalize().unwrap_or_else(|_| pipeline.to_path_buf());
    let name = absolute.file_name().map(|name| name.to_string_lossy().into_owned());
    name.ok_or_else(|| Failure::from(Error::Definition(format!("`{}` names no pipeline", pipeline.display()))))
}
