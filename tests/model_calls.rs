//! A model is not called for nothing: the texts that it is given are counted.

use std::path::Path;

use tronie_model::stub::Stub;
use tronie_testing::TINY_MULTI_OUTPUTS;

use crate::driver::Local;

/// 10,000 reviews of 100 customers, each with a text of its own in `t` and in `u`; 10 of the customers live in city 3. The
/// model finds all texts positive.
const TABLES: &str = "
create table r as select value as id, value % 100 as customer, value % 7 as g, 20000 - value as ts,
    't ' || value as t, 'u ' || value as u from generate_series(1, 10000);
create table c as select value as number, value % 10 as city from generate_series(0, 99);
create view v as select id, customer, ts, ai_sentiment(t)['label'] as label from r;
";

/// How many texts the model is given by the last of the statements.
fn counted(settings: &str, statements: &str) -> usize {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let stub = Stub::new(&TINY_MULTI_OUTPUTS, |_| Ok(vec![0.5, 1.0, 2.0])).with_columns(3);
    runtime.block_on(async {
        let session = Local::with_stub(stub.clone()).await.expect("a session");
        let settings = format!("set datafusion.execution.target_partitions = 2; {settings}");
        session.query(&settings).await.expect("set");
        session.query(TABLES).await.expect("tables");
        session
            .query(statements)
            .await
            .unwrap_or_else(|e| panic!("{statements}: {e}"));
    });
    stub.texts()
}

