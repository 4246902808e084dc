//! `tronie run` and `tronie runs`: what is published, what is refused, and what is left when it is killed.

mod erase;
mod kills;
mod refused;
mod report;
mod retail;
mod truth;

use std::path::Path;
use std::process::Command;

use crate::harness::{Ran, Workplace, ran};

const PIPELINE: &str = r#"
description = "A small shop"

[parameters]
as_of = { type = "date", default = "2026-11-01" }

[sources.orders]
path = "orders"
columns = { customer = "varchar", ordered_at = "timestamp", amount = "double" }

[outputs.spending]
key = ["customer"]
not_null = ["spent"]
rows = { min = 1, max_change = 0.5 }

[outputs.months]
key = ["month"]
partition_by = ["year"]
publish = "replace_partitions"

[checks.amounts]
severity = "warning"
"#;

/// A workplace with a pipeline of two tables over a folder of orders.
pub fn shop() -> Workplace {
    let workplace = Workplace::new();
    workplace.write("sql/shop/pipeline.toml", PIPELINE);
    workplace.write(
        "sql/shop/staging/past_orders.sql",
        "select customer, ordered_at, amount from orders where ordered_at < $as_of",
    );
    workplace.write(
        "sql/shop/profile/spending.sql",
        "select customer, sum(amount) as spent, $as_of as as_of from past_orders group by customer",
    );
    workplace.write(
        "sql/shop/profile/months.sql",
        "select to_char(ordered_at, '%Y') as year, to_char(ordered_at, '%Y-%m') as month, count(*) as orders, \
         $as_of as as_of from past_orders group by 1, 2",
    );
    workplace.write(
        "sql/shop/checks/amounts.sql",
        "select * from past_orders where amount < 0",
    );
    workplace.write(
        "orders/one.csv",
        "customer,ordered_at,amount\nann,2025-12-01 10:00:00,5\nann,2026-01-05 10:00:00,7\nbob,2026-02-01 10:00:00,1\n",
    );
    workplace
}

/// A run of the pipeline, and what it said.
pub fn run(workplace: &Workplace, more: &[&str]) -> Ran {
    let mut args = vec!["run", "sql/shop", "--warehouse", "lake", "--log", "text"];
    args.extend(more);
    workplace.run(&args)
}

/// What standard error of a run that succeeded says.
pub fn said(ran: Ran) -> String {
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.err
}

fn lake(workplace: &Workplace, sql: &str) -> String {
    workplace
        .run(&["sql", "--warehouse", "lake", "--format", "csv", "-c", sql])
        .ok()
}

#[test]
fn tables_are_published_and_a_run_without_news_does_nothing() {
    let workplace = shop();
    let first = said(run(&workplace, &[]));
    assert!(first.contains("spending version 0: 2 rows"), "{first}");
    assert_eq!(
        lake(&workplace, "select customer, spent from spending order by customer"),
        "customer,spent\nann,12.0\nbob,1.0\n"
    );
    assert!(said(run(&workplace, &[])).contains("nothing new since the last run"));
    // Late data of a past day.
    workplace.write(
        "orders/two.csv",
        "customer,ordered_at,amount\nann,2025-12-02 10:00:00,100\n",
    );
    let later = said(run(&workplace, &[]));
    assert!(later.contains("spending version 1: 2 rows"), "{later}");
    assert_eq!(
        lake(&workplace, "select spent from spending where customer = 'ann'"),
        "spent\n112.0\n"
    );
    assert_eq!(
        lake(&workplace, "select spent from \"spending@0\" where customer = 'ann'"),
        "spent\n12.0\n"
    );
    assert!(said(run(&workplace, &["--full-refresh"])).contains("spending version 2"));
    // Other parameters are other results.
    assert!(said(run(&workplace, &["--param", "as_of=2026-01-31", "--select", "months"])).contains("months version 3"));
    // Each of the five runs is a row, the one that did nothing as well.
    let kept = "select count(*) as runs, count(*) filter (where status = 'unchanged') as unchanged, \
                max(steps[1]['step']) as step, max(parameters[1]['value']) as as_of from tronie_runs";
    assert_eq!(
        lake(&workplace, kept),
        "runs,unchanged,step,as_of\n5,1,past_orders,2026-11-01\n"
    );
    let runs = workplace.run(&["runs", "shop", "--warehouse", "lake"]).ok();
    assert_eq!(
        runs.lines().filter(|line| line.contains("published")).count(),
        4,
        "{runs}"
    );
    let records = workplace
        .run(&["runs", "shop", "--warehouse", "lake", "--json", "--last", "1"])
        .ok();
    let record: serde_json::Value = serde_json::from_str(&records).expect("json");
    assert_eq!(record["parameters"]["as_of"], "2026-01-31");
    assert_eq!(record["inputs"][0]["files"], 2);
}

#[test]
fn partitions_are_replaced_where_there_are_new_rows() {
    let workplace = shop();
    said(run(&workplace, &[]));
    // Only the year 2026 is left to read.
    workplace.write(
        "orders/one.csv",
        "customer,ordered_at,amount\nbob,2026-02-01 10:00:00,1\n",
    );
    said(run(&workplace, &["--select", "months"]));
    assert_eq!(
        lake(
            &workplace,
            "select year, count(*) as n from months group by year order by year"
        ),
        "year,n\n2025,1\n2026,1\n"
    );
}

