//! The table of bad inputs: each has one line that names the thing and the next step.

use std::fs;

use tronie_testing::fixture;

use crate::harness::Workplace;

/// What `sql` says on standard error, with exit code 1.
fn says(workplace: &Workplace, sql: &str, expected: &[&str]) {
    let message = workplace.csv(sql).fails(1);
    assert!(
        message.starts_with("error: ") && message.trim_end().lines().count() == 1,
        "one line: {message}"
    );
    for part in expected {
        assert!(message.contains(part), "got: {message}expected in it: {part}");
    }
}

#[test]
fn files_that_are_not_right() {
    let workplace = Workplace::new();
    workplace.write("reviews.csv", "id,Comment\n1,good\n");
    workplace.write("ragged.csv", "id,comment\n1,good\n2,a,b,c\n");
    workplace.write("late.csv", format!("n\n{}many\n", "1\n".repeat(12_000)));
    workplace.write("gbk.csv", b"id,comment\n1,\xba\xc3\xb3\xd4\n");
    workplace.write("cut.json", "{\"comment\":\"good\"}\n{\"comment\":\"go");
    workplace.write("lone.ndjson", "{\"comment\":\"\\ud83d\"}\n");
    workplace.write("noise.parquet", "this is not parquet, only a text of some length");
    workplace.write("noise.csv.gz", "this is not gzip");
    workplace.write("empty.csv", "");
    workplace.write("notes.txt", "hello");
    workplace.write("mixed/a.csv", "x\n1\n");
    workplace.write("mixed/b.json", "{\"x\":1}\n");
    fs::create_dir(workplace.path("nothing")).expect("made");
    says(
        &workplace,
        "select * from 'review.csv'",
        &[
            "the file `review.csv` does not exist",
            "`reviews.csv`",
            "check the path",
        ],
    );
    says(
        &workplace,
        "select commnt from 'reviews.csv'",
        &["there is no column `commnt` (columns there: `id`, `Comment`)"],
    );
    says(
        &workplace,
        "select comment from 'reviews.csv'",
        &["there is no column `comment`", "write \"Comment\" in double quotes"],
    );
    says(
        &workplace,
        "select * from 'ragged.csv'",
        &["does not have the columns of the header", "line 3"],
    );
    says(
        &workplace,
        "select sum(n) from 'late.csv'",
        &["many", "declare the column as varchar"],
    );
    says(&workplace, "select * from 'gbk.csv'", &["is not UTF-8", "iconv"]);
    says(
        &workplace,
        "select * from 'cut.json'",
        &["cut.json", "json file is broken", "one object a line"],
    );
    says(
        &workplace,
        "select * from 'lone.ndjson'",
        &["lone.ndjson", "json file is broken", "hex escape"],
    );
    says(
        &workplace,
        "select * from 'noise.parquet'",
        &["noise.parquet", "parquet file is broken"],
    );
    says(&workplace, "select * from 'noise.csv.gz'", &["noise.csv.gz"]);
    says(
        &workplace,
        "select * from 'empty.csv'",
        &["empty.csv", "has no columns"],
    );
    says(
        &workplace,
        "select * from './notes.txt'",
        &["`notes.txt` cannot be told from its name", "stored as csv"],
    );
    says(
        &workplace,
        "select * from 'mixed'",
        &["several formats (`a.csv` and `b.json`)", "*.csv"],
    );
    says(
        &workplace,
        "select * from 'nothing'",
        &["there is no file at `nothing`"],
    );
    says(
        &workplace,
        "select * from reviews",
        &["there is no table `reviews`", "from 'reviews.csv'"],
    );
    says(&workplace, "select * from reviews.csv", &["`reviews.csv`", "in quotes"]);
}

#[test]
fn urls_that_are_not_right() {
    let workplace = Workplace::new();
    says(
        &workplace,
        "select * from 'ftp://host/a.csv'",
        &["the scheme is `ftp`, known are file, s3"],
    );
    says(
        &workplace,
        "select * from 's3:///a.csv'",
        &["it names no bucket or host; write s3://name/path"],
    );
    says(
        &workplace,
        "select * from 'http://127.0.0.1:1/a.csv'",
        &["http://127.0.0.1:1/a.csv", "check the address"],
    );
    says(
        &workplace,
        "select * from 'https://host/a.csv?signed=1'",
        &["query strings", "download the file first"],
    );
}