/// Compares the number of texts of each query; all that differ are named.
fn assert_texts(settings: &str, queries: &[(usize, &str)]) {
    let counts = queries
        .iter()
        .map(|(expected, sql)| (*expected, counted(settings, sql), sql));
    let wrong: Vec<String> = counts
        .filter(|(expected, got, _)| expected != got)
        .map(|(expected, got, sql)| format!("{got} texts instead of {expected}: {sql}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn cheap_conditions_come_first() {
    let queries = [
        (
            143,
            "select id from r where ai_sentiment(t)['label'] = 'positive' and g = 1 and customer < 10",
        ),
        (
            228,
            "select id from r where ai_sentiment(t)['label'] = 'positive' and ai_sentiment(t)['score'] > 0 \
               and g * customer > 500",
        ),
        (
            1429,
            "select id from (select id, g, ai_sentiment(t) as s from r) \
                where s['label'] = 'positive' and s['score'] > 0 and g = 1",
        ),
        (
            1429,
            "select id from (select * from r where ai_sentiment(t)['label'] = 'positive') where g = 1",
        ),
        (2858, "select g, ai_similarity(t, u) from r where g = 1"),
        (1429, "select case when g = 1 then ai_sentiment(t)['label'] end from r"),
    ];
    assert_texts("", &queries);
}

#[test]
fn parquet_scans_leave_models_alone() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("model_calls");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("r.parquet").display().to_string();
    let copy = format!("copy (select * from r) to '{file}';");
    let cheap = format!("{copy} select id from '{file}' where ai_sentiment(t)['label'] = 'positive' and g = 1");
    let joined = format!(
        "{copy} select id from '{file}' join c on customer = number where ai_sentiment(t)['label'] = 'positive' and city = 3"
    );
    let queries = [(1429, cheap.as_str()), (1000, joined.as_str())];
    assert_texts("", &queries);
    assert_texts("set datafusion.execution.parquet.pushdown_filters = true", &queries);
}

#[test]
fn model_calls_come_after_joins() {
    let queries = [
        (
            1000,
            "select id, s from (select id, customer, ai_sentiment(t) as s from r) x join c on customer = number \
                where city = 3",
        ),
        (
            143,
            "select id from r join c on customer = number where city = 3 and ai_sentiment(t)['label'] = 'positive' \
               and g = 1",
        ),
        (
            1000,
            "select number, ai_sentiment(t) from c join r on customer = number and ai_sentiment(t)['label'] = 'positive' \
                where city = 3",
        ),
        (
            10,
            "select x.id, y.l from (select id, ai_sentiment(t)['label'] as l from r) x \
              join (select id, ai_sentiment(u)['label'] as l from r) y on x.id = y.id join c on number = x.id where city = 3",
        ),
        (
            1000,
            "select id, s from (select id, customer, ai_sentiment(t) as s from r) x left join c on customer = number \
                where city is null or city = 3",
        ),
        (
            1000,
            "select id from r where customer in (select number from c where city = 3) \
                and ai_sentiment(t)['label'] = 'positive'",
        ),
        (
            1000,
            "select id from r where customer not in (select number from c where city <> 3) \
                and ai_sentiment(t)['label'] = 'positive'",
        ),
    ];
    assert_texts("", &queries);
}

#[test]
fn the_other_side_of_a_join_is_asked_about_where_it_matches() {
    let queries = [
        (
            1000,
            "select number, s from c left join (select customer, ai_sentiment(t) as s from r) x on customer = number \
                where city = 3",
        ),
        (
            1000,
            "select number, id from c left join r on customer = number and ai_sentiment(t)['label'] = 'negative' \
                where city = 3",
        ),
        (
            1000,
            "select number from c where city = 3 and exists (select 1 from r where customer = number \
                and ai_sentiment(t)['label'] = 'negative' and ai_sentiment(t)['score'] < 0)",
        ),
        (
            1000,
            "select number from c where city = 3 and not exists (select 1 from r where customer = number \
                and ai_sentiment(t)['label'] = 'negative')",
        ),
    ];
    assert_texts("", &queries);
}

#[test]
fn model_calls_come_after_sorts_and_limits() {
    let queries = [
        (10, "select ts, ai_sentiment(t) from r order by ts limit 10"),
        (
            10,
            "select * from (select ts, ai_sentiment(t) s from r) order by ts limit 10",
        ),
        (10, "select * from v order by ts limit 10"),
        (20, "select ts, ai_similarity(t, u) from r order by ts limit 10"),
        (10, "select ai_sentiment(t) from r order by ts limit 10 offset 5"),
        (10, "select ai_sentiment(t) from r limit 10"),
        // All texts `t`, but ten `u`.
        (
            10_010,
            "select ai_intent(u) from r order by ai_sentiment(t)['score'] limit 10",
        ),
        (
            10,
            "select * from (select ts, ai_sentiment(t) s from r order by ts limit 10) where ts > 3",
        ),
        (
            7,
            "select id, s from (select id, s, row_number() over (partition by g order by ts) as k \
             from (select id, g, ts, ai_sentiment(t) as s from r)) where k = 1",
        ),
    ];
    assert_texts("", &queries);
}

#[test]
fn under_a_limit_a_few_texts_are_enough() {
    let queries = [
        (
            64,
            "select id from r where ai_sentiment(t)['label'] = 'positive' limit 10",
        ),
        (
            64,
            "select id from r where ai_sentiment(t)['label'] = 'positive' limit 10 offset 50",
        ),
        (
            100,
            "select id from r where ai_sentiment(t)['label'] = 'positive' and g = 1 limit 100",
        ),
        // Nothing is found: it looks everywhere.
        (
            10_000,
            "select id from r where ai_sentiment(t)['label'] = 'negative' limit 10",
        ),
        (64, "select id from v where label = 'positive' limit 10"),
        (
            64,
            "select id, city from r join c on customer = number where ai_sentiment(t)['label'] = 'positive' limit 10",
        ),
        (
            64,
            "select id from r where ai_sentiment(t)['label'] = 'positive' order by ts limit 10",
        ),
        (
            64,
            "select id from v where label = 'positive' order by ts desc limit 10",
        ),
        (
            64,
            "select t, u from r where ai_sentiment(t)['label'] = 'positive' order by ts limit 10",
        ),
        (
            64,
            "select id from r join c on customer = number where ai_sentiment(t)['label'] = 'positive' and city = 3 \
              order by ts limit 10",
        ),
    ];
    assert_texts("", &queries);
    // A few percent of 100,000 texts are let through, found after a few slices.
    let rare =
        "select id from r where ai_sentiment(t)['label'] = 'positive' and ai_sentiment(t)['score'] > id % 25 limit 10";
    assert!((64..1000).contains(&counted("", rare)), "{} texts", counted("", rare));
    let unnested = "select id, unnest([l, 'x']) from (select id, ai_sentiment(t)['label'] as l from r) limit 10";
    assert!(
        (64..=128).contains(&counted("", unnested)),
        "{} texts",
        counted("", unnested)
    );
}

#[test]
fn what_nobody_reads_is_not_computed() {
    let queries = [
        (0, "select count(*) from (select ai_sentiment(t) from r)"),
        (
            0,
            "select id from (select id, ai_sentiment(t) as s from r) where id < 5",
        ),
        (
            0,
            "select number from c where exists (select ai_sentiment(t) from r where customer = number)",
        ),
        (0, "select count(*) from v"),
        (0, "select max(id) from v where ts < 100"),
        (0, "select x.id from v x join v y on x.id = y.id"),
    ];
    assert_texts("", &queries);
}

#[test]
fn aggregates_ask_about_the_rows_that_they_read() {
    let queries = [
        (7, "select distinct g, ai_sentiment('x ' || g) from r"),
        (
            7,
            "select distinct on (g) g, ai_sentiment(t)['score'], ai_sentiment(t)['label'] from r order by g, ts",
        ),
        (
            7,
            "select g, first_value(ai_sentiment(t)['label'] order by ts) from r group by g",
        ),
        (
            10,
            "select customer, l from (select customer, last_value(label order by ts) as l from v group by customer) x \
              join c on number = customer where city = 3",
        ),
        (
            1000,
            "select g, avg(ai_sentiment(t)['score']) filter (where customer < 10) from r group by g",
        ),
        (
            1000,
            "select avg(ai_sentiment(t)['score']) filter (where customer < 10), \
                max(ai_sentiment(t)['score']) filter (where customer < 10) from r",
        ),
        (
            4000,
            "select count(*) filter (where ai_sentiment(t)['label'] = 'positive' and customer < 40), \
                count(*) filter (where ai_sentiment(t)['label'] = 'negative' and customer < 40) from r",
        ),
    ];
    assert_texts("", &queries);
}

#[test]
fn every_statement_is_planned_so() {
    let query = "select ts, ai_sentiment(t)['label'] as l from r order by ts limit 10";
    let file = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("ten.parquet")
        .display()
        .to_string();
    let statements = [
        (0, format!("explain {query}")),
        (10, format!("explain analyze {query}")),
        (0, format!("create view ten as {query}")),
        (10, format!("create view ten as {query}; select * from ten")),
        (10, format!("create table ten as {query}")),
        (10, format!("create table ten (ts bigint, l varchar); insert into ten {query}")),
        (10, format!("copy ({query}) to '{file}'")),
        (0, format!("prepare ten as {query}")),
        (10, format!("prepare ten as {query}; execute ten")),
        (20, "prepare some (bigint) as select ai_sentiment(t) from r where id > $1 order by ts limit 20; execute some(5)".into()),
        (10, format!("with ten as ({query}) select l from ten union all select l from ten")),
    ];
    let statements: Vec<(usize, &str)> = statements.iter().map(|(texts, sql)| (*texts, sql.as_str())).collect();
    assert_texts("", &statements);
}

#[test]
fn the_rules_can_be_switched_off() {
    let sql = "select ts, ai_sentiment(t) from r order by ts limit 10";
    assert_eq!(counted("set tronie.model_planning = false", sql), 10_000);
}
