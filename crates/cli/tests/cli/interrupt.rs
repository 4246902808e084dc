//! Ctrl-C, and readers that go away.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::harness::{Workplace, ran};

/// A query that takes far longer than any test.
const ENDLESS: &str = "select count(*) from generate_series(1, 100000000000) as t(a) where a % 7 = 3";

fn send(signal: &str, pid: u32) {
    assert!(
        Command::new("kill")
            .args([signal, &pid.to_string()])
            .status()
            .expect("kill is there")
            .success()
    );
}

#[test]
fn ctrl_c_ends_a_query_soon_and_leaves_nothing() {
    let workplace = Workplace::new();
    workplace.write("old.csv", "kept\n");
    let mut command = workplace.command(&["sql", "-c", ENDLESS, "-o", "old.csv"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    sleep(Duration::from_secs(2));
    let asked = Instant::now();
    send("-INT", child.id());
    let message = ran(child.wait_with_output().expect("it ends")).fails(130);
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "it took {:?}",
        asked.elapsed()
    );
    assert_eq!(message, "error: interrupted; nothing was written\n");
    assert!(workplace.leftovers().is_empty());
    assert_eq!(
        std::fs::read_to_string(workplace.path("old.csv")).expect("still there"),
        "kept\n"
    );
}

#[test]
fn ctrl_c_during_inference_leaves_no_file() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let rows: String = (0..2_000_000).map(|n| format!("good {n}\n")).collect();
    workplace.write("many.csv", format!("comment\n{rows}"));
    let sql = "select ai_sentiment(comment) as s from 'many.csv'";
    let mut command = workplace.command(&["sql", "-c", sql, "-o", "out.ndjson"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    sleep(Duration::from_secs(2));
    let asked = Instant::now();
    send("-INT", child.id());
    ran(child.wait_with_output().expect("it ends")).fails(130);
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "it took {:?}",
        asked.elapsed()
    );
    assert!(workplace.leftovers().is_empty() && !workplace.path("out.ndjson").exists());
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let workplace = Workplace::new();
    let mut command = workplace.command(&[
        "sql",
        "--format",
        "csv",
        "-c",
        "select * from generate_series(1, 5000000)",
    ]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut out = child.stdout.take().expect("its output");
    out.read_exact(&mut [0; 100]).expect("the first rows");
    drop(out);
    let ran = ran(child.wait_with_output().expect("it ends"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn what_schedulers_send_is_heard_too() {
    let workplace = Workplace::new();
    let sql = "copy (select value, md5(cast(value as varchar)) from generate_series(1, 100000000000)) to 'out.csv'";
    let mut command = workplace.command(&["sql", "-c", sql]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    sleep(Duration::from_secs(2));
    send("-TERM", child.id());
    ran(child.wait_with_output().expect("it ends")).fails(143);
    assert!(
        workplace.leftovers().is_empty() && !workplace.path("out.csv").exists(),
        "{:?}",
        workplace.leftovers()
    );
}
