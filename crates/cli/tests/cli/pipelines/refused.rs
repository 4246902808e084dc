//! Runs that publish nothing, and say why.

use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use super::{PIPELINE, lake, run, said, shop};
use crate::harness::ran;

#[test]
fn a_check_that_finds_rows_stops_before_publishing() {
    let workplace = shop();
    said(run(&workplace, &[]));
    workplace.write(
        "orders/two.csv",
        "customer,ordered_at,amount\ncat,2026-03-01 10:00:00,-4\n",
    );
    // A warning is reported.
    let warned = said(run(&workplace, &[]));
    assert!(
        warned.contains("warning: amounts found 1 rows (customer = cat"),
        "{warned}"
    );
    workplace.write("sql/shop/pipeline.toml", PIPELINE.replace("warning", "error"));
    workplace.write(
        "orders/three.csv",
        "customer,ordered_at,amount\ndan,2026-03-01 10:00:00,1\n",
    );
    let message = run(&workplace, &[]).fails(3);
    assert!(message.contains("the check `amounts` found 1 rows"), "{message}");
    assert!(message.trim_end().ends_with("nothing was published"), "{message}");
    assert_eq!(lake(&workplace, "select count(*) as n from spending"), "n\n3\n");
    let runs = workplace
        .run(&["runs", "shop", "--warehouse", "lake", "--last", "1"])
        .ok();
    assert!(runs.contains("checks_failed"), "{runs}");
}

#[test]
fn ready_made_checks_find_what_they_look_for() {
    let cases = [
        (
            "key = [\"customer\"]",
            "key = [\"as_of\"]",
            "spending: unique key` found 1 rows",
        ),
        (
            "rows = { min = 1",
            "rows = { min = 3",
            "spending: number of rows` found 1 rows (rows = 2)",
        ),
        (
            "not_null = [\"spent\"]",
            "accepted_values = { customer = [\"ann\"] }",
            "accepted values of `customer`` found 1 rows (customer = bob",
        ),
        (
            "path = \"orders\"",
            "path = \"orders\"\nfreshness = { column = \"ordered_at\", within = \"30 days\" }",
            "orders: freshness` found 1 rows (newest = 2026-02-01",
        ),
    ];
    for (before, after, expected) in cases {
        let workplace = shop();
        workplace.write("sql/shop/pipeline.toml", PIPELINE.replace(before, after));
        let message = run(&workplace, &[]).fails(3);
        assert!(message.contains(expected), "{message}");
        assert!(!workplace.path("lake/spending").exists());
    }
}

#[test]
fn pipelines_that_make_no_sense_are_refused_with_the_next_step() {
    let broken: [(&str, &str, &str); 9] = [
        (
            "sql/shop/staging/past_orders.sql",
            "select * from months",
            "these steps need each other in a circle: staging/past_orders.sql, profile/months.sql, profile/spending.sql",
        ),
        (
            "sql/shop/staging/past_orders.sql",
            "select 1; select 2",
            "staging/past_orders.sql: expected one statement, got 2",
        ),
        (
            "sql/shop/staging/past_orders.sql",
            "drop table x",
            "staging/past_orders.sql: expected a SELECT",
        ),
        (
            "sql/shop/staging/past_orders.sql",
            "choose 1",
            "staging/past_orders.sql: this is not sql: expected: an SQL statement, found: choose",
        ),
        (
            "sql/shop/staging/past_orders.sql",
            "select $day",
            "the parameter `$day` is not declared; add [parameters.day] to pipeline.toml",
        ),
        (
            "sql/shop/staging/orders.sql",
            "select 1",
            "staging/orders.sql has the name of a source of pipeline.toml; rename one",
        ),
        (
            "sql/shop/features/months.sql",
            "select 1",
            "features/months.sql and profile/months.sql have one name",
        ),
        (
            "sql/shop/staging/Past Orders.sql",
            "select 1",
            "a file is called like its table: lower case letters, digits and `_`",
        ),
        (
            "sql/shop/pipeline.toml",
            "[outputs.nothing]\n",
            "pipeline.toml: the output `nothing` is no step",
        ),
    ];
    for (file, text, expected) in broken {
        let workplace = shop();
        workplace.write(file, text);
        let message = run(&workplace, &[]).fails(2);
        assert!(message.contains(expected), "{message}");
    }
    let workplace = shop();
    let calls: [(&[&str], &str); 5] = [
        (
            &["--param", "day=1"],
            "there is no parameter `day` (parameters there: `as_of`)",
        ),
        (
            &["--param", "as_of=tomorrow"],
            "the parameter `as_of` must be a day such as 2026-11-01, got 'tomorrow'",
        ),
        (
            &["--select", "nobody"],
            "there is no step `nobody` (steps there: `past_orders`, `months`, `spending`)",
        ),
        (
            &["--select", "past_orders"],
            "nothing that is selected is published; select one of `months`, `spending`",
        ),
        (&["--param", "as_of"], "expected name=value"),
    ];
    for (more, expected) in calls {
        let message = run(&workplace, more).fails(2);
        assert!(message.contains(expected), "{message}");
    }
    let message = workplace.run(&["run", "sql/none", "--warehouse", "lake"]).fails(2);
    assert!(
        message.contains("name the folder of a pipeline, such as sql/retail"),
        "{message}"
    );
    let message = workplace.run(&["run", "sql/shop"]).fails(2);
    assert!(message.contains("name a folder or URL by --warehouse"), "{message}");
}

#[test]
fn steps_that_fail_are_named() {
    let broken = [
        (
            "sql/shop/profile/months.sql",
            "select nothing from past_orders",
            "profile/months.sql: there is no column `nothing`",
        ),
        (
            "sql/shop/pipeline.toml",
            &PIPELINE.replace("path = \"orders\"", "path = \"purchases\""),
            "the source `orders`: there is neither a file `purchases` nor a table of that name in the warehouse",
        ),
        (
            "sql/shop/pipeline.toml",
            &PIPELINE.replace("amount = \"double\"", "total = \"double\""),
            "the source `orders`: there is no column `total`",
        ),
        (
            "orders/one.csv",
            "customer,ordered_at,amount\nann,yesterday,1\n",
            "staging/past_orders.sql:",
        ),
    ];
    for (file, text, expected) in broken {
        let workplace = shop();
        workplace.write(file, text);
        let message = run(&workplace, &[]).fails(1);
        assert!(message.contains(expected), "{message}");
        assert!(!workplace.path("lake/spending").exists());
    }
}

#[test]
fn two_runs_at_once_are_one_and_a_clear_refusal() {
    let workplace = shop();
    let slow = "select customer, sum(amount) as spent, $as_of as as_of from past_orders \
                cross join generate_series(1, 300000000) as t(a) group by customer";
    workplace.write("sql/shop/profile/spending.sql", slow);
    let mut command = workplace.command(&["run", "sql/shop", "--warehouse", "lake"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    sleep(Duration::from_millis(1500));
    let message = run(&workplace, &[]).fails(4);
    assert!(
        message.contains("another run of `shop` is at work in this warehouse"),
        "{message}"
    );
    let id = child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status()
        .expect("kill is there");
    assert!(killed.success());
    assert_eq!(ran(child.wait_with_output().expect("it ends")).code, 130);
}