#[test]
fn sql_that_is_not_right() {
    let workplace = Workplace::new();
    says(
        &workplace,
        "selec 1",
        &["this is not sql: expected: an SQL statement, found: selec at Line: 1, Column: 1"],
    );
    says(
        &workplace,
        "select 'open",
        &["this is not sql", "unterminated string literal"],
    );
    says(
        &workplace,
        "select ai_sentimant('x')",
        &["'ai_sentimant'", "Did you mean 'ai_sentiment'?"],
    );
    says(
        &workplace,
        "select ai_sentiment(1)",
        &["reads text, but `text` is Int64", "cast"],
    );
    says(
        &workplace,
        "select named_struct('a', 1) as s",
        &["the column `s` is a struct", "--format json"],
    );
    says(
        &workplace,
        "select clean_text('x').label",
        &["x['field'], not as x.field"],
    );
    says(&workplace, "set tronie.colour = 'red'", &["colour"]);
}

#[test]
fn models_that_are_not_right() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let copy = |fixture_name: &str, name: &str| {
        for entry in fs::read_dir(fixture(fixture_name)).expect("the fixture").flatten() {
            workplace.write(
                &format!("{name}/{}", entry.file_name().display()),
                fs::read(entry.path()).expect("read"),
            );
        }
    };
    let graph = fs::read(fixture("tiny-multi").join("model.onnx")).expect("the fixture");
    copy("tiny-multi", "wrong-digest");
    workplace.write("wrong-digest/model.onnx", [&graph[..], b"x"].concat());
    copy("tiny-hf", "truncated");
    let hf_graph = fs::read(fixture("tiny-hf").join("model.onnx")).expect("the fixture");
    workplace.write("truncated/model.onnx", &hf_graph[..hf_graph.len() / 2]);
    copy("tiny-hf", "labels");
    let config = fs::read_to_string(fixture("tiny-hf").join("config.json")).expect("the fixture");
    workplace.write(
        "labels/config.json",
        config.replace("NEGATIVE", "SPAM").replace("POSITIVE", "HAM"),
    );
    workplace.write("empty/config.json", "{}");
    let ask = |model: &str| format!("select ai_sentiment('good', model => '{model}')");
    says(
        &workplace,
        &ask("churn"),
        &[
            "model `churn` is not in the registry (models there: ",
            "`tiny-hf`, `tiny-multi`",
        ],
    );
    says(
        &workplace,
        &ask("./wrong-digest"),
        &["the sha256 of", "the manifest says", "fetch the file again"],
    );
    says(
        &workplace,
        &ask("./truncated"),
        &["is not a graph that ONNX Runtime can run"],
    );
    says(
        &workplace,
        &ask("./labels"),
        &[
            "its labels are `spam`, `ham`, expected negative, neutral, positive",
            "id2label",
        ],
    );
    says(&workplace, &ask("./empty"), &["it has no `model.onnx`"]);
    assert_eq!(
        workplace
            .csv("select ai_sentiment('good', model => 'tiny-hf')['label'] as l")
            .ok(),
        "l\npositive\n"
    );
}

#[test]
fn no_onnx_runtime_is_an_error_when_a_model_is_needed_and_no_sooner() {
    let workplace = Workplace::new();
    let run = |sql: &str| {
        let mut command = workplace.command(&["sql", "--format", "csv", "-c", sql]);
        crate::harness::ran(
            command
                .env("ORT_DYLIB_PATH", workplace.path("none.so"))
                .output()
                .expect("it runs"),
        )
    };
    assert_eq!(run("select clean_text('<b>x</b>') as t").ok(), "t\nx\n");
    let message = run("select ai_sentiment('good')").fails(1);
    assert!(
        message.contains("none.so") && message.contains("cargo xtask setup"),
        "{message}"
    );
    workplace.write("none.so", "not a library");
    let message = run("select ai_sentiment('good')").fails(1);
    assert!(message.contains("ONNX Runtime cannot be loaded from"), "{message}");
}

#[test]
fn memory_that_is_not_enough_is_said_with_the_flag_that_raises_it() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let message = workplace
        .run(&["sql", "--memory-limit", "1KB", "-c", "select ai_sentiment('good')"])
        .fails(1);
    assert!(message.contains("--memory-limit"), "{message}");
}