#[test]
fn rows_are_merged_by_their_key() {
    let workplace = shop();
    let toml = PIPELINE
        .replace("not_null", "publish = \"merge\"\nnot_null")
        .replace(", max_change = 0.5", "");
    workplace.write("sql/shop/pipeline.toml", toml);
    said(run(&workplace, &[]));
    workplace.write(
        "orders/one.csv",
        "customer,ordered_at,amount\nbob,2026-02-01 10:00:00,2\ncat,2026-02-01 10:00:00,3\n",
    );
    said(run(&workplace, &["--select", "spending"]));
    assert_eq!(
        lake(&workplace, "select customer, spent from spending order by customer"),
        "customer,spent\nann,12.0\nbob,2.0\ncat,3.0\n"
    );
}

#[test]
fn a_plan_is_shown_and_nothing_done() {
    let workplace = shop();
    let plan = workplace.run(&["run", "sql/shop", "--dry-run"]).ok();
    assert!(
        plan.contains("1. staging/past_orders.sql (table) reads orders"),
        "{plan}"
    );
    assert!(
        plan.contains("profile/months.sql (table, published) reads past_orders"),
        "{plan}"
    );
    assert!(!workplace.path("lake").exists());
}

#[test]
fn what_a_killed_run_has_left_to_publish_is_published_by_the_next() {
    let workplace = shop();
    said(run(&workplace, &[]));
    // As if it had been killed after the first of two tables: the note is there, and one table is behind.
    workplace.write(
        "orders/two.csv",
        "customer,ordered_at,amount\nann,2025-12-02 10:00:00,100\n",
    );
    let note = kills::note_of_a_killed_run(&workplace);
    let Some(note) = note else {
        // It was always too fast to be caught; the kills below look at the same.
        return;
    };
    let text = said(run(&workplace, &[]));
    assert!(text.contains("had been ended while it published"), "{text}");
    assert!(!Path::new(&note).exists());
}

/// A command of a run whose output is thrown away.
pub fn quietly(mut command: Command) -> Ran {
    ran(command.output().expect("it runs"))
}

#[test]
fn a_pipeline_extends_another_with_what_it_has_of_its_own() {
    let workplace = shop();
    // Somebody else's shop: other names, another shape, one check less, a report of the other's.
    workplace.write(
        "sql/kiosk/pipeline.toml",
        "extends = \"../shop\"\n[parameters]\nas_of = { type = \"date\", default = \"2026-02-01\" }\n\
         [sources.receipts]\npath = \"receipts.csv\"\n\
         columns = { customer = \"varchar\", ordered_at = \"timestamp\", amount = \"double\" }\n\
         rename = { customer = \"who\", amount = \"cents / 100.0\", ordered_at = \"day\" }\n",
    );
    workplace.write(
        "sql/kiosk/staging/orders.sql",
        "select * from receipts where customer is not null",
    );
    workplace.write("sql/kiosk/checks/amounts.sql", "select 1 where false");
    workplace.write(
        "sql/shop/report/10_spent.sql",
        "-- title: What was spent\nselect customer, spent from spending",
    );
    workplace.write(
        "receipts.csv",
        "who,day,cents\neve,2026-01-01,250\neve,2026-01-02,-100\n,2026-01-03,1\neve,2026-03-01,1000\n",
    );
    let log = said(workplace.run(&["run", "sql/kiosk", "--warehouse", "lake", "--log", "text"]));
    assert!(log.contains("kiosk published") && !log.contains("warning"), "{log}");
    assert_eq!(
        lake(&workplace, "select customer, spent from spending"),
        "customer,spent\neve,1.5\n"
    );
    workplace
        .run(&["report", "sql/kiosk", "--warehouse", "lake", "--out", "page.html"])
        .ok();
    let page = std::fs::read_to_string(workplace.path("page.html")).expect("a page");
    assert!(page.contains("Kiosk") && page.contains("What was spent") && page.contains("eve"));
    // Nobody extends itself.
    workplace.write("sql/shop/pipeline.toml", "extends = \"../kiosk\"");
    let circle = workplace.run(&["run", "sql/kiosk", "--warehouse", "lake"]).fails(2);
    assert!(circle.contains("extends itself"), "{circle}");
}

#[test]
fn each_published_column_knows_the_columns_of_sources_that_it_is_made_of() {
    let workplace = shop();
    said(run(&workplace, &[]));
    let args = ["runs", "shop", "--warehouse", "lake", "--open-lineage"];
    let event: serde_json::Value = serde_json::from_str(&workplace.run(&args).ok()).expect("json");
    assert_eq!(
        (&event["eventType"], &event["job"]["name"]),
        (&"COMPLETE".into(), &"shop".into())
    );
    let outputs = event["outputs"].as_array().expect("outputs");
    let of = |table: &str, column: &str| -> Vec<String> {
        let name = format!("lake/{table}");
        let output = outputs
            .iter()
            .find(|output| output["name"] == name.as_str())
            .expect("an output");
        let from = &output["facets"]["columnLineage"]["fields"][column]["inputFields"];
        let fields = from.as_array().expect("fields").iter();
        fields
            .map(|field| field["field"].as_str().expect("a name").to_owned())
            .collect()
    };
    // By way of the step in between, through aggregates and functions.
    assert_eq!(of("spending", "customer"), ["customer"]);
    assert_eq!(of("spending", "spent"), ["amount"]);
    assert_eq!(of("months", "month"), ["ordered_at"]);
    assert!(of("months", "as_of").is_empty() && of("months", "orders").is_empty());
}
