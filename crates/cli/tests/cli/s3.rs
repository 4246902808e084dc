//! Object storage, against a real S3 server.

use tronie_testing::fixture;
use tronie_testing::weed::Weed;

use crate::harness::{Ran, Workplace, ran};

fn run(workplace: &Workplace, environment: &[(&str, &str)], sql: &str) -> Ran {
    let mut command = workplace.command(&["sql", "--format", "csv", "-c", sql]);
    // No credential may come from the machine that runs the test.
    command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HOME", workplace.path("home"));
    ran(command.envs(environment.iter().copied()).output().expect("it runs"))
}

#[test]
fn reviews_in_a_bucket_are_read_written_and_refused() {
    let Some(weed) = Weed::start() else { return };
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let environment = weed.environment();
    let sql = |sql: &str| run(&workplace, &environment, sql);

    // Written by one statement each, in the three formats, and a file that spans several parts of an upload.
    workplace.write("reviews.csv", "id,comment\n1,这家餐厅很棒！\n2,bad service\n");
    for (key, kind) in [("a/1.parquet", "parquet"), ("b/1.csv", "csv"), ("c/1.json", "json")] {
        let out = sql(&format!(
            "copy (select * from 'reviews.csv') to 's3://lake/{key}' stored as {kind}"
        ))
        .ok();
        assert_eq!(out, "count\n2\n");
    }
    sql("copy (select value as x, md5(cast(value as varchar)) as h from generate_series(1, 400000)) to 's3://lake/big/1.csv'").ok();
    assert_eq!(
        sql("select count(*) as n, sum(x) as s from 's3://lake/big/'").ok(),
        "n,s\n400000,80000200000\n"
    );

    // Read by key, prefix, and glob.
    let labels = "comment,l\n这家餐厅很棒！,positive\nbad service,negative\n";
    for place in ["a/1.parquet", "a/", "a", "b/1.csv", "b/*.csv", "c/", "*/1.parquet"] {
        let query = format!("select comment, ai_sentiment(comment)['label'] as l from 's3://lake/{place}'");
        assert_eq!(sql(&query).ok(), labels, "{place}");
    }

    // The same files from a web server.
    for key in ["a/1.parquet", "b/1.csv"] {
        assert_eq!(
            sql(&format!("select count(*) as n from '{}/{key}'", weed.files)).ok(),
            "n\n2\n",
            "{key}"
        );
    }
    let message = sql(&format!("select * from '{}/none.csv'", weed.files)).fails(1);
    assert!(message.contains("there is no file at `http://127.0.0.1:"), "{message}");

    // As a warehouse: a folder is a table by its name.
    let mut warehouse = environment.to_vec();
    warehouse.push(("TRONIE_WAREHOUSE", "s3://lake"));
    assert_eq!(
        run(&workplace, &warehouse, "select count(*) as n from a").ok(),
        "n\n2\n"
    );
    let message = run(&workplace, &warehouse, "select * from orders").fails(1);
    assert!(message.contains("there is no table `orders`"), "{message}");

    // Refusals say what to check.
    let says = |environment: &[(&str, &str)], url: &str, expected: &[&str]| {
        let message = run(&workplace, environment, &format!("select * from '{url}'")).fails(1);
        assert!(
            expected.iter().all(|part| message.contains(part)),
            "got: {message}expected: {}",
            expected.join(" .. ")
        );
    };
    says(
        &environment,
        "s3://lake/none.csv",
        &["there is no file at `s3://lake/none.csv`"],
    );
    says(&environment, "s3://no-such-bucket/x.csv", &["no-such-bucket"]);
    let wrong = |name: &'static str, value: &'static str| {
        let mut environment = environment.to_vec();
        environment.retain(|(key, _)| *key != name);
        environment.push((name, value));
        environment
    };
    says(
        &wrong("AWS_SECRET_ACCESS_KEY", "wrong"),
        "s3://lake/a/",
        &["is denied", "AWS_SECRET_ACCESS_KEY"],
    );
    says(
        &wrong("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        "s3://lake/a/",
        &["does not answer as expected", "AWS_ENDPOINT_URL"],
    );

    // A profile of the AWS tools does as well as variables.
    let credentials = "[nightly]\naws_access_key_id = tester\naws_secret_access_key = tester-secret\n";
    workplace.write("home/.aws/credentials", credentials);
    let profile = [
        ("AWS_ENDPOINT_URL", weed.endpoint.as_str()),
        ("AWS_PROFILE", "nightly"),
        ("AWS_REGION", "us-east-1"),
    ];
    assert_eq!(
        run(&workplace, &profile, "select count(*) as n from 's3://lake/a/'").ok(),
        "n\n2\n"
    );
}

#[test]
fn a_model_in_a_bucket_is_copied_to_the_data_folder() {
    let Some(weed) = Weed::start() else { return };
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    weed.put_folder("models/tiny-hf", &fixture("tiny-hf"));
    let call = "ai_sentiment(t, model => 's3://lake/models/tiny-hf')['label'] as l";
    let sql =
        format!("prepare p as select {call} from (values ('很棒'), ('bad')) v(t) where t <> $1; execute p('bad')");
    for _ in 0..2 {
        assert_eq!(run(&workplace, &weed.environment(), &sql).ok(), "l\npositive\n");
    }
    assert!(workplace.path("data/cache/models").is_dir());
    // What ONNX Runtime refuses is said of the URL.
    weed.put("models/tiny-hf/model.onnx", b"no graph");
    let message = run(&workplace, &weed.environment(), &sql).fails(1);
    assert!(
        message.contains("model `s3://lake/models/tiny-hf`: ") && message.contains("is not a graph"),
        "{message}"
    );
}
