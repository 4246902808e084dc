//! Formats, files, exit codes.

use std::fs;

use crate::harness::Workplace;

const ROWS: &str = "select * from (values (1, '这家餐厅很棒！'), (2, null), (3, 'a \"b\", c')) as t(id, comment)";

#[test]
fn a_table_is_for_people() {
    let table = "\
+----+----------------+
| id | comment        |
+----+----------------+
| 1  | 这家餐厅很棒！ |
| 2  | NULL           |
| 3  | a \"b\", c       |
+----+----------------+
";
    assert_eq!(Workplace::new().run(&["sql", "-c", ROWS]).ok(), table);
}

#[test]
fn csv_json_and_ndjson_are_for_programs() {
    let workplace = Workplace::new();
    let run = |format: &str| workplace.run(&["sql", "--format", format, "-c", ROWS]).ok();
    assert_eq!(run("csv"), "id,comment\n1,这家餐厅很棒！\n2,\n3,\"a \"\"b\"\", c\"\n");
    let objects = [
        r#"{"id":1,"comment":"这家餐厅很棒！"}"#,
        r#"{"id":2,"comment":null}"#,
        r#"{"id":3,"comment":"a \"b\", c"}"#,
    ];
    assert_eq!(run("ndjson"), objects.map(|object| format!("{object}\n")).concat());
    assert_eq!(run("json"), format!("[{}]\n", objects.join(",")));
}

#[test]
fn a_file_is_named_by_output_and_its_end_tells_the_format() {
    let workplace = Workplace::new();
    workplace.run(&["sql", "-c", ROWS, "--output", "rows.parquet"]).ok();
    assert_eq!(
        &fs::read(workplace.path("rows.parquet")).expect("written")[..4],
        b"PAR1"
    );
    assert_eq!(
        workplace
            .csv("select count(*) as n, count(comment) as c from 'rows.parquet'")
            .ok(),
        "n,c\n3,2\n"
    );
    workplace.run(&["sql", "-c", ROWS, "-o", "rows.csv"]).ok();
    assert!(
        fs::read_to_string(workplace.path("rows.csv"))
            .expect("written")
            .starts_with("id,comment\n1,")
    );
    assert!(workplace.leftovers().is_empty());
}

#[test]
fn an_empty_result_still_has_its_columns() {
    let workplace = Workplace::new();
    assert_eq!(workplace.csv("select 1 as a where false").ok(), "a\n");
    workplace
        .run(&["sql", "-c", "select 1 as a where false", "-o", "none.parquet"])
        .ok();
    assert_eq!(workplace.csv("select a from 'none.parquet'").ok(), "a\n");
}

#[test]
fn a_failed_query_leaves_the_old_file_and_no_half_written_one() {
    let workplace = Workplace::new();
    workplace.write("old.csv", "kept\n");
    workplace.write("bad.csv", format!("n\n{}x\n", "1\n".repeat(20_000)));
    workplace
        .run(&["sql", "-c", "select n + 1 from 'bad.csv'", "-o", "old.csv"])
        .fails(1);
    assert_eq!(
        fs::read_to_string(workplace.path("old.csv")).expect("still there"),
        "kept\n"
    );
    assert!(workplace.leftovers().is_empty());
}

#[test]
fn a_table_shows_as_many_rows_as_asked_and_computes_no_more() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let rows: String = (0..5_000).map(|n| format!("{n},\"good {n}\"\n")).collect();
    workplace.write("many.csv", format!("id,comment\n{rows}"));
    let sql = "select id, ai_sentiment(comment)['label'] from 'many.csv'";
    let out = workplace.run(&["sql", "--max-rows", "3", "-c", sql]).ok();
    assert_eq!(out.lines().count(), 8, "{out}");
    assert!(out.ends_with("The first 3 rows; --max-rows 0 shows all.\n"), "{out}");
    let all = workplace.run(&["sql", "--max-rows", "0", "-c", sql]).ok();
    assert_eq!(all.lines().count(), 5_004);
}

#[test]
fn statements_come_from_a_file_or_standard_input() {
    let workplace = Workplace::new();
    workplace.write(
        "two.sql",
        "-- a comment\ncreate view v as select 1 as a;\nselect a + 1 as b from v;\n",
    );
    assert_eq!(
        workplace.run(&["sql", "--format", "csv", "-f", "two.sql"]).ok(),
        "b\n2\n"
    );
    assert_eq!(
        workplace
            .run_with_input(&["sql", "--format", "csv"], "select 1 as a")
            .ok(),
        "a\n1\n"
    );
    assert_eq!(
        workplace
            .run_with_input(&["sql", "--format", "csv", "-f", "-"], "select 1 as a")
            .ok(),
        "a\n1\n"
    );
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let workplace = Workplace::new();
    for (args, expected) in [
        (&["sql", "-c", ""][..], "-c is empty"),
        (
            &["sql", "-c", "-- nothing"],
            "there is no statement in it, only comments",
        ),
        (&["sql", "-f", "none.sql"], "`none.sql` cannot be read"),
        (&["sql", "-c", "select 1", "-f", "x.sql"], "cannot be used with"),
        (&["sql", "-c", "select 1", "--format", "xml"], "invalid value 'xml'"),
        (
            &["sql", "-c", "select 1", "--table", "reviews"],
            "expected name=path, such as reviews=data/reviews.csv",
        ),
        (
            &["sql", "-c", "select 1", "--memory-limit", "much"],
            "expected a size such as 512MB or 4GB",
        ),
        (
            &["sql", "-c", "select 1; select 2", "-o", "x.csv"],
            "a file holds one result",
        ),
        (
            &["sql", "-c", "select 1", "-o", "s3://b/x.csv"],
            "use: copy (..) to 's3://b/x.csv'",
        ),
        (
            &["sql", "-c", "select 1", "--config", "none.toml"],
            "the configuration `none.toml`",
        ),
        (&["sqll"], "unrecognized subcommand"),
    ] {
        let message = workplace.run(args).fails(2);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn settings_come_from_flags_over_environment_over_the_file() {
    let workplace = Workplace::new();
    workplace.write("a.csv", "x\n1\n");
    workplace.write("b.csv", "x\n2\n");
    workplace.write("lake/orders.csv", "x\n3\n");
    workplace.write(
        "tronie.toml",
        "warehouse = \"nowhere\"\nthreads = 1\n[tables]\nt = \"a.csv\"\n",
    );
    assert_eq!(workplace.csv("select x from t").ok(), "x\n1\n");
    let from_flag = workplace.run(&["sql", "--format", "csv", "--table", "t=b.csv", "-c", "select x from t"]);
    assert_eq!(from_flag.ok(), "x\n2\n");
    let mut command = workplace.command(&["sql", "--format", "csv", "-c", "select x from orders"]);
    let from_environment = crate::harness::ran(command.env("TRONIE_WAREHOUSE", "lake").output().expect("it runs"));
    assert_eq!(from_environment.ok(), "x\n3\n");
    workplace.write("tronie.toml", "treads = 1\n");
    let message = workplace.csv("select 1").fails(2);
    assert!(message.contains("unknown field `treads`, expected one of"), "{message}");
}

#[test]
fn a_copy_that_fails_leaves_the_old_file() {
    let workplace = Workplace::new();
    workplace.write("old.csv", "kept\n");
    workplace.write("bad.csv", format!("n\n{}x\n", "1\n".repeat(20_000)));
    workplace
        .csv("copy (select n + 1 from 'bad.csv') to 'old.csv'")
        .fails(1);
    let message = workplace
        .csv("copy (select named_struct('a', 1) as s) to 'old.csv'")
        .fails(1);
    assert!(
        message.contains("the column `s` is nested, which csv has no form for"),
        "{message}"
    );
    assert_eq!(
        fs::read_to_string(workplace.path("old.csv")).expect("still there"),
        "kept\n"
    );
    assert!(workplace.leftovers().is_empty(), "{:?}", workplace.leftovers());
    assert_eq!(workplace.csv("copy (select 1 as a) to 'old.csv'").ok(), "count\n1\n");
    assert_eq!(fs::read_to_string(workplace.path("old.csv")).expect("new"), "a\n1\n");
}

#[test]
fn a_script_that_does_not_fit_one_file_touches_none() {
    let workplace = Workplace::new();
    workplace.write("old.csv", "kept\n");
    workplace
        .run(&["sql", "-c", "select 1 as a; select 2 as b", "-o", "old.csv"])
        .fails(2);
    assert_eq!(
        fs::read_to_string(workplace.path("old.csv")).expect("still there"),
        "kept\n"
    );
    workplace
        .run(&[
            "sql",
            "-c",
            "create view v as select 1 as a; select a from v",
            "-o",
            "old.csv",
        ])
        .ok();
    assert_eq!(fs::read_to_string(workplace.path("old.csv")).expect("new"), "a\n1\n");
}

#[test]
fn no_number_of_rows_is_too_large() {
    let most = usize::MAX.to_string();
    Workplace::new()
        .run(&["sql", "--max-rows", &most, "-c", "select 1"])
        .ok();
}

#[test]
fn functions_are_listed() {
    let list = Workplace::new().run(&["functions"]).ok();
    assert!(list.lines().any(|line| line.starts_with("ai_sentiment ")), "{list}");
}
